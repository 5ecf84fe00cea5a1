"""Where a run of the bench takes place: a temporary folder, certificates, two cores, the upstream."""
import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import tempfile
import time

import certificates

FILES_WANTED = 65536
PEERS = pathlib.Path(__file__).parent / "peers"
WALLET = "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f"
OK_BODY = json.dumps({"id": "59cd72485007a239fb00282ed480da1f", "coin": "tbtc", "label": "x" * 118,
                      "balance": 12345}, separators=(",", ":"))
NO_BODY = json.dumps({"error": "unauthorized", "name": "Unauthorized", "context": {},
                      "requestId": "c2mcwqz9ch9mh6ejn9jfti0su"}, separators=(",", ":"))
POST_BODY = json.dumps({f"field{i:02}": "v" * 89 for i in range(20)}, separators=(",", ":"))
POST_FIELDS = "".join(f'            add_header X-Answer-{i:02} "{i:016x}";\n' for i in range(15))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def raise_file_limit():
    """Lets this process and those it starts have many connections; returns how many files that is."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(hard, FILES_WANTED),) * 2)
    except (ValueError, PermissionError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Place:
    """Holds everything that the contenders share. `build` is the bench's build folder."""

    def __init__(self, build, log_peers=True):
        self.build = build
        self.log_peers = log_peers
        self.files = raise_file_limit()
        cores = sorted(os.sched_getaffinity(0))
        self.load_core, self.proxy_core, self.cores = cores[0], cores[-1], cores
        self.temporary = tempfile.TemporaryDirectory(prefix="why401-bench-")
        self.folder = pathlib.Path(self.temporary.name)
        self.folder.chmod(0o755)  # squid reads as a user of its own
        self.root = certificates.make_root(self.folder, "Bench Root")
        self.leaf = certificates.make_leaf(
            self.folder, self.root, ("DNS:localhost", "DNS:app.bitgo-test.com", "IP:127.0.0.1"))
        self.pem = self.folder / "leaf-with-key.pem"
        self.pem.write_bytes(self.leaf.chain.read_bytes() + self.leaf.key.read_bytes())
        (self.folder / "www").mkdir()
        (self.folder / "www" / "big").write_bytes(b'{"x":"' + b"y" * ((1 << 20) - 8) + b'"}')
        self.origin_port = free_port()
        self.origin = self.spawn([nginx(), "-p", self.folder, "-e", "stderr", "-c",
                                  self.config("origin.conf", PORT=self.origin_port)], [self.load_core])
        self.wait_for(self.origin, self.origin_port)

    def config(self, name, **more):
        """Fills the template peers/`name` in and returns where the result is."""
        values = {"FOLDER": self.folder, "FILES": self.files, "CONNECTIONS": min(12000, self.files - 400),
                  "USER": "user root;" if os.geteuid() == 0 else "", "CHAIN": self.leaf.chain,
                  "KEY": self.leaf.key, "PEM": self.pem, "ROOT": self.root.chain, "WALLET": WALLET,
                  "OK_BODY": OK_BODY, "NO_BODY": NO_BODY, "POST_BODY": POST_BODY, "POST_FIELDS": POST_FIELDS, **more}
        if name != "origin.conf":
            values["ORIGIN_PORT"] = self.origin_port
        text = (PEERS / name).read_text()
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        path = self.folder / name
        path.write_text(text)
        return path

    @staticmethod
    def spawn(command, cores, *, pipes=False, **more):
        """Starts a program on these cores; with `pipes` to and from it where wanted."""
        more = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE} if pipes else {
            "stdin": subprocess.DEVNULL, **more}
        return subprocess.Popen([*map(str, command)],
                                preexec_fn=lambda: os.sched_setaffinity(0, cores), **more)

    @staticmethod
    def wait_for(process, port, patience=20):
        """Waits until the process takes connections on the port."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            if process.poll() is not None:
                raise RuntimeError(f"{process.args[0]} ended with exit code {process.returncode}")
            time.sleep(0.0005)
        raise RuntimeError(f"{process.args[0]} does not listen")

    def close(self):
        self.origin.terminate()
        self.origin.wait(20)
        self.temporary.cleanup()


def nginx():
    return shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
