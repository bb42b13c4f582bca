#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""`waveshift serve` on an emulated function compute, and started as other platforms start it."""
import json
import math
import pathlib
import re
import subprocess
import sys
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
import cloud_test  # noqa: E402
import fc_checks  # noqa: E402
import fc_platform  # noqa: E402
import soak  # noqa: E402
import support  # noqa: E402
from fc_checks import BEARER, JSON  # noqa: E402

# The example's first lines: enough for two batches, done in a few seconds.
CLIP_S = 14
# Words of soak.LINES: in the first four, which are spoken at a time, and in the others.
FIRST_BATCH, SECOND_BATCH = "gatos", "días"


def serve_command():
    return [str(support.BIN), "serve"]


def make_clip(folder):
    """(video, transcript) of the example's beginning."""
    video, transcript = folder / "clip.mp4", folder / "clip.json"
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(support.SAMPLE), "-t", str(CLIP_S), "-c", "copy", str(video)], check=True)
    whole = json.loads(support.TRANSCRIPT.read_text(encoding="utf-8"))
    whole["segments"] = [line for line in whole["segments"] if line["end_ms"] < CLIP_S * 1000 - 500]
    transcript.write_text(json.dumps(whole), encoding="utf-8")
    return video, transcript


class EveryCheck(support.Case):
    def test_the_command_line_passes(self):
        video, transcript = make_clip(self.folder)
        done = subprocess.run([sys.executable, "-B", str(HERE / "emulator.py"), "--json", "--env", "WAVESHIFT_ENGINE=espeak", "--env",
                               f"WAVESHIFT_HOME={self.folder / 'home'}", "--video", str(video), "--transcript", str(transcript), "--",
                               *serve_command()], capture_output=True, text=True, timeout=600)
        self.assertEqual(0, done.returncode, done.stdout[-3000:] + done.stderr[-6000:])
        said = json.loads(done.stdout)
        self.assertEqual([check[0] for check in fc_checks.CHECKS], [result["check"] for result in said["checks"]])
        print("figures:", json.dumps(said["figures"]))

    def test_it_tells_a_server_that_breaks_the_rules(self):
        """A server of the original's kind prints and ends; another one listens on 127.0.0.1 and knows no control routes."""
        for command, word in ((["true"], "ended with 0"), (serve_command() + ["--host", "127.0.0.1"], "0.0.0.0")):
            done = subprocess.run([sys.executable, "-B", str(HERE / "emulator.py"), "--env", f"WAVESHIFT_HOME={self.folder / 'home'}", "--only",
                                   "start_and_initialize", "--", *command], capture_output=True, text=True, timeout=120)
            self.assertEqual(1, done.returncode, done.stdout)
            self.assertIn(word, done.stdout)


class TimeLimit(support.Case):
    """More speech than one invocation has time for: every line is spoken once, however often it goes on."""

    def setUp(self):
        super().setUp()
        self.slow = support.SlowSpeech(self.folder)
        transcript = self.folder / "lines.json"
        transcript.write_text(json.dumps({"target_language": "es", "segments": soak.LINES}), encoding="utf-8")
        # A short and small video: what is not speech must fit into half of a limit of a few seconds, also on a busy machine.
        self.site = fc_checks.Site(serve_command(), fc_platform.free_ports(1), self.folder,
                                   {"WAVESHIFT_ENGINE": "espeak", "WAVESHIFT_HOME": str(self.folder / "home"), "PATH": self.slow.path(),
                                    "ENABLE_VOCAL_SEPARATION": "false", "WAVESHIFT_TIME_MARGIN_S": "3600"},  # half of the limit
                                   soak.make_video(self.folder), transcript)

    @staticmethod
    def set_limit(function, seconds):
        """Of the calls from now on; more on a machine that is busy: a line must be begun before half of it is over."""
        function.timeout_s = math.ceil(seconds + 10 * function.instances[0].start_s)

    def hold_until_time_is_short(self, function, word):
        """A line that is being spoken when its invocation winds down."""
        self.slow.hold(word)
        self.wait_for(self.slow.is_waiting, f"the line with {word}")

        def is_winding_down():
            log = function.log_text()
            return log.rfind("no further line is begun") > log.rfind('"job begins"')
        self.wait_for(is_winding_down, "the wind-down")
        self.slow.release()

    def check_spoken_once(self, function, task_id):
        report = self.site.want_complete(function, task_id)
        spoken = self.slow.spoken()
        self.assertEqual(sorted(set(spoken)), sorted(spoken), "a line was spoken twice")
        self.assertGreaterEqual(len(spoken), report["totals"]["dubbed"])
        self.assertNotIn("what is under way is given up", function.log_text())

    def test_the_platform_delivers_again(self):
        with self.site.function("retries", max_retries=12) as function:
            task_id = self.site.make_task(function, "retries")
            self.set_limit(function, 12)
            function.invoke_later(function.invoke_event, {"task_id": task_id})
            self.hold_until_time_is_short(function, FIRST_BATCH)
            self.hold_until_time_is_short(function, SECOND_BATCH)
            function.wait_for_deliveries()
            self.assertEqual([], function.dead_letters)
            outcomes = [call[2] for call in function.calls if call[0] == "/invoke"]
            self.assertEqual([404] * (len(outcomes) - 1) + [200], outcomes)
            self.assertGreaterEqual(len(outcomes), 3)
            self.check_spoken_once(function, task_id)

    def test_it_sends_itself_the_next_invocation(self):
        with self.site.function("self", max_retries=0) as function:
            trigger = fc_platform.Trigger(function)
            self.addCleanup(trigger.close)
            function.environment["WAVESHIFT_SELF_URL"] = trigger.url
            task_id = self.site.make_task(function, "self")
            self.set_limit(function, 16)
            holder = threading.Thread(target=self.hold_until_time_is_short, args=(function, FIRST_BATCH))
            holder.start()
            first = function.invoke_event({"task_id": task_id})
            holder.join()
            self.assertEqual((200, "processing", True), (first.status, first.json()["status"], first.json()["goes_on"]))
            function.wait_for_deliveries()
            self.assertEqual([], function.dead_letters)
            self.assertEqual({"/api/start_tts"}, {path for path, _ in trigger.accepted})
            self.check_spoken_once(function, task_id)
            self.assertNotIn(fc_checks.TOKEN, function.log_text())


class InTheCloud(cloud_test.CloudCase):
    """D1 and R2 behind the function: what a freeze did to the connections is mended by the next request."""

    def test_frozen_between_requests(self):
        environment = {name: value for name, value in self.cloud().items() if name.startswith(("CLOUDFLARE_", "R2_", "WAVESHIFT_"))}
        site = fc_checks.Site(serve_command(), fc_platform.free_ports(1), self.folder, environment)
        key = self.product_task("fc-1")
        with site.function("cloud") as function:
            put = function.invoke_http("PUT", "/api/objects/" + cloud_test.urllib.request.quote(key), support.SAMPLE.read_bytes(), BEARER)
            self.assertEqual(201, put.status, put.body)
            self.assertEqual(200, function.invoke_http("GET", "/api/task/fc-1/status", headers=BEARER).status)
            # Longer than the servers of D1 and R2 keep connections.
            function.gap_s = 7
            begun = time.monotonic()
            done = function.invoke_http("POST", "/api/start_tts", json.dumps({"task_id": "fc-1"}), {**JSON, **BEARER})
            self.assertEqual((200, "completed"), (done.status, done.json()["status"]), done.body)
            self.assertEqual("completed", self.row("fc-1")["status"])
            log = function.log_text()
            self.assertEqual(1, log.count('"job begins"'))
            job = [json.loads(line) for line in log.splitlines() if '"job begins"' in line][0]
            self.assertEqual(done.request_id, job["request_id"])
            self.assertLessEqual(len(self.peer.log("/client/v4/")), 20 + (time.monotonic() - begun) / 30)


class OtherPlatforms(support.Case):
    """The same command where Cloud Run, Lambda's web adapter, SCF and FunctionGraph start it."""

    def start(self, **environment):
        port = fc_platform.free_ports(1)
        log = self.folder / "server.log"
        log.write_text("")
        words = {name: value.format(port=port) for name, value in environment.items()}
        # No terminal, no SERVER_PORT: the platform's words alone.
        with open(log, "ab") as out:
            process = self.start_program("serve", env=support.clean_environment(
                **{"WAVESHIFT_HOME": self.folder / "home", "WAVESHIFT_ENGINE": "espeak", **words}), stdout=out, stderr=subprocess.STDOUT)
        self.wait_for(lambda: fc_platform.listens_to_all(port), "the port", process)
        self.log = log

        def ask(method, path, body=None, headers=None):
            connection = fc_platform.http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                connection.request(method, path, body, headers or {})
                response = connection.getresponse()
                return fc_platform.Answer(response.status, response.getheaders(), response.read(), 0)
            finally:
                connection.close()
        return process, ask

    def test_cloud_run(self):
        process, ask = self.start(K_SERVICE="dub", PORT="{port}")
        self.assertEqual(200, ask("GET", "/").status)
        self.assertEqual(200, ask("GET", "/api/ready").status)
        self.assertEqual(130, self.interrupt(process, support.signal.SIGTERM))
        self.assertIn("WAVESHIFT_API_TOKEN is not set", self.log.read_text())  # it is open to everybody, and says so

    def test_lambda_web_adapter(self):
        _, ask = self.start(AWS_LAMBDA_FUNCTION_NAME="dub", AWS_LWA_PORT="{port}", WAVESHIFT_API_TOKEN="t")
        self.assertEqual(200, ask("GET", "/").status)
        self.assertEqual(401, ask("GET", "/api/tasks").status)

    def test_scf_and_functiongraph_events(self):
        event = json.dumps({"httpMethod": "GET", "path": "/api/tasks"})
        for name, route, init in (("SCF_FUNCTIONNAME", "/event-invoke", "/initialize"), ("RUNTIME_FUNC_NAME", "/invoke", "/init")):
            _, ask = self.start(**{name: "dub", "PORT": "{port}", "WAVESHIFT_API_TOKEN": "t0ken"})
            ids = {"x-scf-request-id": "scf-77"} if route == "/event-invoke" else {"X-CFF-Request-Id": "cff-77"}
            self.assertEqual(200, ask("POST", init, b"", ids).status)
            refused = ask("POST", route, event, ids)
            self.assertEqual((200, 401), (refused.status, refused.json()["statusCode"]))
            allowed = ask("POST", route, event, {**ids, "Authorization": "Bearer t0ken"})
            self.assertEqual((200, 200), (allowed.status, allowed.json()["statusCode"]))
            self.assertTrue(re.search(r'"request_id":"(scf|cff)-77"', self.log.read_text()))
            self.assertNotIn("t0ken", self.log.read_text())
            self.assertEqual("unchanged", ask("GET", "/pre-stop").json()["status"])


if __name__ == "__main__":
    unittest.main()
