#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes the root of the container: deploy/root_fs.py --install DIR --models DIR --output DIR [--japanese yes|no]

A stage of deploy/Dockerfile, as root, on the Debian whose packages `./setup.sh --runtime-only` has installed. Into the output go what
`cmake --install` laid out, the programs that it starts, every library that one of these links (by their own dynamic sections, through ldd), the
data that they read, and for each Debian package of which a file is there its entry of the package database and its copyright file. Nothing else:
no shell, no package manager, no locale, no documentation.
"""
import argparse
import pathlib
import re
import shutil
import subprocess
import sys

PROGRAMS = ["/usr/bin/espeak-ng"]
# Whole folders and files that no library names; {arch} is the multiarch folder.
DATA = ["/usr/lib/{arch}/espeak-ng-data", "/etc/ssl/certs/ca-certificates.crt", "/etc/fonts", "/usr/share/fontconfig/conf.avail",
        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf", "/etc/nsswitch.conf",
        "/etc/os-release", "/usr/lib/os-release", "/etc/debian_version"]
JAPANESE_PROGRAMS = ["/usr/bin/mecab"]
JAPANESE_DATA = ["/etc/mecabrc", "/var/lib/mecab/dic/debian"]
USER_ID = 10001
# Where Debian has merged folders; its package database names some files by the old ones.
MERGED = ("bin", "lib", "lib64", "sbin")
NEVER = re.compile(r"/libcuda\.so|/libnvidia")  # the platform brings the driver; one in the image would be in its way


class RootError(Exception):
    """One line about what is missing."""


def output_of(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RootError(f"{' '.join(command[:2])}: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
    return done.stdout


def libraries_of(path):
    """What the loader would take for an ELF file, its interpreter too."""
    found = []
    for line in output_of("ldd", str(path)).splitlines():
        match = re.match(r"\s*(?:\S+ => )?(/\S+|not found)", line)
        if "not found" in line:
            raise RootError(f"{path}: a library is missing: {line.strip()}")
        if match:
            found.append(match[1])
    return found


def is_elf(path):
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def unmerged(path):
    """/lib/x -> /usr/lib/x."""
    parts = path.parts
    return pathlib.Path("/usr", *parts[1:]) if len(parts) > 1 and parts[1] in MERGED else path


class Root:
    """The folder that is filled."""

    def __init__(self, folder):
        self.folder = folder
        self.files = set()  # of this Debian, under their merged names

    def place(self, path):
        return self.folder / str(path).lstrip("/")

    def add(self, path):
        """A file, with every link on the way to it; the links are kept."""
        path = unmerged(pathlib.Path(path))
        if path in self.files:
            return
        if path.is_symlink():
            target = pathlib.Path(path.parent, path.readlink())
            self.add(pathlib.Path(str(target.parent.resolve()), target.name))
        elif path.is_dir():
            for item in sorted(path.iterdir()):
                self.add(item)
            return
        elif not path.is_file():
            raise RootError(f"{path}: is missing")
        self.files.add(path)
        self.place(path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, self.place(path), follow_symlinks=False)

    def add_program(self, path):
        """An ELF file of this Debian with what it links."""
        self.add(path)
        self.add_libraries_of(path)

    def add_libraries_of(self, path):
        for library in libraries_of(path):
            if NEVER.search(library):
                raise RootError(f"{path}: links {library}, which must come from outside")
            if not library.startswith("/usr/local/"):
                self.add(library)

    def add_installed(self, tree):
        """What `cmake --install` laid out. It goes to this Debian's own /usr/local too, where ldd finds it."""
        shutil.copytree(tree, "/", symlinks=True, dirs_exist_ok=True)
        shutil.copytree(tree, self.folder, symlinks=True, dirs_exist_ok=True)
        for path in sorted(pathlib.Path(tree).rglob("*")):
            if path.is_file() and not path.is_symlink() and is_elf(path):
                self.add_libraries_of("/" / path.relative_to(tree))


def packages_of(files):
    """{package: a file of it} for all files that belong to one."""
    names = {}
    for path in sorted(files):
        names[str(path)] = path
        parts = path.parts
        if len(parts) > 2 and parts[1] == "usr" and parts[2] in MERGED:
            names["/" + "/".join(parts[2:])] = path
    found = {}
    done = subprocess.run(["dpkg-query", "-S", *names], capture_output=True, text=True, check=False)  # fails when one has no owner
    for line in done.stdout.splitlines():
        owners, _, path = line.rpartition(": ")
        for owner in owners.split(", "):
            if not owner.startswith("diversion"):
                found.setdefault(owner.split(":")[0], path)
    return found


def add_package_records(root, packages):
    """/var/lib/dpkg/status.d, where scanners of small images look, and the copyright files."""
    records = root.place("/var/lib/dpkg/status.d")
    records.mkdir(parents=True)
    for package in sorted(packages):
        (records / package).write_text(output_of("dpkg-query", "--status", package), encoding="utf-8")
        text = pathlib.Path(f"/usr/share/doc/{package}/copyright")
        if text.is_file():
            target = root.place(text)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(text, target)  # a link to another package's file becomes a file


def add_frame(root):
    """Folders, links and the user."""
    for name in MERGED:
        (root.folder / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root.folder / name).symlink_to(f"usr/{name}")
    for name in ("dev", "proc", "sys", "tmp", "run", "etc", "opt/waveshift/models"):
        (root.folder / name).mkdir(parents=True, exist_ok=True)
    (root.folder / "tmp").chmod(0o1777)
    line = f"waveshift:x:{USER_ID}:{USER_ID}:waveshift:/tmp:/usr/sbin/nologin\n"
    (root.folder / "etc/passwd").write_text(f"root:x:0:0:root:/root:/usr/sbin/nologin\n{line}", encoding="ascii")
    (root.folder / "etc/group").write_text(f"root:x:0:\nwaveshift:x:{USER_ID}:\n", encoding="ascii")


def fill(arguments):
    root = Root(arguments.output)
    add_frame(root)
    root.add_installed(arguments.install)
    arch = output_of("dpkg-architecture", "-qDEB_HOST_MULTIARCH").strip() if shutil.which("dpkg-architecture") else \
        f"{output_of('uname', '-m').strip()}-linux-gnu"
    japanese = arguments.japanese == "yes"
    for program in PROGRAMS + (JAPANESE_PROGRAMS if japanese else []):
        root.add_program(program)
    for path in DATA + (JAPANESE_DATA if japanese else []):
        root.add(path.format(arch=arch))
    shutil.copytree(arguments.models, root.place("/opt/waveshift/models"), dirs_exist_ok=True)
    add_package_records(root, packages_of(root.files))
    own = root.place("/usr/share/waveshift")
    own.mkdir(parents=True)
    for name in ("LICENSE", "NOTICE"):
        shutil.copy(pathlib.Path(__file__).resolve().parents[1] / name, own)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--install", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--japanese", choices=["yes", "no"], default="no")
    try:
        fill(parser.parse_args())
    except (RootError, OSError) as error:
        print(f"root_fs: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
