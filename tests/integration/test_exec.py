"""why401 exec: a command with the proxy around it, its status, its environment, and the verdict on its calls."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import unittest

import certificates
from why401 import PATIENCE, PROGRAM, RULE, SANITIZED, Case, environment

HOST = "app.bitgo-test.com"
GOOD = "v2x" + "0" * 64
SPENT = "v2x" + "4" * 64
ME = f"https://{HOST}/api/v2/user/me"
NO_PROCESS = pathlib.Path(os.environ["WHY401_BUILD"]) / "failfork.so"


class Exec(Case):
    def exec(self, *args, env=None):
        """Runs why401 exec to its end."""
        done = self.run_program("exec", *args, env=env)
        self.assertEqual(list((self.home / "tmp").iterdir()), [], "the run directory is gone")
        return done

    def curl(self, *flags, token=GOOD, url=ME, env=None):
        """The command is curl with a token."""
        return self.exec(*flags, "--", "curl", "-sS", "-H", f"Authorization: Bearer {token}", url, env=env)


class TheCommand(Exec):
    def test_its_output_is_its_own(self):
        done = self.curl("--mock")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("id", json.loads(done.stdout)["user"])
        self.assertIn("1 exchange", done.stderr)

    def test_its_status_is_ours(self):
        self.assertEqual(self.exec("--", "true").returncode, 0)
        self.assertEqual(self.exec("--", "sh", "-c", "exit 7").returncode, 7)
        self.assertEqual(self.exec("--", "sh", "-c", "kill -TERM $$").returncode, 128 + signal.SIGTERM)

    def test_a_command_that_cannot_be_run(self):
        done = self.exec("--", "no-such-command-of-ours")
        self.assertEqual(done.returncode, 127)
        self.assertIn("no-such-command-of-ours", done.stderr)
        plain = self.home / "plain"
        plain.write_text("hello\n")
        done = self.exec("--", str(plain))
        self.assertEqual(done.returncode, 126)
        self.assertIn(str(plain), done.stderr)

    @unittest.skipIf(SANITIZED, "a sanitizer wants to be loaded first")
    def test_a_command_that_the_system_has_no_room_for(self):
        done = self.exec("--ci", "--junit", "r.xml", "--", "true", env={"LD_PRELOAD": str(NO_PROCESS)})
        self.assertEqual(done.returncode, 125, done.stderr)
        self.assertIn("why401: true cannot be started: Resource temporarily unavailable", done.stderr)
        self.assertFalse((self.home / "r.xml").exists())

    def test_statuses_from_125_on_are_not_judged(self):
        """They are a shell's words for a command that did not end by itself."""
        for status in (125, 126, 127, 200):
            self.assertEqual(self.exec("--ci", "--", "sh", "-c", f"exit {status}").returncode, status)
        for status in (0, 1, 2, 124):
            self.assertEqual(self.exec("--ci", "--", "sh", "-c", f"exit {status}").returncode, 3)

    def test_a_proxy_that_cannot_start(self):
        (self.home / "data").write_text("no folder")
        self.assertEqual(self.exec("--", "true").returncode, 1)

    def test_a_command_line_that_is_wrong(self):
        for args, words in (((), "behind --"), (("npm", "test"), "behind --"), (("--",), "behind --"),
                            (("--fial-on", "x", "--", "true"), "did you mean --fail-on?"),
                            (("--fail-on", "explaind", "--", "true"), "did you mean explained?"),
                            (("--log-json", "-", "--", "true"), "expected a file"),
                            (("--mock-scenario", "x", "--", "true"), "give --mock as well"),
                            (("--quiet", "--verbose", "--", "true"), "exclude each other"),
                            (("--baseline", "missing.json", "--ci", "--", "true"), "missing.json")):
            with self.subTest(args):
                done = self.exec(*args)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(words, done.stderr)

    def test_signals_reach_it(self):
        script = ("import signal, sys\n"
                  "signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))\n"
                  "print('ready', flush=True)\nsignal.pause()\n")
        with subprocess.Popen([PROGRAM, "exec", "--", sys.executable, "-c", script], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, env=environment(self.home)) as process:
            self.assertEqual(process.stdout.readline(), b"ready\n")
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(PATIENCE), 5)

    def test_its_environment(self):
        before = {"HTTPS_PROXY": "http://user:canaryPassword@127.0.0.1:9", "https_proxy": "http://127.0.0.1:9",
                  "NODE_TLS_REJECT_UNAUTHORIZED": "0", "NO_PROXY": "intranet.example,.bitgo.com", "KEPT": "yes"}
        done = self.exec("--upstream-proxy", "none", "--env", "test", "--", "env", env=before)
        got = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
        self.assertRegex(got["HTTPS_PROXY"], r"^http://127\.0\.0\.1:\d+$")
        self.assertEqual(got["https_proxy"], got["HTTPS_PROXY"])
        self.assertNotIn("NODE_TLS_REJECT_UNAUTHORIZED", got)
        self.assertIn("intranet.example", got["NO_PROXY"])
        self.assertNotIn("bitgo.com", got["NO_PROXY"])
        self.assertEqual(got["KEPT"], "yes")
        self.assertTrue(got["BITGO_CUSTOM_ROOT_URI"].startswith("https://localhost:"))
        self.assertEqual(got["BITGO_CUSTOM_BITCOIN_NETWORK"], "testnet")
        self.assertNotEqual(got["NODE_EXTRA_CA_CERTS"], got["SSL_CERT_FILE"])
        self.assertNotIn("canary", done.stdout + done.stderr)

    def test_without_an_environment_the_sdk_is_not_led_astray(self):
        done = self.exec("--", "env")
        self.assertNotIn("BITGO_CUSTOM_ROOT_URI", done.stdout)


class TheVerdict(Exec):
    def test_failures_are_explained_while_it_runs_and_fail_the_run(self):
        done = self.curl("--mock", "--ci", token=SPENT)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(RULE + "session-expired-error", done.stderr)
        self.assertIn("Fix first", done.stderr)
        self.assertNotIn(SPENT, done.stderr)
        self.assertEqual(self.curl("--mock", token=SPENT).returncode, 0)
        self.assertEqual(self.curl("--mock", "--fail-on", "5xx,no-traffic", token=SPENT).returncode, 0)
        self.assertEqual(self.curl("--mock", "--fail-on", "session-expired-error", token=SPENT).returncode, 3)
        self.assertEqual(self.curl("--mock", "--ci").returncode, 0)

    def test_a_missing_bearer_and_a_secret_in_a_url(self):
        done = self.exec("--mock", "--fail-on", "missing-bearer", "--", "curl", "-sS", ME)
        self.assertEqual(done.returncode, 3, done.stderr)
        done = self.curl("--mock", "--fail-on", "secret-in-url", url=f"{ME}?access_token={GOOD}")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertNotIn(GOOD, done.stderr)

    def test_production_when_test_was_said(self):
        done = self.exec("--env", "test", "--ci", "--", "curl", "-sS", "https://app.bitgo.com/api/v2/ping")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("Why401ProductionRefused", done.stdout)
        self.assertIn("why401: 1 exchange with BitGo, 1 failed (1 answered by this proxy)\n", done.stderr)
        self.assertIn("Fix first\n  Answered by this proxy: Why401ProductionRefused. The proxy runs with --env test, so",
                      done.stderr)
        self.assertNotIn("Not explained", done.stderr)
        self.assertIn("app.bitgo.com; it was refused here.", done.stderr)

    def test_nothing_is_said_to_have_gone_out_that_was_refused(self):
        junit = self.home / "r.xml"
        done = self.exec("--env", "test", "--ci", "--junit", junit, "--", "curl", "-sS", "https://app.bitgo.com/api/v2/user/me")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("missing-bearer: A request without a usable access token", done.stderr)
        self.assertNotRegex(done.stderr + junit.read_text(), "went out|was sent there")

    def test_production_on_whatever_port(self):
        for args in (("http://app.bitgo.com/api/v2/user/session",), ("-p", "http://app.bitgo.com/api/v2/user/session"),
                     ("http://app.bitgo.com:8080/api/v2/user/session",), ("https://app.bitgo.com:8443/api/v2/user/session",)):
            with self.subTest(args):
                done = self.exec("--env", "test", "--read-only", "--tunnel", "all", "--fail-on", "production", "--",
                                 "curl", "-sS", "-X", "POST", *args)
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn("the call was for app.bitgo.com; it was refused here", " ".join(done.stderr.split()))

    @unittest.skipUnless(shutil.which("node"), "no Node")
    def test_production_in_clear_by_node(self):
        url = "http://app.bitgo.com/api/v2/user/session"
        for source in (f"fetch('{url}', {{ method: 'POST' }}).catch(() => {{}})",
                       f"require('http').request('{url}', {{ method: 'POST', agent: false }}).on('error', () => {{}}).end()"):
            with self.subTest(source):
                done = self.exec("--env", "test", "--fail-on", "production", "--", "node", "-e", source)
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertIn("the call was for app.bitgo.com; it was refused here", " ".join(done.stderr.split()))

    def test_no_traffic_says_why_that_may_be(self):
        done = self.exec("--ci", "--", sys.executable, "-c", "pass")
        self.assertEqual(done.returncode, 3)
        self.assertIn("trust_env", done.stderr)
        self.assertEqual(self.exec("--", "true").returncode, 0)

    def test_a_call_to_somebody_else_is_none_to_bitgo(self):
        done = self.exec("--tunnel", "none", "--ci", "--", "curl", "-sS", "https://example.com/")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("this proxy passes nothing on", done.stderr)
        self.assertIn("0 exchanges with BitGo, none failed; 1 call to other hosts answered by this proxy\n", done.stderr)
        self.assertIn("✗ no-traffic: No call to BitGo came through the proxy\n    What came was for other hosts.\n",
                      done.stderr)

    def test_what_is_accepted_does_not_fail(self):
        baseline = self.home / "accepted.json"
        self.curl("--mock", "--ci", "--write-baseline", baseline, token=SPENT)
        done = self.curl("--mock", "--ci", "--baseline", baseline, token=SPENT)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("accepted", done.stderr)

    def test_read_only(self):
        done = self.exec("--mock", "--read-only", "--", "curl", "-sS", "-d", "{}",
                         f"https://{HOST}/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f/tx/send")
        self.assertIn("Why401ReadOnly", done.stdout)
        self.assertIn("   1 × Answered by this proxy: Why401ReadOnly\n", done.stderr)
        self.assertNotIn("Not explained", done.stderr)

    def test_its_reports(self):
        junit, har, log = (self.home / name for name in ("r.xml", "r.har", "r.jsonl"))
        self.curl("--mock", "--junit", junit, "--har", har, "--log-json", log, token=SPENT)
        self.run_command("xmllint", "--noout", "--schema",
                         pathlib.Path(__file__).parent.parent / "lib" / "junit.xsd", junit)
        entry = json.loads(har.read_text())["log"]["entries"][0]
        self.assertEqual(entry["request"]["url"], ME)
        self.assertEqual(entry["response"]["status"], 401)
        self.assertEqual(json.loads(log.read_text().splitlines()[0])["host"], HOST)

    def test_a_report_that_cannot_be_written_fails_the_run(self):
        done = self.curl("--mock", "--junit", self.home / "missing" / "r.xml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("missing", done.stderr)


class TheUpstream(Exec):
    def test_a_local_upstream_by_config(self):
        bitgo = certificates.make_leaf(self.home, self.root, (f"DNS:{HOST}",))
        body = b'{"error":"needs unlock","name":"NeedsUnlock","needsUnlock":true}'
        upstream = self.start_upstream(b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n"
                                       b"Content-Length: %d\r\n\r\n%s" % (len(body), body), tls=True, certificate=bitgo)
        config = {"upstreams": [{"env": "test", "resolve": f"127.0.0.1:{upstream.port}", "ca": str(self.root.chain)}]}
        done = self.curl("--config", self.write_config(config), "--ci")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(done.stdout.encode(), body)
        self.assertEqual(upstream.requests[0].value(b"authorization"), f"Bearer {GOOD}".encode())

    def test_hosts_that_are_not_bitgos_pass_unseen(self):
        other = self.start_upstream(b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\ncanaryAnswer77", tls=True)
        done = self.exec("--tunnel", "all", "--verbose", "--", "curl", "-sS", "--noproxy", "", "--cacert",
                         self.root.chain, "-H", "X: canaryField77", f"{other.url}/canaryPath77")
        self.assertEqual(done.stdout, "canaryAnswer77", done.stderr)
        self.assertNotIn("canary", done.stderr)
        self.assertIn(f"passed on unseen: localhost:{other.port}", done.stderr)

    def test_a_scenario_of_the_mock(self):
        done = self.curl("--mock", "--mock-scenario", "session-expired-error", "--ci")
        self.assertEqual(done.returncode, 3)
        self.assertIn("session-expired-error", done.stderr)
