"""Rules of one's own: checked, and tested beside the built-in ones."""
import json

from why401 import Case

RULE = {
    "id": "mine#teapot",
    "title": "It is a teapot",
    "meaning": "The server is short and stout.",
    "signals": ["short and stout"],
    "match": [{
        "confidence": "likely",
        "all": [{"status": 418}],
        "weigh": [{"when": {"method": "BREW"}, "by": 1, "say": "Somebody wanted {method}."}],
    }],
    "steps": ["Ask for tea."],
    "support": {"send": ["The handle."], "ask": ["For the spout."]},
    "links": ["https://www.rfc-editor.org/rfc/rfc2324"],
    "examples": [
        {"name": "coffee", "request": {"method": "BREW", "target": "/pot"},
         "response": {"status": 418}, "expect": "certain"},
        {"name": "tea", "request": {"method": "GET", "target": "/pot"},
         "response": {"status": 418}, "expect": "likely"},
        {"name": "no pot", "request": {"method": "GET", "target": "/pot"},
         "response": {"status": 404}, "expect": "none"},
    ],
}


class Rules(Case):
    def write(self, **changes):
        """The rule with some members changed, as the only file of a folder; its path."""
        folder = self.home / "rules"
        folder.mkdir(exist_ok=True)
        path = folder / "teapot.json"
        path.write_text(json.dumps({**RULE, **changes}))
        return path

    def run_rules(self, *args):
        done = self.run_program("rules", *args)
        self.assertNotRegex(done.stderr, r"Sanitizer|runtime error")
        return done

    def test_the_built_in_rules_are_right(self):
        self.assertEqual(self.run_rules("check").returncode, 0)
        done = self.run_rules("test")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"^\d+ rules, \d+ examples: 0 failed\n$")

    def test_the_table_has_an_empty_off_diagonal(self):
        done = self.run_rules("test", "--table")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn("Beside the diagonal: 0\n", done.stdout)
        self.assertIn("token-tokens-erc20-access#session-expired-error", done.stdout)

    def test_a_folder_and_a_file_are_taken(self):
        path = self.write()
        for given in (path, path.parent):
            done = self.run_rules("check", given)
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stdout, r"^\d+ rules \(1 of your own\) with \d+ examples: all well-formed\n$")
            done = self.run_rules("test", given)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_failing_example_is_named(self):
        path = self.write(examples=[{**RULE["examples"][1], "expect": "certain"}])
        done = self.run_rules("test", path.parent)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f'{path}: examples[0] "tea": expected certain, '
                      "but mine#teapot (likely) came first\n", done.stdout)
        self.assertIn("examples: 1 failed\n", done.stdout)

    def test_a_broken_rule_is_named_with_its_place(self):
        broken = [{"confidence": "likely", "all": [{"status": 418}],
                   "weigh": [{"when": {"status": 418}, "by": 2, "say": "Twice."}]}]
        path = self.write(match=broken)
        for command in ("check", "test"):
            done = self.run_rules(command, path.parent)
            self.assertEqual(done.returncode, 2)
            self.assertEqual(done.stdout, "")
            self.assertIn(f"{path}: match[0].weigh[0].by: found 2, expected 1 or -1\n", done.stderr)

    def test_a_wrong_command_line_is_refused(self):
        for args in ((), ("chek",), ("check", "--table"), ("test", self.home / "nothing.json")):
            done = self.run_rules(*args)
            self.assertEqual(done.returncode, 2, args)
            self.assertEqual(done.stdout, "")

    def test_no_token_is_printed(self):
        done = self.run_rules("test", "--table")
        self.assertNotRegex(done.stdout + done.stderr, r"v2x[0-9a-f]{8}")
