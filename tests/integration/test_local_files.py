"""Files on this machine: private whatever the umask is, never through a symbolic link, refused where
others could have put words in them, and whole or not there."""
import json
import os
import stat
import unittest

import why401
from wire import PATIENCE

GET = b"GET /api/v2/user/me HTTP/1.1\r\nHost: localhost\r\n\r\n"
BAD = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 24\r\n\r\n{\"error\":\"unauthorized\"}"
RULES = '{"rules": []}'


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


class Files(why401.Case):
    def setUp(self):
        super().setUp()
        self.log, self.har = self.home / "log.json", self.home / "traffic.har"
        self.ledger = self.home / "state" / "why401" / "ledger.db"
        self.ca = self.home / "data" / "why401"

    def start_logging(self, *args):
        upstream = self.start_upstream(BAD)
        return self.start("run", "--env", upstream.url, "--listen", "127.0.0.1:0", "--log-json", self.log,
                          "--har", self.har, *args)

    def start_and_stop(self):
        """Makes everything that it makes."""
        proxy = self.start_logging()
        self.assertEqual(proxy.exchange(GET).status, 401)
        proxy.stop()

    def refused(self, pattern, *args):
        """It does not start, says why, and has listened to nobody."""
        result = self.run_program("run", "--env", "http://127.0.0.1:9", "--listen", "127.0.0.1:0", *args)
        self.assertIn(result.returncode, (1, 2))
        self.assertRegex(result.stderr, pattern)
        self.assertNotIn("listening", result.stderr)

    def private_under(self, umask):
        before = os.umask(umask)
        self.addCleanup(os.umask, before)
        proxy = self.start_logging()
        os.umask(before)
        self.assertEqual(proxy.exchange(GET).status, 401)
        self.assertIsNotNone(proxy.out.wait_match("401"))
        beside = [path for path in self.ledger.parent.iterdir() if path != self.ledger]
        self.assertEqual({path.name for path in beside}, {"ledger.db-wal", "ledger.db-shm"})
        for path in (self.log, self.har, self.home / "traffic.har.why401", self.ledger, *beside,
                     self.ca / "intermediate-key.pem"):
            self.assertEqual(mode(path), 0o600, path)
        for folder in (self.ca, self.ledger.parent):
            self.assertEqual(mode(folder) & 0o077, 0, folder)
        proxy.stop()
        out = self.home / "report.md"
        os.umask(umask)
        self.assertEqual(self.run_program("report", "--last", "--out", out).returncode, 0)
        os.umask(before)
        self.assertEqual(mode(out), 0o600)

    def test_private_under_umask_000(self):
        self.private_under(0)

    def test_private_under_umask_077(self):
        self.private_under(0o077)

    def test_every_file_of_the_ca_is_private_but_its_certificates(self):
        self.start_and_stop()
        modes = {path.name: mode(path) for path in self.ca.iterdir()}
        self.assertEqual([name for name, bits in modes.items() if bits & 0o077 and "key" in name], [])
        self.assertEqual(max(bits & 0o022 for bits in modes.values()), 0)

    # Links

    def test_links_are_not_followed(self):
        target = self.home / "target"
        target.write_text("before")
        for name, args in (("log.json", ("--log-json", self.log)), ("traffic.har", ("--har", self.har)),
                           ("ledger.db", ("--ledger", self.home / "ledger.db"))):
            link = self.home / name
            link.symlink_to(target)
            self.refused("it is a symbolic link", *args)
            self.assertTrue(link.is_symlink())
        self.assertEqual(target.read_text(), "before")

    def test_link_for_the_folder_of_the_ca(self):
        (self.home / "elsewhere").mkdir(mode=0o700)
        self.ca.parent.mkdir()
        self.ca.symlink_to(self.home / "elsewhere")
        self.refused("symbolic link")
        self.assertEqual(list((self.home / "elsewhere").iterdir()), [])

    def test_link_that_waits_for_the_second_har(self):
        target = self.home / "target"
        target.write_text("before")
        (self.home / "traffic.har.why401").symlink_to(target)
        proxy = self.start_logging()
        self.assertEqual(proxy.exchange(GET).status, 401)
        proxy.stop()
        self.assertEqual(target.read_text(), "before")
        self.assertEqual(len(json.loads(self.har.read_text())["log"]["entries"]), 1)

    def test_report_replaces_nothing(self):
        self.start_and_stop()
        target, link = self.home / "target", self.home / "report.md"
        target.write_text("before")
        link.symlink_to(target)
        for out in (target, link):
            self.assertEqual(self.run_program("report", "--last", "--out", out).returncode, 1)
        self.assertEqual(target.read_text(), "before")

    # Others

    def test_what_everybody_may_write_to_is_refused(self):
        rules = self.home / "rules"
        rules.mkdir()
        rule, config = rules / "mine.json", self.write_config({})
        rule.write_text(RULES)
        self.log.write_text("")
        for path, args in ((config, ("--config", config)), (rule, ("--rules", rules)),
                           (rules, ("--rules", rules)), (self.log, ("--log-json", self.log)),
                           (self.root.chain, ("--upstream-ca", self.root.chain))):
            before = mode(path)
            path.chmod(before | stat.S_IWOTH)
            self.refused("everybody on this machine may write to it.*chmod o-w", *args)
            path.chmod(before)

    def test_a_named_pipe_without_its_other_end_makes_nobody_wait(self):
        """Signals are blocked while it starts, so only SIGKILL would end it."""
        pipe = self.home / "pipe"
        os.mkfifo(pipe)
        for pattern, *args in (("named pipe that nobody reads", "--log-json", pipe),
                               ("no regular file", "--upstream-ca", pipe), ("regular file", "--config", pipe),
                               ("regular file", "--har", pipe), ("regular file", "--ledger", pipe)):
            self.refused(pattern, *args)

    def test_ledger_in_a_folder_that_everybody_may_write_to(self):
        folder = self.home / "open"
        folder.mkdir()
        folder.chmod(0o1777)  # as /tmp is
        self.refused("everybody on this machine may write to it", "--ledger", folder / "ledger.db")
        self.assertEqual(list(folder.iterdir()), [])

    def test_folder_of_the_ca_that_others_may_read(self):
        self.start_and_stop()
        self.ca.chmod(0o750)
        self.refused("chmod")
        self.ca.chmod(0o700)
        next(self.ca.glob("*key*")).chmod(0o640)
        self.refused("chmod")

    @unittest.skipUnless(os.geteuid() == 0, "gives files away")
    def test_what_belongs_to_others_is_refused(self):
        self.start_and_stop()
        for path, args in ((self.log, ("--log-json", self.log)), (self.har, ("--har", self.har)),
                           (self.ledger, ()), (self.ledger.parent, ()), (self.ca, ())):
            os.chown(path, 65534, 65534)
            self.refused("belongs to|owned by", *args)
            os.chown(path, 0, 0)

    def test_ledger_that_others_could_read_is_made_private(self):
        self.start_and_stop()
        self.ledger.chmod(0o644)
        proxy = self.start_logging()
        self.assertEqual(proxy.exchange(GET).status, 401)
        self.assertEqual({mode(path) for path in self.ledger.parent.iterdir()}, {0o600})

    # Whole or not there

    def test_killed_in_the_middle(self):
        proxy = self.start_logging()
        for _ in range(20):
            self.assertEqual(proxy.exchange(GET).status, 401)
        proxy.process.kill()
        proxy.process.wait(PATIENCE)
        json.loads(self.har.read_text())
        self.assertEqual(self.run_program("tokens").returncode, 0)


if __name__ == "__main__":
    unittest.main()
