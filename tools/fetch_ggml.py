#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Builds ggml once for machines that have none installed.

Installs it into CACHE/waveshift/ggml-VERSION (with --cuda: ggml-VERSION-cuda), where cmake/dependencies.cmake finds it. Package, version and
hash: tools/ggml.json; docs/adr/0009-ggml.md says why it is built this way. Does nothing when it is there.

CUDA's compiler is the one on PATH, or that of the environment variable CUDACXX, with its toolkit in CUDAToolkit_ROOT.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import packages

PINS = pathlib.Path(__file__).with_name("ggml.json")
SPACE = 300 << 20
CUDA_SPACE = 3 << 30
# One processor library for each family of instruction sets; the program loads the best one that the machine can run.
OPTIONS = ["-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON", "-DGGML_BACKEND_DL=ON", "-DGGML_CPU_ALL_VARIANTS=ON", "-DGGML_NATIVE=OFF",
           "-DGGML_OPENMP=OFF", "-DGGML_LLAMAFILE=ON", "-DGGML_BUILD_TESTS=OFF", "-DGGML_BUILD_EXAMPLES=OFF",
           "-DCMAKE_INSTALL_LIBDIR=lib", "-DCMAKE_INSTALL_RPATH=$ORIGIN;$ORIGIN/../lib"]
# Of ggml's fourteen families for x86 these six: no instruction set, AVX2, AVX2 with VNNI, AVX-512 with VNNI, the same with BF16, with AMX.
# The others differ little from one of them and would more than double the time to build.
X86_FAMILIES = {"x64", "haswell", "alderlake", "cascadelake", "zen4", "sapphirerapids"}
X86_FAMILY = re.compile(r"^\s*ggml_add_cpu_backend_variant\((\w+)[^)]*\)\n", re.MULTILINE)
CUDA_ARCHITECTURES = "75;86;89;90"
# Its attention is not used, and takes most of the time to build. Without virtual memory the driver's own library is not linked.
CUDA_OPTIONS = ["-DGGML_CUDA=ON", "-DGGML_CUDA_FA=OFF", "-DGGML_CUDA_NO_VMM=ON", "-DGGML_CUDA_NCCL=OFF"]
# What a graph multiplies in 32 bits is to be right in 32 bits.
CUDA_PRODUCTS = ("src/ggml-cuda/common.cuh", "CUBLAS_TF32_TENSOR_OP_MATH", "CUBLAS_DEFAULT_MATH")


def is_there(target):
    return (target / "lib/cmake/ggml/ggml-config.cmake").is_file()


def run(command, log):
    with open(log, "ab") as output:
        done = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        reason = next((line for line in lines if "rror" in line), lines[-1] if lines else "no message")
        raise packages.PackageError(f"ggml could not be built ({' '.join(command[:2])}): {reason.strip()}")


def unpack(archive, folder, target):
    """What lies below a folder of an archive, as a tree of its own."""
    found = packages.extract(archive, lambda member: member.startswith(folder + "/"))
    if not found:
        raise packages.PackageError(f"{archive.name}: has no folder {folder}")
    for member, path in found.items():
        place = pathlib.PurePosixPath(member).relative_to(folder)
        if ".." in place.parts:
            raise packages.PackageError(f"{archive.name}: the name {member} leaves its folder")
        (target / place).parent.mkdir(parents=True, exist_ok=True)
        os.rename(path, target / place)


def keep_families(source):
    """Takes the x86 families that are not wanted out of ggml's build file; what is named otherwise (ARM, ...) stays."""
    path = source / "src/CMakeLists.txt"
    text = path.read_text(encoding="utf-8")
    x86 = text[text.index("ggml_add_cpu_backend_variant(x64)"):text.index("ggml_add_cpu_backend_variant(armv8.0_1)")]
    kept = X86_FAMILY.sub(lambda match: match.group(0) if match.group(1) in X86_FAMILIES else "", x86)
    path.write_text(text.replace(x86, kept), encoding="utf-8")


def keep_products_exact(source):
    """Products of two f32 matrices on CUDA: in 32 bits instead of TF32."""
    name, wrong, right = CUDA_PRODUCTS
    text = (source / name).read_text(encoding="utf-8")
    if wrong not in text:
        raise packages.PackageError(f"ggml: {name} does not name {wrong}")
    (source / name).write_text(text.replace(wrong, right), encoding="utf-8")


def build(target, pins, scratch, options):
    """Makes the folder `target`, whole or not at all."""
    source, made, log = scratch / "source", scratch / "made", scratch / "log"
    unpack(packages.fetch(pins["source"], scratch), pins["source"]["folder"], source)
    keep_families(source)
    keep_products_exact(source)
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    run(["cmake", "-S", str(source), "-B", str(scratch / "build"), *generator, f"-DCMAKE_INSTALL_PREFIX={made}", *options], log)
    run(["cmake", "--build", str(scratch / "build"), "--parallel", str(os.cpu_count() or 1)], log)
    run(["cmake", "--install", str(scratch / "build"), "--strip"], log)
    shutil.copy(source / "LICENSE", made / "LICENSE")
    if not is_there(made):
        raise packages.PackageError("ggml: what was built has no lib/cmake/ggml/ggml-config.cmake")
    shutil.rmtree(target, ignore_errors=True)
    os.rename(made, target)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="build nothing; exit 1 when it is not there")
    parser.add_argument("--cuda", action="store_true", help="with CUDA")
    parser.add_argument("--architectures", default=CUDA_ARCHITECTURES, metavar="LIST",
                        help=f"of CUDA devices, as CMake takes them (default {CUDA_ARCHITECTURES}); one takes half an hour of a processor")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    pins = json.loads(PINS.read_text(encoding="utf-8"))
    target = packages.cache_folder() / f"ggml-{pins['version']}{'-cuda' if arguments.cuda else ''}"
    if is_there(target):
        return 0
    if arguments.check:
        return 1
    options = OPTIONS + ([*CUDA_OPTIONS, f"-DCMAKE_CUDA_ARCHITECTURES={arguments.architectures}"] if arguments.cuda else [])
    return packages.fill_once(target, is_there, CUDA_SPACE if arguments.cuda else SPACE, lambda scratch: build(target, pins, scratch, options))


if __name__ == "__main__":
    sys.exit(main())
