"""A network's HTTP proxy, as small as it can be: it answers CONNECT, and connects to where the test says."""
import contextlib
import socket
import threading

from wire import PATIENCE


class ConnectProxy:
    def __init__(self, route=None, refuse=None):
        self.route = route or {}  # "host:port" that is asked for: the port on loopback
        self.refuse = refuse  # the bytes that every CONNECT is answered with instead
        self.asked = []  # (authority, value of Proxy-Authorization)
        self.sockets = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            client.settimeout(PATIENCE)
            self.sockets.append(client)
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            more = client.recv(4096)
            if not more:
                return
            head += more
        lines = head.decode().split("\r\n")
        authority = lines[0].split(" ")[1]
        fields = dict(line.split(": ", 1) for line in lines[1:] if line)
        self.asked.append((authority, fields.get("Proxy-Authorization")))
        if self.refuse:
            client.sendall(self.refuse)
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self.route[authority]), PATIENCE)
        self.sockets.append(server)
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        threading.Thread(target=copy, args=(server, client), daemon=True).start()
        copy(client, server)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for sock in self.sockets:
            sock.close()


def copy(source, target):
    """Until the source ends or breaks, which the target is told; the test sees the rest at its own end."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
