"""Bytes that some take for a line's end, for nothing, or for the end of a string, at every place of a head."""
from case import EITHER, REFUSE, Case, shown

KIND = "lines and bytes"

BYTES = [b"\r", b"\n", b"\x00", b"\x01", b"\x08", b"\x0b", b"\x0c", b"\x1b", b"\x1f", b"\x7f"]

# ^ is where the byte goes
PLACES = {
    "before the method": b"^POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
    "in the method": b"PO^ST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
    "behind the method": b"POST^ /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
    "before the target": b"POST ^/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
    "in the target": b"POST /x^y HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
    "behind the target": b"POST /x^ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
    "before the version": b"POST /x ^HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
    "in the version": b"POST /x HTTP/^1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
    "behind the version": b"POST /x HTTP/1.1^\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
    "before the first name": b"POST /x HTTP/1.1\r\n^Host: localhost\r\nContent-Length: 3\r\n\r\nabc",
    "in a name": b"POST /x HTTP/1.1\r\nHost: localhost\r\nX-^A: b\r\nContent-Length: 3\r\n\r\nabc",
    "in the length's name": b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-^Length: 3\r\n\r\nabc",
    "before the colon": b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length^: 3\r\n\r\nabc",
    "behind the colon": b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length:^ 3\r\n\r\nabc",
    "before the value": b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: ^3\r\n\r\nabc",
    "in a value": b"POST /x HTTP/1.1\r\nHost: localhost\r\nX-A: b^c\r\nContent-Length: 3\r\n\r\nabc",
    "behind a value": b"POST /x HTTP/1.1\r\nHost: localhost\r\nX-A: b^\r\nContent-Length: 3\r\n\r\nabc",
    "behind the length": b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3^\r\n\r\nabc",
    "between CR and LF": b"POST /x HTTP/1.1\r\nHost: localhost\r^\nContent-Length: 3\r\n\r\nabc",
    "before the empty line": b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n^\r\nabc",
    "in the empty line": b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r^\n",
    "in the host": b"POST /x HTTP/1.1\r\nHost: localhost^i\r\nContent-Length: 3\r\n\r\nabc",
}

# what ends each line instead of CR LF
ENDS = [b"\n", b"\r", b"\r\r\n", b"\n\r", b"\r\x00\n", b"\x00\r\n", b"\x0b\r\n", b"\x85", b"\xe2\x80\xa8", b"\r\r", b"\\r\\n"]
LINES = [b"POST /x HTTP/1.1", b"Host: localhost", b"X-A: 1", b"Content-Length: 3", b""]

# hides a field, or a whole request, behind a line end that only some see
HIDDEN = [b"X-A: 1\rTransfer-Encoding: chunked", b"X-A: 1\nTransfer-Encoding: chunked", b"X-A: 1\n\nGET /smuggled HTTP/1.1\n",
          b"X-A: 1\r\rGET /smuggled HTTP/1.1\r", b"X-A:\nContent-Length: 30", b"X-A:\rContent-Length: 30", b"X-A\nContent-Length: 3",
          b"X-A: 1\x00\r\nTransfer-Encoding: chunked", b"X-A: \n\r\nGET /smuggled HTTP/1.1"]


def cases():
    for place, template in PLACES.items():
        for byte in BYTES if place != "in the empty line" else BYTES[2:]:
            yield Case(KIND, f"{shown(byte)} {place}", template.replace(b"^", byte))
    for at, line in enumerate(LINES):
        for end in ENDS:
            data = b"".join(text + (end if i == at else b"\r\n") for i, text in enumerate(LINES)) + b"abc"
            # Some of these are no line ends to anybody, and allowed in a value.
            value = line.startswith(b"X-A") and end in (b"\x85", b"\xe2\x80\xa8", b"\\r\\n")
            yield Case(KIND, f"{shown(line)} ended by {shown(end)}", data, EITHER if value else REFUSE, followed=not value)
    for end in (b"\n", b"\r", b"\r\r\n"):
        yield Case(KIND, f"every line ended by {shown(end)}", end.join(LINES) + end + b"abc")
    for lines in HIDDEN:
        yield Case(KIND, f"hidden in {shown(lines)}", b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n" + lines + b"\r\n\r\n")
