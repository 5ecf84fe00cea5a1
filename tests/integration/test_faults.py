"""What breaks around a running proxy: a full disk, a log that goes away, a log that nobody reads, no more
descriptors, kill -9, a reload and an end under load. It goes on forwarding, and says what was lost."""
import json
import os
import pathlib
import re
import resource
import signal
import socket
import ssl
import sys
import threading
import time

import har
from why401 import SANITIZED, Case
from wire import PATIENCE, Closed, Wire

GET = b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nmany"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
TOKEN = b"v2x" + 64 * b"1"  # made up; without one each success would have a problem to tell
LOSSES = r"(\d+) successes and (\d+) failures are missing"
NO = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 15\r\n\r\n" + b'{"error":"moo"}'
BIG_NO = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nX-Big: " + 200_000 * b"b" + b"\r\n\r\n"


def wait_until(ready):
    """For what shows itself in a file only."""
    end = time.monotonic() + PATIENCE
    while not (result := ready()):
        if time.monotonic() > end:
            raise AssertionError("it did not come to pass")
        time.sleep(0.01)
    return result


def sound_lines(path):
    """The lines of a log that are whole; one that was torn apart is ended and counts for nothing."""
    lines = []
    for line in path.read_bytes().split(b"\n"):
        try:
            lines.append(json.loads(line))
        except ValueError:
            pass
    return lines


class Disk(Case):
    def begin(self, *args, response=OK):
        self.log = self.home / "log.jsonl"
        upstream = self.start_upstream(response)
        self.proxy = self.start("run", "--env", upstream.url, "--listen", "127.0.0.1:0", *args)

    def limit_files(self, size):
        """No file of the program grows beyond that: to it, the disk is full."""
        hard = resource.prlimit(self.proxy.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.proxy.process.pid, resource.RLIMIT_FSIZE, (size, hard))

    def exchange(self, count=1, status=200):
        for _ in range(count):
            self.assertEqual(self.proxy.exchange(GET, tls=False).status, status)

    def said(self, pattern):
        self.assertIsNotNone(self.proxy.out.wait_match(pattern), self.proxy.out.text())

    def times_said(self, words):
        return self.proxy.out.text().count(words)

    def test_full_disk(self):
        self.begin("--log-json", self.home / "log.jsonl", "--no-ledger")
        self.exchange(5)
        wait_until(lambda: len(sound_lines(self.log)) == 5)
        self.limit_files(self.log.stat().st_size + 100)
        self.exchange(10)
        self.said("cannot write JSON lines")
        self.limit_files(resource.RLIM_INFINITY)
        self.exchange(3)
        lost = int(self.proxy.out.wait_match(r"written to .* again; (\d+) were lost").group(1))
        self.assertEqual(self.times_said("cannot write JSON lines"), 1)
        self.proxy.stop()
        self.assertEqual(len(sound_lines(self.log)) + lost, 18)

    def test_no_space_from_the_start(self):
        self.begin("--log-json", "/dev/full", "--no-ledger")
        self.exchange(4)
        self.said("cannot write JSON lines to /dev/full")
        self.exchange(4)
        self.assertEqual(self.times_said("cannot write JSON lines"), 1)
        self.proxy.stop()

    def test_full_disk_of_the_ledger(self):
        self.begin("--log-json", self.home / "log.jsonl", response=NO)
        self.exchange(2, 400)
        ledger = self.home / "state" / "why401" / "ledger.db"
        wait_until(ledger.exists)
        wait_until(lambda: len(sound_lines(self.log)) == 2)
        self.limit_files(4096)
        self.exchange(2, 400)
        self.said("the proxy goes on, and what was learned")
        self.limit_files(resource.RLIM_INFINITY)
        self.exchange(2, 400)
        self.said("the ledger can be written again")
        self.proxy.stop()
        self.assertEqual(self.run_program("report", "--last").returncode, 0)

    def test_log_folder_goes_away_and_comes_back(self):
        folder = self.home / "logs"
        folder.mkdir()
        self.begin("--log-json", folder / "log.jsonl", "--no-ledger")
        self.exchange(2)
        # Moved, not made anew: a confined proxy may write to the folder that it was started with.
        folder.rename(self.home / "away")
        (self.home / "away" / "log.jsonl").unlink()
        self.exchange(2)
        self.proxy.signal(signal.SIGUSR1)
        self.said(r"cannot write JSON lines to .*No such file")
        self.exchange(2)
        (self.home / "away").rename(folder)
        self.proxy.signal(signal.SIGUSR1)
        wait_until((folder / "log.jsonl").exists)
        self.exchange(2)
        self.proxy.stop()
        self.assertEqual(len(sound_lines(folder / "log.jsonl")), 2)

    def test_log_that_cannot_be_made_is_said_at_the_start(self):
        done = self.run_program("run", "--env", "http://127.0.0.1:9", "--listen", "127.0.0.1:0",
                                "--log-json", "/proc/why401.jsonl")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("cannot write JSON lines to /proc/why401.jsonl", done.stderr)


class StuckLog(Case):
    def begin(self, limits, command, *args):
        """A program whose log is a pipe that nobody reads yet."""
        pipe = self.home / "log.pipe"
        os.mkfifo(pipe)
        self.reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(self.reader, True)
        upstream = self.start_upstream(self.answer)
        self.write_config({"limits": limits})
        self.proxy = self.start(command, "--env", upstream.url, "--no-ledger",
                                "--config", self.home / "config.json", "--log-json", pipe, *args)
        self.wire = None
        self.lines = []

    def answer(self, peer):
        answers = {b"/200": OK, b"/400": NO, b"/413": BIG_NO}
        while (request := peer.request()) is not None:
            peer.send(answers[request.target])

    def exchange(self, status):
        self.wire = self.wire or self.proxy.connect(tls=False)
        self.wire.send(b"GET /%d HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n" % (status, TOKEN))
        self.assertEqual(self.wire.response().status, status)

    def read_log(self, end):
        """Somebody reads the log at last, and until the end; returns the statuses in it."""
        drain = threading.Thread(target=self.collect, daemon=True)
        drain.start()
        end()
        drain.join(PATIENCE)
        return [json.loads(line)["status"] for line in self.lines]

    def stop(self):
        self.assertIsNotNone(self.proxy.out.wait_match(LOSSES), self.proxy.out.text())
        self.proxy.stop()

    def collect(self):
        with os.fdopen(self.reader, "rb") as file:
            self.lines.extend(file)

    def told(self):
        """How many successes and failures the notices say were lost."""
        found = re.findall(LOSSES, self.proxy.out.text())
        return [sum(map(int, numbers)) for numbers in zip(*found)]

    def test_successes_are_lost_counted_and_failures_kept(self):
        self.begin({"queue_length": 16}, "run", "--listen", "127.0.0.1:0")
        for number in range(400):
            self.exchange(400 if number % 10 == 0 else 200)
        statuses = self.read_log(self.stop)
        successes, failures = self.told()
        self.assertEqual(failures, 0)
        self.assertEqual(statuses.count(400), 40)
        self.assertGreater(successes, 0)
        self.assertEqual(statuses.count(200) + successes, 360)

    def test_failures_that_would_take_too_much_memory_are_lost_and_counted(self):
        self.begin({"queue_bytes": 16 << 20}, "run", "--listen", "127.0.0.1:0")
        before = self.resident()
        for _ in range(250):  # 50 MB
            self.exchange(413)
        if not SANITIZED:
            self.assertLess(self.resident() - before, 32 << 20)
        self.exchange(200)
        statuses = self.read_log(self.stop)
        successes, failures = self.told()
        self.assertEqual(successes, 1)
        self.assertGreater(failures, 0)
        self.assertEqual(statuses, [413] * (250 - failures))
        self.assertRegex(self.proxy.err.text(), f"1 successful exchange, {failures} failing, 0 body captures")

    def test_a_run_that_lost_failures_is_not_green(self):
        client = ("import http.client, os\n"
                  "http.client._MAXLINE = 1 << 20\n"
                  "c = http.client.HTTPConnection(os.environ['HTTPS_PROXY'].removeprefix('http://'))\n"
                  "for _ in range(250):\n"
                  "    c.request('GET', '/413')\n"
                  "    c.getresponse().read()\n"
                  "print('done', flush=True)\n")
        self.begin({"queue_bytes": 16 << 20}, "exec", "--fail-on", "404", "--", sys.executable, "-c", client)
        self.assertIsNotNone(self.proxy.out.wait_match("done"), self.proxy.err.text())
        statuses = self.read_log(self.proxy.wait)
        self.assertEqual(self.proxy.process.returncode, 3)
        lost = 250 - len(statuses)
        self.assertGreater(lost, 0)
        self.assertIn(f"why401: 250 exchanges with BitGo, {len(statuses)} failed (0 explained), "
                      f"{lost} failed and got lost unseen", " ".join(self.proxy.err.text().split()))
        self.assertIn(f"{lost} failing exchanges were neither judged nor logged", self.proxy.err.text())

    def resident(self):
        pages = pathlib.Path(f"/proc/{self.proxy.process.pid}/statm").read_text().split()[1]
        return int(pages) * resource.getpagesize()


class Load:
    """Clients that send one exchange after another, on kept and on fresh connections, until told to stop."""

    def __init__(self, proxy, clients=6):
        self.proxy = proxy
        self.stop = threading.Event()
        self.answered = 0
        self.posts = 0
        self.wrong = []
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(number,), daemon=True)
                        for number in range(clients)]
        for thread in self.threads:
            thread.start()

    def run(self, number):
        wire = None
        try:
            while not self.stop.is_set():
                if wire is None or number % 3 == 0:
                    if wire is not None:
                        wire.sock.close()
                    wire = self.connect()
                request = POST if number % 2 else GET
                wire.send(request)
                status = wire.response().status
                with self.lock:
                    self.posts += request is POST
                    self.answered += status == 200
                    if status != 200:
                        self.wrong.append(status)
        except (Closed, OSError, ssl.SSLError) as end:
            self.wrong.append(end)
        finally:
            if wire is not None:
                wire.sock.close()

    def connect(self):
        return Wire(socket.create_connection(("127.0.0.1", self.proxy.port), PATIENCE))

    def wait_for(self, count):
        wait_until(lambda: self.answered >= count or self.wrong)

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join(PATIENCE)


class UnderLoad(Case):
    def test_reload_drops_nothing(self):
        upstream = self.start_upstream(OK)
        proxy = self.start_proxy(upstream, "--no-ledger", config={"limits": {"connections": 1000}})
        load = Load(proxy)
        for turn in range(12):
            load.wait_for((turn + 1) * 30)
            limits = {"connections": 500 + turn, "capture_bytes": 1000 * turn}
            self.write_config({"limits": limits} if turn % 4 else '{"limits": broken')
            proxy.signal(signal.SIGHUP)
        load.wait_for(load.answered + 50)
        load.end()
        self.assertEqual(load.wrong, [])
        posts = sum(request.method == b"POST" for request in upstream.requests)
        self.assertEqual(posts, load.posts)
        proxy.stop()
        self.assertEqual(len(proxy.out.lines), load.answered)

    def test_sigterm_loses_no_answer_that_is_under_way(self):
        clients = 20
        started = threading.Barrier(clients + 1)
        go_on = threading.Event()

        def script(peer):
            peer.request()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            started.wait(PATIENCE)
            go_on.wait(PATIENCE)
            peer.send(b"world")

        proxy = self.start_proxy(self.start_upstream(script), "--no-ledger")
        wires = [proxy.connect(tls=False) for _ in range(clients)]
        for wire in wires:
            wire.send(GET)
        started.wait(PATIENCE)
        for wire in wires:
            wire.until(b"hello")
        proxy.signal(signal.SIGTERM)
        go_on.set()
        for wire in wires:
            self.assertEqual(wire.rest(), b"world")
        self.assertEqual(proxy.wait(), 0)
        self.assertEqual([json.loads(line)["outcome"] for line in proxy.out.lines], ["complete"] * clients)

    def test_kill_leaves_ledger_and_har_whole(self):
        path = self.home / "log.har"
        upstream = self.start_upstream(NO)
        proxy = self.start_proxy(upstream, "--har", path)
        load = Load(proxy)
        wait_until(lambda: len(load.wrong) >= 200)  # 400s are what this upstream says
        wait_until(lambda: path.stat().st_size > 10000)
        proxy.process.kill()
        proxy.process.wait(PATIENCE)
        load.end()
        entries = har.check(json.loads(path.read_text()))
        self.assertGreater(len(entries), 0)
        self.assertEqual(self.run_program("report", "--last").returncode, 0)
        again = self.start_proxy(upstream)
        self.assertEqual(again.exchange(GET, tls=False).status, 400)


def descriptors(proxy):
    """The numbers of those that a program has."""
    return {int(name) for name in os.listdir(f"/proc/{proxy.process.pid}/fd")}


def limit_descriptors(proxy, most):
    """Those that it has it keeps; returns how many it might have before."""
    before, hard = resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (most, hard))
    return before


class Descriptors(Case):
    def test_a_name_that_cannot_be_looked_up_is_no_name_that_does_not_exist(self):
        proxy = self.start_proxy(self.start_upstream(OK, tls=True), "--no-ledger", "--read-only")
        wire = proxy.connect(tls=False)
        wire.send(b"POST /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertEqual(wire.response().status, 403)  # it has its place, and nobody was looked up for it
        have = descriptors(proxy)
        most = min(set(range(max(have) + 2)) - have)  # the next one is one too many
        before = limit_descriptors(proxy, most)
        wire.send(GET)
        answer = wire.response()
        said = json.loads(answer.body)
        self.assertEqual((answer.status, said["name"]), (503, "Why401OutOfDescriptors"))
        self.assertIn(f"localhost could not be resolved: this process has as many open files and connections as it "
                      f"may have, {most} (RLIMIT_NOFILE)", said["error"])
        self.assertIn("ulimit -n", answer.body.decode())
        self.assertNotIn("spelling", answer.body.decode())
        limit_descriptors(proxy, before)
        wire.send(GET)
        self.assertEqual(wire.response().status, 200)

    def test_accepting_pauses_and_goes_on_once_there_are_some_again(self):
        proxy = self.start_proxy(self.start_upstream(OK), "--no-ledger")
        self.assertEqual(proxy.exchange(GET, tls=False).status, 200)
        most = len(descriptors(proxy)) + 8
        limit_descriptors(proxy, most)
        wires = [proxy.connect(tls=False) for _ in range(40)]
        wait_until(lambda: len(descriptors(proxy)) >= most - 1)
        self.assert_waiting_is_told(proxy, most)
        late = wires.pop()
        late.send(GET)
        # Nobody who waits is turned away: each is still connected when its turn comes.
        for wire in wires:
            wire.sock.setblocking(False)
            with self.assertRaises(BlockingIOError):
                wire.sock.recv(1)
            wire.sock.close()
        self.assertEqual(late.response().status, 200)
        self.assertEqual(proxy.exchange(GET, tls=False).status, 200)
        self.assert_end_of_waiting_is_told(proxy)

    def test_workers_that_run_out_of_them_together_tell_it_once(self):
        proxy = self.start_proxy(self.start_upstream(OK), "--no-ledger", "--workers", "2")
        self.assertGreater(proxy.port, 0)
        before = limit_descriptors(proxy, 3)
        for _ in range(40):
            proxy.connect(tls=False)
        self.assert_waiting_is_told(proxy, 3)
        limit_descriptors(proxy, before)
        self.assert_end_of_waiting_is_told(proxy)

    def assert_waiting_is_told(self, proxy, most):
        self.assertIsNotNone(proxy.err.wait_match(
            rf"new connections have to wait: this process has as many .* as it may have, {most} \(RLIMIT_NOFILE\)\. "
            r".*ulimit -n.*limits\.connections"), proxy.err.text())

    def assert_end_of_waiting_is_told(self, proxy):
        """And each only once, however many came and went meanwhile."""
        self.assertIsNotNone(proxy.err.wait_match("new connections are accepted again"), proxy.err.text())
        proxy.stop()
        self.assertEqual(proxy.err.text().count("new connections"), 2, proxy.err.text())
