"""Host missing, repeated or no host; targets in absolute form that say another host than Host does."""
from case import EITHER, PASS, Case, head, shown

KIND = "host"

HOSTS = [b"h, evil", b"h,evil", b"h evil", b"user@h", b"u:p@h", b"h/path", b"h/", b"/h", b"h?x", b"h#x", b"h\\x", b"http://h", b"h\xff",
         b"h\x00", b"\x00h", b"h\xc3\xa9", b"h\x7f", b'"h"', b"<h>", b"h\tevil", b"h\x0bevil", b"h|evil", b"h^", b"`h`", b"{h}", b"@", b"h@"]

ODD_HOSTS = [b"h:abc", b"h:-1", b"h:99999", b"h:", b":80", b"::1", b"[::1", b"[::1]x", b"h:80:80", b"%68", b"h%00", b"h%0d%0a", b"a..b", b".h",
             b"h.", b"-h", b"*", b"(h)", b"h;x", b"h=1", b"[fe80::1%25lo]", b"h&x", b"'h'", b"x" * 300]


def cases():
    yield Case(KIND, "none", head(host=None))
    yield Case(KIND, "none, but a body", head(b"Content-Length: 3", host=None) + b"abc")
    for lines in ((b"Host: localhost",), (b"Host: evil",), (b"host: h",), (b"HOST: evil",), (b"Host:",), (b"X-A: 1", b"Host: evil"),
                  (b"Host: localhost", b"Host: localhost")):
        yield Case(KIND, f"two: {shown(b'; '.join(lines))}", head(*lines))
        yield Case(KIND, f"two in HTTP/1.0: {shown(b'; '.join(lines))}", head(*lines, start=b"POST /x HTTP/1.0"))
        yield Case(KIND, f"two, target absolute: {shown(b'; '.join(lines))}", head(*lines, start=b"POST http://localhost:@PORT@/x HTTP/1.1"))
    for host in HOSTS:
        yield Case(KIND, shown(host), head(host=b"Host: " + host))
        yield Case(KIND, f"{shown(host)}, target absolute", head(host=b"Host: " + host, start=b"GET http://localhost:@PORT@/x HTTP/1.1"))
    for host in ODD_HOSTS:
        yield Case(KIND, f"odd {shown(host)}", head(host=b"Host: " + host), EITHER)
    # The target wins (RFC 9112 §3.2.2), and what Host says goes nowhere.
    for host in (b"evil.invalid", b"app.bitgo.com", b"localhost:1", b""):
        yield Case(KIND, f"absolute to ourselves, Host {shown(host)}",
                   head(host=b"Host: " + host, start=b"GET http://localhost:@PORT@/x HTTP/1.1"), PASS, never=b"evil")
    for target in (b"http://evil.invalid/x", b"https://evil.invalid/x", b"http://evil.invalid:8080/x", b"HTTP://EVIL.INVALID/x",
                   b"http://localhost:1/x", b"http://localhost/x", b"http://127.0.0.1/x"):
        for host in (b"h", b"app.bitgo.com", b"localhost:@PORT@"):
            yield Case(KIND, f"{shown(target)} with Host {shown(host)}", head(host=b"Host: " + host, start=b"GET " + target + b" HTTP/1.1"))
    for name in (b"X-Forwarded-Host", b"X-Host", b"X-Original-URL", b"X-Rewrite-URL", b"Forwarded"):
        yield Case(KIND, f"{shown(name)} has no power", head(name + b": evil.invalid"), PASS)
