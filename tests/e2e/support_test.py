#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""The checks of the end-to-end tests see what they are there to see."""
import copy
import tempfile
import unittest

import numpy

import support

REPORT = {
    "schema_version": 1, "status": "completed", "target_language": "en", "media_duration_ms": 9000.0,
    "lines": [
        {"sequence": 1, "speaker": "Anna", "text": "Hello.", "status": "dubbed", "slot_start_ms": 1200, "slot_end_ms": 3550,
         "planned_start_ms": 1200.0, "planned_end_ms": 3341.7, "measured_start_ms": 1200.0, "measured_duration_ms": 2141.7, "speed": 1.08,
         "engine": "espeak", "voice": "en-us+f3", "shortening": "none", "warnings": [], "error": None, "reused": False, "wav": None},
        {"sequence": 2, "speaker": "", "text": "", "status": "kept", "slot_start_ms": 4000, "slot_end_ms": 7000, "planned_start_ms": None,
         "planned_end_ms": None, "measured_start_ms": None, "measured_duration_ms": None, "speed": None, "engine": None, "voice": None,
         "shortening": "none", "warnings": [], "error": None, "reused": False, "wav": None}],
    "totals": {"lines": 2, "dubbed": 1, "kept": 1, "failed": 0, "shortened": 0, "reused": 0, "warnings": 0},
    "stages": [{"name": "mix", "seconds": 1.2}], "versions": {"waveshift": "0.1.0"}}


class ReportCheckTest(unittest.TestCase):
    def broken(self, change):
        report = copy.deepcopy(REPORT)
        change(report)
        return support.check_report(report)

    def test_accepts_the_documented_example(self):
        self.assertEqual([], support.check_report(REPORT))

    def test_every_field_must_be_there(self):
        for name in REPORT:
            self.assertNotEqual([], self.broken(lambda r, name=name: r.pop(name)), name)
        for name in REPORT["lines"][0]:
            self.assertNotEqual([], self.broken(lambda r, name=name: r["lines"][0].pop(name)), name)
        for name in REPORT["totals"]:
            self.assertNotEqual([], self.broken(lambda r, name=name: r["totals"].pop(name)), name)

    def test_sees_wrong_values(self):
        self.assertNotEqual([], self.broken(lambda r: r["lines"][0].update(speed=None)))
        self.assertNotEqual([], self.broken(lambda r: r["lines"][1].update(speed=1.0)))
        self.assertNotEqual([], self.broken(lambda r: r["lines"][0].update(error="x")))
        self.assertNotEqual([], self.broken(lambda r: r["lines"][0].update(sequence="1")))
        self.assertNotEqual([], self.broken(lambda r: r["lines"][0].update(reused=1)))
        self.assertNotEqual([], self.broken(lambda r: r["totals"].update(dubbed=2)))
        self.assertNotEqual([], self.broken(lambda r: r["lines"].reverse()))


class FindTest(unittest.TestCase):
    def test_finds_a_sound_under_a_background(self):
        random = numpy.random.default_rng(3)
        sound = random.standard_normal(9000).astype("f4")
        track = random.standard_normal(200000).astype("f4") * 0.5
        track[77777:77777 + 9000] += sound
        place, likeness = support.find_in(track, sound)
        self.assertEqual(77777, place)
        self.assertGreater(likeness, 0.7)

    def test_tells_when_it_is_not_there(self):
        random = numpy.random.default_rng(4)
        _, likeness = support.find_in(random.standard_normal(100000).astype("f4"), random.standard_normal(9000).astype("f4"))
        self.assertLess(likeness, 0.2)


class PlaylistCheckTest(unittest.TestCase):
    def test_sees_missing_files_and_long_segments(self):
        text = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXTINF:7.9,\na.ts\n"
        with tempfile.TemporaryDirectory() as folder:
            problems = support.MediaPlaylist(text).problems(folder)
        self.assertEqual(2, len(problems), problems)
        self.assertFalse(support.MediaPlaylist(text).ended)
        self.assertTrue(support.MediaPlaylist(text + "#EXT-X-ENDLIST\n").ended)


if __name__ == "__main__":
    unittest.main()
