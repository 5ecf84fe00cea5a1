"""A scripted upstream: records the exact requests it gets and plays given bytes at given moments.

    upstream = Upstream(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")        # to each request
    upstream = Upstream(lambda peer: (peer.request(), peer.send(…)))  # a script for each connection

A script runs in a thread of its own, one for each connection; what it raises fails the test when the
upstream is closed.
"""
import socket
import ssl
import threading

from wire import PATIENCE, Closed, Wire


class Peer(Wire):
    """The upstream's end of one connection."""

    def __init__(self, sock, upstream, number):
        super().__init__(sock)
        self.upstream = upstream
        self.number = number  # counts the upstream's connections, from 0

    def request(self):
        """The next request, recorded; None when the proxy has closed the connection instead."""
        try:
            message = self.message()
        except (Closed, ConnectionResetError, ssl.SSLEOFError) as end:
            if isinstance(end, Closed) and end.rest:
                raise
            return None
        self.upstream.record(message)
        return message

    def head(self):
        """Only the head of the next request, recorded; its body is still to be read."""
        message = self.message(bodiless=True)
        self.upstream.record(message)
        return message


def answer_each(response):
    """A script: the same bytes to each request."""

    def script(peer):
        while peer.request() is not None:
            peer.send(response)

    return script


class Upstream:
    def __init__(self, script, *, certificate=None):
        self.script = answer_each(script) if isinstance(script, bytes) else script
        self.requests = []  # Message, in the order in which they were read
        self.peers = []
        self.failures = []
        self.news = threading.Condition()
        self.closing = False
        self.context = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate.chain, certificate.key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self.accept, daemon=True)]
        self.threads[0].start()

    @property
    def url(self):
        return f"https://localhost:{self.port}" if self.context else f"http://127.0.0.1:{self.port}"

    @property
    def authority(self):
        """What the proxy must write into the Host field."""
        return self.url.split("//")[1].encode()

    @property
    def bytes_received(self):
        return sum(peer.arrived for peer in self.peers)

    def record(self, message):
        with self.news:
            self.requests.append(message)
            self.news.notify_all()

    def wait_requests(self, count):
        """Waits until that many requests have been read."""
        with self.news:
            if not self.news.wait_for(lambda: len(self.requests) >= count, PATIENCE):
                raise AssertionError(f"only {len(self.requests)} of {count} requests came")
            return self.requests[:count]

    def accept(self):
        while True:
            sock, _ = self.listener.accept()
            if self.closing:
                sock.close()
                return
            thread = threading.Thread(target=self.serve, args=(sock, len(self.threads) - 1), daemon=True)
            self.threads.append(thread)
            thread.start()

    def serve(self, sock, number):
        peer = None
        try:
            sock.settimeout(PATIENCE)
            if self.context is not None:
                sock = self.context.wrap_socket(sock, server_side=True, suppress_ragged_eofs=False)
            peer = Peer(sock, self, number)
            self.peers.append(peer)
            self.script(peer)
            peer.close()
        except (ssl.SSLError, ConnectionError) as broken:
            # A proxy that refuses us in the handshake is what some tests are about.
            if peer is not None:
                self.failures.append(broken)
            sock.close()
        except Exception as failure:  # pylint: disable=broad-except
            self.failures.append(failure)
            sock.close()

    def close(self):
        """Stops listening and reports what went wrong in a script."""
        self.closing = True
        socket.create_connection(("127.0.0.1", self.port), PATIENCE).close()
        self.threads[0].join(PATIENCE)
        self.listener.close()
        for thread in self.threads[1:]:
            thread.join(PATIENCE)
            if thread.is_alive():
                raise AssertionError("a script of the upstream did not come to its end")
        if self.failures:
            raise AssertionError("a script of the upstream failed") from self.failures[0]
