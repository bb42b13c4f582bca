#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Fetches the models of the default set: tools/fetch_models.py [--check] [--verify] [--folder DIR] [NAME...]

What there is, its size, hash, licence and sources stand in share/models.json, which `waveshift models pull` reads too; this script is for
./setup.sh, when no program has been built yet. Only sources that are packages of PyPI or npm are used here. A file that is
there with its size is left alone; --verify reads it and compares its SHA-256 as well. --check fetches nothing and exits with 1 when something
is missing. Beside each model file lies FILE.sha256, which the program compares before it runs the model. Where files go: WAVESHIFT_MODEL_DIR,
else WAVESHIFT_HOME/models, else waveshift/models in the user's data folder, as the program has it. WAVESHIFT_MODEL_CATALOGUE names another list.
"""
import argparse
import json
import os
import pathlib
import sys

import packages

CATALOGUE = pathlib.Path(os.environ.get("WAVESHIFT_MODEL_CATALOGUE") or pathlib.Path(__file__).resolve().parents[1] / "share/models.json")


def model_folder():
    if os.environ.get("WAVESHIFT_MODEL_DIR"):
        return pathlib.Path(os.environ["WAVESHIFT_MODEL_DIR"])
    data = pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share")
    return pathlib.Path(os.environ.get("WAVESHIFT_HOME") or data / "waveshift") / "models"


def is_there(folder, file, verify):
    path = folder / file["path"]
    if not path.is_file() or path.stat().st_size != file["size"]:
        return False
    if file["path"].endswith(".onnx") and not path.with_name(path.name + ".sha256").is_file():
        return False
    return not verify or packages.sha256_of(path) == file["sha256"]


def parts_of(catalogue, file):
    """[{"package", "member", "inside"}] that the file is joined from; `inside` names a file within a member that is an archive."""
    for source in file["sources"]:
        parts = source.get("parts", [])
        if parts and all(catalogue["packages"][part["package"]]["registry"] in ("pypi", "npm") for part in parts):
            return parts
    raise packages.PackageError(f"{file['path']}: no package has it (waveshift models pull may find it elsewhere)")


class Fetcher:
    """Places files; fetches and opens each package once."""

    def __init__(self, catalogue, folder, scratch, files):
        self.catalogue = catalogue
        self.folder = folder
        self.scratch = scratch
        parts = [part for file in files for part in parts_of(catalogue, file)]
        self.wanted = {(part["package"], part["member"]) for part in parts}
        self.wanted_inside = {(part["package"], part["member"], part["inside"]) for part in parts if "inside" in part}
        self.extracted = {}
        self.extracted_inside = {}

    def part(self, package, member, inside=None):
        """The path of a plain file with the part's bytes."""
        path = self.member(package, member)
        if inside is None:
            return path
        if (package, member) not in self.extracted_inside:
            found = packages.extract(path, lambda name: (package, member, name) in self.wanted_inside)
            self.extracted_inside[package, member] = found
        if inside not in self.extracted_inside[package, member]:
            raise packages.PackageError(f"{package}: has no file {inside}")
        return self.extracted_inside[package, member][inside]

    def member(self, package, member):
        if package not in self.extracted:
            archive = packages.fetch(self.catalogue["packages"][package], self.scratch)
            self.extracted[package] = packages.extract(archive, lambda name: (package, name) in self.wanted)
            archive.unlink()
        if member not in self.extracted[package]:
            raise packages.PackageError(f"{package}: has no file {member}")
        return self.extracted[package][member]

    def place(self, file):
        target = self.folder / file["path"]
        made = self.scratch / "file"
        packages.join([self.part(**part) for part in parts_of(self.catalogue, file)], made)
        if made.stat().st_size != file["size"] or packages.sha256_of(made) != file["sha256"]:
            raise packages.PackageError(f"{file['path']}: what was fetched is not the file that is known (SHA-256)")
        target.parent.mkdir(parents=True, exist_ok=True)
        if file["path"].endswith(".onnx"):
            beside = target.with_name(target.name + ".sha256")
            beside.write_text(f"{file['sha256']}  {target.name}\n", encoding="ascii")
        os.replace(made, target)


def missing_files(models, folder, verify):
    return [file for model in models for file in model["files"] if not is_there(folder, file, verify)]


def chosen(catalogue, names):
    if not names:
        return [model for model in catalogue["models"] if model["default"]]
    known = {model["name"]: model for model in catalogue["models"]}
    for name in names:
        if name not in known:
            raise packages.PackageError(f"no model \"{name}\" (there are: {', '.join(known)})")
    return [known[name] for name in names]


def run(arguments):
    catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    folder = arguments.folder or model_folder()
    models = chosen(catalogue, arguments.names)
    missing = missing_files(models, folder, arguments.verify)
    if not missing:
        return 0
    if arguments.check:
        print(f"missing models in {folder}: {', '.join(file['path'] for file in missing[:3])}{' ...' if len(missing) > 3 else ''}",
              file=sys.stderr)
        return 1
    with packages.workplace(folder) as scratch:
        # Packages, what is taken out of them, and the finished files lie beside one another for a while.
        packages.check_space(folder, 3 * sum(file["size"] for file in missing) + (50 << 20))
        still_missing = missing_files(models, folder, arguments.verify)
        fetcher = Fetcher(catalogue, folder, scratch, still_missing)
        for file in still_missing:
            fetcher.place(file)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--verify", action="store_true")
    parser.add_argument("--folder", type=pathlib.Path)
    try:
        return run(parser.parse_args())
    except (packages.PackageError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
