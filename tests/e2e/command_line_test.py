#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""The smaller commands: help, version, config, doctor, speak, tasks, run."""
import json
import re
import subprocess
import unittest

import support
from support import SAMPLE, TRANSCRIPT


class CommandLineTest(support.Case):
    def test_help_of_every_command(self):
        out, _ = self.run_program("--help")
        for command in ("dub", "run", "serve", "speak", "tasks", "models", "doctor", "bench", "config", "version"):
            self.assertIn(command, out)
            text, _ = self.run_program(command, "--help")
            self.assertIn("--help", text)
        text, _ = self.run_program("dub", "--help")
        for flag in ("--transcript", "--audio", "--lang", "-o", "--engine", "--voices", "--background", "--separator", "--subtitles",
                     "--max-speed", "--keep-lines", "--resume", "--fresh", "--threads", "--device", "--progress", "--json", "--quiet"):
            self.assertIn(flag, text)

    def test_version(self):
        project = re.search(r"VERSION (\d+\.\d+\.\d+)", (support.ROOT / "CMakeLists.txt").read_text()).group(1)
        self.assertIn(project, self.run_program("version")[0])
        self.assertIn(project, json.dumps(json.loads(self.run_program("version", "--json")[0])))

    def test_config_says_where_each_value_comes_from(self):
        (self.folder / ".env").write_text("SERVER_PORT=8111\nLOG_LEVEL=debug\nWAVESHIFT_API_TOKEN=hidden-one\n")
        out, err = self.run_program("config", "--json", env=self.environment(LOG_LEVEL="warning"))
        settings = {entry["key"]: entry for entry in json.loads(out)["settings"]}
        self.assertEqual(("8111", ".env line 1"), (settings["SERVER_PORT"]["value"], settings["SERVER_PORT"]["origin"]))
        self.assertEqual(("warning", "environment"), (settings["LOG_LEVEL"]["value"], settings["LOG_LEVEL"]["origin"]))
        self.assertEqual("default", settings["WAVESHIFT_DEVICE"]["origin"])
        self.assertNotIn("hidden-one", out + err)
        _, err = self.run_program("config", exit_code=3, env=self.environment(SERVER_PORT="many"))
        self.assertIn("SERVER_PORT", err)

    def test_every_key_is_documented(self):
        settings = json.loads(self.run_program("config", "--json")[0])["settings"]
        self.assertGreater(len(settings), 40)
        page = (support.ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
        self.assertEqual([], [entry["key"] for entry in settings if f"`{entry['key']}`" not in page])

    def test_doctor(self):
        out, _ = self.run_program("doctor", "--json")
        checks = json.loads(out)
        self.assertTrue(checks["ready"])
        self.assertTrue(any("espeak" in check["name"] + check["detail"] for check in checks["checks"]))
        # This home has no models.
        vad = next(check for check in checks["checks"] if check["name"] == "voice activity")
        self.assertEqual("warning", vad["result"])
        self.assertIn("silero_vad.onnx is missing", vad["detail"])
        self.assertIn("waveshift models pull silero-vad", vad["remedy"])

    def test_speak(self):
        self.run_program("speak", "Good morning, dear listeners.", "--lang", "en", "-o", "a.wav")
        samples, rate = support.read_wav(self.folder / "a.wav")
        self.assertTrue(0.8 < len(samples) / rate < 4, len(samples) / rate)
        self.assertGreater(abs(samples).max(), 0.05)
        self.run_program("speak", "-", "--lang", "de", "-o", "b.wav", stdin="Guten Tag.".encode())
        self.assertGreater((self.folder / "b.wav").stat().st_size, 5000)
        self.run_program("speak", "Hello.", "--lang", "!!", "-o", "c.wav", exit_code=3)
        self.assertFalse((self.folder / "c.wav").exists())

    def test_tasks_of_an_empty_store(self):
        self.assertEqual([], json.loads(self.run_program("tasks", "list", "--json")[0])["tasks"])
        _, err = self.run_program("tasks", "show", "nobody", exit_code=3)
        self.assertIn("nobody", err)
        self.run_program("run", "nobody", exit_code=3)

    def test_output_to_a_closed_pipe_is_no_crash(self):
        done = subprocess.run(["bash", "-c", f"set -o pipefail; {support.BIN} config | true"], env=self.environment(), capture_output=True,
                              cwd=self.folder, timeout=60)
        self.assertIn(done.returncode, (0, 1))

    def test_plain_progress_when_there_is_no_terminal(self):
        _, err = self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", "out")
        self.assertNotIn("\x1b", err)
        self.assertNotIn("\r", err)
        self.assertRegex(err, r"\d+%")


if __name__ == "__main__":
    unittest.main()
