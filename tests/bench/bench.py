"""why401 side by side with nginx, HAProxy, squid and mitmproxy; see README.md.

    bench.py BUILD [WORKLOAD…] [--rounds N] [--quick] [--peers-silent]
"""
import argparse
import pathlib
import sys

import report
from figures import Figures
from place import Place
from plan import WORKLOADS

QUICK_SHARE = 0.1


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def measure(workload, place, rounds, share, problems):
    """Every round takes each contender in turn. Returns the workload's lines with their figures."""
    lines = [(line, Figures()) for line in workload.lines]
    broken = set()
    for round_ in range(rounds):
        for contender in workload.contenders:
            if contender in broken or not contender.available(place):
                continue
            try:
                sample = workload.sample(place, contender, share)
            except RuntimeError as problem:
                broken.add(contender)
                problems.append(f"({workload.key}) {contender.name}: {problem}")
                say(problems[-1])
                continue
            for line, figures in lines:
                figures.add(contender.name, round_, sample[line.key])
            told = ", ".join(f"{sample[line.key]:.{line.digits}f} {line.unit}" for line in workload.lines)
            say(f"({workload.key}) round {round_ + 1}: {contender.name}: {told}")
    return lines


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench", allow_abbrev=False, add_help=True)
    keys = [workload.key for workload in WORKLOADS]
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD", help=f"of {' '.join(keys)}; all by default")
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender is measured (3)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the requests: does it work?")
    parser.add_argument("--peers-silent", action="store_true", help="nginx, HAProxy and squid write no log")
    chosen = parser.parse_args()
    unknown = set(chosen.workloads) - set(keys)
    if unknown:
        parser.error(f"there is no workload {' '.join(sorted(unknown))}; there are {' '.join(keys)}")
    return chosen


def main():
    chosen = arguments()
    share = QUICK_SHARE if chosen.quick else 1
    problems = []
    place = Place(chosen.build.resolve(), not chosen.peers_silent)
    say(f"{report.machine()}; proxies on core {place.proxy_core}, load and upstream on core {place.load_core}")
    try:
        results = [(workload, measure(workload, place, chosen.rounds, share, problems))
                   for workload in WORKLOADS if not chosen.workloads or workload.key in chosen.workloads]
        path = report.write(results, place, chosen.rounds, share, problems)
    finally:
        place.close()
    print(report.table(results))
    for problem in problems:
        print(f"did not run: {problem}")
    say(f"all figures are in {path}")


if __name__ == "__main__":
    main()
