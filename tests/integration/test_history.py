"""Histories: what one answer alone cannot tell. Each is played through the real proxy and the mock."""
import json
import signal

from why401 import RULE, Case

GOOD, LOGIN, MADE = 0, 1, 7  # the digit of the mock's made-up tokens, as `why401 mock` lists them
WALLET = "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f"
TOKENS = "/api/v2/user/accesstoken"
MADE_ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f1"
EXPIRED = RULE + "token-disappeared-unexpected-expiration"
SESSION = RULE + "session-expired-error"


def token(digit):
    return "v2x" + str(digit) * 64


class History(Case):
    def setUp(self):
        super().setUp()
        self.mock = self.start_mock()
        self.count = 0

    def start_life(self, *args, config=None):
        self.proxy = self.start_proxy(self.mock, *args, config=config)
        self.count = 0

    def call(self, method, path, digit, body=None, fields=()):
        """One call with a token of the mock. Returns what the log says of it."""
        data = json.dumps(body).encode() if body is not None else b""
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token(digit)}",
                 f"Content-Length: {len(data)}", "Connection: close", *fields]
        self.status = self.proxy.exchange("\r\n".join(lines).encode() + b"\r\n\r\n" + data).status
        self.count += 1
        return self.proxy.entries(self.count)[-1]

    def make(self, days_ago=0, **asked):
        body = {"label": "batch", "otp": "0000000", "scope": ["wallet_view_all"], **asked}
        entry = self.call("POST", TOKENS, LOGIN, body, (f"X-Mock-Days-Ago: {days_ago}",))
        self.assertEqual(self.status, 200)
        return entry

    def evidence(self, entry, finding):
        found = [f["evidence"] for f in entry["findings"] if f["id"] == finding]
        self.assertTrue(found, f"no {finding} in {[f['id'] for f in entry['findings']]}")
        return found[0]

    def explained(self, entry, scenario, confidence):
        best = entry["explanations"][0]
        self.assertEqual((best["id"], best["confidence"]), (scenario, confidence))
        return " ".join(best["evidence"])

    def test_a_duration_in_seconds_is_warned_of_with_its_date(self):
        self.start_life()
        entry = self.make(duration=572522.211)
        said = " ".join(f["evidence"] for f in entry["findings"] if f["id"].startswith("creation."))
        self.assertIn("6.6 days", said)
        self.assertRegex(said, r"20\d\d-\d\d-\d\d \d\d:\d\d UTC")

    def test_an_expired_token_is_told_with_its_reason(self):
        self.start_life()
        self.make(duration=572522.211, days_ago=8)
        entry = self.call("GET", WALLET, MADE)
        self.assertEqual(self.status, 401)
        said = self.explained(entry, EXPIRED, "certain")
        self.assertIn("expired on", said)
        self.assertIn("572522.211 seconds", said)

    def test_memory_survives_kill_9(self):
        self.start_life()
        self.make(duration=572522.211, days_ago=8)
        self.proxy.signal(signal.SIGKILL)
        self.proxy.wait()
        self.start_life()
        self.explained(self.call("GET", WALLET, MADE), EXPIRED, "certain")

    def test_a_token_deleted_by_hand_is_told_from_an_expired_one(self):
        self.start_life()
        self.make(duration=315360000)
        self.call("GET", WALLET, MADE)
        self.assertEqual(self.status, 200)
        self.call("DELETE", f"{TOKENS}/{MADE_ID}", LOGIN)
        entry = self.call("GET", WALLET, MADE)
        self.assertEqual(self.status, 401)
        self.assertIn("deleted", self.evidence(entry, "token.deleted"))
        self.assertIn("deleted", self.explained(entry, EXPIRED, "certain"))
        self.assertIn("deleted", entry["explanations"][0]["title"])

    def test_a_spent_limit_is_the_reason_of_a_session_expired(self):
        self.start_life()
        self.make(duration=315360000, spendingLimits=[{"coin": "tbtc", "txValueLimit": "1000"}])
        self.call("POST", WALLET + "/tx/send", MADE, {"txHex": "00"})
        self.assertEqual(self.status, 200)
        self.call("GET", TOKENS, LOGIN)  # the list shows what has been spent
        entry = self.call("GET", WALLET, MADE)
        self.assertEqual(self.status, 401)
        self.assertIn("limit", self.explained(entry, SESSION, "certain"))
        self.evidence(entry, "token.limit-spent")

    def test_another_address_is_said_before_the_answer_and_confirmed_after(self):
        self.start_life(config={"source_ip": {"egress_ip": "203.0.113.9"}})
        self.make(duration=315360000, ipRestrict=["198.51.100.0/24"])
        entry = self.call("GET", WALLET, MADE)
        self.assertEqual(self.status, 401)
        before = self.proxy.err.wait_match(r"on its way, GET .*203\.0\.113\.9")
        self.assertIsNotNone(before)
        said = self.evidence(entry, "token.ip-not-allowed")
        self.assertIn("198.51.100.0/24", said)
        self.assertIn("IP", entry["answer"]["error"])
        self.assertIsNotNone(self.proxy.err.wait_match(r"\[401\] GET"))
        text = self.proxy.err.text()
        self.assertLess(text.index("on its way"), text.index("[401] GET"))

    def test_unlocking_a_token_with_limits_is_warned_of_on_the_way(self):
        self.start_life()
        self.make(duration=315360000, spendingLimits=[{"coin": "tbtc", "txValueLimit": "1000"}])
        self.call("POST", "/api/v2/user/unlock", MADE, {"otp": "0000000", "duration": 600})
        self.assertIsNotNone(self.proxy.err.wait_match(r"on its way, POST .*limits"))

    def test_tokens_lists_what_was_learned(self):
        self.start_life()
        self.make(duration=315360000, ipRestrict=["127.0.0.0/24"])
        self.call("GET", WALLET, MADE)
        self.call("GET", WALLET, GOOD)
        self.proxy.stop()
        done = self.run_program("tokens", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        made = [row for row in json.loads(done.stdout) if row["label"] == "batch"]
        self.assertEqual(len(made), 1)
        self.assertEqual(made[0]["scopes"], ["wallet_view_all"])
        self.assertEqual(made[0]["ip_restrict"], "127.0.0.0/24")
        self.assertEqual(made[0]["successes"], 1)
        self.assertEqual(len(made[0]["fingerprint"]), 16)
        table = self.run_program("tokens")
        self.assertEqual(table.returncode, 0)
        self.assertIn("batch", table.stdout)
        for digit in (GOOD, LOGIN, MADE):
            self.assertNotIn(token(digit), done.stdout + table.stdout)

    def test_report_is_what_support_asks_for(self):
        self.start_life()
        self.make(duration=572522.211, days_ago=8)
        self.call("GET", WALLET + "?access_token=" + token(MADE), MADE)
        self.assertEqual(self.status, 401)
        self.proxy.stop()
        path = self.home / "report.md"
        done = self.run_program("report", "--last", "--out", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        text = path.read_text()
        for part in ("# A failing call", "Environment", WALLET, "`401`", "requestId", "unauthorized", EXPIRED,
                     "Token label", "572522.211", "What was removed", "`target`"):
            self.assertIn(part, text)
        self.assertNotIn(token(MADE), text)
        again = self.run_program("report", "--last", "--out", path)
        self.assertEqual(again.returncode, 1)
        self.assertEqual(self.run_program("report", "2").returncode, 0)
        self.assertIn("no failing exchange with the id 77", self.run_program("report", "77").stderr)
        self.assertEqual(self.run_program("report").returncode, 2)

    def test_an_answer_does_not_get_out_of_its_fence_in_a_report(self):
        ticks = "`" * 400
        body = f'{{"error":"no"}}\n{ticks}\n# Forged\n'.encode()
        upstream = self.start_upstream(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        proxy = self.start_proxy(upstream)
        proxy.exchange(b"GET /api/v2/user/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        proxy.entries(1)
        proxy.stop()
        text = self.run_program("report", "--last").stdout
        self.assertRegex(text, rf"(?m)^(`{{401,}})\n[^`]*\n{ticks}\n# Forged\n[^`]*^\1$")

    def test_no_ledger_writes_nothing(self):
        self.start_life("--no-ledger")
        self.make(duration=572522.211, days_ago=8)
        self.explained(self.call("GET", WALLET, MADE), EXPIRED, "certain")
        self.assertFalse((self.home / "state").exists())
        done = self.run_program("tokens")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no ledger yet", done.stderr)
