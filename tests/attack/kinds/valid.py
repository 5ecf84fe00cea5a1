"""Strictly valid messages that are rare (RFC 9110, RFC 9112): each must be forwarded, as exactly one request."""
from case import CHUNKS, PASS, Case, head, shown

KIND = "valid, rare"

TOKENS = [b"GET", b"HEAD", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"TRACE", b"PATCH", b"PROPFIND", b"MKCOL", b"M-SEARCH", b"REPORT", b"LOCK", b"PURGE", b"QUERY",
          b"FROB", b"get", b"Get", b"X", b"!#$%&'*+-.^_`|~", b"A1", b"VERY-LONG-METHOD-NAME-THAT-NOBODY-KNOWS"]

TARGETS = [b"/", b"/?", b"/??", b"/x?y=?", b"/x?y/z", b"/;", b"/a;b=c", b"/a,b", b"/a:b", b"/a@b", b"/a&b=c", b"/a+b", b"/a$b", b"/a!b", b"/a'b", b"/(a)", b"/a*",
           b"/%7Ea", b"/%7ea", b"/~a", b"/a=b", b"/-._~", b"/%E2%82%AC", b"/x?a=%20%26", b"/a/../b", b"/a/./b", b"/.", b"/..", b"//a", b"/a//b", b"/x?:@!$&'()*+,;=",
           b"/" + b"x" * 8000, b"/x?" + b"y" * 8000]

FIELDS = [b"X-A:", b"X-A:1", b"X-A:   1", b"X-A:\t1", b"X-A: 1   ", b"X-A: 1\t", b"X-A: a  b", b"X-A: a\tb", b"X-A: \xe9\xff", b"X-A: \xe2\x82\xac", b'X-A: "a, b"',
          b"X-A: (c(d))", b'X-A: "\\""', b"X-A: ,", b"X-A: :", b"X-A: a:b", b"!#$%&'*+-.^_`|~: 1", b"0: 1", b"x-a: 1", b"X_A: 1", b"X.A: 1", b"Date: Sun, 06 Nov 1994 08:49:37 GMT",
          b"Accept:", b"Cookie: a=b; c=d", b"Max-Forwards: 0", b"TE: trailers", b"TE: trailers, deflate;q=0.5", b"Trailer: X-Sum", b"Via: 1.1 a (b)", b"Content-Location: /x",
          b"Range: bytes=0-", b"Content-Encoding: identity", b"If-Match: *", b"Upgrade: websocket", b"X-A: " + b"x" * 30000]

BODIES = [b"0\r\n\r\n", b"00\r\n\r\n", b"000000000000000\r\n\r\n", CHUNKS, b"003\r\nabc\r\n0\r\n\r\n", b"1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n", b"A\r\n0123456789\r\n0\r\n\r\n",
          b"a\r\n0123456789\r\n0\r\n\r\n", b"3;a\r\nabc\r\n0\r\n\r\n", b"3;a=b\r\nabc\r\n0\r\n\r\n", b'3;a="b"\r\nabc\r\n0\r\n\r\n', b'3;a=";"\r\nabc\r\n0\r\n\r\n',
          b'3;a="\\""\r\nabc\r\n0\r\n\r\n', b"3 ; a = b\r\nabc\r\n0\r\n\r\n", b"3\t;\ta\t=\t\"b\"\r\nabc\r\n0\r\n\r\n", b"3;a;b;c=d\r\nabc\r\n0;z\r\n\r\n", b'3;a=""\r\nabc\r\n0\r\n\r\n',
          b'3;a="\xe9"\r\nabc\r\n0\r\n\r\n', b"0\r\nX-A: 1\r\n\r\n", b"3\r\nabc\r\n0\r\nX-Sum: 1\r\nX-B:\r\n\r\n", b"4\r\n\r\n\r\n\r\n0\r\n\r\n",
          b"5\r\n0\r\n\r\n\r\n0\r\n\r\n", b"3;" + b"a" * 500 + b"\r\nabc\r\n0\r\n\r\n", b"2710\r\n" + b"x" * 10000 + b"\r\n0\r\n\r\n"]


def cases():
    for method in TOKENS:
        yield Case(KIND, f"method {shown(method)}", head(start=method + b" /x HTTP/1.1"), PASS)
    for target in TARGETS:
        yield Case(KIND, f"target {shown(target)}", head(start=b"GET " + target + b" HTTP/1.1"), PASS)
    for line in FIELDS:
        yield Case(KIND, f"field {shown(line)}", head(line, start=b"GET /x HTTP/1.1"), PASS)
    for body in BODIES:
        yield Case(KIND, f"body {shown(body)}", head(b"Transfer-Encoding: chunked") + body, PASS)
    for value in (b"chunked", b"Chunked", b"CHUNKED", b"\tchunked", b"chunked ", b"  chunked\t"):
        yield Case(KIND, f"Transfer-Encoding {shown(value)}", head(b"Transfer-Encoding:" + value) + CHUNKS, PASS)
    for value in (b"3", b"03", b"000000000000000003", b"\t3", b"3\t", b"   3   "):
        yield Case(KIND, f"Content-Length {shown(value)}", head(b"Content-Length:" + value) + b"abc", PASS)
    for host in (b"", b"localhost", b"LocalHost:80", b"why401.localhost:8401", b"[::1]", b"[::1]:8401", b"127.0.0.1", b"xn--bcher-kva.localhost",
                 b"a_b.localhost"):
        yield Case(KIND, f"Host {shown(host)}", head(host=b"Host:" + host, start=b"GET /x HTTP/1.1"), PASS)
    for more in ([], [b"Connection: keep-alive"], [b"Connection: close"]):
        yield Case(KIND, f"HTTP/1.0 {shown(b''.join(more))}", head(*more, host=None, start=b"GET /x HTTP/1.0"), PASS)
        yield Case(KIND, f"HTTP/1.0 with a body {shown(b''.join(more))}", head(*more, b"Content-Length: 3", host=None, start=b"POST /x HTTP/1.0") + b"abc", PASS)
    for before in (b"\r\n", b"\r\n\r\n"):
        yield Case(KIND, f"behind {len(before) // 2} empty lines", before + head(start=b"GET /x HTTP/1.1"), PASS)
    yield Case(KIND, "OPTIONS *", head(start=b"OPTIONS * HTTP/1.1"), PASS)
    yield Case(KIND, "120 fields", head(*[b"X-A: 1"] * 120, start=b"GET /x HTTP/1.1"), PASS)
    yield Case(KIND, "absolute form", head(start=b"GET http://localhost:@PORT@/x HTTP/1.1"), PASS)
    yield Case(KIND, "absolute form without a path", head(start=b"GET http://localhost:@PORT@ HTTP/1.1"), PASS)
    yield Case(KIND, "absolute form with a query only", head(start=b"GET http://localhost:@PORT@?x HTTP/1.1"), PASS)
    yield Case(KIND, "absolute form in capitals", head(start=b"GET HTTP://LOCALHOST:@PORT@/x HTTP/1.1"), PASS)
    yield Case(KIND, "100-continue", head(b"Expect: 100-continue", b"Content-Length: 3") + b"abc", PASS)
    yield Case(KIND, "a large body", head(b"Content-Length: 100000") + b"x" * 100000, PASS)
