"""What was measured of one thing, by contender and round, and whether it is what we want."""
import dataclasses
import statistics
import typing

US = "why401"


class Figures:
    """One value of each contender in each round. Ratios are taken inside a round, where both sides had
    the same machine, and then the median of the rounds."""

    def __init__(self):
        self.values = {}  # contender: {round: value}

    def add(self, contender, round_, value):
        self.values.setdefault(contender, {})[round_] = value

    def median(self, contender):
        """None where it did not run."""
        values = self.values.get(contender)
        return statistics.median(values.values()) if values else None

    def ratio(self, *peers):
        """Ours to the lowest of the peers'; None where one of them is missing, or where there is nothing
        to divide: what a proxy adds to a latency can come out below zero on a busy machine."""
        ours = self.values.get(US, {})
        rounds = [r for r in ours if all(r in self.values.get(peer, {}) for peer in peers)]
        lowest = {r: min(self.values[peer][r] for peer in peers) for r in rounds}
        ratios = [ours[r] / lowest[r] for r in rounds if lowest[r] > 0 and ours[r] >= 0]
        return statistics.median(ratios) if ratios else None


@dataclasses.dataclass(frozen=True)
class Target:
    """What the project wants of a line: in words, and as a question that is answered with yes, no, or
    None where somebody who is compared with is missing."""

    text: str
    met: typing.Callable[[Figures], typing.Optional[bool]]


def times_the_lower(factor):
    def met(figures):
        ratio = figures.ratio("nginx", "haproxy")
        return None if ratio is None else ratio <= factor
    return Target(f"≤ {factor} × the lower of nginx and HAProxy", met)


def at_most(limit, unit=""):
    def met(figures):
        ours = figures.median(US)
        return None if ours is None else ours <= limit
    return Target(f"≤ {limit}{unit and ' ' + unit}", met)


def no_more_than(peer, title):
    def met(figures):
        ours, theirs = figures.median(US), figures.median(peer)
        return None if ours is None or theirs is None else ours <= theirs
    return Target(f"≤ {title}", met)


def times_faster(factor, peer, title):
    def met(figures):
        ours, theirs = figures.median(US), figures.median(peer)
        return None if ours is None or theirs is None else ours >= factor * theirs
    return Target(f"≥ {factor} × {title}", met)


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of the table."""

    key: str
    unit: str
    digits: int = 2
    target: typing.Optional[Target] = None
