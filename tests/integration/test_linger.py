"""The end of connections on which bytes still wait for a peer that takes little: they have their time, that time has an
end, and what did not get through is no end in order."""
import signal
import socket
import threading

from endings import SWITCH, UPGRADE
from why401 import Case
from wire import PATIENCE

CHUNK = b"3e8\r\n" + b"z" * 1000 + b"\r\n"
SOME_MB = 2900  # chunks; more than the system keeps for a client that reads nothing


class Linger(Case):
    def answered(self, request, *, tls=False, drain_ms=None):
        """A client that has read nothing of an answer of which the proxy has got all."""
        def script(peer):
            peer.request()
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", CHUNK * SOME_MB, b"0\r\n\r\n")

        config = {"limits": {"buffer_bytes": 1 << 20}}
        if drain_ms is not None:
            config["timeouts"] = {"drain_ms": drain_ms}
        proxy = self.start_proxy(self.start_upstream(script), config=config)
        wire = proxy.connect(tls=tls, receive_buffer=2048)
        wire.send(request)
        self.assertEqual(proxy.entries(1)[0]["outcome"], "complete")
        return proxy, wire

    def test_the_end_waits_for_what_is_still_to_be_delivered(self):
        proxy, wire = self.answered(b"GET /x HTTP/1.0\r\n\r\n")
        proxy.signal(signal.SIGTERM)
        self.assertIsNotNone(proxy.err.wait_match("^stopping|stopping;"))
        wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.assertEqual(len(wire.response().body), 1000 * SOME_MB)
        self.assertEqual(proxy.wait(), 0)

    def test_what_could_not_be_delivered_is_no_end_in_order(self):
        proxy, wire = self.answered(b"GET /x HTTP/1.0\r\n\r\n", drain_ms=200)
        proxy.signal(signal.SIGTERM)
        self.assertEqual(proxy.process.wait(PATIENCE), 0)
        with self.assertRaises(OSError):
            wire.response()

    def test_an_upload_that_could_not_be_delivered_is_no_end_in_order(self):
        def script(peer):
            peer.request()
            peer.send(SWITCH)
            peer.sock.shutdown(socket.SHUT_WR)
            ended.wait(PATIENCE)
            with self.assertRaises(OSError):
                peer.rest()
            seen.set()

        ended, seen = threading.Event(), threading.Event()
        upstream = self.start_upstream(script)
        upstream.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        proxy = self.start_proxy(upstream, config={"limits": {"buffer_bytes": 1 << 20},
                                                   "timeouts": {"drain_ms": 200}})
        wire = proxy.connect(tls=False)
        wire.send(UPGRADE)
        wire.until(b"\r\n\r\n")
        wire.send(CHUNK * SOME_MB)
        wire.sock.shutdown(socket.SHUT_WR)
        proxy.entries(1)
        proxy.signal(signal.SIGTERM)
        self.assertEqual(proxy.process.wait(PATIENCE), 0)
        ended.set()
        self.assertTrue(seen.wait(PATIENCE))

    def test_a_client_that_ends_its_half_has_no_more_time_than_others(self):
        proxy, wire = self.answered(b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", tls=True, drain_ms=200)
        proxy.signal(signal.SIGTERM)
        wire.sock = socket.socket(fileno=wire.sock.detach())
        wire.sock.shutdown(socket.SHUT_WR)
        self.assertEqual(proxy.process.wait(PATIENCE), 0)
