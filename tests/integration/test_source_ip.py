"""Which address a request is judged by, and what the allowlists do about it."""
import hashlib
import ipaddress
import json
import socket
import ssl
import struct

from why401 import Case

TOKEN = "v2x" + "3" * 64
FINGERPRINT = hashlib.sha256(TOKEN.encode()).hexdigest()[:16]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def get(*fields):
    return "\r\n".join(["GET /api/v2/wallets HTTP/1.1", "Host: localhost", *fields, "", ""]).encode()


def proxy_v1(source):
    family = "TCP6" if ":" in source else "TCP4"
    return f"PROXY {family} {source} {'::1' if ':' in source else '127.0.0.1'} 51000 8401\r\n".encode()


def proxy_v2(source, *, command=0x21, extra=b""):
    address = ipaddress.ip_address(source)
    own = ipaddress.ip_address("::1" if address.version == 6 else "127.0.0.1")
    body = address.packed + own.packed + struct.pack("!HH", 51000, 8401) + extra
    family = 0x21 if address.version == 6 else 0x11
    return b"\r\n\r\n\0\r\nQUIT\n" + struct.pack("!BBH", command, family, len(body)) + body


class SourceIp(Case):
    def judged(self, source_ip, request=get(), before=b"", **config):
        """Sends one request; returns its status and what the log says about the source."""
        proxy = self.start_proxy(self.start_upstream(OK), config={"source_ip": source_ip, **config})
        wire = proxy.connect(tls=False)
        wire.send(before, request)
        answer = wire.response()
        wire.close()
        self.answer = answer
        self.entry = proxy.entries(1)[0]
        return answer.status, self.entry["source"]

    def finding(self):
        return next((found for found in self.entry["findings"] if found["id"] == "source-ip.denied"), None)

    def test_without_a_list_everybody_may_call(self):
        status, source = self.judged({})
        self.assertEqual(status, 200)
        self.assertEqual((source["ip"], source["kind"]), ("127.0.0.1", "peer"))
        self.assertIsNone(self.finding())

    def test_observing_is_the_default(self):
        status, source = self.judged({"allow": ["192.0.2.0/24", "2001:db8::/32"]})
        self.assertEqual((status, source["verdict"]), (200, "denied"))
        self.assertIn("127.0.0.1", self.finding()["evidence"])

    def test_enforcing_answers_403(self):
        status, source = self.judged({"allow": ["192.0.2.0/24"], "enforce": True})
        self.assertEqual((status, source["verdict"]), (403, "denied"))
        said = json.loads(self.answer.body)
        self.assertEqual(said["name"], "Why401SourceDenied")
        self.assertIn("127.0.0.1", said["error"])

    def test_allowed(self):
        status, source = self.judged({"allow": ["127.0.0.0/8"], "enforce": True})
        self.assertEqual((status, source["verdict"]), (200, "allowed"))

    def test_enforced_requests_do_not_go_upstream(self):
        upstream = self.start_upstream(OK)
        proxy = self.start_proxy(upstream, config={"source_ip": {"allow": ["192.0.2.1"], "enforce": True}})
        for _ in range(2):
            wire = proxy.connect(tls=False)  # a refused body is not read, so its connection ends
            wire.send(b"POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
            self.assertEqual(wire.response().status, 403)
        proxy.stop()
        self.assertEqual(upstream.bytes_received, 0)

    def test_list_of_one_token(self):
        lists = {"enforce": True, "tokens": [{"fingerprint": FINGERPRINT, "allow": ["192.0.2.1"]}]}
        status, _ = self.judged(lists, get(f"Authorization: Bearer {TOKEN}"))
        self.assertEqual(status, 403)
        status, _ = self.judged(lists, get("Authorization: Bearer v2x" + "4" * 64))
        self.assertEqual(status, 200)
        # The SDK sends the token's SHA-256 instead; it is the same token.
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        status, _ = self.judged(lists, get(f"Authorization: Bearer {digest}", "BitGo-Auth-Version: 2.0"))
        self.assertEqual(status, 403)

    def test_list_of_a_client_network(self):
        for client, wanted in (("127.0.0.0/8", 403), ("10.0.0.0/8", 200)):
            lists = {"enforce": True, "clients": [{"client": client, "allow": ["192.0.2.1"]}]}
            self.assertEqual(self.judged(lists)[0], wanted)

    def test_egress_ip_is_what_bitgo_sees(self):
        for egress, wanted in ("203.0.113.9", 200), ("198.51.100.1", 403):
            status, source = self.judged({"allow": ["203.0.113.0/24"], "enforce": True, "egress_ip": [egress]})
            self.assertEqual((status, source["ip"], source["kind"]), (wanted, egress, "egress_ip"))

    def test_proxy_protocol(self):
        for source in ("203.0.113.7", "2001:db8::7"):
            for header in proxy_v1(source), proxy_v2(source), proxy_v2(source, extra=b"\x04\0\x01x"):
                with self.subTest(header):
                    allow = {"allow": ["203.0.113.7", "2001:db8::7"], "enforce": True}
                    status, seen = self.judged(allow, before=header, proxy_protocol=True)
                    self.assertEqual((status, seen["ip"], seen["kind"]), (200, source, "proxy_protocol"))

    def test_proxy_protocol_of_a_health_check(self):
        for header in b"PROXY UNKNOWN\r\n", proxy_v2("203.0.113.7", command=0x20):
            status, seen = self.judged({}, before=header, proxy_protocol=True)
            self.assertEqual((status, seen["kind"]), (200, "peer"))

    def test_proxy_protocol_below_tls(self):
        proxy = self.start_proxy(self.start_upstream(OK), config={"proxy_protocol": True})
        sock = socket.create_connection(("127.0.0.1", proxy.port))
        sock.sendall(proxy_v2("203.0.113.7"))
        sock = ssl.create_default_context(cafile=proxy.ca).wrap_socket(sock, server_hostname="localhost")
        sock.sendall(get("Connection: close"))
        self.assertIn(b"200 OK", sock.recv(1000))
        sock.close()
        self.assertEqual(proxy.entries(1)[0]["source"]["ip"], "203.0.113.7")

    def test_missing_or_broken_proxy_protocol_gets_nothing_through(self):
        upstream = self.start_upstream(OK)
        proxy = self.start_proxy(upstream, config={"proxy_protocol": True})
        for start in (b"", b"PROXY TCP4 203.0.113.7\r\n", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n", b"PROXY " + b"x" * 200,
                      b"\r\n\r\n\0\r\nQUIT\n\x31\x11\0\x0c" + b"\0" * 12, b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x02ab"):
            with self.subTest(start):
                wire = proxy.connect(tls=False)
                wire.send(start, get())
                try:
                    self.assertNotIn(b" 200 ", wire.rest())
                except ConnectionError:
                    pass
        proxy.stop()
        self.assertEqual(upstream.bytes_received, 0)

    def test_forwarded_for_counts_from_trusted_peers_only(self):
        request = get("X-Forwarded-For: 192.0.2.66, 203.0.113.7")
        _, source = self.judged({}, request)
        self.assertEqual((source["ip"], source["kind"]), ("127.0.0.1", "peer"))
        _, source = self.judged({"trusted_peers": ["127.0.0.1/32"]}, request)
        self.assertEqual((source["ip"], source["kind"]), ("203.0.113.7", "forwarded_for"))
        # Hops that are trusted themselves are passed over, from the right.
        _, source = self.judged({"trusted_peers": ["127.0.0.1/32", "203.0.113.0/24"]}, request)
        self.assertEqual((source["ip"], source["kind"]), ("192.0.2.66", "forwarded_for"))
