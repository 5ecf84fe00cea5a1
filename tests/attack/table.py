"""Figures, printed as a table; ctest -V and ./dev attack show them."""
import sys


def show(title, columns, rows):
    """Rows of (name, number, …), with their sums below."""
    rows = list(rows)
    total = ["all"] + [sum(row[i] for row in rows) for i in range(1, len(columns))]
    width = max(len(str(row[0])) for row in rows + [total]) + 2
    print(f"\n{title}", file=sys.stderr)
    print("".ljust(width) + "".join(f"{name:>12}" for name in columns[1:]), file=sys.stderr)
    for row in rows + [total]:
        print(str(row[0]).ljust(width) + "".join(f"{number:>12}" for number in row[1:]), file=sys.stderr)
    sys.stderr.flush()


def say(text):
    print(text, file=sys.stderr, flush=True)
