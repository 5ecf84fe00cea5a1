"""A gibibyte each way, TLS on both sides, in memory that stays as it was."""
import os
import pathlib
import re
import socket
import threading

from why401 import SANITIZED, WRAPPER, Case
from wire import PATIENCE

SIZE = (64 if SANITIZED else 1024) * 1024 * 1024
# ThreadSanitizer keeps four shadow cells for each eight bytes, so every page that is used for the first time
# counts several times; valgrind keeps what it knows of each byte, and a translation of the code that runs.
SHADOWED = "thread" in os.environ.get("WHY401_SANITIZE", "") or WRAPPER
BOUND_KIB = 8 * 1024 * (5 if SHADOWED else 1)


class Memory:
    """The resident memory of a process, as the kernel counts it."""

    def __init__(self, process):
        self.folder = pathlib.Path("/proc") / str(process.pid)
        (self.folder / "clear_refs").write_text("5")  # the peak is measured from now on
        self.before = self.kib("VmRSS")

    def kib(self, name):
        return int(re.search(rf"{name}:\s+(\d+) kB", (self.folder / "status").read_text()).group(1))

    def growth(self):
        """KiB by which the peak since the start exceeds what there was."""
        return self.kib("VmHWM") - self.before


class BigBodies(Case):
    def measured(self, direction, proxy, transfer):
        """Runs a transfer and checks by how much the proxy's memory grew meanwhile."""
        memory = Memory(proxy.process)
        seconds = transfer()
        growth = memory.growth()
        print(f"{direction}: {SIZE >> 20} MiB in {seconds:.1f} s ({(SIZE >> 20) / seconds:.0f} MiB/s); "
              f"resident memory {memory.before} KiB, peak {growth:+} KiB")
        self.assertLess(growth, BOUND_KIB)

    def curl(self, proxy, path, *args):
        done = self.run_command("curl", "-sS", "--max-time", 300, "--cacert", proxy.ca, "-o", os.devnull,
                                "-w", "%{http_code} %{size_upload} %{size_download} %{time_total}",
                                *args, f"{proxy.url}{path}")
        self.assertEqual(done.returncode, 0, done.stderr)
        status, sent, got, seconds = done.stdout.decode().split()
        self.assertEqual(status, "200")
        return int(sent), int(got), float(seconds)

    def test_download(self):
        www = self.home / "nginx" / "www"
        www.mkdir(parents=True)
        (www / "small").write_bytes(b"x" * 1_000_000)
        with open(www / "big", "wb") as big:
            big.truncate(SIZE)
        proxy = self.start_proxy(self.start_nginx())
        self.curl(proxy, "/small")  # every buffer that a connection needs has been used once

        def transfer():
            _, got, seconds = self.curl(proxy, "/big")
            self.assertEqual(got, SIZE)
            return seconds

        self.measured("download", proxy, transfer)

    def test_upload(self):
        received = []

        def script(peer):
            while True:
                request = peer.head()
                left = int(request.value(b"Content-Length"))
                left -= len(peer.take(left))
                received.append(int(request.value(b"Content-Length")))
                buffer = bytearray(256 * 1024)
                while left:
                    left -= peer.sock.recv_into(buffer, min(left, len(buffer)))
                peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                if len(received) == 2:
                    return

        proxy = self.start_proxy(self.start_upstream(script, tls=True))
        small, big = self.home / "small", self.home / "big"
        small.write_bytes(b"x" * 1_000_000)
        with open(big, "wb") as file:
            file.truncate(SIZE)
        self.curl(proxy, "/small", "-H", "Expect:", "-T", small)

        def transfer():
            sent, _, seconds = self.curl(proxy, "/big", "-H", "Expect:", "-T", big)
            self.assertEqual(sent, SIZE)
            return seconds

        self.measured("upload", proxy, transfer)
        self.assertEqual(received, [1_000_000, SIZE])

    def test_client_that_does_not_read(self):
        """Backpressure: what nobody takes is not read from the upstream either."""

        def script(peer):
            peer.request()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % SIZE)
            peer.sock.settimeout(1)  # nobody reads for so long: what was taken is all that will be
            sent = 0
            try:
                while sent < SIZE:
                    sent += peer.sock.send(bytes(65536))
            except TimeoutError:
                pass
            stopped.append(sent)
            has_stopped.set()
            peer.reset()

        stopped, has_stopped = [], threading.Event()
        proxy = self.start_proxy(self.start_upstream(script, tls=True))
        wire = proxy.connect()
        wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        memory = Memory(proxy.process)
        wire.send(b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertTrue(has_stopped.wait(PATIENCE))
        print(f"unread: the upstream could send {stopped[0] >> 10} KiB; peak {memory.growth():+} KiB")
        self.assertLess(stopped[0], 32 * 1024 * 1024)
        self.assertLess(memory.growth(), BOUND_KIB)
        wire.reset()
