"""What is left in the proxy's memory of secrets that went through it. The tests read that memory, which
only root may, so they are skipped for other users."""
import gzip
import json
import os
import re
import time
import unittest

import why401
from wire import PATIENCE

# Put together here, so that only the wire and the proxy ever hold them whole.
TOKEN = b"v2x" + b"7" * 64
PASSPHRASE = b"7correct7horse7battery7staple7"
OTP = b"7654321777"
BODY = b'{"walletPassphrase":"' + PASSPHRASE + b'","otp":"' + OTP + b'"}'
POST = (b"POST /api/v2/tbtc/wallet/7/sendcoins HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TOKEN +
        b"\r\nContent-Type: application/json\r\nContent-Length: " + str(len(BODY)).encode() + b"\r\n\r\n" + BODY)
REFUSED = b'{"error":"unauthorized","token":"' + TOKEN + b'"}'
ANSWER = (b"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: " +
          str(len(REFUSED)).encode() + b"\r\n\r\n" + REFUSED)


# Long enough for several reads, records and growing buffers, and told in every way a body can be.
LARGE = json.dumps({"padding": "x" * 50000, "prv": PASSPHRASE.decode(), "more": "y" * 500}).encode()
FORMS = (
    b"Content-Length: %d\r\n\r\n%s" % (len(LARGE), LARGE),
    b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(LARGE), LARGE),
    b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s" % (len(gzip.compress(LARGE)), gzip.compress(LARGE)),
)


def occurrences(process, secrets):
    """How often each secret is in the writable memory of a process."""
    found = dict.fromkeys(secrets, 0)
    with open(f"/proc/{process.pid}/maps", encoding="utf-8") as maps, \
            open(f"/proc/{process.pid}/mem", "rb", 0) as memory:
        for line in maps:
            begin, end, rights = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
            if not rights.startswith("rw"):
                continue
            try:
                memory.seek(int(begin, 16))
                content = memory.read(int(end, 16) - int(begin, 16))
            except (OSError, ValueError):
                continue
            for secret in secrets:
                found[secret] += content.count(secret)
    return found


@unittest.skipIf(why401.SANITIZED, "sanitizers keep freed memory")
@unittest.skipUnless(os.geteuid() == 0, "reads the memory of another process")
class Memory(why401.Case):
    def test_no_secret_stays_behind_when_its_connection_is_closed(self):
        proxy = self.start_proxy(self.start_upstream(ANSWER, tls=True))
        for tls in (True, False):
            self.assertEqual(proxy.exchange(POST, tls=tls).status, 401)
        proxy.entries(2)
        # The token is in one place: where it is kept to verify signatures (proxy/inspect/README.md).
        self.assertLeft(proxy, {TOKEN: 1, PASSPHRASE: 0, OTP: 0})

    def test_no_body_stays_behind(self):
        for form in FORMS:
            for tls in (True, False):
                with self.subTest(form=form[:30], tls=tls):
                    head = b"HTTP/1.1 400 Bad\r\nConnection: close\r\nContent-Type: application/json\r\n"
                    proxy = self.start_proxy(self.start_upstream(head + form, tls=tls), "--verbose", "--har",
                                             self.home / "traffic.har", "--log-json", self.home / "log.json")
                    request = form if b"gzip" not in form else FORMS[0]
                    wire = proxy.connect(tls=tls)
                    wire.send(b"POST /api/v2/x HTTP/1.1\r\nHost: localhost\r\n", request)
                    self.assertEqual(wire.response(b"POST").status, 400)
                    wire.close()
                    self.assertIsNotNone(proxy.out.wait_match("400"))
                    self.assertLeft(proxy, {PASSPHRASE: 0})
                    proxy.stop()

    def assertLeft(self, proxy, expected):
        """Waits until no more than this is left: connections close a moment after their peers."""
        end = time.monotonic() + PATIENCE
        left = occurrences(proxy.process, expected)
        while left != expected and time.monotonic() < end:
            left = occurrences(proxy.process, expected)
        self.assertEqual(left, expected)


if __name__ == "__main__":
    unittest.main()
