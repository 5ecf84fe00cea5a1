"""The recipes for CI, run as their servers run them: each command in a shell, with the server's variables,
a small smoke test in the working folder, and the mock instead of BitGo."""
import os
import pathlib
import re
import xml.etree.ElementTree as xml

from why401 import PROGRAM, RULE, Case

RECIPES = pathlib.Path(__file__).parent.parent / "recipes"
SMOKE_TEST = """#!/bin/sh
curl -sS -o /dev/null -H "Authorization: Bearer $BITGO_ACCESS_TOKEN" https://app.bitgo-test.com/api/v2/user/me
"""
GOOD = "v2x" + "0" * 64
SPENT = "v2x" + "4" * 64


def commands(recipe, key):
    """The commands under a key of a recipe, one string each: `key: command`, or a list below it."""
    text = (RECIPES / recipe).read_text()
    single = re.findall(rf"^ +{key}: (\S.*)$", text, re.M)
    blocks = re.findall(rf"^ +{key}:\n((?: +- .*\n)+)", text, re.M)
    return single + [line.strip()[2:] for block in blocks for line in block.splitlines()]


class Recipes(Case):
    def setUp(self):
        super().setUp()
        (self.home / "smoke-test").write_text(SMOKE_TEST)
        (self.home / "smoke-test").chmod(0o755)
        built = self.home / ".why401" / "build" / "release"
        built.mkdir(parents=True)
        # What the recipes build; --mock stands in for BitGo, which no test reaches.
        self.wrapper = built / "why401"
        self.wrapper.write_text(f'#!/bin/sh\nshift\nexec {PROGRAM} exec --mock "$@"\n')
        self.wrapper.chmod(0o755)

    def shell(self, command, token, **variables):
        """The command's exit code and output."""
        env = {"BITGO_ACCESS_TOKEN": token, "PATH": f"{self.wrapper.parent}:{os.environ['PATH']}", **variables}
        done = self.run_command("sh", "-ec", command, env=env)
        return done.returncode, done.stdout.decode() + done.stderr.decode()

    def failures(self):
        """The messages of the JUnit report's failures."""
        return [f.get("message") for f in xml.parse(self.home / "why401.xml").iter("failure")]

    def test_github_actions(self):
        [build, smoke] = commands("github.yml", "run")
        self.assertEqual(build, ".why401/dev build")
        summary = self.home / "summary.md"
        github = {"GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_STEP_SUMMARY": str(summary)}
        code, said = self.shell(smoke, SPENT, **github)
        self.assertEqual(code, 3, said)
        self.assertTrue(said.startswith(f"::add-mask::{SPENT}\n"), said)
        self.assertIn("\n::error ", said)
        self.assertNotIn(SPENT, said.replace(f"::add-mask::{SPENT}\n", ""))
        self.assertIn("The session behind the token has ended", summary.read_text())
        self.assertNotIn(SPENT, summary.read_text())
        summary.unlink()
        code, said = self.shell(smoke, GOOD, **github)
        self.assertEqual(code, 0, said)
        self.assertEqual(self.failures(), [])

    def test_gitlab_ci(self):
        self.assertEqual(commands("gitlab.yml", "before_script")[1], ".why401/dev build")
        [smoke] = commands("gitlab.yml", "script")
        code, said = self.shell(smoke, SPENT, CI="true", GITLAB_CI="true")
        self.assertEqual(code, 3, said)
        self.assertTrue(any(RULE + "session-expired-error" in str(xml.tostring(case)) for case in
                            xml.parse(self.home / "why401.xml").iter("testcase")), said)
        self.assertNotIn("::error", said)
        self.assertEqual(self.shell(smoke, GOOD, CI="true")[0], 0)

    def test_a_plain_shell(self):
        for token, wanted, words in ((SPENT, 3, "failed because of its calls to BitGo"), (GOOD, 0, "passed")):
            code, said = self.shell(str(RECIPES / "smoke.sh"), token)
            self.assertEqual(code, wanted, said)
            self.assertIn(words, said)
            self.assertTrue((self.home / "why401.har").exists())
        (self.home / "smoke-test").write_text("#!/bin/sh\nexit 7\n")
        code, said = self.shell(str(RECIPES / "smoke.sh"), GOOD)
        self.assertEqual(code, 3, said)  # it made no call at all, which --ci does not let pass
        self.assertIn("no-traffic", said)

    def test_a_plain_shell_says_whose_failure_it_is(self):
        """The report of an earlier run must not speak for this one."""
        by_itself = "smoke test failed by itself, with "
        for script, wanted, words in ((SMOKE_TEST + "exit 1\n", 1, by_itself + "1\n"),
                                      (SMOKE_TEST + "exit 2\n", 2, by_itself + "2\n"),
                                      (SMOKE_TEST + "kill -TERM $$\n", 143, by_itself + "143\n"),
                                      ("#!/bin/sh\nexit 255\n", 255, by_itself + "255\n"),
                                      ("#!/no/interpreter\n", 126, "smoke test was not run")):
            with self.subTest(words):
                (self.home / "smoke-test").write_text(script)
                code, said = self.shell(str(RECIPES / "smoke.sh"), GOOD)
                self.assertEqual(code, wanted, said)
                self.assertIn(words, said)
        self.shell(str(RECIPES / "smoke.sh"), GOOD)
        (self.home / "no-folder").write_text("")
        for code, variables in ((2, {"WHY401_CONFIG": "/nofile"}), (1, {"XDG_DATA_HOME": str(self.home / "no-folder")})):
            with self.subTest(code):
                (self.home / "why401.xml").write_text("of an earlier run")
                status, said = self.shell(str(RECIPES / "smoke.sh"), GOOD, **variables)
                self.assertEqual(status, code, said)
                self.assertIn(f"smoke test was not run, or not judged: why401 says above why (exit code {code})", said)
                self.assertNotIn("by itself", said)
