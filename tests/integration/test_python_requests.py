"""Python's requests, as integrators use it: the local CA in `verify`, sessions, streams."""
import requests

from why401 import RULE, Case


class PythonRequests(Case):
    def setUp(self):
        super().setUp()
        self.proxy = self.start_proxy(self.start_mock())
        self.session = requests.Session()
        self.session.verify = str(self.proxy.ca)
        self.session.trust_env = False
        self.addCleanup(self.session.close)

    def test_missing_token(self):
        for host in ("localhost", "127.0.0.1"):
            answer = self.session.get(f"https://{host}:{self.proxy.port}/api/v2/tbtc/wallet", params={"limit": 25})
            self.assertEqual(answer.status_code, 401)
            self.assertEqual(answer.json()["error"], "No access token")
        for entry in self.proxy.entries(2):
            self.assertEqual(entry["explanations"][0]["id"], RULE + "401-unauthorized-no-access-token")

    def test_placeholder_for_a_token(self):
        answer = self.session.get(f"{self.proxy.url}/api/v2/user/me", headers={"Authorization": "Bearer undefined"})
        self.assertEqual(answer.status_code, 401)
        self.assertIn("bearer.placeholder", [found["id"] for found in self.proxy.entries(1)[0]["findings"]])

    def test_plain_http(self):
        answer = self.session.get(f"http://localhost:{self.proxy.port}/api/v2/ping")
        self.assertEqual(answer.status_code, 200)

    def test_json_body_on_a_kept_connection(self):
        for _ in range(3):
            answer = self.session.post(f"{self.proxy.url}/api/v2/user/login", json={"email": "a@b.example"})
            self.assertGreaterEqual(answer.status_code, 200)
            self.assertIsInstance(answer.json(), dict)

    def test_streamed_upload(self):
        chunks = (b"x" * 1000 for _ in range(50))
        answer = self.session.post(f"{self.proxy.url}/api/v2/tbtc/wallet", data=chunks)
        self.assertEqual(answer.status_code, 401)

    def test_other_roots_do_not_trust_the_local_ca(self):
        with self.assertRaises(requests.exceptions.SSLError):
            requests.get(f"{self.proxy.url}/api/v2/ping", timeout=30)
