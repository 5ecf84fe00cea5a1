"""The demo: no account, no network, every scenario that HTTP can show, and nothing left behind."""
import signal

from why401 import RULE, Case

# What a proxy can see on the wire. The other scenarios are questions about the UI and about wallets;
# 'why401 scenarios' shows them.
SHOWN = (
    "add-token-spending-limit-to-existing-key",
    "token-disappeared-unexpected-expiration",
    "401-unauthorized-no-access-token",
    "session-expired-error",
    "scope-error-creating-token-via-api",
    "coin-not-enabled-for-account",
    "ui-error-creating-access-token",
    "access-token-permissions-and-scopes",
    "token-enablement-algo-hbar-sol",
    "password-error-ccm-tag",
    "test-erc-token-minting",
)


class Demo(Case):
    def nothing_left(self):
        left = [path for path in self.home.rglob("*") if path.is_file()]
        self.assertEqual(left, [])

    def test_it_shows_every_scenario(self):
        done = self.run_program("demo")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotRegex(done.stderr, r"Sanitizer|runtime error")
        said = done.stdout + done.stderr
        for name in SHOWN:
            self.assertIn(RULE + name, said)
        self.assertNotRegex(said, r"v2x[0-9a-f]{64}")
        self.assertNotIn("\x1b", said)  # no colours into a pipe
        self.nothing_left()

    def test_ctrl_c_ends_it_cleanly(self):
        demo = self.start("demo")
        demo.err.wait(lambda lines: lines or demo.out.lines)
        demo.signal(signal.SIGINT)
        self.assertIn(demo.wait(), (0, 130))
        self.nothing_left()

    def finish(self, program):
        self.assertIsNotNone(program.process.poll())
