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
# In front of the command: takes our CA out of every file that exec has named to it.
DISTRUST = ("sh", "-c", 'place=$(dirname "$SSL_CERT_FILE") && rm "$place/truststore.jks" && : >"$place/ca.pem" && '
            'cp /etc/ssl/certs/ca-certificates.crt "$place/bundle.pem" && exec "$@"', "sh")
NAMES = (f"DNS:{HOST}",)  # of the stand-in's certificate


def config_for(upstream, ca):
    """The config by which the test environment is a stand-in on this machine."""
    return {"upstreams": [{"env": "test", "resolve": f"127.0.0.1:{upstream.port}", "ca": str(ca)}]}


@dataclasses.dataclass(frozen=True)
class Outcome:
    captured: bool  # the exchange is in the log
    answered: bool  # the client got the status and the body
    explained: bool  # the log says why it failed
    said: str  # what the client printed


def run(client, home, config, before=()):
    """Runs a client of the catalogue to its end, in a home that the program may write to."""
    log = home / "log.jsonl"
    log.unlink(missing_ok=True)
    try:
        done = subprocess.run([PROGRAM, "exec", "--quiet", "--config", config, "--log-json", log, "--", *before,
                               *client.command],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=PATIENCE, cwd=home, env=environment(home, client.environment), check=False)
        said = done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired:
        said = f"did not end within {PATIENCE} seconds"
    exchanges = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    exchanges = [exchange for exchange in exchanges if exchange.get("host") == HOST]
    return Outcome(captured=bool(exchanges),
                   answered="401" in said and "No access token" in said,
                   explained=any(exchange["explanations"] for exchange in exchanges),
                   said=said)
