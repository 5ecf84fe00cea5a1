"""why401 explain and why401 scenarios: what people have of a failure, explained without a proxy."""
import json
import os
import pty
import shutil
import subprocess
import unittest

from why401 import PROGRAM, RULE, SANITIZED, SANITIZER_REPORT, Case, environment

TOKEN = "v2x" + "1" * 64
PASSPHRASE = "correct-horse-battery"
OTP = "777777"
SECRETS = (TOKEN, "1" * 20, PASSPHRASE, OTP)
EXPIRED = {"error": "session expired", "name": "Unauthorized", "requestId": "c2mexample", "context": {}}

# The signals of the document, scenario by scenario, as its authors wrote them down.
SIGNALS = {
    "add-token-spending-limit-to-existing-key":
        "add token to API key, spending limit, 999999999999999999999, ERC20, new asset, v2x access token",
    "token-disappeared-unexpected-expiration":
        "token disappeared, token deleted, missing token, expired tokens, duration, access token gone",
    "401-unauthorized-no-access-token":
        "401, Unauthorized, No access token, invalidToken, noAccessToken, API tokens stopped working",
    "session-expired-error":
        "session expired, 401, Unauthorized, reqId, fund admin, NAV, Hedgeguard, spending limit surpassed",
    "scope-error-creating-token-via-api":
        "Access token lacks required scope, scope, create access token, v2/user/accesstoken, bitgo-test",
    "coin-not-enabled-for-account":
        "enable, contact support@bitgo.com, ungated, allowcoin, tbaseeth, ethx, token not enabled",
    "erc20-received-at-eth-address":
        "ERC20, receive, deposit, ETH wallet, same address, token, Arbitrum, ARBETH, network",
    "ui-error-creating-access-token":
        "create access token error, web UI, overlay closed, Microsoft Edge, webhook error, block webhook",
    "access-token-permissions-and-scopes":
        "permissions, scopes, wallet_view_all, wallet_spend_all, Full Administrative Access, Viewer, "
        "key endpoint",
    "token-enablement-algo-hbar-sol":
        "token enablement, ALGO, HBAR, SOL, enabletoken, TxRequest, sendtomany",
    "finding-access-token-in-ui":
        "access token, developer portal, where to find, Developer Options, Enterprise Settings",
    "password-error-ccm-tag":
        "password error, ccm, tag doesn't match, sendmany, 400",
    "test-erc-token-minting":
        "test, Holesky, BGERCH, testnet, mint, ERC Token, test token",
}


def entry(status, body, *, path="/api/v2/user/session", token=TOKEN, minute=0, sent=None):
    """An entry of a HAR."""
    headers = [{"name": "Authorization", "value": f"Bearer {token}"}] if token else []
    request = {"method": "POST" if sent else "GET", "url": "https://app.bitgo-test.com" + path,
               "httpVersion": "HTTP/1.1", "headers": headers}
    if sent:
        request["postData"] = {"mimeType": "application/json", "text": json.dumps(sent)}
    return {"startedDateTime": f"2026-11-24T09:{minute:02}:00.000Z", "time": 12, "request": request,
            "response": {"status": status, "statusText": "", "headers": [],
                         "content": {"mimeType": "application/json", "text": json.dumps(body)}}}


def har(*entries):
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "test"}, "entries": entries}})


def transcript(body):
    return (f"$ curl -v -d '{{\"otp\":\"{OTP}\"}}' https://app.bitgo.com/api/v2/user/unlock\n"
            "* SSL connection using TLSv1.3\n"
            f"> POST /api/v2/user/unlock?access_token={TOKEN} HTTP/1.1\r\n"
            "> Host: app.bitgo.com\r\n"
            f"> Authorization: Bearer {TOKEN}\r\n"
            f"> X-Bitgo-Otp: {OTP}\r\n> \r\n"
            "< HTTP/1.1 401 Unauthorized\r\n< Date: Tue, 24 Nov 2026 09:15:03 GMT\r\n< \r\n"
            f"{json.dumps(body)}* Connection #0 to host app.bitgo.com left intact\n")


def sdk_error(result):
    return ("ApiResponseError: session expired\n    at handle (/app/util.js:12:3) {\n"
            f"  status: 401,\n  result: {result},\n  invalidToken: true,\n  needsOTP: false,\n"
            f"  req: {{ headers: {{ authorization: 'Bearer {TOKEN}' }}, passphrase: '{PASSPHRASE}' }}\n}}\n")


class ExplainCase(Case):
    def explain(self, text, *args, code=0):
        """Explains the text on standard input; returns what was said, on both outputs."""
        data = text.encode() if isinstance(text, str) else text
        done = self.run_command(PROGRAM, "explain", *args, data=data)
        said = done.stdout.decode(), done.stderr.decode()
        self.assertNotRegex(said[1], SANITIZER_REPORT)
        self.assertEqual(done.returncode, code, said)
        return said

    def explain_json(self, text, *args, code=0):
        lines = self.explain(text, "--json", *args, code=code)[0].splitlines()
        objects = [json.loads(line) for line in lines]
        for each in objects:
            self.assertEqual((each["v"], each["type"]), (1, "explanation"))
        return objects

    def first(self, text):
        """The short id of the best explanation of the only failure in it."""
        only, = self.explain_json(text)
        return only["explanations"][0]["id"].removeprefix(RULE)


class Inputs(ExplainCase):
    def test_as_much_is_read_as_fits_into_some_hundred_mib(self):
        """What is left out is said; what would take many times its size as a tree is refused."""
        ours = json.dumps({"v": 1, "type": "exchange", "method": "GET", "target": "/", "status": 400})
        for kind, text in (("har", json.dumps({"log": {"entries": [entry(200, {})] * 100000}})),
                           ("curl", "> GET / HTTP/1.1\n" * 2 + "> GET / HTTP/1.1\n>\n< HTTP/1.1 200 OK\n<\n" * 100000),
                           ("lines", (ours + "\n") * 100000)):
            with self.subTest(kind):
                done = self.explain_within(text)
                self.assertIn("standard input: only the first 20000 exchanges in it were read\n", done.stderr.decode())
        for text in ('{"log":{"entries":[' + "{}," * 9000000 + "{}]}}", ours + "\n{" + '"a":[[],[]],' * 2000000):
            done = self.explain_within(text)
            self.assertEqual(done.returncode, 2, done.stderr[:300])
            self.assertIn(b"has more than 3000000 JSON values", done.stderr)

    def explain_within(self, text):
        limit = [] if SANITIZED else ["prlimit", f"--data={600 << 20}"]
        done = subprocess.run([*limit, PROGRAM, "explain", "--json"], input=text.encode(), capture_output=True,
                              cwd=self.home, env=environment(self.home), timeout=120, check=False)
        self.assertNotRegex(done.stderr.decode(), SANITIZER_REPORT)
        return done

    def test_calls_of_a_file_count_for_the_rate_when_they_were_made(self):
        for begun, near in ((lambda i: f"2026-11-24T09:00:{i // 10:02}Z", True), (lambda i: "", False),
                            (lambda i: f"2026-11-24T{i // 60:02}:{i % 60:02}:00Z", False)):
            calls = [entry(429 if i == 287 else 200, {"error": "too many"}) for i in range(288)]
            for i, one in enumerate(calls):
                one["startedDateTime"] = begun(i)
            with self.subTest(begun(0)):
                shown, _ = self.explain(json.dumps({"log": {"entries": calls}}), "--json")
                self.assertEqual("rate.near" in shown, near, shown)

    def test_every_scenario_answers_to_its_signals(self):
        for scenario, signals in SIGNALS.items():
            with self.subTest(scenario):
                self.assertEqual(self.first(signals), scenario)

    def test_each_kind_is_recognised(self):
        literal = "{ error: 'session expired', name: 'Unauthorized', requestId: 'c2mexample', context: {} }"
        inputs = {
            "body": json.dumps(EXPIRED),
            "sdk-error": sdk_error(literal),
            "curl": transcript(EXPIRED),
            "har": har(entry(401, EXPIRED)),
            "text": "our fund admin gets session expired",
        }
        for kind, text in inputs.items():
            with self.subTest(kind):
                only, = self.explain_json(text)
                self.assertEqual(only["input"], kind)
                best = only["explanations"][0]
                self.assertEqual(best["id"], RULE + "session-expired-error")
                self.assertTrue(best["evidence"] and best["steps"] and best["support_send"])
                if kind != "text":
                    self.assertEqual((only["status"], only["request_id"]), (401, "c2mexample"))
                page = self.explain(text)[0]
                for part in (best["title"], best["id"], best["confidence"], "What to do", "Send support",
                             "Ask support"):
                    self.assertIn(part, page)

    def test_what_is_not_known_is_not_made_up(self):
        only, = self.explain_json(json.dumps(EXPIRED))
        self.assertIsNone(only["time"])
        self.assertIsNone(only["duration_us"])
        self.assertIn("input.status-assumed", [finding["id"] for finding in only["findings"]])
        page = self.explain(json.dumps(EXPIRED))[0]
        self.assertNotIn("1970", page)
        self.assertIn("tells no status", page)

    def test_every_failing_entry_of_a_har_is_explained_in_order(self):
        gate = {"error": "To enable tbaseeth:xsgd for your account, contact support@bitgo.com"}
        text = har(entry(200, {"session": {}}), entry(401, EXPIRED, minute=1),
                   entry(400, gate, path="/api/v2/tbaseeth:xsgd/wallet", minute=2), entry(200, {}, minute=3))
        found = self.explain_json(text)
        self.assertEqual([each["explanations"][0]["id"].removeprefix(RULE) for each in found],
                         ["session-expired-error", "coin-not-enabled-for-account"])
        self.assertEqual([each["id"] for each in found], [2, 3])
        self.assertEqual(found[1]["time"], "2026-11-24T09:02:00.000Z")
        self.assertEqual(found[1]["host"], "app.bitgo-test.com")

    def test_evidence_of_a_bearer_is_not_taken_for_one(self):
        body = {"error": "No access token", "name": "Unauthorized"}
        only, = self.explain_json(har(entry(401, body)))
        self.assertIn("A bearer was sent", only["explanations"][0]["evidence"][0])

    def test_a_har_without_credentials_says_so(self):
        body = {"error": "No access token", "name": "Unauthorized"}
        only, = self.explain_json(har(entry(401, body, token=None)))
        self.assertIn("input.no-credentials", [finding["id"] for finding in only["findings"]])

    def test_real_curl_is_understood(self):
        mock = self.start_mock()
        done = self.run_command(shutil.which("curl"), "-v", "--cacert", mock.ca,
                                f"{mock.url}/api/v2/user/me")
        for text in (done.stderr + done.stdout, done.stdout):
            only, = self.explain_json(text)
            self.assertEqual(only["explanations"][0]["id"], RULE + "401-unauthorized-no-access-token")
        only, = self.explain_json(done.stderr + done.stdout)
        self.assertEqual((only["input"], only["method"], only["target"]), ("curl", "GET", "/api/v2/user/me"))
        self.assertEqual(only["explanations"][0]["confidence"], "certain")

    @unittest.skipUnless(shutil.which("node"), "there is no node")
    def test_what_node_prints_is_understood(self):
        script = f"""
            class ApiResponseError extends Error {{}}
            const result = {json.dumps(EXPIRED)};
            const rest = {{ status: 401, result, invalidToken: true, needsOTP: false }};
            console.error(Object.assign(new ApiResponseError('session expired'), rest));"""
        printed = self.run_command(shutil.which("node"), "-e", script).stderr
        only, = self.explain_json(printed)
        self.assertEqual((only["input"], only["status"]), ("sdk-error", 401))
        self.assertEqual(only["request_id"], "c2mexample")
        self.assertEqual(only["explanations"][0]["id"], RULE + "session-expired-error")

    def test_our_own_lines_say_what_they_said(self):
        mock = self.start_mock()
        proxy = self.start_proxy(mock)
        known = "v2x" + "1" * 64
        for request in (b"GET /api/v2/user/me HTTP/1.1\r\nHost: localhost\r\n\r\n",
                        b"GET /api/v2/ping HTTP/1.1\r\nHost: localhost\r\n\r\n",
                        b"GET /api/v2/no/such/route HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                        + known.encode() + b"\r\n\r\n"):
            proxy.exchange(request)
        lines = proxy.entries(3)
        failing = [line for line in lines if line["status"] >= 400]
        found = self.explain_json("\n".join(map(json.dumps, lines)))
        for then, now in zip(failing, found, strict=True):
            self.assertEqual(now["input"], "lines")
            for member in ("id", "time", "method", "target", "status", "token", "source", "request_id"):
                self.assertEqual(now[member], then[member], member)
            self.assertEqual([finding["id"] for finding in now["findings"]],
                             [finding["id"] for finding in then["findings"]])
            self.assertEqual([each["id"] for each in now["explanations"]],
                             [each["id"] for each in then["explanations"]])


class Secrets(ExplainCase):
    def test_no_output_has_a_secret(self):
        leaky = {"error": f"session expired for Bearer {TOKEN}", "name": "Unauthorized",
                 "context": {"walletPassphrase": PASSPHRASE, "otp": OTP, "token": TOKEN}}
        line = {"v": 1, "type": "exchange", "id": 1, "time": "2026-11-24T09:15:03.123Z", "method": "GET",
                "target": f"/api/v2/user/me?access_token={TOKEN}", "host": f"{TOKEN}.example", "status": 401,
                "maker": "upstream", "findings": [{"id": "a.b", "severity": "problem",
                                                   "evidence": f"It was Bearer {TOKEN}."}],
                "request_fields": {"authorization": f"Bearer {TOKEN}"}, "body": json.dumps(leaky)}
        inputs = {
            "body": json.dumps(leaky),
            "cut": json.dumps(leaky)[:-3],
            "sdk-error": sdk_error(f"{{ error: 'session expired', context: {{ otp: '{OTP}', token: '{TOKEN}', "
                                   f"passphrase: '{PASSPHRASE}' }} }}"),
            "sdk-json": json.dumps({"status": 401, "result": leaky, "invalidToken": True}),
            "curl": transcript(leaky),
            "har": har(entry(401, leaky, path=f"/api/v2/user/unlock?token={TOKEN}",
                             sent={"otp": OTP, "passphrase": PASSPHRASE})),
            "lines": json.dumps(line),
            "text": f"session expired with token {TOKEN} and passphrase: {PASSPHRASE}, otp={OTP} session expired",
            "said": f"password {PASSPHRASE} error, and the token {TOKEN} disappeared",
            "page": f"<html><title>401 session expired</title>Bearer {TOKEN} password={PASSPHRASE} otp={OTP}",
            "unknown": f"what is this: Bearer {TOKEN} password={PASSPHRASE} otp={OTP}",
            "unsaid": f"it is about my password {PASSPHRASE}",
            "broken": '{"token": ' + TOKEN + ', "passphrase": "' + PASSPHRASE + '"}',
        }
        codes = {"unknown": 1, "unsaid": 1, "broken": 2}
        for kind, text in inputs.items():
            for args in ((), ("--json",)):
                with self.subTest(kind, args=args):
                    said = "".join(self.explain(text, *args, code=codes.get(kind, 0)))
                    for secret in SECRETS:
                        self.assertNotIn(secret, said)

    def test_no_terminal_is_taken_over(self):
        said = self.explain(json.dumps({"error": "session expired \x1b[2J\u202e"}))[0]
        self.assertNotIn("\x1b", said)
        self.assertNotIn("\u202e", said)


class Ends(ExplainCase):
    def test_nothing_matched(self):
        out, err = self.explain("the weather is fine", code=1)
        self.assertEqual(out, "")
        only, = self.explain_json("the weather is fine", code=1)
        self.assertEqual((only["input"], only["explanations"]), ("text", []))
        self.assertIn("no known scenario matches", err)
        self.assertIn("why401 scenarios", err)
        out, err = self.explain(har(entry(200, {}), entry(200, {})), code=1)
        self.assertEqual(out, "")
        self.assertIn("nothing in it failed; 2 exchanges were read", err)
        only, = self.explain_json(json.dumps({"error": "teapot", "status": 418}), code=1)
        self.assertEqual(only["explanations"], [])

    def test_bad_input(self):
        for data, told in ((b"", "standard input is empty"), (b"\x89PNG\r\n\x1a\n\0", "is binary"),
                           (b"\xff\xfea\0", "UTF-16"), (b'{"a": 1,\n  oops}', "line 2, column"),
                           (b'{"log": {"entries": [{}]}}', "log.entries[0].request"),
                           (b'{"v":1,"type":"exchange"}\n{', "line 2")):
            with self.subTest(told):
                out, err = self.explain(data, code=2)
                self.assertEqual(out, "")
                self.assertIn(told, err)

    def test_bad_files(self):
        large = self.home / "large.txt"
        with open(large, "wb") as file:
            file.truncate((64 << 20) + 1)
        for path, told in ((self.home / "none", "No such file"), (self.home, "is a folder"), (large, "64 MiB")):
            done = self.run_program("explain", path)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(told, done.stderr)
            self.assertIn(path.name, done.stderr)

    def test_files_and_command_line(self):
        path = self.home / "answer.json"
        path.write_text(json.dumps(EXPIRED))
        self.assertIn("session-expired-error", self.run_program("explain", path).stdout)
        for args, told in ((("a", "b"), "takes one FILE"), (("--nonsense",), "has no flag"),
                           ((path, "--rules", self.home / "none"), "none")):
            done = self.run_program("explain", *args)
            self.assertEqual(done.returncode, 2)
            self.assertIn(told, done.stderr)

    def test_rules_of_ones_own(self):
        folder = self.home / "rules"
        folder.mkdir()
        (folder / "mine.json").write_text(json.dumps({
            "id": "mine#teapot", "title": "It is a teapot", "meaning": "m", "signals": ["teapot"],
            "match": [{"confidence": "certain", "all": [{"status": 418}]}], "steps": ["s"],
            "support": {"send": ["a"], "ask": ["b"]}, "links": ["https://example.com"]}))
        only, = self.explain_json(json.dumps({"error": "t", "status": 418}), "--rules", str(folder))
        self.assertEqual(only["explanations"][0]["id"], "mine#teapot")

    def test_nobody_waits_at_a_terminal(self):
        primary, secondary = pty.openpty()
        done = subprocess.run([PROGRAM, "explain"], stdin=secondary, capture_output=True, text=True,
                              timeout=120, cwd=self.home, env=environment(self.home), check=False)
        os.close(primary)
        os.close(secondary)
        self.assertEqual(done.returncode, 2)
        self.assertIn("why401 explain FILE", done.stderr)


class Scenarios(ExplainCase):
    def test_the_table_has_all(self):
        done = self.run_program("scenarios")
        self.assertEqual(done.returncode, 0, done.stderr)
        for scenario in SIGNALS:
            self.assertIn(RULE + scenario, done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 100)

    def test_one_is_shown_whole(self):
        done = self.run_program("scenarios", "--json")
        for rule in map(json.loads, done.stdout.splitlines()):
            for name in (rule["id"], rule["id"].split("#")[1]):
                page = " ".join(self.run_program("scenarios", name).stdout.replace("│", " ").split())
                for text in (rule["title"], rule["id"], rule["meaning"], *rule["steps"],
                             *rule["support_send"], *rule["support_ask"], *rule["links"]):
                    self.assertIn(" ".join(text.split()), page)

    def test_an_unknown_one_gets_a_suggestion(self):
        for typed, meant in (("session-expird-error", "session-expired-error"),
                             ("password-error", "password-error-ccm-tag")):
            done = self.run_program("scenarios", typed)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"did you mean {meant}?", done.stderr)
        done = self.run_program("scenarios", "zzzzzzzzzzzz")
        self.assertEqual(done.returncode, 2)
        self.assertIn("'why401 scenarios' lists", done.stderr)
