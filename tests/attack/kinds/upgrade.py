"""Upgrades that would take the upstream connection out of our sight. Nothing may be upgraded to HTTP/2 in clear text,
however it is wrapped in lists; what is left of the request is a plain one."""
from case import EITHER, REFUSE, Case, head, shown

KIND = "upgrade"
SETTINGS = b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"

UPGRADES = [[b"Upgrade: h2c"], [b"Upgrade: H2C"], [b"upgrade: h2C"], [b"Upgrade: h2c, websocket"], [b"Upgrade: websocket, h2c"], [b"Upgrade: websocket,h2c"],
            [b"Upgrade: ,h2c"], [b"Upgrade: , h2c"], [b"Upgrade:\th2c"], [b"Upgrade: x", b"Upgrade: h2c"], [b"Upgrade: h2c", b"Upgrade: websocket"],
            [b"Upgrade: websocket", b"Upgrade: h2c"], [b"Upgrade: h2c/1"], [b"Upgrade: websocket, h2c, x"], [b"Upgrade: websocket ,\th2c\t"],
            [b"Upgrade: h2c-14"], [b"Upgrade: h2"], [b"Upgrade: websocket, h2"], [b"Upgrade: HTTP/2.0"], [b"Upgrade: websocket, HTTP/2.0"]]

CONNECTIONS = [b"Connection: Upgrade, HTTP2-Settings", b"Connection: upgrade", b"Connection: HTTP2-Settings, Upgrade", b"Connection: close, Upgrade"]


def cases():
    for lines in UPGRADES:
        for connection in CONNECTIONS:
            never = next(name for name in (b"h2c", b"h2", b"http/2.0") if name in b"".join(lines).lower())
            yield Case(KIND, f"{shown(b'; '.join(lines))} {shown(connection)}",
                       head(connection, *lines, SETTINGS, start=b"GET /x HTTP/1.1"), EITHER, never=never)
    for body in (b"Content-Length: 3\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"):
        yield Case(KIND, f"h2c with a body {shown(body)}",
                   b"POST /x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n" + SETTINGS + b"\r\n" + body, EITHER, never=b"h2c")
    yield Case(KIND, "h2c in HTTP/1.0", head(CONNECTIONS[0], b"Upgrade: h2c", SETTINGS, start=b"GET /x HTTP/1.0"), EITHER, never=b"h2c")
    yield Case(KIND, "Upgrade folded", head(b"Connection: Upgrade", b"Upgrade: websocket\r\n h2c"), REFUSE)
    yield Case(KIND, "Upgrade with a NUL", head(b"Connection: Upgrade", b"Upgrade: h2c\x00"), REFUSE)
    yield Case(KIND, "Upgrade with a space before its colon", head(b"Connection: Upgrade", b"Upgrade : h2c"), REFUSE)
    yield Case(KIND, "Connection alone", head(b"Connection: Upgrade"), EITHER, never=b"upgrade")
    yield Case(KIND, "HTTP2-Settings alone", head(SETTINGS), EITHER, never=b"http2-settings")
