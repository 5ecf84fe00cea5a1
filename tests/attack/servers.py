"""Real servers that read once more what went upstream. nginx and HAProxy forward to a recorder of ours, which shows
what they understood; Node, strict and lenient, and Python's http.server say it themselves. Each gives the requests it
found, None where it refuses the bytes. What is not installed is left out, and said."""
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import threading

from nginx import free_port
from lines import Lines
from readers import Request
from recorder import Recorder, answer_and_stay, exchange
from wire import PATIENCE

HERE = pathlib.Path(__file__).parent
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"

NGINX = """
daemon off; pid {folder}/nginx.pid; error_log stderr notice; worker_processes 1; {user}
events {{ worker_connections 256; }}
http {{
    access_log off; client_max_body_size 0; large_client_header_buffers 8 64k;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass http://127.0.0.1:{behind}; proxy_http_version 1.1; proxy_ignore_client_abort on; proxy_set_header Connection ""; }}
    }}
}}
"""

HAPROXY = """
global
    tune.bufsize 131072
    tune.http.maxhdr 300
defaults
    mode http
    timeout client 10s
    timeout server 10s
    timeout connect 5s
frontend in
    bind 127.0.0.1:{port}
    default_backend out
backend out
    server behind 127.0.0.1:{behind}
"""


class Server:
    """A program that listens on a port of ours."""

    process = None

    def close(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)


class Relay(Server):
    """A proxy with a recorder behind it."""

    def __init__(self, name, folder, template, said, *command):
        self.name = name
        self.behind = Recorder(answer_and_stay)
        for _ in range(10):
            self.port = free_port()
            config = folder / f"{name}.conf"
            user = "user root;" if os.geteuid() == 0 else ""
            config.write_text(template.format(folder=folder, port=self.port, behind=self.behind.port, user=user))
            self.process = subprocess.Popen([*command, str(config)], stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL)
            self.log = Lines(self.process.stderr)
            if self.log.wait_match(said) is not None:
                return
            self.process.wait(PATIENCE)
        raise AssertionError(f"{name} did not start:\n{self.log.text()}")

    def seen(self):
        return [request for connection in self.behind.connections for request in connection.requests]

    def read(self, data):
        for connection in self.behind.connections:
            connection.requests.clear()
        received = exchange(self.port, data)
        if any(connection.bad for connection in self.behind.connections):
            raise AssertionError(f"{self.name} forwarded what is no request")
        return self.seen() or (None if received else [])

    def close(self):
        super().close()
        self.behind.close()


class Node(Server):
    def __init__(self, name, *options):
        self.name = name
        self.process = subprocess.Popen([shutil.which("node", path=PATH), *options, HERE / "reader.js"], stdout=subprocess.PIPE,
                                        stdin=subprocess.DEVNULL)
        self.lines = Lines(self.process.stdout)
        self.port = int(self.lines.wait_match(r"^listening (\d+)$").group(1))
        self.taken = 1

    def read(self, data):
        exchange(self.port, data)
        with_mark = exchange(self.port, b"GET /mark HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert with_mark
        self.lines.wait(lambda lines: any('"/mark"' in line for line in lines[self.taken:]))
        new = [json.loads(line) for line in self.lines.lines[self.taken:]]
        self.taken = len(self.lines.lines)
        found = [Request(one["method"].encode(), one["url"].encode("latin-1"), bytes.fromhex(one["body"])) for one in new
                 if "method" in one and one["url"] != "/mark"]
        return found or None


class Handler(http.server.BaseHTTPRequestHandler):
    """Python's reader; it knows lengths, and chunks are read as its users read them."""

    protocol_version = "HTTP/1.1"

    def __getattr__(self, name):
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def answer(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            while self.rfile.readline().strip():
                pass
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.requestline.split(" ")[1]
        self.server.found.append(Request(self.command.encode(), target.encode("latin-1"), body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Python(Server):
    name = "http.server"

    def __init__(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.found = []
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def read(self, data):
        self.server.found.clear()
        exchange(self.port, data)
        return list(self.server.found) or None

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def start_all(folder):
    """The servers that this machine has, and the names of those it has not."""
    def where(name):
        return shutil.which(name, path=PATH)

    started, missing = [Python()], []
    if where("nginx"):
        started.append(Relay("nginx", folder, NGINX, "start worker processes", where("nginx"), "-p", str(folder), "-e", "stderr", "-c"))
    else:
        missing.append("nginx")
    if where("haproxy"):
        started.append(Relay("haproxy", folder, HAPROXY, "Loading success|New worker", where("haproxy"), "-W", "-f"))
    else:
        missing.append("haproxy")
    if where("node"):
        started += [Node("node"), Node("node, lenient", "--insecure-http-parser")]
    else:
        missing.append("node")
    return started, missing
