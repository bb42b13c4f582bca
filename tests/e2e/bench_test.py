#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""`waveshift bench`: rows of voices and of models, in processes of their own; errors; interruption."""
import json
import shutil
import signal
import subprocess
import unittest

from support import ROOT, Case

GOLDEN = ROOT / "tests/golden/indextts/tiny"


def by_measure(rows, **fixed):
    return {row["measure"]: row for row in rows if all(row.get(key) == value for key, value in fixed.items())}


class BenchTest(Case):
    def bench(self, *arguments, **how):
        out, err = self.run_program("bench", *arguments, "--json", **how)
        return json.loads(out), err

    def test_voices_on_one_and_two_threads(self):
        report, err = self.bench("voices", "--engine", "espeak", "--rounds", "1", "--progress", "json")
        self.assertEqual([], report["skipped"])
        self.assertEqual({1, 2}, {row["threads"] for row in report["rows"]})
        for threads in (1, 2):
            rows = by_measure(report["rows"], threads=threads)
            self.assertEqual({"load", "first_audio", "rtf_line", "rtf_job", "cpu_job", "peak_memory"}, set(rows))
            self.assertTrue(all(row["bench"] == "voices" and row["subject"] == "espeak" for row in rows.values()))
            self.assertGreater(rows["rtf_line"]["value"], 0)
            self.assertGreater(rows["peak_memory"]["value"], 1)
        percents = [json.loads(line)["percent"] for line in err.splitlines()]
        self.assertEqual((sorted(percents), 100), (percents, percents[-1]))

    def test_engines_without_models_are_left_out_unless_asked_for(self):
        report, _ = self.bench("voices", "--rounds", "1", "--threads", "1", "--quiet")
        self.assertEqual({"espeak"}, {row["subject"] for row in report["rows"]})
        self.assertEqual(["kokoro", "piper"], [skip["subject"] for skip in report["skipped"]])
        for threads in ("1", "1,2"):
            _, err = self.run_program("bench", "voices", "--engine", "kokoro", "--threads", threads, "--quiet", exit_code=4)
            self.assertIn("kokoro", err)
            self.assertEqual(1, len(err.splitlines()), err)

    def test_separation_of_speech_and_music_of_its_own(self):
        report, _ = self.bench("separation", "--method", "duck,centre", "--seconds", "6", "--quiet")
        programmes = {f"{kind}, {level:+} dB" for kind in ("mono", "stereo") for level in (10, 5, 0, -5)}
        for method in ("duck", "centre"):
            rows = [row for row in report["rows"] if row["subject"] == method]
            self.assertEqual(programmes, {row["programme"] for row in rows})
            for row in rows:
                self.assertEqual(("separation", "dB"), (row["bench"], row["unit"]))
        for level in (10, 5, 0, -5):
            duck = by_measure(report["rows"], subject="duck", programme=f"stereo, {level:+} dB")
            self.assertAlmostEqual(level, duck["speech"]["value"], delta=1)
            self.assertAlmostEqual(-level, duck["background"]["value"], delta=1)
            centre = by_measure(report["rows"], subject="centre", programme=f"stereo, {level:+} dB")
            self.assertGreater(centre["speech"]["value"], duck["speech"]["value"])

    def test_separators_without_models(self):
        for threads in ("1", "1,2"):
            _, err = self.run_program("bench", "separation", "--method", "deepfilter", "--threads", threads, "--quiet", exit_code=4)
            self.assertIn("waveshift models pull deepfilternet3", err)
            self.assertEqual(1, len(err.splitlines()), err)
        _, err = self.run_program("bench", "separation", "--method", "duck", "--speech", "none.wav", "--quiet", exit_code=3)
        self.assertIn("none.wav", err)

    def test_a_model_of_ones_own(self):
        release = self.folder / "release"
        shutil.copytree(GOLDEN, release)
        for name in ("gpt.pth", "bigvgan_generator.pth"):
            (release / name).write_bytes(b"".join((GOLDEN / f"{name}.{i}").read_bytes() for i in (0, 1)))
        self.run_program("models", "convert", release, "-o", "model.gguf", "--type", "q8_0", "--quiet")
        report, _ = self.bench("indextts", "--model", "model.gguf", "--batch", "1,2", "--rounds", "1", "--quiet")
        self.assertEqual({"1.5 q8_0"}, {row["subject"] for row in report["rows"]})
        for threads in (1, 2):
            rows = [row for row in report["rows"] if row["threads"] == threads]
            for measure in ("load", "conformer", "gpt_text", "second_pass", "vocoder", "peak_memory"):
                self.assertGreater(by_measure(rows)[measure]["value"], 0, measure)
            self.assertEqual([1, 2], [row["lines"] for row in rows if row["measure"] == "gpt_step"])
            self.assertEqual([1, 2], [row["lines"] for row in rows if row["measure"] == "rtf"])
            step = by_measure(rows, lines=2)["gpt_step"]
            self.assertAlmostEqual(step["flop"] / step["value"] / 1e9 / step["gflop_per_s"], 1, 3)
            self.assertGreater(step["share_of_limit"], 0)
        table, _ = self.run_program("bench", "indextts", "--model", "model.gguf", "--batch", "1", "--threads", "1", "--rounds", "1", "--quiet")
        self.assertRegex(table, r"indextts +1.5 q8_0 +1 +1 +rtf +[0-9.]+ +s/s")

    def test_a_random_model_is_gone_afterwards(self):
        report, _ = self.bench("indextts", "--size", "tiny", "--type", "f16,q4_k", "--batch", "1", "--threads", "1", "--rounds", "1", "--quiet")
        self.assertEqual(2, sum(row["measure"] == "vocoder" for row in report["rows"]))
        self.assertEqual([], [path for path in (self.folder / "home").rglob("*") if path.is_file()])

    def test_cold_start(self):
        report, _ = self.bench("cold-start", "--engine", "espeak", "--rounds", "1", "--quiet")
        rows = by_measure(report["rows"], bench="cold-start", subject="espeak")
        order = ["port_open", "health", "ready", "initialize", "first_audio"]
        times = [rows[measure]["value"] for measure in order]
        self.assertEqual(sorted(times), times)
        self.assertGreater(times[0], 0)
        self.assertGreater(rows["first_audio_lazy"]["value"], 0)
        self.assertFalse((self.folder / "home" / "waveshift.db").exists())  # it leaves the user's stores alone
        _, err = self.run_program("bench", "cold-start", "--engine", "kokoro", "--quiet", exit_code=4)
        self.assertIn("kokoro", err)

    def test_the_machine(self):
        report, _ = self.bench("machine", "--threads", "1", "--quiet")
        self.assertEqual(["fma_peak", "memory_read"], [row["measure"] for row in report["rows"]])

    def test_wrong_words_and_files(self):
        _, err = self.run_program("bench", "brakes", exit_code=2)
        self.assertRegex(err, "brakes.*machine.*voices.*indextts")
        for flags in (("--engine", "morse"), ("--threads", "0"), ("--batch", "0"), ("--type", "q5"), ("--model", "x", "--size", "1.0")):
            _, err = self.run_program("bench", "indextts", *flags, exit_code=2)
            self.assertEqual(1, len(err.splitlines()), err)
        (self.folder / "bad.gguf").write_bytes(b"no model")
        for threads in ("1", "1,2"):  # in this process, and in one of its own
            _, err = self.run_program("bench", "indextts", "--model", "bad.gguf", "--threads", threads, "--quiet", exit_code=3)
            self.assertIn("bad.gguf", err)
            self.assertEqual(1, len(err.splitlines()), err)
            self.run_program("bench", "indextts", "--model", "none.gguf", "--threads", threads, "--quiet", exit_code=3)

    def test_interruption_ends_it_and_keeps_no_model(self):
        process = self.start_program("bench", "indextts", "--size", "tiny", "--batch", "1", "--rounds", "1000", "--json", "--progress", "plain",
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        models = self.folder / "home" / "models"
        self.wait_for(lambda: list(models.rglob("model.gguf")), "the random model", process)
        self.assertEqual(130, self.interrupt(process, signal.SIGINT))
        self.assertEqual(b"", process.stdout.read())
        self.assertEqual([], [path for path in models.rglob("*") if path.is_file()])


if __name__ == "__main__":
    unittest.main()
