"""The clients that are tried, as integrators have them: nothing in their commands and sources knows of a
proxy. Those that go past every proxy say what their users can do instead.
"""
import dataclasses
import json
import pathlib
import re
import shutil
import subprocess
import sys

from trial import HOST, URL

HERE = pathlib.Path(__file__).parent
NODE_OWN = ("https", "agent", "fetch")  # clients of reach.cjs that need no package
BASE_URL = "use why401 as its base URL"


@dataclasses.dataclass(frozen=True)
class Client:
    name: str
    command: tuple
    version: str | None  # None: it is not here
    environment: dict = dataclasses.field(default_factory=dict)  # besides exec's own
    bypass: str = ""  # it is known to go past the proxy; what its users can do
    plain: bool = False  # it speaks plain HTTP to the proxy, so there is no certificate to trust
    optional: bool = False  # it may be missing


def said(*command):
    """What a command prints; None where it cannot be run."""
    if shutil.which(command[0]) is None:
        return None
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr if done.returncode == 0 else None


def version(*command):
    """The first number with a dot in it that a command prints."""
    found = re.search(r"\d+(\.\d+)+", said(*command) or "")
    return found.group() if found else None


def curl():
    return Client("curl", ("curl", "-sS", "-i", URL), version("curl", "--version"))


def wget():
    return Client("wget", ("wget", "-S", "--content-on-error", "-O", "-", URL), version("wget", "--version"))


def git():
    """Its trace is the only place where git shows what the server answered."""
    return Client("git ls-remote", ("git", "ls-remote", f"https://{HOST}/x"), version("git", "--version"),
                  {"GIT_TRACE_CURL": "1", "GIT_TERMINAL_PROMPT": "0"})


def python(name, module=None, **more):
    """A client of reach.py, and the module of the package that it comes with (None: Python's own)."""
    asked = f"import {module}; print({module}.__version__)" if module else "import sys; print(sys.version)"
    function = name.replace(" ", "_").replace(".", "_")
    return Client(f"Python {name}", (sys.executable, HERE / "python" / "reach.py", function, URL),
                  version(sys.executable, "-c", asked), **more)


def pythons():
    yield python("urllib")
    yield python("requests", "requests")
    yield python("httpx", "httpx")
    yield python("httplib2", "httplib2")
    yield python("aiohttp trust_env", "aiohttp")
    yield python("aiohttp", "aiohttp", bypass="ClientSession(trust_env=True)")
    yield python("urllib3", "urllib3", bypass='ProxyManager(os.environ["HTTPS_PROXY"]) for PoolManager()')
    yield python("http.client", bypass=f"set_tunnel(), or {BASE_URL}")


def node(name, runtime=("node",), run_by="Node", folder=None, **more):
    """A client of reach.cjs that is the runtime's own, or else in the node_modules of `folder`."""
    script = (folder or HERE / "node") / "reach.cjs"
    return Client(f"{run_by} {name}", (*runtime, script, name, URL), version(runtime[0], "--version"), **more)


def package(name, folder, **more):
    """A client of reach.cjs that is a package of npm."""
    description = folder / "node_modules" / name / "package.json"
    number = json.loads(description.read_text())["version"] if description.exists() else None
    return dataclasses.replace(node(name, folder=folder, **more), version=number)


def nodes(folder):
    """Node's clients; `folder` is where npm has put those that are packages."""
    for name in NODE_OWN:
        yield node(name)
    for name in ("axios-0.21.1", "axios-1.6.0"):
        yield package(name, folder, plain=True)
    for name in ("axios", "superagent", "node-fetch-2", "node-fetch", "got", "undici", "@bitgo/sdk-api"):
        yield package(name, folder)


def binary(folder, pattern):
    """The program itself, of the package for this machine; its wrapper needs an install script."""
    return next(iter(sorted((folder / "node_modules").glob(pattern))), "none")


def node_versions(folder):
    """What differs most between Node's versions is which of its own clients know a proxy."""
    for number in (20, 22, 24):
        program = binary(folder, f"node-{number}/bin/node")
        for name in (*NODE_OWN, "superagent", "@bitgo/sdk-api"):
            yield node(name, (program,), f"Node {number}", folder, optional=True)


def others(folder):
    """Deno and Bun, which npm carries for some machines only."""
    for run_by, program, flags in (("Deno", binary(folder, "@deno/*/deno"), ("run", "-A")),
                                   ("Bun", binary(folder, "@oven/bun-*/bin/bun"), ("run",))):
        for name in ("https", "fetch"):
            yield node(name, (program, *flags), run_by, optional=True)


def compiled(build):
    """Go and Java; `build` is where prepare() has put what they are compiled to."""
    yield Client("Go net/http", (build / "go" / "reach", URL), version("go", "version"))
    for name in ("HttpURLConnection", "java.net.http"):
        yield Client(f"Java {name}", ("java", "-cp", build / "java", "Reach", name, URL), version("javac", "-version"))


def scripts():
    yield Client("Ruby net/http", ("ruby", HERE / "ruby" / "reach.rb", URL), version("ruby", "--version"))
    for name, module in (("LWP", "LWP"), ("HTTP::Tiny", "HTTP::Tiny")):
        yield Client(f"Perl {name}", ("perl", HERE / "perl" / "reach.pl", name, URL),
                     version("perl", "-MIO::Socket::SSL", f"-M{module}", "-e", f"print ${module}::VERSION"))
    extension = version("php", "-r", "extension_loaded('curl') ? print(PHP_VERSION) : exit(1);")
    for name, number in (("curl", extension), ("streams", version("php", "--version"))):
        yield Client(f"PHP {name}", ("php", HERE / "php" / "reach.php", name, URL), number)
    yield Client("PHP streams, own context", ("php", HERE / "php" / "reach.php", "own", URL),
                 version("php", "--version"), bypass="stream_context_get_default() for stream_context_create()")


def everything(build):
    return [curl(), wget(), git(), *pythons(), *nodes(build / "node"), *node_versions(build / "node"),
            *others(build / "node"), *compiled(build), *scripts()]
