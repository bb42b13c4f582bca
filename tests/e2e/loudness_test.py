#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""The dubbed track's loudness and gains, measured by ffmpeg's own meter."""
import json
import re
import subprocess
import unittest

import numpy

import support
from support import RATE, SAMPLE, TRANSCRIPT


class LoudnessTest(support.Case):
    def dub(self, *flags, video=SAMPLE, **environment):
        out = self.folder / "out"
        self.run_program("dub", video, "--transcript", TRANSCRIPT, "-o", out, "--quiet", *flags, env=self.environment(**environment))
        return json.loads((out / "report.json").read_text(encoding="utf-8"))

    def measured(self, path, track):
        """Integrated loudness in LUFS and true peak in dBTP."""
        done = subprocess.run(["ffmpeg", "-hide_banner", "-nostdin", "-i", path, "-map", f"0:a:{track}", "-af", "ebur128=peak=true", "-f", "null", "-"],
                              capture_output=True, check=True, timeout=120)
        summary = done.stderr.decode().rpartition("Summary:")[2]
        return float(re.search(r"I:\s*(-?[\d.]+) LUFS", summary)[1]), float(re.search(r"Peak:\s*(-?[\d.]+) dBFS", summary)[1])

    def sound(self, path, track):
        done = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", f"0:a:{track}", "-f", "f32le", "-ac", "2", "-ar", str(RATE), "-"],
                              capture_output=True, check=True, timeout=60)
        return numpy.frombuffer(done.stdout, numpy.float32).reshape(-1, 2)

    def test_targets_are_met_and_reported(self):
        for target in ("-23", "-16", "-14"):
            report = self.dub("--loudness", target)
            loudness = report["loudness"]
            self.assertEqual(float(target), loudness["target_lufs"])
            lufs, peak = self.measured(self.folder / "out" / "dubbed.mp4", 0)
            self.assertAlmostEqual(lufs, loudness["integrated_lufs"], delta=0.2)
            self.assertAlmostEqual(peak, loudness["true_peak_dbtp"], delta=0.5)
            self.assertLessEqual(peak, -1.0)
            self.assertEqual(0, loudness["clipped_samples"])
            # A stream's loudness cannot be known before: what live programmes are allowed. A target that peaks forbid is a notice.
            if not any("loudness" in notice for notice in report["notices"]):
                self.assertAlmostEqual(float(target), lufs, delta=1.5)
            original, _ = self.measured(self.folder / "out" / "dubbed.mp4", 1)
            self.assertAlmostEqual(original, loudness["original"]["integrated_lufs"], delta=0.2)

    def test_lines_are_as_loud_as_the_original_speech(self):
        report = self.dub()
        self.assertIsNone(report["loudness"]["target_lufs"])
        self.assertEqual(0, report["loudness"]["gain_db"])
        self.assertAlmostEqual(report["loudness"]["original"]["integrated_lufs"], report["loudness"]["integrated_lufs"], delta=2)
        dubbed = [line for line in report["lines"] if line["status"] == "dubbed"]
        known = [line for line in dubbed if line["original_lufs"] is not None]
        self.assertGreater(len(known), len(dubbed) / 2)
        for line in known:
            self.assertLessEqual(abs(line["original_lufs"] - line["speech_lufs"]), 8, line)
        levels = [line["speech_lufs"] for line in dubbed]
        self.assertLess(max(levels) - min(levels), 6)

    def test_a_whisper_stays_softer(self):
        plain = self.dub()
        slots = [line for line in plain["lines"] if line["status"] == "dubbed"]
        whispered = slots[3]
        soft = self.folder / "soft.mp4"
        during = f"between(t,{whispered['slot_start_ms'] / 1000},{whispered['slot_end_ms'] / 1000})"
        subprocess.run(["ffmpeg", "-v", "error", "-i", SAMPLE, "-c:v", "copy", "-af", f"volume=-14dB:enable='{during}'", soft], check=True, timeout=60)
        report = self.dub("--keep-lines", video=soft)
        after = {line["sequence"]: line for line in report["lines"]}
        level = {line["sequence"]: 10 * numpy.log10((self.sound(self.folder / "out" / after[line["sequence"]]["wav"], 0) ** 2).mean())
                 for line in slots}
        others = [level[line["sequence"]] for line in slots if line is not whispered]
        self.assertLess(after[whispered["sequence"]]["original_lufs"], whispered["original_lufs"] - 11)
        # As far as sound that was measured with everything else is believed.
        self.assertAlmostEqual(-6, after[whispered["sequence"]]["speech_lufs"] - numpy.median([after[line["sequence"]]["speech_lufs"] for line in slots]), delta=1)
        self.assertLess(level[whispered["sequence"]], min(others) - 3)

    def test_gains_keep_their_meaning(self):
        plain = self.dub()
        softer = self.dub(VOCALS_VOLUME="0.5")
        for before, after in zip(plain["lines"], softer["lines"]):
            if before["status"] == "dubbed":
                self.assertAlmostEqual(6.02, before["gain_db"] - after["gain_db"], delta=0.02)
        # Without a voice the dub is the original, half as loud under lines.
        self.dub(VOCALS_VOLUME="0", BACKGROUND_VOLUME="0.5", WAVESHIFT_DUCKING="0")
        dub, original = (self.sound(self.folder / "out" / "dubbed.mp4", track) for track in (0, 1))
        line = max((line for line in plain["lines"] if line["status"] == "dubbed"), key=lambda l: l["slot_end_ms"] - l["slot_start_ms"])
        inside = slice(int(line["slot_start_ms"] * RATE / 1000) + 4800, int(line["slot_end_ms"] * RATE / 1000) - 4800)
        level = 10 * numpy.log10((dub[inside] ** 2).mean() / (original[inside] ** 2).mean())
        self.assertAlmostEqual(-6.02, level, delta=0.3)

    def test_bad_values_are_refused(self):
        for flag in ("-40", "0", "loud"):
            _, err = self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "--loudness", flag, exit_code=2)
            self.assertIn("--loudness", err)
        _, err = self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, exit_code=3, env=self.environment(WAVESHIFT_LOUDNESS="loud"))
        self.assertIn("WAVESHIFT_LOUDNESS", err)


if __name__ == "__main__":
    unittest.main()
