"""One client through `why401 exec`: it asks a local stand-in of BitGo's test environment for something,
by BitGo's own URL, and what became of that is read from its output and from the JSON log.
"""
import dataclasses
import json
import subprocess

from why401 import PATIENCE, PROGRAM, environment

HOST = "app.bitgo-test.com"
URL = f"https://{HOST}/api/v2/user/me"
BODY = b'{"error":"No access token","name":"Unauthorized","requestId":"c2mcwqz9ch9mh6ejn9jfti0su"}'
ANSWER = (b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n"
          b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY))
NAMES = (f"DNS:{HOST}",)  # of the stand-in's certificate


def config_for(upstream, ca):
    """The config by which the test environment is a stand-in on this machine."""
    return {"upstreams": [{"env": "test", "resolve": f"127.0.0.1:{upstream.port}", "ca": str(ca)}]}


@dataclasses.dataclass(frozen=True)
class Outcome:
    captured: bool  # the exchange is in the log
    trusted: bool  # the client got the status and the body, not an error of TLS
    explained: bool  # the log says why it failed
    said: str  # what the client printed

    @property
    def complete(self):
        return self.captured and self.trusted and self.explained


def run(client, home, config):
    """Runs a client of the catalogue to its end, in a home that the program may write to."""
    log = home / "log.jsonl"
    log.unlink(missing_ok=True)
    done = subprocess.run([PROGRAM, "exec", "--quiet", "--config", config, "--log-json", log, "--", *client.command],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, cwd=home,
                          env=environment(home, client.environment), check=False)
    said = (done.stdout + done.stderr).decode(errors="replace")
    exchanges = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    exchanges = [exchange for exchange in exchanges if exchange.get("host") == HOST]
    return Outcome(captured=bool(exchanges),
                   trusted="401" in said and "No access token" in said,
                   explained=any(exchange["explanations"] for exchange in exchanges),
                   said=said)
