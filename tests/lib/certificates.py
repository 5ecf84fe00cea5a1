"""Certificates for test upstreams, made by the openssl command at test time; no key is ever kept."""
import dataclasses
import pathlib
import subprocess


@dataclasses.dataclass(frozen=True)
class Certificate:
    """A certificate with its key, both PEM files."""

    chain: pathlib.Path
    key: pathlib.Path


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, timeout=60)


def make_root(folder, name="Test Root"):
    """A self-signed root in `folder`."""
    stem = name.lower().replace(" ", "-")
    root = Certificate(folder / f"{stem}.pem", folder / f"{stem}-key.pem")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", root.key, "-out", root.chain, "-subj", f"/CN={name}", "-days", 2,
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    return root


def make_leaf(folder, root, names=("DNS:localhost", "IP:127.0.0.1", "IP:::1"), *, expired=False):
    """A server certificate for `names` (subjectAltName entries) that `root` signed."""
    stem = "expired" if expired else names[0].replace(":", "-").replace("*", "any")
    leaf = Certificate(folder / f"{stem}.pem", folder / f"{stem}-key.pem")
    request, extensions = folder / f"{stem}.csr", folder / f"{stem}.ext"
    extensions.write_text(f"subjectAltName={','.join(names)}\nextendedKeyUsage=serverAuth\n"
                          "basicConstraints=CA:FALSE\n")
    openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", leaf.key, "-out", request, "-subj", "/CN=test upstream")
    # -1 is the one negative number of days that openssl takes: it ended yesterday.
    openssl("x509", "-req", "-in", request, "-CA", root.chain, "-CAkey", root.key, "-out", leaf.chain,
            "-CAcreateserial", "-extfile", extensions, "-days", -1 if expired else 2)
    return leaf
