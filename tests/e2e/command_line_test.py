#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""The smaller commands: help, version, config, doctor, speak, tasks, run."""
import email.utils
import http.server
import json
import re
import subprocess
import threading
import time
import unittest

import support
from support import SAMPLE, TRANSCRIPT


class CommandLineTest(support.Case):
    def test_help_of_every_command(self):
        out, _ = self.run_program("--help")
        for command in ("dub", "run", "serve", "speak", "tasks", "models", "doctor", "verify", "bench", "cost", "config", "version"):
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

    def test_a_flag_wins_over_its_key(self):
        self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "--engine", "none", "--device", "auto", "-o", "flag",
                         env=self.environment(WAVESHIFT_DEVICE="nonsense"))

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

    def test_doctor_looks_at_the_machine(self):
        env = self.environment(SERVER_HOST="0.0.0.0", WAVESHIFT_ENGIN="kokoro", WAVESHIFT_DEVICE="cuda")
        checks = {check["name"]: check for check in json.loads(self.run_program("doctor", "--json")[0])["checks"]}
        self.assertRegex(checks["engine"]["detail"], r"espeak .* spoke for \d+ ms, which took \d+ ms")
        self.assertRegex(checks["device"]["detail"], r"^\d+ processors, \d+ MiB")
        self.assertIn("an ordinary machine; jobs run in the background", checks["platform"]["detail"])
        self.assertIn("127.0.0.1:8000, for this machine only", checks["server"]["detail"])
        self.assertIn("Latin", checks["fonts"]["detail"])
        self.assertNotIn("clock", checks)
        out = subprocess.run([support.BIN, "doctor", "--json"], env=env, cwd=self.folder, capture_output=True, text=True, timeout=120).stdout
        checks = {check["name"]: check for check in json.loads(out)["checks"]}
        self.assertEqual("warning", checks["server"]["result"])
        self.assertIn("WAVESHIFT_API_TOKEN", checks["server"]["remedy"])
        self.assertIn("not known: WAVESHIFT_ENGIN", checks["configuration"]["detail"])
        out, _ = self.run_program("doctor", "--json", env=self.environment(FC_FUNCTION_NAME="f", WAVESHIFT_HOME=self.folder / "fc"))
        platform = next(check for check in json.loads(out)["checks"] if check["name"] == "platform")
        self.assertIn("function compute; jobs run within the request", platform["detail"])
        self.assertEqual("warning", platform["result"])  # its stores are local

    def test_doctor_compares_clocks(self):
        """Against an object store whose Date is half an hour off."""
        class Store(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response_only(403)
                self.send_header("Date", email.utils.formatdate(time.time() - 1800, usegmt=True))
                self.send_header("Content-Length", "0")
                self.end_headers()
            do_POST = do_PUT = do_HEAD = do_DELETE = do_GET

            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        address = f"http://127.0.0.1:{server.server_address[1]}"
        names = ("CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_R2_ACCESS_KEY_ID", "CLOUDFLARE_R2_SECRET_ACCESS_KEY",
                 "CLOUDFLARE_R2_BUCKET_NAME", "CLOUDFLARE_D1_DATABASE_ID")
        env = self.environment(**{name: "a" * 32 for name in names}, R2_ENDPOINT_URL=address, CLOUDFLARE_API_BASE_URL=address)
        out, err = self.run_program("doctor", "--json", exit_code=4, env=env)
        clock = next(check for check in json.loads(out)["checks"] if check["name"] == "clock")
        self.assertEqual("missing", clock["result"])
        self.assertRegex(clock["detail"], r"^(1799|180\d) s ahead of the object store")
        self.assertIn("clock", err)

    def test_cost(self):
        out, _ = self.run_program("cost", "--hours", "2", "--server-price", "6013.44", "--json")
        row = next(row for row in json.loads(out)["gpus"] if row["gpu_type"] == "fc.gpu.tesla.1")
        self.assertAlmostEqual(1202.688, row["month"]["total"])  # 2 h x 30 x 3600 s x 46.4 CU/s x CNY 0.00012
        self.assertAlmostEqual(10, row["break_even_hours_per_day"], places=4)
        out, _ = self.run_program("cost", "--video-minutes", "60", "--rtf", "0.5", "--idle", "hibernate", "--currency", "USD")
        self.assertIn("0.50 h of work a day (60 min of video), 23.50 h in shallow hibernation; 30 days; USD", out)
        self.assertIn("no verified price", out)
        tariff = json.loads((support.ROOT / "share" / "tariff_fc.json").read_text())
        tariff["cu_price"]["CNY"] = [{"price": 1}]
        (self.folder / "mine.json").write_text(json.dumps(tariff))
        out, _ = self.run_program("cost", "--hours", "1", "--days", "1", "--gpu", "fc.gpu.tesla.1", "--tariff", "mine.json", "--json")
        self.assertAlmostEqual(46.4 * 3600, json.loads(out)["gpus"][0]["month"]["total"])
        (self.folder / "bad.json").write_text("{}")
        self.assertIn("bad.json", self.run_program("cost", "--hours", "1", "--tariff", "bad.json", exit_code=3)[1])
        for flags in ([], ["--hours", "1", "--rtf", "1"], ["--video-minutes", "9"], ["--hours", "nan"], ["--hours", "-1"], ["--hours", "x"],
                      ["--hours", "1", "--idle-hours", "2"], ["--hours", "20", "--idle", "hibernate", "--idle-hours", "5"],
                      ["--hours", "1", "--cold-starts", "3"], ["--hours", "1", "--currency", "EUR"], ["--hours", "1", "--days", "0"]):
            _, err = self.run_program("cost", *flags, exit_code=2)
            self.assertEqual(1, err.count("\n"), err)
        self.assertIn("fc.gpu.tesla.1", self.run_program("cost", "--hours", "1", "--gpu", "x", exit_code=3)[1])

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

    def test_a_dub_in_another_language_gives_way_only_with_a_word(self):
        french = self.folder / "french.json"
        french.write_text(json.dumps({**json.loads(TRANSCRIPT.read_text()), "target_language": "fr"}))
        dub = ("dub", SAMPLE, "--engine", "none", "-o", "out", "--transcript")
        self.run_program(*dub, TRANSCRIPT)
        self.assertNotIn("gives way", self.run_program(*dub, TRANSCRIPT)[1])
        _, err = self.run_program(*dub, french)
        self.assertIn("out: the dub in 'es' that lies there gives way to this one", err)

    def test_plain_progress_when_there_is_no_terminal(self):
        _, err = self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", "out")
        self.assertNotIn("\x1b", err)
        self.assertNotIn("\r", err)
        self.assertRegex(err, r"\d+%")


if __name__ == "__main__":
    unittest.main()
