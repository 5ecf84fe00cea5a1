"""What an attacker does below HTTP: handshakes that stall, ClientHellos without end or with hostile names, renegotiation,
floods of key updates, sessions and tickets by the hundred. Each is ended, memory stays bounded, and a healthy client is served over
TLS meanwhile."""
import os
import shutil
import socket
import ssl
import struct
import subprocess

from lines import Lines
from siege import Siege, close_all, connect_many, drip
from table import say
from why401 import Case as Test
from why401 import environment
from wire import PATIENCE

WHOLE = os.environ.get("WHY401_ATTACK") == "whole"
MANY = 1000 if WHOLE else 150
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
CONFIG = {"timeouts": {"tls_handshake_ms": 1000, "client_idle_ms": 5000}}


def record(kind, data, version=b"\x03\x01"):
    return bytes([kind]) + version + struct.pack(">H", len(data)) + data


def extension(number, data):
    return struct.pack(">HH", number, len(data)) + data


def server_name(name):
    entry = b"\x00" + struct.pack(">H", len(name)) + name
    return extension(0, struct.pack(">H", len(entry)) + entry)


def client_hello(extensions, *, ciphers=b"\x13\x01\xc0\x2f\xc0\x2b", session=b""):
    body = b"\x03\x03" + bytes(32) + bytes([len(session)]) + session + struct.pack(">H", len(ciphers)) + ciphers + b"\x01\x00"
    body += struct.pack(">H", len(extensions)) + extensions
    return b"\x01" + struct.pack(">I", len(body))[1:] + body


def in_records(message, most=16384):
    return b"".join(record(22, message[at:at + most]) for at in range(0, len(message), most))


TICKET = extension(35, os.urandom(60000))
# What a client of TLS 1.2 says, which is answered with the certificate in clear text.
GROUPS = extension(10, b"\x00\x04\x00\x1d\x00\x17") + extension(13, b"\x00\x04\x04\x03\x08\x04") + extension(11, b"\x01\x00")

HELLOS = {
    "garbage that looks like TLS": b"\x16\x03\x01" + os.urandom(2000),
    "a record of 65535 bytes": b"\x16\x03\x01\xff\xff" + b"\x01" * 65535,
    "a handshake of 16 MiB announced": record(22, b"\x01\xff\xff\xff" + bytes(16000)) * 40,
    "empty records": record(22, b"") * 5000,
    "one byte in each record": b"".join(record(22, bytes([byte])) for byte in client_hello(server_name(b"localhost") + GROUPS)) * 20,
    "warnings without end": record(21, b"\x01\x5a") * 5000,
    "change_cipher_spec without end": record(20, b"\x01", b"\x03\x03") * 5000,
    "application data at once": record(23, bytes(16000), b"\x03\x03") * 20,
    "SSL 2": b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + bytes(40),
    "a ticket of 60000 bytes": in_records(client_hello(server_name(b"localhost") + GROUPS + TICKET)) + bytes(100),
    "60000 bytes of extensions": in_records(client_hello(server_name(b"localhost") + GROUPS + extension(0xfafa, bytes(60000)))) + bytes(100),
    "30000 ciphers": in_records(client_hello(server_name(b"localhost") + GROUPS, ciphers=b"\x13\x01" * 30000)) + bytes(100),
    "10000 unknown extensions": in_records(client_hello(b"".join(extension(0xa000 + i, b"") for i in range(10000)))) + bytes(100),
    "lengths that lie": record(22, b"\x01\x00\x10\x00\x03\x03" + b"\xff" * 600),
}

NAMES = [b"x" * 300, b"x" * 60000, b"a" * 256, b"", b".", b"..", b"localhost.", b"localhost\x00evil", b"\x00localhost", b"*", b"*.bitgo.com", b"localhost,DNS:evil.invalid",
         b"localhost, DNS:evil.invalid", b"app.bitgo.com\r\nX: 1", b"app.bitgo.com\x1b[2J", b"127.0.0.1", b"::1", b"[::1]", b"evil.invalid", b"app.bitgo.com.evil.invalid",
         b"appxbitgo.com", b"\xff\xfe", b"xn--" + b"a" * 70, b"a." * 120, b"app.bitgo.com" * 20]


class Floods(Test):
    def setUp(self):
        super().setUp()
        self.upstream = self.start_upstream(OK)
        self.proxy = self.start_proxy(self.upstream, "--quiet", config=CONFIG)

    def assert_ended(self, kept):
        self.assertEqual(kept, 0, "connections that the proxy did not end")

    def test_handshakes_that_stall(self):
        hello = in_records(client_hello(server_name(b"localhost") + GROUPS))
        for name, piece in (("half a ClientHello", lambda turn: hello[:40] if turn == 0 else b""), ("its first byte", lambda turn: hello[:1] if turn == 0 else b""),
                            ("byte by byte", lambda turn: hello[turn:turn + 1]), ("a ClientHello alone", lambda turn: hello if turn == 0 else b"")):
            with self.subTest(name), Siege(self.proxy, f"{MANY} handshakes that stall: {name}", tls=True) as siege:
                sockets = connect_many(self.proxy.port, MANY)
                _, kept = drip(sockets, piece, seconds=8)
                close_all(sockets)
            self.assert_ended(kept)
            siege.check(self, mebibytes=32 + MANY / 16)

    def test_hostile_hellos(self):
        count = 40
        with Siege(self.proxy, f"{len(HELLOS)} hostile hellos, {count} times each", tls=True) as siege:
            for name, data in HELLOS.items():
                sockets = connect_many(self.proxy.port, count)
                _, kept = drip(sockets, lambda turn, data=data: data[turn * 65536:(turn + 1) * 65536], seconds=8, pace=0.02)
                close_all(sockets)
                self.assertEqual(kept, 0, name)
        siege.check(self, mebibytes=48)

    def test_hostile_names(self):
        names = [b"localhost", *NAMES]
        with Siege(self.proxy, f"{len(NAMES)} hostile names", tls=True) as siege:
            sockets = connect_many(self.proxy.port, len(names))
            for sock, name in zip(sockets, names):
                sock.sendall(in_records(client_hello(server_name(name) + GROUPS, ciphers=b"\xc0\x2b")))
            received, kept = drip(sockets, lambda turn: b"", seconds=8)
            close_all(sockets)
        self.assert_ended(kept)
        self.assertIn(b"localhost", received[0])
        for name, data in zip(NAMES, received[1:]):
            self.assertFalse(b"evil" in data or b"*" in data or (len(name) > 9 and name in data), name)
        given = sum(b"why401" in data for data in received[1:])
        say(f"    {given} were given a certificate of this machine's own names, {len(NAMES) - given} none")
        siege.check(self, mebibytes=24)

    def s_client(self, *args):
        process = subprocess.Popen([shutil.which("openssl"), "s_client", "-connect", f"127.0.0.1:{self.proxy.port}", "-servername", "localhost", "-CAfile", str(self.proxy.ca), *args],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(self.home), bufsize=0)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.wait, PATIENCE)
        self.addCleanup(process.kill)
        lines = Lines(process.stdout)
        self.assertIsNotNone(lines.wait_match(r"Verify return code: 0|Verification: OK"), lines.text())
        return process, lines

    def test_renegotiation(self):
        with Siege(self.proxy, "renegotiation in TLS 1.2", tls=True) as siege:
            for _ in range(5):
                process, lines = self.s_client("-tls1_2")
                lines.wait_match(r"Extended master secret")
                process.stdin.write(b"R\n")
                said = lines.wait_match(r"no renegotiation|RENEGOTIATING")
                self.assertIsNotNone(said, lines.text())
                process.wait(PATIENCE)  # its own library gives up at the refusal
                lines.join()
                self.assertRegex(lines.text(), "no renegotiation")
        siege.check(self, mebibytes=16)

    def test_key_updates(self):
        with Siege(self.proxy, "key updates in TLS 1.3", tls=True) as siege:
            process, lines = self.s_client("-tls1_3")
            sent = 0
            try:
                while process.poll() is None and sent < 200:
                    process.stdin.write(b"K\n")
                    sent += 1
                    if lines.wait(lambda seen: sum("KEYUPDATE" in line for line in seen) >= sent) is None:
                        break
            except BrokenPipeError:
                pass
            # Nobody else ends it. What it sent before the proxy could say so is a matter of luck.
            process.wait(PATIENCE)
        say(f"    cut off; by then it had sent {sent} of them")
        siege.check(self, mebibytes=16)

    def test_many_sessions(self):
        count = 3000 if WHOLE else 400
        context = ssl.create_default_context(cafile=self.proxy.ca)
        older = ssl.create_default_context(cafile=self.proxy.ca)
        older.maximum_version = ssl.TLSVersion.TLSv1_2
        resumed = 0
        with Siege(self.proxy, f"{count} handshakes, half of them resumed", tls=True) as siege:
            session = None
            for i in range(count):
                with socket.create_connection(("127.0.0.1", self.proxy.port), PATIENCE) as sock:
                    with (older if i % 2 else context).wrap_socket(sock, server_hostname="localhost", session=session if i % 2 else None) as tls:
                        resumed += bool(tls.session_reused)
                        session = tls.session if i % 2 else session
        say(f"    {resumed} were resumed")
        self.assertGreater(resumed, count // 4)
        siege.check(self, mebibytes=16)
