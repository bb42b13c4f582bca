#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""IndexTTS from a release folder to a dub, with the golden model, which has every stage but knows nothing of speech: half of what it says is found
out, and the next engine says it."""
import json
import os
import pathlib
import shutil
import unittest

import support
from support import ROOT, SAMPLE

GOLDEN = ROOT / "tests/golden/indextts"
CLIP = GOLDEN / "prompt.wav"
DATA = pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share")
VAD = pathlib.Path(os.environ.get("WAVESHIFT_MODEL_DIR") or DATA / "waveshift/models") / "silero/silero_vad.onnx"


class CloningTest(support.Case):
    def setUp(self):
        super().setUp()
        release = self.folder / "release"
        release.mkdir()
        for name in ("gpt.pth", "bigvgan_generator.pth"):
            (release / name).write_bytes(b"".join((GOLDEN / "tiny" / f"{name}.{part}").read_bytes() for part in (0, 1)))
        for name in ("config.yaml", "bpe.model"):
            shutil.copy(GOLDEN / "tiny" / name, release / name)
        self.models = self.folder / "models"
        (self.models / "indextts").mkdir(parents=True)

    def environment(self, **more):
        return super().environment(WAVESHIFT_ENGINE="auto", WAVESHIFT_MODEL_DIR=self.folder / "models", **more)

    def convert(self):
        self.run_program("models", "convert", "release", "-o", self.models / "indextts" / "tiny.gguf", "--type", "f32")

    def test_without_a_model_two_commands_are_told(self):
        _, err = self.run_program("speak", "你好，世界", "--voice", CLIP, "--engine", "indextts", "-o", "a.wav", exit_code=4)
        self.assertIn("waveshift models pull indextts-1.5", err)
        self.assertIn("waveshift models convert", err)
        self.assertFalse((self.folder / "a.wav").exists())

    def test_a_recording_is_a_voice(self):
        self.convert()
        said = []
        for name in ("a.wav", "b.wav"):
            out, _ = self.run_program("speak", "你好，世界", "--voice", CLIP, "--json", "-o", name)
            said.append(json.loads(out))
        self.assertEqual("indextts", said[0]["engine"])
        self.assertEqual(str(CLIP), said[0]["voice"])
        samples, rate = support.read_wav(self.folder / "a.wav")
        self.assertEqual(24000, rate)
        self.assertGreater(abs(samples).max(), 0.01)
        self.assertEqual((self.folder / "a.wav").read_bytes(), (self.folder / "b.wav").read_bytes())
        self.assertEqual(1, len(list((self.models / "indextts" / "voices").glob("*.voice"))))

    def test_what_cannot_be_cloned_is_said(self):
        self.convert()
        for arguments, code, words in (
                (("--voice", self.folder / "gone.wav"), 3, "gone.wav"),
                (("--voice", ROOT / "README.md", "--engine", "indextts"), 3, "README.md"),
                (("--voice", CLIP, "--engine", "espeak"), 3, "does not clone"),
                (("--voice", CLIP, "--lang", "fr"), 3, "fr"),
                (("--engine", "indextts"), 3, "recording")):
            with self.subTest(words):
                _, err = self.run_program("speak", "你好，世界", *arguments, "-o", "a.wav", exit_code=code)
                self.assertIn(words, err)

    def test_a_dub_clones_its_speakers(self):
        self.convert()
        lines = [(1000, 3800, "Reader"), (4000, 7500, "Allison"), (8000, 11500, "Reader"), (12000, 15500, "Allison"), (16000, 19500, "Reader"),
                 (20000, 23500, "Allison"), (24000, 27500, "Reader"), (28000, 31500, "Allison")]
        texts = ("你好世界", "我爱你", "这是一个测试", "今天天气很不错", "HELLO WORLD", "你好", "HOW ARE YOU", "一个测试")
        transcript = {"target_language": "zh", "segments": [
            {"sequence": n, "start_ms": start, "end_ms": end, "speaker": speaker, "content_type": "speech", "original": "x", "translation": text}
            for n, ((start, end, speaker), text) in enumerate(zip(lines, texts), 1)]}
        (self.folder / "t.json").write_text(json.dumps(transcript), encoding="utf-8")
        self.run_program("dub", SAMPLE, "--transcript", "t.json", "-o", "out", "--quiet", "--keep-lines", timeout=300)
        report = json.loads((self.folder / "out" / "report.json").read_text(encoding="utf-8"))
        self.check_recordings(report, transcript["segments"], "level")
        self.assertEqual(["dubbed"] * len(texts), [line["status"] for line in report["lines"]])
        engines = {line["engine"] for line in report["lines"]}
        self.assertIn("indextts", engines)
        self.assertLessEqual(engines, {"indextts", "espeak"})
        for line in report["lines"]:
            if line["engine"] == "indextts":
                self.assertEqual(f"original speech of {line['speaker']}", line["voice"])
            else:
                self.assertRegex(line["warnings"][0], r"^indextts could not speak this line \(.*\); espeak spoke it$")
        self.assertEqual(2, len(list((self.models / "indextts" / "voices").glob("*.voice"))))
        # Nothing is spoken twice: the clips of the second run are those of the first.
        out, _ = self.run_program("dub", SAMPLE, "--transcript", "t.json", "-o", "out", "--json", "--quiet", timeout=300)
        self.assertEqual(len(texts), json.loads(out)["reused"])

    def check_recordings(self, report, segments, voice_activity):
        """Each speaker's recording is cut from their own lines, away from others', and lies among the lines."""
        clips = report["reference_clips"]
        self.assertEqual(voice_activity, clips["voice_activity"])
        self.assertEqual(sorted({segment["speaker"] for segment in segments}), [clip["speaker"] for clip in clips["speakers"]])
        for clip in clips["speakers"]:
            self.assertIn(clip["source"], ("own_lines", "other_lines", "padded"), clip)
            self.assertEqual(clip["speaker"], clip["of"])
            self.assertTrue(0 < clip["score"] <= 1, clip)
            for span in clip["ranges"]:
                for other in segments:
                    if other["speaker"] == clip["speaker"]:
                        continue
                    self.assertTrue(span["end_ms"] <= other["start_ms"] - 300 or span["start_ms"] >= other["end_ms"] + 300, (clip, other))
            samples, rate = support.read_wav(self.folder / "out" / clip["wav"])
            self.assertEqual(48000, rate)
            self.assertAlmostEqual(clip["duration_ms"], len(samples) / 48, delta=0.1)
            self.assertTrue(2900 <= clip["duration_ms"] <= 12000, clip)
            self.assertTrue(0.01 < abs(samples).max() < 0.999)

    @unittest.skipUnless(VAD.exists(), "model silero-vad is not here (./setup.sh fetches it)")
    def test_recordings_are_clean_speech(self):
        """With the sample's own transcript: the real model finds the speech, and a long line brings its own recording."""
        self.convert()
        (self.models / "silero").mkdir()
        shutil.copy(VAD, self.models / "silero")
        transcript = json.loads((ROOT / "examples" / "austen-on-hold.json").read_text(encoding="utf-8"))
        segments = [segment for segment in transcript["segments"] if segment["content_type"] == "speech"]
        for segment in segments:
            segment["translation"] = "HELLO WORLD"
        (self.folder / "t.json").write_text(json.dumps({"target_language": "en", "segments": segments}), encoding="utf-8")
        self.run_program("dub", SAMPLE, "--transcript", "t.json", "-o", "out", "--quiet", "--keep-lines", timeout=300,
                         env=self.environment(AUDIO_CLIP_PER_LINE="true"))
        report = json.loads((self.folder / "out" / "report.json").read_text(encoding="utf-8"))
        self.check_recordings(report, segments, "silero")
        for clip in report["reference_clips"]["speakers"]:
            self.assertEqual("own_lines", clip["source"])
            self.assertGreater(clip["score_parts"]["density"], 0.8)
        own = [line for line in report["lines"] if line["reference_clip"]]
        self.assertGreaterEqual(len(own), 2)
        for line in own:
            for span in line["reference_clip"]["ranges"]:
                self.assertGreaterEqual(span["start_ms"], line["slot_start_ms"] - 200)
                self.assertLessEqual(span["end_ms"], line["slot_end_ms"] + 200)
            self.assertTrue((self.folder / "out" / line["reference_clip"]["wav"]).exists())
        self.assertLess(len(own), len(report["lines"]))

    def test_speakers_have_engines_of_their_own(self):
        self.convert()
        shutil.copy(CLIP, self.folder / "clip.wav")
        voices = {"Reader": {"engine": "espeak"}, "Allison": {"reference": "beside.wav"}}
        (self.folder / "series").mkdir()
        shutil.copy(CLIP, self.folder / "series" / "beside.wav")
        transcript = {"target_language": "en", "segments": [
            {"start_ms": 1000, "end_ms": 4000, "speaker": "Reader", "translation": "Good morning."},
            {"start_ms": 5000, "end_ms": 8000, "speaker": "Allison", "translation": "GOOD MORNING"}]}  # what random weights do not lose themselves in
        (self.folder / "t.json").write_text(json.dumps(transcript), encoding="utf-8")
        (self.folder / "series" / "voices.json").write_text(json.dumps(voices), encoding="utf-8")
        self.run_program("dub", SAMPLE, "--transcript", "t.json", "--voices", "series/voices.json", "-o", "out", "--quiet", timeout=300)
        report = json.loads((self.folder / "out" / "report.json").read_text(encoding="utf-8"))
        self.assertEqual("espeak", report["lines"][0]["engine"])
        self.assertEqual([], report["lines"][0]["warnings"])
        self.assertEqual("indextts", report["lines"][1]["engine"])
        self.assertEqual("series/beside.wav", report["lines"][1]["voice"])
        for bad, words in (({"Allison": {"reference": "gone.wav"}}, "gone.wav"), ({"Reader": {"engine": "espeak", "voice": "en+nobody"}}, "'Reader'"),
                           ({"Reader": {"engine": "kokoro"}}, "kokoro"), ({"Allison": {"engine": "espeak", "reference": "clip.wav"}}, "does not clone")):
            with self.subTest(words):
                (self.folder / "voices.json").write_text(json.dumps(bad), encoding="utf-8")
                code = 4 if words == "kokoro" else 3
                _, err = self.run_program("dub", SAMPLE, "--transcript", "t.json", "--voices", "voices.json", "-o", "bad", exit_code=code)
                self.assertIn(words, err)
                self.assertFalse((self.folder / "bad").exists())


if __name__ == "__main__":
    unittest.main()
