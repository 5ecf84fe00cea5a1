"""The life of connections: kept, pipelined, closed, upgraded, gone stale; and what is never sent twice."""
import json
import threading
import time
import unittest

from upstream import Upstream
from why401 import WRAPPER, Case
from wire import PATIENCE, Closed

GET = b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /api/v2/tbtc/wallet/0/tx/send HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def numbered(peer):
    """A script that answers with the target of each request."""
    while (request := peer.request()) is not None:
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(request.target), request.target))


class Clients(Case):
    """What a client's connection goes through."""

    def setUp(self):
        super().setUp()
        self.upstream = self.start_upstream(numbered, tls=True)
        self.proxy = self.start_proxy(self.upstream)

    def test_keep_alive(self):
        for tls in (True, False):
            wire = self.proxy.connect(tls=tls)
            for number in range(5):
                wire.send(b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number)
                self.assertEqual(wire.response().body, b"/%d" % number)
            wire.close()
        self.assertEqual(len(self.upstream.peers), 1)

    def test_pipelining(self):
        for tls in (True, False):
            wire = self.proxy.connect(tls=tls)
            requests = [b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number for number in range(20)]
            requests[7] = b"POST /7 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc"
            requests[8] = b"POST /8 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            wire.send(*requests)
            for number in range(20):
                self.assertEqual(wire.response().body, b"/%d" % number)
            wire.close()

    def test_connection_close(self):
        for tls in (True, False):
            wire = self.proxy.connect(tls=tls)
            wire.send(b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = wire.response()
            self.assertEqual(answer.body, b"/x")
            self.assertEqual(answer.value(b"Connection"), b"close")
            self.assertEqual(wire.rest(), b"")  # with close_notify, or this would raise

    def test_http_1_0_closes(self):
        wire = self.proxy.connect()
        wire.send(b"GET /x HTTP/1.0\r\n\r\n")
        self.assertEqual(wire.response().body, b"/x")
        self.assertEqual(wire.rest(), b"")

    def test_http_1_0_keeps_alive_when_asked(self):
        wire = self.proxy.connect()
        for _ in range(2):
            wire.send(b"GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            answer = wire.response()
            self.assertEqual(answer.body, b"/x")
            self.assertEqual(answer.value(b"Connection").lower(), b"keep-alive")
        wire.close()

    def test_client_that_ends_its_half_still_gets_the_answer(self):
        wire = self.proxy.connect(tls=False)
        wire.send(GET)
        wire.end()
        self.assertEqual(wire.response().body, b"/x")
        self.assertEqual(wire.rest(), b"")

    def test_openssl_sees_a_proper_end(self):
        request = b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        for version in ("-tls1_2", "-tls1_3"):
            done = self.run_command("openssl", "s_client", "-connect", f"127.0.0.1:{self.proxy.port}", version,
                                    "-servername", "localhost", "-CAfile", self.proxy.ca, "-verify_return_error",
                                    "-verify_hostname", "localhost", "-ign_eof", "-quiet", data=request)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(done.stdout.endswith(b"\r\n\r\n/x"), done.stdout)
            self.assertNotIn(b"error", done.stderr)

    def test_clients_share_the_pool(self):
        for _ in range(5):
            self.assertEqual(self.proxy.exchange(GET).status, 200)
        self.assertEqual(len(self.upstream.peers), 1)


class Responses(Case):
    """What an upstream does at moments of its own choosing."""

    def through(self, script):
        """A client's connection to a proxy in front of an upstream with that script."""
        self.upstream = self.start_upstream(script, tls=True)
        self.proxy = self.start_proxy(self.upstream)
        return self.proxy.connect()

    def test_close_delimited(self):
        body = bytes(range(256)) * 2000

        def script(peer):
            if peer.request() is not None:
                peer.send(b"HTTP/1.1 200 OK\r\n\r\n", body)

        wire = self.through(script)
        wire.send(GET)
        self.assertEqual(wire.response().body, body)

    def test_close_delimited_and_cut_off_does_not_look_whole(self):
        def script(peer):
            if peer.request() is not None:
                peer.send(b"HTTP/1.1 200 OK\r\n\r\nhalf")
                sent.wait(PATIENCE)
                peer.reset()

        sent = threading.Event()
        wire = self.through(script)
        wire.send(GET)
        wire.until(b"half")
        sent.set()
        with self.assertRaises((Closed, OSError)):
            wire.buffer[:0] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf"
            wire.response()
            wire.rest()

    def test_cut_off_within_its_length_does_not_look_whole(self):
        def script(peer):
            if peer.request() is not None:
                peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

        wire = self.through(script)
        wire.send(GET)
        with self.assertRaises((Closed, OSError)):
            wire.response()
        self.assertEqual(self.proxy.entries(1)[0]["outcome"], "upstream_broke")

    def test_early_hints(self):
        hints = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"

        seen = threading.Event()

        def script(peer):
            peer.request()
            peer.send(hints)
            seen.wait(PATIENCE)  # the hints must have passed before the answer exists
            peer.send(OK)

        wire = self.through(script)
        wire.send(GET)
        self.assertEqual(wire.response().head, hints)
        seen.set()
        self.assertEqual(wire.response().body, b"ok")

    def test_continue_end_to_end(self):
        def script(peer):
            peer.head()
            peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.assertEqual(peer.exactly(5), b"hello")
            peer.send(OK)

        wire = self.through(script)
        wire.send(b"POST /x HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        self.assertEqual(wire.response().status, 100)
        self.assertEqual(self.upstream.requests[0].value(b"Expect"), b"100-continue")
        wire.send(b"hello")
        self.assertEqual(wire.response().body, b"ok")

    def test_final_answer_instead_of_continue(self):
        def script(peer):
            peer.head()
            peer.send(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

        wire = self.through(script)
        wire.send(b"POST /x HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
        self.assertEqual(wire.response().status, 413)

    def test_early_response(self):
        """A refusal reaches the client while its body still streams, and the rest of it is no harm."""

        def script(peer):
            peer.head()
            peer.exactly(1000)
            peer.send(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")

        wire = self.through(script)
        wire.send(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\n\r\n", b"x" * 1000)
        answer = wire.response()
        self.assertEqual((answer.status, answer.body), (413, b"big"))

    def test_early_response_to_a_body_that_goes_on(self):
        def script(peer):
            peer.head()
            peer.send(OK)
            try:
                self.assertEqual(peer.exactly(2000), b"x" * 2000)
            except Closed as end:
                self.assertEqual(end.rest.strip(b"x"), b"")
                return
            except OSError:
                return  # cut off without a close_notify, because the request was not whole
            while peer.request() is not None:
                peer.send(OK)

        wire = self.through(script)
        wire.send(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2000\r\n\r\n")
        self.assertEqual(wire.response().body, b"ok")
        try:
            wire.send(b"x" * 2000)
            wire.send(GET)
            self.assertEqual(wire.response().body, b"ok")
        except (Closed, OSError):
            pass  # the proxy may end the connection instead, as RFC 9112 section 9.6 allows

    def test_upstream_that_answered_before_the_body_serves_nobody_else(self):
        """It may take what it got for the beginning of another request, which the next client's would end."""
        begins = b"POST /for-the-thief HTTP/1.1\r\nX: "

        def script(peer):
            if peer.head().target == b"/next":
                peer.send(OK)
                return
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha")
            self.assertEqual(peer.exactly(len(begins)), begins)
            peer.send(b"lf")
            try:
                self.assertEqual(peer.rest(), b"")
            except OSError:
                pass  # without a close_notify

        wire = self.through(script)
        wire.send(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(begins), begins[:5])
        wire.until(b"ha")
        wire.send(begins[5:])
        wire.until(b"lf")
        self.assertEqual(self.proxy.exchange(b"GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200)
        self.assertEqual(len(self.upstream.peers), 2)

    def test_upgrade_becomes_a_tunnel(self):
        switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"

        def script(peer):
            request = peer.head()
            self.assertEqual(request.value(b"Upgrade"), b"websocket")
            self.assertEqual(request.value(b"Connection").lower(), b"upgrade")
            peer.send(switch, b"at once")
            peer.send(b"echo " + peer.exactly(5))
            self.assertEqual(peer.rest(), b"\x00\xff bytes" * 10000)

        wire = self.through(script)
        wire.send(b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                  b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        answer = wire.response()
        self.assertEqual(answer.status, 101)
        self.assertEqual(answer.value(b"Upgrade"), b"websocket")
        self.assertEqual(answer.value(b"Connection").lower(), b"upgrade")
        self.assertEqual(wire.exactly(7), b"at once")
        wire.send(b"hello")
        self.assertEqual(wire.exactly(10), b"echo hello")
        wire.send(b"\x00\xff bytes" * 10000)
        wire.close()
        self.assertEqual(self.proxy.entries(1)[0]["outcome"], "tunnel")

    def test_upgrade_refused_is_an_answer_like_others(self):
        wire = self.through(numbered)
        for _ in range(2):
            wire.send(b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            self.assertEqual(wire.response().body, b"/ws")
        wire.close()


class BrokenConnections(Case):
    def refused(self, wire):
        answer = wire.response()
        return answer.status, json.loads(answer.body)

    def test_stale_connection_is_no_trouble_for_a_get(self):
        """The pooled connection ends just when the next GET was written to it: sent once more."""

        def script(peer):
            peer.request()
            if peer.number == 0:
                peer.send(OK)
                peer.request()  # read, and closed without a word
            else:
                peer.send(OK)

        upstream = self.start_upstream(script, tls=True)
        proxy = self.start_proxy(upstream)
        wire = proxy.connect()
        for number in range(2):
            wire.send(b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % number)
            self.assertEqual(wire.response().body, b"ok")
        wire.close()
        self.assertEqual([request.target for request in upstream.requests], [b"/0", b"/1", b"/1"])

    def test_post_is_never_sent_twice(self):
        """Whatever connection it takes, fresh or pooled, closed or reset, and however much arrived."""
        for ending in ("close", "reset"):
            for pooled in (True, False):
                with self.subTest(ending=ending, pooled=pooled):

                    def script(peer, ending=ending):
                        while (request := peer.request()) is not None:
                            if request.method == b"POST":
                                getattr(peer, ending)()
                                return
                            peer.send(OK)

                    upstream = self.start_upstream(script, tls=True)
                    proxy = self.start_proxy(upstream)
                    wire = proxy.connect()
                    if pooled:
                        wire.send(GET)
                        self.assertEqual(wire.response().body, b"ok")
                    wire.send(POST)
                    status, said = self.refused(wire)
                    self.assertEqual((status, said["name"]), (502, "Why401OutcomeUnknown"))
                    self.assertIn("may or may not have received it", json.dumps(said))
                    wire.close()
                    proxy.stop()
                    posts = [request for request in upstream.requests if request.method == b"POST"]
                    self.assertEqual(len(posts), 1)

    def test_get_on_a_fresh_connection_that_closes(self):
        upstream = self.start_upstream(lambda peer: peer.request(), tls=True)
        proxy = self.start_proxy(upstream)
        wire = proxy.connect()
        wire.send(GET)
        status, said = self.refused(wire)
        self.assertEqual((status, said["name"]), (502, "Why401UpstreamClosed"))
        self.assertLessEqual(len(upstream.requests), 2)
        wire.close()

    def test_half_an_answer_is_never_asked_for_again(self):
        def script(peer):
            if peer.request() is not None and peer.number == 0:
                peer.send(OK)
                if peer.request() is not None:
                    peer.send(b"HTTP/1.1 200 OK\r\nContent-")

        upstream = self.start_upstream(script, tls=True)
        wire = self.start_proxy(upstream).connect()
        wire.send(GET)
        self.assertEqual(wire.response().body, b"ok")
        wire.send(GET)
        status, said = self.refused(wire)
        self.assertEqual(status, 502)
        self.assertRegex(said["name"], "Why401(UpstreamClosed|BadUpstreamResponse)")
        self.assertEqual(len(upstream.requests), 2)

    def test_nobody_listens(self):
        upstream = Upstream(OK)
        upstream.close()
        wire = self.start_proxy(upstream).connect()
        wire.send(POST)
        status, said = self.refused(wire)
        self.assertEqual((status, said["name"]), (502, "Why401UpstreamUnreachable"))
        self.assertIn("127.0.0.1", said["error"])

    def test_client_that_goes_away_leaves_no_trace_but_a_line(self):
        gone = []

        def script(peer):
            peer.request()
            gone.append(peer.request())

        upstream = self.start_upstream(script)
        proxy = self.start_proxy(upstream)
        wire = proxy.connect(tls=False)
        wire.send(GET)
        upstream.wait_requests(1)
        wire.reset()
        self.assertEqual(proxy.entries(1)[0]["outcome"], "client_gone")
        proxy.stop()
        self.assertEqual(gone, [None])


class Timeouts(Case):
    def answer_with(self, timeouts, script, request):
        proxy = self.start_proxy(self.start_upstream(script), config={"timeouts": timeouts})
        wire = proxy.connect(tls=False)
        wire.send(request)
        answer = wire.response()
        wire.close()
        return answer.status, json.loads(answer.body)["name"]

    def test_request_head(self):
        self.assertEqual(self.answer_with({"request_head_ms": 200}, OK, b"GET /x HT"),
                         (408, "Why401RequestTimeout"))

    def test_request_body(self):
        def script(peer):
            peer.head()
            peer.rest()

        self.assertEqual(self.answer_with({"body_idle_ms": 200}, script, POST[:-1]),
                         (408, "Why401RequestTimeout"))

    def test_response_head(self):
        def script(peer):
            peer.request()
            peer.rest()

        self.assertEqual(self.answer_with({"response_head_ms": 200}, script, POST),
                         (504, "Why401UpstreamTimeout"))

    def test_each_of_many_pipelined_requests_has_its_own_response_head_ms(self):
        def script(peer):
            while peer.request() is not None:
                time.sleep(0.15)  # the time is the test: all together take longer than one may
                peer.send(OK)

        proxy = self.start_proxy(self.start_upstream(script), config={"timeouts": {"response_head_ms": 1200}})
        wire = proxy.connect(tls=False)
        wire.send(GET * 12)
        self.assertEqual([wire.response().status for _ in range(12)], [200] * 12)
        wire.close()

    @unittest.skipIf(WRAPPER, "a handshake takes longer than such a client may be idle")
    def test_idle_client_is_closed_properly(self):
        proxy = self.start_proxy(self.start_upstream(OK), config={"timeouts": {"client_idle_ms": 200}})
        wire = proxy.connect()
        wire.send(GET)
        self.assertEqual(wire.response().body, b"ok")
        self.assertEqual(wire.rest(), b"")

    def test_idle_upstream_connection_is_closed_properly(self):
        ended = []

        def script(peer):
            peer.request()
            peer.send(OK)
            ended.append(peer.rest())

        upstream = self.start_upstream(script, tls=True)
        proxy = self.start_proxy(upstream, config={"timeouts": {"upstream_idle_ms": 200}})
        self.assertEqual(proxy.exchange(GET).status, 200)
        for thread in upstream.threads[1:]:
            thread.join()
        self.assertEqual(ended, [b""])


class Limits(Case):
    def test_connections(self):
        proxy = self.start_proxy(self.start_upstream(OK), config={"limits": {"connections": 2}})
        held = [proxy.connect(tls=False) for _ in range(2)]
        for wire in held:
            wire.send(GET)
            self.assertEqual(wire.response().status, 200)
        wire = proxy.connect(tls=False)
        wire.send(GET)
        answer = wire.response()
        self.assertEqual((answer.status, json.loads(answer.body)["name"]), (503, "Why401TooManyConnections"))
        held[0].close()
