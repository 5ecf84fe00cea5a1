"""A running proxy in which one allocation fails, now this one, now that one: it lives, the exchange that it
happened to is answered, refused with 503 or visibly cut off, and the next one works. tests/faults has the
same for each module and every allocation."""
import json
import mmap
import os
import pathlib
import ssl
import struct
import unittest

from why401 import SANITIZED, Case
from wire import Closed

SHIM = pathlib.Path(os.environ["WHY401_BUILD"]) / "failmalloc.so"
SENT = b"POST /p HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nmany"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NO = b'HTTP/1.1 401 Unauthorized\r\nContent-Length: 27\r\n\r\n{"error":"No access token"}'


class Control:
    """The two numbers that the shim looks at."""

    def __init__(self, path):
        path.write_bytes(bytes(16))
        with path.open("r+b") as file:
            self.map = mmap.mmap(file.fileno(), 16)

    def fail_after(self, count):
        struct.pack_into("<qq", self.map, 0, count, 0)

    def take(self):
        """Disarms; returns whether an allocation has failed."""
        failed = struct.unpack_from("<q", self.map, 8)[0]
        struct.pack_into("<q", self.map, 0, 0)
        return failed > 0


@unittest.skipIf(SANITIZED, "the sanitizers have an allocator of their own")
class OutOfMemory(Case):
    def begin(self, response, *, tls):
        self.control = Control(self.home / "control")
        self.upstream = self.start_upstream(lambda peer: self.answer(peer, response), tls=tls)
        self.proxy = self.start_proxy(self.upstream, "--har", self.home / "log.har",
                                      env={"LD_PRELOAD": str(SHIM), "FAILMALLOC": str(self.home / "control")})

    def answer(self, peer, response):
        try:
            while peer.request() is not None:
                peer.send(response)
        except (Closed, OSError, ssl.SSLError):
            pass  # the proxy may have had to let go at any byte

    def try_once(self, response, *, tls):
        """Returns the status, or None when it was cut off."""
        try:
            got = self.proxy.exchange(SENT, tls=tls)
        except (Closed, OSError, ssl.SSLError):
            return None
        if got.status not in (502, 503):
            self.assertEqual(got.head + got.body, response)
        return got.status

    def run_all(self, response, counts, *, tls):
        self.begin(response, tls=tls)
        sound = int(response[9:12])
        self.assertEqual(self.try_once(response, tls=tls), sound)
        failed = 0
        for count in counts:
            before = len(self.upstream.requests)
            self.control.fail_after(count)
            self.try_once(response, tls=tls)
            failed += self.control.take()
            self.assertLessEqual(len(self.upstream.requests) - before, 1, "a POST was sent twice")
            self.assertEqual(self.try_once(response, tls=tls), sound, f"after allocation {count}:\n"
                             f"{self.proxy.err.text()[-2000:]}")
            self.assertIsNone(self.proxy.process.poll())
        # The observer's come a little after the answer, and are not waited for.
        self.assertGreater(failed, len(counts) // 8)
        self.proxy.stop()
        for line in self.proxy.out.lines:
            json.loads(line)

    def test_plain(self):
        self.run_all(OK, range(1, 60), tls=False)

    def test_failing_answers(self):
        self.run_all(NO, [*range(1, 60), *range(60, 400, 17)], tls=False)

    def test_tls(self):
        self.run_all(OK, [*range(1, 60, 3), *range(60, 3000, 97)], tls=True)


@unittest.skipIf(SANITIZED, "the sanitizers have an allocator of their own")
class Commands(Case):
    """From the first allocation of the process on: a command does its work, or says what is the matter."""

    def run_all(self, counts, *args, code=0):
        control = Control(self.home / "control")
        env = {"LD_PRELOAD": str(SHIM), "FAILMALLOC": str(self.home / "control")}
        sound = self.run_program(*args, env=env)
        self.assertEqual(sound.returncode, code, sound.stderr)
        for count in counts:
            control.fail_after(count)
            done = self.run_program(*args, env=env)
            failed = control.take()
            self.assertGreaterEqual(done.returncode, 0, f"allocation {count} ended it by a signal")
            if not failed:
                self.assertEqual((done.returncode, done.stdout), (code, sound.stdout))
            elif done.returncode != code:
                self.assertNotEqual(done.stderr, "", f"allocation {count}: nothing is said")

    def test_scenarios(self):
        self.run_all([*range(1, 30), *range(30, 20000, 397)], "scenarios")

    def test_explain(self):
        path = self.home / "answer.json"
        path.write_text('{"error":"No access token","name":"Unauthorized"}')
        self.run_all([*range(1, 30), *range(30, 20000, 397)], "explain", path)

    def test_ca(self):
        self.run_all([*range(1, 30), *range(30, 6000, 197)], "ca", "path")
