"""Both Content-Length and Transfer-Encoding: whoever believes the one sees another end than who believes the other."""
from case import CODING, LENGTH, Case, field, head, shown

KIND = "length and coding"
INNER = b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\nX-Swallow: "


def cases():
    for start in (b"POST /x HTTP/1.1", b"GET /x HTTP/1.1", b"PUT /x HTTP/1.1", b"DELETE /x HTTP/1.1", b"OPTIONS * HTTP/1.1",
                  b"POST /x HTTP/1.0", b"HEAD /x HTTP/1.1"):
        length_first = b"0\r\n\r\n" + INNER  # by the coding there is a second request
        coding_first = b"%x\r\n" % len(INNER) + INNER + b"\r\n0\r\n\r\n"  # by the length there is one
        for body, length in ((length_first, len(length_first)), (coding_first, 4), (b"0\r\n\r\n", 0), (b"0\r\n\r\n", 5)):
            both = [field(LENGTH, b"%d" % length), field(CODING, b"chunked")]
            for order, lines in (("length first", both), ("coding first", both[::-1])):
                name = f"{shown(start)} {order}, length {length} of {len(body)}"
                yield Case(KIND, name, head(*lines, start=start) + body)
                yield Case(KIND, name + ", apart", head(lines[0], b"X-A: 1", b"X-B: 2", lines[1], start=start) + body)
    for name in (CODING, b"transfer-encoding", b"TRANSFER-ENCODING", b"tRANSFER-eNCODING"):
        for value in (b"chunked", b"CHUNKED", b"chunKed ", b"\tchunked"):
            yield Case(KIND, f"{shown(name)}: {shown(value)}",
                       head(field(LENGTH, b"6"), field(name, value)) + b"0\r\n\r\nG")
