"""What the local CA's key is worth to a thief: clients that trust the root accept what it signs for
BitGo and refuse what it signs for others. Java, which takes long to start and is not everywhere, is
in test_ca_java.py."""
import sys
import unittest

from thief import LEAVES, ThiefCase

PYTHON = """
import socket, ssl, sys
host, port, ca = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
with context.wrap_socket(socket.create_connection(("127.0.0.1", int(port))), server_hostname=host) as tls:
    tls.sendall(b"GET / HTTP/1.1\\r\\nHost: " + host.encode() + b"\\r\\n\\r\\n")
    assert tls.recv(12) == b"HTTP/1.1 200"
"""

NODE = """
const [host, port] = process.argv.slice(1);
const here = (name, options, done) => options.all
  ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
require('https').get({ host, port, lookup: here, agent: false }, response => {
  process.exit(response.statusCode === 200 ? 0 : 2);
}).on('error', error => { console.error(error.message); process.exit(1); });
"""


class Clients(ThiefCase):
    def test_curl(self):
        self.check(lambda host, port: self.run_command(
            "curl", "-sS", "--cacert", self.ca, "--noproxy", "*",
            "--resolve", f"{host}:{port}:127.0.0.1", f"https://{host}:{port}/"),
            r"subtree violation|[Cc]onstraint")

    def test_python(self):
        self.check(lambda host, port: self.run_command(
            sys.executable, "-c", PYTHON, host, port, self.ca), r"permitted subtree violation")

    def test_node(self):
        self.check(lambda host, port: self.run_command(
            "node", "-e", NODE, host, port, env={"NODE_EXTRA_CA_CERTS": self.ca}),
            r"permitted subtree violation")

    def test_either_tier_as_the_only_anchor(self):
        """The constraints of the intermediate do by themselves, where the root is not looked at."""
        for anchor in (self.ca, self.stolen.chain):
            for leaf in LEAVES:
                with self.subTest(anchor=anchor, names=leaf.names):
                    run = self.run_command("openssl", "verify", "-partial_chain", "-trusted", anchor,
                                           "-untrusted", self.stolen.chain, self.sign(leaf).chain)
                    self.assertEqual(run.returncode == 0, leaf.allowed, run.stderr)
                    if not leaf.allowed:
                        self.assertIn(b"permitted subtree violation", run.stderr)

    def test_both_tiers_say_it_and_say_it_critically(self):
        self.assertTrue(self.ca)
        for certificate in (self.ca, self.stolen.chain):
            text = self.run_command("openssl", "x509", "-in", certificate, "-noout", "-ext",
                                    "nameConstraints").stdout.decode()
            self.assertIn("Name Constraints: critical", text)
            self.assertIn("Permitted:", text)
            self.assertIn("DNS:bitgo-test.com", text)


if __name__ == "__main__":
    unittest.main()
