"""White space before the colon, and lines folded in the obsolete way."""
from case import CHUNKS, CODING, LENGTH, Case, head, shown

KIND = "white space, folds"
BLANKS = [b" ", b"\t", b"  ", b" \t", b"\t ", b"\x0b", b"\x0c", b"\xa0"]


def cases():
    for blank in BLANKS:
        for name, value, body in ((LENGTH, b"3", b"abc"), (CODING, b"chunked", CHUNKS), (b"X-A", b"1", b"")):
            line = name + b"%s: " + value
            yield Case(KIND, f"{shown(name + blank)} before the colon", head(line.replace(b"%s", blank)) + body)
            yield Case(KIND, f"{shown(blank + name)} first in its line", head(blank + name + b": " + value) + body)
        yield Case(KIND, f"Host{shown(blank)} before the colon", head(host=b"Host" + blank + b": h"))
        yield Case(KIND, f"a second Host{shown(blank)}", head(b"Host" + blank + b": evil"))
    for blank in (b" ", b"\t", b"   ", b" \t "):
        fold = b"\r\n" + blank
        yield Case(KIND, f"first field folded {shown(blank)}", b"POST /x HTTP/1.1" + fold + b"Host: localhost\r\nHost: localhost\r\n\r\n")
        for line in (b"X-A: a^b", b"X-A:^b", b"Content-Length: ^3", b"Content-Length: 3^", b"Content-Length: 1^0",
                     b"Transfer-Encoding: ^chunked", b"X-A: a^Content-Length: 3", b"X-A: a^b^c", b"X-A: a^", b"X-A^: b"):
            yield Case(KIND, f"{shown(line)} folded {shown(blank)}", head(line.replace(b"^", fold)) + b"abc")
        yield Case(KIND, f"Host folded {shown(blank)}", head(host=b"Host: localhost" + fold + b"evil"))
        yield Case(KIND, f"the empty line is {shown(blank)}", b"POST /x HTTP/1.1\r\nHost: localhost\r\n" + blank + b"\r\n\r\n")
