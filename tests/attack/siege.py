"""What an attack on a running proxy costs: a healthy client keeps asking meanwhile, and the process's resident memory
and CPU time are sampled."""
import os
import select
import socket
import struct
import threading
import time

from table import say
from why401 import SANITIZED
from wire import Closed, Wire

ASK = b"GET /healthy HTTP/1.1\r\nHost: localhost\r\n\r\n"
TICKS = os.sysconf("SC_CLK_TCK")


def resident(pid):
    """Bytes of resident memory."""
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Siege:
    """with Siege(proxy, "slowloris") as siege: the attack. Afterwards its figures are known and printed."""

    def __init__(self, proxy, name, *, tls=False, kept=False):
        self.pid = proxy.process.pid
        self.proxy = proxy
        self.name = name
        self.tls = tls
        self.kept = kept  # the healthy client stays on one connection
        self.over = threading.Event()
        self.waits = []  # of the healthy client, in seconds: before the attack, during it, after it
        self.failures = []
        self.thread = threading.Thread(target=self.live, daemon=True)

    def __enter__(self):
        self.wire = None
        self.ask()  # whatever is made at the first request is no growth
        self.before, self.peak, self.cpu = resident(self.pid), 0, cpu_seconds(self.pid)
        self.started = time.monotonic()
        self.thread.start()
        return self

    def ask(self):
        begun = time.monotonic()
        if self.wire is None:
            self.wire = self.proxy.connect(tls=self.tls)
            self.proxy.wires.remove(self.wire)
        self.wire.send(ASK)
        answer = self.wire.response()
        if (answer.status, answer.body) != (200, b"ok"):
            raise AssertionError(f"a healthy client got {answer.status} {answer.body[:100]!r}")
        if not self.kept:
            self.wire.sock.close()
            self.wire = None
        self.waits.append(time.monotonic() - begun)

    def live(self):
        while not self.over.wait(0.02):
            self.peak = max(self.peak, resident(self.pid))
            try:
                self.ask()
            except (AssertionError, OSError, Closed) as failure:
                self.failures.append(failure)
                self.wire = None

    def __exit__(self, kind, *_):
        self.peak = max(self.peak, resident(self.pid))
        self.over.set()
        self.thread.join(30)
        if kind is None:
            self.ask()
        if self.wire is not None:
            self.wire.sock.close()
        self.seconds = time.monotonic() - self.started
        self.cpu = cpu_seconds(self.pid) - self.cpu
        if kind is None:
            say(f"  {self.name:34}{(self.peak - self.before) / 2**20:7.1f} MiB more of {self.before / 2**20:.1f}, CPU {self.cpu / self.seconds:4.0%}, "
                f"{len(self.waits)} healthy requests, slowest {max(self.waits) * 1000:.0f} ms, failed {len(self.failures)}")

    def check(self, test, *, mebibytes):
        """Bounded memory, and the healthy client got its answers, while the attack went on too. How long they took is
        printed: on a machine with other work it means little. The memory of instrumented programs is not measured."""
        test.assertEqual([str(failure) for failure in self.failures], [])
        test.assertGreaterEqual(len(self.waits), 3 if self.seconds > 1 else 2)
        if not SANITIZED:
            test.assertLess(self.peak - self.before, mebibytes * 2**20)


def connect_many(port, count, *, small_window=False):
    sockets = []
    for _ in range(count):
        sock = socket.socket()
        if small_window:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(10)
        sock.connect(("127.0.0.1", port))
        sockets.append(sock)
    return sockets


def close_all(sockets):
    for sock in sockets:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()


def drip(sockets, piece, *, seconds, pace=0.1, reads=True):
    """Sends piece(turn) on every socket at each turn until all were ended by the proxy or the time is over. Returns what
    each received, and how many were not ended."""
    received = {sock.fileno(): b"" for sock in sockets}
    open_ones = {sock.fileno(): sock for sock in sockets}
    over, turn = time.monotonic() + seconds, 0
    for sock in sockets:
        sock.setblocking(False)
    poll = select.poll()
    for number in open_ones:
        poll.register(number, (select.POLLIN if reads else 0) | select.POLLHUP | select.POLLERR)
    while open_ones and time.monotonic() < over:
        data = piece(turn)
        for sock in list(open_ones.values()):
            try:
                if data:
                    sock.send(data)
            except BlockingIOError:
                pass
            except OSError:
                pass  # its end is seen below
        turn += 1
        next_turn = time.monotonic() + pace
        while open_ones and (left := next_turn - time.monotonic()) > 0:
            for number, events in poll.poll(left * 1000):
                try:
                    more = open_ones[number].recv(65536) if reads or events & (select.POLLHUP | select.POLLERR) else b""
                except BlockingIOError:
                    continue
                except OSError:
                    more = b""
                received[number] += more
                if not more:
                    poll.unregister(number)
                    del open_ones[number]
    return list(received.values()), len(open_ones)
