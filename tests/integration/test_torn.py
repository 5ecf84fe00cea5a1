"""Peers that leave after k bytes, for every k, on real sockets; names and addresses that lead nowhere; slow
readers. The client is told, or sees that what it got is torn; a POST never goes out twice."""
import collections
import json
import socket
import ssl

from why401 import Case
from wire import Closed

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
GET = b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
BROKEN = (Closed, OSError, ssl.SSLError)


def leave(wire, way):
    if way == "reset":
        wire.reset()
    else:
        wire.sock.close()


class Torn(Case):
    def test_upstream_leaves_after_k_bytes(self):
        for response, body in ((LENGTH, b"hello"), (CHUNKED, b"abcde")):
            for way in ("close", "reset"):
                with self.subTest(response=response, way=way):
                    self.tear_responses(response, body, way)

    def tear_responses(self, response, body, way):
        def script(peer):
            request = peer.request()
            if request is not None:
                peer.send(response[:int(request.target[1:])])
                leave(peer, way)

        upstream = self.start_upstream(script)
        proxy = self.start_proxy(upstream, "--no-ledger")
        outcomes = []
        for k in range(len(response) + 1):
            request = b"POST /%d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n!" % k
            try:
                got = proxy.exchange(request, tls=False)
            except BROKEN:
                outcomes.append("upstream_broke")
                continue
            if got.status == 200:
                self.assertEqual(got.body, body)
                outcomes.append("complete")
            else:
                self.assertEqual(got.status, 502)
                self.assertRegex(json.loads(got.body)["name"], "Why401(OutcomeUnknown|BadUpstreamResponse)")
                outcomes.append("refused")
        logged = [entry["outcome"] for entry in proxy.entries(len(response) + 1)]
        self.assertEqual(logged, outcomes)
        self.assertIn("upstream_broke", outcomes)
        # Before the last byte nothing may look whole. With it, a reset may still be quicker.
        self.assertNotIn("complete", outcomes[:-1])
        self.assertEqual(outcomes[-1] == "complete" or way == "reset", True, outcomes[-1])
        times = collections.Counter(request.target for request in upstream.requests)
        self.assertEqual(set(times.values()), {1})
        proxy.stop()

    def test_client_leaves_after_k_bytes(self):
        request = b"POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        whole = []

        def script(peer):
            try:
                while (message := peer.request()) is not None:
                    whole.append(message)
                    peer.send(OK)
            except BROKEN:
                pass  # torn, as it should be

        upstream = self.start_upstream(script)
        proxy = self.start_proxy(upstream, "--no-ledger")
        for way in ("close", "reset"):
            for k in range(1, len(request)):
                wire = proxy.connect(tls=False)
                wire.send(request[:k])
                leave(wire, way)
        self.assertEqual(proxy.exchange(request, tls=False).status, 200)
        proxy.stop()
        self.assertEqual([message.body for message in whole], [b"abc"])
        statuses = [json.loads(line)["status"] for line in proxy.out.lines]
        self.assertEqual(statuses.count(200), 1)

    def test_reader_that_takes_little_at_a_time(self):
        body = bytes(range(256)) * 4096

        def script(peer):
            while peer.request() is not None:
                peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body), body)

        proxy = self.start_proxy(self.start_upstream(script), "--no-ledger",
                                 config={"limits": {"buffer_bytes": 4096}})
        wire = proxy.connect(tls=False, receive_buffer=2048)
        wire.send(GET)
        wire.until(b"\r\n\r\n")
        got = bytearray(wire.take(len(wire.buffer)))
        while len(got) < len(body):
            part = wire.sock.recv(1500)
            self.assertTrue(part)
            got += part
        self.assertEqual(bytes(got), body)


class Nowhere(Case):
    def ask(self, config):
        self.write_config(config)
        proxy = self.start("run", "--env", "https://nowhere.invalid", "--listen", "127.0.0.1:0", "--no-ledger",
                           "--config", self.home / "config.json", "--log-json", "-")
        got = proxy.exchange(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n!", tls=False)
        entry = proxy.entries(1)[0]
        self.assertEqual((entry["outcome"], entry["maker"]), ("refused", "proxy"))
        return got.status, json.loads(got.body)["name"]

    def test_name_that_does_not_resolve(self):
        self.assertEqual(self.ask({}), (502, "Why401UpstreamUnreachable"))

    def test_address_that_does_not_answer(self):
        # A listener whose backlog is full drops what else wants to connect.
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            port = listener.getsockname()[1]
            fillers = [socket.socket() for _ in range(4)]
            for filler in fillers:
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.1", port))
            answer = self.ask({"upstream": {"resolve": f"127.0.0.1:{port}"}, "timeouts": {"connect_ms": 300}})
            for filler in fillers:
                filler.close()
        self.assertEqual(answer, (504, "Why401UpstreamConnectTimeout"))
