"""Upstreams that answer, or end, before they have read what they are sent, and take no more of it: the answer counts,
however the writing fails."""
import socket
import ssl
import threading

from endings import SWITCH, UPGRADE, reset_once_delivered, soon
from kernel import unconfirmed_between, unread
from why401 import Case
from wire import PATIENCE

HEAD = b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000\r\n\r\n"
REFUSAL = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 9\r\n\r\ntoo large"
PIECE = b"z" * 16384


class EarlyAnswers(Case):
    def test_an_answer_is_found_behind_a_failed_write(self):
        def refuse(peer):
            peer.head()
            got_head.set()
            asleep.wait(PATIENCE)
            peer.send(REFUSAL)
            reset_once_delivered(peer)
            gone.set()

        for tls in (False, True):
            with self.subTest(tls=tls):
                got_head, asleep, gone = threading.Event(), threading.Event(), threading.Event()
                proxy = self.start_proxy(self.start_upstream(refuse, tls=tls))
                wire = proxy.connect(tls=False)
                wire.send(HEAD, PIECE)
                self.assertTrue(got_head.wait(PATIENCE))
                with proxy.asleep():
                    wire.send(PIECE)  # so that the proxy writes before it reads
                    asleep.set()
                    self.assertTrue(gone.wait(PATIENCE))
                self.assertEqual(wire.response().body, b"too large")
                self.assertEqual(proxy.entries(1)[0]["outcome"], "complete")

    def end_before_reading(self, peer, opening, wire, proxy):
        """Sends until some waits in the proxy for its client, ends in order, and takes no more."""
        sent = bytearray()
        peer.send(opening)

        def waits_in_the_proxy():
            return len(sent) - unread(wire.sock) - unconfirmed_between(proxy.port, wire.sock.getsockname()[1])

        while soon(lambda: waits_in_the_proxy() < len(PIECE)):
            peer.send(PIECE)
            sent.extend(PIECE)
        if isinstance(peer.sock, ssl.SSLSocket):
            peer.sock.setblocking(False)
            with self.assertRaises(ssl.SSLWantReadError):
                peer.sock.unwrap()
        reset_once_delivered(peer, after_fin=not isinstance(peer.sock, ssl.SSLSocket))
        return sent

    def what_ended_stays_whole(self, request, opening, read, *, tls):
        """For a client that reads nothing until its further bytes could not be written."""
        def script(peer):
            peer.head()
            sent.extend(self.end_before_reading(peer, opening, wire, proxy))
            gone.set()

        sent, gone = bytearray(), threading.Event()
        proxy = self.start_proxy(self.start_upstream(script, tls=tls), config={"limits": {"buffer_bytes": 4096}})
        wire = proxy.connect(tls=False, receive_buffer=2048)
        wire.send(request)
        self.assertTrue(gone.wait(PATIENCE))
        for _ in range(3):
            wire.send(b"more")
            soon(lambda: False)
        wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.assertEqual(len(read(wire)), len(sent))

    def test_what_ended_stays_whole_when_nothing_can_be_written(self):
        def read_tunnel(wire):
            wire.until(b"\r\n\r\n")
            return wire.rest()

        for tls in (False, True):
            with self.subTest("answer", tls=tls):
                self.what_ended_stays_whole(HEAD, b"HTTP/1.1 413 Content Too Large\r\n\r\n",
                                            lambda wire: wire.response().body, tls=tls)
            with self.subTest("tunnel", tls=tls):
                self.what_ended_stays_whole(UPGRADE, SWITCH, read_tunnel, tls=tls)
