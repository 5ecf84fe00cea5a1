"""Limits of the config: what is within passes as it came, one more is refused, and by the value that was set. Where
a default could be taken for it, one value lies below the default and one above."""
import contextlib
import gzip
import json
import threading

import har
from why401 import Case
from wire import PATIENCE, Closed

GET = b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
TOKEN = b"v2x" + 64 * b"5"  # made up
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def filled(begin, size, end=b"\r\n\r\n", byte=b"~"):
    """`size` bytes: as many of one in the middle as it takes."""
    return begin + byte * (size - len(begin) - len(end)) + end


def answering(answer):
    """A script: what `answer` makes of each request, as far as the proxy takes it."""

    def script(peer):
        with contextlib.suppress(Closed, ConnectionError):
            while (request := peer.request()) is not None:
                peer.send(*answer(request))

    return script


def number_in(request):
    """What a test asks the upstream for: GET /NUMBER."""
    return int(request.target[1:])


class Limited(Case):
    def limited(self, script, *args, **limits):
        """A proxy with these limits, in front of an upstream with that script."""
        self.upstream = self.start_upstream(script)
        self.proxy = self.start_proxy(self.upstream, *args, config={"limits": limits})
        return self.proxy

    def asked_for(self, number):
        return self.asked(b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number)

    def asked(self, request):
        wire = self.proxy.connect(tls=False)
        wire.send(request)
        return wire.response()

    def assertPasses(self, answer):
        self.assertEqual(answer.status, 200)

    def assertRefused(self, answer, status, name, said=""):
        found = json.loads(answer.body)
        self.assertEqual((answer.status, found["name"]), (status, name))
        self.assertIn(said, found["error"])


class Heads(Limited):
    def test_request_line_bytes(self):
        def line_of(size):
            return filled(b"GET /", size, b" HTTP/1.1\r") + b"\nHost: localhost\r\n\r\n"

        for most in (300, 20000):
            with self.subTest(most):
                self.limited(OK, request_line_bytes=most)
                self.assertPasses(self.asked(line_of(most)))
                self.assertRefused(self.asked(line_of(most + 1)), 414, "Why401UriTooLong", f"more than {most} bytes")
                self.assertEqual(len(self.upstream.requests), 1)

    def test_a_request_line_without_end_is_not_waited_for(self):
        self.limited(OK, request_line_bytes=300)
        self.assertRefused(self.asked(filled(b"GET /", 301, b"")), 414, "Why401UriTooLong", "more than 300 bytes")

    def test_response_head_bytes(self):
        def answer(request):
            return filled(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: ", number_in(request)), b"ok"

        for most in (2000, 600_000):
            with self.subTest(most):
                self.limited(answering(answer), response_head_bytes=most)
                got = self.asked_for(most)
                self.assertPasses(got)
                self.assertEqual((len(got.head), got.body), (most, b"ok"))
                self.assertRefused(self.asked_for(most + 1), 502, "Why401BadUpstreamResponse")

    def test_a_response_head_without_end_is_not_waited_for(self):
        self.limited(answering(lambda request: [filled(b"HTTP/1.1 200 OK\r\nX: ", 2001, b"")]),
                     response_head_bytes=2000)
        self.assertRefused(self.asked(GET), 502, "Why401BadUpstreamResponse", "limits.response_head_bytes")

    def test_header_fields_of_a_request(self):
        def request_of(fields):
            return b"GET /x HTTP/1.1\r\nHost: localhost\r\n" + b"A: b\r\n" * (fields - 1) + b"\r\n"

        for most in (10, 200):
            with self.subTest(most):
                self.limited(OK, header_fields=most)
                self.assertPasses(self.asked(request_of(most)))
                self.assertRefused(self.asked(request_of(most + 1)), 431, "Why401HeadTooLarge",
                                   f"more than {most} fields")
                self.assertEqual([len(request.fields) for request in self.upstream.requests], [most])

    def test_header_fields_of_a_response(self):
        def answer(request):
            return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", b"A: b\r\n" * (number_in(request) - 1), b"\r\nok"

        for most in (10, 200):
            with self.subTest(most):
                self.limited(answering(answer), header_fields=most)
                got = self.asked_for(most)
                self.assertPasses(got)
                self.assertEqual(len(got.fields), most)
                self.assertRefused(self.asked_for(most + 1), 502, "Why401BadUpstreamResponse",
                                   f"more than {most} fields")


class Trailers(Limited):
    def trailers_of(self, size):
        return filled(b"T: ", size, b"\r\n")

    def test_trailer_bytes_of_a_request(self):
        def request_of(size):
            return (b"POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n" +
                    self.trailers_of(size) + b"\r\n")

        for most in (300, 20000):
            with self.subTest(most):
                self.limited(answering(lambda request: [OK]), trailer_bytes=most)
                self.assertPasses(self.asked(request_of(most)))
                self.assertRefused(self.asked(request_of(most + 1)), 400, "Why401BadRequest",
                                   f"trailers have more than {most} bytes")
                self.assertEqual([request.trailers for request in self.upstream.requests], [self.trailers_of(most)])

    def test_trailer_bytes_of_a_response(self):
        def answer(request):
            return (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n",
                    self.trailers_of(number_in(request)), b"\r\n")

        for most in (300, 20000):
            with self.subTest(most):
                self.limited(answering(answer), trailer_bytes=most)
                got = self.asked_for(most)
                self.assertPasses(got)
                self.assertEqual(got.trailers, self.trailers_of(most))
                with self.assertRaises((Closed, ConnectionError)):  # its head is on its way already
                    self.asked_for(most + 1)
                self.assertEqual(self.proxy.entries(2)[1]["outcome"], "upstream_broke")


class UpstreamConnections(Limited):
    def test_upstream_connections(self):
        """As many requests as may be under way at the upstream, and one more."""
        go_on = threading.Event()

        def script(peer):
            while peer.request() is not None:
                go_on.wait(PATIENCE)
                peer.send(OK)

        for most in (1, 3):
            with self.subTest(most):
                go_on.clear()
                self.limited(script, upstream_connections=most)
                wires = [self.proxy.connect(tls=False) for _ in range(most)]
                for wire in wires:
                    wire.send(GET)
                self.upstream.wait_requests(most)
                refused = self.asked(GET)
                self.assertRefused(refused, 503, "Why401TooManyConnections",
                                   f"all {most} upstream connections are in use")
                self.assertIn(b"limits.upstream_connections", refused.body)
                go_on.set()
                for wire in wires:
                    self.assertPasses(wire.response())
                self.assertPasses(self.asked(GET))
                self.assertEqual(len(self.upstream.peers), most)

    def test_connections_to_other_hosts_are_upstream_connections_too(self):
        other = self.start_upstream(lambda peer: peer.rest())
        self.limited(OK, "--tunnel", "all", upstream_connections=1)
        tunnel = self.asked_for_a_tunnel(other)
        self.assertPasses(tunnel.message(bodiless=True))
        refused = self.asked_for_a_tunnel(other)
        self.assertRefused(refused.response(), 503, "Why401TooManyConnections",
                           "all 1 upstream connections are in use")
        self.assertRefused(self.asked(GET), 503, "Why401TooManyConnections")
        tunnel.close()

    def asked_for_a_tunnel(self, host):
        wire = self.proxy.connect(tls=False)
        wire.send(b"CONNECT 127.0.0.1:%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % host.port)
        return wire

    def test_upstream_idle_connections(self):
        """Of three connections that come free at once so many are kept, and serve the next three."""
        for kept in (0, 1, 2):
            with self.subTest(kept):
                together = threading.Barrier(3)

                def script(peer, together=together):
                    while peer.request() is not None:
                        together.wait(PATIENCE)
                        peer.send(OK)

                self.limited(script, upstream_idle_connections=kept)
                for _ in range(2):
                    wires = [self.proxy.connect(tls=False) for _ in range(3)]
                    for wire in wires:
                        wire.send(GET)
                    for wire in wires:
                        self.assertPasses(wire.response())
                self.assertEqual(len(self.upstream.peers), 3 + 3 - kept)


class Decoded(Limited):
    def test_decoded_bytes(self):
        """What is compressed is read, and kept, so far. The reason stands at its end."""
        begin, reason = b'{"status":401,', b'"error":"needs unlock"}'
        for most in (2000, 1_500_000):
            with self.subTest(most):
                said, kept = self.judged(most, filled(begin, most, reason, b" "))
                self.assertIn("bitgo#needs-unlock", said)
                self.assertEqual((len(kept["text"]), kept.get("comment")), (most, None))
                said, kept = self.judged(most, filled(begin, most + len(reason), reason, b" "))
                self.assertNotIn("bitgo#needs-unlock", said)
                self.assertEqual(len(kept["text"]), most)
                self.assertIn("limits.decoded_bytes", kept["comment"])

    def judged(self, most, text):
        """Which rules explain a failing answer with that text, compressed, and what the HAR has of it."""
        file = self.home / f"{most}-{len(text)}.har"
        body = gzip.compress(text)
        self.limited(b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
                     b"Content-Length: %d\r\n\r\n%s" % (len(body), body), "--har", file, decoded_bytes=most)
        self.asked(b"GET /api/v2/user/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n" % TOKEN)
        line, = self.proxy.entries(1)
        self.proxy.stop()
        entry, = har.check(json.loads(file.read_text()))
        return [found["id"] for found in line["explanations"]], entry["response"]["content"]
