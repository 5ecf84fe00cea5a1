"""What the running proxy and the mock gave up, and that everything they do with files still works."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

import why401
from wire import PATIENCE

GET = b"GET /api/v2/ping HTTP/1.1\r\nHost: localhost\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
BAD = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}"


def threads_of(process):
    """What the kernel says of each thread of a process."""
    for task in os.scandir(f"/proc/{process.pid}/task"):
        with open(f"{task.path}/status", encoding="ascii", errors="replace") as status:
            yield dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)


@unittest.skipIf(os.environ["WHY401_CONFINE"] == "OFF", "a build that is watched from inside is not confined")
class Confined(why401.Case):
    def setUp(self):
        super().setUp()
        self.upstream = self.start_upstream(OK)

    def assertConfined(self, process):
        for status in threads_of(process):
            self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))

    def test_every_thread_of_the_proxy_is_confined(self):
        proxy = self.start_proxy(self.upstream, "--workers", "2")
        self.assertEqual(proxy.exchange(GET).status, 200)
        self.assertConfined(proxy.process)

    def test_every_thread_of_the_mock_is_confined(self):
        mock = self.start_mock()
        self.assertEqual(mock.exchange(GET).status, 200)
        self.assertConfined(mock.process)

    def test_no_core_is_ever_written(self):
        proxy = self.start_proxy(self.upstream)
        limits = pathlib.Path(f"/proc/{proxy.process.pid}/limits").read_text(encoding="ascii")
        self.assertRegex(limits, r"Max core file size +0 +0 ")

    def test_verbose_says_so(self):
        proxy = self.start_proxy(self.upstream, "--verbose")
        self.assertIsNotNone(proxy.err.wait_match(r"confined: no new privileges, no programs"))

    def test_config_and_rules_that_were_replaced_are_read_again(self):
        rules = self.home / "rules"
        rules.mkdir()
        proxy = self.start_proxy(self.upstream, config={"rules": "rules"})
        new = self.home / "config.json.new"
        new.write_text('{"rules": "newer"}')
        new.rename(self.home / "config.json")
        rules.rename(self.home / "newer")
        self.assert_reloads(proxy, "config and rules were read again")

    def test_rules_that_were_not_named_at_the_start_are_out_of_reach(self):
        (self.home / "rules").mkdir()
        (self.home / "settings").mkdir()
        config = self.home / "settings" / "config.json"
        config.write_text("{}")
        proxy = self.start_proxy(self.upstream, "--verbose", "--config", config)
        if "Landlock" not in proxy.err.wait_match("confined: .*").group():
            self.skipTest("this kernel has no Landlock")
        config.write_text('{"rules": "../rules"}')
        self.assert_reloads(proxy, "not reloaded.*out of reach")

    def test_logs_har_and_ledger_are_made_written_and_rotated(self):
        upstream = self.start_upstream(BAD)
        log, har = self.home / "logs" / "log.json", self.home / "har" / "traffic.har"
        ledger = self.home / "deep" / "er" / "ledger.db"
        log.parent.mkdir()
        har.parent.mkdir()
        proxy = self.start("run", "--env", upstream.url, "--listen", "127.0.0.1:0", "--verbose",
                           "--log-json", log, "--har", har, "--ledger", ledger)
        self.assertEqual(proxy.exchange(GET).status, 401)
        self.assertIsNotNone(proxy.out.wait_match("401"))
        log.rename(f"{log}.1")
        proxy.signal(signal.SIGUSR1)
        end = time.monotonic() + PATIENCE
        while not log.exists() and time.monotonic() < end:
            pass
        self.assertEqual(proxy.exchange(GET).status, 401)
        proxy.stop()
        self.assertEqual(len(pathlib.Path(f"{log}.1").read_bytes().splitlines()), 1)
        self.assertEqual(len(log.read_bytes().splitlines()), 1)
        self.assertEqual(len(json.loads(har.read_bytes())["log"]["entries"]), 2)
        report = self.run_program("report", "--last", "--ledger", ledger)
        self.assertEqual((report.returncode, report.stderr), (0, ""))

    def assert_reloads(self, proxy, pattern):
        proxy.signal(signal.SIGHUP)
        self.assertIsNotNone(proxy.err.wait_match(pattern), proxy.err.text())


# Becomes a command that has no capability, whoever runs this, so that it looks at others as any user's would.
POWERLESS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()

# Prints which ways of looking into the process argv[1] are open, as JSON.
SPY = """
import ctypes, json, os, sys

def opens(file):
    with open(f"/proc/{sys.argv[1]}/{file}", "rb", 0):
        return True

def seizes():
    return ctypes.CDLL(None).ptrace(0x4206, int(sys.argv[1]), None, None) == 0

def is_open(look, *args):
    try:
        return look(*args)
    except OSError:
        return False

ways = {file: is_open(opens, file) for file in ("maps", "environ", "mem")}
ways["descriptors"] = is_open(lambda: bool(os.readlink(f"/proc/{sys.argv[1]}/fd/0")))
ways["ptrace"] = seizes()
print(json.dumps(ways))
"""
ORDINARY = "print('ready', flush=True); input()"


@unittest.skipIf(why401.WRAPPER, "what could be looked into is the watcher")
class LookedInto(why401.Case):
    """What a process of the same user sees of one that holds tokens. Only root, with its capabilities, sees all."""

    def test_the_proxy_is_closed_to_its_own_user(self):
        upstream = self.start_upstream(OK)
        self.assert_closed(self.start("run", "--env", upstream.url, "--listen", "127.0.0.1:0", through=POWERLESS))

    def test_so_is_the_mock(self):
        self.assert_closed(self.start("mock", "--listen", "127.0.0.1:0", through=POWERLESS))

    def assert_closed(self, program):
        self.assertGreater(program.port, 0)
        with subprocess.Popen([*POWERLESS, sys.executable, "-c", ORDINARY], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as ordinary:
            self.assertEqual(ordinary.stdout.readline(), b"ready\n")
            usual = self.ways_into(ordinary)
            ordinary.communicate(b"\n")
        # Yama (kernel.yama.ptrace_scope) may close "mem" and "ptrace" to all, but never these.
        self.assertTrue(usual["maps"] and usual["environ"] and usual["descriptors"], usual)
        self.assertEqual(self.ways_into(program.process), dict.fromkeys(usual, False))

    def ways_into(self, process):
        spy = self.run_command(*POWERLESS, sys.executable, "-c", SPY, process.pid)
        self.assertEqual((spy.returncode, spy.stderr), (0, b""))
        return json.loads(spy.stdout)


if __name__ == "__main__":
    unittest.main()
