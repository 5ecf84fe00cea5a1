"""nginx as upstream: a real server on TLS, with a certificate of the test's own root."""
import os
import pathlib
import shutil
import socket
import subprocess

from lines import Lines
from wire import PATIENCE

CONFIG = """
daemon off;
pid {folder}/nginx.pid;
error_log stderr notice;
worker_processes 1;
{user}
events {{ worker_connections 256; }}
http {{
    access_log off;
    default_type application/octet-stream;
    types {{ text/plain txt; application/json json; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 0;
    large_client_header_buffers 8 64k;
    server {{
        listen 127.0.0.1:{port} ssl;
        server_name localhost;
        ssl_certificate {certificate.chain};
        ssl_certificate_key {certificate.key};
        root {folder}/www;
{locations}
    }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Nginx:
    """Serves folder/www; `locations` is more of nginx's own configuration."""

    def __init__(self, folder, certificate, locations=""):
        self.folder = pathlib.Path(folder)
        (self.folder / "www").mkdir(parents=True, exist_ok=True)
        self.certificate = certificate
        self.locations = locations
        self.port = None
        self.process = None
        self.log = None
        # nginx cannot be told "any port" and say which one it took, so a port that was free a moment
        # ago is tried, and another one when somebody was quicker.
        for _ in range(10):
            if self.try_start(free_port()):
                return
        raise AssertionError("nginx found no port in ten tries")

    @property
    def url(self):
        return f"https://localhost:{self.port}"

    def try_start(self, port):
        config = self.folder / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        config.write_text(CONFIG.format(folder=self.folder, port=port, user=user,
                                        certificate=self.certificate, locations=self.locations))
        binary = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
        self.process = subprocess.Popen([binary, "-p", self.folder, "-e", "stderr", "-c", config],
                                        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.log = Lines(self.process.stderr)
        self.port = port
        # Said once the sockets listen.
        if self.log.wait_match("start worker processes") is not None:
            return True
        self.process.wait(PATIENCE)
        if "Address already in use" not in self.log.text():
            raise AssertionError(f"nginx did not start:\n{self.log.text()}")
        return False

    def close(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
