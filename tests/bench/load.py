"""Drives load/load.c: opens the connections, waits, lets it ask, reads its result, lets it go."""
import json
import subprocess


class Load:
    """Used as a context manager; when it is entered, all connections are open and used once."""

    def __init__(self, place, contender, request, connections=1, *, active=0, requests=0, rate=0,
                 expect=200, fresh=False, resume=False, tunnel=False):
        path = place.folder / "request"
        path.write_bytes(request.replace(b"{host}", contender.authority.encode()))
        self.command = [place.build / "tests" / "bench" / "bench_load", "--port", contender.port,
                        "--name", contender.host, "--ca", contender.ca, "--request", path,
                        "--connections", connections, "--active", active, "--requests", requests,
                        "--rate", rate, "--expect", expect]
        self.command += ["--fresh"] * fresh + ["--resume"] * resume
        self.command += ["--tunnel", contender.tunnel] if tunnel else []
        self.place = place
        self.process = None

    def line(self):
        text = self.process.stdout.readline()
        if not text:
            raise RuntimeError(f"the load generator ended with exit code {self.process.wait(20)}")
        return text

    def __enter__(self):
        self.process = self.place.spawn(self.command, [self.place.load_core], pipes=True)
        try:
            self.line()
        except RuntimeError:
            self.close()
            raise
        return self

    def run(self):
        """Sends the requests; returns what came of them."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        result = json.loads(self.line())
        if result["failed"] or result["unexpected"]:
            raise RuntimeError(f"{result['failed']} requests failed and {result['unexpected']} had another "
                               f"status than expected, of {result['requests']}")
        return result

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __exit__(self, *_):
        self.close()
