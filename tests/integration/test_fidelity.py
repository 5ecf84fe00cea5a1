"""What the proxy passes on is what it got: recorded requests of BitGo's SDK and rarer messages arrive
byte for byte, but for Host and the fields that belong to one connection."""
import gzip
import hashlib

from why401 import Case

RAW_TOKEN = b"v2x" + b"0" * 64
SDK_TOKEN = hashlib.sha256(RAW_TOKEN).hexdigest().encode()
HMAC = b"b6bf98a33e50670143e28d6bd728efee647bcb2718eca67431d1ab8b3610dbac"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

SDK_GET = [
    b"GET /api/v2/tbtc/wallet?limit=25&prevId=p HTTP/1.1",
    b"Host: 127.0.0.1:18080",
    b"Accept-Encoding: gzip, deflate",
    b"BitGo-SDK-Version: 1.86.0",
    b"Request-ID: 382c001b21871f61e582-0003",
    b"If-Modified-Since: Mon, 26 Jul 1997 05:00:00 GMT",
    b"User-Agent: BitGoJS-api/1.86.0",
    b"BitGo-Auth-Version: 2.0",
    b"Auth-Timestamp: 1795462137988",
    b"Authorization: Bearer " + SDK_TOKEN,
    b"HMAC: " + HMAC,
    b"Connection: close",
]
TOKEN_BODY = b'{"label":"t","otp":"0000000","duration":572522.211,"scope":["wallet_view_all"],"ipRestrict":["127.0.0.1"]}'
SDK_POST = [
    b"POST /api/auth/v1/accesstoken HTTP/1.1",
    b"Host: 127.0.0.1:18080",
    b"Accept-Encoding: gzip, deflate",
    b"Content-Type: application/json",
    b"BitGo-SDK-Version: 1.86.0",
    b"User-Agent: BitGoJS-api/1.86.0",
    b"BitGo-Auth-Version: 2.0",
    b"Auth-Timestamp: 1795462137994",
    b"Authorization: Bearer " + SDK_TOKEN,
    b"HMAC: " + HMAC,
    b"Content-Length: %d" % len(TOKEN_BODY),
    b"Connection: close",
]
WEBHOOK_BODY = b'{"type":"block","url":"https://example.com"}'
SDK_DELETE = [b"DELETE /api/v2/tbtc/webhooks HTTP/1.1", *SDK_POST[1:-2],
              b"Content-Length: %d" % len(WEBHOOK_BODY), b"Connection: close"]
SDK_FIRST = [
    b"GET /api/v1/client/constants HTTP/1.1",
    b"Host: 127.0.0.1:18080",
    b"Accept-Encoding: gzip, deflate",
    b"BitGo-SDK-Version: 1.86.0",
    b"Connection: close",
]
SDK_WITHOUT_TOKEN = [*SDK_FIRST[:-1], b"User-Agent: BitGoJS-api/1.86.0", b"BitGo-Auth-Version: 2.0",
                     b"Connection: close"]
FETCH = [
    b"GET /api/v2/tbaseeth:xsgd/wallet?expandBalance=true HTTP/1.1",
    b"host: localhost:8401",
    b"connection: keep-alive",
    b"authorization: Bearer " + SDK_TOKEN,
    b"hmac: " + HMAC,
    b"bitgo-auth-version: 2.0",
    b"auth-timestamp: 1795462137988",
    b"accept: */*",
    b"accept-language: *",
    b"sec-fetch-mode: cors",
    b"user-agent: node",
    b"accept-encoding: br, gzip, deflate",
]
RECORDED = [(SDK_GET, b""), (SDK_POST, TOKEN_BODY), (SDK_DELETE, WEBHOOK_BODY), (SDK_FIRST, b""),
            (SDK_WITHOUT_TOKEN, b""), (FETCH, b"")]


def as_bytes(lines, body=b""):
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class Requests(Case):
    def setUp(self):
        super().setUp()
        self.upstream = self.start_upstream(OK, tls=True)
        self.proxy = self.start_proxy(self.upstream)

    def forwarded(self, request, *, tls=True):
        """Sends the bytes of a request and returns what arrived upstream."""
        response = self.proxy.exchange(request, tls=tls)
        self.assertEqual((response.status, response.body), (200, b"ok"))
        return self.upstream.requests[-1]

    def expected(self, lines):
        """What must arrive: Host rewritten in its place, connection fields gone, all else the same."""
        kept = [line for line in lines if not line.lower().startswith(b"connection:")]
        host = next(line for line in kept if line.lower().startswith(b"host:"))
        kept[kept.index(host)] = host.split(b":")[0] + b": " + self.upstream.authority
        return as_bytes(kept)

    def test_recorded_requests(self):
        for tls in (True, False):
            for lines, body in RECORDED:
                with self.subTest(request=lines[0], tls=tls):
                    seen = self.forwarded(as_bytes(lines, body), tls=tls)
                    self.assertEqual(seen.head, self.expected(lines))
                    self.assertEqual(seen.raw_body, body)

    def test_target_bytes(self):
        for target in (b"/", b"//api/v1/ping", b"/api/v2/tbaseeth%3axsgd/wallet", b"/a/../b/./c", b"/a;b=1,2",
                       b"/?", b"/x?a=1&a=2&&b=%2F%2f+%20", b"/x?ids[]=1&ids[]=2", b"/x?q='(*)!$~@:/?",
                       b"/%E2%82%AC", b"/x?" + b"y" * 8000):
            with self.subTest(target=target[:40]):
                seen = self.forwarded(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertEqual(seen.target, target)

    def test_field_lines_as_they_came(self):
        lines = [b"GET /x HTTP/1.1", b"X-Before: 1", b"hOsT: localhost", b"X-None:", b"X-Tight:a", b"X-Wide: \t a  b\t ",
                 b"x-LOWER-upper: C", b"X-Twice: 1", b"X-Other: o", b"X-Twice: 2", b"x_under: u",
                 b"!#$%&'*+-.^_`|~09: token", b"X-Bytes: \x80\xff\xc3\xa9", b"Accept-Encoding: ",
                 b"Via: 1.0 somebody", b"X-Forwarded-For: 192.0.2.1", b"Forwarded: for=192.0.2.1",
                 b"Authorization: Bearer " + RAW_TOKEN, b"Cookie: a=b; c=d", b"Trailer: X-T",
                 b"Proxy-Foo: 1", b"Proxy: p"]
        self.assertEqual(self.forwarded(as_bytes(lines)).head, self.expected(lines))

    def test_connection_fields_are_dropped(self):
        lines = [b"GET /x HTTP/1.1", b"Host: localhost", b"X-Kept: 1"]
        dropped = [b"Connection: keep-alive, X-Private ,te", b"connection: x-second", b"X-Private: p",
                   b"x-SECOND: s", b"Keep-Alive: timeout=5", b"TE: trailers", b"Proxy-Connection: keep-alive",
                   b"Proxy-Authorization: Basic eDp5", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"]
        seen = self.forwarded(as_bytes(lines + dropped))
        self.assertEqual(seen.head, self.expected(lines))

    def test_connection_cannot_name_what_the_message_needs(self):
        lines = [b"POST /x HTTP/1.1", b"Host: localhost", b"Content-Length: 3", b"Authorization: Bearer " + RAW_TOKEN]
        seen = self.forwarded(as_bytes([*lines, b"Connection: Content-Length, Host"], b"abc"))
        self.assertEqual(seen.head, self.expected(lines))
        self.assertEqual(seen.body, b"abc")

    def test_body_bytes(self):
        body = bytes(range(256)) * 1000
        lines = [b"PUT /x HTTP/1.1", b"Host: localhost", b"Content-Length: %d" % len(body)]
        self.assertEqual(self.forwarded(as_bytes(lines, body)).raw_body, body)

    def test_chunks_are_framed_anew(self):
        lines = [b"POST /x HTTP/1.1", b"Host: localhost", b"Transfer-Encoding: chunked", b"Trailer: X-Sum, x-more"]
        body = (b'5;name=value;q="a;b\\"c"\r\nhello\r\n' b"001;x\r\n \r\n" b"10\r\nworld, hel\r\nlo\r\n\r\n" b"0;last\r\n"
                b"X-Sum: 123\r\nx-more:\ttext \xff\r\n\r\n")
        seen = self.forwarded(as_bytes(lines, body))
        self.assertEqual(seen.head, self.expected(lines))
        self.assertEqual(seen.body, b"hello world, hel\r\nlo\r\n")
        self.assertEqual(seen.trailers, b"X-Sum: 123\r\nx-more:\ttext \xff\r\n")
        self.assertNotIn(b";", seen.raw_body)


class Responses(Case):
    def answered(self, response, request=b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"):
        """What the client gets when the upstream says `response` and closes."""

        def script(peer):
            if peer.request() is not None:
                peer.send(response)

        return self.start_proxy(self.start_upstream(script, tls=True)).exchange(request)

    def test_head_as_it_came(self):
        head = (b"HTTP/1.1 200 All is well, \xe9\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\nhmac: " + HMAC + b"\r\n"
                b"timestamp:1795462137988\r\nSet-Cookie: a=1; Path=/\r\nX-B:   wide\t\r\nset-cookie: b=2\r\n"
                b"X-Auth-Required: true\r\nX-Empty:\r\nRequest-ID: cjd6dflt4b70sdjrscvgks22d\r\n"
                b"Proxy-Status: cdn; error=connection_timeout\r\nProxy-Foo: 1\r\n"
                b"Content-Length: 2\r\n\r\n")
        seen = self.answered(head + b"ok")
        self.assertEqual(seen.head, head)
        self.assertEqual(seen.raw_body, b"ok")

    def test_connection_fields_are_dropped(self):
        seen = self.answered(b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=4\r\nConnection: X-Mine, keep-alive\r\nX-Mine: 1\r\n"
                             b"Proxy-Authenticate: Basic\r\nProxy-Authentication-Info: x\r\nproxy-connection: x\r\n"
                             b"X-Kept: 1\r\nContent-Length: 0\r\n\r\n")
        self.assertEqual(seen.head, b"HTTP/1.1 200 OK\r\nX-Kept: 1\r\nContent-Length: 0\r\n\r\n")

    def test_coded_body_is_not_touched(self):
        body = gzip.compress(b'{"error":"No access token"}' * 100)
        seen = self.answered(b"HTTP/1.1 401 Unauthorized\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" %
                             len(body) + body)
        self.assertEqual(seen.raw_body, body)

    def test_chunks_are_framed_anew(self):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
        seen = self.answered(head + b"3;a=b\r\nabc\r\n0A\r\n\x00\x01\xff\r\n\r\n\r\n\r\r\n0\r\nX-Sum: 1\r\n\r\n")
        self.assertEqual(seen.head, head)
        self.assertEqual(seen.body, b"abc\x00\x01\xff\r\n\r\n\r\n\r")
        self.assertEqual(seen.trailers, b"X-Sum: 1\r\n")
        self.assertNotIn(b";", seen.raw_body)

    def test_answer_to_head_keeps_its_length(self):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n"
        self.assertEqual(self.answered(head, b"HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n").head, head)

    def test_not_modified_keeps_its_fields(self):
        head = b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 99\r\n\r\n"
        self.assertEqual(self.answered(head).head, head)
