"""Request lines: protocols that are not HTTP/1, methods that are no tokens, targets that are none, HTTP/0.9 and /2."""
from case import EITHER, Case, head, shown

KIND = "request line"

VERSIONS = [b"HTTP/0.9", b"HTTP/1.2", b"HTTP/1.9", b"HTTP/1.11", b"HTTP/1.10", b"HTTP/2.0", b"HTTP/2", b"HTTP/3.0", b"HTTP/9.9",
            b"HTTP/1", b"HTTP/01.1", b"HTTP/1.01", b"HTTP /1.1", b"HTTP/ 1.1", b"HTTP/1 .1", b"http/1.1", b"Http/1.1",
            b"HTTP/1.1x", b"HTTP/1.1;", b"HTTP/1.1 x", b"HTTP1.1", b"HTP/1.1", b"HTTPS/1.1", b"RTSP/1.0", b"ICE/1.0", b"SIP/2.0",
            b"HTTP/-1.1", b"HTTP/1.-1", b"HTTP/1,1", b"HTTP/1.1.1", b"HTTP/+1.1", b"HTTP/0x1.1", b"HTTP\\1.1", b"HTTP//1.1",
            b"HTTP/1.1 ", b" HTTP/1.1", b"\tHTTP/1.1", b"HTTP/1.1\t", b"HTTP/1.1 HTTP/1.1", b"xHTTP/1.1", b"HTTP/\xef\xbc\x91.1",
            b"HTTP/1.1\xa0", b"HTTP/1.1,HTTP/1.0", b"HTTP/10.1", b"HTTP/111", b"HTTP/1\x2f1", b"/1.1", b"1.1"]

METHODS = [b"", b" GET", b"G ET", b"G\tET", b"GET,POST", b"(GET)", b'"GET"', b"GET/", b"<GET>", b"GET:", b"GET@", b"[GET]", b"GET;",
           b"G\\ET", b"{GET}", b"GET=", b"G\xc3\x89T", b"\xef\xbb\xbfGET", b"GET\xa0", b"GET?"]

TARGETS = [b"", b"x", b"x/y", b"*", b"?q", b"\\x", b"/x y", b"/x\ty", b"/x#y", b"#", b"http:///x", b"http://", b"https://", b"http://@h/",
           b"http://u@h/", b"http://u:p@h/", b"http:/h/x", b"http:h", b"http//h/x", b"://h/x", b"ftp://h/x", b"file:///etc/passwd",
           b"gopher://h/", b"javascript:x", b"h:80", b"h", b"/x\xc3\xa9", b"/x\x80", b"http://h#f", b"/x HTTP/1.1 /y", b"<x>", b"'/x'",
           b'"/x"', b"./x", b"../x", b"%2fx", b"http://h h/", b"http:\\\\h\\x", b"ws://h/", b"unix:/x", b"*x", b"**"]

# Characters that RFC 3986 does not allow in a URI, and that clients send all the same.
ODD_TARGETS = [b"//h/x", b"//", b"/../x", b"/./x", b"/x/../y", b"/%00", b"/%0d%0aX:1", b"/%2e%2e/x", b"/x%", b"/x%zz", b"/x|y", b"/<x>",
               b'/"x"', b"/{x}", b"/^x", b"/`x`", b"/\\x", b"/x;y=z", b"/x??", b"/x?a=http://h/", b"/*", b"/:80", b"/@h",
               b"/%c0%ae", b"/x,y", b"/~", b"/x%20HTTP/1.1", b"/x?y=%0a%0d"]

FRAMES = bytes(4) + b"\x04" + bytes(4)


def cases():
    for version in VERSIONS:
        yield Case(KIND, f"version {shown(version)}", head(start=b"GET /x " + version))
    for method in METHODS:
        yield Case(KIND, f"method {shown(method)}", head(start=method + b" /x HTTP/1.1"))
    for target in TARGETS:
        yield Case(KIND, f"target {shown(target)}", head(start=b"GET " + target + b" HTTP/1.1"))
    for target in ODD_TARGETS:
        yield Case(KIND, f"odd target {shown(target)}", head(start=b"GET " + target + b" HTTP/1.1"), EITHER)
    for separator in (b"  ", b"\t", b" \t", b"", b"\x0b", b"\x0c", b"\xa0", b"\xe2\x80\x83"):
        yield Case(KIND, f"method and target parted by {shown(separator)}", head(start=b"GET" + separator + b"/x HTTP/1.1"))
        yield Case(KIND, f"target and version parted by {shown(separator)}", head(start=b"GET /x" + separator + b"HTTP/1.1"))
    for line in (b"GET /x\r\n", b"GET /x\r\n\r\n", b"GET\r\n\r\n", b"GET /x \r\n\r\n", b"/x\r\n\r\n", b"POST /x\r\n\r\nabc", b"GET /x\n"):
        yield Case(KIND, f"HTTP/0.9: {shown(line)}", line, followed=False)
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield Case(KIND, "the preface of HTTP/2", preface)
    yield Case(KIND, "the preface of HTTP/2 with frames", preface + FRAMES)
    yield Case(KIND, "the preface of HTTP/2 as HTTP/1.1", preface.replace(b"2.0", b"1.1"))
    for start, name in ((b"GET /" + b"x" * 20000, "target"), (b"G" * 20000 + b" /x", "method"), (b"G" * 100000, "endless method")):
        yield Case(KIND, f"{name} too long", head(start=start + b" HTTP/1.1"))
