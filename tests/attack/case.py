"""One attack: bytes that a client sends, and what may become of them."""
import dataclasses

REFUSE = "refuse"  # an answer of ours, and not one byte goes upstream
CUT = "cut"  # goes wrong in its body: refused, or the upstream connection is cut off without a whole request
EITHER = "either"  # odd but clear: refused, or forwarded as what every reader makes of it
PASS = "pass"  # strictly valid: forwarded

LENGTH = b"Content-Length"
CODING = b"Transfer-Encoding"
CHUNKS = b"3\r\nabc\r\n0\r\n\r\n"


@dataclasses.dataclass(frozen=True)
class Case:
    kind: str
    name: str
    data: bytes  # @PORT@ stands for the proxy's own port
    must: str = REFUSE
    never: bytes = b""  # may not reach the upstream, in any case of letters
    followed: bool = True  # is sent once more with a second request behind it


def head(*lines, start=b"POST /x HTTP/1.1", host=b"Host: localhost"):
    """A head from its start line, a Host field unless None, and whole field lines."""
    fields = ([] if host is None else [host]) + list(lines)
    return b"\r\n".join([start, *fields]) + b"\r\n\r\n"


def field(name, value, before=b" "):
    return name + b":" + before + value


def shown(data, most=40):
    """Bytes as a short name."""
    text = repr(data)[2:-1]
    return text if len(text) <= most else f"{text[:most]}… ({len(data)} bytes)"
