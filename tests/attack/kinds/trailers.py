"""Trailers that carry what belongs to framing, routing or authentication, or that are no fields. By then the
body has gone upstream, so each is cut off: the last chunk is never sent."""
from case import CUT, Case, head, shown

KIND = "trailers"
START = head(b"Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\n"

FORBIDDEN = [b"Content-Length: 5", b"content-length: 0", b"Transfer-Encoding: chunked", b"transfer-encoding: identity", b"Host: evil",
             b"Connection: close", b"Connection: X-A", b"Authorization: x", b"Trailer: X-A", b"TE: trailers", b"Upgrade: h2c",
             b"Content-Encoding: gzip", b"Content-Type: text/html", b"Transfer_Encoding: chunked", b"Content_Length: 5",
             b"Content.Length: 5", b"X-A: 1\r\nContent-Length: 5", b"X-A: 1\r\nHost: evil\r\nX-B: 2"]

MALFORMED = [b"X-A: 1\nX-B: 2", b"X-A: 1\rX-B: 2", b"X-A: \x00", b"X\x00A: 1", b"nonsense", b": 1", b"X-A : 1", b"X-A\t: 1", b" X-A: 1", b"X-A: 1\r\n 2",
             b"X-A: 1\r\n\t2", b"X-A: \x0b", b"X-A: \x7f", b"X A: 1", b"X-A: 1\n", b"X-A: 1\r", b"X-\xc3\xa9: 1", b"GET /smuggled HTTP/1.1", b"(X): 1",
             b"X-A: " + b"x" * 20000, b"\r\n".join([b"X-A: 1"] * 4000), b"X-A\r\n: 1", b"=: 1\x00"]


def cases():
    for lines in FORBIDDEN + MALFORMED:
        yield Case(KIND, shown(lines), START + lines + b"\r\n\r\n", CUT)
