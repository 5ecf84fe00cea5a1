"""Peers that leave after k bytes, for every k, on real sockets; names and addresses that lead nowhere; slow
readers. The client is told, or sees that what it got is torn; a POST never goes out twice."""
import collections
import fcntl
import json
import os
import signal
import socket
import ssl
import sys
import termios
import threading
import time

from why401 import Case
from wire import PATIENCE, Closed, Wire, strict

LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
GET = b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n"
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
            request = b"POST /%d HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n!" % k
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
        request = b"POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
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
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.settimeout(PATIENCE)
        sock.connect(("127.0.0.1", proxy.port))
        wire = Wire(sock)
        wire.send(GET)
        wire.until(b"\r\n\r\n")
        got = bytearray(wire.take(len(wire.buffer)))
        while len(got) < len(body):
            part = sock.recv(1500)
            self.assertTrue(part)
            got += part
        self.assertEqual(bytes(got), body)
        sock.close()


class WhereTheEndIsTheEndOfTheBody(Case):
    """Without a length or chunks, in answers to HTTP/1.0 and in tunnels, only the connection's end says that all came.
    So where the other side broke it is no end in order: a reset, or within TLS no close_notify."""

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

    def tunnel(self, script, *, tls=False, client_tls=False):
        """A client's end of an upgraded connection."""
        switch = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"

        def switched(peer):
            peer.request()
            peer.send(switch)
            script(peer)

        upstream = self.start_upstream(switched, tls=tls)
        if tls:
            strict(upstream.context)
        self.proxy = self.start_proxy(upstream)
        wire = self.proxy.connect(tls=client_tls)
        wire.send(b"GET /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
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
            while outstanding(peer.sock):
                time.sleep(0.01)
            peer.reset()
            broken.set()

        asleep, broken = threading.Event(), threading.Event()
        wire = self.tunnel(script, client_tls=client_tls)
        self.proxy.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.proxy.process.pid, os.WSTOPPED)
        asleep.set()
        self.assertTrue(broken.wait(PATIENCE))
        self.proxy.signal(signal.SIGCONT)
        self.assertEqual(self.torn(wire), b"half")

    def test_a_slow_reader_gets_all_before_the_reset(self):
        sent = bytes(range(256)) * 12000

        def script(peer):
            peer.send(sent)
            # What a server does that had all it wanted: the reset follows the last byte.
            while outstanding(peer.sock):
                time.sleep(0.01)
            peer.reset()
            broken.set()

        broken = threading.Event()
        wire = self.tunnel(script)
        got = bytearray(wire.take(len(wire.buffer)))
        while not broken.is_set() and len(got) < len(sent):
            got += wire.sock.recv(100000)
            broken.wait(0.05)
        wire.buffer[:0] = got
        self.assertEqual(self.torn(wire), sent)


def outstanding(sock):
    """Bytes that the other end has not confirmed."""
    waiting = bytearray(4)
    fcntl.ioctl(sock, termios.TIOCOUTQ, waiting)
    return int.from_bytes(waiting, sys.byteorder)


class Nowhere(Case):
    def ask(self, config):
        self.write_config(config)
        proxy = self.start("run", "--env", "https://nowhere.invalid", "--listen", "127.0.0.1:0", "--no-ledger",
                           "--config", self.home / "config.json", "--log-json", "-")
        got = proxy.exchange(b"POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n!", tls=False)
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
