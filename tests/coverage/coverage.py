"""Line coverage of proxy/, read from what a build with --coverage counted while the suite ran.

    coverage.py BUILD

prints a table by module and writes BUILD/uncovered.txt: the files with the lines that never ran, the file
with most of them first. Exit code 1 when the whole is below the bound. gcov, which comes with the
compiler, reads the counters; a line that several programs compiled counts once.
"""
import collections
import concurrent.futures
import json
import pathlib
import subprocess
import sys

BOUND = 90.0  # per cent of proxy/
ROOT = pathlib.Path(__file__).resolve().parents[2]


def counts_of(notes):
    """What one object file knows of its sources: {path: {line: count}}."""
    done = subprocess.run(["gcov", "--json-format", "--stdout", notes], capture_output=True, check=True)
    found = {}
    for text in done.stdout.splitlines():
        for file in json.loads(text)["files"]:
            found[file["file"]] = {line["line_number"]: line["count"] for line in file["lines"]}
    return found


def lines_of(build):
    """Each file below proxy/, with how often each of its lines ran."""
    lines = collections.defaultdict(collections.Counter)
    notes = sorted((build / "proxy").rglob("*.gcno"))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for found in pool.map(counts_of, notes):
            for name, counts in found.items():
                path = (build / name).resolve()
                if path.is_relative_to(ROOT / "proxy"):
                    lines[path.relative_to(ROOT)].update(counts)
    return lines


def ranges(numbers):
    """[3, 4, 5, 9] is "3-5 9"; lines without code between two that did not run do not divide them."""
    found = []
    for number in numbers:
        if found and number - found[-1][1] <= 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in found)


def row(name, ran, total):
    return f"{name:<12}{ran:>8}{total:>8}{100 * ran / total:>8.1f} %"


def main(build):
    lines = lines_of(build)
    if not lines:
        sys.exit(f"nothing was counted in {build}")
    modules = collections.defaultdict(lambda: [0, 0])
    missing = []
    for path, counts in lines.items():
        never = sorted(number for number, count in counts.items() if count == 0)
        for name in (path.parts[1], "proxy/"):
            modules[name][0] += len(counts) - len(never)
            modules[name][1] += len(counts)
        if never:
            missing.append((len(never), len(counts), path, ranges(never)))
    missing.sort(key=lambda item: (-item[0], item[2]))
    with open(build / "uncovered.txt", "w", encoding="utf-8") as file:
        for never, total, path, where in missing:
            file.write(f"{path}: {never} of {total}: {where}\n")
    whole = modules.pop("proxy/")
    print(f"{'module':<12}{'ran':>8}{'lines':>8}{'':>8}")
    for name, (ran, total) in sorted(modules.items()):
        print(row(name, ran, total))
    print(row("proxy/", *whole))
    print(f"the lines that never ran: {build.relative_to(ROOT)}/uncovered.txt")
    if 100 * whole[0] / whole[1] < BOUND:
        sys.exit(f"that is less than {BOUND:.0f} %")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())
