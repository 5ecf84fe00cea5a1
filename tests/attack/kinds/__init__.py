"""The kinds of attack, one module each, with a function cases() that yields Case."""
import importlib
import pkgutil


def modules():
    return [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]


def all_cases():
    """Every case of every kind, sorted by kind; no two of a kind send the same bytes."""
    seen = set()
    for module in modules():
        for case in module.cases():
            if (case.kind, case.data) not in seen:
                seen.add((case.kind, case.data))
                yield case
