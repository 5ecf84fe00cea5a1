"""A request of which the connection's end leaves only the beginning: there is no final CR LF, so there is no request."""
from case import CUT, Case, head, shown

KIND = "torn"
WHOLE = head(b"Content-Length: 3", b"X-A: 1")


def cases():
    for end in range(1, len(WHOLE)):
        yield Case(KIND, f"ends behind {shown(WHOLE[max(0, end - 12):end])}", WHOLE[:end], followed=False)
    for body in (b"", b"a", b"ab"):
        yield Case(KIND, f"ends behind {len(body)} of 3 bytes of body", WHOLE + body, CUT, followed=False)
    yield Case(KIND, "a head without end", b"GET /x HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: 1\r\n" * 50, followed=False)
    yield Case(KIND, "too many fields", head(*[b"X-A: 1"] * 200))
    yield Case(KIND, "a field too long", head(b"X-A: " + b"x" * 70000))
    yield Case(KIND, "a name too long", head(b"X" * 70000 + b": 1"))
    yield Case(KIND, "a name without end", b"GET /x HTTP/1.1\r\nHost: localhost\r\n" + b"X" * 70000, followed=False)
