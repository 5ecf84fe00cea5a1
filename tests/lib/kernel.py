"""What the kernel holds of connections: bytes on their way, and bytes that nobody has read yet."""
import fcntl
import sys
import termios


def queued(sock, which):
    count = bytearray(4)
    fcntl.ioctl(sock, which, count)
    return int.from_bytes(count, sys.byteorder)


def unread(sock):
    """Bytes that have arrived and wait to be read."""
    return queued(sock, termios.FIONREAD)


def unconfirmed(sock):
    """Bytes sent that the other end's kernel does not have yet."""
    return queued(sock, termios.TIOCOUTQ)


def unconfirmed_between(port, peer_port):
    """The same of a connection that another program holds, by its ports."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in table:
            _, local, remote, _, queues = line.split()[:5]
            if local.endswith(f":{port:04X}") and remote.endswith(f":{peer_port:04X}"):
                return int(queues.split(":")[0], 16)
    return 0
