"""What commands say to a wrong command line, to help, and to an output that takes nothing."""
import fcntl
import json
import os
import pty
import struct
import subprocess
import termios
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

# Files that cannot be used: the command line, its exit code, and what was found, is expected and is to be done.
PATH_EXPECTED = ("Expected is the path of something that exists and that you may read. Correct the path or its "
                 "permissions, or name another one.")
FILE_EXPECTED = ("Expected is a file of yours, or none yet, in a folder that exists and that you may write to. "
                 "Correct the path or its permissions, or name another one.")
LEDGER_EXPECTED = "Give the ledger of a 'why401 run' with --ledger FILE; without it, it is the one that the config names"
GONE = "No such file or directory"
UNUSABLE = (
    (["tokens"], 1, "ledger.db: there is no ledger yet; 'why401 run' makes it as traffic passes", LEDGER_EXPECTED),
    (["report", "--last", "--ledger", "nofile"], 1, "nofile: there is no ledger yet", LEDGER_EXPECTED),
    (["explain", "nofile"], 2, f"nofile cannot be read: {GONE}", PATH_EXPECTED),
    (["explain", "folder"], 2, "folder is a folder; a file is expected", PATH_EXPECTED),
    (["explain"], 2, "standard input is empty; a response body, an SDK error, a curl -v transcript, a HAR, JSON lines of "
     "this program or a sentence is expected", "Correct that in the input, or give another one."),
    (["mock", "--replay", "nofile"], 2, f"nofile: cannot open it: {GONE}", PATH_EXPECTED),
    (["mock", "--fixtures", "nofile"], 2, f"nofile: cannot read this folder: {GONE}", PATH_EXPECTED),
    (["rules", "check", "nofile"], 2, f"nofile: cannot open it: {GONE}", PATH_EXPECTED),
    (["rules", "check", "folder"], 2, "folder: found no rule in this folder, expected files *.json",
     "'why401 help COMMAND'"),
    (["run", "--rules", "nofile"], 2, f"nofile: cannot read this folder: {GONE}", PATH_EXPECTED),
    (["run", "--upstream-ca", "nofile"], 2, f"nofile cannot be read: {GONE}", PATH_EXPECTED),
    (["run", "--upstream-ca", "words"], 2, "words holds no usable certificate in PEM",
     "Correct that in the input, or give another one."),
    (["run", "--config", "nofile"], 2, f"nofile: cannot be opened: {GONE}", "name another file with --config FILE"),
    (["exec", "--baseline", "nofile", "--", "true"], 2, f"nofile: cannot be read: {GONE}", PATH_EXPECTED),
    (["tokens", "--ledger", "words"], 1, "is no ledger, or it is damaged", LEDGER_EXPECTED),
    (["run", "--log-json", "no/dir/x"], 1, f"cannot write JSON lines to no/dir/x: {GONE}", FILE_EXPECTED),
    (["run", "--har", "folder"], 1, "cannot write a HAR to folder: it is not a regular file", FILE_EXPECTED),
    (["exec", "--junit", "no/dir/x", "--", "true"], 1, f"no/dir/x: cannot be written: {GONE}", FILE_EXPECTED),
)


class Commands(Case):
    def test_help_about_help(self):
        overview = self.run_program("--help").stdout
        for args in (["help"], ["help", "help"], ["help", "--help"], ["help", "-h"]):
            with self.subTest(" ".join(args)):
                result = self.run_program(*args)
                self.assertEqual((result.returncode, result.stdout, result.stderr), (0, overview, ""))

    def test_help_is_the_same_by_either_way(self):
        for command in COMMANDS:
            with self.subTest(command):
                asked = self.run_program("help", command)
                self.assertEqual(asked.returncode, 0, asked.stderr)
                self.assertIn(f"why401 {command}", asked.stdout)
                self.assertEqual(self.run_program(command, "--help").stdout, asked.stdout)

    def test_help_fits_eighty_columns(self):
        for args in (["help"], *(["help", command] for command in COMMANDS)):
            with self.subTest(" ".join(args)):
                for line in self.run_program(*args).stdout.splitlines():
                    self.assertLessEqual(len(line), 79, line)

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

    def test_files_that_cannot_be_used(self):
        (self.home / "folder").mkdir()
        (self.home / "words").write_text("What is meant is another file than this one.\n" * 30, encoding="ascii")
        for args, code, found, advice in UNUSABLE:
            with self.subTest(" ".join(args)):
                more = ["--listen", "127.0.0.1:0"] if args[0] in ("run", "mock") else []
                result = self.run_program(*args, *more)
                self.assertEqual(result.returncode, code, result.stderr)
                self.assertIn(found, result.stderr)
                self.assertIn(advice, result.stderr)

    def test_a_report_replaces_nothing(self):
        proxy = self.start_proxy(self.start_upstream(lambda peer: peer.request() and peer.send(OK.replace(b"200", b"404"))))
        proxy.exchange(b"GET /api/v2/x HTTP/1.1\r\nHost: localhost\r\n\r\n", tls=False)
        proxy.stop()
        (self.home / "words").write_text("mine", encoding="ascii")
        result = self.run_program("report", "--last", "--out", "words")
        self.assertEqual((result.returncode, result.stderr), (1, "why401: words is there already, and report replaces nothing; "
                                                             "name another file with --out, or move that one away\n"))
        result = self.run_program("report", "--last", "--out", "no/dir/x")
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"cannot make no/dir/x: {GONE}\nwhy401: {FILE_EXPECTED}", result.stderr)

    def test_own_answers_are_counted_apart(self):
        proxy = self.start("run", "--env", "http://127.0.0.1:1", "--listen", "127.0.0.1:0")
        self.assertEqual(proxy.exchange(b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n", tls=False).status, 502)
        proxy.stop()
        self.assertIn("why401: 1 exchange, 1 failing, 0 of them explained, 1 answered by this proxy", proxy.err.text())

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
        proxy.exchange(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", tls=False)
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


class OnATerminal(Case):
    """What people read is broken between words; what scripts read is not broken at all."""

    def run_on_terminal(self, columns, *args):
        """The lines that a terminal of this width gets from both outputs."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        shown = bytearray()
        with subprocess.Popen([PROGRAM, *map(str, args)], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
                              cwd=self.home, env=environment(self.home, {"NO_COLOR": "1"})):
            os.close(theirs)
            try:
                while part := os.read(ours, 65536):
                    shown += part
            except OSError:  # how Linux says that the other end is closed
                pass
        os.close(ours)
        return shown.decode().splitlines()

    def test_messages_are_broken_between_words(self):
        for args in (["run", "--nope"], ["run", "--config", "nowhere.json"], ["rules"], ["mock", "--listen", "nowhere"]):
            said = self.run_program(*args).stderr
            self.assertTrue(all(line.startswith("why401: ") for line in said.splitlines()), said)
            for columns in (36, 80):
                with self.subTest(" ".join(args), columns=columns):
                    lines = self.run_on_terminal(columns, *args)
                    self.assertLessEqual(max(map(len, lines)), columns, lines)
                    self.assertEqual(" ".join(lines).split(), said.split())

    def test_what_the_ca_is(self):
        self.run_program("ca", "path")
        text = self.run_program("ca", "show").stdout
        self.assertIn("'why401 ca trust' installs it, 'why401 ca env' does without\n", text)
        for line in (lines := self.run_on_terminal(80, "ca", "show")):
            self.assertTrue(len(line) <= 80 or len(line.split()) == 2, line)  # a path or a fingerprint
        self.assertEqual(" ".join(lines).split(), text.split())

    def test_what_is_there_to_be_copied_has_its_own_line(self):
        self.assertEqual(self.run_on_terminal(40, "ca", "env")[-2:],
                         ["why401: for this shell:", '  eval "$(why401 ca env)"'])
        self.assertEqual(self.run_on_terminal(80, "ca", "env")[-1], 'why401: for this shell: eval "$(why401 ca env)"')


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
