# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Packages of PyPI and npm, fetched by name and exact version through the machine's own clients, and single files out of them.

A package is a dictionary: {"registry": "pypi" or "npm", "package", "version", "sha256"} and, for PyPI packages with compiled code, "platform"
and "python" (as `pip download` takes them), or "source": true for its source archive. Its archive counts only when its SHA-256 is right.
"""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile

CHUNK = 1 << 20
STALE_SECONDS = 24 * 3600


class PackageError(Exception):
    """One line for the user."""


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def pip_command():
    """The pip of this interpreter, or one on PATH."""
    for command in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        if shutil.which(command[0]) and subprocess.run([*command, "--version"], capture_output=True, check=False).returncode == 0:
            return command
    raise PackageError("pip is missing: install the package python3-pip")


def npm_command():
    if not shutil.which("npm"):
        raise PackageError("npm is missing: install the package npm")
    return ["npm"]


def client_command(package, folder):
    if package["registry"] == "npm":
        return [*npm_command(), "pack", f"{package['package']}@{package['version']}", "--pack-destination", str(folder),
                "--cache", str(folder / "npm-cache"), "--ignore-scripts", "--loglevel=error"]
    form = f"--no-binary={package['package']}" if package.get("source") else "--only-binary=:all:"
    command = [*pip_command(), "download", "--no-deps", form, "--no-cache-dir", "--quiet", "--disable-pip-version-check",
               "--dest", str(folder), f"{package['package']}=={package['version']}"]
    if "platform" in package:
        command += ["--platform", package["platform"], "--python-version", package["python"], "--implementation", "cp"]
    return command


def fetch(package, folder):
    """Fetches a package into an empty folder below `folder`; gives the path of its checked archive."""
    what = f"{package['package']} {package['version']}"
    place = pathlib.Path(tempfile.mkdtemp(dir=folder))
    done = subprocess.run(client_command(package, place), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
        raise PackageError(f"{what} could not be fetched from {package['registry']}: {lines[-1]}")
    archives = [path for path in place.iterdir() if path.suffix in (".whl", ".tgz", ".gz")]
    if len(archives) != 1:
        raise PackageError(f"{what}: {package['registry']} gave {len(archives)} archives instead of one")
    if sha256_of(archives[0]) != package["sha256"]:
        raise PackageError(f"{what}: the archive is not the one that is known (SHA-256)")
    return archives[0]


def write_stream(stream, target):
    with open(target, "wb") as output:
        shutil.copyfileobj(stream, output, CHUNK)


def extract(archive, wanted):
    """Plain files out of an archive, in one pass: {member: path}, for those that `wanted(member)` is true of. Names in the archive decide
    nothing about where they are written."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=archive.parent))
    found = {}
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as file:
            for name in file.namelist():
                if wanted(name) and not name.endswith("/"):
                    found[name] = folder / str(len(found))
                    with file.open(name) as stream:
                        write_stream(stream, found[name])
    else:
        with tarfile.open(archive) as file:
            for entry in file:
                if entry.isfile() and wanted(entry.name):
                    found[entry.name] = folder / str(len(found))
                    write_stream(file.extractfile(entry), found[entry.name])
    return found


def join(parts, target):
    """One file of several, written to the disk."""
    with open(target, "wb") as output:
        for part in parts:
            with open(part, "rb") as stream:
                shutil.copyfileobj(stream, output, CHUNK)
        output.flush()
        os.fsync(output.fileno())


@contextlib.contextmanager
def workplace(folder):
    """A scratch folder below `folder`, on its file system, for one process at a time; what a killed one left long ago is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for old in folder.glob(".fetch-*"):
            if time.time() - old.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(old, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder) as scratch:
            yield pathlib.Path(scratch)


def check_space(folder, needed):
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise PackageError(f"{folder}: {needed >> 20} MiB are needed there for a while, {free >> 20} MiB are free")


def fill_once(target, is_there, space_bytes, fill):
    """fill(scratch folder) makes `target`, once however many processes ask for it at a time; 0, or 1 with a line on stderr."""
    try:
        with workplace(target.parent) as scratch:
            check_space(scratch, space_bytes)
            if not is_there(target):
                fill(scratch)
    except (PackageError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def cache_folder():
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "waveshift"
