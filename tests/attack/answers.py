"""Hostile answers of an upstream, by kind. Each begins in the same way a real one could, and ends on a connection that
stays open unless the answer is to be torn. EVIL marks what no client may ever get."""
import dataclasses

EVIL = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Evil: 1\r\n\r\nevil"

BAD = "bad"  # no answer to take: 502
TORN = "torn"  # begins well and breaks: a 502, or cut off so that the client sees it is not whole
FINE = "fine"  # passes, with this body, and whatever is behind it reaches nobody


@dataclasses.dataclass(frozen=True)
class Answer:
    kind: str
    name: str
    data: bytes
    must: str = BAD
    body: bytes = b"ok"  # of what is fine
    ends: bool = False  # the upstream closes behind it
    method: bytes = b"GET"


def ok(*lines, status=b"HTTP/1.1 200 OK", body=b"ok"):
    return b"\r\n".join([status, *lines]) + b"\r\n\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked"
LENGTH = b"Content-Length: 2"


def framing():
    kind = "length"
    for value in (b"+2", b"-2", b"0x2", b"2, 2", b"2,3", b"", b"2.0", b"2 2", b'"2"', b"2\x00", b"\x0b2", b"1" * 19, b"18446744073709551618", b"two", b"2;"):
        yield Answer(kind, repr(value), ok(b"Content-Length: " + value))
    for first, second in ((b"2", b"2"), (b"2", b"3"), (b"0", b"2"), (b"2", b"0"), (b"2", b""), (b"", b"2")):
        yield Answer(kind, f"{first!r} and {second!r}", ok(b"Content-Length: " + first, b"content-length: " + second))
    for name in (b"Content_Length", b"Content.Length", b"Content-Length ", b"Content-Length\t", b"Content Length", b"Content-Length\x00", b"\x0bContent-Length"):
        yield Answer(kind, repr(name), ok(name + b": 2"))
        yield Answer(kind, f"{name!r} beside a length", ok(LENGTH, name + b": 40") + EVIL)
    kind = "coding"
    chunks = b"2\r\nok\r\n0\r\n\r\n"
    for value in (b"gzip, chunked", b"chunked, chunked", b"chunked, identity", b"identity, chunked", b"identity", b"xchunked", b"chunked;a=b", b'"chunked"', b"\x0bchunked",
                  b"chunked\x00", b"", b",chunked", b"chun\r\n ked"):
        yield Answer(kind, repr(value), ok(b"Transfer-Encoding: " + value, body=chunks))
    for lines in ((LENGTH, CHUNKED), (CHUNKED, LENGTH), (CHUNKED, CHUNKED), (b"Content-Length: 0", CHUNKED), (CHUNKED, b"Content-Length: 100"), (b"Transfer_Encoding: chunked", LENGTH),
                  (b"Transfer-Encoding : chunked", LENGTH), (b"Transfer-Encoding\t: chunked",)):
        yield Answer(kind, b"; ".join(lines).decode("latin-1"), ok(*lines, body=chunks))
    yield Answer(kind, "chunked in HTTP/1.0", ok(CHUNKED, status=b"HTTP/1.0 200 OK", body=chunks))


def heads():
    kind = "head"
    for name, data in {
            "garbage before": b"garbage\r\n" + ok(LENGTH), "a line end before": b"\r\n" + ok(LENGTH), "a space before": b" " + ok(LENGTH), "NUL before": b"\x00" + ok(LENGTH),
            "no status": ok(LENGTH, status=b"HTTP/1.1 OK"), "two digits": ok(LENGTH, status=b"HTTP/1.1 99 x"), "four digits": ok(LENGTH, status=b"HTTP/1.1 2000 x"),
            "status with a sign": ok(LENGTH, status=b"HTTP/1.1 +20 x"), "status 000": ok(LENGTH, status=b"HTTP/1.1 000 x"), "HTTP/2": ok(LENGTH, status=b"HTTP/2 200 OK"),
            "HTTP/2.0": ok(LENGTH, status=b"HTTP/2.0 200 OK"), "HTTP/1.2": ok(LENGTH, status=b"HTTP/1.2 200 OK"), "HTTP/0.9": b"<html>ok</html>\r\n\r\n", "ICY": ok(LENGTH, status=b"ICY 200 OK"),
            "lower case": ok(LENGTH, status=b"http/1.1 200 OK"), "tab in the status line": ok(LENGTH, status=b"HTTP/1.1\t200 OK"), "two spaces": ok(LENGTH, status=b"HTTP/1.1  200 OK"),
            "a request": b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "SSH": b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "TLS": b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", "frames of HTTP/2": bytes(4) + b"\x04" + bytes(4) + b"\r\n\r\n",
            "no colon": ok(b"nonsense", LENGTH), "empty name": ok(b": x", LENGTH), "space in a name": ok(b"X A: 1", LENGTH), "bytes in a name": ok(b"X-\xc3\xa9: 1", LENGTH),
            "fold": ok(b"X-A: 1\r\n 2", LENGTH), "fold with a tab": ok(b"X-A: 1\r\n\tContent-Length: 3", LENGTH), "first field folded": ok(b" X-A: 1", LENGTH),
            "101 unasked": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n" + EVIL,
            "101 to h2c": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n" + EVIL,
            "a head without end": b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 40000, "a line without end": b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 300000,
            "too many fields": ok(*[b"X-A: 1"] * 500, LENGTH), "a reason without end": b"HTTP/1.1 200 " + b"x" * 300000, "a head too large": ok(b"X-A: " + b"x" * 270000, LENGTH)}.items():
        yield Answer(kind, name, data)
    kind = "split"
    for end in (b"\r", b"\n", b"\r\r\n", b"\n\n", b"\r\r", b"\x00", b"\x0b", b"\x1b[2J", b"\x7f"):
        yield Answer(kind, f"{end!r} in a value", ok(LENGTH, b"X-A: a" + end + b"Set-Cookie: evil=1"))
        yield Answer(kind, f"{end!r} in the reason", ok(LENGTH, status=b"HTTP/1.1 200 O" + end + b"K"))
        yield Answer(kind, f"{end!r} before a whole answer", ok(b"X-A: a" + end + b"Content-Length: 0" + end + end + EVIL, LENGTH))
    yield Answer(kind, "every line ended by LF", ok(LENGTH).replace(b"\r\n", b"\n"))
    yield Answer(kind, "every line ended by CR", ok(LENGTH).replace(b"\r\n", b"\r") + b"\r\n\r\n")


def interim():
    kind = "interim"
    one = b"HTTP/1.1 100 Continue\r\n\r\n"
    yield Answer(kind, "1,000 of them", one * 1000 + ok(LENGTH))
    yield Answer(kind, "1,000 of 103", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 1000 + ok(LENGTH))
    yield Answer(kind, "33 of them", b"HTTP/1.1 102 Processing\r\n\r\n" * 33 + ok(LENGTH))
    yield Answer(kind, "one with a body", b"HTTP/1.1 103 x\r\nContent-Length: 4\r\n\r\nevil" + ok(LENGTH))
    yield Answer(kind, "one with chunks", b"HTTP/1.1 103 x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nevil\r\n0\r\n\r\n" + ok(LENGTH))
    yield Answer(kind, "one malformed", b"HTTP/1.1 103 x\r\nX-A : 1\r\n\r\n" + ok(LENGTH))
    yield Answer(kind, "199", b"HTTP/1.1 199 x\r\n\r\n" + ok(LENGTH), FINE)
    yield Answer(kind, "ten of them", b"HTTP/1.1 102 Processing\r\n\r\n" * 10 + ok(LENGTH), FINE)
    yield Answer(kind, "then nothing", one, ends=True)


def bodies():
    kind = "chunks"
    for body in (b"-1\r\nok\r\n0\r\n\r\n", b"0x2\r\nok\r\n0\r\n\r\n", b"+2\r\nok\r\n0\r\n\r\n", b" 2\r\nok\r\n0\r\n\r\n", b"2 \r\nok\r\n0\r\n\r\n", b"g\r\n", b"\r\n", b"2\nok\r\n0\r\n\r\n",
                 b"2\rok\r\n0\r\n\r\n", b"2\r\nokk\r\n0\r\n\r\n", b"2\r\nok\n0\r\n\r\n", b"2\r\nok0\r\n\r\n", b"2;a\nb\r\nok\r\n0\r\n\r\n", b"2;a\rb\r\nok\r\n0\r\n\r\n", b'2;a="\r\n"\r\nok\r\n0\r\n\r\n',
                 b"FFFFFFFFFFFFFFFF\r\nok", b"10000000000000002\r\nok\r\n0\r\n\r\n", b"2;" + b"a" * 5000 + b"\r\nok\r\n0\r\n\r\n", b"2\x00\r\nok\r\n0\r\n\r\n", b"2\r\nok\r\n0\n\r\n", b"2\r\nok\r\n0\r\n\n\r\n",
                 b"2\r\nok\r\n0\r\nContent-Length: 9\r\n\r\n", b"2\r\nok\r\n0\r\nTransfer-Encoding: x\r\n\r\n", b"2\r\nok\r\n0\r\nX-A : 1\r\n\r\n", b"2\r\nok\r\n0\r\nX-A: \x00\r\n\r\n", b"2\r\nok\r\n0\r\nnonsense\r\n\r\n",
                 b"2\r\nok\r\n0\r\n" + b"X-A: 1\r\n" * 9000, b"2\r\nok\r\n" + EVIL):
        yield Answer(kind, repr(body[:40]), ok(CHUNKED, body=body), TORN)
    kind = "behind"
    for name, data, body, method in (("a length", ok(LENGTH), b"ok", b"GET"), ("chunks", ok(CHUNKED, body=b"2\r\nok\r\n0\r\n\r\n"), b"ok", b"GET"),
                                     ("204", ok(status=b"HTTP/1.1 204 No Content", body=b""), b"", b"GET"), ("304", ok(LENGTH, status=b"HTTP/1.1 304 Not Modified", body=b""), b"", b"GET"),
                                     ("204 with a length", ok(b"Content-Length: 4", status=b"HTTP/1.1 204 x", body=b"evil"), b"", b"GET"),
                                     ("204 with chunks", ok(CHUNKED, status=b"HTTP/1.1 204 x", body=b"4\r\nevil\r\n0\r\n\r\n"), b"", b"GET"),
                                     ("304 with a body", ok(b"Content-Length: 4", status=b"HTTP/1.1 304 x", body=b"evil"), b"", b"GET"),
                                     ("an answer to HEAD", ok(b"Content-Length: 4", body=b""), b"", b"HEAD"), ("an answer to HEAD with a body", ok(b"Content-Length: 4", body=b"evil"), b"", b"HEAD"),
                                     ("an empty body", ok(b"Content-Length: 0", body=b""), b"", b"GET")):
        for name_of, more in (("an answer", EVIL), ("half an answer", EVIL[:20]), ("a line end", b"\r\n"), ("garbage", b"evil\x00"), ("200 answers", EVIL * 200)):
            yield Answer(kind, f"{name_of} behind {name}", data + more, FINE, body, method=method)


def early_ends():
    kind = "early end"
    for name, whole, free in (("a length", ok(b"X-A: 1", b"Content-Length: 8", body=b"okokokok"), 0), ("chunks", ok(CHUNKED, body=b"4\r\nokok\r\n4\r\nokok\r\n0\r\nX-B: 1\r\n\r\n"), 0)):
        for end in range(len(whole) - free):
            yield Answer(kind, f"{name}: {end} of {len(whole)} bytes", whole[:end], TORN, ends=True)


def all_answers():
    for kind in (framing, heads, interim, bodies, early_ends):
        yield from kind()
