"""why401 as a forward proxy: what goes to BitGo's hosts is inspected, everything else passes unseen."""
import base64
import json
import os
import select
import shutil
import socket
import ssl
import subprocess
import sys

import certificates
from connect_proxy import ConnectProxy
from why401 import RULE, Case
from wire import PATIENCE, Wire

HOST = "app.bitgo-test.com"
REFUSED = b'{"error":"No access token","name":"NoAccessToken","requestId":"r1"}'
NOT_HERE = (b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
            % (len(REFUSED), REFUSED))

# This machine, its network, and what tells a cloud's machines their secrets, as it is written by those who
# hope that nobody looks behind the spelling.
PRIVATE = ("127.0.0.1", "localhost", "LOCALHOST", "localhost.", "[::1]", "0.0.0.0", "[::]", "127.1", "2130706433",
           "0x7f000001", "0177.0.0.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]",
           "[2002:7f00:1::1]", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254",
           "[::ffff:169.254.169.254]", "[fe80::1]", "[fd00:ec2::254]", "[fc00::1]", "224.0.0.1", "255.255.255.255")


class Forwarding(Case):
    def start_forward(self, *args, config=None):
        """The proxy, with BitGo's test host played by an upstream of this test."""
        bitgo = certificates.make_leaf(self.home, self.root, (f"DNS:{HOST}",))
        self.upstream = self.start_upstream(NOT_HERE, tls=True, certificate=bitgo)
        everything = {"upstreams": [{"env": "test", "resolve": f"127.0.0.1:{self.upstream.port}",
                                     "ca": str(self.root.chain)}], **(config or {})}
        proxy = self.start("run", "--listen", "127.0.0.1:0", "--log-json", "-", "--verbose", "--config",
                           self.write_config(everything), *args)
        self.assertGreater(proxy.port, 0)
        return proxy

    def connect(self, proxy, authority, *more):
        """Sends a CONNECT; the wire and the answer."""
        wire = proxy.connect(tls=False)
        wire.send(f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
        answer = wire.message(bodiless=True)
        if answer.status != 200:
            answer.body = wire.exactly(int(answer.value(b"Content-Length")))
        return wire, answer

    def curl(self, proxy, *args):
        return self.run_command("curl", "-sS", "--max-time", 30, "--cacert", proxy.ca, "-x",
                                f"http://127.0.0.1:{proxy.port}", *args)


class Forward(Forwarding):
    def test_what_goes_to_bitgo_is_inspected_and_explained(self):
        proxy = self.start_forward()
        done = self.curl(proxy, f"https://{HOST}/api/v2/user/me")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, REFUSED)
        entry = proxy.entries(1)[0]
        self.assertEqual(entry["host"], HOST)
        self.assertEqual(entry["explanations"][0]["id"], RULE + "401-unauthorized-no-access-token")
        self.assertEqual(self.upstream.requests[0].value(b"host"), HOST.encode())

    def test_the_leaf_is_for_the_host_even_without_sni(self):
        proxy = self.start_forward()
        wire, answer = self.connect(proxy, f"{HOST}:443")
        self.assertEqual(answer.status, 200)
        context = ssl.create_default_context(cafile=proxy.ca)
        context.check_hostname = False  # without server_hostname no SNI is sent
        inner = Wire(context.wrap_socket(wire.sock, suppress_ragged_eofs=False))
        names = [name for _, name in inner.sock.getpeercert()["subjectAltName"]]
        self.assertEqual(names, [HOST])
        inner.send(f"GET /api/v2/user/me HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        self.assertEqual(inner.response(b"GET").status, 401)
        inner.close()

    def test_old_clients_ask_in_absolute_form(self):
        proxy = self.start_forward()
        wire = proxy.connect(tls=False)
        wire.send(f"GET https://{HOST}/api/v2/user/me?a=b HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        self.assertEqual(wire.response(b"GET").status, 401)
        wire.close()
        self.assertEqual(self.upstream.wait_requests(1)[0].start_line, b"GET /api/v2/user/me?a=b HTTP/1.1")

    def test_a_tunnel_to_another_host_is_blind(self):
        proxy = self.start_forward("--tunnel", "all")
        sent = os.urandom(70000) + b"canaryRequest77aa"
        answer = os.urandom(90000) + b"canaryAnswer77aa"

        def echo(peer):
            self.assertEqual(peer.exactly(len(sent)), sent)
            peer.send(answer)

        other = self.start_upstream(echo)
        wire, established = self.connect(proxy, f"127.0.0.1:{other.port}")
        self.assertEqual(established.status, 200)
        wire.send(sent)
        self.assertEqual(wire.exactly(len(answer)), answer)
        wire.close()
        proxy.stop()
        said = proxy.out.text() + proxy.err.text()
        self.assertNotIn("canary", said)
        self.assertEqual(proxy.out.text(), "")
        self.assertRegex(proxy.err.text(), rf"passed on unseen: 127\.0\.0\.1:{other.port}, {len(sent)} bytes there, "
                                           rf"{len(answer)} back")

    def assert_told_blindly(self, log, har, targets):
        lines = log.read_text()
        self.assertEqual([json.loads(line)["target"] for line in lines.splitlines()], targets)
        self.assertNotIn("canary", lines + har.read_text())

    def test_what_is_refused_early_is_blind_too(self):
        log, har = self.home / "log", self.home / "har"
        proxy = self.start("run", "--env", "test", "--listen", "127.0.0.1:0", "--verbose", "--log-json", log, "--har", har)
        url = b"http://bank.example/canaryPath?name=canaryQuery"
        cases = (
            (b"GET %s HTTP/1.1\r\nHost: bank.example\r\nHost: canaryHost\r\n\r\n" % url, "bank.example:80"),
            (b"GET %s HTTP/1.1\r\nHost: bank.example\r\nX: canaryField\r\n canaryFold\r\n\r\n" % url, "bank.example:80"),
            (b"POST %s HTTP/1.1\r\nHost: bank.example\r\nX: canaryField\r\nContent-Length: 3\r\n"
             b"Transfer-Encoding: chunked\r\n\r\nabc" % url, "bank.example:80"),
            (b"POST %s HTTP/1.1\r\nHost: bank.example\r\nX: canaryField\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"
             % url, "bank.example:80"),
            (b"GET http://bank.example:99999/canaryPath HTTP/1.1\r\nHost: canaryHost\r\n\r\n", "bank.example"),
            (b"GET ftp://bank.example/canaryPath HTTP/1.1\r\nHost: canaryHost\r\n\r\n", "bank.example"),
            (b"GET http://canaryUser:canaryWord@bank.example/ HTTP/1.1\r\nHost: canaryHost\r\n\r\n", "bank.example:80"),
            (b"CONNECT bank.example:443 HTTP/1.1\r\nHost: bank.example\r\nX: canaryField\r\n canaryFold\r\n\r\n",
             "bank.example:443"),
        )
        for request, _ in cases:
            self.assertEqual(proxy.exchange(request, tls=False).status, 400, request)
        proxy.stop()
        self.assertNotIn("canary", proxy.out.text() + proxy.err.text())
        self.assert_told_blindly(log, har, [target for _, target in cases])

    def test_one_connection_too_many_is_blind_too(self):
        log, har = self.home / "log", self.home / "har"
        upstream = self.start_upstream(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        proxy = self.start_proxy(upstream, "--log-json", log, "--har", har, config={"limits": {"connections": 1}})
        first = proxy.connect(tls=False)
        first.send(b"GET /first HTTP/1.1\r\nHost: localhost\r\n\r\n")
        self.assertEqual(first.response().status, 200)
        second = proxy.exchange(b"GET http://bank.example/canaryPath?canaryQuery HTTP/1.1\r\nHost: bank.example\r\n"
                                b"X: canaryField\r\n\r\n", tls=False)
        self.assertEqual(second.status, 503)
        first.close()
        proxy.stop()
        self.assertNotIn("canary", proxy.out.text() + proxy.err.text())
        self.assert_told_blindly(log, har, ["/first", "bank.example:80"])

    def test_another_hosts_certificate_is_its_own(self):
        proxy = self.start_forward("--tunnel", "all")
        other = self.start_upstream(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", tls=True)
        done = self.run_command("curl", "-sS", "--cacert", self.root.chain, "--proxytunnel", "--noproxy", "",
                                "-x", f"http://127.0.0.1:{proxy.port}", other.url)
        self.assertEqual((done.returncode, done.stdout), (0, b"ok"), done.stderr)

    def test_private_hosts_are_not_reached_unless_allowed(self):
        proxy = self.start_forward()
        other = self.start_upstream(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        for host in PRIVATE:
            authority = f"{host}:{other.port}"
            with self.subTest(authority):
                wire, answer = self.connect(proxy, authority)
                self.assertEqual(answer.status, 403)
                self.assertEqual(json.loads(answer.body)["name"], "Why401TunnelRefused")
                wire.close()
                wire = proxy.connect(tls=False)
                wire.send(f"GET http://{authority}/ HTTP/1.1\r\nHost: {authority}\r\n\r\n".encode())
                self.assertEqual(wire.response(b"GET").status, 403)
                wire.close()
        self.assertEqual(other.requests, [])

    def test_a_loop_is_noticed(self):
        proxy = self.start_forward("--tunnel", "all")
        wire, answer = self.connect(proxy, f"127.0.0.1:{proxy.port}")
        self.assertEqual(answer.status, 508)
        self.assertEqual(json.loads(answer.body)["name"], "Why401Loop")
        wire.close()

    def test_said_to_be_test_it_refuses_production(self):
        proxy = self.start_forward(config={"upstreams": [{"env": "http://localhost:9"}], "env": "test"})
        done = self.curl(proxy, "-w", "%{http_code}", "https://app.bitgo.com/api/v2/user/me")
        self.assertIn(b"Why401ProductionRefused", done.stdout)
        self.assertTrue(done.stdout.endswith(b"403"))
        self.assertIn("guard.production", [f["id"] for f in proxy.entries(1)[0]["findings"]])

    def test_on_ports_that_nobody_looks_at_bitgos_hosts_are_refused(self):
        asked = (("POST http://app.bitgo.com/api/v2/user/session", "app.bitgo.com", "https://app.bitgo.com"),
                 ("POST http://app.bitgo.com:8080/api/v2/user/session", "app.bitgo.com", "https://app.bitgo.com"),
                 ("GET https://app.bitgo.com:80/api/v2/user/me", "app.bitgo.com", "https://app.bitgo.com"),
                 ("CONNECT app.bitgo.com:80", "app.bitgo.com", "https://app.bitgo.com"),
                 ("CONNECT app.bitgo.com:8443", "app.bitgo.com", "https://app.bitgo.com"),
                 ("CONNECT www.bitgo.com:443", "www.bitgo.com", "https://app.bitgo.com"),
                 (f"CONNECT {HOST}:8443", HOST, f"https://{HOST}"))
        for args, names in ((("--env", "test", "--tunnel", "all", "--read-only"), ("Why401ProductionRefused", "guard.production")),
                            (("--env", "prod", "--tunnel", "all"), ("Why401NotInspected", None))):
            proxy = self.start("run", "--listen", "127.0.0.1:0", "--log-json", "-", *args)
            guarded = "test" in args
            # Without a guard clear text to port 80 becomes TLS, and a site that is no upstream's is passed on.
            rows = asked if guarded else [row for row in asked[1:] if row[1] != "www.bitgo.com"]
            for count, (line, host, instead) in enumerate(rows, 1):
                with self.subTest(args=args, line=line):
                    name, finding = names if host.endswith("bitgo.com") else ("Why401NotInspected", None)
                    wire = proxy.connect(tls=False)
                    wire.send(f"{line} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
                    answer = json.loads(wire.response(b"GET").body)
                    self.assertEqual(answer["name"], name)
                    if name == "Why401NotInspected":
                        self.assertIn(f"use {instead}", answer["error"])
                    entry = proxy.entries(count)[-1]
                    self.assertEqual((entry["host"], entry["status"]), (host, 403))
                    if finding:
                        self.assertIn(finding, [f["id"] for f in entry["findings"]])
                    wire.close()

    def test_read_only_lets_nothing_change(self):
        proxy = self.start_forward("--read-only")
        url = f"https://{HOST}/api/v2/tbtc/wallet/59cd72485007a239fb00282ed480da1f/tx/send"
        done = self.curl(proxy, "-d", "{}", url)
        self.assertEqual(json.loads(done.stdout)["name"], "Why401ReadOnly")
        self.curl(proxy, url)
        self.assertEqual([r.method for r in self.upstream.wait_requests(1)], [b"GET"])

    def test_several_doors(self):
        bitgo = certificates.make_leaf(self.home, self.root, (f"DNS:{HOST}",))
        tested = self.start_upstream(NOT_HERE, tls=True, certificate=bitgo)
        express = self.start_upstream(NOT_HERE)
        config = {"env": express.url, "upstreams": [
            {"env": "test", "resolve": f"127.0.0.1:{tested.port}", "ca": str(self.root.chain),
             "listen": "127.0.0.1:0"}]}
        proxy = self.start("run", "--listen", "127.0.0.1:0", "--config", self.write_config(config))
        second = int(proxy.err.wait_match(r"also on https://127\.0\.0\.1:(\d+), forwarding to https://" + HOST)
                     .group(1))
        for port in (proxy.port, second):
            self.run_command("curl", "-sS", "--cacert", proxy.ca, f"https://localhost:{port}/api/v2/user/me")
        self.assertEqual(express.wait_requests(1)[0].value(b"host"), express.authority)
        self.assertEqual(tested.wait_requests(1)[0].value(b"host"), HOST.encode())


class InANetworkOfItsOwn(Forwarding):
    """Tests that run once more, in a network and with mounts of their own."""

    INSIDE = "WHY401_TEST_INSIDE"

    def enter(self, ready):
        """False when this is the run inside; outside, the whole run inside, which begins with the shell command."""
        if self.INSIDE in os.environ:
            return False
        ready = "ip link set lo up && " + ready
        network = ["unshare", "-rnm", "sh", "-c"]
        if not shutil.which("unshare") or self.run_command(*network, ready).returncode != 0:
            self.skipTest("no network of its own can be had here")
        command = (f'{ready} && exec "$0" "$@"', sys.executable, "-B", "-m", "unittest", self.id())
        done = subprocess.run([*network, *command], env={**os.environ, self.INSIDE: "1"}, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return True

    def test_a_public_address_of_this_machine_is_this_machine(self):
        address = "9.9.9.9"
        if self.enter(f"ip address add {address}/32 dev lo"):
            return
        with socket.create_server((address, 0)) as here:
            wire, answer = self.connect(self.start_forward(), f"{address}:{here.getsockname()[1]}")
        self.assertEqual(answer.status, 403)
        self.assertIn(b"is an address of this machine", answer.body)
        wire.close()

    def silent_name_server(self):
        """Bound to where the inner run's resolver asks; None when this is the run outside, and all is done."""
        resolver = self.home / "resolv.conf"
        # Longer than these tests wait for anything, an end included.
        resolver.write_text("nameserver 127.0.0.9\noptions timeout:30 attempts:5\n")
        if self.enter(f"mount --bind {resolver} /etc/resolv.conf"):
            return None
        silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(silent.close)
        silent.bind(("127.0.0.9", 53))
        silent.settimeout(PATIENCE)
        return silent

    def test_a_name_that_nobody_answers_for_is_said_to_be_the_trouble(self):
        if self.silent_name_server() is None:
            return
        proxy = self.start("run", "--listen", "127.0.0.1:0", "--config", self.write_config({"timeouts": {"connect_ms": 300}}))
        answer = proxy.exchange(b"GET /api/v2/user/me HTTP/1.1\r\nHost: localhost\r\n\r\n", tls=False)
        self.assertEqual(answer.status, 502)
        self.assertIn(b"the name app.bitgo.com could not be resolved: no name server answered in time", answer.body)

    def test_names_that_nobody_answers_for_hold_up_neither_the_upstream_nor_the_end(self):
        silent = self.silent_name_server()
        if silent is None:
            return
        upstream = self.start_upstream(NOT_HERE, tls=True)
        proxy = self.start_proxy(upstream, config={"timeouts": {"drain_ms": 200}})
        tunnels = [proxy.connect(tls=False) for _ in range(24)]
        for number, wire in enumerate(tunnels):
            wire.send(b"CONNECT silent%d.example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n" % number)
        for _ in range(16):
            silent.recv(512)  # questions have been asked, so that lookups are under way
        self.assertEqual(proxy.exchange(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", tls=False).status, 401)
        self.assertEqual(select.select([wire.sock for wire in tunnels], [], [], 0)[0], [])
        proxy.stop()


class ThroughTheNetworksProxy(Forwarding):
    def start_network_proxy(self, **answers):
        network = ConnectProxy(**answers)
        self.addCleanup(network.close)
        return network

    def test_a_name_is_the_proxys_to_resolve(self):
        bitgo = certificates.make_leaf(self.home, self.root, (f"DNS:{HOST}",))
        upstream = self.start_upstream(NOT_HERE, tls=True, certificate=bitgo)
        network = self.start_network_proxy(route={f"{HOST}:443": upstream.port})
        config = {"upstreams": [{"env": "test", "ca": str(self.root.chain)}]}
        proxy = self.start("run", "--listen", "127.0.0.1:0", "--config", self.write_config(config), "--log-json", "-",
                           env={"HTTPS_PROXY": f"http://fund:canaryPassword@127.0.0.1:{network.port}"})
        self.assertGreater(proxy.port, 0)
        done = self.curl(proxy, f"https://{HOST}/api/v2/user/me")
        self.assertEqual(done.stdout, REFUSED, done.stderr)
        wanted = "Basic " + base64.b64encode(b"fund:canaryPassword").decode()
        self.assertEqual(network.asked, [(f"{HOST}:443", wanted)])
        self.assertNotIn("canary", proxy.err.text() + proxy.out.text())

    def test_a_refusal_says_what_it_said(self):
        network = self.start_network_proxy(refuse=b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
        proxy = self.start("run", "--listen", "127.0.0.1:0", "--upstream-proxy", f"http://127.0.0.1:{network.port}")
        done = self.curl(proxy, f"https://{HOST}/api/v2/user/me")
        self.assertEqual(json.loads(done.stdout)["name"], "Why401UpstreamProxy")
        self.assertIn(b"407", done.stdout)

    def test_it_is_not_asked_for_private_addresses_in_any_spelling(self):
        network = self.start_network_proxy(refuse=b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        proxy = self.start("run", "--listen", "127.0.0.1:0", "--upstream-proxy", f"http://127.0.0.1:{network.port}")
        for host in (*PRIVATE, "0xa9fea9fe", "010.0.0.1", "169.254.43518"):
            with self.subTest(host):
                wire, answer = self.connect(proxy, f"{host}:443")
                self.assertEqual(answer.status, 403)
                wire.close()
                got = proxy.exchange(f"GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n".encode(), tls=False)
                self.assertEqual(got.status, 403)
        for host in ("127.0.0.1..", "169.254.169.254..", "a..example"):
            with self.subTest(host):
                self.assertEqual(self.connect(proxy, f"{host}:443")[1].status, 400)
        self.assertEqual(network.asked, [])
