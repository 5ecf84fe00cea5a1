"""Clients that are slow on purpose, and floods: each is ended in its time or refused, memory stays bounded, and a healthy
client is served meanwhile."""
import os
import socket
import threading
import time

from siege import Siege, close_all, connect_many, descriptors, drip
from table import say
from why401 import SANITIZED, Case as Test
from wire import PATIENCE, Closed, Wire

WHOLE = os.environ.get("WHY401_ATTACK") == "whole"
MANY = 1000 if WHOLE else 200
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
# An instrumented program on a busy machine may need a second to come to a healthy client's connection.
PATIENT_MS, ENDED_S = (3000, 16) if SANITIZED else (1000, 8)
CONFIG = {"timeouts": {"request_head_ms": PATIENT_MS, "body_idle_ms": PATIENT_MS, "client_idle_ms": PATIENT_MS, "response_head_ms": 5000,
                       "tls_handshake_ms": PATIENT_MS},
          "limits": {"connections": 2 * MANY + 100}}
BIG = 64 * 2**20


def upstream_script(peer):
    while (request := peer.request()) is not None:
        if request.target == b"/big":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % BIG)
            for _ in range(BIG // 2**16):
                peer.send(bytes(2**16))
        else:
            peer.send(OK)


def forgiving(peer):
    """A proxy that drops a request or a response in the middle is what these tests are about."""
    try:
        upstream_script(peer)
    except (Closed, OSError):
        pass


class Slow(Test):
    def setUp(self):
        super().setUp()
        self.upstream = self.start_upstream(forgiving)

    def besiege(self, config=None):
        self.proxy = self.start_proxy(self.upstream, "--quiet", config=config or CONFIG)

    def assert_ended(self, received, kept, count, start=None):
        """Every connection was ended by the proxy, most after an answer that begins so."""
        self.assertEqual(kept, 0, "connections that the proxy did not end")
        self.assertEqual(len(received), count)
        if start is not None:
            self.assertGreater(sum(data.startswith(start) for data in received), 0.9 * count)

    def wait_descriptors(self, few):
        """Waits until the proxy has let go of all but a few, and returns how many it held."""
        most, over = 0, time.monotonic() + PATIENCE
        while (held := descriptors(self.proxy.process.pid)) > few or most <= few:
            most = max(most, held)
            self.assertLess(time.monotonic(), over, f"the proxy still holds {held} descriptors")
            time.sleep(0.02)
        return most

    def test_slow_heads(self):
        self.besiege()
        with Siege(self.proxy, f"{MANY} heads that drip") as siege:
            sockets = connect_many(self.proxy.port, MANY)
            received, kept = drip(sockets, lambda turn: b"X-%d: 1\r\n" % turn if turn else b"GET / HTTP/1.1\r\nHost: localhost\r\n", seconds=ENDED_S)
            close_all(sockets)
        self.assert_ended(received, kept, MANY, b"HTTP/1.1 408 ")
        siege.check(self, mebibytes=24)

    def test_slow_empty_lines(self):
        self.besiege()
        with Siege(self.proxy, f"{MANY} that send empty lines") as siege:
            sockets = connect_many(self.proxy.port, MANY)
            received, kept = drip(sockets, lambda turn: b"\r\n", seconds=ENDED_S)
            close_all(sockets)
        self.assert_ended(received, kept, MANY)
        siege.check(self, mebibytes=24)

    def test_slow_single_bytes(self):
        self.besiege()
        with Siege(self.proxy, f"{MANY} that send one CR") as siege:
            sockets = connect_many(self.proxy.port, MANY)
            received, kept = drip(sockets, lambda turn: b"\r" if turn == 0 else b"", seconds=ENDED_S)
            close_all(sockets)
        self.assert_ended(received, kept, MANY)
        siege.check(self, mebibytes=24)

    def test_slow_bodies(self):
        self.besiege()
        for name, start in (("a length", b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc"),
                            ("chunks", b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\nabc"),
                            ("a chunk line", b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nff")):
            with self.subTest(name), Siege(self.proxy, f"{MANY} bodies that stall, with {name}") as siege:
                sockets = connect_many(self.proxy.port, MANY)
                received, kept = drip(sockets, lambda turn, start=start: start if turn == 0 else b"", seconds=ENDED_S)
                close_all(sockets)
            self.assert_ended(received, kept, MANY, b"HTTP/1.1 408 ")
            siege.check(self, mebibytes=48)

    def test_slow_readers(self):
        self.besiege()
        count = 50
        with Siege(self.proxy, f"{count} that do not read {BIG >> 20} MiB") as siege:
            before = descriptors(self.proxy.process.pid)
            sockets = connect_many(self.proxy.port, count, small_window=True)
            for sock in sockets:
                sock.sendall(b"GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n")
            most = self.wait_descriptors(before + 8)
            close_all(sockets)
        self.assertGreater(most, before + count)
        siege.check(self, mebibytes=48)

    def test_idle_connections(self):
        self.besiege()
        with Siege(self.proxy, f"{2 * MANY} idle connections") as siege:
            sockets = connect_many(self.proxy.port, 2 * MANY)
            received, kept = drip(sockets, lambda turn: b"", seconds=ENDED_S)
            close_all(sockets)
        self.assert_ended(received, kept, 2 * MANY)
        siege.check(self, mebibytes=24)

    def test_headers_without_end(self):
        self.besiege()
        for name, line in (("many fields", b"X-A: 1\r\n" * 100), ("a long field", b"x" * 800), ("a long target", b"y" * 800)):
            start = b"GET /" if name == "a long target" else b"GET / HTTP/1.1\r\nHost: localhost\r\nX-B: "
            with self.subTest(name), Siege(self.proxy, f"{MANY} heads without end: {name}") as siege:
                sockets = connect_many(self.proxy.port, MANY)
                received, kept = drip(sockets, lambda turn, start=start, line=line: start if turn == 0 else line * 20, seconds=ENDED_S, pace=0.02)
                close_all(sockets)
            self.assert_ended(received, kept, MANY)
            answered = [data for data in received if data.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 414 ", b"HTTP/1.1 408 "))]
            self.assertGreater(len(answered), MANY // 2)
            # A head may fill limits.request_head_bytes, and what came behind it in the same read.
            siege.check(self, mebibytes=24 + MANY / 8)

    def test_more_connections_than_allowed(self):
        self.besiege({**CONFIG, "limits": {"connections": 50}, "timeouts": {**CONFIG["timeouts"], "client_idle_ms": 60000}})
        with Siege(self.proxy, f"{MANY} connections where 50 are allowed", kept=True) as siege:
            sockets = connect_many(self.proxy.port, MANY)
            received, kept = drip(sockets, lambda turn: b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" if turn == 0 else b"", seconds=2)
            held = descriptors(self.proxy.process.pid)
            close_all(sockets)
        served = sum(data.startswith(b"HTTP/1.1 200 ") for data in received)
        refused = sum(data.startswith(b"HTTP/1.1 503 ") for data in received)
        silent = MANY - served - refused  # wait in the kernel until those that were refused have gone
        say(f"    {served} answered 200, {refused} answered 503, {silent} not yet; {held} descriptors, {kept - silent} connections kept")
        self.assertGreater(refused, 0)
        self.assertLessEqual(served, 50)
        # Besides them the proxy holds 64 at most, to be answered 503 and ended.
        self.assertLessEqual(kept - silent, 50 + 64)
        siege.check(self, mebibytes=24)
        # And once they are gone there is room again.
        over = time.monotonic() + PATIENCE
        while self.proxy.exchange(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", tls=False).status != 200:
            self.assertLess(time.monotonic(), over)

    def test_pipelined_without_end(self):
        self.besiege()
        count = 50_000 if WHOLE else 10_000
        request = b"GET /p HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with Siege(self.proxy, f"{count} pipelined requests, unread") as siege:
            wire = Wire(socket.create_connection(("127.0.0.1", self.proxy.port), PATIENCE))
            sender = threading.Thread(target=self.send_all, args=(wire, request * count))
            sender.start()
            time.sleep(0.5)  # nobody reads meanwhile: the time is the attack
            read = self.count_answers(wire)
            sender.join()
            wire.sock.close()
        self.assertEqual(read, count)
        siege.check(self, mebibytes=24)

    @staticmethod
    def send_all(wire, data):
        try:
            wire.send(data)
            wire.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    @staticmethod
    def count_answers(wire):
        read = 0
        try:
            while True:
                answer = wire.response()
                assert (answer.status, answer.body) == (200, b"ok")
                read += 1
        except (Closed, OSError):
            return read
