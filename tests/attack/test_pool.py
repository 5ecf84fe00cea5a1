"""Clients that share upstream connections, and an upstream that does everything to mix them up: late, early, torn and
surplus answers, answers before any request. Each answer carries the id of the request it belongs to; a client may get
its own, an answer of the proxy, or a torn connection, and never anything with another id.

What no proxy can tell apart is left out: a surplus answer that arrives after the next request has gone out on the same
connection looks exactly like that request's answer."""
import collections
import os
import random
import socket
import ssl
import threading
import time

from table import say, show
from why401 import Case as Test
from wire import PATIENCE, Closed, Wire

WHOLE = os.environ.get("WHY401_ATTACK") == "whole"
CLIENTS = 8
REQUESTS = 1500 if WHOLE else 150  # of each client

# What the upstream does with a request.
DEEDS = ["plain", "plain", "plain", "late", "pieces", "chunks", "interim", "surplus", "big surplus", "surplus at the edge", "half surplus", "surplus line end", "torn", "reset", "torn chunks",
         "closes after", "closes before", "bodiless with body", "until close", "early", "early and closes"]


def marked(number, size=40):
    return (b"<%d>" % number) * (size // len(b"<%d>" % number) + 1)


def response(number, size=40, *lines):
    body = marked(number, size)
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"X-Id: %d" % number, b"Content-Length: %d" % len(body), *lines]) + b"\r\n\r\n" + body


STRAY = response(10 ** 9)


class Mixer:
    """The upstream. A request's target is /deed/id."""

    def __init__(self, context, seed):
        self.context = context
        self.random = random.Random(seed)
        self.closing = False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.url = f"https://localhost:{self.port}" if context else f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            sock, _ = self.listener.accept()
            if self.closing:
                sock.close()
                return
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        try:
            sock.settimeout(PATIENCE)
            wire = Wire(self.context.wrap_socket(sock, server_side=True) if self.context else sock)
            sock = wire.sock
            while self.answer(wire):
                pass
        except (Closed, OSError):
            pass
        sock.close()

    def answer(self, wire):
        """Does with the next request as it says; false when the connection is over."""
        head = wire.message(bodiless=True)
        _, deed, number = head.target.decode().replace("%20", " ").split("/")
        number = int(number)
        if deed.startswith("early"):
            wire.send(response(number))
            if deed == "early and closes":
                return False
        wire.buffer[:0] = head.head
        wire.message()
        return self.deeds.get(deed, Mixer.plain)(self, wire, number)

    def plain(self, wire, number):
        wire.send(response(number))
        return True

    def nothing(self, *_):
        return True

    def late(self, wire, number):
        time.sleep(self.random.random() * 0.01)
        return self.plain(wire, number)

    def pieces(self, wire, number):
        data = response(number, 3000)
        for at in range(0, len(data), 700):
            wire.send(data[at:at + 700])
        return True

    def chunks(self, wire, number):
        wire.send(b"HTTP/1.1 200 OK\r\nX-Id: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % number)
        for _ in range(3):
            wire.send(b"%x\r\n%s\r\n" % (len(marked(number)), marked(number)))
        wire.send(b"0\r\n\r\n")
        return True

    def interim(self, wire, number):
        wire.send(b"HTTP/1.1 103 Early Hints\r\nX-Id: %d\r\n\r\n" % number)
        return self.plain(wire, number)

    def surplus(self, wire, number):
        wire.send(response(number), STRAY)
        return True

    def big_surplus(self, wire, number):
        wire.send(response(number, self.random.choice((65000, 65536, 131072, 200000))), STRAY * 3)
        return True

    def surplus_at_the_edge(self, wire, number):
        """The answer fills a buffer to its last byte, so that what is surplus waits in the kernel."""
        # In TLS the surplus begins in the record that the answer ends in: a record of its own could come later.
        whole = self.random.choice((16384, 32768, 65536)) - 100 * bool(self.context)
        head = b"HTTP/1.1 200 OK\r\nX-Id: %d\r\nContent-Length: %d\r\n\r\n" % (number, whole)
        length = whole - len(head)
        head = head.replace(b": %d\r\n\r\n" % whole, b":%*d\r\n\r\n" % (len(b"%d" % whole) + 1, length))
        wire.send(head, marked(number, length)[:length // len(b"<%d>" % number) * len(b"<%d>" % number)].ljust(length), STRAY)
        return True

    def half_surplus(self, wire, number):
        wire.send(response(number), STRAY[:30])
        return True

    def surplus_line_end(self, wire, number):
        wire.send(response(number), b"\r\n")
        return True

    def torn(self, wire, number):
        data = response(number, 5000)
        wire.send(data[:self.random.randrange(len(data))])
        return False

    def reset(self, wire, number):
        wire.send(response(number, 100000)[:70000])
        wire.reset()
        return False

    def torn_chunks(self, wire, number):
        wire.send(b"HTTP/1.1 200 OK\r\nX-Id: %d\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s" % (number, len(marked(number)) + 9, marked(number)))
        return False

    def closes_after(self, wire, number):
        wire.send(response(number))
        return False

    def closes_before(self, *_):
        return False

    def bodiless_with_body(self, wire, number):
        wire.send(b"HTTP/1.1 204 No Content\r\nX-Id: %d\r\n\r\n" % number, STRAY)
        return True

    def until_close(self, wire, number):
        wire.send(b"HTTP/1.1 200 OK\r\nX-Id: %d\r\nConnection: close\r\n\r\n%s" % (number, marked(number)))
        return False

    deeds = {"plain": plain, "late": late, "pieces": pieces, "chunks": chunks, "interim": interim, "surplus": surplus, "big surplus": big_surplus, "surplus at the edge": surplus_at_the_edge, "half surplus": half_surplus,
             "surplus line end": surplus_line_end, "torn": torn, "reset": reset, "torn chunks": torn_chunks, "closes after": closes_after, "closes before": closes_before,
             "bodiless with body": bodiless_with_body, "until close": until_close, "early": nothing}

    def close(self):
        self.closing = True
        socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
        self.thread.join(PATIENCE)
        self.listener.close()


class Pool(Test):
    def start_mixer(self, tls, seed):
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate.chain, self.certificate.key)
        mixer = Mixer(context, seed)
        self.addCleanup(mixer.close)
        return mixer

    def client(self, index, seed, figures, dangers):
        """One client's requests, in random order, some on a kept connection, some left before the answer's end."""
        chance = random.Random(seed)
        wire = None
        for turn in range(REQUESTS):
            number = index * 1_000_000 + turn
            deed = chance.choice(DEEDS)
            method, body = (b"POST", marked(number, chance.choice((3, 100, 90000)))) if deed.startswith("early") or chance.random() < 0.2 else (b"GET", b"")
            if wire is None:
                wire = Wire(socket.create_connection(("127.0.0.1", self.proxy.port), PATIENCE))
            behind = number + 500_000 if method == b"GET" and chance.random() < 0.3 else None
            outcome, keep = self.ask(wire, method, deed, number, body, chance.random() < 0.03, dangers, behind)
            figures[deed].update(["sent", outcome])
            if keep and behind:
                outcome, keep = self.take(wire, b"GET", "plain", behind, dangers)
                figures["plain"].update(["sent", outcome])
            if not keep or chance.random() < 0.2:
                wire.sock.close()
                wire = None
        if wire is not None:
            wire.sock.close()

    def ask(self, wire, method, deed, number, body, leaves, dangers, behind):
        """The outcome of one request, and whether the connection may be used on. Another one may go out right `behind`."""
        head = b"%s /%s/%d HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
        try:
            wire.send(head % (method, deed.replace(" ", "%20").encode(), number, len(body)), body, head % (b"GET", b"plain", behind, 0) if behind else b"")
        except OSError:
            return "torn", False
        return ("left", False) if leaves else self.take(wire, method, deed, number, dangers)

    def take(self, wire, method, deed, number, dangers):
        """Reads the answer to a request that went out."""
        try:
            while (answer := wire.response(method)).status < 200:
                if answer.value(b"X-Id") != b"%d" % number:
                    dangers.append(f"{deed} {number}: an interim answer of {answer.value(b'X-Id')}")
        except (Closed, OSError) as torn:
            got = getattr(torn, "rest", b"")
            if b"X-Id" in got and b"X-Id: %d\r" % number not in got:
                dangers.append(f"{deed} {number}: torn answer of another: {got[:100]}")
            return "torn", False
        if answer.value(b"X-Id") is None and b"Why401" in answer.body:
            return "refused", answer.value(b"Connection") is None
        if answer.value(b"X-Id") != b"%d" % number or answer.body.replace(b"<%d>" % number, b"").strip():
            dangers.append(f"{deed} {number}: {answer.head!r} {answer.body[:60]!r}")
        return "answered", answer.value(b"Connection") is None

    def mix(self, *, tls):
        seed = random.SystemRandom().randrange(10 ** 9)
        mixer = self.start_mixer(tls, seed)
        self.proxy = self.start_proxy(mixer, "--workers", "2")
        figures, dangers = collections.defaultdict(collections.Counter), []
        clients = [threading.Thread(target=self.client, args=(i, seed + i, figures, dangers)) for i in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        self.proxy.stop()
        reused = self.proxy.out.text().count('"reused_connection":true')
        columns = ("upstream's deed", "sent", "answered", "refused", "torn", "left")
        show(f"{CLIENTS} clients on shared connections ({'TLS' if tls else 'plain'} upstream, seed {seed}; {reused} requests on a used one)", columns,
             [(deed, *(figures[deed][name] for name in columns[1:])) for deed in sorted(figures)])
        for danger in dangers[:30]:
            say(f"  {danger}")
        self.assertEqual(len(dangers), 0)
        self.assertGreater(reused, 100)
        self.assertEqual(figures["plain"]["answered"] + figures["plain"]["left"] + figures["plain"]["refused"], figures["plain"]["sent"])

    def test_nobody_gets_anothers_answer(self):
        self.mix(tls=False)

    def test_nobody_gets_anothers_answer_with_tls(self):
        self.mix(tls=True)
