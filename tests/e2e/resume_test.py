#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""A run that was interrupted or killed is continued by the same command, and ends in the same result as one that was not."""
import hashlib
import json
import re
import shutil
import signal
import subprocess
import unittest

import support
from support import SAMPLE, TRANSCRIPT

# A word of line 7: lines 2 to 5 are spoken and kept before it is asked for.
LATE_WORD = "comadrejas"
# Others may be added to a report and may hold a run's own figures.
REPORT_FIELDS = ("schema_version", "status", "target_language", "media_duration_ms", "lines", "totals")


def content(folder):
    """{name: hash} of everything that a dub left, without its notes for later runs. A segment that was made again beside one that a killed run had
    not published yet counts by its plain name."""
    return {re.sub(r"(segment_\d+)_\d+\.", r"\1.", str(path.relative_to(folder))): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*"))
            if path.is_file() and ".waveshift" not in path.parts}


def comparable(report):
    """A report without what may differ between two runs: times of stages, which lines were spoken before, and what was measured in the sound,
    whose encoder starts anew where a run goes on (these are compared by measured())."""
    report = {key: value for key, value in report.items() if key not in ("stages", "versions")}
    report["totals"] = {key: value for key, value in report["totals"].items() if key != "reused"}
    report["lines"] = [{key: value for key, value in line.items() if key != "reused" and not key.startswith("measured")}
                       for line in report["lines"]]
    for name in [name for name in report if name not in REPORT_FIELDS]:
        del report[name]
    return json.dumps(report, sort_keys=True)


def measured(report):
    return [line[name] for line in report["lines"] for name in ("measured_start_ms", "measured_duration_ms") if line[name] is not None]


def pictures(path):
    """Times and hashes of a video's packets."""
    return subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *support.INPUT_FLAGS(path), "-i", str(path), "-map", "0:v:0", "-c", "copy",
                           "-f", "framehash", "-hash", "md5", "-"], capture_output=True, text=True, check=True).stdout


class ResumeTest(support.Case):
    def setUp(self):
        super().setUp()
        self.slow = support.SlowSpeech(self.folder)
        self.out = self.folder / "out"

    def dub(self, *more, out=None):
        self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "--keep-lines", "-o", out or self.out, "--quiet", *more,
                         env=self.environment(PATH=self.slow.path()))
        return support.read_report(out or self.out)

    def start_and_hold(self):
        """A run that has spoken the first lines and waits for a late one."""
        self.slow.hold(LATE_WORD)
        process = self.start_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "--keep-lines", "-o", self.out, "--quiet",
                                     env=self.environment(PATH=self.slow.path()))
        self.wait_for(self.slow.is_waiting, "the late line", process)
        self.wait_for((self.out / "playlist.m3u8").is_file, "the first segments", process)
        return process

    def assert_same_as_undisturbed(self, report):
        undisturbed = self.dub(out=self.folder / "undisturbed")
        self.assertEqual(comparable(undisturbed), comparable(report))
        for one, other in zip(measured(undisturbed), measured(report), strict=True):
            self.assertAlmostEqual(one, other, delta=1)
        expected, actual = content(self.folder / "undisturbed"), content(self.out)
        for changing in ("report.json", "report.html"):  # they hold the run's own times
            expected.pop(changing)
            actual.pop(changing)
        self.assertEqual(set(expected), set(actual))
        # Where the run went on the sound's encoder starts anew, and so do the counters of transport stream packets: bytes of segments may
        # differ. Lines, subtitles and pictures are equal.
        for name in expected:
            if name.startswith("lines/") or name.endswith((".srt", ".vtt", ".ass")):
                self.assertEqual(expected[name], actual[name], name)
        for name in ("dubbed.mp4", "video/playlist.m3u8"):
            self.assertEqual(pictures(self.folder / "undisturbed" / name), pictures(self.out / name), name)
        self.assert_same_sound(self.folder / "undisturbed" / "dubbed.mp4", self.out / "dubbed.mp4")

    def assert_same_sound(self, first, second):
        one, start_one = support.decode(first)
        two, start_two = support.decode(second)
        self.assertAlmostEqual(start_one, start_two, delta=0.001)
        self.assertEqual(one.shape, two.shape)
        # An AAC encoder that began elsewhere rounds otherwise: about 30 dB below the sound, evenly. A click, a gap or a shift would be as loud as
        # the sound itself in at least one stretch of 20 ms.
        self.assertLess(((one - two) ** 2).mean(), 10 ** -2.5 * (one ** 2).mean())
        stretch = support.RATE // 50
        count = one.shape[1] // stretch
        error = ((one - two)[:, :count * stretch].reshape(2, count, stretch) ** 2).mean(axis=(0, 2)) ** 0.5
        self.assertLess(error.max(), 0.05)

    def test_interrupt_then_go_on(self):
        for how in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(how.name):
                process = self.start_and_hold()
                self.assertEqual(130, self.interrupt(process, how))
                self.slow.release()
                report = self.dub()
                self.assertGreaterEqual(report["totals"]["reused"], 4)
                self.assertTrue(all(line["reused"] for line in report["lines"] if line["sequence"] in (2, 3, 4, 5)))
                self.assert_same_as_undisturbed(report)
                shutil.rmtree(self.out)

    def test_killed_then_gone_on(self):
        process = self.start_and_hold()
        self.assertEqual(-signal.SIGKILL, self.interrupt(process, signal.SIGKILL))
        playlist = (self.out / "video/playlist.m3u8").read_text(encoding="utf-8").splitlines()
        before = {self.out / "video" / name: (self.out / "video" / name).read_bytes() for name in playlist if not name.startswith("#")}
        self.slow.release()
        report = self.dub()
        self.assertGreaterEqual(report["totals"]["reused"], 4)
        self.assert_same_as_undisturbed(report)
        # Nothing of the killed run is left lying about.
        self.assertFalse((self.out / ".waveshift" / "tmp").exists())
        self.assertTrue(before)
        self.assertTrue(all(path.read_bytes() == content for path, content in before.items()))

    def test_a_finished_dub_is_reused_whole(self):
        first = self.dub()
        self.assertEqual(0, first["totals"]["reused"])
        self.slow.hold("a")  # every line has one: nothing may be spoken now
        again = self.dub()
        self.assertEqual(8, again["totals"]["reused"])
        self.assertEqual(comparable(first), comparable(again))

    def test_fresh_speaks_everything_again(self):
        self.dub()
        self.assertEqual(0, self.dub("--fresh")["totals"]["reused"])

    def test_only_changed_lines_are_spoken_again(self):
        self.dub()
        changed = json.loads(TRANSCRIPT.read_text(encoding="utf-8"))
        changed["segments"][8]["translation"] = "Incluso el propio hombre."
        path = self.folder / "changed.json"
        path.write_text(json.dumps(changed), encoding="utf-8")
        self.run_program("dub", SAMPLE, "--transcript", path, "--keep-lines", "-o", self.out, "--quiet")
        lines = support.read_report(self.out)["lines"]
        spoken = [line["sequence"] for line in lines if line["status"] == "dubbed" and not line["reused"]]
        self.assertEqual([9], spoken)
        self.assertIn("Incluso el propio hombre.", (self.out / "subtitles.srt").read_text(encoding="utf-8"))

    def test_two_runs_do_not_work_in_one_folder(self):
        self.start_and_hold()
        _, stderr = self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", self.out, "--quiet", exit_code=1)
        self.assertIn("another run", stderr)
        self.slow.release()


if __name__ == "__main__":
    unittest.main()
