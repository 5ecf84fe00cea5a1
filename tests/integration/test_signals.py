"""Signals, exit codes, and what the program says when it cannot start."""
import json
import signal
import socket
import threading

from why401 import RULE, Case
from wire import PATIENCE

GET = b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Ending(Case):
    def test_both_signals_end_it_with_0(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            proxy = self.start_proxy(self.start_upstream(OK))
            self.assertEqual(proxy.exchange(GET).status, 200)
            proxy.signal(number)
            self.assertEqual(proxy.wait(), 0)
            self.assertEqual(len(proxy.out.lines), 1)  # flushed

    def test_running_exchange_is_finished(self):
        asked, go_on = threading.Event(), threading.Event()

        def script(peer):
            peer.request()
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
            asked.set()
            go_on.wait(PATIENCE)
            peer.send(b"world")

        proxy = self.start_proxy(self.start_upstream(script, tls=True))
        wire = proxy.connect()
        wire.send(GET)
        self.assertTrue(asked.wait(PATIENCE))
        proxy.signal(signal.SIGTERM)
        self.refuses_connections(proxy)
        go_on.set()
        self.assertEqual(wire.response().body, b"helloworld")
        self.assertEqual(wire.rest(), b"")
        self.assertEqual(proxy.wait(), 0)
        self.assertEqual(json.loads(proxy.out.lines[0])["status"], 200)

    def refuses_connections(self, proxy):
        """Waits until the port is closed, which shows that the signal has come through."""
        while True:
            try:
                with socket.create_connection(("127.0.0.1", proxy.port), PATIENCE) as sock:
                    sock.recv(1)
            except ConnectionRefusedError:
                return
            except ConnectionError:
                continue

    def test_idle_connections_do_not_hold_it_up(self):
        proxy = self.start_proxy(self.start_upstream(OK, tls=True))
        wire = proxy.connect()
        wire.send(GET)
        self.assertEqual(wire.response().status, 200)
        proxy.signal(signal.SIGTERM)
        self.assertEqual(wire.rest(), b"")  # with close_notify
        self.assertEqual(proxy.wait(), 0)

    def test_second_signal_ends_it_at_once(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            self.second_signal(number)

    def second_signal(self, number):
        def script(peer):
            peer.request()
            peer.rest()

        upstream = self.start_upstream(script)
        proxy = self.start_proxy(upstream)
        wire = proxy.connect(tls=False)
        wire.send(GET)
        upstream.wait_requests(1)
        proxy.signal(signal.SIGTERM)
        self.refuses_connections(proxy)
        proxy.signal(number)
        self.assertEqual(proxy.wait(), 128 + number)

    def test_mock_ends_the_same_way(self):
        mock = self.start_mock()
        mock.stop()


class Reloading(Case):
    def reload(self, proxy, config, notice):
        self.write_config(config)
        proxy.signal(signal.SIGHUP)
        self.assertIsNotNone(proxy.err.wait_match(notice), proxy.err.text())

    def test_good_and_broken_files(self):
        proxy = self.start_proxy(self.start_upstream(OK), config={"source_ip": {"allow": ["127.0.0.1"], "enforce": True}})
        self.assertEqual(proxy.exchange(GET).status, 200)
        self.reload(proxy, {"source_ip": {"allow": ["192.0.2.1"], "enforce": True}}, r"(?i)reload|read again")
        self.assertEqual(proxy.exchange(GET).status, 403)
        self.reload(proxy, '{"source_ip": {"alow": []}}', r"alow")
        self.assertEqual(proxy.exchange(GET).status, 403)  # the old one stays in force
        self.assertRegex(proxy.err.text(), r"config\.json")
        self.assertRegex(proxy.err.text(), r"(?i)old|keep|stays|unchanged")

    def test_rules_are_read_again(self):
        rules = self.home / "rules"
        rules.mkdir()
        proxy = self.start_proxy(self.start_upstream(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
                                 "--rules", rules)
        (rules / "broken.json").write_text("{")
        proxy.signal(signal.SIGHUP)
        self.assertIsNotNone(proxy.err.wait_match(r"broken\.json"))
        proxy.exchange(b"GET /api/v2/wallets HTTP/1.1\r\nHost: localhost\r\n\r\n")
        entry = proxy.entries(1)[0]
        self.assertEqual(entry["explanations"][0]["id"], RULE + "401-unauthorized-no-access-token")


class NotStarting(Case):
    def refused(self, *args, code=2, env=None):
        """The message of a start that fails: one clear line, no crash."""
        done = self.run_program(*args, env=env)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertNotRegex(done.stderr, r"Sanitizer|runtime error")
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            said = self.refused("run", "--listen", f"127.0.0.1:{port}", code=1)
        self.assertIn(f"127.0.0.1 port {port}", said)
        self.assertRegex(said, r"in use")

    def test_port_in_use_by_another_run(self):
        """Workers share a port; two runs do not."""
        for workers in ("1", "3"):
            other = self.start("run", "--listen", "127.0.0.1:0", "--workers", workers)
            said = self.refused("run", "--listen", f"127.0.0.1:{other.port}", "--workers", "3", code=1)
            self.assertRegex(said, r"in use")

    def test_wrong_flag(self):
        self.assertIn("--lisen", self.refused("run", "--lisen", "127.0.0.1:0"))

    def test_wrong_command(self):
        self.assertIn("rnu", self.refused("rnu"))

    def test_flag_without_its_value(self):
        self.assertIn("--listen", self.refused("run", "--listen"))

    def test_bad_addresses(self):
        for address in ("127.0.0.1:99999", "nonsense", "127.0.0.1:", ":-1"):
            self.assertIn("--listen", self.refused("run", "--listen", address))

    def test_bad_environment(self):
        for url in ("production!", "ftp://localhost", "https://", "https://h:0", "https://user:pw@h/"):
            said = self.refused("run", "--env", url, "--listen", "127.0.0.1:0")
            self.assertIn("--env", said)
            self.assertNotIn("pw", said)

    def test_missing_config(self):
        self.assertIn("nowhere.json", self.refused("run", "--config", self.home / "nowhere.json", code=2))

    def test_broken_configs(self):
        for text, wanted in (('{"listen": ', r"config\.json"), ("[]", r"object"), ('{"nonsense": 1}', r"nonsense"),
                             ('{"limits": {"connections": "many"}}', r"limits\.connections.*integer|number"),
                             ('{"limits": {"connections": -1}}', r"limits\.connections"),
                             ('{"source_ip": {"allow": ["10.0.0.300"]}}', r"source_ip\.allow\[0\]"),
                             ('{"timeouts": {"connect_ms": 1e99}}', r"timeouts\.connect_ms")):
            with self.subTest(text):
                said = self.refused("run", "--config", self.write_config(text), "--listen", "127.0.0.1:0", code=2)
                self.assertRegex(said, wanted)

    def test_log_that_cannot_be_written(self):
        said = self.refused("run", "--listen", "127.0.0.1:0", "--log-json", self.home / "no" / "log.jsonl", code=1)
        self.assertIn("log.jsonl", said)

    def test_help_and_version(self):
        for args in (("--help",), ("help",), ("run", "--help"), ("--version",)):
            done = self.run_program(*args)
            self.assertEqual((done.returncode, done.stderr), (0, ""), args)
            self.assertTrue(done.stdout)

    def test_a_listener_beyond_loopback_warns(self):
        proxy = self.start("run", "--listen", "0.0.0.0:0", "--env", "http://127.0.0.1:1")
        self.assertIsNotNone(proxy.err.wait_match(r"(?i)warning.*(loopback|network|reach)|(?i:reach).*"))
