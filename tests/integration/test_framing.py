"""Where a message ends must be beyond doubt: what is malformed or ambiguous is refused and nothing of
it reaches the other side; what is valid, however rare, passes."""
import json

from why401 import Case
from wire import Closed

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
POST = b"POST /x HTTP/1.1\r\nHost: localhost\r\n"
GET = b"GET /x HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"

# name: (the bytes, the status that answers them)
REFUSED = {
    # Content-Length
    "two different lengths": (POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
    "the same length twice": (POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
    "a list of lengths": (POST + b"Content-Length: 3, 3\r\n\r\nabc", 400),
    "length with a sign": (POST + b"Content-Length: +3\r\n\r\nabc", 400),
    "negative length": (POST + b"Content-Length: -3\r\n\r\nabc", 400),
    "hexadecimal length": (POST + b"Content-Length: 0x3\r\n\r\nabc", 400),
    "length with a space inside": (POST + b"Content-Length: 1 0\r\n\r\nabc", 400),
    "empty length": (POST + b"Content-Length:\r\n\r\n", 400),
    "length beyond 64 bits": (POST + b"Content-Length: 18446744073709551619\r\n\r\nabc", 400),
    "length with a comma": (POST + b"Content-Length: 3,\r\n\r\nabc", 400),
    "fractional length": (POST + b"Content-Length: 3.0\r\n\r\nabc", 400),
    # Transfer-Encoding
    "length and chunked": (POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED, 400),
    "chunked and length": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + SMUGGLED, 400),
    "chunked twice": (POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "identity, chunked": (POST + b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n", 501),
    "gzip, chunked": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    "chunked, identity": (POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", (400, 501)),
    ",chunked": (POST + b"Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n", (400, 501)),
    "chunked with a parameter": (POST + b"Transfer-Encoding: chunked;x=1\r\n\r\n0\r\n\r\n", (400, 501)),
    "xchunked": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", (400, 501)),
    "quoted chunked": (POST + b"Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", (400, 501)),
    "empty transfer coding": (POST + b"Transfer-Encoding:\r\n\r\n", (400, 501)),
    "chunked with a vertical tab": (POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    "Transfer_Encoding": (POST + b"Transfer_Encoding: chunked\r\nContent-Length: 0\r\n\r\n", 400),
    "Content_Length": (POST + b"Content_Length: 5\r\n\r\n", 400),
    "Transfer.Encoding": (POST + b"Transfer.Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "chunked in HTTP/1.0": (b"POST /x HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    # lines and characters
    "bare LF after the request line": (b"GET /x HTTP/1.1\nHost: localhost\r\n\r\n", 400),
    "bare LF between fields": (b"GET /x HTTP/1.1\r\nHost: localhost\nX-A: 1\r\n\r\n", 400),
    "bare LF at the end": (b"GET /x HTTP/1.1\r\nHost: localhost\r\nX-A: 1\n\r\n", 400),
    "bare CR between fields": (b"GET /x HTTP/1.1\r\nHost: localhost\rX-A: 1\r\n\r\n", 400),
    "bare CR in a value": (GET + b"X-A: a\rb\r\n\r\n", 400),
    "CR CR LF": (GET + b"X-A: a\r\r\n\r\n", 400),
    "NUL in a value": (GET + b"X-A: a\x00b\r\n\r\n", 400),
    "NUL in a name": (GET + b"X\x00A: a\r\n\r\n", 400),
    "escape in a value": (GET + b"X-A: a\x1bb\r\n\r\n", 400),
    "DEL in a value": (GET + b"X-A: a\x7fb\r\n\r\n", 400),
    "folded field": (GET + b"X-A: a\r\n b\r\n\r\n", 400),
    "folded first field": (b"GET /x HTTP/1.1\r\n Host: localhost\r\n\r\n", 400),
    "folded with a tab": (GET + b"X-A: a\r\n\tContent-Length: 3\r\n\r\n", 400),
    "space before the colon": (POST + b"Content-Length : 3\r\n\r\nabc", 400),
    "tab before the colon": (POST + b"Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n", 400),
    "space in a name": (GET + b"X A: 1\r\n\r\n", 400),
    "empty name": (GET + b": 1\r\n\r\n", 400),
    "no colon": (GET + b"Nonsense\r\n\r\n", 400),
    "name of other bytes": (GET + b"X-\xc3\xa9: 1\r\n\r\n", 400),
    # request line
    "no target": (b"GET HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "two spaces": (b"GET  /x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "tab for a space": (b"GET\t/x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "space in the target": (b"GET /x y HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "trailing space": (b"GET /x HTTP/1.1 \r\nHost: localhost\r\n\r\n", 400),
    "fragment in the target": (b"GET /x#y HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "NUL in the target": (b"GET /x\x00y HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "bare CR in the target": (b"GET /x\ry HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "relative target": (b"GET x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "asterisk for GET": (b"GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "method that is no token": (b"G(ET /x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
    "lower-case protocol": (b"GET /x http/1.1\r\nHost: localhost\r\n\r\n", 400),
    "other protocol": (b"GET /x RTSP/1.0\r\nHost: localhost\r\n\r\n", 400),
    "HTTP/0.9": (b"GET /x\r\n\r\n", (400, 505)),
    "HTTP/2.0": (b"GET /x HTTP/2.0\r\nHost: localhost\r\n\r\n", (400, 505)),
    "HTTP/1.11": (b"GET /x HTTP/1.11\r\nHost: localhost\r\n\r\n", (400, 505)),
    "target too long": (b"GET /" + b"x" * 20000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    "too many fields": (GET + b"X-A: 1\r\n" * 200 + b"\r\n", 431),
    "head too large": (GET + b"X-A: " + b"x" * 70000 + b"\r\n\r\n", 431),
    # Host
    "no Host": (b"GET /x HTTP/1.1\r\nX-A: 1\r\n\r\n", 400),
    "two Hosts": (GET + b"Host: other\r\n\r\n", 400),
    "Host with a path": (b"GET /x HTTP/1.1\r\nHost: localhost/path\r\n\r\n", 400),
    "Host with a user": (b"GET /x HTTP/1.1\r\nHost: user@h\r\n\r\n", 400),
}

# Chunked bodies that go wrong: the head may have gone upstream by then, but no whole request ever does.
BROKEN_CHUNKS = {
    "no size": b"\r\nabc\r\n0\r\n\r\n",
    "size with 0x": b"0x3\r\nabc\r\n0\r\n\r\n",
    "size with a sign": b"+3\r\nabc\r\n0\r\n\r\n",
    "negative size": b"-3\r\nabc\r\n0\r\n\r\n",
    "size that is no number": b"g\r\nabc\r\n0\r\n\r\n",
    "size beyond 64 bits": b"10000000000000003\r\nabc\r\n0\r\n\r\n",
    "size with a space before": b" 3\r\nabc\r\n0\r\n\r\n",
    "size ended by LF": b"3\nabc\r\n0\r\n\r\n",
    "size ended by CR": b"3\rabc\r\n0\r\n\r\n",
    "size ended by CR and a letter": b"3\r\rabc\r\n0\r\n\r\n",
    "extension with LF": b"3;a\nb\r\nabc\r\n0\r\n\r\n",
    "extension with CR": b"3;a\rb\r\nabc\r\n0\r\n\r\n",
    "extension with NUL": b"3;a=\x00\r\nabc\r\n0\r\n\r\n",
    "extension with CR in quotes": b'3;a="\r"\r\nabc\r\n0\r\n\r\n',
    "extension too long": b"3;" + b"a" * 5000 + b"\r\nabc\r\n0\r\n\r\n",
    "data longer than the size": b"3\r\nabcd\r\n0\r\n\r\n",
    "data ended by LF": b"3\r\nabc\n0\r\n\r\n",
    "last chunk ended by LF": b"0\n\r\n",
    "trailer with LF": b"0\r\nX-A: 1\nX-B: 2\r\n\r\n",
    "trailer with NUL": b"0\r\nX-A: \x00\r\n\r\n",
    "trailer without colon": b"0\r\nnonsense\r\n\r\n",
    "folded trailer": b"0\r\nX-A: 1\r\n 2\r\n\r\n",
    "trailer that is framing": b"0\r\nContent-Length: 5\r\n\r\n",
    "too many trailers": b"0\r\n" + b"X-A: 1\r\n" * 5000 + b"\r\n",
}

# name: (the bytes, what the upstream must have seen as (start line, body))
ACCEPTED = {
    "empty lines before": (b"\r\n" + GET + b"\r\n", (b"GET /x HTTP/1.1", b"")),
    "two empty lines before": (b"\r\n\r\n" + GET + b"\r\n", (b"GET /x HTTP/1.1", b"")),
    "length zero": (POST + b"Content-Length: 0\r\n\r\n", (b"POST /x HTTP/1.1", b"")),
    "length with zeros before": (POST + b"Content-Length: 0003\r\n\r\nabc", (b"POST /x HTTP/1.1", b"abc")),
    "length with spaces around": (POST + b"Content-Length:   3  \r\n\r\nabc", (b"POST /x HTTP/1.1", b"abc")),
    "length with tabs around": (POST + b"Content-Length:\t3\t\r\n\r\nabc", (b"POST /x HTTP/1.1", b"abc")),
    "no body at all": (POST + b"\r\n", (b"POST /x HTTP/1.1", b"")),
    "GET with a body": (GET + b"Content-Length: 3\r\n\r\nabc", (b"GET /x HTTP/1.1", b"abc")),
    "DELETE with a chunked body": (b"DELETE /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                                   (b"DELETE /x HTTP/1.1", b"abc")),
    "Chunked": (POST + b"transfer-encoding:Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", (b"POST /x HTTP/1.1", b"abc")),
    "chunk size with zeros": (CHUNKED + b"0000003\r\nabc\r\n000\r\n\r\n", (b"POST /x HTTP/1.1", b"abc")),
    "chunk size in capitals": (CHUNKED + b"A\r\n0123456789\r\n0\r\n\r\n", (b"POST /x HTTP/1.1", b"0123456789")),
    "chunk extensions": (CHUNKED + b'3;a=b;c="d\\"e;f";g\r\nabc\r\n0;z\r\n\r\n', (b"POST /x HTTP/1.1", b"abc")),
    "empty Host": (b"GET /x HTTP/1.1\r\nHost:\r\n\r\n", (b"GET /x HTTP/1.1", b"")),
    "Host with a port": (b"GET /x HTTP/1.1\r\nHost: [::1]:8401\r\n\r\n", (b"GET /x HTTP/1.1", b"")),
    "HTTP/1.0 without Host": (b"GET /x HTTP/1.0\r\n\r\n", (b"GET /x HTTP/1.1", b"")),
    "OPTIONS *": (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", (b"OPTIONS * HTTP/1.1", b"")),
    "method that few know": (b"M-SEARCH /x HTTP/1.1\r\nHost: localhost\r\n\r\n", (b"M-SEARCH /x HTTP/1.1", b"")),
    "method that nobody knows": (b"FROB /x HTTP/1.1\r\nHost: localhost\r\n\r\n", (b"FROB /x HTTP/1.1", b"")),
    "longest request line": (b"GET /" + b"x" * 16000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                             (b"GET /" + b"x" * 16000 + b" HTTP/1.1", b"")),
    "many fields": (GET + b"X-A: 1\r\n" * 120 + b"\r\n", (b"GET /x HTTP/1.1", b"")),
    "large head": (GET + b"X-A: " + b"x" * 60000 + b"\r\n\r\n", (b"GET /x HTTP/1.1", b"")),
    "other expectation": (POST + b"Expect: 200-ok\r\nContent-Length: 0\r\n\r\n", (b"POST /x HTTP/1.1", b"")),
    "Connection with empty elements": (GET + b"Connection: , ,keep-alive,\r\n\r\n", (b"GET /x HTTP/1.1", b"")),
    "Upgrade that Connection does not name": (GET + b"Upgrade: websocket\r\n\r\n", (b"GET /x HTTP/1.1", b"")),
}

# Responses that must not be passed on.
HOSTILE = {
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok!",
    "length and chunked": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "other transfer coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "Transfer_Encoding": b"HTTP/1.1 200 OK\r\nTransfer_Encoding: chunked\r\nContent-Length: 2\r\n\r\nok",
    "bare LF": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
    "bare CR in a value": b"HTTP/1.1 200 OK\r\nX-A: a\rb\r\nContent-Length: 2\r\n\r\nok",
    "NUL in a value": b"HTTP/1.1 200 OK\r\nX-A: a\x00b\r\nContent-Length: 2\r\n\r\nok",
    "folded field": b"HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
    "space before the colon": b"HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok",
    "no status": b"HTTP/1.1 OK\r\nContent-Length: 2\r\n\r\nok",
    "status of two digits": b"HTTP/1.1 99 Low\r\nContent-Length: 2\r\n\r\nok",
    "status of four digits": b"HTTP/1.1 2000 High\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/2": b"HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "head without end": b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 300_000,
    "101 that nobody asked for": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
}

# name: (the response, status and body that the client must get)
RARE = {
    "no reason": (b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok", 200, b"ok"),
    "unknown status": (b"HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\nok", 299, b"ok"),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\n\r\nok", 200, b"ok"),
    "HTTP/1.0 with a length": (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, b"ok"),
    "until the end": (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok", 200, b"ok"),
    "nothing until the end": (b"HTTP/1.1 200 OK\r\n\r\n", 200, b""),
    "chunks with extensions": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=\"b\"\r\nok\r\n0\r\nX: y\r\n\r\n", 200, b"ok"),
    "interim responses": (b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK, 200, b"ok"),
    "other bytes in a value": (b"HTTP/1.1 200 OK\r\nX-A: \xe9\xff\r\nContent-Length: 2\r\n\r\nok", 200, b"ok"),
    "large head": (b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 200_000 + b"\r\nContent-Length: 2\r\n\r\nok", 200, b"ok"),
}


class Requests(Case):
    def setUp(self):
        super().setUp()
        self.upstream = self.start_upstream(OK)
        self.proxy = self.start_proxy(self.upstream)

    def refusal(self, request):
        """Sends a request that must be refused; returns the answer, after which the connection ends."""
        wire = self.proxy.connect(tls=False)
        wire.send(request)
        answer = wire.response()
        self.assertEqual(wire.rest(), b"")
        wire.close()
        return answer

    def test_refused(self):
        for name, (request, wanted) in REFUSED.items():
            with self.subTest(name):
                answer = self.refusal(request)
                self.assertIn(answer.status, wanted if isinstance(wanted, tuple) else (wanted,))
                said = json.loads(answer.body)
                self.assertRegex(said["name"], "^Why401")
                self.assertTrue(said["error"])
        self.proxy.stop()
        self.assertEqual(self.upstream.bytes_received, 0)

    def test_refused_one_byte_at_a_time(self):
        for name in ("length and chunked", "bare LF between fields", "NUL in a value", "folded field",
                     "space before the colon", "chunked in HTTP/1.0"):
            with self.subTest(name):
                wire = self.proxy.connect(tls=False)
                try:
                    for byte in REFUSED[name][0]:
                        wire.send(bytes([byte]))
                except ConnectionError:
                    pass  # it refused before it had read all
                self.assertEqual(wire.response().status, 400)
        self.proxy.stop()
        self.assertEqual(self.upstream.bytes_received, 0)

    def test_nothing_behind_a_refused_request_is_read(self):
        answer = self.refusal(REFUSED["two different lengths"][0] + SMUGGLED)
        self.assertEqual(answer.status, 400)
        self.proxy.stop()
        self.assertEqual(self.upstream.bytes_received, 0)

    def test_accepted(self):
        for name, (request, wanted) in ACCEPTED.items():
            with self.subTest(name):
                answer = self.proxy.exchange(request, tls=False)
                self.assertEqual((answer.status, answer.body), (200, b"ok"))
                seen = self.upstream.requests[-1]
                self.assertEqual((seen.start_line, seen.body), wanted)
                self.assertEqual(seen.values(b"Host"), [self.upstream.authority])

    def test_accepted_one_byte_at_a_time(self):
        for name in ("chunk extensions", "length with zeros before", "empty lines before"):
            with self.subTest(name):
                request, wanted = ACCEPTED[name]
                wire = self.proxy.connect(tls=False)
                for byte in request:
                    wire.send(bytes([byte]))
                self.assertEqual(wire.response().status, 200)
                seen = self.upstream.requests[-1]
                self.assertEqual((seen.start_line, seen.body), wanted)
                wire.close()


class BrokenChunks(Case):
    def test_refused(self):
        whole = []

        def script(peer):
            try:
                peer.head()
                whole.append(peer.until(b"\r\n0\r\n\r\n"))
            except (Closed, ConnectionError):
                pass  # the proxy cut the request off, as it must

        upstream = self.start_upstream(script)
        proxy = self.start_proxy(upstream)
        for name, body in BROKEN_CHUNKS.items():
            with self.subTest(name):
                wire = proxy.connect(tls=False)
                wire.send(CHUNKED + body)
                answer = wire.response()
                self.assertEqual(answer.status, 400)
                self.assertEqual(json.loads(answer.body)["name"], "Why401BadRequest")
                self.assertEqual(wire.rest(), b"")
        proxy.stop()
        self.assertEqual(whole, [])


class Responses(Case):
    def ask(self, response):
        """A connection to a proxy whose upstream answers with these bytes, with a request sent."""

        def script(peer):
            if peer.request() is not None:
                peer.send(response)

        self.upstream = self.start_upstream(script)
        wire = self.start_proxy(self.upstream).connect(tls=False)
        wire.send(GET + b"\r\n")
        return wire

    def test_hostile(self):
        for name, response in HOSTILE.items():
            with self.subTest(name):
                answer = self.ask(response).response()
                self.assertEqual(answer.status, 502)
                self.assertEqual(json.loads(answer.body)["name"], "Why401BadUpstreamResponse")

    def test_broken_chunks_do_not_look_whole(self):
        for body in (b"3\nabc\r\n0\r\n\r\n", b"3\r\nabcd\r\n0\r\n\r\n", b"zz\r\n", b"3;a\nb\r\nabc\r\n0\r\n\r\n"):
            with self.subTest(body):
                wire = self.ask(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
                try:
                    answer = wire.response()
                except (Closed, ConnectionError):
                    continue
                self.assertEqual(answer.status, 502)

    def test_rare_but_valid(self):
        for name, (response, status, body) in RARE.items():
            with self.subTest(name):
                wire = self.ask(response)
                while (answer := wire.response()).status < 200:
                    pass
                self.assertEqual((answer.status, answer.body), (status, body))

    def test_bytes_behind_a_response_reach_nobody(self):
        extra = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"

        def script(peer):
            if peer.request() is not None:
                peer.send(OK, extra if peer.number == 0 else b"")

        upstream = self.start_upstream(script)
        proxy = self.start_proxy(upstream)
        wire = proxy.connect(tls=False)
        for _ in range(2):
            wire.send(GET + b"\r\n")
            self.assertEqual(wire.response().body, b"ok")
        self.assertEqual(len(upstream.peers), 2)
        wire.close()
