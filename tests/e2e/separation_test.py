#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""The original's speech taken out under the dub: the music stays, a killed run goes on, and what is said when there is no model."""
import json
import os
import pathlib
import signal
import subprocess
import unittest
import wave

import numpy

import support
from support import RATE, SAMPLE, TRANSCRIPT

DATA = pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local" / "share")
MODELS = pathlib.Path(os.environ.get("WAVESHIFT_MODEL_DIR") or DATA / "waveshift" / "models")
LATE_WORD = "comadrejas"  # of line 7


def music(count):
    """Plucked chords and a bass across the stereo image."""
    sound = numpy.zeros((2, count))
    for beat in range(count * 5 // (2 * RATE)):
        begin = beat * 2 * RATE // 5
        t = numpy.arange(min(RATE, count - begin)) / RATE
        for place, note in enumerate((0, 3, 7, 12) if beat % 16 < 8 else (-4, 0, 3, 8)):
            pitch = 220 * 2 ** ((note + (12 if beat % 4 == place else 0)) / 12)
            tone = sum(numpy.sin(2 * numpy.pi * pitch * h * t) * numpy.exp(-t * (2 + h)) / h for h in range(1, 8))
            sound[0, begin:begin + len(t)] += tone * (0.9 - 0.25 * place)
            sound[1, begin:begin + len(t)] += tone * (0.15 + 0.25 * place)
    return sound * 0.06


def energy_db(sound):
    return 10 * numpy.log10(float((sound ** 2).mean()) + 1e-12)


def share(sound, of):
    """How much of `of` is in a sound: the factor of the least squares."""
    return float((sound * of).sum() / (of ** 2).sum())


@unittest.skipUnless((MODELS / "deepfilter" / "enc.onnx").is_file(), "the model deepfilternet3 is not here (./setup.sh fetches it)")
class SeparationTest(support.Case):
    def environment(self, **more):
        return super().environment(**{"WAVESHIFT_MODEL_DIR": MODELS, **more})

    def setUp(self):
        super().setUp()
        self.video = self.folder / "talk.mkv"
        self.voices, _ = support.decode(SAMPLE)
        self.music = music(self.voices.shape[1])
        mixture = numpy.clip(self.voices + self.music, -1, 1)
        with wave.open(str(self.folder / "mixture.wav"), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes((mixture.T * 32767).round().astype("<i2").tobytes())
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(SAMPLE), "-i", str(self.folder / "mixture.wav"), "-map", "0:v",
                        "-map", "1:a", "-c:v", "copy", "-c:a", "flac", str(self.video)], check=True)

    def dub(self, out, *more, **how):
        self.run_program("dub", self.video, "--transcript", TRANSCRIPT, "--keep-lines", "-o", out, "--quiet", *more, **how)
        return support.read_report(self.folder / out)

    def under_lines(self, out, report):
        """(what is left of the dubbed track without the line, the music, the voices) of all dubbed lines, one after the other."""
        dubbed, start = support.decode(self.folder / out / "dubbed.mp4", "a:0")
        zero = round(start * RATE)
        parts = []
        for line in report["lines"]:
            if line["status"] != "dubbed":
                continue
            sound, _ = support.read_wav(self.folder / out / line["wav"])
            begin = round(line["planned_start_ms"] * RATE / 1000)
            here = dubbed[:, begin - zero:begin - zero + len(sound)]
            left = here - sound * share(here, numpy.stack([sound, sound]))
            parts.append((left, self.music[:, begin:begin + len(sound)], self.voices[:, begin:begin + len(sound)]))
        return [numpy.concatenate(each, axis=1) for each in zip(*parts, strict=True)]

    def test_music_stays_and_voices_go(self):
        report = self.dub("separate", "--background", "separate")
        self.assertEqual(("separate", "deepfilter", None), tuple(report["background"][key] for key in ("mode", "separator", "ducked_from_ms")))
        self.assertIn("deepfilter", report["versions"])
        self.assertIn("separate", [stage["name"] for stage in report["stages"]])
        self.assertEqual([], report["notices"])
        # The page's data; its words are in every page.
        page = (self.folder / "separate" / "report.html").read_text(encoding="utf-8")
        self.assertRegex(page, r'"separator": ?"deepfilter"')
        left, bed, voices = self.under_lines("separate", report)
        self.assertGreater(share(left, bed), 0.7, "the music has gone")
        self.assertLess(abs(share(left, voices)), 0.25, "the voice is still there")
        # Its stereo image is the music's.
        self.assertAlmostEqual(energy_db(bed[0]) - energy_db(bed[1]), energy_db(left[0]) - energy_db(left[1]), delta=1.5)
        ducked = self.dub("duck", "--background", "duck")
        self.assertEqual(("duck", None), (ducked["background"]["mode"], ducked["background"]["separator"]))
        self.assertLess(share(self.under_lines("duck", ducked)[0], bed), 0.2)
        # Where nothing is spoken everything is as it was.
        dubbed, _ = support.decode(self.folder / "separate" / "dubbed.mp4", "a:0")
        original, _ = support.decode(self.folder / "separate" / "dubbed.mp4", "a:1")
        for begin, end in ((0.3, 2.2), (42.4, 43.1)):
            between = slice(round(begin * RATE), round(end * RATE))
            self.assertLess(energy_db(dubbed[:, between] - original[:, between]), energy_db(original[:, between]) - 25)

    def test_a_killed_run_goes_on_to_the_same_sound(self):
        slow = support.SlowSpeech(self.folder)
        slow.hold(LATE_WORD)
        env = self.environment(PATH=slow.path())
        process = self.start_program("dub", self.video, "--transcript", TRANSCRIPT, "--keep-lines", "-o", "killed", "--quiet", env=env)
        self.wait_for(slow.is_waiting, "the late line", process)
        self.wait_for((self.folder / "killed" / "playlist.m3u8").is_file, "the first segments", process)
        self.interrupt(process, signal.SIGKILL)
        slow.release()
        report = self.dub("killed", env=env)
        self.assertGreater(report["totals"]["reused"], 0)
        whole = self.dub("whole", env=env)
        self.assertEqual("separate", whole["background"]["mode"])
        self.assertEqual(whole["background"], report["background"])
        one, _ = support.decode(self.folder / "killed" / "dubbed.mp4", "a:0")
        other, _ = support.decode(self.folder / "whole" / "dubbed.mp4", "a:0")
        self.assertEqual(one.shape, other.shape)
        # The encoder starts anew where the run went on.
        self.assertLess(energy_db(one - other), energy_db(other) - 25)


class WithoutModelsTest(support.Case):
    def dub(self, *more, **how):
        return self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", "out", *more, **how)

    def test_the_sound_is_ducked_with_a_notice(self):
        _, err = self.dub("--progress", "plain")
        self.assertIn("the original sound is ducked, not separated", err)
        self.assertIn("waveshift models pull deepfilternet3", err)
        report = support.read_report(self.folder / "out")
        self.assertEqual(("duck", None), (report["background"]["mode"], report["background"]["separator"]))
        self.assertTrue(any("not separated" in notice for notice in report["notices"]), report["notices"])

    def test_what_was_asked_for_by_name_is_an_error(self):
        for flags, model in ((["--background", "separate"], "deepfilternet3"), (["--separator", "deepfilter"], "deepfilternet3"),
                             (["--separator", "mdx"], "kim-vocal-2")):
            _, err = self.dub(*flags, "--quiet", exit_code=4)
            self.assertEqual(1, len(err.splitlines()), err)
            self.assertIn(f"waveshift models pull {model}", err)
            self.assertFalse((self.folder / "out").exists())

    def test_nobody_is_told_who_wants_no_separation(self):
        for index, (flags, env) in enumerate(((["--background", "duck"], {}), ([], {"ENABLE_VOCAL_SEPARATION": "false"}),
                                              (["--engine", "none"], {}))):
            self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", f"out{index}", "--quiet", *flags, env=self.environment(**env))
            self.assertEqual([], support.read_report(self.folder / f"out{index}")["notices"], flags)

    def test_a_damaged_model_is_named(self):
        folder = self.folder / "home" / "models" / "mdx"
        folder.mkdir(parents=True)
        (folder / "Kim_Vocal_2.onnx").write_bytes(b"no model")
        self.dub("--quiet")
        notices = support.read_report(self.folder / "out")["notices"]
        self.assertTrue(any("Kim_Vocal_2.onnx" in notice for notice in notices), notices)
        checks = {each["name"]: each for each in json.loads(self.run_program("doctor", "--json")[0])["checks"]}
        self.assertEqual("warning", checks["background"]["result"])
        self.assertIn("Kim_Vocal_2.onnx", checks["background"]["detail"])


if __name__ == "__main__":
    unittest.main()
