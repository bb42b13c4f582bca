#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""What converting an IndexTTS release costs: tools/bench_convert.py [--build DIR] [--folder DIR] [--version 1.0|1.5] [TYPE...]

Writes a release with random weights in full size (1.2 or 1.7 GB below --folder, removed at the end), converts it to each TYPE (default f16, q8_0,
q4_k) and prints seconds of wall time, seconds of processor time, peak memory and the size of the model file.
"""
import argparse
import os
import pathlib
import subprocess
import tempfile
import time

MIB = 1 << 20


def convert(program, release, output, kind):
    """(wall seconds, processor seconds, peak MiB, MiB of the file)"""
    begin = time.monotonic()
    process = subprocess.Popen([program, "models", "convert", release, "-o", output, "--type", kind, "--quiet"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - begin
    if status != 0:
        raise SystemExit(f"converting to {kind} failed")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.stat().st_size / MIB


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("types", nargs="*", metavar="TYPE")
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/release"))
    parser.add_argument("--folder", help="where the release is written for a while (default: the system's temporary folder)")
    parser.add_argument("--version", choices=("1.0", "1.5"), default="1.5")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="waveshift_convert_") as folder:
        release, output = pathlib.Path(folder) / "release", pathlib.Path(folder) / "model.gguf"
        release.mkdir()
        subprocess.run([arguments.build / "bench/waveshift_make_release", arguments.version, release], check=True)
        print("type   wall s  cpu s  peak MiB  file MiB")
        for kind in arguments.types or ("f16", "q8_0", "q4_k"):
            print("%-5s %7.1f %6.1f %9.1f %9.1f" % (kind, *convert(arguments.build / "src/app/waveshift", release, output, kind)), flush=True)


if __name__ == "__main__":
    main()
