"""What a process and its descendants have used, read from /proc: all threads, in the kernel's words."""
import os
import pathlib
import time

TICKS = os.sysconf("SC_CLK_TCK")
PROC = pathlib.Path("/proc")


def stat(pid):
    """The fields of /proc/PID/stat behind the name, which may hold spaces; [1] is the parent."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def tree(pid):
    """`pid` and everything that descends from it."""
    children = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                children.setdefault(int(stat(entry.name)[1]), []).append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has ended meanwhile
    found = [pid]
    for known in found:
        found += children.get(known, [])
    return found


def cpu_seconds(pid):
    """User and system time of the tree."""
    return sum(int(ticks) for member in tree(pid) for ticks in stat(member)[11:13]) / TICKS


def settled_cpu_seconds(pid, patience=5):
    """The same once it stands still: a log may still be written when the last answer is out."""
    last, until = cpu_seconds(pid), time.monotonic() + patience
    while time.monotonic() < until:
        time.sleep(0.1)
        used = cpu_seconds(pid)
        if used - last < 1.5 / TICKS:
            return used
        last = used
    return last


def field(text, name):
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith(name + ":"))


def memory_kib(pid):
    """Proportional resident memory of the tree: pages that its members share count once. Only root may
    ask a process that lets nobody look into its memory, as why401 does; for others it is all resident."""
    try:
        return sum(field((PROC / str(member) / "smaps_rollup").read_text(), "Pss") for member in tree(pid))
    except PermissionError:
        return resident_kib(pid)


def resident_kib(pid):
    """Resident memory of the tree, each process with all that it shares."""
    return sum(field((PROC / str(member) / "status").read_text(), "VmRSS") for member in tree(pid))


def wakeups(pid):
    """How often threads of the tree have gone to sleep so far."""
    return sum(field((task / "status").read_text(), "voluntary_ctxt_switches")
               for member in tree(pid) for task in (PROC / str(member) / "task").iterdir())
