"""Hostile answers: no client ever gets more answers than it sent requests, bytes of another's answer, or a torn answer
that looks whole. For each answer one client asks and gets it, then another asks through the same proxy."""
import collections
import os

import socket
import threading

import answers
from answers import BAD, FINE, TORN
from table import say, show
from why401 import Case as Test
from wire import PATIENCE, Closed, Wire

WHOLE = os.environ.get("WHY401_ATTACK") == "whole"
ASK = b"%s /first HTTP/1.1\r\nHost: localhost\r\n\r\n"
NEXT = b"GET /second HTTP/1.1\r\nHost: localhost\r\n\r\n"
SECOND = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond"


class Stage:
    """An upstream that plays one answer to each /first, and a good one to each /second."""

    def __init__(self):
        self.answer = None
        self.bytewise = False
        self.closing = False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            sock, _ = self.listener.accept()
            if self.closing:
                sock.close()
                return
            threading.Thread(target=self.serve, args=(Wire(sock),), daemon=True).start()

    def serve(self, wire):
        try:
            while True:
                request = wire.message()
                if request.target != b"/first":
                    wire.send(SECOND)
                    continue
                answer = self.answer
                if self.bytewise:
                    for byte in answer.data:
                        wire.send(bytes([byte]))
                else:
                    wire.send(answer.data)
                if answer.ends:
                    break
        except (Closed, OSError):
            pass
        wire.sock.close()

    def close(self):
        self.closing = True
        socket.create_connection(self.listener.getsockname(), PATIENCE).close()
        self.thread.join(PATIENCE)
        self.listener.close()


class Answers(Test):
    def setUp(self):
        super().setUp()
        self.stage = Stage()
        self.addCleanup(self.stage.close)
        self.proxy = self.start_proxy(self.stage, config={"timeouts": {"response_head_ms": 3000, "body_idle_ms": 3000}})

    def ask(self, wire, method):
        """The final answer as (status, body, whole)."""
        wire.send(ASK % method)
        try:
            while True:
                answer = wire.response(method)
                if answer.status >= 200:
                    return answer.status, answer.body, True
        except (Closed, ConnectionError) as torn:
            return None, getattr(torn, "rest", b""), False

    def play(self, answer):
        """What became of one answer and what was dangerous."""
        self.stage.answer = answer
        first = self.proxy.connect(tls=False)
        status, body, whole = self.ask(first, answer.method)
        outcome = "torn" if not whole else "passed" if status != 502 else "refused"
        dangers = []
        if answer.must == BAD and outcome != "refused":
            dangers.append(f"{outcome}: {status} {body[:60]!r}")
        if answer.must == TORN and outcome == "passed":
            dangers.append(f"looks whole: {status} {body[:60]!r}")
        if answer.must == FINE and (outcome != "passed" or body != answer.body):
            dangers.append(f"{outcome}: {status} {body[:60]!r} instead of {answer.body!r}")
        if b"evil" in body and status != 502:
            dangers.append("evil in the body")
        second = self.proxy.connect(tls=False)
        # Each asks once more, on the connections that the answer was played on if they still are in the pool.
        for wire in (second, first) if outcome == "passed" else (second,):
            dangers += self.ask_second(wire)
        first.sock.close()
        second.sock.close()
        self.proxy.wires.clear()
        return outcome, dangers

    def ask_second(self, wire):
        try:
            wire.send(NEXT)
            answer = wire.response()
        except (Closed, OSError) as failure:
            if getattr(failure, "rest", b"") or not isinstance(failure, (Closed, ConnectionError)):
                return [f"the next request got {failure}"]
            return ["the next request got no answer"]
        rest = bytes(wire.buffer)
        if (answer.status, answer.body, rest) != (200, b"second", b""):
            return [f"the next request got {answer.head!r} {answer.body!r} {rest!r}"[:300]]
        return []

    def test_no_answer_reaches_the_wrong_client(self):
        figures, dangers = collections.defaultdict(collections.Counter), []
        for bytewise in (False, True) if WHOLE else (False,):
            for answer in answers.all_answers():
                if bytewise and len(answer.data) > 2000:
                    continue
                self.stage.bytewise = bytewise
                outcome, found = self.play(answer)
                figures[answer.kind].update(["sent", outcome] + ["dangerous"] * bool(found))
                dangers += [f"{answer.kind}: {answer.name}: {danger}" for danger in found]
        columns = ("answers", "sent", "refused", "torn", "passed", "dangerous")
        show("Hostile answers", columns, [(kind, *(figures[kind][name] for name in columns[1:])) for kind in sorted(figures)])
        for danger in dangers[:60]:
            say(f"  {danger}")
        self.assertEqual(len(dangers), 0)
