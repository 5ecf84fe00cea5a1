"""Where a contender spends its time on one workload: system calls for each request (strace), then CPU by
thread with its system calls and functions (perf); see README.md.

    profile.py BUILD WORKLOAD [--contender NAME] [--requests N] [--lines N]
"""
import argparse
import collections
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import process
from load import Load
from place import Place
from plan import WORKLOADS
from workloads import Cpu

FRAME = re.compile(r"\s+[0-9a-f]+ (.*) \((.*)\)$")
ENTRY = re.compile(r"__(?:x64|arm64)_sys_(\w+)|ksys_(\w+)|__sys_(recvfrom|sendto|connect|accept4)$")


def under(place, workload, contender, requests, tool):
    """Runs the workload while `tool`, which is given the pid of the contender's worker, looks on."""
    with contender(place) as running, \
            Load(place, running, workload.wanted, requests=requests, **workload.options) as load:
        watched = subprocess.Popen([*map(str, tool), "-p", str(process.tree(running.pid)[-1])],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)  # neither tool says when it looks
        load.run()
        process.settled_cpu_seconds(running.pid)
        watched.send_signal(signal.SIGINT)
        watched.wait(120)


def print_calls(path, requests, lines):
    print(f"{'system call':20}  for each request")
    rows = [line.split() for line in path.read_text().splitlines()[2:]]
    counts = {row[-1]: int(row[3]) for row in rows if len(row) >= 5 and row[3].isdigit()}
    counts.pop("total", None)
    for name, count in sorted(counts.items(), key=lambda item: -item[1])[:lines]:
        print(f"{name:20}  {count / requests:8.3f}")


def samples(path):
    """[(thread, [(function, file), …])], the innermost function first."""
    script = subprocess.run(["perf", "script", "-i", path, "-F", "tid,ip,sym,dso", "--no-inline"],
                            capture_output=True, text=True, check=True)
    for block in script.stdout.split("\n\n"):
        thread, *frames = block.strip("\n").split("\n")
        found = [FRAME.match(frame) for frame in frames]
        if thread.strip():
            yield thread.strip(), [(m.group(1), m.group(2).rpartition("/")[2]) for m in found if m]


def call_of(stack):
    """The system call that a stack is in, and on whose behalf: the innermost function of the program."""
    entries = [next(filter(None, m.groups())) for m in (ENTRY.match(name) for name, _ in stack) if m]
    if not entries:
        return None
    caller = next((name for name, file in stack if file == "why401"), "a library")
    return f"{entries[-1]} for {caller}"


def functions_of(stack):
    """Each once, however deep it calls itself, and none of the kernel."""
    return {f"{name} [{file}]" for name, file in stack if "kernel" not in file and name != "[unknown]"}


def print_counter(title, counter, total, lines):
    print(f"  {title}")
    for name, count in counter.most_common(lines):
        if count / total >= 0.001:
            print(f"  {100 * count / total:6.1f} %  {name}")


def print_threads(path, lines):
    every = list(samples(path))
    for thread, own in collections.Counter(thread for thread, _ in every).most_common():
        stacks = [stack for other, stack in every if other == thread]
        print(f"\nthread {thread}: {100 * own / len(every):.1f} % of all CPU; shares are of all CPU")
        stacks = [stack for stack in stacks if stack]
        lists = {
            "by file": ["the kernel" if "kernel" in stack[0][1] else stack[0][1] for stack in stacks],
            "in system calls": filter(None, map(call_of, stacks)),
            "in functions and what they call": [frame for stack in stacks for frame in functions_of(stack)],
            "in functions themselves": [f"{stack[0][0]} [{stack[0][1]}]" for stack in stacks],
        }
        for title, found in lists.items():
            print_counter(title, collections.Counter(found), len(every), lines)


def arguments():
    workloads = {workload.key: workload for workload in WORKLOADS if isinstance(workload, Cpu)}
    parser = argparse.ArgumentParser(prog="./dev bench profile", allow_abbrev=False)
    parser.add_argument("build", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("workload", choices=workloads)
    parser.add_argument("--contender", default="why401", help="why401 (default), nginx, haproxy, …")
    parser.add_argument("--requests", type=int, help="by default those of the bench")
    parser.add_argument("--lines", type=int, default=25, help="of each list (25)")
    chosen = parser.parse_args()
    chosen.workload = workloads[chosen.workload]
    names = {contender.name: contender for contender in chosen.workload.contenders}
    if chosen.contender not in names:
        parser.error(f"({chosen.workload.key}) has {', '.join(names)}")
    chosen.contender = names[chosen.contender]
    return chosen


def main():
    chosen = arguments()
    requests = chosen.requests or chosen.workload.requests
    place = Place(chosen.build.resolve())
    calls, stacks = place.folder / "calls", place.folder / "stacks"
    try:
        if shutil.which("strace"):
            few = max(50, requests // 5)  # strace makes each call many times slower
            under(place, chosen.workload, chosen.contender, few, ["strace", "-c", "-f", "-o", calls])
            print_calls(calls, few, chosen.lines)
        if not shutil.which("perf"):
            sys.exit("profile: there is no perf (package linux-perf) to say more")
        under(place, chosen.workload, chosen.contender, requests,
              ["perf", "record", "-q", "-e", "cpu-clock", "-F", 4000, "--call-graph", "dwarf,4096", "-o", stacks])
        print_threads(stacks, chosen.lines)
    finally:
        place.close()


if __name__ == "__main__":
    main()
