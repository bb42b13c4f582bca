#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""The voices that a new machine has: what is chosen without a word, and what is said when there is only the robot."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

import support
from support import SAMPLE, TRANSCRIPT

MODELS = subprocess.run([sys.executable, support.ROOT / "tools" / "fetch_models.py", "--check"], capture_output=True).returncode == 0


@unittest.skipUnless(MODELS, "model weights of kokoro and piper are not here (./setup.sh fetches them)")
class VoicesTest(support.Case):
    def environment(self, **more):
        data = pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local" / "share")
        models = os.environ.get("WAVESHIFT_MODEL_DIR") or data / "waveshift" / "models"
        return super().environment(WAVESHIFT_ENGINE="auto", WAVESHIFT_MODEL_DIR=models, **more)

    def speak(self, text, language, *arguments):
        out, err = self.run_program("speak", text, "--lang", language, *arguments, "--json", "-o", "a.wav")
        samples, rate = support.read_wav(self.folder / "a.wav")
        self.assertGreater(abs(samples).max(), 0.05)
        return json.loads(out), len(samples) / rate, err

    def test_neural_voices_speak_when_they_can(self):
        for text, language, seconds in (("The first train leaves at 7:45.", "en", (1.5, 6)), ("第一班火车七点四十五分出发。", "zh", (1.5, 6)),
                                        ("El primer tren sale a las siete.", "es", (1, 5)), ("始発は七時に出ます。", "ja", (1, 5))):
            with self.subTest(language):
                said, length, _ = self.speak(text, language)
                self.assertEqual("kokoro", said["engine"])
                self.assertTrue(seconds[0] < length < seconds[1], length)

    def test_other_languages_are_spoken_with_a_notice(self):
        said, _, err = self.speak("Guten Tag, liebe Zuhörer.", "de")
        self.assertEqual("espeak", said["engine"])
        self.assertIn("de", err)

    def test_voices_and_blends_by_name(self):
        one, _, _ = self.speak("Good morning to all of you.", "en", "--engine", "kokoro", "--voice", "af_heart")
        self.assertEqual("af_heart", one["voice"])
        self.speak("Good morning to all of you.", "en", "--engine", "kokoro", "--voice", "af_heart:0.6+am_adam:0.4")
        said, _, _ = self.speak("Good morning to all of you.", "en", "--engine", "piper")
        self.assertEqual("piper", said["engine"])
        self.run_program("speak", "Hello.", "--lang", "en", "--engine", "kokoro", "--voice", "af_nobody", "-o", "b.wav", exit_code=3)

    def test_the_sample_has_two_neural_voices(self):
        self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", "out", "--quiet", timeout=300)
        report = json.loads((self.folder / "out" / "report.json").read_text(encoding="utf-8"))
        lines = [line for line in report["lines"] if line["status"] == "dubbed"]
        self.assertEqual(8, len(lines))
        self.assertEqual({"kokoro"}, {line["engine"] for line in lines})
        voices = {speaker: {line["voice"] for line in lines if line["speaker"] == speaker} for speaker in ("Allison", "Reader")}
        self.assertTrue(all(len(names) == 1 for names in voices.values()), voices)
        self.assertNotEqual(voices["Allison"], voices["Reader"])


if __name__ == "__main__":
    unittest.main()
