"""Words of the tests that look at how connections end."""
import socket
import time

from kernel import unconfirmed

UPGRADE = b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"
SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"


def reset_once_delivered(peer, *, after_fin=False):
    """What a server does that wants nothing more: the reset follows the last byte, or its FIN."""
    if after_fin:
        peer.sock.shutdown(socket.SHUT_WR)
    while unconfirmed(peer.sock):
        time.sleep(0.01)
    peer.reset()


def soon(condition):
    """Whether it comes true within a moment."""
    end = time.monotonic() + 0.2
    while not (true := condition()) and time.monotonic() < end:
        time.sleep(0.005)
    return true
