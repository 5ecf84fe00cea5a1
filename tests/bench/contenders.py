"""The programs that are compared, one class each: how to configure, start and stop it.

Each is used as a context manager and listens on 127.0.0.1:port; `ca` is what its client trusts and `name`
the name that it asks for. `pid` is the process whose tree is measured.
"""
import contextlib
import json
import os
import shutil
import subprocess
import time

from place import free_port


class Contender:
    name = ""
    slowness = 1  # how many times fewer requests it is given, so that a round stays short
    host = "localhost"
    tunnel = None  # HOST:PORT to CONNECT to, where it is an intercepting proxy

    def __init__(self, place, cores=None):
        self.place = place
        self.cores = cores or [place.proxy_core]
        self.folder = place.folder / self.name
        self.folder.mkdir(exist_ok=True)
        self.log = self.folder / "access.log"
        self.process = None
        self.port = None
        self.ready_ms = None

    @classmethod
    def available(cls, place):
        return True

    @property
    def ca(self):
        return self.place.root.chain

    @property
    def authority(self):
        """What its client writes into Host."""
        return (self.tunnel or self.host).removesuffix(":443")

    @property
    def pid(self):
        return self.process.pid

    def prepare(self):
        """Makes what has to be there before it starts."""

    def command(self):
        raise NotImplementedError

    def environment(self):
        return None

    def __enter__(self):
        self.port = free_port()
        self.prepare()
        command = self.command()
        with open(self.folder / "output", "wb") as output:
            begin = time.monotonic()
            self.process = self.place.spawn(command, self.cores, env=self.environment(), cwd=self.folder,
                                            stdout=output, stderr=subprocess.STDOUT)
        try:
            self.place.wait_for(self.process, self.port)
        except RuntimeError as problem:
            self.process.kill()
            self.process.wait()
            raise RuntimeError(f"{problem}:\n{(self.folder / 'output').read_text()[-2000:]}") from None
        self.ready_ms = (time.monotonic() - begin) * 1000
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        with contextlib.suppress(FileNotFoundError):
            self.log.unlink()  # the next round begins with an empty one


class Direct(Contender):
    """No proxy at all: what the upstream costs, and how fast it answers."""

    name = "direct"

    def __enter__(self):
        self.process, self.port = self.place.origin, self.place.origin_port
        return self

    def __exit__(self, *_):
        pass


class Why401(Contender):
    """As a user runs it: everything is inspected, explained, written to the terminal (a file here) and
    as JSON lines, and learned in the ledger. `config` is more of its configuration."""

    name = "why401"

    def __init__(self, place, cores=None, config=None, options=()):
        super().__init__(place, cores)
        self.config = config or {}
        self.options = options

    @property
    def program(self):
        return self.place.build / "why401"

    @property
    def ca(self):
        return self.folder / "data" / "why401" / "ca.pem"

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8",
                "XDG_DATA_HOME": str(self.folder / "data"), "XDG_CONFIG_HOME": str(self.folder / "config"),
                "XDG_STATE_HOME": str(self.folder / "state")}

    def prepare(self):
        if not self.ca.exists():
            subprocess.run([self.program, "ca", "path"], env=self.environment(), check=True,
                           capture_output=True, timeout=20)
        shutil.rmtree(self.folder / "state", ignore_errors=True)
        (self.folder / "config.json").write_text(json.dumps(self.config))

    def upstream(self):
        return ["--env", f"https://localhost:{self.place.origin_port}",
                "--upstream-ca", self.place.root.chain]

    def command(self):
        return [self.program, "run", "--config", self.folder / "config.json", *self.upstream(),
                "--listen", f"127.0.0.1:{self.port}", "--log-json", self.log, *self.options]


class Why401Tunnel(Why401):
    """The same as an intercepting proxy, in front of BitGo's test host (which is our upstream here)."""

    host = "app.bitgo-test.com"
    tunnel = "app.bitgo-test.com:443"

    def __init__(self, place, cores=None):
        super().__init__(place, cores, {"env": "test", "upstream": {
            "resolve": f"127.0.0.1:{place.origin_port}", "ca": str(place.root.chain)}})

    def upstream(self):
        return []


class Nginx(Contender):
    name = "nginx"

    def command(self):
        log = f"{self.log} combined buffer=64k flush=1s" if self.place.log_peers else "off"
        config = self.place.config("nginx.conf", PORT=self.port, LOG=log)
        return [shutil.which("nginx"), "-p", self.place.folder, "-e", "stderr", "-c", config]


class Haproxy(Contender):
    name = "haproxy"

    @classmethod
    def available(cls, place):
        return shutil.which("haproxy") is not None

    def command(self):
        on = self.place.log_peers
        config = self.place.config("haproxy.cfg", PORT=self.port,
                                   LOG="log stdout format raw local0 info" if on else "",
                                   LOG_FORMAT="option httplog" if on else "")
        return [shutil.which("haproxy"), "-db", "-f", config]


class Mitmproxy(Contender):
    """mitmdump as a reverse proxy; it writes no log, which is to its advantage."""

    name = "mitmproxy"
    slowness = 30

    @classmethod
    def available(cls, place):
        return shutil.which("mitmdump") is not None

    @property
    def ca(self):
        return self.folder / "mitmproxy-ca-cert.pem"

    def environment(self):
        return {**os.environ, "HOME": str(self.folder)}

    def mode(self):
        return f"reverse:https://localhost:{self.place.origin_port}/"

    def command(self):
        return [shutil.which("mitmdump"), "--mode", self.mode(), "--listen-host", "127.0.0.1",
                "--listen-port", self.port, "--quiet", "--set", f"confdir={self.folder}", "--set",
                f"ssl_verify_upstream_trusted_ca={self.place.root.chain}"]


class MitmproxyTunnel(Mitmproxy):
    def mode(self):
        return "regular"

    @property
    def tunnel(self):
        return f"localhost:{self.place.origin_port}"


class Squid(Contender):
    name = "squid"
    certgen = "/usr/lib/squid/security_file_certgen"

    @classmethod
    def available(cls, place):
        return shutil.which("squid") is not None and os.path.exists(cls.certgen)

    @property
    def tunnel(self):
        return f"localhost:{self.place.origin_port}"

    def prepare(self):
        # A CA that may sign, with its key; the bench's own root serves, since the client trusts it.
        root = self.place.root
        (self.folder / "ca-with-key.pem").write_bytes(root.chain.read_bytes() + root.key.read_bytes())
        shutil.rmtree(self.folder / "leaves", ignore_errors=True)
        subprocess.run([self.certgen, "-c", "-s", self.folder / "leaves", "-M", "16MB"], check=True,
                       capture_output=True, timeout=20)
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, "proxy", "proxy")

    def command(self):
        log = f"stdio:{self.log}" if self.place.log_peers else "none"
        config = self.place.config("squid.conf", PORT=self.port, PEM=self.folder / "ca-with-key.pem",
                                   CERTGEN=self.certgen, LOG=log)
        return [shutil.which("squid"), "-N", "-f", config]
