"""A soak: mixed traffic with faults for some minutes, then the books. ./dev soak MINUTES runs it.

    soak.py SECONDS [--idle N]     with WHY401 naming the program

Clients keep connections or close them, GET and POST, over TLS and without, some through CONNECT; some are slow,
some leave in the middle. The upstream answers with small and big bodies, 401s and 500s, resets some
connections, and is restarted. The configuration is changed and read again by SIGHUP. Every second the
process's memory, descriptors and threads are noted. In the end

- every exchange that a client began was answered, or its failure is in the log;
- each POST reached the upstream once at most;
- exchanges = log lines + counted losses;
- memory, descriptors and threads are flat.
"""
import argparse
import json
import os
import pathlib
import random
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from wire import Closed, Wire  # pylint: disable=wrong-import-position

PROGRAM = os.environ["WHY401"]
BROKEN = (Closed, OSError, ssl.SSLError)
NUMBER = re.compile(r"\?n=(\d{10})e$")  # one that a client has torn apart is none
BIG = bytes(range(256)) * 2048
CLIENTS = 16
UPSTREAM_PATIENCE = 20

# What memory may still do after the warm-up: KiB for each minute, and in all beyond the first half's highest.
GROWTH_KIB_PER_MINUTE = 1024
GROWTH_KIB = 4096
LOOKUPS = 16  # at a time, see proxy/net/lookup.c


class Upstream:
    """Answers by what the target asks for, and notes which POSTs came."""

    def __init__(self):
        self.lock = threading.Lock()
        self.posts = {}
        self.open = set()
        self.port = 0
        self.restarts = 0
        self.start()

    def start(self):
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=256)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def restart(self):
        """All connections break, and for a moment nobody listens."""
        self.restarts += 1
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            wires = list(self.open)
        for wire in wires:
            try:
                wire.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        time.sleep(0.2)
        self.start()

    def accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        wire = Wire(sock)
        sock.settimeout(UPSTREAM_PATIENCE)
        with self.lock:
            self.open.add(wire)
        try:
            while self.answer(wire, wire.message()):
                pass
        except BROKEN:
            pass
        with self.lock:
            self.open.discard(wire)
        sock.close()

    def answer(self, wire, request):
        """Returns whether the connection goes on."""
        path = request.target.split(b"?")[0]
        if request.method == b"POST":
            with self.lock:
                self.posts[request.target] = self.posts.get(request.target, 0) + 1
        if path == b"/reset":
            wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")
            wire.reset()
            return False
        if path == b"/drop":
            return False
        if path == b"/401":
            body = b'{"error":"No access token","name":"Unauthorized","requestId":"c1"}'
            wire.send(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: %d\r\n\r\n" % len(body), body)
        elif path == b"/500":
            wire.send(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\n{}")
        elif path == b"/big":
            wire.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(2):
                wire.send(b"%x\r\n" % len(BIG), BIG, b"\r\n")
            wire.send(b"0\r\n\r\n")
        elif path == b"/slow":
            wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n")
            for byte in b"slow":
                time.sleep(0.05)
                wire.send(bytes([byte]))
        else:
            wire.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        return True


class Counts:
    def __init__(self):
        self.lock = threading.Lock()
        self.values = {}

    def add(self, name, by=1):
        with self.lock:
            self.values[name] = self.values.get(name, 0) + by

    def __getitem__(self, name):
        return self.values.get(name, 0)


class Soak:
    """One run. Each exchange has a number, which its target carries: so client, log and upstream agree."""

    def __init__(self, home, seconds, idle):
        self.home = home
        self.seconds = seconds
        self.idle = idle
        self.stop = threading.Event()
        self.counts = Counts()
        self.number = iter(range(1, 1 << 62))
        self.number_lock = threading.Lock()
        self.answered = set()
        self.failed = set()
        self.half_sent = set()
        self.notices = []
        self.samples = []
        self.problems = []
        self.log = home / "log.jsonl"
        self.upstream = Upstream()
        self.write_config(0)
        self.process = subprocess.Popen(
            [PROGRAM, "run", "--env", f"http://127.0.0.1:{self.upstream.port}", "--listen", "127.0.0.1:0",
             "--tunnel", "all", "--config", home / "config.json", "--log-json", self.log, "--quiet"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8",
                 "XDG_STATE_HOME": str(home / "state"), "XDG_DATA_HOME": str(home / "data")})
        self.port = None
        threading.Thread(target=self.read_notices, daemon=True).start()
        self.wait_for_port()
        self.context = ssl.create_default_context(cafile=home / "data" / "why401" / "ca.pem")

    def write_config(self, turn):
        beside = self.home / "config.new"
        beside.write_text(json.dumps({
            "limits": {"connections": 12000 + turn % 7, "capture_bytes": 65536 + turn % 5},
            "timeouts": {"request_head_ms": 2000, "body_idle_ms": 5000, "drain_ms": 8000},
        }))
        beside.rename(self.home / "config.json")

    def read_notices(self):
        for line in self.process.stdout:
            text = line.decode(errors="replace")
            found = re.search(r"listening on https://127\.0\.0\.1:(\d+)", text)
            if found:
                self.port = int(found.group(1))
            if len(self.notices) < 1000000 and ("missing" in text or "lost" in text or "rror" in text):
                self.notices.append(text.rstrip())

    def wait_for_port(self):
        end = time.monotonic() + 20
        while self.port is None:
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit("soak: the proxy did not start")
            time.sleep(0.02)

    # Clients

    def next_number(self):
        with self.number_lock:
            return next(self.number)

    def connect(self, rng):
        sock = socket.create_connection(("127.0.0.1", self.port), 20)
        self.counts.add("connections")
        if rng.random() < 0.15:
            # A tunnel to another host than BitGo's: here, to the upstream by its other name.
            wire = Wire(sock)
            self.counts.add("tunnels asked for")
            wire.send(b"CONNECT localhost:%d HTTP/1.1\r\nHost: localhost:%d\r\n\r\n"
                      % (self.upstream.port, self.upstream.port))
            response = Wire.message(wire, bodiless=True)
            if response.status != 200:
                sock.close()
                raise Closed(b"no tunnel")
            self.counts.add("tunnels")
            wire.tunnel = True
            return wire
        if rng.random() < 0.3:
            sock = self.context.wrap_socket(sock, server_hostname="localhost")
        wire = Wire(sock)
        wire.tunnel = False
        return wire

    def request(self, rng):
        """(number, bytes) of the next exchange."""
        number = self.next_number()
        path = rng.choices(["/ok", "/401", "/500", "/big", "/slow", "/reset", "/drop"],
                           [60, 12, 3, 4, 3, 2, 2])[0]
        if rng.random() < 0.4:
            body = BIG if rng.random() < 0.03 else b"x" * rng.randrange(400)
            head = (f"POST {path}?n={number:010d}e HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n").encode()
            return number, head + body
        return number, f"GET {path}?n={number:010d}e HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()

    def client(self, seed):
        rng = random.Random(seed)
        wire = None
        while not self.stop.is_set():
            number = None
            try:
                if wire is None:
                    wire = self.connect(rng)
                if rng.random() < 0.02:
                    self.leave(wire, rng)
                    wire = None
                    continue
                number, request = self.request(rng)
                self.send(wire, request, rng)
                response = wire.response(request.split(b" ")[0])
                self.note(number, wire, response)
                if rng.random() < 0.2 or response.value(b"Connection") == b"close":
                    wire.sock.close()
                    wire = None
            except BROKEN:
                if number is not None and not (wire and wire.tunnel):
                    self.counts.add("cut off")
                    with self.number_lock:
                        self.failed.add(number)
                if wire is not None:
                    wire.sock.close()
                wire = None
                time.sleep(0.01)
        if wire is not None:
            wire.sock.close()

    def send(self, wire, request, rng):
        if rng.random() < 0.02:
            for part in (request[:9], request[9:30], request[30:]):
                wire.send(part)
                time.sleep(0.02)
        else:
            wire.send(request)

    def note(self, number, wire, response):
        if wire.tunnel:
            self.counts.add("tunnelled")
            return
        self.counts.add("answered")
        self.counts.add(f"status {response.status}")
        with self.number_lock:
            self.answered.add(number)

    def leave(self, wire, rng):
        """A client that goes in the middle of its request, or before its answer."""
        number, request = self.request(rng)
        cut = rng.randrange(1, len(request) + 1)
        self.counts.add("left")
        with self.number_lock:
            if not wire.tunnel:
                self.half_sent.add(number)
        wire.send(request[:cut])
        if rng.random() < 0.5:
            wire.reset()
        else:
            wire.sock.close()

    def hold_idle(self):
        wires = []
        for _ in range(self.idle):
            try:
                wires.append(socket.create_connection(("127.0.0.1", self.port), 20))
            except OSError:
                break
        self.counts.add("idle held", len(wires))
        return wires

    # What happens around them

    def sample(self):
        pid = self.process.pid
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        rss = int(re.search(r"VmRSS:\s+(\d+)", status).group(1))
        threads = int(re.search(r"Threads:\s+(\d+)", status).group(1))
        self.samples.append((time.monotonic() - self.began, rss, len(os.listdir(f"/proc/{pid}/fd")), threads))

    def disturb(self):
        turn = 0
        end = self.began + self.seconds
        while time.monotonic() < end and self.process.poll() is None:
            time.sleep(1)
            turn += 1
            self.sample()
            if turn % 3 == 0:
                self.write_config(turn)
                self.process.send_signal(signal.SIGHUP)
                self.counts.add("reloads")
            if turn % 7 == 0:
                self.upstream.restart()

    def run(self):
        idle = self.hold_idle()
        self.began = time.monotonic()
        threads = [threading.Thread(target=self.client, args=(seed,), daemon=True) for seed in range(CLIENTS)]
        for thread in threads:
            thread.start()
        self.disturb()
        self.stop.set()
        for thread in threads:
            thread.join(30)
            if thread.is_alive():
                self.problems.append("a client waits for an answer that does not come")
        for sock in idle:
            sock.close()
        if self.process.poll() is not None:
            self.problems.append(f"the proxy ended by itself with {self.process.returncode}")
            return
        time.sleep(1)
        self.settled = len(os.listdir(f"/proc/{self.process.pid}/fd"))
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(60)
        if code != 0:
            self.problems.append(f"exit code {code}")

    # The books

    def read_log(self):
        logged = {}
        lines = 0
        ids = 0
        connects = 0
        with self.log.open("rb") as file:
            for line in file:
                entry = json.loads(line)
                lines += 1
                ids = max(ids, entry["id"])
                connects += entry["method"] == "CONNECT"
                if number := NUMBER.search(entry["target"]):
                    logged[int(number.group(1))] = entry
        return logged, lines, ids, connects

    def losses(self):
        words = r"(\d+) successes and (\d+) failures are missing|(\d+) were lost"
        return sum(int(number) for line in self.notices for found in re.findall(words, line)
                   for number in found if number)

    def check_books(self):
        logged, lines, ids, connects = self.read_log()
        lost = self.losses()
        self.counts.add("log lines", lines)
        self.counts.add("counted losses", lost)
        missing = self.answered - logged.keys()
        if len(missing) > lost:
            self.problems.append(f"{len(missing)} answered exchanges are not in the log, {lost} counted as lost: "
                                 f"{sorted(missing)[:5]}")
        wrong = [number for number in self.answered if number in logged
                 and logged[number]["outcome"] not in ("complete", "refused")]
        if wrong:
            self.problems.append(f"answered, but logged as something else: {logged[wrong[0]]}")
        whole = [number for number in self.failed if number in logged
                 and logged[number]["outcome"] == "complete" and logged[number]["status"] != 101
                 and not logged[number]["error"]]
        if whole:
            self.problems.append(f"cut off, but logged as complete: {logged[whole[0]]}")
        silent = [number for number in self.failed if number not in logged]
        self.counts.add("failed without a line", len(silent))
        if len(silent) > lost:
            self.problems.append(f"{len(silent)} failed exchanges are not in the log: {sorted(silent)[:5]}")
        # Each exchange takes an id; a tunnel that came about has one and no line.
        unseen = self.counts["tunnels asked for"] - connects
        self.counts.add("exchanges", ids)
        if not 0 <= lines + lost + unseen - ids <= CLIENTS:
            self.problems.append(f"{ids} exchanges, but {lines} lines, {lost} losses and {unseen} tunnels")
        begun = len(self.answered) + len(self.failed)
        in_log = len((self.answered | self.failed) & logged.keys())
        if begun != in_log + len(missing) + len(silent):
            self.problems.append(f"{begun} exchanges were begun, {in_log} are in the log")
        stray = lines - len(logged)
        known = self.answered | self.failed | self.half_sent
        if strangers := [number for number in logged if number not in known]:
            self.problems.append(f"the log has exchanges that nobody began: {strangers[:5]}")
        self.counts.add("other lines (torn heads, tunnels)", stray)
        twice = [target for target, times in self.upstream.posts.items() if times > 1]
        if twice:
            self.problems.append(f"POSTs reached the upstream twice: {twice[:5]}")

    def check_flat(self):
        if len(self.samples) < 10:
            return
        half = self.samples[len(self.samples) // 2:]
        warm = self.samples[len(self.samples) // 4:len(self.samples) // 2]
        minutes = max((half[-1][0] - half[0][0]) / 60, 1e-9)
        self.slope = slope([(at / 60, rss) for at, rss, _, _ in half])
        growth = max(rss for _, rss, _, _ in half) - max(rss for _, rss, _, _ in warm)
        if growth > GROWTH_KIB or (minutes > 1 and self.slope > GROWTH_KIB_PER_MINUTE):
            self.problems.append(f"memory grows: {growth} KiB, {self.slope:.0f} KiB a minute")
        descriptors = [count for _, _, count, _ in half]
        before = [count for _, _, count, _ in warm]
        if sum(descriptors) / len(descriptors) > sum(before) / len(before) * 1.3 + 8:
            self.problems.append(f"descriptors grow: from {before} to {descriptors}")
        # After the last client has gone there are the files, the loops and idle upstream connections.
        if self.settled > 64 + 40:
            self.problems.append(f"{self.settled} descriptors are open with no client left")
        # A lookup of a name has a thread while it lasts: what stays is in the fewest.
        fewest, most = extremes(t for *_, t in half)
        if fewest > min(t for *_, t in warm) or most > fewest + LOOKUPS:
            self.problems.append(f"threads grow: {sorted({t for *_, t in self.samples})}")

    def report(self):
        rows = [(name, self.counts[name]) for name in sorted(self.counts.values)]
        rows += [("POSTs that reached the upstream", len(self.upstream.posts)),
                 ("upstream restarts", self.upstream.restarts)]
        if self.samples:
            rss = [sample[1] for sample in self.samples]
            rows += [("seconds", round(self.samples[-1][0])),
                     ("RSS KiB: first, highest, last", f"{rss[0]}, {max(rss)}, {rss[-1]}"),
                     ("RSS KiB a minute, second half", f"{getattr(self, 'slope', 0):.0f}"),
                     ("descriptors: lowest, highest", "{}, {}".format(*extremes(s[2] for s in self.samples))),
                     ("descriptors with no client left", getattr(self, "settled", "-")),
                     ("threads: lowest, highest", "{}, {}".format(*extremes(s[3] for s in self.samples)))]
        for name, value in rows:
            print(f"{name:40} {value}")
        for problem in self.problems:
            print(f"PROBLEM: {problem}")
        print("soak:", "failed" if self.problems else "all is well")


def extremes(values):
    values = list(values)
    return min(values), max(values)


def slope(points):
    """Of the straight line that fits best."""
    count = len(points)
    mean_x = sum(x for x, _ in points) / count
    mean_y = sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def main():
    parser = argparse.ArgumentParser(description="mixed traffic with faults, then the books")
    parser.add_argument("seconds", type=float)
    parser.add_argument("--idle", type=int, default=200, help="connections that are held and send nothing")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="why401-soak-") as folder:
        soak = Soak(pathlib.Path(folder), args.seconds, args.idle)
        try:
            soak.run()
            soak.check_books()
            soak.check_flat()
        finally:
            if soak.process.poll() is None:
                soak.process.kill()
                soak.process.wait()
        soak.report()
    return 1 if soak.problems else 0


if __name__ == "__main__":
    sys.exit(main())
