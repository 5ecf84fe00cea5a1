"""The forward proxy abused: CONNECT with a body or to something that is no host with a port, and targets in absolute
form whose host two readers find in two places. Run with --tunnel none, and none of these is an upstream of ours."""
from case import Case, field, head, shown

KIND = "forward proxy"

AUTHORITIES = [b"", b"/", b"/x", b"*", b"http://h/", b"h:", b"h:0", b"h:65536", b"h:99999999999999999999", b"h:-1", b"h:+443", b"h:0x1bb", b"h:443:443",
               b"h:443/", b"h:443/x", b"h:443?", b"user@h:443", b"app.bitgo.com@evil.invalid:443", b"app.bitgo.com:443@evil.invalid:443",
               b"app.bitgo.com\\@evil.invalid:443", b"evil@app.bitgo.com:443", b"[::1]:443", b"[::1%25lo]:443", b"[::1%lo]:443", b"[fe80::1%25eth0]:443",
               b"[::ffff:127.0.0.1]:443", b"[::]:443", b"[::1", b"[::1]", b"[::1]x:443", b"::1:443", b"[]:443", b"[h]:443", b"0:443", b"0.0.0.0:443",
               b"127.0.0.1:443", b"127.1:443", b"2130706433:443", b"0x7f000001:443", b"0177.0.0.1:443", b"localhost:443", b"localhost.:443", b"LOCALHOST:443",
               b"%6cocalhost:443", b"localhost%00:443", b"app.bitgo.com%00.evil.invalid:443", b"app.bitgo.com%2eevil:443", b"app.bitgo.com:80:443",
               b"app.bitgo.com..:443", b".app.bitgo.com:443", b"app.bitgo.com/:443", b"app.bitgo.com;evil:443", b"app.bitgo.com,evil:443",
               b"169.254.169.254:80", b"10.0.0.1:443", b"192.168.0.1:443", b"evil.invalid:443", b"x" * 254 + b":443", b"*.bitgo.com:443", b"h", b"443", b":443"]

URLS = [b"evil@app.bitgo.com", b"app.bitgo.com@evil.invalid", b"app.bitgo.com:443@evil.invalid", b"app.bitgo.com\\@evil.invalid",
        b"app.bitgo.com%2f@evil.invalid", b"app.bitgo.com%40evil.invalid", b"[::1%25eth0]", b"[::1%eth0]", b"[fe80::1%251]", b"127.0.0.1%00", b"%31%32%37.0.0.1",
        b"h%6fst", b"app.bitgo.com%00", b"app.bitgo.com%00.evil.invalid", b"h:0", b"h:99999", b"h:80:80", b"h:+80", b"h:-80", b"h:0x50", b"h:80a", b"h: 80",
        b".h", b"", b":80", b"@", b"[", b"]", b"[]", b"[::1", b"[::1]:", b"[::1]80", b"[127.0.0.1]", b"::1", b"h,evil", b"h;evil", b"h|evil", b"h^evil", b"h{}",
        b"h\"", b"h<", b"h`", b"h'", b"h!", b"h$", b"h&x", b"h=", b"h*", b"0", b"127.1", b"2130706433", b"0x7f.1", b"0177.1", b"169.254.169.254",
        b"metadata.google.internal", b"x" * 254, b"evil.invalid", b"evil.invalid:443", b"app.bitgo.com.evil.invalid", b"app.bitgo.comevil.invalid"]


def connect(authority, *lines):
    return head(*lines, start=b"CONNECT " + authority + b" HTTP/1.1")


def cases():
    for authority in AUTHORITIES:
        yield Case(KIND, f"CONNECT {shown(authority)}", connect(authority))
    for authority in (b"app.bitgo.com:443", b"h:443", b"localhost:@PORT@"):
        yield Case(KIND, f"CONNECT {shown(authority)} with a length", connect(authority, field(b"Content-Length", b"3")) + b"abc")
        yield Case(KIND, f"CONNECT {shown(authority)} with chunks", connect(authority, field(b"Transfer-Encoding", b"chunked")) + b"0\r\n\r\n")
        yield Case(KIND, f"CONNECT {shown(authority)} with both",
                   connect(authority, b"Content-Length: 5", b"Transfer-Encoding: chunked") + b"0\r\n\r\n")
        yield Case(KIND, f"CONNECT {shown(authority)} folded", connect(authority, b"X-A: 1\r\n 2"))
        yield Case(KIND, f"CONNECT {shown(authority)} with two Hosts", connect(authority, b"Host: evil"))
    for scheme in (b"http://", b"https://"):
        for url in URLS:
            yield Case(KIND, f"GET {shown(scheme + url)}", head(start=b"GET " + scheme + url + b"/smuggled HTTP/1.1"))
    for target in (b"http://evil.invalid", b"http://evil.invalid?x", b"http://evil.invalid\\x", b"http:evil.invalid", b"evil.invalid:80"):
        yield Case(KIND, f"POST {shown(target)}", head(b"Content-Length: 3", start=b"POST " + target + b" HTTP/1.1") + b"abc")
