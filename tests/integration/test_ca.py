"""why401 ca: what people read, what a shell evaluates, and which commands touch the system's store.

The system's own store is never changed here: its tools are replaced by ones that write down how they
were called. Where the kernel lets us, the real tools run too, in a mount namespace of their own in
which the store's folders are copies.
"""
import json
import os
import pathlib
import pty
import re
import shutil
import stat
import subprocess
import sys
import unittest

from why401 import PATIENCE, PROGRAM, WRAPPER, Case, environment

MARK = "# The root certificate of the why401 on this machine\n"
SYSTEM = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
DEBIAN = pathlib.Path("/usr/local/share/ca-certificates")
NOBODY = 65534


class CaCase(Case):
    @property
    def folder(self):
        return self.home / "data" / "why401"

    @property
    def root(self):
        return self.folder / "ca.pem"

    def ca(self, *args, env=None, code=0):
        """Runs `why401 ca …`; its standard output."""
        result = self.run_program("ca", *args, env=env)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        self.said = result.stderr
        return result.stdout

    def make(self):
        self.assertEqual(self.ca("path"), f"{self.root}\n")
        return self.root.read_text()


class Show(CaCase):
    def test_without_a_ca_it_says_so_and_makes_none(self):
        self.assertEqual(self.ca("show", code=1), "")
        self.assertIn(f"there is no local CA yet in {self.folder}", self.said)
        self.assertIn("'why401 ca path'", self.said)
        self.assertFalse(self.folder.exists())
        self.assertEqual(self.ca("show", "--json", code=1), "")

    def test_it_says_what_the_ca_is(self):
        self.make()
        text = self.ca("show")
        openssl = self.run_command("openssl", "x509", "-in", self.root, "-noout", "-fingerprint",
                                   "-sha256").stdout.decode()
        self.assertIn(openssl.split("=")[1].strip(), text)
        for part in ("why401 local root ", "(mode 0644)", "(mode 0600)", "(mode 0700)", "bitgo.com",
                     "127.0.0.0/8", "ends in 729 days", "does not trust the root"):
            self.assertIn(part, text)
        self.assertNotIn("previous", text)

    def test_the_same_as_json(self):
        self.make()
        shown = json.loads(self.ca("show", "--json"))
        self.assertEqual(shown["folder"], str(self.folder))
        self.assertEqual(shown["mode"], "0700")
        self.assertEqual(shown["root"]["file"], str(self.root))
        self.assertRegex(shown["root"]["sha256"], r"^([0-9A-F]{2}:){31}[0-9A-F]{2}$")
        self.assertEqual(shown["root"]["days_left"], 729)
        self.assertEqual(shown["key"]["mode"], "0600")
        self.assertIn("bitgo-test.com", shown["names"])
        self.assertIs(shown["system_store_trusts"], False)
        self.assertIsNone(shown["previous"])

    def test_a_key_open_to_others_is_said(self):
        self.make()
        (self.folder / "intermediate-key.pem").chmod(0o644)
        self.ca("show", code=1)
        self.assertIn("is open to other users", self.said)


class Rotate(CaCase):
    def test_it_asks_first(self):
        before = self.make()
        self.ca("rotate", code=2)
        self.assertIn("standard input is no terminal", self.said)
        self.assertEqual(self.root.read_text(), before)

    def test_a_new_ca_and_what_is_left_to_do(self):
        before = self.make()
        text = self.ca("rotate", "--yes")
        self.assertNotEqual(self.root.read_text(), before)
        self.assertEqual((self.folder / "ca-previous.pem").read_text(), before)
        self.assertIn("start it again", text)
        self.assertNotIn("ca trust", text)
        self.assertIn("previous root", self.ca("show"))
        self.assertEqual(os.listdir(self.home / "data"), ["why401"])

    def test_the_answer_is_read_from_the_terminal(self):
        before = self.make()
        for answer, code in ((b"n\n", 1), (b"y\n", 0)):
            ours, theirs = pty.openpty()
            with subprocess.Popen([PROGRAM, "ca", "rotate"], stdin=theirs, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.PIPE, env=environment(self.home)) as process:
                os.write(ours, answer)
                said = process.communicate(timeout=PATIENCE)[1]
            os.close(ours)
            os.close(theirs)
            self.assertEqual(process.returncode, code, said)
            self.assertIn(b"has to trust a new root", said)
            self.assertEqual(self.root.read_text() == before, code == 1)

    def test_a_running_proxy_keeps_the_old_one(self):
        mock = self.start_mock()
        before = self.root.read_text()
        self.ca("rotate", "--yes")
        (self.home / "before.pem").write_text(before)
        for ca, accepted in ((self.home / "before.pem", True), (self.root, False)):
            result = self.run_command("curl", "-sS", "--cacert", ca,
                                      f"https://localhost:{mock.port}/api/v2/ping")
            self.assertEqual(result.returncode == 0, accepted, result.stderr)


class Env(CaCase):
    def evaluate(self, *args, env=None):
        """The environment of a shell that evaluates what `why401 ca env` prints."""
        script = f'eval "$("$0" ca env {" ".join(args)})" && env -0'
        result = self.run_command("sh", "-c", script, PROGRAM, env=env)
        self.assertEqual(result.returncode, 0, result.stderr)
        pairs = (entry.split("=", 1) for entry in result.stdout.decode().split("\0") if entry)
        return dict(pairs)

    def certificates(self, path):
        return pathlib.Path(path).read_text().count("BEGIN CERTIFICATE")

    @unittest.skipUnless(SYSTEM.exists(), "the system's roots are elsewhere")
    def test_what_adds_gets_ours_and_what_replaces_gets_a_bundle(self):
        got = self.evaluate()
        bundle = self.folder / "bundle.pem"
        for name in ("NODE_EXTRA_CA_CERTS", "DENO_CERT"):
            self.assertEqual(got[name], str(self.root))
        for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO",
                     "PIP_CERT", "AWS_CA_BUNDLE", "PERL_LWP_SSL_CA_FILE", "HTTPLIB2_CA_CERTS",
                     "CARGO_HTTP_CAINFO", "BUNDLE_SSL_CA_CERT", "npm_config_cafile"):
            self.assertEqual(got[name], str(bundle))
        self.assertNotIn("HTTPS_PROXY", got)
        self.assertEqual(stat.S_IMODE(bundle.stat().st_mode), 0o644)
        self.assertTrue(bundle.read_text().endswith(MARK + self.root.read_text()))
        self.assertEqual(self.certificates(bundle), self.certificates(SYSTEM) + 1)

    def test_a_value_that_was_there_is_kept_in_a_bundle(self):
        company = self.home / "company's roots.pem"
        company.write_text("-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----\n")
        env = {"SSL_CERT_FILE": str(company), "PIP_CERT": str(company),
               "NODE_EXTRA_CA_CERTS": str(company), "NO_PROXY": "a b's,.example"}
        for _ in range(2):  # evaluated again, nothing is added again
            env = {name: value for name, value in self.evaluate("--proxy", "[::1]:8401",
                                                                env=env).items()
                   if re.search("(?i)proxy|cert|bundle|cainfo|cafile", name)}
            self.assertEqual(env["SSL_CERT_FILE"], env["PIP_CERT"])
            self.assertEqual(env["SSL_CERT_FILE"], env["NODE_EXTRA_CA_CERTS"])
            self.assertEqual(pathlib.Path(env["SSL_CERT_FILE"]).read_text(),
                             company.read_text() + MARK + self.root.read_text())
            self.assertEqual(env["CURL_CA_BUNDLE"], str(self.folder / "bundle.pem"))
            self.assertEqual(env["HTTPS_PROXY"], "http://[::1]:8401")
            self.assertEqual(env["NO_PROXY"], "a b's,.example,localhost,127.0.0.1,::1")
            self.assertEqual(env["no_proxy"], "localhost,127.0.0.1,::1")

    def test_after_a_rotation_the_same_bundles_hold_the_new_root(self):
        bundle = pathlib.Path(self.evaluate()["SSL_CERT_FILE"])
        before = self.root.read_text()
        self.ca("rotate", "--yes")
        self.assertTrue(bundle.read_text().endswith(MARK + self.root.read_text()))
        self.assertNotIn(before, bundle.read_text())

    def test_a_folder_with_every_awkward_character_is_safe(self):
        odd = self.home / "a b'c\"$(touch pwned)`touch pwned`\\;&\nd"
        got = self.evaluate(env={"XDG_DATA_HOME": str(odd)})
        self.assertEqual(got["NODE_EXTRA_CA_CERTS"], str(odd / "why401" / "ca.pem"))
        self.assertFalse((self.home / "pwned").exists())

    def test_programs_of_that_shell_trust_the_proxy(self):
        mock = self.start_mock()
        url = f"https://localhost:{mock.port}/api/v2/ping"
        env = self.evaluate()
        for command in (
                ("curl", "-fsS", url),
                (sys.executable, "-c", f"import requests; requests.get('{url}').raise_for_status()"),
                (sys.executable, "-c", f"import urllib.request as r; r.urlopen('{url}').read()"),
                ("node", "-e", f"require('https').get('{url}', r => r.resume()"
                               ".on('end', () => process.exit(r.statusCode === 200 ? 0 : 2)))")):
            with self.subTest(command[:3]):
                self.assertNotEqual(self.run_command(*command).returncode, 0)
                result = self.run_command(*command, env=env)
                self.assertEqual(result.returncode, 0, result.stderr)

    def test_the_proxy_is_added_where_it_is_wanted(self):
        got = self.evaluate("--proxy", "127.0.0.1:8401")
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
            self.assertEqual(got[name], "http://127.0.0.1:8401")
        self.assertEqual(got["NO_PROXY"], "localhost,127.0.0.1,::1")
        self.assertEqual(got["NODE_USE_ENV_PROXY"], "1")

    def test_fish(self):
        odd = self.home / "it's\\"
        lines = self.ca("env", "--shell", "fish", env={"XDG_DATA_HOME": str(odd)})
        quoted = str(odd / "why401" / "ca.pem").replace("\\", "\\\\").replace("'", "\\'")
        self.assertIn(f"set -gx NODE_EXTRA_CA_CERTS '{quoted}'\n", lines)
        if shutil.which("fish"):
            self.assertEqual(self.run_command("fish", "-c", f"{lines}echo $NODE_EXTRA_CA_CERTS")
                             .stdout.decode(), f"{odd}/why401/ca.pem\n")

    def test_what_goes_wrong_prints_no_line(self):
        for args, env, part in (
                ((), {"PIP_CERT": "/nowhere/roots.pem"}, "PIP_CERT is set, but /nowhere/roots.pem"),
                ((), {"PIP_CERT": "/etc"}, "PIP_CERT is set, but /etc is not a file"),
                (("--proxy", "127.0.0.1:0"), {}, "--proxy"),
                (("--proxy", "somewhere"), {}, "--proxy"),
                (("--shell", "csh"), {}, "sh (for bash and zsh too) or fish")):
            result = self.run_program("ca", "env", *args, env=env)
            self.assertNotEqual(result.returncode, 0)
            self.assertEqual(result.stdout, "")
            self.assertIn(part, result.stderr)


class Trust(CaCase):
    """With tools that only write down how they were called."""

    def setUp(self):
        super().setUp()
        self.calls = self.home / "calls"
        self.calls.touch()
        self.tools = self.home / "bin"
        self.tools.mkdir()
        for name in ("install", "rm", "update-ca-certificates", "update-ca-trust", "security"):
            self.tool(name, "exit 0")
        self.tool("sudo", 'exec "$@"')

    def tool(self, name, end):
        path = self.tools / name
        path.write_text(f'#!/bin/sh\nfor word in {name} "$@"; do printf "[%s]" "$word"; done '
                        f">>'{self.calls}'\necho >>'{self.calls}'\n{end}\n")
        path.chmod(0o755)

    @property
    def env(self):
        return {"PATH": str(self.tools)}

    def called(self):
        """Each call, without the sudo before it."""
        sudo = [line for line in self.calls.read_text().splitlines() if line.startswith("[sudo]")]
        calls = [line for line in self.calls.read_text().splitlines() if line not in sudo]
        if os.geteuid() != 0:
            self.assertEqual([line.removeprefix("[sudo]") for line in sudo], calls)
        return calls

    DEBIAN_FILE = "/usr/local/share/ca-certificates/why401.crt"
    FEDORA_FILE = "/etc/pki/ca-trust/source/anchors/why401.crt"

    def test_print_runs_nothing(self):
        sudo = "" if os.geteuid() == 0 else "sudo "
        text = self.ca("trust", "--print", "--system", "debian", env=self.env)
        self.assertTrue(text.startswith(
            f"{sudo}install -m 0644 {self.root} {self.DEBIAN_FILE}\n"
            f"{sudo}update-ca-certificates --fresh\n# "), text)
        for name in ("Node.js", "Java", "Python", "Firefox"):
            self.assertIn(name, text)
        # What is no command is a comment, so that all of it can be given to a shell.
        self.assertTrue(all(line.startswith("# ") for line in text.splitlines()[2:]), text)
        self.assertEqual(self.ca("untrust", "--print", "--system", "fedora", env=self.env),
                         f"{sudo}rm -f {self.FEDORA_FILE}\n{sudo}update-ca-trust extract\n")
        self.assertIn(f"{sudo}security add-trusted-cert -d -r trustRoot -k "
                      f"/Library/Keychains/System.keychain {self.root}\n",
                      self.ca("trust", "--print", "--system", "macos", env=self.env))
        self.assertEqual(self.called(), [])

    def test_without_a_terminal_and_without_yes_nothing_runs(self):
        for verb in ("trust", "untrust"):
            self.ca(verb, "--system", "debian", env=self.env, code=2)
            self.assertIn("These commands will run:", self.said)
            self.assertIn("--yes", self.said)
        self.assertEqual(self.called(), [])

    def test_the_commands_run_in_order_and_the_store_is_looked_at(self):
        for system, target, update in (
                ("debian", self.DEBIAN_FILE, "[update-ca-certificates][--fresh]"),
                ("fedora", self.FEDORA_FILE, "[update-ca-trust][extract]")):
            self.calls.write_text("")
            # The tools changed nothing, and that is noticed.
            self.ca("trust", "--yes", "--system", system, env=self.env, code=1)
            self.assertIn("the system's store does not hold the root", self.said)
            self.assertEqual(self.called(), [f"[install][-m][0644][{self.root}][{target}]", update])
            self.calls.write_text("")
            self.assertIn("no root of why401 any more",
                          self.ca("untrust", "--yes", "--system", system, env=self.env))
            self.assertEqual(self.called(), [f"[rm][-f][{target}]", update])

    @unittest.skipIf(WRAPPER, "valgrind's posix_spawn does not tell why it failed")
    def test_the_first_failure_ends_it_and_is_named(self):
        self.tool("install", "exit 7")
        self.ca("trust", "--yes", "--system", "debian", env=self.env, code=1)
        self.assertRegex(self.said, r"'(sudo )?install -m 0644 .*' failed with exit code 7")
        self.assertIn("nothing was changed", self.said)
        self.assertEqual(len(self.called()), 1)
        (self.tools / "install").unlink()
        if os.geteuid() == 0:
            self.ca("trust", "--yes", "--system", "debian", env=self.env, code=1)
            self.assertIn("cannot be run: No such file or directory", self.said)

    def test_awkward_paths_reach_the_tools_as_they_are(self):
        odd = self.home / "a b'$(touch pwned)"
        self.ca("trust", "--yes", "--system", "debian",
                env={**self.env, "XDG_DATA_HOME": str(odd)}, code=1)
        self.assertIn(f"[{odd}/why401/ca.pem]", self.called()[0])
        self.assertFalse((self.home / "pwned").exists())

    def test_a_system_that_is_not_known(self):
        self.ca("trust", "--system", "beos", code=2)
        self.assertIn("debian (Ubuntu too), fedora (RHEL too) or macos", self.said)

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_who_is_not_root_uses_sudo(self):
        self.home.chmod(0o755)
        self.calls.chmod(0o666)
        data = self.home / "theirs"
        data.mkdir()
        os.chown(data, NOBODY, NOBODY)
        copy = self.home / "why401"  # the build folder may be closed to others
        shutil.copy(PROGRAM, copy)
        result = subprocess.run([copy, "ca", "trust", "--yes", "--system", "debian"], user=NOBODY,
                                stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
                                env=environment(self.home, {**self.env, "XDG_DATA_HOME": str(data),
                                                            "TMPDIR": str(data)}),
                                cwd=self.home, check=False)
        self.assertEqual(result.returncode, 1, result.stderr)
        install = f"[install][-m][0644][{data}/why401/ca.pem][{self.DEBIAN_FILE}]"
        update = "[update-ca-certificates][--fresh]"
        self.assertEqual(self.calls.read_text().splitlines(),
                         [f"[sudo]{install}", install, f"[sudo]{update}", update])


def can_hide_the_store():
    """We are root on a Debian and may have a mount namespace of our own."""
    return (os.geteuid() == 0 and DEBIAN.is_dir() and shutil.which("update-ca-certificates")
            and shutil.which("unshare")
            and subprocess.run(["unshare", "-m", "true"], capture_output=True,
                               check=False).returncode == 0)


@unittest.skipUnless(can_hide_the_store(), "the system's store cannot be hidden from its tools here")
class RealTrust(CaCase):
    """With Debian's own tools, on copies of the store's folders that nobody else sees."""

    SCRIPT = """
set -e
mkdir ssl local hooks
cp -a /etc/ssl/. ssl
mount --bind ssl /etc/ssl
mount --bind local /usr/local/share/ca-certificates
[ ! -d /etc/ca-certificates/update.d ] || mount --bind hooks /etc/ca-certificates/update.d
look() {
    "$0" ca show --json | grep -o '"system_store_trusts": [a-z]*' | head -1
    openssl verify "$("$0" ca path)" >/dev/null 2>&1 && echo openssl trusts || echo openssl does not
}
"$0" ca path >/dev/null
look
"$0" ca trust --yes >/dev/null 2>&1 && look
"$0" ca rotate --yes | grep -o "run 'why401 ca trust'"
"$0" ca show | grep -o 'still trusts that one'
look
"$0" ca trust --yes >/dev/null 2>&1 && look
"$0" ca untrust --yes >/dev/null 2>&1 && look
"""

    def test_the_store_trusts_it_and_then_no_more(self):
        before = sorted(os.listdir("/etc/ssl/certs"))
        result = subprocess.run(["unshare", "-m", "sh", "-c", self.SCRIPT, PROGRAM], cwd=self.home,
                                env=environment(self.home), capture_output=True, text=True,
                                timeout=8 * PATIENCE, check=False)
        without = ['"system_store_trusts": false', "openssl does not"]
        trusts = ['"system_store_trusts": true', "openssl trusts"]
        self.assertEqual(result.stdout.splitlines(),
                         without + trusts + ["run 'why401 ca trust'", "still trusts that one"]
                         + without + trusts + without, result.stderr)
        self.assertEqual(sorted(os.listdir("/etc/ssl/certs")), before)


if __name__ == "__main__":
    unittest.main()
