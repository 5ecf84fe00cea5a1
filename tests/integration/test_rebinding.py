"""A page in a browser whose own name suddenly means this machine gets nothing through."""
import ipaddress
import pathlib
import socket

from why401 import Case

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def names_in_hosts():
    """What /etc/hosts calls a loopback address."""
    for line in pathlib.Path("/etc/hosts").read_text().splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        try:
            if ipaddress.ip_address(address).is_loopback:
                yield from (name.encode() for name in names)
        except ValueError:
            pass


class Rebinding(Case):
    def ask(self, proxy, host, *, tls=False):
        return proxy.exchange(b"GET /api/v2/ping HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % host, tls=tls).status

    def test_names_of_others_are_refused(self):
        upstream = self.start_upstream(OK)
        proxy = self.start_proxy(upstream)
        for host in (b"evil.com", b"EVIL.com:%d" % proxy.port, b"localhost.evil.com", b"127.0.0.1.evil.com",
                     b"evil.com.", b"evil.com:x", b"evil.local", b"evil.local:8401", b"evil.internal", b"evil.home.arpa",
                     b"evil.test", b"evil.example", b"com", b"com:%d" % proxy.port, b"local", b"docker.internal",
                     b"evil.host.docker.internal", b"localhost.local", b"notlocalhost"):
            with self.subTest(host):
                self.assertEqual(self.ask(proxy, host), 400)
        self.assertEqual(upstream.requests, [])

    def test_our_names_and_addresses_are_not(self):
        upstream = self.start_upstream(OK)
        proxy = self.start_proxy(upstream)
        for host in (b"localhost", b"LocalHost:%d" % proxy.port, b"localhost.", b"why401.localhost:8401", b"127.0.0.1:8401",
                     b"[::1]:8401", b"192.0.2.1", b"host.docker.internal:8401", b"Gateway.Docker.Internal", b"host.containers.internal", b"app.bitgo.com", b"",
                     socket.gethostname().encode(), socket.gethostname().upper().encode() + b":8401", *names_in_hosts()):
            with self.subTest(host):
                self.assertEqual(self.ask(proxy, host), 200)

    def test_within_tls_the_certificate_says_it(self):
        proxy = self.start_proxy(self.start_upstream(OK))
        self.assertEqual(self.ask(proxy, b"evil.com", tls=True), 200)
