"""Counts under callgrind what the program `costs` does, and fails where eight times the size costs more than twelve times
as much: the square would be 64 times. Prints a table.

    check.py PROGRAM FOLDER     the folder holds the texts that the program is given
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

TIMES = 8
GROWTH_MOST = 12
SKIPPED = 77


def count(program, files):
    """(name, size, instructions) of each call that the program counted, in its order."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "counts")
        watcher = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={out}",
                   "--toggle-collect=counted", "--dump-after=counted", "--error-exitcode=97"]
        done = subprocess.run([*watcher, program, *files], stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{program} ended with {done.returncode} under valgrind")
        for number, line in enumerate(done.stdout.splitlines(), 1):
            size, _, name = line.partition(" ")
            with open(f"{out}.{number}", encoding="utf-8") as counts:
                total = re.search(r"^(?:totals|summary): (\d+)$", counts.read(), re.MULTILINE)
            yield name, int(size), int(total[1])


def main(program, folder):
    if not shutil.which("valgrind"):
        print("there is no valgrind here, so nothing was counted")
        sys.exit(SKIPPED)
    files = sorted(entry.path for entry in os.scandir(folder))
    counted = list(count(program, files))
    if len(counted) < 2 * len(files) or len(counted) % 2:
        sys.exit(f"{program} counted {len(counted)} calls, for {len(files)} files")
    steep = []
    print(f"{'':26}{'size':>8}{'instructions':>14}{'size':>8}{'instructions':>14}{'growth':>8}")
    for (name, few, little), (_, many, much) in zip(counted[::2], counted[1::2]):
        growth = much / little
        if growth > GROWTH_MOST:
            steep.append(name)
        print(f"{name:26}{few:>8}{little:>14,}{many:>8}{much:>14,}{growth:>8.1f}{'  too much' if name in steep[-1:] else ''}")
    if steep:
        sys.exit(f"with {TIMES} times the size these cost more than {GROWTH_MOST} times as much: {', '.join(steep)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
