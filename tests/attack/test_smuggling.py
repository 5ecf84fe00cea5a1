"""Hostile and ambiguous requests: what of them reaches the upstream, and what other readers make of what does.

A. What is ambiguous is refused, and not one byte of it goes upstream. A body that goes wrong when it streams
   already is cut off: the upstream gets no whole request, and its connection is not used again.
B. What is forwarded is exactly one request for every reader: the strict one, lenient ones of our own, nginx, HAProxy,
   Node and Python's http.server; the one that the client meant, and the one that the log names.

WHY401_ATTACK=whole sends each case byte by byte too, and once more as a forward proxy's client to another host."""
import collections
import dataclasses
import os
import re
import socket

import kinds
import readers
import servers
from case import CUT, EITHER, PASS, REFUSE
from recorder import STATUS, Recorder, exchange
from table import say, show
from why401 import Case as Test

WHOLE = os.environ.get("WHY401_ATTACK") == "whole"
AFTER = b"GET /after HTTP/1.1\r\nHost: localhost\r\n\r\n"
CONFIG = {"timeouts": {"request_head_ms": 3000, "body_idle_ms": 3000, "client_idle_ms": 3000}}


@dataclasses.dataclass
class Result:
    """What became of one case."""

    statuses: list
    connections: list  # of the upstream, new ones with bytes
    dangers: list  # what must not be, in words

    @property
    def outcome(self):
        if any(connection.requests for connection in self.connections):
            return "forwarded"
        return "cut off" if self.connections else "refused"


def is_denied(data, finals):
    """Refused by policy, not for its form: what follows is a request of its own. After CONNECT nothing is."""
    return finals[:1] == [403] and not data.startswith(b"CONNECT")


def middle(data):
    """Where a chunked body that goes wrong later has had one good chunk; None where it has none."""
    good = re.search(rb"\r\n\r\n([13])\r\n(?:z|abc)\r\n", data)
    return good.end() if good and good.end() < len(data) else None


def meant(data):
    """The requests that a valid message means: lists, folds and targets read with good will."""
    found = []
    for request in readers.lenient(data, readers.LENIENT[0]):
        target = re.sub(rb"(?i)^https?://[^/?]*", b"", request.target)
        target = b"/" + target if re.match(rb"(?i)https?://", request.target) and not target.startswith(b"/") else target
        found.append(dataclasses.replace(request, target=target))
    return found


def disagreement(data, request):
    """What a lenient reader finds instead of the one request, or None."""
    for habits in readers.LENIENT:
        found = readers.lenient(data, habits)
        if found != [request]:
            return f"'{habits.name}' reads {found!r}"[:300]
    return None


class Smuggling(Test):
    args = ("--tunnel", "none")

    def setUp(self):
        super().setUp()
        self.recorder = Recorder()
        self.addCleanup(self.recorder.close)
        self.proxy = self.start_proxy(self.recorder, *self.args, config=CONFIG)
        self.forwarded = []  # (case, connection), in order

    def prepare(self, data):
        return data.replace(b"@PORT@", b"%d" % self.proxy.port)

    def send(self, data, bytewise, pause):
        if not bytewise and not pause:
            return exchange(self.proxy.port, data)
        good = middle(data)
        before = len(self.recorder.connections)
        with socket.create_connection(("127.0.0.1", self.proxy.port), 10) as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            received = b""
            try:
                if pause:
                    sock.sendall(data[:good])
                    self.recorder.wait_body(before)
                    sock.sendall(data[good:])
                else:
                    for byte in data:
                        sock.send(bytes([byte]))
                sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass
            try:
                while more := sock.recv(65536):
                    received += more
            except OSError:
                pass
            return received

    def run_case(self, case, followed=False, bytewise=False, pause=False):
        data = self.prepare(case.data)
        before = len(self.recorder.connections)
        received = self.send(data + (AFTER if followed else b""), bytewise, pause)
        self.recorder.catch_up()  # so that none of this case's connections is taken for the next one's
        new = [connection for connection in self.recorder.connections[before:]]
        result = Result([int(status) for status in STATUS.findall(received or b"")], new, [])
        if received is None:
            result.dangers.append("no end within 10 s")
        for connection in new:
            if not connection.ended.wait(10):
                result.dangers.append("the upstream connection stays open")
        result.connections = [connection for connection in new if connection.data]
        self.judge(case, data, followed, result)
        return result

    def judge(self, case, data, followed, result):
        dangers = result.dangers
        requests = [request for connection in result.connections for request in connection.requests]
        self.forwarded += [(case, connection) for connection in result.connections if connection.requests]
        finals = [status for status in result.statuses if status >= 200]
        if any(connection.bad for connection in result.connections):
            dangers.append(f"upstream got what is no request: {result.connections[0].bad}")
        if any(b"smuggled" in request.target for request in requests):
            dangers.append("a smuggled request went upstream")
        if case.never and any(case.never in connection.data.lower() for connection in result.connections):
            dangers.append(f"{case.never} went upstream")
        if any(len(connection.requests) > 1 for connection in result.connections):
            dangers.append("two requests on a connection that was to end")
        if is_denied(data, finals) and followed and requests == readers.strict(AFTER):
            return
        if case.must == REFUSE and result.connections:
            dangers.append(f"went upstream: {result.connections[0].data[:200]}")
        if case.must == CUT and requests:
            dangers.append(f"a whole request went upstream: {result.connections[0].data[:200]}")
        if case.must in (REFUSE, CUT) and finals and finals[0] < 400:
            dangers.append(f"answered {finals[0]}")
        if case.must in (REFUSE, CUT) and len(finals) > 1:
            dangers.append(f"{len(finals)} answers to one broken request")
        if case.must == PASS and not requests:
            dangers.append(f"a valid message was answered {finals}")
        if case.must in (PASS, EITHER) and requests:
            wanted = meant(data) + (readers.strict(AFTER) if followed else [])
            if requests != wanted[:len(requests)] or len(finals) > len(wanted):
                dangers.append(f"upstream got {requests!r} for {wanted!r}"[:400])
            for connection in result.connections:
                if len(connection.requests) == 1 and (why := disagreement(connection.data, connection.requests[0])):
                    dangers.append(why)

    def run_all(self, cases):
        """Every case in every variant; {kind: Counter}, and what was dangerous in words."""
        figures, dangers = collections.defaultdict(collections.Counter), []
        for case in cases:
            variants = [{}] + [{"pause": True}] * (case.must == CUT and middle(case.data) is not None) + [{"followed": True}] * case.followed + [{"bytewise": True}] * (WHOLE and len(case.data) < 2000)
            for variant in variants:
                result = self.run_case(case, **variant)
                figures[case.kind].update(["sent", result.outcome] + ["dangerous"] * bool(result.dangers))
                dangers += [f"{case.kind}: {case.name} {list(variant)}: {danger} {result.statuses}" for danger in result.dangers]
        return figures, dangers

    def report(self, title, figures, dangers):
        columns = ("kind", "sent", "refused", "cut off", "forwarded", "dangerous")
        show(title, columns, [(kind, *(figures[kind][name] for name in columns[1:])) for kind in sorted(figures)])
        for danger in dangers[:60]:
            say(f"  {danger}")
        self.assertEqual(len(dangers), 0)
        # Bytes that came late would have been counted with another case; in sum nothing is missing.
        counted = sum(len(connection.data) for connection in self.recorder.connections)
        self.assertEqual(self.recorder.bytes_received, counted)


class AtHome(Smuggling):
    def test_nothing_ambiguous_goes_upstream(self):
        figures, dangers = self.run_all(kinds.all_cases())
        self.report("Hostile, odd and rare requests", figures, dangers)
        self.proxy.stop()
        self.compare_log()

    def compare_log(self):
        """What was logged as forwarded is what the upstream read, in the same order."""
        logged = [entry for entry in self.proxy.entries(len(self.proxy.out.lines)) if entry["maker"] == "upstream"]
        seen = [(case, connection.requests[0]) for case, connection in self.forwarded]
        self.assertEqual(len(logged), len(seen))
        for entry, (case, request) in zip(logged, seen):
            self.assertEqual((entry["method"].encode(), entry["request_bytes"]), (request.method, len(request.body)), case.name)
            target = re.sub(r"(?i)^https?://[^/?]*", "", entry["target"])
            if "[redacted]" not in target and target.startswith("/") and len(target) < 2000:
                self.assertEqual(target.encode(), request.target, case.name)

    def test_real_servers_read_what_we_forward(self):
        started, missing = servers.start_all(self.home)
        for server in started:
            self.addCleanup(server.close)
        for name in missing:
            say(f"SKIPPED: {name} is not installed, so it does not read what is forwarded")
        figures, dangers, read = collections.defaultdict(collections.Counter), [], set()
        for case in kinds.all_cases():
            if case.must not in (PASS, EITHER):
                continue
            for connection in self.run_case(case).connections:
                if connection.data in read:
                    continue
                read.add(connection.data)
                for server in started:
                    found = server.read(connection.data)
                    same = found == connection.requests
                    figures[server.name].update(["read", "same" if same else "refused" if found is None else "dangerous"])
                    if found is not None and not same:
                        dangers.append(f"{server.name}: {case.kind}: {case.name}: {found!r}"[:300])
        columns = ("reader", "read", "same", "refused", "dangerous")
        show("What was forwarded, read by", columns, [(name, *(figures[name][c] for c in columns[1:])) for name in figures])
        for danger in dangers[:40]:
            say(f"  {danger}")
        self.assertEqual(len(dangers), 0)


if WHOLE:
    class Elsewhere(Smuggling):
        """The same to a host that is not inspected: the forward proxy is as strict."""

        args = ("--tunnel", "all")

        def prepare(self, data):
            data = super().prepare(data)
            return data.replace(b" /x ", b" http://127.0.0.1:%d/x " % self.elsewhere.port, 1)

        def test_nothing_ambiguous_goes_elsewhere(self):
            home, self.elsewhere = self.recorder, Recorder()
            self.addCleanup(self.elsewhere.close)
            self.recorder = self.elsewhere
            figures, dangers = self.run_all(case for case in kinds.all_cases() if b" /x " in case.data and b"@PORT@" not in case.data)
            self.report("The same, to another host", figures, dangers)
            at_home = {request.target for connection in home.connections for request in connection.requests}
            self.assertEqual(at_home, {b"/after"})  # what follows names no other host
