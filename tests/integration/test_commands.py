"""What commands say to a wrong command line, to help, and to an output that takes nothing."""
import json
import subprocess
import unittest

from why401 import PATIENCE, PROGRAM, WRAPPER, Case, environment

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

COMMANDS = ("run", "exec", "mock", "demo", "ca", "rules", "explain", "scenarios", "tokens", "report")

# A command line that asks for nothing that there is, and what the answer names.
WRONG = (
    (["help", "nope"], 'no command "nope"'),
    (["scenario"], "scenarios"),
    (["ca"], "show, path, env, trust, untrust or rotate"),
    (["ca", "pth"], "did you mean path?"),
    (["ca", "wholly-different"], "'why401 ca --help'"),
    (["ca", "path", "--nope"], "--nope"),
    (["ca", "path", "more"], "more"),
    (["ca", "trust", "--system", "plan9", "--print"], "plan9"),
    (["ca", "env", "--shell", "csh"], "csh"),
    (["ca", "env", "--proxy", "nowhere"], "nowhere"),
    (["rules"], "rules check"),
    (["rules", "nope"], "check and test"),
    (["rules", "test", "--nope"], "--nope"),
    (["scenarios", "nope"], 'no scenario "nope"'),
    (["scenarios", "--nope"], "--nope"),
    (["tokens", "more"], "more"),
    (["report"], "--last"),
    (["report", "not-a-number"], "not-a-number"),
    (["report", "1", "--last"], "not both"),
    (["explain", "--nope"], "--nope"),
    (["mock", "more"], "more"),
    (["mock", "--listen", "nowhere"], "nowhere"),
    (["mock", "--fixtures"], "--fixtures"),
    (["demo", "more"], "more"),
    (["exec"], "behind --"),
    (["exec", "--fail-on", "nope", "--", "true"], "nope"),
    (["run", "--tunnel", "some"], "some"),
    (["run", "--workers", "0"], "workers"),
)


class Commands(Case):
    def test_help_is_the_same_by_either_way(self):
        for command in COMMANDS:
            with self.subTest(command):
                asked = self.run_program("help", command)
                self.assertEqual(asked.returncode, 0, asked.stderr)
                self.assertIn(f"why401 {command}", asked.stdout)
                self.assertEqual(self.run_program(command, "--help").stdout, asked.stdout)

    def test_ca_verbs_have_help(self):
        for verb in ("show", "path", "env", "trust", "untrust", "rotate"):
            result = self.run_program("ca", verb, "--help")
            self.assertEqual((result.returncode, result.stdout), (0, self.run_program("help", "ca").stdout))

    def test_wrong_command_lines(self):
        for args, named in WRONG:
            with self.subTest(" ".join(args)):
                result = self.run_program(*args)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertEqual(result.stdout, "")
                self.assertIn(named, result.stderr)
                self.assertLessEqual(result.stderr.count("\n"), 3)

    def test_what_is_quoted_of_a_command_line_is_harmless(self):
        """File names come from repositories, and a token may go to the wrong place."""
        token = "v2x" + "1" * 64
        evil = "\x1b]0;x\a\u202e\r##[stop-commands]q"
        (self.home / evil).write_text('{"status":200}', encoding="ascii")
        for args in ([], ["run"], ["exec"], ["mock"], ["demo"], ["ca"], ["ca", "show"], ["ca", "env", "--shell"],
                     ["rules"], ["rules", "check"], ["rules", "test"], ["explain"], ["scenarios"], ["tokens"],
                     ["report"], ["run", "--config"], ["run", "--rules"], ["run", "--upstream-ca"],
                     ["exec", "--fail-on"], ["exec", "--mock", "--baseline"], ["exec", "--mock", "--mock-replay"],
                     ["exec", "--mock", "--"]):
            for word in (token, evil):
                with self.subTest(args=args, word=word[:3]):
                    more = ["--", "true"] if args[:1] == ["exec"] and args[-1] not in ("exec", "--") else []
                    result = self.run_program(*args, word, *more)
                    self.assertNotEqual(result.returncode, 0)
                    self.assertNotRegex(result.stdout + result.stderr, r"[\x00-\x09\x0b-\x1f\x7f\u202e]|##\[|v2x1111")

    def test_a_command_that_is_asked_about_shows_what_it_is(self):
        config = self.write_config({"ca_dir": "a\x1b[2K\x1b[A\u202e"})
        self.assertEqual(self.run_program("ca", "path", "--config", config).returncode, 0)
        asked = self.run_program("ca", "trust", "--system", "debian", "--config", config)
        self.assertEqual(asked.returncode, 2)
        self.assertIn("These commands will run:\n", asked.stderr)
        self.assertIn(r"a\x1b[2K\x1b[A\u{202e}/ca.pem", asked.stderr)
        self.assertNotRegex(asked.stderr, "[\x1b\u202e]")

    def test_json_for_a_ci_log_holds_no_command_to_it(self):
        evil = "##[error]q ##vso[task.setvariable variable=X]y ##teamcity[z]\u202e"
        config = self.write_config({"ca_dir": evil})
        self.assertEqual(self.run_program("ca", "path", "--config", config).returncode, 0)
        body = self.home / "body.json"
        body.write_text(json.dumps({"error": evil, "name": evil}), encoding="utf-8")
        for told, args in ((evil, ["ca", "show", "--json", "--config", config]),
                           ("##[error]q", ["explain", "--json", body])):
            with self.subTest(" ".join(map(str, args))):
                shown = self.run_program(*args).stdout
                self.assertNotRegex(shown, r"##\w*\[|\u202e")
                self.assertIn(told, json.dumps(json.loads(shown), ensure_ascii=False))

    def test_output_that_takes_nothing(self):
        proxy = self.start_proxy(self.start_upstream(lambda peer: peer.request() and peer.send(OK)))
        proxy.exchange(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", tls=False)
        proxy.stop()  # there is a CA now, and a ledger
        (self.home / "words").write_text("session expired", encoding="ascii")
        helps = [[command, "--help"] for command in COMMANDS]
        for args in (*helps, ["--version"], ["help", "run"], ["ca", "path"], ["ca", "show"], ["ca", "env"],
                     ["scenarios"], ["scenarios", "session-expired-error"], ["tokens"], ["tokens", "--json"], ["rules", "test"],
                     ["explain", "words"], ["explain", "--json", "words"]):
            with self.subTest(" ".join(args)), open("/dev/full", "w", encoding="ascii") as full:
                done = subprocess.run([PROGRAM, *args], stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE,
                                      stdin=subprocess.DEVNULL, cwd=self.home, env=environment(self.home), check=False)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(b"standard output could not be written: No space left on device", done.stderr)

    def test_masks_that_nobody_takes_are_told_of(self):
        env = {**environment(self.home), "GITHUB_ACTIONS": "true", "BITGO_ACCESS_TOKEN": "v2x" + "5" * 64}
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([PROGRAM, "exec", "--", "true"], stdout=full, stderr=subprocess.PIPE, env=env,
                                  timeout=PATIENCE, stdin=subprocess.DEVNULL, cwd=self.home, check=False)
        self.assertIn(b"could not be told what to mask", done.stderr)

    @unittest.skipIf(WRAPPER, "valgrind keeps some of the descriptors to itself")
    def test_few_descriptors_are_said_and_do(self):
        done = self.run_command("sh", "-c", 'ulimit -n 200; exec "$0" exec -- sh -c "ulimit -n"', PROGRAM)
        self.assertEqual((done.returncode, done.stdout), (0, b"200\n"), done.stderr)
        self.assertIn(b"the system allows 200; holding at most 68 client connections", done.stderr)


class CaFolder(Case):
    """The folder of the CA, as config may name it."""

    def test_slashes_at_its_end(self):
        config = self.write_config({"ca_dir": f"{self.home}/mine//"})
        result = self.run_program("ca", "path", "--config", config)
        self.assertEqual((result.returncode, result.stdout), (0, f"{self.home}/mine/ca.pem\n"), result.stderr)

    def test_what_is_no_config(self):
        for command in (["ca", "path"], ["ca", "show"], ["ca", "env"], ["ca", "rotate", "--yes"], ["mock"], ["tokens"],
                        ["exec", "--config", "nowhere.json", "--", "true"]):
            with self.subTest(command[0]):
                result = self.run_program(*command, *(["--config", "nowhere.json"] if "--config" not in command else []))
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertIn("nowhere.json", result.stderr)
