#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Transfers of a large file to and from an S3 server, measured: ours beside the AWS command line's, in turn.

The server is OpenStack Swift in a process of its own (tests/cloud/swift_peer.py), on this machine: no network is measured, but what either client
costs beside it. Times are those of whole processes; `start` is that of `aws --version`, ours starts in milliseconds. What comes back is compared with
what went up. Prints a table, and with --json writes all numbers.
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUCKET = "bench"
CHUNK = 1 << 20


class Swift:
    def __init__(self):
        self.process = subprocess.Popen(["/usr/bin/python3", str(ROOT / "tests/cloud/swift_peer.py")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.process.stdin.write("url\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit("bench_stores: tests/cloud/swift_peer.py does not start: run ./setup.sh")
        self.url = json.loads(line)["url"]
        # Both clients' names for the same account. Files and proxies of the machine are left out.
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": "/nonexistent", "R2_ENDPOINT_URL": self.url, "CLOUDFLARE_R2_BUCKET_NAME": BUCKET,
            "CLOUDFLARE_R2_ACCESS_KEY_ID": "test:tester", "CLOUDFLARE_R2_SECRET_ACCESS_KEY": "testing",
            "AWS_ACCESS_KEY_ID": "test:tester", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "auto",
            "AWS_ENDPOINT_URL": self.url, "AWS_EC2_METADATA_DISABLED": "true", "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
            "AWS_RESPONSE_CHECKSUM_VALIDATION": "when_required"}

    def run(self, *command):
        """Seconds of a process."""
        begin = time.monotonic()
        done = subprocess.run([str(part) for part in command], env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"bench_stores: {' '.join(map(str, command[:3]))}: {(done.stderr or done.stdout).strip()[-400:]}")
        return time.monotonic() - begin

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)


def make_file(path, mib):
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        for _ in range(mib):
            piece = os.urandom(CHUNK)
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def check_file(path, digest):
    with open(path, "rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != digest:
            sys.exit(f"bench_stores: {path.name} is not what went up")


def measure(swift, program, aws, folder, mib, rounds):
    source = folder / "source.bin"
    digest = make_file(source, mib)
    swift.run(aws, "s3", "mb", f"s3://{BUCKET}")
    times = {name: [] for name in ("start", "up", "aws_up", "down", "aws_down")}
    for _ in range(rounds):
        times["start"].append(swift.run(aws, "--version"))
        os.link(source, folder / "ours.bin")  # a store may keep the file that it is given
        times["up"].append(swift.run(program, "up", folder / "ours.bin", "ours.bin"))
        (folder / "ours.bin").unlink(missing_ok=True)
        times["aws_up"].append(swift.run(aws, "s3", "cp", "--only-show-errors", source, f"s3://{BUCKET}/theirs.bin"))
        got = folder / "got"
        got.mkdir()
        # Each takes what the other brought.
        times["down"].append(swift.run(program, "down", "theirs.bin", got))
        check_file(next(path for path in got.rglob("*") if path.is_file()), digest)
        shutil.rmtree(got)
        times["aws_down"].append(swift.run(aws, "s3", "cp", "--only-show-errors", f"s3://{BUCKET}/ours.bin", folder / "theirs.bin"))
        check_file(folder / "theirs.bin", digest)
        (folder / "theirs.bin").unlink()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=ROOT / "build/release/bench/waveshift_store_bench", type=pathlib.Path)
    parser.add_argument("--aws", required=True, help="the AWS command line (make bench-stores installs it)")
    parser.add_argument("--mib", type=int, default=200, help="size of the file (default 200)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path, help="where all numbers go")
    arguments = parser.parse_args()
    if arguments.mib < 1 or arguments.rounds < 1:
        parser.error("--mib and --rounds must be at least 1")
    swift = Swift()
    try:
        with tempfile.TemporaryDirectory(prefix="bench-stores-") as folder:
            times = measure(swift, arguments.program.resolve(), arguments.aws, pathlib.Path(folder), arguments.mib, arguments.rounds)
    finally:
        swift.close()
    print(f"{'':8} {'least':>8} {'median':>8} {'most':>8}   seconds for {arguments.mib} MiB, {arguments.rounds} rounds")
    for name, row in times.items():
        print(f"{name:8} {min(row):8.2f} {statistics.median(row):8.2f} {max(row):8.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"mib": arguments.mib, "seconds": times}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
