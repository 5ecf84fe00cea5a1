"""Certificates, both ways: an upstream that cannot be verified gets nothing, and the local CA gives
clients just what they need."""
import json
import re
import ssl
import stat
import subprocess

import certificates
from why401 import Case
from wire import Closed

GET = b"GET /x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer v2x" + b"1" * 64 + b"\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Upstreams(Case):
    def not_trusted(self, certificate, *args, host="localhost", ca=None):
        """The proxy's answer when its upstream shows that certificate; nothing may have been sent."""
        upstream = self.start_upstream(OK, certificate=certificate)
        proxy = self.start("run", "--env", f"https://{host}:{upstream.port}", "--listen", "127.0.0.1:0",
                           "--upstream-ca", ca or self.root.chain, "--log-json", "-", *args)
        answer = proxy.exchange(GET)
        self.assertEqual(upstream.bytes_received, 0)
        said = json.loads(answer.body)
        self.assertEqual((answer.status, said["name"]), (502, "Why401UpstreamNotTrusted"))
        self.assertIn(host, said["error"])
        self.assertIn("--upstream-ca", json.dumps(said))
        self.assertEqual(proxy.entries(1)[0]["error"]["name"], "Why401UpstreamNotTrusted")
        return said["error"]

    def leaf(self, *names, **how):
        return certificates.make_leaf(self.home, self.root, names, **how)

    def test_wrong_host(self):
        error = self.not_trusted(self.leaf("DNS:other.example"))
        self.assertRegex(error, r"(?i)host ?name|name")

    def test_address_that_the_certificate_does_not_name(self):
        self.not_trusted(self.leaf("DNS:localhost"), host="127.0.0.1")

    def test_address_written_as_a_dns_name_is_no_address(self):
        self.not_trusted(self.leaf("DNS:127.0.0.1"), host="127.0.0.1")

    def test_expired(self):
        error = self.not_trusted(self.leaf("DNS:localhost", expired=True))
        self.assertRegex(error, r"expired")

    def test_unknown_root(self):
        stranger = certificates.make_root(self.home, "Another Root")
        error = self.not_trusted(self.certificate, ca=stranger.chain)
        self.assertRegex(error, r"(?i)issuer|root|self")

    def test_system_roots_alone_do_not_know_it(self):
        upstream = self.start_upstream(OK, tls=True)
        proxy = self.start("run", "--env", upstream.url, "--listen", "127.0.0.1:0")
        answer = proxy.exchange(GET)
        self.assertEqual(json.loads(answer.body)["name"], "Why401UpstreamNotTrusted")

    def test_trusted_by_name_and_by_address(self):
        for host in ("localhost", "127.0.0.1"):
            upstream = self.start_upstream(OK, tls=True)
            proxy = self.start("run", "--env", f"https://{host}:{upstream.port}", "--listen", "127.0.0.1:0",
                               "--upstream-ca", self.root.chain)
            self.assertEqual(proxy.exchange(GET).body, b"ok")

    def test_upstream_older_than_tls_1_2(self):
        upstream = self.start_upstream(OK, tls=True)
        upstream.context.set_ciphers("ALL:@SECLEVEL=0")
        upstream.context.options |= ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3
        answer = self.start_proxy(upstream).exchange(GET)
        self.assertEqual((answer.status, json.loads(answer.body)["name"]), (502, "Why401UpstreamTls"))

    def test_upstream_that_speaks_no_tls(self):
        def script(peer):
            peer.fill()
            peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        upstream = self.start_upstream(script)
        proxy = self.start("run", "--env", f"https://localhost:{upstream.port}", "--listen", "127.0.0.1:0")
        answer = proxy.exchange(GET)
        self.assertEqual((answer.status, json.loads(answer.body)["name"]), (502, "Why401UpstreamTls"))

    def test_unreadable_roots(self):
        done = self.run_program("run", "--listen", "127.0.0.1:0", "--upstream-ca", self.home / "none.pem")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("none.pem", done.stderr)


class LocalCa(Case):
    def setUp(self):
        super().setUp()
        self.proxy = self.start_proxy(self.start_upstream(OK))

    def shown(self, *args):
        """What openssl s_client sees: the chain as text."""
        done = self.run_command("openssl", "s_client", "-connect", f"127.0.0.1:{self.proxy.port}", "-CAfile",
                                self.proxy.ca, "-showcerts", *args, data=b"")
        return done.stdout.decode()

    def as_text(self, pem):
        return subprocess.run(["openssl", "x509", "-noout", "-text"], input=pem, text=True, check=True,
                              capture_output=True).stdout

    def test_leaf_for_localhost_and_loopback(self):
        for name in ("localhost", None):
            wire = self.proxy.connect(name=name)
            names = wire.sock.getpeercert()["subjectAltName"]
            self.assertIn(("DNS", "localhost"), names)
            self.assertIn(("IP Address", "127.0.0.1"), names)
            wire.close()

    def test_leaf_for_bitgo_hosts(self):
        for name in ("app.bitgo.com", "app.bitgo-test.com"):
            wire = self.proxy.connect(name=name)
            self.assertIn(("DNS", name), wire.sock.getpeercert()["subjectAltName"])
            wire.close()

    def test_names_outside_the_constraints_are_refused(self):
        for name in ("example.com", "bitgo.com.evil.example", "notbitgo.com", "www.google.com"):
            with self.subTest(name), self.assertRaises(ssl.SSLError) as refused:
                self.proxy.connect(name=name)
            self.assertIn("UNRECOGNIZED_NAME", str(refused.exception).upper())

    def test_chain_is_of_two_tiers_and_constrained(self):
        pems = re.findall(r"-----BEGIN.*?-----END CERTIFICATE-----\n", self.shown("-servername", "localhost"), re.S)
        self.assertEqual(len(pems), 2)
        leaf, intermediate, root = *map(self.as_text, pems), self.as_text(self.proxy.ca.read_text())
        for text in (leaf, intermediate, root):
            self.assertIn("prime256v1", text)
        for text in (intermediate, root):
            self.assertRegex(text, r"Name Constraints: critical")
            self.assertIn("DNS:localhost", text)
            self.assertRegex(text, r"Basic Constraints: critical\s+CA:TRUE")
        self.assertIn("TLS Web Server Authentication", leaf)
        self.assertIn("CA:FALSE", leaf)

    def test_leaf_lives_at_most_45_days(self):
        wire = self.proxy.connect()
        shown = wire.sock.getpeercert()
        begin, end = (ssl.cert_time_to_seconds(shown[key]) for key in ("notBefore", "notAfter"))
        self.assertLessEqual(end - begin, 46 * 86400)
        wire.close()

    def test_versions(self):
        for version in ("-tls1_2", "-tls1_3"):
            self.assertIn("Verification: OK", self.shown("-servername", "localhost", version))
        old = self.shown("-servername", "localhost", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
        self.assertIn("no peer certificate available", old)

    def test_alpn_is_http_1_1_only(self):
        self.assertIn("ALPN protocol: http/1.1", self.shown("-alpn", "h2,http/1.1"))

    def test_files_are_private(self):
        folder = self.proxy.ca.parent
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
        self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)
        self.assertEqual(modes["intermediate-key.pem"], 0o600)
        self.assertEqual([name for name in modes if "key" in name], ["intermediate-key.pem"])

    def test_a_key_that_others_can_read_is_refused(self):
        self.proxy.stop()
        (self.proxy.ca.parent / "intermediate-key.pem").chmod(0o644)
        done = self.run_program("run", "--listen", "127.0.0.1:0")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("intermediate-key.pem", done.stderr)

    def test_the_same_ca_after_a_restart(self):
        before = self.proxy.ca.read_bytes()
        self.proxy.stop()
        again = self.start_proxy(self.start_upstream(OK))
        self.assertEqual(again.exchange(GET).body, b"ok")
        self.assertEqual(self.proxy.ca.read_bytes(), before)

    def test_garbage_instead_of_a_handshake(self):
        for garbage in (b"\x16\x03\x01\x00\x05hello", b"\x16\x03\x01\xff\xff", b"\x80\x2e\x01\x00\x02", b"\x00" * 64):
            wire = self.proxy.connect(tls=False)
            wire.send(garbage)
            wire.end()
            try:
                wire.rest()
            except (Closed, ConnectionError):
                pass
        self.assertEqual(self.proxy.exchange(GET).body, b"ok")
