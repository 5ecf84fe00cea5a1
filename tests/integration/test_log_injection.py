"""What peers say is shown and logged, but it never moves a cursor, starts a line, hides itself, or breaks
the JSON: hostile bytes in every field that a client, an upstream or a certificate controls."""
import json
import os
import pty
import re
import socket
import ssl
import subprocess
import threading
import unicodedata
import unittest

import certificates
import why401
from lines import Lines
from wire import PATIENCE, Closed

# Every way to fool a terminal or a reader: other lines, a cursor, a title, C1, directions, nothing at all.
EVIL = ("\r\n12:00:00 200 GET /fine\x1b[2K\x1b]0;title\x07\x08\x9b31m\u202edlrow\u2066\u2069\u200b\u200f"
        "\u2028\u2029\ufeff\u061c\u00ad\U000e0041\x7f\x00")
# A field's value may hold no control character of ASCII, but all others.
EVIL_FIELD = ("\x9b31m\u202edlrow\u2066\u200b\u2028\ufeff\t".encode() + b"\xff\xc3\x9b\xed\xa0\x80")
OURS = re.compile(r"\x1b\[[0-9;]*m")  # colours
LONG = "A" * 5000


def hostile_body(**more):
    return json.dumps({"error": EVIL, "name": EVIL + "Name", "requestId": EVIL, "message": LONG + EVIL,
                       "context": {EVIL: [EVIL]}, **more}).encode()


def answer(status, body, *fields, reason=b"Bad \x9b\xff"):
    head = [b"HTTP/1.1 %d %s" % (status, reason), b"Content-Length: %d" % len(body),
            b"Content-Type: application/json; charset=" + EVIL_FIELD, b"X-Evil: " + EVIL_FIELD,
            b"Server: " + EVIL_FIELD, *fields]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


ANSWERS = (
    answer(400, hostile_body()),
    answer(401, hostile_body(error="unauthorized " + EVIL), b"Request-ID: " + EVIL_FIELD),
    answer(403, EVIL.encode() + b"\xff\xfe" + EVIL.encode("utf-16")),
    answer(302, b"", b"Location: https://" + EVIL_FIELD + b"/\x9b"),
    answer(429, hostile_body(), b"Retry-After: " + EVIL_FIELD, b"Date: " + EVIL_FIELD),
    answer(200, b'{"id":"' + EVIL_FIELD + b'"}', reason=b""),
    b"HTTP/1.1 200 \x1b[31mred\r\n\r\n",  # no HTTP
    b"\x1b]0;title\x07\r\n\r\n",
)


class Hostile(why401.Case):
    def assertHarmless(self, text, what):
        """No character that does more than to stand where it is, but newline."""
        for line in text.split("\n"):
            for c in OURS.sub("", line):
                bad = unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")
                self.assertFalse(bad, f"{what}: {c!r} in {line[:300]!r}")

    def assertJson(self, lines):
        """One object a line, and no other line."""
        for line in lines:
            self.assertIsInstance(json.loads(line), dict)
            self.assertHarmless(line, "JSON")

    def start_hostile(self):
        def script(peer):
            while peer.request() is not None:
                said = ANSWERS[(len(upstream.requests) - 1) % len(ANSWERS)]
                peer.send(said)
                if said in ANSWERS[-2:]:
                    return

        upstream = self.start_upstream(script)
        return upstream

    def send_requests(self, port):
        """A request for each answer, each as hostile as its client can make it."""
        target = b"/api/v2/%1b%5B2K%0D%0A%E2%80%AE/" + LONG.encode()[:2000] + b"?x=%0a%1b&%9b=%e2%80%8b"
        for _ in ANSWERS:
            request = (b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nUser-Agent: " + EVIL_FIELD +
                       b"\r\nRequest-ID: " + EVIL_FIELD + b"\r\nX-Evil: " + EVIL_FIELD +
                       b"\r\nAuthorization: Bearer \xc2\x9b" + EVIL_FIELD + b"\r\nConnection: close\r\n\r\n")
            self.talk(port, request)

    def send_broken(self, port):
        """What is refused before an upstream hears of it."""
        for request in (
                b"\x1b[2J /\x9b HTTP/1.1\r\n\r\n",
                b"GET /\x1b]0;x\x07 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: \xe2\x80\xae\x9b\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: localhost\r\nX\x1b: y\r\n\r\n",
                b"GET / HTTP/1.1\r\nHost: localhost\r\nX: \x1b[31m\r\n\r\n",
                b"GET http://\xe2\x80\xae.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"CONNECT \x1b[31m.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"CONNECT \xe2\x80\xae\xc2\x9b.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"CONNECT a%1b%0a.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"CONNECT " + LONG.encode() + b".example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                b"PROXY TCP4 \x1b[2J \x9b 1 2\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n"):
            self.talk(port, request)

    def talk(self, port, request):
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as sock:
            sock.sendall(request)
            sock.shutdown(socket.SHUT_WR)
            try:
                while sock.recv(65536):
                    pass
            except ConnectionResetError:
                pass

    def hello(self, port, name):
        """A handshake that asks for a server of that name, whatever bytes are in it."""
        given, taken = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        engine = context.wrap_bio(given, taken, server_hostname="x" * len(name))
        with self.assertRaises(ssl.SSLWantReadError):
            engine.do_handshake()
        self.talk(port, taken.read().replace(b"x" * len(name), name))

    def test_log_for_people_json_and_har(self):
        log, har = self.home / "log.json", self.home / "traffic.har"
        upstream = self.start_hostile()
        proxy = self.start("run", "--env", upstream.url, "--listen", "127.0.0.1:0", "--verbose",
                           "--log-json", log, "--har", har)
        self.send_requests(proxy.port)
        self.send_broken(proxy.port)
        for name in (b"\x1b[31mred.example", b"\xe2\x80\xae.example.org", b"a\r\nb.example", b"a\x00b.example.org"):
            self.hello(proxy.port, name)
        proxy.stop()
        self.assertHarmless(proxy.out.text(), "terminal")
        self.assertHarmless(proxy.err.text(), "notices")
        lines = log.read_text().split("\n")
        self.assertEqual(lines.pop(), "")
        self.assertGreaterEqual(len(lines), len(ANSWERS))
        self.assertJson(lines)
        text = har.read_text()
        self.assertGreaterEqual(len(json.loads(text)["log"]["entries"]), len(ANSWERS))
        self.assertHarmless(text, "HAR")
        self.assertEqual([line for line in proxy.out.lines if line.startswith("12:00:00 200")], [])
        report = self.run_program("report", "--last")
        self.assertEqual(report.returncode, 0)
        self.assertHarmless(report.stdout, "report")
        for command in (("tokens",), ("explain", log), ("explain", har)):
            result = self.run_program(*command)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertHarmless(result.stdout + result.stderr, command)

    def test_on_a_terminal_the_only_sequences_are_our_colours(self):
        upstream = self.start_hostile()
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [why401.PROGRAM, "run", "--env", upstream.url, "--listen", "127.0.0.1:0", "--verbose"],
            stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE, cwd=self.home,
            env=why401.environment(self.home, {"TERM": "xterm-256color"}))
        os.close(theirs)
        shown = bytearray()
        reader = threading.Thread(target=self.read_terminal, args=(ours, shown))
        reader.start()
        notices = Lines(process.stderr)
        port = int(notices.wait_match(r"listening.*?127\.0\.0\.1:(\d+)").group(1))
        self.send_requests(port)
        self.send_broken(port)
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), 0)
        reader.join(PATIENCE)
        notices.join()
        text = shown.decode().replace("\r\n", "\n")
        self.assertRegex(text, OURS)
        self.assertHarmless(text, "terminal")

    def read_terminal(self, fd, into):
        try:
            while part := os.read(fd, 65536):
                into += part
        except OSError:  # how Linux says that the other end is closed
            pass
        os.close(fd)

    def test_certificates_of_an_upstream(self):
        evil = "\x1b[31mred\x9b\u202e\u200b"
        root = certificates.make_root(self.home, "Evil")
        certificates.openssl("req", "-x509", "-utf8", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                             "-nodes", "-keyout", root.key, "-out", root.chain, "-days", 2,
                             "-subj", f"/CN={evil}/O={evil}", "-addext", "basicConstraints=critical,CA:TRUE")
        wrong_name = certificates.make_leaf(self.home, self.root, (f"DNS:{evil}.example", f"URI:{evil}"))
        unknown_root = certificates.make_leaf(self.home, root)
        for leaf in (wrong_name, unknown_root, root):
            upstream = self.start_upstream(self.shake_hands, tls=True, certificate=leaf)
            proxy = self.start("run", "--env", upstream.url, "--upstream-ca", self.root.chain, "--listen",
                               "127.0.0.1:0", "--verbose", "--log-json", self.home / "log.json")
            self.talk(proxy.port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            proxy.stop()
            self.assertHarmless(proxy.out.text() + proxy.err.text(), leaf.chain.name)
            self.assertIn("certificate", proxy.out.text())
        self.assertJson((self.home / "log.json").read_text().splitlines())

    def shake_hands(self, peer):
        peer.request()


if __name__ == "__main__":
    unittest.main()
