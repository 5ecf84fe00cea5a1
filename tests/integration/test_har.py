"""--har FILE: a HAR 1.2 of everything that passed, without secrets, whole at every moment."""
import gzip
import json
import os
import random
import stat
import threading
import time

import har
from why401 import RULE, SANITIZED, Case
from wire import PATIENCE, Closed

TOKEN = "v2x" + "6" * 64
JSON = b"HTTP/1.1 %d Said\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s"


def answer(status, body, more=b""):
    return JSON % (status, more, len(body), body)


class HarCase(Case):
    def setUp(self):
        super().setUp()
        self.file = self.home / "all.har"

    def read(self):
        text = self.file.read_text()
        self.assertTrue(text.endswith("\n]}}\n"))
        return har.check(json.loads(text))

    def proxied(self, script, *requests, **options):
        """The entries of a run that saw the requests, in their order."""
        proxy = self.start_proxy(self.start_upstream(script), "--har", self.file, **options)
        for request in requests:
            proxy.exchange(request, tls=False)
        proxy.entries(len(requests))
        proxy.stop()
        return self.read()


class Content(HarCase):
    def test_an_exchange(self):
        body = json.dumps({"error": "No access token", "name": "Unauthorized", "requestId": "c2mexample"}).encode()
        sent = b'{"label":"x","amount":100.10,"otp":"777777"}'
        entry, = self.proxied(
            answer(401, body, b"Set-Cookie: sid=hidden; Path=/a; HttpOnly; Secure\r\nLocation: /there\r\n"),
            b"POST /api/v2/tbtc/wallet/x/sendcoins?token=hidden&note=a%%20b+c&empty HTTP/1.1\r\nHost: localhost\r\n"
            b"Cookie: a=hidden; b=hidden\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (len(sent), sent))
        request, response, why = entry["request"], entry["response"], entry["_why401"]
        self.assertEqual(request["method"], "POST")
        self.assertRegex(request["url"], r"^http://127\.0\.0\.1:\d+/api/v2/tbtc/wallet/x/sendcoins"
                                         r"\?token=\[redacted\]&note=a%20b\+c&empty$")
        self.assertEqual(request["queryString"], [{"name": "token", "value": "[redacted]"},
                                                  {"name": "note", "value": "a b c"}, {"name": "empty", "value": ""}])
        self.assertEqual(request["cookies"], [{"name": name, "value": "[redacted]"} for name in "ab"])
        self.assertEqual(request["postData"], {"mimeType": "application/json", "params": [],
                                               "text": '{"label":"x","amount":100.10,"otp":"[redacted]"}'})
        self.assertEqual(request["bodySize"], len(sent))
        self.assertEqual([field["name"] for field in request["headers"]],
                         ["Host", "Cookie", "Content-Type", "Content-Length"])
        self.assertEqual((response["status"], response["statusText"]), (401, "Said"))
        self.assertEqual(response["cookies"], [{"name": "sid", "value": "[redacted]", "path": "/a", "httpOnly": True,
                                                "secure": True}])
        self.assertEqual(response["redirectURL"], "/there")
        self.assertEqual(response["content"], {"mimeType": "application/json", "size": len(body),
                                               "text": body.decode()})
        self.assertEqual(entry["serverIPAddress"], "127.0.0.1")
        self.assertIn(f":{entry['connection']}/", request["url"])
        self.assertEqual(why["explanations"][0]["id"], RULE + "401-unauthorized-no-access-token")
        self.assertEqual((why["id"], why["outcome"], why["maker"], why["error"]), (1, "complete", "upstream", None))
        self.assertIn("bearer.missing", [finding["id"] for finding in why["findings"]])
        self.assertNotIn("hidden", self.file.read_text())

    def test_sizes_are_those_of_the_wire(self):
        head = b"GET /api/v2/ping HTTP/1.1\r\nHost: localhost\r\nX-A:  b\r\n\r\n"
        said = answer(404, b"{}")
        entry, = self.proxied(said, head)
        self.assertEqual(entry["request"]["headersSize"], len(head))
        self.assertEqual(entry["response"]["headersSize"], len(said) - 2)
        self.assertEqual((entry["request"]["bodySize"], entry["response"]["bodySize"]), (0, 2))
        self.assertNotIn("postData", entry["request"])

    def test_bodies_are_decoded_or_left_out(self):
        plain = json.dumps({"error": "zipped", "password": "hidden"}).encode()
        answers = iter([
            answer(400, gzip.compress(plain), b"Content-Encoding: gzip\r\n"),
            answer(400, gzip.compress(b"hidden")[:-9] + b"x" * 9, b"Content-Encoding: gzip\r\n"),
            answer(400, plain, b"Content-Encoding: other\r\n"),
            answer(400, b"\x00\xffhidden"),
            answer(400, "hidden é password=hidden".encode("latin-1")),
            answer(400, b"x" * 3000 + b" password=hidden"),
            answer(200, b"{\"label\":\"a\",\"password\":\"hidden\"}"),
            b"HTTP/1.1 204 No Content\r\n\r\n"])

        def script(peer):
            while peer.request() is not None:
                peer.send(next(answers))

        entries = self.proxied(script, *[b"GET /api/v2/wallets HTTP/1.1\r\nHost: localhost\r\n\r\n"] * 8,
                               config={"limits": {"capture_bytes": 2048}})
        contents = [entry["response"]["content"] for entry in entries]
        self.assertEqual(json.loads(contents[0]["text"]), {"error": "zipped", "password": "[redacted]"})
        self.assertEqual(contents[0]["size"], len(plain))
        self.assertEqual(entries[0]["response"]["bodySize"], len(gzip.compress(plain)))
        self.assertIn("damaged", contents[1]["comment"])
        for index, why in ((2, "not known"), (3, "not UTF-8"), (4, "not UTF-8")):
            self.assertNotIn("text", contents[index])
            self.assertIn(why, contents[index]["comment"])
        self.assertEqual(contents[5]["text"], "x" * 2048)
        self.assertIn("limits.capture_bytes", contents[5]["comment"])
        self.assertEqual(contents[5]["size"], 3016)
        self.assertEqual(json.loads(contents[6]["text"]), {"label": "a", "password": "[redacted]"})
        self.assertEqual(contents[7], {"mimeType": "x-unknown", "size": 0})
        for content in contents[2:]:
            self.assertNotIn("hidden", json.dumps(content))

    def test_what_the_proxy_answers_itself(self):
        entries = self.proxied(lambda peer: peer.request(), b"GET /api/v2/user/me HTTP/1.1\r\nHost: localhost\r\n\r\n",
                               b"@ / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        closed, bad = entries
        self.assertEqual(closed["_why401"]["maker"], "proxy")
        self.assertEqual(closed["_why401"]["error"]["name"], "Why401UpstreamClosed")
        self.assertEqual((bad["request"]["method"], bad["response"]["status"]), ("UNKNOWN", 400))
        self.assertEqual(bad["_why401"]["outcome"], "refused")

    def test_a_refused_connect_has_the_url_of_its_host(self):
        entry, = self.proxied(b"", b"CONNECT 127.0.0.1:9 HTTP/1.1\r\nHost: 127.0.0.1:9\r\n\r\n")
        self.assertEqual((entry["request"]["url"], entry["response"]["status"]), ("https://127.0.0.1:9/", 403))

    def test_explain_reads_it(self):
        """The offline reader finds the same scenarios, findings and tokens as the proxy did."""
        mock = self.start_mock()
        proxy = self.start_proxy(mock, "--har", self.file)
        for digit in "3456":
            proxy.exchange(b"GET /api/v2/user/me HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer v2x%s\r\n\r\n"
                           % (digit.encode() * 64))
        proxy.exchange(b"GET /api/v2/user/me HTTP/1.1\r\nHost: localhost\r\n\r\n")
        proxy.exchange(b"GET /api/v2/user/me?accessToken=%s HTTP/1.1\r\nHost: localhost\r\n\r\n" % TOKEN.encode())
        lines = [line for line in proxy.entries(6) if line["status"] >= 400]
        proxy.stop()
        self.assertGreaterEqual(len(lines), 4)
        done = self.run_program("explain", "--json", self.file)
        self.assertEqual(done.returncode, 0, done.stderr)
        explained = [json.loads(line) for line in done.stdout.splitlines()]
        for line, found in zip(lines, explained, strict=True):
            self.assertEqual(found["input"], "har")
            for member in ("id", "time", "method", "target", "status", "maker", "outcome", "source", "token",
                           "findings", "request_id", "error"):
                self.assertEqual(found[member], line[member], member)
            for mine, theirs in zip(found["explanations"], line["explanations"], strict=True):
                self.assertEqual((mine["id"], mine["confidence"]), (theirs["id"], theirs["confidence"]))


class Files(HarCase):
    def test_it_is_private_and_replaced(self):
        self.file.write_text("x" * 100000)
        self.file.chmod(0o644)
        entries = self.proxied(answer(404, b"{}"), b"GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertEqual(len(entries), 1)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        self.assertEqual([path.name for path in self.home.glob("all.har*")], ["all.har"])

    def test_without_traffic_it_is_a_har(self):
        self.assertEqual(self.proxied(b""), [])

    def refused(self, path, why):
        done = self.run_program("run", "--listen", "127.0.0.1:0", "--har", path)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(why, done.stderr)

    def test_other_kinds_are_refused(self):
        target = self.home / "target"
        target.write_text("kept")
        self.file.symlink_to(target)
        self.refused(self.file, "it is a symbolic link")
        self.assertEqual(target.read_text(), "kept")
        fifo = self.home / "fifo"
        os.mkfifo(fifo)
        self.refused(fifo, "it is not a regular file")
        self.refused("/dev/null", "it is not a regular file")
        self.refused(self.home, "it is not a regular file")
        self.refused("-", "standard output")
        self.refused(self.home / "no" / "x.har", "No such file")

    def test_two_proxies_need_two_files(self):
        upstream = self.start_upstream(b"")
        self.start_proxy(upstream, "--har", self.file)
        self.refused(self.file, "another why401 writes it")
        self.assertEqual(self.read(), [])

    def test_environment_and_config(self):
        upstream = self.start_upstream(b"")
        first = self.start_proxy(upstream, env={"WHY401_HAR": str(self.file)})
        self.assertEqual(self.read(), [])
        first.stop()
        self.file.unlink()
        self.start_proxy(upstream, config={"log": {"har": "all.har"}})
        self.assertEqual(self.read(), [])


class Kill(HarCase):
    """SIGKILL at arbitrary moments under load: the file is a HAR, and of what was judged it lacks the end."""

    def load(self, proxy, requests, answered):
        """Sends until the proxy is gone."""
        wire = proxy.connect(tls=False)
        try:
            while True:
                wire.send(requests)
                wire.response()
                answered.release()
        except (OSError, Closed):
            return

    def wait_for_an_entry(self):
        end = time.monotonic() + PATIENCE
        while b'"startedDateTime"' not in self.file.read_bytes():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    def test_many_kills(self):
        body = json.dumps({"error": "e", "filler": "y" * 120000}).encode()
        chance = random.Random(401)
        seen = 0
        for turn in range(6 if SANITIZED else 25):
            upstream = self.start_upstream(answer(400, body))
            proxy = self.start_proxy(upstream, "--har", self.file, "--no-ledger")
            answered = threading.Semaphore(0)
            request = b"GET /api/v2/wallets HTTP/1.1\r\nHost: localhost\r\n\r\n"
            threads = [threading.Thread(target=self.load, args=(proxy, request, answered)) for _ in range(3)]
            for thread in threads:
                thread.start()
            for _ in range(chance.randrange(1, 60)):
                self.assertTrue(answered.acquire(timeout=PATIENCE))  # pylint: disable=consider-using-with
            if turn == 0:
                self.wait_for_an_entry()  # however busy the machine is, one at least is written
            time.sleep(chance.uniform(0, 0.005))  # an arbitrary moment, between two answers or within one
            proxy.process.kill()
            proxy.process.wait()
            for thread in threads:
                thread.join()
            with self.subTest(turn):
                entries = self.read()
                ids = [entry["_why401"]["id"] for entry in entries]
                self.assertEqual(len(set(ids)), len(ids))
                self.assertLessEqual(max(ids, default=0), len(ids) + 3)  # three were on their way at a time
                seen += len(entries)
            upstream.failures.clear()
        self.assertGreater(seen, 0)
