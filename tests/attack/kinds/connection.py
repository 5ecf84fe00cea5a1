"""Fields that claim power over how a message is read or passed on: Connection that names framing fields, Expect in all
forms, methods that some give no body, overrides. Clear, and so forwarded or refused, but never read in two ways."""
from case import CHUNKS, EITHER, PASS, REFUSE, Case, head, shown

KIND = "connection, expect"
INNER = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"

NAMED = [b"Content-Length", b"content-length", b"Transfer-Encoding", b"Host", b"close, Content-Length", b"keep-alive, Transfer-Encoding",
         b"Content-Length, Transfer-Encoding, Host", b"Authorization", b"Cookie", b"Connection", b"Expect", b"Content-Type", b"X-A, X-B", b",,,", b""]

EXPECTS = [b"100-continue", b"100-Continue", b"100-continue, 100-continue", b"100-continue;x", b"200-ok", b"", b"100", b"100-continue ", b"x" * 500, b'"100-continue"']


def cases():
    for value in NAMED:
        line = b"Connection: " + value
        yield Case(KIND, f"{shown(line)} with a length", head(line, b"Content-Length: %d" % len(INNER)) + INNER, PASS)
        yield Case(KIND, f"{shown(line)} with chunks", head(line, b"Transfer-Encoding: chunked") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(INNER), INNER), PASS)
        yield Case(KIND, f"Proxy-{shown(line)}", head(b"Proxy-" + line, b"Content-Length: 3") + b"abc", PASS)
    for start in (b"POST /x HTTP/1.1", b"POST /x HTTP/1.0"):
        for lines in ([b"Connection: " + b"x," * 30000 + b"x"], [b"Connection: " + b"," * 64], [b"Connection: x,y"] * 33):
            yield Case(KIND, f"{shown(lines[0])} with many elements", head(*lines, b"Content-Length: 3", start=start) + b"abc", REFUSE)
    for value in EXPECTS:
        line = b"Expect: " + value
        yield Case(KIND, f"{shown(line)} with a length", head(line, b"Content-Length: 3") + b"abc", EITHER)
        yield Case(KIND, f"{shown(line)} with chunks", head(line, b"Transfer-Encoding: chunked") + CHUNKS, EITHER)
        yield Case(KIND, f"{shown(line)} without a body", head(line, start=b"GET /x HTTP/1.1"), EITHER)
        yield Case(KIND, f"{shown(line)} in HTTP/1.0", head(line, b"Content-Length: 3", start=b"POST /x HTTP/1.0") + b"abc", EITHER)
    for line in (b"Expect: 100-continue\r\n x", b"Expect : 100-continue", b"Expect: 100-continue\x00", b"Expect: \r100-continue", b"Expect: 100-continue\n"):
        yield Case(KIND, shown(line), head(line, b"Content-Length: 3") + b"abc", REFUSE)
    for method in (b"GET", b"HEAD", b"DELETE", b"OPTIONS", b"TRACE", b"FROB", b"get", b"HEADER", b"PUT"):
        yield Case(KIND, f"{shown(method)} with a request as its body",
                   head(b"Content-Length: %d" % len(INNER), start=method + b" /x HTTP/1.1") + INNER, EITHER)
        yield Case(KIND, f"{shown(method)} with a request in a chunk",
                   head(b"Transfer-Encoding: chunked", start=method + b" /x HTTP/1.1") + b"%x\r\n%s\r\n0\r\n\r\n" % (len(INNER), INNER), EITHER)
    for name in (b"X-HTTP-Method-Override", b"X-Method-Override", b"X-HTTP-Method"):
        yield Case(KIND, shown(name), head(name + b": DELETE", start=b"GET /x HTTP/1.1"), PASS)
    for version in (b"1.0", b"1.1"):
        for value in (b"keep-alive", b"close", b"close, keep-alive", b"keep-alive, close", b"Keep-Alive, x"):
            yield Case(KIND, f"{shown(value)} in HTTP/{version.decode()}",
                       head(b"Connection: " + value, b"Keep-Alive: timeout=9", start=b"GET /x HTTP/" + version), PASS)
