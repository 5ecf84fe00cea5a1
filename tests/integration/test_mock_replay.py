"""why401 mock with routes of a test suite's own: fixtures, recorded traffic, scenarios by name; called by
curl, by Python's urllib, and by BitGo's own signing library on Node."""
import base64
import json
import os
import pathlib
import shutil
import ssl
import unittest
import urllib.error
import urllib.request

import test_sdk
from why401 import RULE, Case

WALLET = "/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f"
GOOD, SPENT, STRANGER = "0", "4", "a"  # digits of made-up tokens; the last is not the mock's
SESSION = RULE + "session-expired-error"


def bearer(digit):
    return {"Authorization": "Bearer v2x" + digit * 64}


def entry(method, path, status, text, *, sent_token=True, headers=(), encoding=None):
    """One of a HAR's entries, as what records traffic writes it."""
    content = {"size": len(text), "mimeType": "application/json", "text": text}
    if encoding:
        content["encoding"] = encoding
    fields = [{"name": "Authorization", "value": "Bearer [redacted]"}] if sent_token else []
    return {"startedDateTime": "2026-11-23T10:00:00.000Z", "time": 12,
            "request": {"method": method, "url": "https://app.bitgo-test.com" + path, "httpVersion": "HTTP/1.1",
                        "headers": fields, "queryString": [], "cookies": [], "headersSize": -1, "bodySize": -1},
            "response": {"status": status, "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
                         "headers": [{"name": "Content-Type", "value": "application/json"},
                                     {"name": "Content-Encoding", "value": "gzip"}, *headers],
                         "content": content, "redirectURL": "", "headersSize": -1, "bodySize": -1},
            "cache": {}, "timings": {"send": 1, "wait": 10, "receive": 1}}


class MockCase(Case):
    def write_har(self, *entries):
        path = self.home / "recorded.har"
        path.write_text(json.dumps({"log": {"version": "1.2", "creator": {"name": "t", "version": "1"},
                                            "entries": entries}}))
        return path

    def write_fixture(self, name, request, response):
        folder = self.home / "fixtures"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps({"request": request, "response": response}))
        return folder

    def call(self, program, path, *, method="GET", headers=None, data=None):
        """One call with urllib. Returns status, fields and body."""
        context = ssl.create_default_context(cafile=program.ca)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}),
                                             urllib.request.HTTPSHandler(context=context))
        request = urllib.request.Request(program.url + path, method=method, headers=headers or {}, data=data)
        try:
            with opener.open(request, timeout=30) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def error(self, *args, **kwargs):
        status, _, body = self.call(*args, **kwargs)
        return status, json.loads(body)["error"]


class Fixtures(MockCase):
    def test_routes_of_files(self):
        self.write_fixture("any.json", {"method": "GET", "path": "/api/v2/{coin}/wallet/{id}"},
                           {"status": 200, "body": {"id": "any"}})
        folder = self.write_fixture("hello.json", {"method": "GET", "path": "/hello", "bearer": "none"},
                                    {"status": 201, "headers": {"X-Seen": "yes"}, "text": "hello\n"})
        mock = self.start_mock("--fixtures", folder)
        self.assertIsNotNone(mock.err.wait_match(rf"fixtures: +2 of {folder}"))
        self.assertEqual(json.loads(self.call(mock, WALLET, headers=bearer(GOOD))[2]), {"id": "any"})
        self.assertEqual(self.error(mock, WALLET), (401, "No access token"))
        self.assertEqual(self.error(mock, WALLET, headers=bearer(SPENT)), (401, "session expired"))
        self.assertEqual(self.call(mock, "/api/v2/ping")[0], 200)
        done = self.run_command("curl", "-sS", "-i", "--cacert", mock.ca, mock.url + "/hello")
        self.assertEqual(done.returncode, 0, done.stderr)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        self.assertEqual(head.split(b"\r\n")[0], b"HTTP/1.1 201 Created")
        self.assertIn(b"X-Seen: yes", head)
        self.assertEqual(body, b"hello\n")

    def test_a_mistake_is_told_and_nothing_is_started(self):
        folder = self.write_fixture("bad.json", {"method": "GET", "path": "/a"}, {"status": "200"})
        done = self.run_program("mock", "--fixtures", folder)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"{folder}/bad.json: response.status: found a string, expected an integer", done.stderr)


class Replay(MockCase):
    def test_recorded_answers_in_order(self):
        packed = base64.b64encode(b"\x00\x01binary").decode()
        mock = self.start_mock("--replay", self.write_har(
            entry("GET", WALLET, 200, '{"balanceString":"1"}'),
            entry("GET", WALLET, 200, '{"balanceString":"2"}'),
            entry("POST", WALLET + "/tx/build", 400, '{"error":"insufficient balance"}'),
            entry("GET", "/logo", 200, packed, sent_token=False, encoding="base64")))
        answers = [json.loads(self.call(mock, WALLET, headers=bearer(digit))[2])["balanceString"]
                   for digit in (GOOD, STRANGER, GOOD)]
        self.assertEqual(answers, ["1", "2", "2"])
        self.assertEqual(self.error(mock, WALLET), (401, "No access token"))
        self.assertEqual(self.error(mock, WALLET + "/tx/build", method="POST", headers=bearer(GOOD), data=b"{}"),
                         (400, "insufficient balance"))
        status, fields, body = self.call(mock, "/logo")
        self.assertEqual((status, body), (200, b"\x00\x01binary"))
        self.assertNotIn("Content-Encoding", fields)
        # What was not recorded is as ever.
        self.assertEqual(self.call(mock, "/api/v2/user/me", headers=bearer(GOOD))[0], 200)
        self.assertEqual(self.error(mock, "/api/v2/user/me", headers=bearer(STRANGER)), (401, "unauthorized"))

    def test_what_is_no_har(self):
        path = self.home / "recorded.har"
        path.write_text('{"error":"No access token"}')
        done = self.run_program("mock", "--replay", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("recorded.har: found no HAR", done.stderr)


class Scenario(MockCase):
    def test_the_proxy_explains_what_the_mock_shows(self):
        mock = self.start_mock("--scenario", "session-expired-error")
        proxy = self.start_proxy(mock)
        self.assertEqual(self.error(proxy, WALLET, headers=bearer(GOOD)), (401, "session expired"))
        self.assertEqual(self.call(proxy, "/api/v2/ping")[0], 200)
        self.assertEqual(proxy.entries(1)[0]["explanations"][0]["id"], SESSION)

    def test_a_request_names_its_own(self):
        mock = self.start_mock()
        named = {**bearer(GOOD), "X-Mock-Scenario": "bitgo#rate-limited"}
        self.assertEqual(self.error(mock, WALLET, headers=named), (429, "Too many requests, slow down!"))
        status, text = self.error(mock, WALLET, headers={"X-Mock-Scenario": "nothing-such"})
        self.assertEqual(status, 400)
        self.assertIn(SESSION, text)

    def test_the_config_has_it_too_and_flags_win(self):
        config = self.write_config({"mock": {"scenario": "needs-unlock"}})
        mock = self.start_mock("--config", config)
        self.assertEqual(self.error(mock, WALLET, headers=bearer(GOOD)), (401, "needs unlock"))
        mock = self.start_mock("--config", config, "--scenario", "session-expired-error")
        self.assertEqual(self.error(mock, WALLET, headers=bearer(GOOD)), (401, "session expired"))

    def test_a_name_that_is_none(self):
        done = self.run_program("mock", "--scenario", "session-expired-eror")
        self.assertEqual(done.returncode, 2)
        self.assertIn("did you mean session-expired-error?", done.stderr)


@unittest.skipUnless(shutil.which("npm"), "npm is not installed")
class SignedForTheSdk(MockCase):
    def test_replayed_answers_and_fixtures_verify(self):
        folder = pathlib.Path(os.environ["WHY401_BUILD"]) / "node"
        test_sdk.install(folder)
        fixtures = self.write_fixture("session.json", {"method": "GET", "path": "/api/v2/user/session"},
                                      {"status": 200, "body": {"session": {"label": "“written”"}}})
        har = self.write_har(
            entry("POST", "/api/v2/user/login", 200, '{"access_token":"[redacted]"}', sent_token=False),
            entry("GET", "/api/v2/user/me", 200, '{"user":{"id":"recorded"}}',
                  headers=[{"name": "hmac", "value": "0" * 64}, {"name": "timestamp", "value": "1"}]),
            entry("GET", "/api/v2/tbtc/wallet?limit=25&prevId=a%20b", 200, '{"wallets":["ü"]}'),
            entry("POST", "/api/v2/user/unlock", 202, '{"unlocked":true}'))
        mock = self.start_mock("--fixtures", fixtures, "--replay", har)
        done = self.run_command("node", folder / "client.js", mock.url, env={"NODE_EXTRA_CA_CERTS": str(mock.ca)})
        self.assertEqual(done.returncode, 0, done.stderr)
        calls = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(len(calls), 9)
        for call in calls[:-1]:
            self.assertEqual((call["status"], call["valid"]), (202 if "unlock" in call["call"] else 200, True), call)
        self.assertEqual(calls[-1]["status"], 401)
