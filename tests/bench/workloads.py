"""What is measured. Each workload knows who takes part, how to take one sample of one contender, and
which lines of the table come of it."""
import statistics
import time

import process
from contenders import Direct, Haproxy, Nginx, Why401
from figures import Line, at_most, no_more_than, times_the_lower
from load import Load
from place import WALLET

# Made up, of one repeated digit, in the shape of the real thing.
TOKEN = "v2x" + "1" * 64
POST_JSON = b'{"address":"' + b"2" * 34 + b'","comment":"' + b"c" * 950 + b'","amount":"1"}'


def request(method, path, *more, body=b"", close=False):
    lines = [f"{method} {path} HTTP/1.1", "Host: {host}", f"Authorization: Bearer {TOKEN}",
             "User-Agent: BitGoJS/1.0", "Accept: application/json", *more]
    lines += [f"Content-Length: {len(body)}"] if body else []
    lines += ["Connection: close"] if close else []
    return "\r\n".join([*lines, "", ""]).encode() + body


OK = request("GET", WALLET)
NO = request("GET", "/api/v2/user/me")
BIG = request("GET", WALLET + "/transfer")
NEW = request("GET", WALLET, close=True)
POST = request("POST", WALLET + "/tx/initiate", "Content-Type: application/json", "BitGo-SDK-Version: 1.0.0",
               "BitGo-Auth-Version: 2.0", "Auth-Timestamp: 1763942400000", "X-Request-Id: 1111",
               "Accept-Language: en", "Accept-Encoding: identity", body=POST_JSON)
KIB_PER_CONNECTION = Line("memory", "KiB an idle connection", 1, times_the_lower(1.0))


class Workload:
    contenders = (Why401, Nginx, Haproxy)

    def __init__(self, key, title, lines, contenders=None):
        self.key, self.title, self.lines = key, title, lines
        self.contenders = contenders or self.contenders

    def sample(self, place, contender, share):
        """Measures one contender, which is a class; returns {key of a line: value}. `share` of the
        usual number of requests is enough."""
        with contender(place) as running:
            return self.look_at(place, running, share)

    def look_at(self, place, running, share):
        raise NotImplementedError


def count(requests, running, share):
    return max(50, int(requests * share / running.slowness))


def cpu_of(place, running, share, wanted, requests, **options):
    """Runs `requests` requests; returns the load's result and the CPU seconds of the contender."""
    requests = count(requests, running, share)
    with Load(place, running, wanted, requests=requests, **options) as load:
        before = process.settled_cpu_seconds(running.pid)
        result = load.run()
        return result, process.settled_cpu_seconds(running.pid) - before


class Cpu(Workload):
    """CPU seconds of the contender for 100,000 requests, and how many a second it answers."""

    def __init__(self, key, title, wanted, requests, target=None, contenders=None, speed=None, **options):
        super().__init__(key, title, [Line("cpu", "CPU s/100k", 2, target), Line("speed", "req/s", 0, speed)],
                         contenders)
        self.wanted, self.requests, self.options = wanted, requests, {"connections": 32, **options}

    def look_at(self, place, running, share):
        result, cpu = cpu_of(place, running, share, self.wanted, self.requests, **self.options)
        return {"cpu": cpu * 1e5 / result["requests"], "speed": result["requests"] / result["seconds"]}


class Bulk(Cpu):
    """The same for bodies: CPU seconds for a GiB."""

    def __init__(self, *args, target, **options):
        super().__init__(*args, **options)
        self.lines = [Line("cpu", "CPU s/GiB", 2, target), Line("speed", "MiB/s", 0)]

    def look_at(self, place, running, share):
        result, cpu = cpu_of(place, running, share, self.wanted, self.requests, **self.options)
        return {"cpu": cpu * 2**30 / result["bytes"], "speed": result["bytes"] / 2**20 / result["seconds"]}


class Tunnels(Cpu):
    """CPU milliseconds for each new tunnel."""

    def __init__(self, *args, target, **options):
        super().__init__(*args, **options)
        self.lines = [Line("cpu", "CPU ms each", 2, target), Line("speed", "tunnels/s", 0)]

    def look_at(self, place, running, share):
        figures = super().look_at(place, running, share)
        return {**figures, "cpu": figures["cpu"] / 100}


class Idle(Workload):
    """Memory for each of many idle keep-alive connections, each used once before and once after."""

    def __init__(self, key, connections):
        super().__init__(key, f"{connections:,} idle connections", [KIB_PER_CONNECTION])
        self.connections = connections

    def look_at(self, place, running, share):
        connections = max(100, int(self.connections * share))
        with Load(place, running, OK, 1):
            before = process.memory_kib(running.pid)
        with Load(place, running, OK, connections, active=64, requests=connections) as load:
            process.settled_cpu_seconds(running.pid)
            time.sleep(1)  # what is idle may take a moment to give back what it does not need
            after = process.memory_kib(running.pid)
            load.run()
        return {"memory": (after - before) / connections}


class Latency(Workload):
    """Milliseconds that a contender adds: its percentiles less those without a proxy, taken at once
    before it. At no pace one connection asks again as soon as it has its answer."""

    def __init__(self, key, title, requests, **options):
        goal = no_more_than("haproxy", "HAProxy")
        super().__init__(key, title, [Line("p50", "ms added, p50", 3, goal), Line("p99", "ms added, p99", 3, goal),
                                      Line("p999", "ms added, p99.9", 3)])
        self.requests, self.options = requests, options

    def percentiles(self, place, running, share):
        with Load(place, running, OK, requests=count(self.requests, running, share), **self.options) as load:
            return load.run()

    def look_at(self, place, running, share):
        with Direct(place) as direct:
            without = self.percentiles(place, direct, share)
        through = self.percentiles(place, running, share)
        return {line.key: (through[line.key + "_us"] - without[line.key + "_us"]) / 1000 for line in self.lines}


class Start(Workload):
    """From the start of the program to the first connection taken, as the median of ten starts, and what
    it uses when nobody calls."""

    STARTS = 10

    def __init__(self):
        super().__init__("start", "start, and nothing to do", [
            Line("ready", "ms to ready", 1, at_most(30, "ms")),
            Line("resident", "MiB resident, idle", 1, at_most(12, "MiB")),
            Line("wakeups", "wake-ups in 5 s", 0, at_most(0))])

    def sample(self, place, contender, share):
        times = []
        for _ in range(self.STARTS):
            with contender(place) as running:
                times.append(running.ready_ms)
        return {**super().sample(place, contender, share), "ready": statistics.median(times)}

    def look_at(self, place, running, share):
        time.sleep(1)
        before = process.wakeups(running.pid)
        time.sleep(5)
        return {"resident": process.resident_kib(running.pid) / 1024,
                "wakeups": process.wakeups(running.pid) - before}
