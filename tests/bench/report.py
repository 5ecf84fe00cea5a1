"""The table that a run ends with, and its JSON."""
import datetime
import json
import os
import pathlib
import platform
import subprocess

from figures import US

TITLES = {"why401": "why401", "nginx": "nginx", "haproxy": "HAProxy", "squid": "squid",
          "mitmproxy": "mitmproxy", "direct": "no proxy"}
VERDICTS = {True: "yes", False: "NO", None: "?"}


def machine():
    cpu = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())
    return f"{len(os.sched_getaffinity(0))} cores, {cpu}, Linux {platform.release()}"


def version(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except FileNotFoundError:
        return None
    return next(iter((done.stdout + done.stderr).splitlines()), None)


def versions(place):
    found = {"why401": version(place.build / "why401", "--version"), "nginx": version("nginx", "-v"),
             "haproxy": version("haproxy", "-v"), "squid": version("squid", "-v"),
             "mitmproxy": version("mitmdump", "--version"), "openssl": version("openssl", "version")}
    return {name: text for name, text in found.items() if text}


def number(value, digits):
    return "–" if value is None else f"{value:,.{digits}f}"


def columns(results):
    present = {name for _, lines in results for _, figures in lines for name in figures.values}
    return [name for name in TITLES if name in present]


def rows(results):
    names = columns(results)
    yield ["workload", "unit", *(TITLES[name] for name in names), "× nginx", "× HAProxy", "target", "met"]
    for workload, lines in results:
        for line, figures in lines:
            yield [f"({workload.key}) {workload.title}", line.unit,
                   *(number(figures.median(name), line.digits) for name in names),
                   number(figures.ratio("nginx"), 2), number(figures.ratio("haproxy"), 2),
                   line.target.text if line.target else "",
                   VERDICTS[line.target.met(figures)] if line.target else ""]


def table(results):
    """As Markdown, its columns aligned."""
    lines = list(rows(results))
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    text = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(text)


def as_json(results, place, rounds, share, problems):
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": machine(), "versions": versions(place), "rounds": rounds, "share": share,
        "peers_log": place.log_peers, "problems": problems,
        "lines": [{"workload": workload.key, "title": workload.title, "unit": line.unit,
                   "values": {name: list(values.values()) for name, values in figures.values.items()},
                   "medians": {name: figures.median(name) for name in figures.values},
                   "ratio_nginx": figures.ratio("nginx"), "ratio_haproxy": figures.ratio("haproxy"),
                   "target": line.target.text if line.target else None,
                   "met": line.target.met(figures) if line.target and US in figures.values else None}
                  for workload, lines in results for line, figures in lines]}


def write(results, place, rounds, share, problems):
    path = place.build / "result.json"
    path.write_text(json.dumps(as_json(results, place, rounds, share, problems), indent=1) + "\n")
    return path
