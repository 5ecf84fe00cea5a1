"""./dev clients: which unmodified clients reach BitGo's hosts through `why401 exec`, as a table.

    python3 clients.py BUILD [NAME…]      all clients, or those whose names contain one of the words

captured   the exchange is in the JSON log
trusted    the client got the answer, and refuses it in a second run in which nothing names our CA to it
explained  the log says why the answer was a 401

The exit code is 0 when every client is here and did as it is known to do. Nothing leaves this machine:
the clients run in a network of their own, because some of them go past the proxy.
"""
import datetime
import fcntl
import json
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import tempfile

import catalogue
import certificates
import npm
import trial
from upstream import Upstream

INSIDE = "WHY401_CLIENTS_INSIDE"  # set in the network of our own
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1  # linux/sockios.h, linux/if.h


def prepare(build):
    """Installs and compiles what the clients are made of, while there is a network."""
    npm.install(catalogue.HERE / "node", build / "node", ("reach.cjs",), patience=1800)
    if shutil.which("go"):
        subprocess.run(["go", "build", "-o", build / "go" / "reach", catalogue.HERE / "go" / "reach.go"],
                       check=True, timeout=300)
    if shutil.which("javac"):
        subprocess.run(["javac", "-d", build / "java", catalogue.HERE / "java" / "Reach.java"], check=True, timeout=300)


def raise_loopback():
    """A new network has a loopback interface that is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        asked = fcntl.ioctl(sock, SIOCGIFFLAGS, struct.pack("16sh14x", b"lo", 0))
        flags = struct.unpack_from("16xh", asked)[0]
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def mark(yes):
    return "yes" if yes else "no"


def try_one(client, home, config):
    """A client's row, and whether it is as it is known to be."""
    if client.version is None:
        return (client.name, "not here", "", "", "", "optional" if client.optional else "MISSING"), client.optional
    outcome = trial.run(client, home, config)
    trusted = client.plain
    if outcome.answered and not client.plain:
        control = trial.run(client, home, config, trial.DISTRUST)
        trusted = not control.answered and not control.captured
    good, note = outcome.captured and outcome.answered and outcome.explained and trusted, ""
    if client.bypass:
        good, note = not outcome.captured, f"bypasses; {client.bypass}"
    elif client.plain:
        note = "plain HTTP to the proxy"
    if not good:
        note = "is known to bypass, and does not" if client.bypass else "FAILED"
        print(f"== {client.name}\n{outcome.said}", file=sys.stderr)
    return (client.name, client.version, mark(outcome.captured), "" if client.plain else mark(trusted),
            mark(outcome.explained), note), good


def try_all(clients, home):
    """Yields a row for each client, and whether it is as it should be."""
    root = certificates.make_root(home)
    upstream = Upstream(trial.ANSWER, certificate=certificates.make_leaf(home, root, trial.NAMES))
    config = home / "config.json"
    config.write_text(json.dumps(trial.config_for(upstream, root.chain)))
    for client in clients:
        yield try_one(client, home, config)
    upstream.close()


def print_table(rows):
    head = ("client", "version", "captured", "trusted", "explained", "")
    widths = [max(map(len, column)) for column in zip(head, *rows)]
    for row in (head, tuple("-" * width for width in widths), *rows):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |")


def inside(build, words):
    raise_loopback()
    clients = [client for client in catalogue.everything(build)
               if not words or any(word.lower() in client.name.lower() for word in words)]
    if not clients:
        print(f"no client's name contains {' or '.join(words)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="why401-clients-") as folder:
        home = pathlib.Path(folder)
        (home / "tmp").mkdir()
        rows, good = zip(*try_all(clients, home))
    print_table(rows)
    print(f"\n{datetime.date.today()}: {sum(good)} of {len(good)} as they should be")
    return 0 if all(good) else 1


def main():
    build, words = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    if os.environ.get(INSIDE):
        return inside(build, words)
    build.mkdir(parents=True, exist_ok=True)
    prepare(build)
    alone = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        print("this machine does not let us make a network namespace, which keeps the clients off the internet",
              file=sys.stderr)
        return 1
    return subprocess.run([*alone, sys.executable, "-B", __file__, build, *words],
                          env={**os.environ, INSIDE: "1"}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
