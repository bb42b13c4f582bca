#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Bad input is refused before anything is made: the right exit code, one line that names what is wrong, nothing left behind."""
import json
import os
import shutil
import subprocess
import unittest

import support
from support import SAMPLE, TRANSCRIPT

GOOD = {"start_ms": 1000, "end_ms": 2000, "translation": "Hola."}


class BadInputTest(support.Case):
    def refused(self, exit_code, words, *arguments, env=None):
        """Runs a dub that must be refused, with one line on standard error that holds all `words`."""
        out = self.folder / "out"
        stdout, stderr = self.run_program("dub", *arguments, "-o", out, "--progress", "none", exit_code=exit_code, env=env)
        self.assertEqual("", stdout)
        lines = stderr.strip().splitlines()
        self.assertEqual(1, len(lines), stderr)
        for word in words:
            self.assertIn(word.lower(), lines[0].lower())
        self.assertFalse(out.exists(), f"{out} was left behind: {list(out.rglob('*')) if out.is_dir() else ''}")

    def transcript(self, content, name="talk.json"):
        path = self.folder / name
        if isinstance(content, list):
            content = json.dumps({"target_language": "es", "segments": content})
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def test_usage_errors(self):
        for words, arguments in [(["--bogus"], [SAMPLE, "--transcript", TRANSCRIPT, "--bogus"]),
                                 (["transcript"], [SAMPLE]),
                                 (["background"], [SAMPLE, "--transcript", TRANSCRIPT, "--background", "loud"]),
                                 (["max-speed"], [SAMPLE, "--transcript", TRANSCRIPT, "--max-speed", "9"]),
                                 (["threads"], [SAMPLE, "--transcript", TRANSCRIPT, "--threads", "-1"]),
                                 (["fresh"], [SAMPLE, "--transcript", TRANSCRIPT, "--fresh", "--resume"])]:
            with self.subTest(arguments=[str(a) for a in arguments]):
                self.refused(2, words, *arguments)

    def test_unknown_command(self):
        self.run_program("fly", exit_code=2)
        self.run_program(exit_code=2)

    def test_bad_json_transcripts(self):
        cases = {
            "broken": ('{"segments": [', ["talk.json"]),
            "no segments": ('{"target_language": "es"}', ["talk.json", "segments"]),
            "end before start": ([GOOD, {**GOOD, "start_ms": 3000, "end_ms": 2000}], ["talk.json", "segment 2", "end_ms"]),
            "end at start": ([{**GOOD, "end_ms": 1000}], ["segment 1", "end_ms"]),
            "no start": ([{k: v for k, v in GOOD.items() if k != "start_ms"}], ["segment 1", "start_ms"]),
            "wrong type": ([{**GOOD, "start_ms": "soon"}], ["segment 1", "start_ms"]),
            "negative": ([{**GOOD, "start_ms": -5}], ["segment 1", "start_ms"]),
            "huge number": ('{"target_language":"es","segments":[{"start_ms":1e400,"end_ms":5,"translation":"x"}]}', ["talk.json"]),
            "behind the end": ([GOOD, {**GOOD, "start_ms": 60000, "end_ms": 61000}], ["segment 2"]),
            "not UTF-8": (b'{"target_language":"es","segments":[{"start_ms":0,"end_ms":900,"translation":"\xff\xfe"}]}', ["talk.json", "utf-8"]),
            "too deep": ('{"segments": ' + "[" * 100000 + "]" * 100000 + "}", ["talk.json"]),
            "bad language": (json.dumps({"target_language": "!!", "segments": [GOOD]}), ["language"]),
            "no language": (json.dumps({"segments": [GOOD]}), ["lang"])}
        for name, (content, words) in cases.items():
            with self.subTest(name):
                self.refused(3, words, SAMPLE, "--transcript", self.transcript(content))

    def test_bad_srt_and_vtt(self):
        srt = "1\n00:00:01,000 --> 00:00:02,000\nHola.\n\n2\n00:00:03,000 -> 00:00:04,000\nAdios.\n"
        self.refused(3, ["talk.srt"], SAMPLE, "--lang", "es", "--transcript", self.transcript(srt, "talk.srt"))
        srt = "1\n00:00:05,000 --> 00:00:02,000\nHola.\n"
        self.refused(3, ["talk.srt", "cue 1"], SAMPLE, "--lang", "es", "--transcript", self.transcript(srt, "talk.srt"))
        self.refused(3, ["talk.vtt"], SAMPLE, "--lang", "es", "--transcript", self.transcript("00:01.000 --> 00:02.000\nHola.\n", "talk.vtt"))
        self.refused(3, ["talk.txt"], SAMPLE, "--lang", "es", "--transcript", self.transcript("Hola.", "talk.txt"))

    def test_missing_files(self):
        self.refused(3, ["nowhere.mp4"], "nowhere.mp4", "--transcript", TRANSCRIPT)
        self.refused(3, ["nowhere.json"], SAMPLE, "--transcript", "nowhere.json")
        self.refused(3, ["nowhere.wav"], SAMPLE, "--transcript", TRANSCRIPT, "--audio", "nowhere.wav")
        self.refused(3, ["nowhere.yaml"], SAMPLE, "--transcript", TRANSCRIPT, "--voices", "nowhere.yaml")

    def test_what_is_no_video(self):
        text, empty, cut, sound = (self.folder / name for name in ("text.mp4", "empty.mp4", "cut.mp4", "sound.wav"))
        text.write_text("This is no video. " * 1000)
        empty.write_bytes(b"")
        cut.write_bytes(SAMPLE.read_bytes()[:20000])
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(SAMPLE), "-vn", str(sound)], check=True)
        for path in (text, empty, cut, sound):
            with self.subTest(path.name):
                self.refused(3, [path.name], path, "--transcript", TRANSCRIPT)
        (self.folder / "folder.mp4").mkdir()
        self.refused(3, ["folder.mp4"], self.folder / "folder.mp4", "--transcript", TRANSCRIPT)

    def test_output_that_is_a_file(self):
        (self.folder / "taken").write_text("mine")
        _, stderr = self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", "taken", "--quiet", exit_code=3)
        self.assertIn("taken", stderr)
        self.assertEqual("mine", (self.folder / "taken").read_text())

    def test_an_older_result_is_not_touched_by_bad_input(self):
        out = self.folder / "out"
        out.mkdir()
        (out / "report.json").write_text("{}")
        self.run_program("dub", "nowhere.mp4", "--transcript", TRANSCRIPT, "-o", out, "--quiet", exit_code=3)
        self.assertEqual("{}", (out / "report.json").read_text())

    def test_inputs_that_the_dub_would_overwrite(self):
        transcript = self.folder / "subtitles.srt"
        shutil.copy(TRANSCRIPT.with_suffix(".srt"), transcript)
        before = transcript.read_bytes()
        _, stderr = self.run_program("dub", SAMPLE, "--transcript", transcript, "--lang", "es", "-o", ".", "--quiet", exit_code=3)
        self.assertIn("subtitles.srt", stderr)
        video = self.folder / "talk.dub" / "dubbed.mp4"
        video.parent.mkdir()
        shutil.copy(SAMPLE, video)
        _, stderr = self.run_program("dub", video, "--transcript", TRANSCRIPT, "-o", video.parent, "--quiet", exit_code=3)
        self.assertIn("dubbed.mp4", stderr)
        self.assertEqual(before, transcript.read_bytes())
        self.assertEqual(SAMPLE.read_bytes(), video.read_bytes())

    def test_a_folder_with_other_peoples_files(self):
        mine = self.folder / "project" / "report.html"
        mine.parent.mkdir()
        mine.write_text("mine")
        _, stderr = self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", "project", "--quiet", exit_code=3)
        self.assertIn("project/report.html", stderr)
        self.assertEqual(["report.html"], [path.name for path in mine.parent.iterdir()])
        self.assertEqual("mine", mine.read_text())

    def test_bad_voices_file(self):
        voices = self.folder / "voices.yaml"
        voices.write_text("Allison: [1, 2]\n")
        self.refused(3, ["voices.yaml", "Allison"], SAMPLE, "--transcript", TRANSCRIPT, "--voices", voices)

    def test_a_missing_engine_is_named(self):
        self.refused(4, ["kokoro"], SAMPLE, "--transcript", TRANSCRIPT, "--engine", "kokoro")
        tools = self.folder / "bin"
        tools.mkdir()
        for name in ("ffmpeg", "ffprobe", "env", "sh"):
            if shutil.which(name):
                os.symlink(shutil.which(name), tools / name)
        self.refused(4, ["espeak-ng"], SAMPLE, "--transcript", TRANSCRIPT, env=self.environment(PATH=tools))


if __name__ == "__main__":
    unittest.main()
