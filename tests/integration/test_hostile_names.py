"""Names that a client should not get a certificate for: in the ClientHello, and in a CONNECT."""
import ssl

from test_forward import HOST, Forwarding

# Authorities of a CONNECT that are not the upstream's, however much they look like it.
AUTHORITIES = (
    "evil.example:443", "app.bitgo-test.com.evil.example:443", "evilapp.bitgo-test.com:443",
    "app.bitgo-test.com@evil.example:443", "evil.example@app.bitgo-test.com:443",
    "app.bitgo-test.com%00.evil.example:443", "app.bitgo-test.com:443:80", "app.bitgo-test.com:443@evil",
    "*.bitgo-test.com:443", ".bitgo-test.com:443", "app..bitgo-test.com:443", "app_.bitgo-test.com:443",
    "app.bitgo-test.com,evil.example:443", "app.bitgo-test.com/evil:443", "app.bitgo-test.com#:443",
    "app.bitgo-test.com\\evil:443", "[app.bitgo-test.com]:443", "192.0.2.7:443", "[2001:db8::1]:443",
    "-app.bitgo-test.com:443", "app.bitgo-test.com:0", "app.bitgo-test.com:65979", "app.bitgo-test.com:",
    "a" * 300 + ".bitgo-test.com:443", "com:443", ":443", "app.bitgo-test.com\x7f:443",
)

# What else may follow a CONNECT for the right host. (For an address Python sends no name at all.)
SERVER_NAMES = (
    "evil.example", "app.bitgo-test.com.evil.example", "evilbitgo-test.com", "bitgo-test.com.evil",
    "a_b.bitgo-test.com", "app.bitgo-test.com.", "com", "*.bitgo-test.com",
    "app.bitgo-test.com@evil.example", "app.bitgo-test.com,evil.example", "app.bitgo-test.com:443",
)


class HostileNames(Forwarding):
    def handshake(self, wire, proxy, name):
        context = ssl.create_default_context(cafile=proxy.ca)
        context.check_hostname = False
        return context.wrap_socket(wire.sock, server_hostname=name)

    def test_a_connect_to_another_host_is_not_answered_for_it(self):
        proxy = self.start_forward("--tunnel", "none")
        for authority in AUTHORITIES:
            with self.subTest(authority):
                wire, answer = self.connect(proxy, authority)
                self.assertIn(answer.status, (400, 403))
                wire.close()
        self.assertEqual(self.upstream.requests, [])

    def test_a_hello_for_another_host_gets_no_certificate(self):
        proxy = self.start_forward("--tunnel", "none")
        for name in SERVER_NAMES:
            with self.subTest(name):
                wire, answer = self.connect(proxy, f"{HOST}:443")
                self.assertEqual(answer.status, 200)
                with self.assertRaisesRegex(ssl.SSLError, "(?i)unrecognized.name"):
                    self.handshake(wire, proxy, name)
                wire.close()
        self.assertEqual(self.upstream.requests, [])

    def test_the_right_name_in_any_case_does(self):
        proxy = self.start_forward("--tunnel", "none")
        wire, answer = self.connect(proxy, f"{HOST.upper()}:443")
        self.assertEqual(answer.status, 200)
        inner = self.handshake(wire, proxy, HOST.upper())
        self.assertEqual(inner.getpeercert()["subjectAltName"], (("DNS", HOST),))
        inner.close()
