"""HTTP/1.1 on a socket, read exactly: nothing is normalised, every byte can be compared."""
import dataclasses
import os
import socket
import ssl
import struct

# Seconds until a test gives up waiting for a peer; generous, because nothing waits in the good case. Under
# valgrind the program takes some seconds to start, and many times as long for everything.
PATIENCE = 120 if os.environ.get("WHY401_WRAPPER") else 30


def strict(context):
    """The TLS context, in which a stream that ends without close_notify is an error; Pythons differ in that."""
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    return context


class Closed(Exception):
    """The peer ended the stream in the proper way (close_notify, FIN) before what was asked for."""

    def __init__(self, rest):
        super().__init__(f"the peer closed after {rest[-200:]!r}")
        self.rest = rest


@dataclasses.dataclass
class Message:
    """A request or a response as it came."""

    head: bytes  # start line and fields, with the final empty line
    body: bytes = b""  # without framing
    raw_body: bytes = b""  # as it came, with framing
    trailers: bytes = b""  # the lines of a trailer section, each with CRLF

    @property
    def start_line(self):
        return self.head.split(b"\r\n", 1)[0]

    @property
    def lines(self):
        """The field lines as they came."""
        return self.head.split(b"\r\n")[1:-2]

    @property
    def fields(self):
        """[(name, value)], case and order kept, white space around the value removed."""
        pairs = (line.split(b":", 1) for line in self.lines)
        return [(name, value.strip(b" \t")) for name, value in pairs]

    def values(self, name):
        return [value for known, value in self.fields if known.lower() == name.lower()]

    def value(self, name):
        """The value of the first field of that name, or None."""
        return next(iter(self.values(name)), None)

    @property
    def method(self):
        return self.start_line.split(b" ")[0]

    @property
    def target(self):
        return self.start_line.split(b" ")[1]

    @property
    def status(self):
        return int(self.start_line.split(b" ")[1])


class Wire:
    """One end of a connection. All waits are bounded by PATIENCE."""

    def __init__(self, sock):
        sock.settimeout(PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self.buffer = bytearray()  # what has arrived and was not taken yet
        self.arrived = 0  # bytes in all

    def send(self, *parts):
        self.sock.sendall(b"".join(parts))

    def fill(self):
        """Waits for more bytes. Raises Closed at the proper end of the stream."""
        more = self.sock.recv(65536)
        if not more:
            raise Closed(bytes(self.buffer))
        self.arrived += len(more)
        self.buffer += more

    def take(self, count):
        taken = bytes(self.buffer[:count])
        del self.buffer[:count]
        return taken

    def exactly(self, count):
        while len(self.buffer) < count:
            self.fill()
        return self.take(count)

    def until(self, end):
        """Everything up to and with `end`."""
        while (found := self.buffer.find(end)) < 0:
            self.fill()
        return self.take(found + len(end))

    def rest(self):
        """Everything until the peer ends the stream."""
        while True:
            try:
                self.fill()
            except Closed as end:
                self.buffer.clear()
                return end.rest

    def chunked(self, message):
        """Reads a chunked body with its trailers into `message`."""
        while True:
            line = self.until(b"\r\n")
            size = int(line.split(b";")[0], 16)
            message.raw_body += line
            if size == 0:
                break
            chunk = self.exactly(size + 2)
            message.raw_body += chunk
            message.body += chunk[:-2]
        while (line := self.until(b"\r\n")) != b"\r\n":
            message.trailers += line
        message.raw_body += message.trailers + b"\r\n"

    def message(self, *, bodiless=False, until_close=False):
        """Reads one message; `until_close` where a body without a length ends with the stream."""
        message = Message(self.until(b"\r\n\r\n"))
        if bodiless:
            return message
        if message.value(b"Transfer-Encoding") is not None:
            self.chunked(message)
        elif (length := message.value(b"Content-Length")) is not None:
            message.body = message.raw_body = self.exactly(int(length))
        elif until_close:
            message.body = message.raw_body = self.rest()
        return message

    def response(self, method=b"GET"):
        """Reads one response, interim ones not skipped."""
        message = Message(self.until(b"\r\n\r\n"))
        bare = method == b"HEAD" or message.status < 200 or message.status in (204, 304)
        self.buffer[:0] = message.head
        return self.message(bodiless=bare, until_close=True)

    def end(self):
        """Ends our half: close_notify and FIN. The other half may still be read on a plain socket."""
        if isinstance(self.sock, ssl.SSLSocket):
            self.sock = self.sock.unwrap()
        self.sock.shutdown(socket.SHUT_WR)

    def close(self):
        """Closes in the proper way, with close_notify."""
        try:
            if isinstance(self.sock, ssl.SSLSocket):
                self.sock.settimeout(PATIENCE)
                self.sock = self.sock.unwrap()
        except OSError:
            pass  # the peer was quicker
        self.sock.close()

    def reset(self):
        """Cuts the connection off with RST, without close_notify."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock = socket.socket(fileno=self.sock.detach())  # below TLS, if there is any
        self.sock.close()
