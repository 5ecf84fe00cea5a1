"""Failing answers that are bombs for whoever explains them: a few kilobytes that decode to a gigabyte, in every coding and
in layers, JSON nested without end, and text that is hard on patterns. They pass to the client byte for byte; what is kept
and decoded of them is bounded."""
import gzip
import json
import os
import shutil
import subprocess
import threading
import zlib

from siege import Siege
from table import say
from why401 import SANITIZED, Case as Test
from wire import Closed

WHOLE = os.environ.get("WHY401_ATTACK") == "whole"
ROUNDS = 5 if WHOLE else 1
CLIENTS = 8 if WHOLE else 2 if SANITIZED else 4
MEBIBYTE = 2**20


def deflated(size, bits):
    packer = zlib.compressobj(9, zlib.DEFLATED, bits)
    zeros = bytes(MEBIBYTE)
    return b"".join(packer.compress(zeros) for _ in range(size // MEBIBYTE)) + packer.flush()


def zstandard(size):
    """A frame whose blocks each repeat one byte 128 KiB times (RFC 8878 §3.1.1)."""
    def block(last):
        return (131072 << 3 | 1 << 1 | last).to_bytes(3, "little") + b"0"

    return b"\x28\xb5\x2f\xfd\x00\x38" + block(0) * (size // 131072 - 1) + block(1)


def brotli(size):
    node = shutil.which("node")
    script = f"process.stdout.write(require('zlib').brotliCompressSync(Buffer.alloc({size})))"
    done = subprocess.run([node, "-e", script], capture_output=True, check=False) if node else None
    return done.stdout if done and done.returncode == 0 else None


def bombs():
    """{name: (Content-Encoding, body)}."""
    size = (1024 if WHOLE else 128) * MEBIBYTE
    once = gzip.compress(bytes(10 * MEBIBYTE), 9)
    deep = b"[" * 200_000
    made = {
        "gzip": (b"gzip", deflated(size, 31)), "deflate": (b"deflate", deflated(size, 15)), "raw deflate": (b"deflate", deflated(size, -15)),
        "zstd": (b"zstd", zstandard(size)), "gzip twice": (b"gzip, gzip", gzip.compress(once, 9)), "gzip 50 times": (b", ".join([b"gzip"] * 50), once),
        "gzip of many members": (b"gzip", gzip.compress(b"") * 10_000), "gzip without end": (b"gzip", once[:-9]), "gzip of garbage": (b"gzip", b"\x1f\x8b\x08" + os.urandom(100_000)),
        "deep arrays": (None, deep), "deep objects": (None, b'{"a":' * 100_000), "deep arrays in gzip": (b"gzip", gzip.compress(deep * 5)),
        "30,000 keys": (None, b"{" + b",".join(b'"k%d":0' % i for i in range(30_000)) + b"}"), "a number without end": (None, b'{"error":' + b"9" * 250_000 + b"}"),
        "a string of escapes": (None, b'{"error":"' + b"\\u0000" * 40_000 + b'"}'), "escapes of escapes": (None, json.dumps({"error": json.dumps(json.dumps(json.dumps("\\" * 8000)))}).encode()),
        "one long word": (None, b'{"error":"' + b"a" * 250_000 + b'"}'), "many percents": (None, b'{"error":"' + b"%25" * 80_000 + b'"}'), "HTML without end": (None, b"<html>" + b"<a " * 80_000),
        "broken UTF-8": (None, b'{"error":"' + b"\xf0\x80\xc0\xff" * 60_000 + b'"}'),
    }
    made["brotli"] = (b"br", brotli(size))
    return made


class Bombs(Test):
    def test_bombs(self):
        made = bombs()
        skipped = [name for name, (_, body) in made.items() if body is None]
        for name in skipped:
            say(f"SKIPPED: {name}: node is not installed, which makes it")
            del made[name]
        names = list(made)

        def script(peer):
            while (request := peer.request()) is not None:
                if request.target == b"/healthy":
                    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    continue
                coding, body = made[names[int(request.target[1:])]]
                coding = b"" if coding is None else b"Content-Encoding: " + coding + b"\r\n"
                peer.send(b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n" % (coding, len(body)), body)

        upstream = self.start_upstream(script)
        proxy = self.start_proxy(upstream, "--quiet")
        failures = []

        def client():
            wire = proxy.connect(tls=False)
            try:
                for _ in range(ROUNDS):
                    for i, name in enumerate(names):
                        wire.send(b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % i)
                        if wire.response().body != made[name][1]:
                            failures.append(name)
            except (Closed, OSError) as failure:
                failures.append(str(failure))

        with Siege(proxy, f"{len(names)} bombs, {CLIENTS * ROUNDS} times each") as siege:
            clients = [threading.Thread(target=client) for _ in range(CLIENTS)]
            for one in clients:
                one.start()
            for one in clients:
                one.join()
            # Until all of them were judged, each in a line of the log; slow is fine, standing still is not.
            judged, wanted = 0, len(names) * CLIENTS * ROUNDS
            while judged < wanted:
                more = judged + 1
                self.assertIsNotNone(proxy.out.wait(lambda lines, more=more: sum('"status":400' in line for line in lines) >= more), "an exchange was not judged")
                judged = sum('"status":400' in line for line in proxy.out.lines)
        self.assertEqual(failures, [])
        # 64 MiB of bodies may wait, and one is decoded at a time.
        siege.check(self, mebibytes=112)
