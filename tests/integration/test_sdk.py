"""BitGo's own signing library, from npm, on Node: what it signs arrives unchanged, and the responses'
HMACs verify after their way through the proxy."""
import json
import os
import pathlib

import npm
from why401 import Case

SOURCES = pathlib.Path(__file__).parent / "node"


def install(folder):
    npm.install(SOURCES, folder, ("client.js",))


class Sdk(Case):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(os.environ["WHY401_BUILD"]) / "node"
        install(cls.folder)

    def client(self, url, *, ca):
        return self.run_command("node", self.folder / "client.js", url, env={"NODE_EXTRA_CA_CERTS": str(ca)})

    def calls(self, url, *, ca):
        done = self.client(url, ca=ca)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_responses_verify_through_the_proxy(self):
        proxy = self.start_proxy(self.start_mock())
        calls = self.calls(proxy.url, ca=proxy.ca)
        self.assertEqual(len(calls), 9)
        for call in calls[:-1]:
            self.assertEqual((call["status"], call["valid"]), (200, True), call)
        self.assertEqual((calls[-1]["status"], calls[-1]["valid"]), (401, False))
        entries = proxy.entries(len(calls) + 1)
        self.assertEqual([entry["status"] for entry in entries], [200] * 9 + [401])
        # The SDK sends the token's hash, the mock was given the token: one fingerprint for both.
        self.assertEqual({entry["token"]["form"] for entry in entries[1:]}, {"sdk"})

    def test_the_mock_alone_says_the_same(self):
        mock = self.start_mock()
        self.assertTrue(all(call["valid"] for call in self.calls(mock.url, ca=mock.ca)[:-1]))

    def test_without_the_ca_node_refuses(self):
        proxy = self.start_proxy(self.start_mock())
        done = self.client(proxy.url, ca="/dev/null")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr.decode(), r"UNABLE_TO|SELF_SIGNED|self-signed")
