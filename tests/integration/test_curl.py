"""curl, as people use it: against a real web server and against the mock, over both kinds of port."""
import json
import os
import pathlib
import re

from why401 import RULE, Case

LOCATIONS = """
        location = /no-content { return 204; }
        location = /zipped { gzip on; gzip_min_length 1; gzip_types text/plain; alias {www}/page.txt;
                             default_type text/plain; }
        location /files/ { dav_methods PUT; create_full_put_path on; }
        location /echo { default_type text/plain; return 200 "$request_method $http_host $http_x_long"; }
"""
PAGE = "".join(f"line {n}\n" for n in range(200))


class Curl(Case):
    def curl(self, *args, data=None):
        """Runs curl with the local CA trusted; it must succeed. Returns what it printed."""
        done = self.run_command("curl", "-sS", "--max-time", 30, "--cacert", self.proxy.ca, *args, data=data)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def both(self, path):
        """The URL over TLS and over plain HTTP, on one port."""
        return [f"https://localhost:{self.proxy.port}{path}", f"http://localhost:{self.proxy.port}{path}"]


class CurlAgainstNginx(Curl):
    def setUp(self):
        super().setUp()
        www = self.home / "nginx" / "www"
        www.mkdir(parents=True)
        (www / "page.txt").write_text(PAGE)
        (www / "files").mkdir()
        self.nginx = self.start_nginx(LOCATIONS.replace("{www}", str(www)))
        self.proxy = self.start_proxy(self.nginx)

    def test_get_over_https_and_http(self):
        for url in self.both("/page.txt"):
            self.assertEqual(self.curl(url).decode(), PAGE)

    def test_loopback_address_needs_no_name(self):
        self.assertEqual(self.curl(f"https://127.0.0.1:{self.proxy.port}/page.txt").decode(), PAGE)

    def test_head(self):
        for url in self.both("/page.txt"):
            head = self.curl("-I", url).decode().lower()
            self.assertIn("http/1.1 200", head)
            self.assertIn(f"content-length: {len(PAGE)}", head)

    def test_statuses_without_a_body(self):
        for url in self.both("/no-content"):
            self.assertEqual(self.curl("-w", "%{http_code}", url), b"204")
        for url in self.both("/page.txt"):
            head = self.curl("-I", url).decode()
            since = "If-Modified-Since: " + re.search(r"(?im)^last-modified: ([^\r]*)", head).group(1)
            self.assertEqual(self.curl("-w", "%{http_code}", "-H", since, url), b"304")

    def test_one_connection_for_several(self):
        url = self.both("/page.txt")[0]
        report = self.curl("-o", os.devnull, "-o", os.devnull, "-w", "%{num_connects} ", url, url)
        self.assertEqual(report.split(), [b"1", b"0"])

    def test_http_1_0(self):
        for url in self.both("/page.txt"):
            self.assertEqual(self.curl("--http1.0", url).decode(), PAGE)

    def test_range(self):
        for url in self.both("/page.txt"):
            self.assertEqual(self.curl("-r", "5-10", url).decode(), PAGE[5:11])

    def test_compressed_body_is_left_to_the_client(self):
        url = self.both("/zipped")[0]
        self.assertEqual(self.curl("--compressed", url).decode(), PAGE)
        self.assertEqual(self.curl("-H", "Accept-Encoding: gzip", url)[:2], b"\x1f\x8b")

    def test_expect_100_continue(self):
        upload = self.home / "upload"
        upload.write_bytes(bytes(range(256)) * 8192)
        for number, url in enumerate(self.both("/files/expected")):
            done = self.run_command("curl", "-sv", "--cacert", self.proxy.ca, "--expect100-timeout", 30,
                                    "-H", "Expect: 100-continue", "-T", upload, f"{url}{number}")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(b"HTTP/1.1 100 Continue", done.stderr)
            self.assertIn(b"HTTP/1.1 201", done.stderr)
            stored = self.nginx.folder / "www" / "files" / f"expected{number}"
            self.assertEqual(stored.read_bytes(), upload.read_bytes())

    def test_chunked_upload(self):
        body = bytes(range(256)) * 4096
        for number, url in enumerate(self.both("/files/chunked")):
            code = self.curl("-T", "-", "-w", "%{http_code}", "-o", os.devnull, f"{url}{number}", data=body)
            self.assertEqual(code, b"201")
            stored = self.nginx.folder / "www" / "files" / f"chunked{number}"
            self.assertEqual(stored.read_bytes(), body)

    def test_large_request_head(self):
        value = "x" * 30000
        answer = self.curl("-H", f"X-Long: {value}", self.both("/echo")[0]).decode()
        self.assertEqual(answer, f"GET localhost:{self.nginx.port} {value}")

    def test_too_large_request_head_says_so(self):
        answer = json.loads(self.curl("-H", f"X-Long: {'x' * 70000}", self.both("/echo")[0]))
        self.assertEqual(answer["name"], "Why401HeadTooLarge")

    def test_missing_page_is_logged_as_failing(self):
        self.assertEqual(self.curl("-w", "%{http_code}", "-o", os.devnull, self.both("/nowhere")[0]), b"404")
        entry = self.proxy.entries(1)[0]
        self.assertEqual(entry["status"], 404)


class CurlAgainstALargeResponseHead(Curl):
    def test_it_passes(self):
        value = b"v" * 100_000
        upstream = self.start_upstream(b"HTTP/1.1 200 OK\r\nX-Long: " + value +
                                       b"\r\nContent-Length: 2\r\n\r\nok", tls=True)
        self.proxy = self.start_proxy(upstream)
        self.assertIn(value, self.curl("-i", self.both("/")[0]))


class CurlAgainstTheMock(Curl):
    def setUp(self):
        super().setUp()
        self.mock = self.start_mock()
        self.proxy = self.start_proxy(self.mock)

    def test_ca_path_is_where_the_ca_is(self):
        done = self.run_program("ca", "path")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(pathlib.Path(done.stdout.strip()), self.proxy.ca)

    def test_missing_token_is_explained(self):
        for number, url in enumerate(self.both("/api/v2/tbtc/wallet")):
            answer = json.loads(self.curl(url))
            self.assertEqual((answer["error"], answer["name"]), ("No access token", "Unauthorized"))
            entry = self.proxy.entries(number + 1)[number]
            best = entry["explanations"][0]
            self.assertEqual(best["id"], RULE + "401-unauthorized-no-access-token")
            self.assertEqual(best["confidence"], "certain")
            self.assertTrue(any("No Authorization" in line for line in best["evidence"]), best["evidence"])
            self.assertIn("bearer.missing", [finding["id"] for finding in entry["findings"]])
        text = self.proxy.err.text()
        self.assertIn(RULE + "401-unauthorized-no-access-token", text)

    def test_routes_without_a_token_by_design_are_not_reported(self):
        for path in ("/api/v2/ping", "/api/v1/client/constants"):
            self.assertEqual(self.curl("-w", "%{http_code}", "-o", os.devnull, self.both(path)[0]), b"200")
        for entry in self.proxy.entries(2):
            self.assertEqual((entry["findings"], "explanations" in entry), ([], False))
