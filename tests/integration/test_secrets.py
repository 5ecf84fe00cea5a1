"""Secrets that pass through the proxy appear in none of its outputs, in no form."""
import base64
import itertools
import json
import urllib.parse

from why401 import Case
from wire import Closed


def canary(place):
    """A value that looks like nothing in particular, and can be searched for."""
    return f"canary{place.title().replace('-', '')}77aa"


RAW_TOKEN = "v2x" + "7" * 64
XPRV = "xprv" + "9s21ZrQH143K" * 8
JSON_NAMES = ("token", "access_token", "refresh_token", "encryptedToken", "password", "passphrase", "walletPassphrase",
              "otp", "prv", "xprv", "encryptedPrv", "encryptedXprv", "newPassword", "secret", "privateKey", "mnemonic")
HEADERS = {"Authorization": f"Bearer {canary('authorization')}", "Cookie": f"session={canary('cookie')}",
           "Proxy-Authorization": f"Basic {canary('proxy')}", "X-BitGo-OTP": canary("header-otp"),
           "X-Api-Key": canary("api-key"), "X-Access-Token": canary("header-token")}


class Secrets(Case):
    def bodies(self, side):
        """Bodies of one side with a canary under every secret name, at several depths."""
        flat = {name: canary(f"{side}-flat-{name}") for name in JSON_NAMES}
        deep = {"wallets": [{"keys": [{"inner": {name: canary(f"{side}-deep-{name}") for name in JSON_NAMES}}]}]}
        listed = {"access_token": [canary(f"{side}-listed")], "prv": {"value": canary(f"{side}-object")}}
        nested = {"message": json.dumps({"password": canary(f"{side}-quoted")})}
        shaped = {"note": f"it was {RAW_TOKEN} or {XPRV}"}
        form = urllib.parse.urlencode({name: canary(f"{side}-form-{name}") for name in JSON_NAMES})
        documents = [{**flat, "label": "visible"}, deep, listed, nested, shaped]
        yield from (("application/json", json.dumps(document).encode()) for document in documents)
        yield "application/json", json.dumps(deep, indent=4).encode()
        yield "application/json", json.dumps(flat).encode()[:-20]  # cut off, so no JSON any more
        yield "application/x-www-form-urlencoded", form.encode()
        yield "text/plain", f"password={canary(side + '-text')} token: {RAW_TOKEN}".encode()

    def everything_said(self, status):
        """All outputs after exchanges full of secrets."""
        answers = list(self.bodies("response"))
        log = self.home / "log.jsonl"

        def script(peer):
            while peer.request() is not None:
                kind, body = answers[(len(upstream.requests) - 1) % len(answers)]
                peer.send(b"HTTP/1.1 %d Said\r\nContent-Type: %s\r\nSet-Cookie: sid=%s; Path=/\r\n"
                          b"Location: /next?access_token=%s\r\nContent-Length: %d\r\n\r\n%s" %
                          (status, kind.encode(), canary("set-cookie").encode(), canary("location").encode(),
                           len(body), body))

        upstream = self.start_upstream(script)
        har = self.home / "all.har"
        proxy = self.start_proxy(upstream, "--log-json", log, "--har", har, "--verbose")
        wire = proxy.connect(tls=False)
        query = urllib.parse.urlencode({name: canary(f"query-{name}") for name in JSON_NAMES})
        fields = "".join(f"{name}: {value}\r\n" for name, value in HEADERS.items())
        paths = itertools.cycle((f"/api/v2/user/login/{RAW_TOKEN}", "/api/v2/user/accesstoken", "/api/v2/user/login"))
        for path, (kind, body) in zip(paths, 3 * list(self.bodies("request"))):
            head = (f"POST {path}?{query}&note=visible HTTP/1.1\r\nHost: localhost\r\n{fields}"
                    f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n")
            wire.send(head.encode(), body)
            self.assertEqual(wire.response().status, status)
        wire.send(f"GET /api/v2/user/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {RAW_TOKEN}\r\n\r\n".encode())
        self.assertEqual(wire.response().status, status)
        # What the proxy refuses and what breaks is told about, too.
        wire.send(f"GET /?password={canary('refused')} HTTP/1.1\r\nHost: localhost\r\npassword : {canary('bad-line')}\r\n"
                  f"Authorization: Bearer {canary('bad-request')}\r\n\r\n".encode())
        try:
            self.assertEqual(wire.response().status, 400)
        except Closed:
            self.fail("no answer to a bad request")
        proxy.stop()
        lines = log.read_text()
        self.assertGreaterEqual(len(lines.splitlines()), 10)
        for line in lines.splitlines():
            json.loads(line)
        entries = json.loads(har.read_text())["log"]["entries"]
        self.assertEqual(len(entries), len(lines.splitlines()))
        return {"standard output": proxy.out.text(), "standard error": proxy.err.text(), "JSON lines": lines,
                "HAR": har.read_text(),
                **self.what_was_kept(log, status)}

    def what_was_kept(self, log, status):
        """The ledger's bytes, and what the other commands make of it and of the log."""
        kept = {path.name: path.read_bytes().decode("latin-1") for path in (self.home / "state").rglob("ledger.db*")}
        self.assertIn("ledger.db", kept)
        commands = [("tokens",), ("tokens", "--json"), ("explain", log), ("explain", "--json", log),
                    ("explain", "--json", self.home / "all.har")]
        if status >= 400:
            commands += [("report", str(number)) for number in range(1, 29)]
        for command in commands:
            done = self.run_program(*command)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            kept[" ".join(map(str, command))] = done.stdout + done.stderr
        if status >= 400:
            self.assertIn("# A failing call", kept["report 1"])
        return kept

    def assert_no_canary(self, outputs):
        for name, text in outputs.items():
            for secret in ("canary", RAW_TOKEN, RAW_TOKEN[3:30], XPRV):
                forms = {secret, urllib.parse.quote(secret, safe=""), secret.encode().hex(),
                         base64.b64encode(secret.encode()).decode().rstrip("=")[:-1]}
                for form in forms:
                    found = text.lower().find(form.lower())
                    if found >= 0:
                        self.fail(f"{name} says …{text[max(0, found - 200):found + 80]}…")

    def test_successes(self):
        self.assert_no_canary(self.everything_said(200))

    def test_failures(self):
        outputs = self.everything_said(401)
        self.assert_no_canary(outputs)
        self.assertIn("visible", outputs["JSON lines"])

    def test_bad_requests(self):
        self.assert_no_canary(self.everything_said(400))

    def test_peers_cannot_write_to_the_terminal(self):
        """Control characters and line ends of peers are escaped in every output."""
        evil = "\x1b]0;owned\x07\x1b[31mred\r\nforged line \u202egnp"
        body = json.dumps({"error": evil, "name": evil}).encode()
        upstream = self.start_upstream(b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n"
                                       b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        proxy = self.start_proxy(upstream, "--verbose")
        proxy.exchange(b"GET /api/v2/wallets?x=%1b%0a HTTP/1.1\r\nHost: localhost\r\nX-A: \x80\xff\r\n\r\n", tls=False)
        proxy.entries(1)
        proxy.stop()
        for text in (proxy.out.text(), proxy.err.text()):
            for character in "\x1b\x07\r\u202e":
                self.assertNotIn(character, text)
        self.assertFalse(any(line.startswith("forged") for line in proxy.err.lines))

    def test_the_log_file_is_private(self):
        log = self.home / "private.jsonl"
        self.start_proxy(self.start_upstream(b""), "--log-json", log)
        self.assertEqual(log.stat().st_mode & 0o777, 0o600)
