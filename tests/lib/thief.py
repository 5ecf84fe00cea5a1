"""Somebody who got hold of the local CA's only key, and signs for whatever they like with it.

A client that trusts the root must accept what they sign for BitGo's hosts (that much the key can do)
and refuse everything else: the same leaf but for its name, so that the name alone is the reason. The
names resolve to this machine inside the clients; nothing leaves it.
"""
import dataclasses
import functools
import pathlib
import shutil

import certificates
from why401 import Case

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@dataclasses.dataclass(frozen=True)
class Leaf:
    host: str  # whom the client asks for
    names: tuple  # what the certificate says
    allowed: bool


LEAVES = (
    Leaf("app.bitgo-test.com", ("DNS:app.bitgo-test.com",), True),
    Leaf("evil.example", ("DNS:evil.example",), False),
    Leaf("app.bitgo-test.com.evil.example", ("DNS:app.bitgo-test.com.evil.example",), False),
    Leaf("app.bitgo.com", ("DNS:app.bitgo.com", "DNS:evil.example"), False),
)


class ThiefCase(Case):
    """Tests whose `reach` is one client; see `check`."""

    @functools.cached_property
    def ca(self):
        """The root that clients trust, of a CA that the program made."""
        made = self.run_program("ca", "path")
        self.assertEqual(made.returncode, 0, made.stderr)
        return made.stdout.strip()

    @functools.cached_property
    def stolen(self):
        folder = self.home / "stolen"
        shutil.copytree(pathlib.Path(self.ca).parent, folder)
        return certificates.Certificate(folder / "intermediate.pem", folder / "intermediate-key.pem")

    def sign(self, leaf):
        return certificates.make_leaf(self.home, self.stolen, leaf.names)

    def start_server(self, leaf):
        """A server that shows a leaf of the thief's, and the intermediate behind it."""
        made = self.sign(leaf)
        chain = made.chain.with_suffix(".chain.pem")
        chain.write_text(made.chain.read_text() + self.stolen.chain.read_text())
        return self.start_upstream(OK, certificate=certificates.Certificate(chain, made.key))

    def check(self, reach, reason):
        """reach(host, port) is a client's run, with exit code 0 when it got the answer. A refusal
        has to give the constraints as its reason, and the server must have got no request."""
        for leaf in LEAVES:
            with self.subTest(leaf.names):
                server = self.start_server(leaf)
                run = reach(leaf.host, server.port)
                said = (run.stdout + run.stderr).decode(errors="replace")
                self.assertEqual(run.returncode == 0, leaf.allowed, said)
                self.assertEqual(bool(server.requests), leaf.allowed, said)
                if not leaf.allowed:
                    self.assertRegex(said, reason)
