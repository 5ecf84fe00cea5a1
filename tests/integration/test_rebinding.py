"""A page in a browser whose own name suddenly means this machine gets nothing through."""
from why401 import Case

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Rebinding(Case):
    def ask(self, proxy, host, *, tls=False):
        return proxy.exchange(b"GET /api/v2/ping HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % host, tls=tls).status

    def test_names_of_others_are_refused(self):
        upstream = self.start_upstream(OK)
        proxy = self.start_proxy(upstream)
        for host in (b"evil.com", b"EVIL.com:%d" % proxy.port, b"localhost.evil.com", b"127.0.0.1.evil.com",
                     b"evil.com.", b"evil.com:x"):
            with self.subTest(host):
                self.assertEqual(self.ask(proxy, host), 400)
        self.assertEqual(upstream.requests, [])

    def test_our_names_and_addresses_are_not(self):
        upstream = self.start_upstream(OK)
        proxy = self.start_proxy(upstream)
        for host in (b"localhost", b"LocalHost:%d" % proxy.port, b"localhost.", b"127.0.0.1:8401", b"[::1]:8401", b"why401:8401",
                     b"host.docker.internal:8401", b"app.bitgo.com", b""):
            with self.subTest(host):
                self.assertEqual(self.ask(proxy, host), 200)

    def test_within_tls_the_certificate_says_it(self):
        proxy = self.start_proxy(self.start_upstream(OK))
        self.assertEqual(self.ask(proxy, b"evil.com", tls=True), 200)
