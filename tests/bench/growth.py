"""Does the cost of a request stay the same when there is more of something: connections, entries in the
list of allowed addresses, rules, workers?"""
import ipaddress
import json

from contenders import Why401
from figures import Line, at_most
from workloads import NO, OK, Workload, cpu_of


def per_100k(place, running, share, wanted, requests, **options):
    result, cpu = cpu_of(place, running, share, wanted, requests, **options)
    return cpu * 1e5 / result["requests"]


class Growth(Workload):
    """A line for each size, and one for the cost at the largest to the cost at `base`."""

    def __init__(self, key, title, sizes, base, unit, limit, contenders=(Why401,)):
        lines = [Line(str(size), f"CPU s/100k, {size:,} {unit}") for size in sizes]
        lines.append(Line("growth", f"{sizes[-1]:,} : {base:,}", 2, at_most(limit)))
        super().__init__(key, title, lines, contenders)
        self.sizes, self.base = sizes, base

    def with_growth(self, costs):
        growth = costs[self.sizes[-1]] / costs[self.base] if costs[self.base] else float("inf")
        return {**{str(size): cost for size, cost in costs.items()}, "growth": growth}


class Connections(Growth):
    """Concurrent connections, of which at most 64 wait for an answer at a time, in turn."""

    def __init__(self, contenders):
        super().__init__("gc", "more connections", (1, 10, 100, 1000, 10000), 100, "connections", 1.5,
                         contenders)

    def look_at(self, place, running, share):
        return self.with_growth({size: per_100k(place, running, share, OK, 40000, connections=size,
                                                active=min(size, 64)) for size in self.sizes})


class Configured(Growth):
    """why401 with more of something in its configuration, for which `configure` prepares the folder and
    returns (config, options)."""

    def __init__(self, key, title, unit, wanted, expect, configure, sizes=(1, 100, 10000), limit=1.1):
        super().__init__(key, title, sizes, sizes[0], unit, limit)
        self.wanted, self.expect, self.configure = wanted, expect, configure

    def sample(self, place, contender, share):
        costs = {}
        for size in self.sizes:
            config, options, cores = self.configure(place, size)
            with contender(place, cores, config, options) as running:
                costs[size] = per_100k(place, running, share, self.wanted, 40000, connections=32,
                                       expect=self.expect)
        return self.with_growth(costs)


def allowlist(_, size):
    """Networks of many lengths, of which the last is the client's."""
    first = int(ipaddress.ip_address("11.0.0.0"))
    networks = [f"{ipaddress.ip_address(first + i * 65536 // 2)}/{17 + i % 16}" for i in range(size - 1)]
    return {"source_ip": {"allow": [*networks, "127.0.0.0/8"], "enforce": True}}, (), None


def rules(place, size):
    """Rules that differ in path and text, as those of a company would, and that no answer fits."""
    folder = place.folder / f"rules-{size}"
    if not folder.exists():
        folder.mkdir()
        for i in range(size):
            (folder / f"rule-{i}.json").write_text(json.dumps(rule(i)))
    return {}, ("--rules", folder), None


def rule(i):
    answer = {"status": 400, "body": {"error": f"the widget {i} is out of order", "name": f"Widget{i}"}}
    examples = [{"name": f"widget {i}, {word}", "request": {"method": "GET", "target": f"/api/v2/widget{i}"},
                 "response": answer, "expect": "certain"} for word in ("first", "second")]
    return {"id": f"bench#widget-{i}", "title": f"Widget {i} is out of order",
            "meaning": f"The server has a widget {i}, and it is out of order.",
            "signals": [f"widget {i} is out of order"], "hints": ["widget"],
            "match": [{"confidence": "certain",
                       "all": [{"error": {"contains": [f"widget {i} is out of order"]}}]}],
            "evidence": {"received": ["BitGo answered {status}: \"{error}\"."]},
            "steps": [f"Repair widget {i}."],
            "support": {"send": ["The request id {requestId}."], "ask": [f"Ask whether widget {i} is well."]},
            "links": ["https://example.com/"], "examples": examples}


def workers(place, size):
    """With one worker on the proxy's core; with more on every core, the load's included."""
    return {}, ("--workers", str(size)), place.cores if size > 1 else None


WORKERS = Configured("w", "more workers", "workers", OK, 200, workers, (1, 2), 1.05)
ALLOWLIST = Configured("gl", "a longer list of addresses", "entries", OK, 200, allowlist)
RULES = Configured("gr", "more rules", "rules", NO, 401, rules)
