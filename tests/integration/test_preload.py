"""The preload for Node: every way in which Node's own modules speak to BitGo's hosts goes through a CONNECT
tunnel, nothing else does, and the program notices no difference: it verifies, keeps alive, fails and ends
as before."""
import json
import pathlib
import socket
import ssl
import unittest

import certificates
from why401 import Case

PRELOAD = pathlib.Path(__file__).parents[2] / "proxy" / "child" / "preload.cjs"
HOST = "app.bitgo-test.com"
URL = f"https://{HOST}/api/v2/ping"
BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong"

# Each prints what it read; every one in a Node of its own.
CLIENTS = {
    "https.get": "require('https').get(ADDRESS, (r) => r.pipe(process.stdout))",
    "https.request, no agent": "require('https').get(ADDRESS, { agent: false }, (r) => r.pipe(process.stdout))",
    "https.request, an agent of its own":
        "require('https').get(ADDRESS, { agent: new (require('https').Agent)() }, (r) => r.pipe(process.stdout))",
    "fetch": "fetch(ADDRESS).then((r) => r.text()).then((t) => process.stdout.write(t))",
    "tls.connect": """
        const socket = require('tls').connect(443, HOST, { servername: HOST }, () =>
            socket.end('GET /api/v2/ping HTTP/1.1\\r\\nHost: ' + HOST + '\\r\\n\\r\\n'));
        socket.on('data', (bytes) => process.stdout.write(bytes.subarray(-4)));""",
    "a worker": """
        const { Worker } = require('worker_threads');
        new Worker("fetch('" + ADDRESS + "').then((r) => r.text()).then((t) => process.stdout.write(t))",
                   { eval: true });""",
    "a child of the child": """
        require('child_process').execFileSync(process.execPath,
            ['-e', "require('https').get('" + ADDRESS + "', (r) => r.pipe(process.stdout))"],
            { stdio: 'inherit' });""",
}

# The same with a slip in the scheme: what goes out in clear.
PLAIN = {
    "http.get": "require('http').get(PLAIN, (r) => r.pipe(process.stdout)).on('error', say)",
    "http.request, no agent": "require('http').get(PLAIN, { agent: false }, (r) => r.pipe(process.stdout)).on('error', say)",
    "http.request, an agent of its own": """
        const agent = new (require('http').Agent)({ keepAlive: true, timeout: 20000 });
        const request = require('http').get(PLAIN, { agent }, (r) => {
            r.pipe(process.stdout);
            r.on('end', () => agent.destroy());
        });
        request.on('error', say);
        request.setNoDelay();
        request.setTimeout(30000);""",
    "fetch": "fetch(PLAIN).then((r) => r.text()).then((t) => process.stdout.write(t), (error) => say(error.cause))",
    "net.connect": """
        const socket = require('net').connect(80, HOST, () =>
            socket.end('GET /api/v2/ping HTTP/1.1\\r\\nHost: ' + HOST + '\\r\\n\\r\\n'));
        socket.on('data', (bytes) => process.stdout.write(bytes.subarray(-4))).on('error', say);""",
    "TLS over a connection of its own": """
        const under = require('net').connect({ port: 443, host: HOST });
        const over = require('tls').connect({ socket: under, servername: HOST }, () =>
            over.end('GET /api/v2/ping HTTP/1.1\\r\\nHost: ' + HOST + '\\r\\n\\r\\n'));
        over.on('data', (bytes) => process.stdout.write(bytes.subarray(-4))).on('error', say);""",
}

KEEP_ALIVE = """
    const https = require('https');
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    const get = (done) => https.get(ADDRESS, { agent }, (r) => { r.resume(); r.on('end', () => setImmediate(done)); });
    get(() => get(() => get(() => process.stdout.write('done'))));
"""

ESM = """
    import { connect } from 'node:tls';
    import { get } from 'node:https';
    process.stdout.write(connect.name + ' ');
    get('%s', (r) => r.pipe(process.stdout));
""" % URL

BIG = """
    const https = require('https');
    const bytes = Buffer.alloc(3000000, 'x');
    const request = https.request(ADDRESS, { method: 'POST' }, (r) => {
        let size = 0;
        r.on('data', (chunk) => { size += chunk.length; });
        r.on('end', () => process.stdout.write(String(size)));
    });
    request.end(bytes);
"""

FAILS = "require('https').get(ADDRESS).on('error', (error) => console.log(JSON.stringify({ ...error, text: error.message })))"


class Preload(Case):
    def setUp(self):
        super().setUp()
        leaf = certificates.make_leaf(self.home, self.root, (f"DNS:{HOST}", "DNS:wallet.example"))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(leaf.chain, leaf.key)
        self.answer = BODY

    def tunnel(self, peer):
        """What why401 does: opens the tunnel and speaks TLS inside it."""
        if peer.request() is None:
            return
        peer.send(b"HTTP/1.1 200 Connection Established\r\n\r\n")
        try:
            if peer.sock.recv(1, socket.MSG_PEEK) == b"\x16":
                peer.sock = self.context.wrap_socket(peer.sock, server_side=True)
        except ssl.SSLError:
            return  # the client did not trust us
        while peer.request() is not None:
            peer.send(self.answer)

    def node(self, source, *args, port, trust=True, **env):
        if trust:
            env["NODE_EXTRA_CA_CERTS"] = str(self.root.chain)
        names = (f"const HOST = '{HOST}', ADDRESS = '{URL}', PLAIN = ADDRESS.replace('https', 'http'),"
                 "say = (error) => console.log(error.message);") if "import" not in source else ""
        done = self.run_command("node", *args, "-e", names + source, env={
            "NODE_OPTIONS": f"--require={PRELOAD}", "WHY401_PROXY": f"http://127.0.0.1:{port}", **env})
        self.assertEqual(done.stderr, b"")
        return done.stdout.decode()

    def targets(self, proxy):
        return [message.target.decode() for message in proxy.requests if message.method == b"CONNECT"]

    def test_every_way_to_connect_is_captured(self):
        for name, source in CLIENTS.items():
            with self.subTest(name):
                proxy = self.start_upstream(self.tunnel)
                self.assertEqual(self.node(source, port=proxy.port), "pong")
                self.assertEqual(self.targets(proxy), [f"{HOST}:443"])
                self.assertEqual(proxy.requests[1].target, b"/api/v2/ping")
                self.assertEqual(proxy.requests[1].value(b"Host").decode(), HOST)

    def test_so_is_what_is_sent_in_clear(self):
        for name, source in PLAIN.items():
            with self.subTest(name):
                proxy = self.start_upstream(self.tunnel)
                self.assertEqual(self.node(source, port=proxy.port), "pong")
                self.assertEqual(self.targets(proxy), [f"{HOST}:{443 if 'TLS' in name else 80}"])
                self.assertEqual(proxy.requests[1].target, b"/api/v2/ping")

    def test_what_why401_says_to_that_is_told(self):
        said = b'{"error":"why401: it says so","name":"Why401NotInspected"}'

        def refuse(peer):
            peer.request()
            peer.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said))

        for name, source in PLAIN.items():
            with self.subTest(name):
                proxy = self.start_upstream(refuse)
                self.assertIn("answered HTTP/1.1 403 Forbidden: why401: it says so", self.node(source, port=proxy.port))
                self.assertEqual(len(proxy.requests), 1)

    def test_other_hosts_are_left_alone_in_clear(self):
        direct = self.start_upstream(BODY)
        proxy = self.start_upstream(self.tunnel)
        for source in PLAIN.values():
            if "http" in source or "fetch" in source:
                self.assertEqual(self.node(f"const HERE = '{direct.url}/';" + source.replace("PLAIN", "HERE"), port=proxy.port),
                                 "pong")
        self.assertEqual(proxy.requests, [])

    def test_modules_are_captured(self):
        proxy = self.start_upstream(self.tunnel)
        self.assertEqual(self.node(ESM, "--input-type=module", port=proxy.port), "why401Connect pong")
        self.assertEqual(self.targets(proxy), [f"{HOST}:443"])

    def test_keep_alive_uses_one_tunnel_and_the_process_still_ends(self):
        proxy = self.start_upstream(self.tunnel)
        self.assertEqual(self.node(KEEP_ALIVE, port=proxy.port), "done")
        self.assertEqual(len(self.targets(proxy)), 1)
        self.assertEqual(len(proxy.requests), 4)

    def test_big_bodies_pass_both_ways(self):
        size = 3000000
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"y" * size
        proxy = self.start_upstream(self.tunnel)
        self.assertEqual(self.node(BIG, port=proxy.port), str(size))
        self.assertEqual(len(proxy.requests[1].body), size)

    def test_other_hosts_are_left_alone_and_named_ones_are_not(self):
        proxy = self.start_upstream(self.tunnel)
        for host in ("wallet.example", "app.bitgo.com.example", "notbitgo.com.invalid"):
            error = json.loads(self.node(FAILS.replace("ADDRESS", f"'https://{host}/'"), port=proxy.port))
            self.assertEqual(error["syscall"], "getaddrinfo")  # it looks for the host itself
        self.assertEqual(proxy.requests, [])
        source = "require('https').get('https://wallet.example/', (r) => r.pipe(process.stdout))"
        self.assertEqual(self.node(source, port=proxy.port, WHY401_HOSTS="other.example,wallet.example"), "pong")
        self.assertEqual(self.targets(proxy), ["wallet.example:443"])

    def test_what_is_no_host_and_no_port_reaches_no_proxy(self):
        proxy = self.start_upstream(self.tunnel)
        for host, port in (("a:1 HTTP/1.1\r\nX: .bitgo.com", 443), ("a .bitgo.com", 443), (HOST, "443 HTTP/1.1\r\nX: y"),
                           (HOST, 0), (HOST, 65536)):
            with self.subTest(host=host, port=port):
                said = self.node(f"""
                    try {{
                        require('tls').connect({json.dumps({"host": host, "port": port})})
                            .on('error', () => console.log('failed')).on('secureConnect', () => process.exit());
                    }} catch {{ console.log('failed'); }}""", port=proxy.port)
                self.assertEqual(said, "failed\n")
        self.assertEqual(proxy.requests, [])

    def test_this_machine_is_reached_directly(self):
        direct = self.start_upstream(BODY, tls=True)
        proxy = self.start_upstream(self.tunnel)
        source = f"require('https').get('{direct.url}/', (r) => r.pipe(process.stdout))"
        self.assertEqual(self.node(source, port=proxy.port, WHY401_HOSTS="localhost"), "pong")
        self.assertEqual(proxy.requests, [])

    def test_it_verifies_as_ever(self):
        proxy = self.start_upstream(self.tunnel)
        error = json.loads(self.node(FAILS, port=proxy.port, trust=False))
        self.assertEqual(error["code"], "UNABLE_TO_VERIFY_LEAF_SIGNATURE")

    def test_failures_are_errors_of_the_request(self):
        def refuse(peer):
            peer.request()
            peer.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

        proxy = self.start_upstream(refuse)
        self.assertIn("answered HTTP/1.1 403 Forbidden", self.node(FAILS, port=proxy.port))
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        error = json.loads(self.node(FAILS, port=port))
        self.assertEqual((error["code"], error["port"]), ("ECONNREFUSED", port))

    def test_without_a_proxy_it_does_nothing(self):
        self.assertEqual(self.node("console.log(require('tls').connect.name)", port="none"), "connect\n")


if __name__ == "__main__":
    unittest.main()
