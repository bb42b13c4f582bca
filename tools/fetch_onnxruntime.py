#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""ONNX Runtime for machines whose distribution has none: tools/fetch_onnxruntime.py [--check]

Puts the official wheel's library and the C and C++ headers into CACHE/waveshift/onnxruntime-VERSION, where cmake/dependencies.cmake finds
them. Packages, versions and hashes: tools/onnxruntime.json. Does nothing when they are there. --check: exit 1 when they are not.
"""
import json
import os
import pathlib
import platform
import shutil
import sys

import packages

PINS = pathlib.Path(__file__).with_name("onnxruntime.json")
SPACE = 400 << 20  # the archive with the headers carries several systems' libraries as well


def is_there(target):
    return (target / "include/onnxruntime_cxx_api.h").is_file() and (target / "lib/libonnxruntime.so").is_file()


def fill(target, pins, library, scratch):
    """Makes the folder `target`, whole or not at all."""
    made = scratch / "made"
    (made / "include").mkdir(parents=True)
    (made / "lib").mkdir()
    name = f"libonnxruntime.so.{library['version']}"
    places = {f"onnxruntime/capi/{name}": f"lib/{name}", "onnxruntime/LICENSE": "LICENSE",
              "onnxruntime/ThirdPartyNotices.txt": "ThirdPartyNotices.txt"}
    for member, path in packages.extract(packages.fetch(library, scratch), places.__contains__).items():
        packages.join([path], made / places[member])
    os.symlink(name, made / "lib/libonnxruntime.so.1")
    os.symlink("libonnxruntime.so.1", made / "lib/libonnxruntime.so")
    headers = pins["headers"]["folder"] + "/"
    for member, path in packages.extract(packages.fetch(pins["headers"], scratch), lambda name: name.startswith(headers)).items():
        packages.join([path], made / "include" / pathlib.PurePosixPath(member).name)
    if not is_there(made):
        raise packages.PackageError("ONNX Runtime: its packages lack the library or the headers")
    shutil.rmtree(target, ignore_errors=True)
    os.rename(made, target)


def main():
    pins = json.loads(PINS.read_text(encoding="utf-8"))
    target = packages.cache_folder() / f"onnxruntime-{pins['version']}"
    if is_there(target):
        return 0
    if sys.argv[1:] == ["--check"]:
        return 1
    library = pins["library"].get(platform.machine())
    if library is None:
        print(f"ONNX Runtime: no library is known for {platform.machine()}; install one that CMake finds", file=sys.stderr)
        return 1
    return packages.fill_once(target, is_there, SPACE, lambda scratch: fill(target, pins, library, scratch))


if __name__ == "__main__":
    sys.exit(main())
