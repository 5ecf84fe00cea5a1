#!/usr/bin/env python3
"""Holds every #include to the order of the modules.

A module may use the contracts (include/why401/MODULE/) of itself and of the modules below it, and the
private headers of its own folder. A contract obeys the same rule as its module. A library's headers
may be included only by the modules that are there to wrap it. Exit status 1 and one line for each
offence; run by CTest, by './dev lint' and by hand from anywhere.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# From the bottom to the top; proxy/CMakeLists.txt builds them in this order.
ORDER = ["base", "http", "exchange", "inspect", "ledger", "tls", "net", "core", "explain", "observe",
         "verdict", "offline", "mock", "child", "config", "cli"]

# Library headers, by the beginning of their name, and the modules that may include them.
OWNERS = {
    "llhttp": {"http"},
    "openssl/ssl": {"tls"},
    "openssl/x509": {"tls"},
    "uv": {"net"},
    "jansson": {"exchange", "inspect", "ledger", "explain", "observe", "verdict", "offline", "mock",
                "config", "cli"},
    "sqlite3": {"ledger"},
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)


def module_of(path):
    """The module that a source or contract belongs to."""
    parts = path.relative_to(ROOT).parts
    return parts[2] if parts[0] == "include" else parts[1]


def library_owners(header):
    """The modules that may include a library's header; None when anyone may."""
    for beginning, owners in OWNERS.items():
        rest = header.removeprefix(beginning)
        if rest != header and rest[:1] in ("", ".", "/", "_", "v"):
            return owners
    return None


def offence(path, quote, header):
    """Why this include is wrong, or None."""
    module = module_of(path)
    if header.startswith("why401/"):
        used = header.split("/")[1]
        if not (ROOT / "include" / header).exists():
            return "there is no such contract"
        if used not in ORDER:
            return f"{used} is no module"
        if ORDER.index(used) > ORDER.index(module):
            return f"{used} lies above {module}"
        return None
    if quote == '"':
        folder = path.parent if (path.parent / header).exists() else ROOT / "proxy" / module
        target = (folder / header).resolve()
        if not target.is_relative_to(ROOT / "proxy" / module):
            return f"a private header must be of {module} itself"
    owners = library_owners(header)
    if owners is not None and module not in owners:
        return f"only {', '.join(sorted(owners))} may use this library"
    return None


def sources():
    for folder in (ROOT / "include" / "why401", ROOT / "proxy"):
        yield from sorted(path for path in folder.rglob("*.[ch]"))


def check_order_of_build():
    """The build adds the modules in the same order, so that both say one thing."""
    text = (ROOT / "proxy" / "CMakeLists.txt").read_text(encoding="utf-8")
    built = re.search(r"foreach\(module IN ITEMS ([^)]*)\)", text)
    if built is None or built.group(1).split() != ORDER:
        yield f"proxy/CMakeLists.txt: the modules are not listed as {' '.join(ORDER)}"


def main():
    offences = list(check_order_of_build())
    count = 0
    for path in sources():
        count += 1
        module = module_of(path)
        name = path.relative_to(ROOT)
        if module not in ORDER:
            offences.append(f"{name}: {module} is no module")
            continue
        text = path.read_text(encoding="utf-8")
        for match in INCLUDE.finditer(text):
            why = offence(path, *match.groups())
            if why is not None:
                line = text.count("\n", 0, match.start()) + 1
                offences.append(f"{name}:{line}: includes {match.group(2)}: {why}")
    for line in offences:
        print(line)
    print(f"{count} files, {len(offences)} offences")
    return 1 if offences else 0


sys.exit(main())
