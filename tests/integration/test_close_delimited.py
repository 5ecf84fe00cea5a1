"""Without a length or chunks, in answers to HTTP/1.0 and in tunnels, only the connection's end says that all came
(RFC 9112 §6.3). So where the other side broke it is no end in order: a reset, or within TLS no close_notify."""
import socket
import ssl
import threading

from endings import SWITCH, UPGRADE, reset_once_delivered, soon
from kernel import unconfirmed_between, unread
from why401 import Case
from wire import PATIENCE, strict


class CloseDelimited(Case):
    def torn(self, wire):
        """What the wire still gets before it breaks."""
        with self.assertRaises(OSError):
            wire.rest()
        return bytes(wire.buffer)

    def test_answer_to_http_1_0(self):
        def script(peer):
            peer.request()
            peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
            got.wait(PATIENCE)
            peer.reset()

        proxy = self.start_proxy(self.start_upstream(script))
        for tls in (True, False):
            got = threading.Event()
            wire = proxy.connect(tls=tls)
            wire.send(b"GET /x HTTP/1.0\r\n\r\n")
            self.assertTrue(wire.until(b"half"))
            got.set()
            self.torn(wire)

    def tunnel(self, script, *, tls=False, client_tls=False, config=None):
        """A client's end of an upgraded connection."""
        def switched(peer):
            peer.request()
            peer.send(SWITCH)
            script(peer)

        upstream = self.start_upstream(switched, tls=tls)
        if tls:
            strict(upstream.context)
        self.proxy = self.start_proxy(upstream, config=config)
        wire = self.proxy.connect(tls=client_tls)
        wire.send(UPGRADE)
        wire.until(b"\r\n\r\n")
        return wire

    def test_upstream_breaks_a_tunnel(self):
        def reset(peer):
            peer.send(b"half")
            got.wait(PATIENCE)
            peer.reset()

        def cut(peer):
            """FIN without close_notify."""
            peer.send(b"half")
            peer.sock = socket.socket(fileno=peer.sock.detach())
            peer.sock.shutdown(socket.SHUT_WR)
            got.wait(PATIENCE)

        for script, tls in ((reset, False), (reset, True), (cut, True)):
            for client_tls in (False, True):
                with self.subTest(script.__name__, tls=tls, client_tls=client_tls):
                    got = threading.Event()
                    wire = self.tunnel(script, tls=tls, client_tls=client_tls)
                    self.assertEqual(wire.exactly(4), b"half")
                    if script is reset:
                        got.set()
                    self.torn(wire)
                    got.set()

    def test_client_breaks_a_tunnel(self):
        def script(peer):
            self.assertEqual(peer.exactly(4), b"half")
            got.set()
            self.torn(peer)

        for tls in (False, True):
            for client_tls in (False, True):
                with self.subTest(tls=tls, client_tls=client_tls):
                    got = threading.Event()
                    wire = self.tunnel(script, tls=tls, client_tls=client_tls)
                    wire.send(b"half")
                    self.assertTrue(got.wait(PATIENCE))
                    wire.reset()

    def test_bytes_and_the_reset_behind_them_are_found_together(self):
        def at_once(peer):
            peer.send(b"half")

        def with_a_mark(peer):
            """A read stops at urgent data, which is no part of the stream."""
            peer.send(b"ha")
            peer.sock.send(b"!", socket.MSG_OOB)
            peer.send(b"lf")

        for send in (at_once, with_a_mark):
            for client_tls in (False, True):
                with self.subTest(send.__name__, client_tls=client_tls):
                    self.find_together(send, client_tls)

    def find_together(self, send, client_tls):
        def script(peer):
            asleep.wait(PATIENCE)
            send(peer)
            reset_once_delivered(peer)
            broken.set()

        asleep, broken = threading.Event(), threading.Event()
        wire = self.tunnel(script, client_tls=client_tls)
        with self.proxy.asleep():
            asleep.set()
            self.assertTrue(broken.wait(PATIENCE))
        self.assertEqual(self.torn(wire), b"half")

    def test_what_ended_in_order_stays_whole_whatever_comes_behind(self):
        """A server that has said close_notify and resets instead of waiting for its client's, while the last bytes
        wait in the proxy for a client that reads nothing."""
        piece = bytes(range(256)) * 64
        sent = bytearray()

        def waits_in_the_proxy():
            return len(sent) - unread(wire.sock) - unconfirmed_between(proxy.port, wire.sock.getsockname()[1])

        def script(peer):
            peer.request()
            peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
            while soon(lambda: waits_in_the_proxy() < len(piece)):
                peer.send(piece)
                sent.extend(piece)
            peer.sock.setblocking(False)
            with self.assertRaises(ssl.SSLWantReadError):
                peer.sock.unwrap()
            reset_once_delivered(peer)
            broken.set()

        broken = threading.Event()
        proxy = self.start_proxy(self.start_upstream(script, tls=True), config={"limits": {"buffer_bytes": 4096}})
        wire = proxy.connect(tls=False, receive_buffer=2048)
        wire.send(b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertTrue(broken.wait(PATIENCE))
        wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.assertEqual(wire.response().body, sent)

    def test_a_slow_reader_gets_all_before_the_reset(self):
        sent = bytes(range(256)) * 12000

        def script(peer):
            peer.send(sent)
            reset_once_delivered(peer)
            broken.set()

        broken = threading.Event()
        wire = self.tunnel(script)
        while not broken.wait(0.05) and len(wire.buffer) < len(sent):
            wire.fill()
        self.assertEqual(self.torn(wire), sent)

    def test_a_tunnel_without_traffic_is_cut_off_on_both_sides(self):
        def script(peer):
            self.assertEqual(peer.exactly(4), b"half")
            self.torn(peer)
            done.set()

        done = threading.Event()
        wire = self.tunnel(script, config={"timeouts": {"tunnel_idle_ms": 1000}})
        wire.send(b"half")
        self.torn(wire)
        self.assertTrue(done.wait(PATIENCE))
