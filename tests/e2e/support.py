# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: running the program, reading media, checking reports and playlists."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("WAVESHIFT_BIN", ROOT / "build/release/src/app/waveshift")).resolve()
SAMPLE = ROOT / "examples" / "austen-on-hold.mp4"
TRANSCRIPT = ROOT / "examples" / "austen-on-hold.json"
RATE = 48000
AAC_FRAME_S = 1024 / RATE
PATIENCE_S = 120  # for things that happen in seconds on a quiet machine


def clean_environment(**more):
    """The environment of a user who has configured nothing; `more` on top."""
    keep = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS")}
    keep.update({k: str(v) for k, v in more.items()})
    return keep


class Case(unittest.TestCase):
    """A test with a scratch folder of its own, `self.folder`, in which programs run."""

    def setUp(self):
        self.assertTrue(BIN.is_file(), f"{BIN} is missing: build it, or set WAVESHIFT_BIN")
        self._scratch = tempfile.TemporaryDirectory(prefix="waveshift_e2e_", ignore_cleanup_errors=True)
        self.addCleanup(self._scratch.cleanup)
        self.folder = pathlib.Path(self._scratch.name)

    def run_program(self, *arguments, exit_code=0, env=None, timeout=PATIENCE_S * 2, stdin=None):
        """Runs `waveshift ARGUMENTS` to its end and checks the exit code."""
        done = subprocess.run([str(BIN), *map(str, arguments)], cwd=self.folder, env=env or self.environment(), timeout=timeout,
                              capture_output=True, input=stdin)
        out, err = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(exit_code, done.returncode, f"waveshift {' '.join(map(str, arguments))}\nstdout: {out}\nstderr: {err}")
        return out, err

    def environment(self, **more):
        # The engine that answers fastest; voices_test.py hears the neural ones.
        return clean_environment(**{"WAVESHIFT_HOME": self.folder / "home", "WAVESHIFT_ENGINE": "espeak", **more})

    def start_program(self, *arguments, env=None, **how):
        """Starts `waveshift ARGUMENTS`; it is killed at the test's end if it still runs."""
        process = subprocess.Popen([str(BIN), *map(str, arguments)], cwd=self.folder, env=env or self.environment(), **how)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait(PATIENCE_S)
            for stream in (process.stdout, process.stderr):
                if stream:
                    stream.close()
        self.addCleanup(end)
        return process

    def wait_for(self, condition, what, process=None, patience=PATIENCE_S):
        """The first true value of condition(); fails when it does not come, or the process ends before."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            if process is not None and process.poll() is not None:
                value = condition()
                if value:
                    return value
                self.fail(f"the program ended with {process.returncode} before {what}")
            time.sleep(0.05)
        self.fail(f"waited {patience} s in vain for {what}")

    def interrupt(self, process, how=signal.SIGINT):
        process.send_signal(how)
        return process.wait(PATIENCE_S)


class SlowSpeech:
    """Puts an espeak-ng before the real one on PATH that waits while it is told to: the same speech, when the test wants it.

    hold(word): a text with this word waits until release(). slow(seconds): every text takes so long.
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "slow_speech"
        self.folder.mkdir()
        real = shutil.which("espeak-ng")
        assert real, "espeak-ng is missing: run ./setup.sh"
        script = self.folder / "espeak-ng"
        # The loop has an end, so that nothing is left behind by a program that was killed.
        script.write_text(f"""#!/bin/bash
here={str(self.folder)!r}
for argument in "$@"; do
  if [[ $argument == --stdin ]]; then
    text="$(cat)"
    printf '%s\\n' "$text" >> "$here/spoken"
    [[ -e $here/seconds ]] && sleep "$(cat "$here/seconds")"
    for ((i = 0; i < 1200; ++i)); do
      [[ -e $here/hold && $text == *"$(cat "$here/hold")"* ]] || break
      touch "$here/waiting"
      sleep 0.05
    done
    printf '%s' "$text" | exec {real!r} "$@"
    exit $?
  fi
done
exec {real!r} "$@"
""", encoding="utf-8")
        script.chmod(0o755)

    def path(self):
        return f"{self.folder}:{os.environ['PATH']}"

    def hold(self, word):
        (self.folder / "waiting").unlink(missing_ok=True)
        (self.folder / "hold").write_text(word, encoding="utf-8")

    def slow(self, seconds):
        (self.folder / "seconds").write_text(str(seconds), encoding="utf-8")

    def spoken(self):
        """What was asked for so far, in order."""
        file = self.folder / "spoken"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def is_waiting(self):
        return (self.folder / "waiting").exists()

    def release(self):
        (self.folder / "hold").unlink(missing_ok=True)


# ---- media ----------------------------------------------------------------------------------------------------------------------

def probe(path, *arguments):
    """ffprobe's JSON."""
    command = ["ffprobe", "-v", "error", "-of", "json", *INPUT_FLAGS(path), *arguments, "-i", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S)
    if done.returncode != 0 or done.stderr.strip():
        raise AssertionError(f"ffprobe {path}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def INPUT_FLAGS(path):
    return ["-allowed_extensions", "ALL"] if str(path).endswith(".m3u8") else []


def first_frame_s(path, stream):
    """Presentation time of a stream's first decoded frame, in seconds."""
    frames = probe(path, "-select_streams", stream, "-read_intervals", "%+2", "-show_entries", "frame=pts_time")["frames"]
    return min(float(frame["pts_time"]) for frame in frames if "pts_time" in frame)


def decode(path, stream="a:0"):
    """(channels x samples at 48 kHz, start in seconds relative to nothing but the file's own clock)."""
    command = ["ffmpeg", "-v", "error", "-nostdin", *INPUT_FLAGS(path), "-i", str(path), "-map", f"0:{stream}", "-ac", "2", "-ar", str(RATE),
               "-f", "f32le", "-"]
    done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S * 2)
    if done.returncode != 0 or done.stderr.strip():
        raise AssertionError(f"ffmpeg {path}: {done.stderr.decode().strip()}")
    return numpy.frombuffer(done.stdout, "<f4").reshape(-1, 2).T, first_frame_s(path, stream)


def read_wav(path):
    """(mono samples, rate) of a WAV file, whatever its sample format."""
    rate = int(probe(path, "-show_streams")["streams"][0]["sample_rate"])
    raw = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(path), "-ac", "1", "-f", "f32le", "-"], capture_output=True,
                         check=True, timeout=PATIENCE_S).stdout
    return numpy.frombuffer(raw, "<f4"), rate


def find_in(track, sound):
    """(place, likeness) of `sound` in `track`: where their normalised cross-correlation is greatest; likeness is at most 1."""
    if len(sound) > len(track):
        raise ValueError("the sound is longer than the track")
    sound = sound - sound.mean()
    size = 1 << (len(track) + len(sound) - 1).bit_length()
    products = numpy.fft.irfft(numpy.fft.rfft(track, size) * numpy.conj(numpy.fft.rfft(sound, size)), size)[:len(track) - len(sound) + 1]
    sums = numpy.concatenate([[0.0], numpy.cumsum(track.astype(numpy.float64))])
    squares = numpy.concatenate([[0.0], numpy.cumsum(track.astype(numpy.float64) ** 2)])
    n = len(sound)
    window_sum = sums[n:] - sums[:-n]
    energy = numpy.maximum(squares[n:] - squares[:-n] - window_sum ** 2 / n, 1e-9)
    likeness = products / numpy.sqrt(energy * max(float((sound.astype(numpy.float64) ** 2).sum()), 1e-12))
    place = int(numpy.argmax(likeness))
    return place, float(likeness[place])


# ---- reports --------------------------------------------------------------------------------------------------------------------

def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


LINE_FIELDS = {
    "sequence": _is_integer, "speaker": lambda v: isinstance(v, str), "text": lambda v: isinstance(v, str),
    "status": lambda v: v in ("dubbed", "kept", "failed"), "slot_start_ms": _is_number, "slot_end_ms": _is_number,
    "shortening": lambda v: v in ("none", "rules", "llm"),
    "warnings": lambda v: isinstance(v, list) and all(isinstance(w, str) for w in v), "reused": lambda v: isinstance(v, bool),
    "wav": lambda v: v is None or isinstance(v, str)}
WHEN_DUBBED = {"planned_start_ms": _is_number, "planned_end_ms": _is_number, "measured_start_ms": _is_number,
               "measured_duration_ms": _is_number, "speed": _is_number, "engine": lambda v: v in ("indextts", "kokoro", "piper", "espeak"),
               "voice": lambda v: isinstance(v, str) and v != ""}
TOTALS = ("lines", "dubbed", "kept", "failed", "shortened", "reused", "warnings")


def check_report(report):
    """What is wrong with a report.json, as a list of sentences."""
    wrong = []

    def want(condition, what):
        if not condition:
            wrong.append(what)
    want(report.get("schema_version") == 1, "schema_version is not 1")
    want(report.get("status") in ("completed", "failed"), "status")
    want(isinstance(report.get("target_language"), str) and report.get("target_language"), "target_language")
    want(_is_number(report.get("media_duration_ms")) and report.get("media_duration_ms", 0) > 0, "media_duration_ms")
    want(isinstance(report.get("lines"), list), "lines")
    for index, line in enumerate(report.get("lines") or []):
        wrong += [f"line {index}: {what}" for what in check_line(line)]
    starts = [line.get("slot_start_ms", 0) for line in report.get("lines") or []]
    want(starts == sorted(starts), "lines are not in order of slot_start_ms")
    totals = report.get("totals") or {}
    for name in TOTALS:
        want(_is_integer(totals.get(name)) and totals.get(name, -1) >= 0, f"totals.{name}")
    if not wrong:
        wrong += check_totals(report, totals)
    stages = report.get("stages")
    want(isinstance(stages, list) and stages and all(isinstance(s.get("name"), str) and _is_number(s.get("seconds")) for s in stages), "stages")
    versions = report.get("versions")
    want(isinstance(versions, dict) and isinstance(versions.get("waveshift"), str) and all(
        isinstance(v, str) for v in versions.values()), "versions")
    return wrong


def check_line(line):
    wrong = []
    for name, is_right in LINE_FIELDS.items():
        if name not in line or not is_right(line[name]):
            wrong.append(f"{name} is {line.get(name, 'missing')!r}")
    dubbed = line.get("status") == "dubbed"
    for name, is_right in WHEN_DUBBED.items():
        if name not in line or (not is_right(line[name]) if dubbed else line[name] is not None):
            wrong.append(f"{name} is {line.get(name, 'missing')!r} of a {line.get('status')} line")
    failed = line.get("status") == "failed"
    if "error" not in line or (not isinstance(line["error"], str) if failed else line["error"] is not None):
        wrong.append(f"error is {line.get('error', 'missing')!r} of a {line.get('status')} line")
    if dubbed and not wrong:
        if not 0 <= line["planned_start_ms"] < line["planned_end_ms"]:
            wrong.append("planned times")
        if not 0.5 < line["speed"] < 2:
            wrong.append(f"speed {line['speed']}")
    return wrong


def check_totals(report, totals):
    lines = report["lines"]
    count = {"lines": len(lines), "reused": sum(line["reused"] for line in lines),
             "shortened": sum(line["shortening"] != "none" for line in lines), "warnings": sum(len(line["warnings"]) for line in lines)}
    for status in ("dubbed", "kept", "failed"):
        count[status] = sum(line["status"] == status for line in lines)
    return [f"totals.{name} is {totals[name]}, counted {count[name]}" for name in TOTALS if totals[name] != count[name]]


def read_report(folder):
    report = json.loads((pathlib.Path(folder) / "report.json").read_text(encoding="utf-8"))
    wrong = check_report(report)
    if wrong:
        raise AssertionError("report.json: " + "; ".join(wrong))
    return report


# ---- playlists ------------------------------------------------------------------------------------------------------------------

class MediaPlaylist:
    """A media playlist's text, taken apart."""

    def __init__(self, text):
        lines = text.splitlines()
        if not lines or lines[0] != "#EXTM3U":
            raise AssertionError(f"no playlist: {text[:60]!r}")
        self.text = text
        self.ended = "#EXT-X-ENDLIST" in lines
        self.type = next((line.split(":")[1] for line in lines if line.startswith("#EXT-X-PLAYLIST-TYPE:")), None)
        self.target = int(next(line.split(":")[1] for line in lines if line.startswith("#EXT-X-TARGETDURATION:")))
        self.map = next((re.search(r'URI="([^"]+)"', line).group(1) for line in lines if line.startswith("#EXT-X-MAP:")), None)
        self.durations = [float(line.split(":")[1].split(",")[0]) for line in lines if line.startswith("#EXTINF:")]
        self.segments = [line for line in lines if line and not line.startswith("#")]

    def problems(self, folder):
        """What is wrong with it and its files."""
        wrong = []
        if len(self.durations) != len(self.segments):
            wrong.append("EXTINF without segment, or the other way round")
        if any(round(duration) > self.target for duration in self.durations):
            wrong.append("a segment is longer than the target duration")
        for name in self.segments + ([self.map] if self.map else []):
            file = pathlib.Path(folder) / name
            if not file.is_file() or file.stat().st_size == 0:
                wrong.append(f"{name} is listed but not there")
        return wrong


def renditions(folder):
    """The media playlists that folder/playlist.m3u8 names: [(kind, attributes, path)], kind is VIDEO, AUDIO or SUBTITLES."""
    folder = pathlib.Path(folder)
    lines = (folder / "playlist.m3u8").read_text(encoding="utf-8").splitlines()
    if lines[0] != "#EXTM3U":
        raise AssertionError("playlist.m3u8 does not begin with #EXTM3U")
    found = []
    for number, line in enumerate(lines):
        attributes = dict(re.findall(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)', line.partition(":")[2]))
        attributes = {key: value.strip('"') for key, value in attributes.items()}
        if line.startswith("#EXT-X-MEDIA:"):
            found.append((attributes["TYPE"], attributes, folder / attributes["URI"]))
        elif line.startswith("#EXT-X-STREAM-INF:"):
            found.append(("VIDEO", attributes, folder / lines[number + 1]))
    return found
