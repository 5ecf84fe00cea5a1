"""Unmodified clients reach BitGo's hosts through `why401 exec`: the quick ones of tests/clients, whose
./dev clients tries many more."""
import unittest

import catalogue
import certificates
import trial
from why401 import Case


class Clients(Case):
    def check(self, client):
        """The exchange is in the log, the client got the answer, and the log says what it means."""
        if client.version is None:
            self.skipTest(f"{client.name} is not here")
        leaf = certificates.make_leaf(self.home, self.root, trial.NAMES)
        upstream = self.start_upstream(trial.ANSWER, tls=True, certificate=leaf)
        config = self.write_config(trial.config_for(upstream, self.root.chain))
        outcome = trial.run(client, self.home, config)
        self.assertTrue(outcome.answered, outcome.said)
        self.assertTrue(outcome.captured, outcome.said)
        self.assertTrue(outcome.explained, outcome.said)
        self.assertEqual(len(upstream.requests), 1)
        self.assertEqual(upstream.requests[0].value(b"host"), trial.HOST.encode())

    def test_curl(self):
        self.check(catalogue.curl())

    def test_wget(self):
        self.check(catalogue.wget())

    def test_git(self):
        self.check(catalogue.git())

    def test_python_urllib(self):
        self.check(catalogue.python("urllib"))

    def test_python_requests(self):
        self.check(catalogue.python("requests", "requests"))

    def test_node_https(self):
        self.check(catalogue.node("https"))

    def test_node_with_an_agent_of_its_own(self):
        self.check(catalogue.node("agent"))

    def test_node_fetch(self):
        self.check(catalogue.node("fetch"))


if __name__ == "__main__":
    unittest.main()
