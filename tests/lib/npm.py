"""Packages of npm for tests, put into the build folder exactly as a lock file says."""
import shutil
import subprocess

FILES = ("package.json", "package-lock.json", ".npmrc")


def install(sources, folder, more=(), patience=240):
    """Copies the files of `sources`, and `more` of them, into `folder`, with node_modules beside them.
    It fails when npm takes longer than `patience` seconds."""
    folder.mkdir(parents=True, exist_ok=True)
    installed = folder / "installed"  # the lock file that node_modules was made from
    for name in (*FILES, *more):
        shutil.copy(sources / name, folder)
    lock = (sources / "package-lock.json").read_bytes()
    if not installed.exists() or installed.read_bytes() != lock:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, check=True, timeout=patience)
        installed.write_bytes(lock)
