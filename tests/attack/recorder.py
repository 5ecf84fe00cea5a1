"""An upstream that keeps every byte it gets, connection by connection, and answers each whole request once. It reads
by the strict reader: what that refuses is kept and never answered."""
import re
import socket
import threading

import readers
from wire import PATIENCE


class Connection:
    def __init__(self, sock, peer, news):
        self.sock = sock
        self.peer = peer
        self.news = news  # notified of every byte
        self.data = b""
        self.requests = []
        self.bad = None  # what the strict reader refused
        self.ended = threading.Event()  # the other side has closed

    def serve(self, answer):
        at = 0
        try:
            while more := self.sock.recv(65536):
                with self.news:
                    self.data += more
                    self.news.notify_all()
                at = self.take(at, answer)
        except OSError:
            pass
        finally:
            self.sock.close()
            self.ended.set()

    def take(self, at, answer):
        while at < len(self.data) and self.bad is None:
            try:
                request, at = readers.strict_one(self.data, at)
            except readers.Short:
                break
            except readers.Bad as bad:
                self.bad = bad
                break
            self.requests.append(request)
            self.sock.sendall(answer(request))
        return at


def answer_and_end(request):
    """200, after which the connection is not used again: every case has connections of its own."""
    body = b"" if request.method == b"HEAD" else b"ok"
    return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n" + body


def answer_and_stay(request):
    body = b"" if request.method == b"HEAD" else b"ok"
    return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + body


class Recorder:
    def __init__(self, answer=answer_and_end):
        self.answer = answer
        self.connections = []
        self.closing = False
        self.news = threading.Condition()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            sock, peer = self.listener.accept()
            if self.closing:
                sock.close()
                return
            sock.settimeout(PATIENCE)
            connection = Connection(sock, peer, self.news)
            with self.news:
                self.connections.append(connection)
                self.news.notify_all()
            threading.Thread(target=connection.serve, args=(self.answer,), daemon=True).start()

    def catch_up(self):
        """Waits until every connection that was made so far is known, by one more, since they are taken in their order."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as last:
            own = last.getsockname()
            with self.news:
                if not self.news.wait_for(lambda: any(one.peer == own for one in self.connections[-8:]), PATIENCE):
                    raise AssertionError("a connection was not accepted")

    def wait_body(self, index):
        """Waits until something of a body came on a connection behind the first `index` ones."""
        def has_body():
            return any(b"\r\n\r\n" in one.data and not one.data.endswith(b"\r\n\r\n") for one in self.connections[index:])

        with self.news:
            if not self.news.wait_for(has_body, PATIENCE):
                raise AssertionError("no body went upstream")

    @property
    def bytes_received(self):
        return sum(len(connection.data) for connection in self.connections)

    def close(self):
        self.closing = True
        socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
        self.thread.join(PATIENCE)
        self.listener.close()


STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")


def exchange(port, data, *, patience=10):
    """Sends the bytes to a server, ends our half, and returns all that comes back; None when it does not end."""
    with socket.create_connection(("127.0.0.1", port), patience) as sock:
        received = b""
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it refused before it had read all
        try:
            while more := sock.recv(65536):
                received += more
        except TimeoutError:
            return None
        except OSError:
            pass
        return received
