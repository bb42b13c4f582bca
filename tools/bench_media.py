#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""The media work of a dub, measured: `waveshift dub --engine none` against a plain chain of ffmpeg commands, and peak memory by length.

The chain does per 6 s piece what a script would do: cut the picture and encode it again (libx264 superfast), cut the sound and encode it,
put both together; then all pieces are joined. Both start from the same video and run in turn, so that a busy machine slows both.
Prints a table, and writes all numbers as JSON.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PIECE_S = 6


def run(command, **how):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **how)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command[:4]))} ...: {done.stderr.strip()[-400:]}")
    return done


FFMPEG = ["ffmpeg", "-v", "error", "-nostdin", "-y"]


def make_video(path, seconds, size):
    """Moving pictures with noise (so that they are as hard to encode as camera pictures), key frames every 2 s, and stereo sound."""
    pictures = f"testsrc2=s={size}:r=25:d={seconds},noise=alls=6:allf=t"
    sound = f"aevalsrc=0.2*sin(2*PI*220*t)*sin(2*PI*0.5*t)|0.2*sin(2*PI*330*t)*sin(2*PI*0.3*t):s=48000:d={seconds}"
    run([*FFMPEG, "-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", sound, "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "5M",
         "-maxrate", "6M", "-bufsize", "6M", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", path])


def repeat_video(source, path, times):
    """The same packets `times` times, without encoding."""
    names = path.with_suffix(".txt")
    names.write_text(f"file '{source.resolve()}'\n" * times, encoding="utf-8")
    run([*FFMPEG, "-f", "concat", "-safe", "0", "-i", names, "-c", "copy", path])
    names.unlink()


def duration_of(path):
    return float(run(["ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", path]).stdout)


def make_transcript(path, seconds):
    """A line every 5 s, as in a talk."""
    segments = [{"sequence": i + 1, "start_ms": start * 1000, "end_ms": start * 1000 + 3500, "speaker": "AB"[i % 2],
                 "translation": f"This is line number {i + 1}."} for i, start in enumerate(range(1, int(seconds) - 5, 5))]
    path.write_text(json.dumps({"target_language": "en", "segments": segments}), encoding="utf-8")


def measured(command):
    """(seconds, peak resident memory in MiB) of one program."""
    begun = time.monotonic()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode != 0:
        sys.exit(f"bench: {command[0]} ended with {process.returncode}: {errors.decode()[-400:]}")
    return time.monotonic() - begun, usage.ru_maxrss / 1024


def dub(program, video, transcript, out):
    shutil.rmtree(out, ignore_errors=True)
    return measured([program, "dub", video, "--transcript", transcript, "--engine", "none", "--fresh", "--quiet", "-o", out])


def chain(video, out):
    """Seconds of the plain chain."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    begun = time.monotonic()
    pieces = []
    for number, start in enumerate(range(0, int(duration_of(video)), PIECE_S)):
        picture, sound, piece = (out / f"{number:05}{ending}" for ending in (".v.mp4", ".wav", ".mp4"))
        run([*FFMPEG, "-ss", start, "-t", PIECE_S, "-i", video, "-an", "-c:v", "libx264", "-preset", "superfast", picture])
        run([*FFMPEG, "-ss", start, "-t", PIECE_S, "-i", video, "-vn", "-ar", "48000", sound])
        run([*FFMPEG, "-i", picture, "-i", sound, "-c:v", "copy", "-c:a", "aac", "-b:a", "160k", "-shortest", piece])
        picture.unlink()
        sound.unlink()
        pieces.append(piece)
    names = out / "pieces.txt"
    names.write_text("".join(f"file '{piece.name}'\n" for piece in pieces), encoding="utf-8")
    run([*FFMPEG, "-f", "concat", "-safe", "0", "-i", names, "-c", "copy", out / "joined.mp4"])
    return time.monotonic() - begun


def bench_speed(arguments, video, work, results):
    transcript = work / "speed.json"
    make_transcript(transcript, arguments.minutes * 60)
    ours, theirs, memory = [], [], []
    for _ in range(arguments.rounds):
        seconds, peak = dub(arguments.program, video, transcript, work / "dub")
        ours.append(seconds)
        memory.append(peak)
        theirs.append(chain(video, work / "chain"))
        print(f"  waveshift {ours[-1]:8.1f} s    chain {theirs[-1]:8.1f} s    {theirs[-1] / ours[-1]:6.1f} times faster", flush=True)
    results["speed"] = {"minutes": arguments.minutes, "size": arguments.size, "waveshift_s": ours, "chain_s": theirs,
                        "ratio": statistics.median(b / a for a, b in zip(ours, theirs)), "peak_mib": memory}


def bench_memory(arguments, video, work, results):
    rows = []
    for minutes in arguments.memory_minutes:
        times = max(1, round(minutes / arguments.minutes))
        source = video
        if times > 1:
            source = work / f"long_{minutes}.mp4"
            repeat_video(video, source, times)
        transcript = work / f"memory_{minutes}.json"
        make_transcript(transcript, duration_of(source))
        seconds, peak = dub(arguments.program, source, transcript, work / "dub")
        rows.append({"minutes": round(duration_of(source) / 60, 2), "peak_mib": peak, "seconds": seconds})
        print(f"  {rows[-1]['minutes']:8.1f} min    {peak:8.1f} MiB    {seconds:8.1f} s", flush=True)
        shutil.rmtree(work / "dub", ignore_errors=True)
        if source != video:
            source.unlink()
    results["memory"] = rows
    if len(rows) > 1:
        results["memory_growth"] = rows[-1]["peak_mib"] / rows[0]["peak_mib"]
        print(f"  {rows[-1]['minutes'] / rows[0]['minutes']:.0f} times as long: {results['memory_growth']:.2f} times the memory")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/release/src/app/waveshift")
    parser.add_argument("--output", default="build/bench.json", type=pathlib.Path, help="where the numbers go as JSON")
    parser.add_argument("--minutes", type=float, default=10, help="length of the video for the speed test")
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--rounds", type=int, default=1, help="pairs of runs; the median of their ratios is reported")
    parser.add_argument("--memory-minutes", type=float, nargs="*", default=[10, 120], help="lengths for peak memory; none: skipped")
    parser.add_argument("--skip-speed", action="store_true")
    parser.add_argument("--folder", type=pathlib.Path, help="where the work is done (some GB; default: a temporary folder)")
    arguments = parser.parse_args()
    if not os.access(arguments.program, os.X_OK):
        sys.exit(f"bench: {arguments.program} is missing: run make bench, or name it with --program")
    version = run([arguments.program, "version"]).stdout.split("\n")[0]
    results = {"version": version, "cores": os.cpu_count(), "ffmpeg": run(["ffmpeg", "-version"]).stdout.split("\n")[0]}
    with tempfile.TemporaryDirectory(prefix="waveshift_bench_", dir=arguments.folder) as folder:
        work = pathlib.Path(folder)
        video = work / "video.mp4"
        print(f"making a video of {arguments.minutes:g} minutes, {arguments.size}", flush=True)
        make_video(video, arguments.minutes * 60, arguments.size)
        if not arguments.skip_speed:
            print("media work without speech, waveshift against a chain of ffmpeg commands:", flush=True)
            bench_speed(arguments, video, work, results)
        if arguments.memory_minutes:
            print("peak memory:", flush=True)
            bench_memory(arguments, video, work, results)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(f"numbers: {arguments.output}")


if __name__ == "__main__":
    main()
