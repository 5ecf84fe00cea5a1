"""The program under test, started and observed as its users do: command line, notices on standard
error, JSON lines, exit code. Every test gets a home folder of its own; nothing outside it is written.

CTest gives the program's path in WHY401 and a folder for things to keep in WHY401_BUILD. Where valgrind is to
watch the program, WHY401 is a script that starts it so, and WHY401_WRAPPER says how.
"""
import contextlib
import functools
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import tempfile
import unittest

import certificates
from lines import Lines
from nginx import Nginx
from upstream import Upstream
from wire import PATIENCE, Wire, strict

PROGRAM = os.environ["WHY401"]
WRAPPER = os.environ.get("WHY401_WRAPPER", "")
SANITIZED = bool(os.environ.get("WHY401_SANITIZE") or WRAPPER)
SANITIZER_REPORT = re.compile(r"\w+Sanitizer|runtime error:|^==\d+==", re.MULTILINE)
RULE = "token-tokens-erc20-access#"


def inherited(name, default):
    return {name: os.environ.get(name, default)}


class Program:
    """One run of why401, in the background; `through` is a command that becomes it."""

    def __init__(self, home, *args, env=None, through=()):
        self.home = home
        self.wires = []  # of clients, closed in the end at the latest
        self.process = subprocess.Popen([*through, PROGRAM, *map(str, args)], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env=environment(home, env), cwd=home)
        self.out = Lines(self.process.stdout)
        self.err = Lines(self.process.stderr)

    @functools.cached_property
    def port(self):
        """The port of its "listening" notice, waited for."""
        found = self.err.wait_match(r"listening.*?\b(?:127\.0\.0\.1|localhost|\[::1\]):(\d+)")
        if found is None:
            self.process.wait(PATIENCE)
            raise AssertionError(f"exit code {self.process.returncode} instead of a listening "
                                 f"notice:\n{self.err.text()}")
        return int(found.group(1))

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    @property
    def ca(self):
        """The root certificate that clients trust."""
        return self.home / "data" / "why401" / "ca.pem"

    def entries(self, count):
        """The first `count` JSON lines, waited for."""
        if self.out.wait(lambda lines: len(lines) >= count) is None:
            raise AssertionError(f"{len(self.out.lines)} JSON lines instead of {count}:\n"
                                 f"{self.out.text()}\n{self.err.text()}")
        return [json.loads(line) for line in self.out.lines[:count]]

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        """Waits for the end, checks that no sanitizer complained and returns the exit code."""
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        self.out.join()
        self.err.join()
        for wire in self.wires:
            wire.sock.close()
        if SANITIZER_REPORT.search(self.err.text()):
            raise AssertionError(f"a sanitizer complained:\n{self.err.text()}")
        return code

    def stop(self):
        """Ends it as a service manager does. It must drain and exit with 0."""
        self.signal(signal.SIGTERM)
        code = self.wait()
        if code != 0:
            raise AssertionError(f"exit code {code} after SIGTERM:\n{self.err.text()}")

    @contextlib.contextmanager
    def asleep(self):
        """Stopped for the time being: what happens meanwhile it finds all at once."""
        self.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)
        try:
            yield
        finally:
            self.signal(signal.SIGCONT)

    def connect(self, *, tls=True, name="localhost", receive_buffer=None):
        """A client's connection: TLS by default, with SNI `name` (None: none). `receive_buffer` bounds the bytes
        that its system keeps until it reads them."""
        sock = socket.socket()
        if receive_buffer is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        sock.settimeout(PATIENCE)
        sock.connect(("127.0.0.1", self.port))
        if tls:
            context = strict(ssl.create_default_context(cafile=self.ca))
            context.check_hostname = name is not None
            # Without suppression a connection that ends without close_notify raises SSLEOFError.
            sock = context.wrap_socket(sock, server_hostname=name, suppress_ragged_eofs=False)
        self.wires.append(Wire(sock))
        return self.wires[-1]

    def exchange(self, request, *, tls=True):
        """Sends the bytes of one request on a connection of its own and returns the response."""
        wire = self.connect(tls=tls)
        wire.send(request)
        response = wire.response(request.split(b" ")[0])
        wire.close()
        return response


def environment(home, more=None):
    """What the program sees of the world: a private home, and settings for the sanitizers."""
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "TMPDIR": str(home / "tmp"),
        **inherited("ASAN_OPTIONS", "exitcode=97:quarantine_size_mb=4"),
        **inherited("UBSAN_OPTIONS", "print_stacktrace=1"),
        **inherited("TSAN_OPTIONS", "exitcode=97"),
        **(more or {}),
    }


class Case(unittest.TestCase):
    """A test with a private home. What it starts is stopped, and must have ended well, at its end."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="why401-test-")
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)
        (self.home / "tmp").mkdir()

    # The upstreams' side

    @functools.cached_property
    def root(self):
        """The root certificate of this test's upstreams."""
        return certificates.make_root(self.home)

    @functools.cached_property
    def certificate(self):
        """For upstreams on localhost."""
        return certificates.make_leaf(self.home, self.root)

    def start_upstream(self, script, *, tls=False, certificate=None):
        if tls and certificate is None:
            certificate = self.certificate
        upstream = Upstream(script, certificate=certificate)
        self.addCleanup(upstream.close)
        return upstream

    def start_nginx(self, locations=""):
        nginx = Nginx(self.home / "nginx", self.certificate, locations)
        self.addCleanup(nginx.close)
        return nginx

    # The program

    def start(self, *args, env=None, through=()):
        program = Program(self.home, *args, env=env, through=through)
        self.addCleanup(self.finish, program)
        return program

    def finish(self, program):
        """Stops what still runs, and checks how it ended."""
        if program.process.poll() is None:
            program.stop()
        else:
            program.wait()

    def start_proxy(self, upstream, *args, config=None, env=None):
        """why401 run in front of an upstream of this test; JSON lines go to standard output."""
        trust = []
        if upstream.url.startswith("https:"):
            trust = ["--upstream-ca", upstream.ca if isinstance(upstream, Program) else self.root.chain]
        if config is not None:
            args = ("--config", self.write_config(config), *args)
        proxy = self.start("run", "--env", upstream.url, *trust, "--listen", "127.0.0.1:0",
                           "--log-json", "-", *args, env=env)
        self.assertGreater(proxy.port, 0)
        return proxy

    def start_mock(self, *args):
        mock = self.start("mock", "--listen", "127.0.0.1:0", *args)
        self.assertGreater(mock.port, 0)
        return mock

    def write_config(self, config):
        path = self.home / "config.json"
        path.write_text(config if isinstance(config, str) else json.dumps(config))
        return path

    def run_program(self, *args, env=None):
        """Runs why401 to its end; returns its exit code and output as text."""
        done = subprocess.run([PROGRAM, *map(str, args)], stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=PATIENCE, cwd=self.home,
                              env=environment(self.home, env), check=False)
        self.assertNotRegex(done.stderr, SANITIZER_REPORT)
        return done

    def run_command(self, *command, env=None, data=None):
        """Runs a client program to its end; returns the result with output as bytes."""
        return subprocess.run([*map(str, command)], input=data, capture_output=True, timeout=PATIENCE,
                              cwd=self.home, env=environment(self.home, env), check=False)
