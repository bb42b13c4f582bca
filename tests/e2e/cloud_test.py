#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""`waveshift run`, `serve`, `tasks` and `doctor` on D1 and R2: Cloudflare's own engines (tests/cloud/peer.mjs), also when they fail."""
import http.client
import json
import pathlib
import re
import signal
import subprocess
import time
import unittest
import urllib.request

import support
from cloud_support import PUBLIC, SECRETS, Peer
from support import PATIENCE_S, SAMPLE, TRANSCRIPT

LATE_WORD = "comadrejas"  # in one of the last lines


class CloudCase(support.Case):
    @classmethod
    def setUpClass(cls):
        cls.peer = Peer()
        cls.addClassCleanup(cls.peer.close)

    def setUp(self):
        super().setUp()
        self.peer.reset()
        self.said = ""  # everything that any program wrote
        self.addCleanup(self.assert_no_secret)

    def cloud(self, **more):
        return self.environment(**{**self.peer.settings(), **more})

    def program(self, *arguments, exit_code=0, **more):
        out, err = self.run_program(*arguments, exit_code=exit_code, env=self.cloud(**more))
        self.said += out + err
        return out, err

    def assert_no_secret(self):
        for log in self.folder.glob("*.log"):
            self.said += log.read_text(encoding="utf-8", errors="replace")
        for secret in SECRETS:
            self.assertNotIn(secret, self.said)

    # ---- what the product does ----

    def product_task(self, task_id, video_path="users/u 1/{id}/视频 1.mp4", status="completed"):
        path = video_path.format(id=task_id)
        self.peer.add_task(task_id, path, json.loads(TRANSCRIPT.read_text(encoding="utf-8"))["segments"], status)
        return path

    def row(self, task_id):
        return self.peer.row(task_id)

    # ---- the server ----

    def start_server(self, **more):
        with open(self.folder / "server.log", "ab") as log:
            process = self.start_program("serve", "--port", "0", "--json", stdout=subprocess.PIPE, stderr=log, env=self.cloud(**more))
        said = json.loads(process.stdout.readline() or "null")
        self.assertTrue(said, (self.folder / "server.log").read_text())
        self.port = said["port"]
        return process

    def ask(self, method, path, body=None, headers=None):
        headers = dict(headers or {})
        if isinstance(body, dict):
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if (answer.getheader("Content-Type") or "").startswith("application/json"):
            self.said += data.decode()
        return answer.status, data

    def upload(self, key):
        with open(SAMPLE, "rb") as file:
            status, body = self.ask("PUT", "/api/objects/" + urllib.request.quote(key), file, {"Content-Length": str(SAMPLE.stat().st_size)})
        self.assertEqual(201, status, body)

    def upload_alone(self, key):
        process = self.start_server()
        self.upload(key)
        self.interrupt(process)

    def status(self, task_id):
        status, body = self.ask("GET", f"/api/task/{task_id}/status")
        self.assertEqual(200, status, body)
        return json.loads(body)

    def wait_until_done(self, task_id, process):
        return self.wait_for(lambda: (lambda s: s if s["status"] in ("completed", "error") else None)(self.status(task_id)), "the job's end", process)


class RunTest(CloudCase):
    def test_a_task_of_the_product(self):
        path = self.product_task("task-1")
        self.upload_alone(path)
        self.peer.ask("log")
        before = len(self.peer.log("/client/v4/"))
        began = time.monotonic()
        out, _ = self.program("run", "task-1", "--json", "--quiet")
        seconds = time.monotonic() - began
        result = json.loads(out)
        self.assertEqual(("completed", "hls/task-1/playlist.m3u8"), (result["status"], result["playlist"]))
        row = self.row("task-1")
        self.assertEqual(("completed", 100, None), (row["status"], row["progress"], row["error_message"]))
        self.assertGreater(row["completed_at"], row["started_at"])
        d1 = len(self.peer.log("/client/v4/")) - before
        self.assertLessEqual(d1, 20 + seconds / 30)
        puts = {re.sub(r"\?.*", "", entry["target"]) for entry in self.peer.log("/media/") if entry["method"] == "PUT" and entry["status"] == 200}
        for key in ("hls/task-1/playlist.m3u8", "videos/task-1/final_video.mp4", "reports/task-1/report.json", "subtitles/task-1/subtitles.srt"):
            self.assertTrue(any(target.endswith(key) for target in puts), key)
        # What is uploaded is what there is in the end, but for versions of playlists, states and leases.
        writes = [entry for entry in self.peer.log("/media/") if entry["method"] in ("PUT", "POST") and entry["status"] == 200 and path not in
                  urllib.request.unquote(entry["target"])]
        uploaded = sum(entry["received"] for entry in writes)
        produced = sum({entry["target"]: entry["received"] for entry in writes}.values())
        self.assertLessEqual(uploaded, 1.02 * produced)
        # A second run has nothing to do.
        again, _ = self.program("run", "task-1", "--json", "--quiet")
        self.assertEqual("completed", json.loads(again)["status"])
        print(f"cloud: {d1} requests to D1 in {seconds:.1f} s; {uploaded} bytes uploaded for {produced}, {uploaded / produced:.4f}")

    def test_through_faults(self):
        path = self.product_task("task-2")
        self.upload_alone(path)
        d1, s3 = "^/client/v4/", "^/media/"
        overloaded = json.dumps({"success": False, "errors": [{"code": 7429, "message": "D1 DB is overloaded."}], "result": None})
        internal = json.dumps({"success": False, "errors": [{"code": 7500, "message": "internal error; reference = x"}], "result": None})
        slow_down = "<Error><Code>SlowDown</Code></Error>"
        plan = []
        for skip in range(12):
            plan += [{"target": d1, "skip": skip, "do": "answer", "status": 429, "body": overloaded}] if skip % 4 == 0 else []
            plan += [{"target": d1, "skip": skip, "do": "answer", "status": 500, "body": internal}] if skip % 4 == 2 else []
            plan += [{"target": d1, "skip": skip, "do": "apply_then_drop"}] if skip % 4 == 3 else []
        for skip in range(5, 150, 15):
            plan += [{"target": s3, "skip": skip, "do": "answer", "status": 503, "body": slow_down},
                     {"target": s3, "skip": skip, "do": "apply_then_drop"},
                     {"target": s3, "method": "GET", "skip": skip // 5, "do": "cut", "after": skip * 1000},
                     {"target": s3, "method": "PUT", "skip": skip, "do": "cut_request", "after": skip * 10}]
        self.peer.ask("plan", plan)
        out, _ = self.program("run", "task-2", "--json", "--quiet")
        self.assertEqual("completed", json.loads(out)["status"])
        self.assertEqual("completed", self.row("task-2")["status"])
        log = self.peer.log()
        self.assertGreater(sum(bool(entry["fault"]) for entry in log), 20)
        self.assertEqual(0, self.peer.ask("uploads")["open"])

    def test_what_cannot_be_done_says_why(self):
        _, err = self.program("run", "none", exit_code=3)
        self.assertIn("task \"none\" does not exist", err)
        self.product_task("task-3")
        _, err = self.program("run", "task-3", exit_code=3)
        self.assertIn("video_path", err)
        row = self.row("task-3")
        self.assertEqual("error", row["status"])
        self.assertIn("video_path", row["error_message"])
        self.program("run", "task-3", exit_code=3, TASK_FAILURE_STATUS="failed")
        self.assertEqual("failed", self.row("task-3")["status"])
        _, err = self.program("run", "task-3", exit_code=5, CLOUDFLARE_API_TOKEN="wrong-token")
        self.assertIn("CLOUDFLARE_API_TOKEN", err)
        self.assertNotIn("wrong-token", err)
        self.peer.ask("plan", [{"target": "^/client/", "do": "answer", "status": 500, "times": 1000}])
        _, err = self.program("run", "task-3", exit_code=5, D1_MAX_ATTEMPTS="2")
        self.assertIn("D1: HTTP 500", err)

    def test_an_address_below_the_public_base_is_read_from_the_bucket(self):
        key = "users/u 1/task-4/v 1.mp4"
        self.product_task("task-4", video_path=f"{PUBLIC}/{key}")
        self.upload_alone(key)
        self.program("run", "task-4", "--quiet")
        self.assertEqual("completed", self.row("task-4")["status"])
        self.product_task("task-5", video_path="https://elsewhere.example.com/v.mp4")
        _, err = self.program("run", "task-5", exit_code=3)
        self.assertIn("R2_PUBLIC_BASE_URL", err)


class TakeoverTest(CloudCase):
    """A runner that dies or freezes: the next one waits for its lease to run out, and goes on with what is finished."""

    def setUp(self):
        super().setUp()
        self.slow = support.SlowSpeech(self.folder)

    def start_and_hold(self, task_id):
        """A run that waits in the middle of its lines."""
        self.upload_alone(self.product_task(task_id))
        self.slow.hold(LATE_WORD)
        with open(self.folder / "first.log", "ab") as log:
            process = self.start_program("run", task_id, "--quiet", stdout=log, stderr=log, env=self.cloud(PATH=self.slow.path()))
        self.wait_for(lambda: self.slow.is_waiting() and self.stored_lines(task_id), "the held line", process)
        return process

    def stored_lines(self, task_id):
        return {entry["target"] for entry in self.peer.log(f"/journal/{task_id}/lines/") if entry["method"] == "PUT" and entry["target"].endswith(".wav")}

    def run_until_taken_over(self, task_id):
        """Runs again and again, as a supervisor would; gives how often somebody else held the task."""
        refused = 0
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            done = subprocess.run([str(support.BIN), "run", task_id, "--json", "--quiet"], cwd=self.folder, env=self.cloud(), capture_output=True,
                                  text=True, timeout=PATIENCE_S)
            self.said += done.stdout + done.stderr
            if done.returncode == 0:
                return refused, json.loads(done.stdout)
            self.assertEqual(1, done.returncode, done.stderr)
            self.assertIn("worked on by another process", done.stderr)
            refused += 1
            time.sleep(1)
        self.fail("the task was never taken over")

    def test_a_killed_run_is_taken_over_and_no_line_is_spoken_again(self):
        first = self.start_and_hold("killed")
        first.kill()
        first.wait(PATIENCE_S)
        self.slow.release()
        before = self.stored_lines("killed")
        self.assertEqual("processing", self.row("killed")["status"])
        refused, result = self.run_until_taken_over("killed")
        self.assertGreater(refused, 0)
        self.assertEqual("completed", result["status"])
        self.assertEqual("completed", self.row("killed")["status"])
        # A take is there once its sound is; the kill can have come between its note and its sound.
        twice = [entry["target"] for entry in self.peer.log("/journal/killed/lines/")
                 if entry["method"] == "PUT" and entry["status"] == 200 and entry["target"].endswith(".wav")]
        self.assertEqual(len(twice), len(set(twice)))
        self.assertTrue(before < self.stored_lines("killed"))

    def test_a_frozen_run_that_thaws_has_lost_the_task(self):
        first = self.start_and_hold("frozen")
        first.send_signal(signal.SIGSTOP)
        try:
            self.run_until_taken_over("frozen")
            finished = self.row("frozen")
            self.assertEqual("completed", finished["status"])
            writes = len([entry for entry in self.peer.log("/media/") if entry["method"] in ("PUT", "POST") and "/leases/" not in entry["target"]])
        finally:
            self.slow.release()
            first.send_signal(signal.SIGCONT)
        self.assertNotEqual(0, first.wait(PATIENCE_S))
        self.assertEqual(finished, self.row("frozen"))
        later = [entry for entry in self.peer.log("/media/") if entry["method"] in ("PUT", "POST") and "/leases/" not in entry["target"]][writes:]
        self.assertEqual([], [entry["target"] for entry in later if "/hls/" in entry["target"] or "/videos/" in entry["target"]])
        self.assertIn("took the task over", (self.folder / "first.log").read_text(encoding="utf-8"))


class ServeTest(CloudCase):
    def test_upload_start_watch_and_read(self):
        process = self.start_server()
        self.upload("uploads/austen.mp4")
        segments = json.loads(TRANSCRIPT.read_text(encoding="utf-8"))["segments"]
        status, body = self.ask("POST", "/api/task", {"task_id": "mine", "video_path": "uploads/austen.mp4", "target_language": "es", "segments": segments})
        self.assertEqual(201, status, body)
        status, body = self.ask("POST", "/api/start_tts", {"task_id": "mine"})
        self.assertIn(status, (200, 202), body)
        done = self.wait_until_done("mine", process)
        self.assertEqual("completed", done["status"], done)
        self.assertEqual(f"{PUBLIC}/hls/mine/playlist.m3u8", done["hls_playlist_url"])
        status, playlist = self.ask("GET", "/media/hls/mine/playlist.m3u8")
        self.assertEqual(200, status)
        self.assertTrue(playlist.startswith(b"#EXTM3U"))
        status, video = self.ask("GET", "/media/videos/mine/final_video.mp4")
        self.assertEqual(200, status)
        (self.folder / "final.mp4").write_bytes(video)
        kinds = [stream["codec_type"] for stream in support.probe(self.folder / "final.mp4", "-show_streams")["streams"]]
        self.assertEqual(["video", "audio", "audio"], kinds[:3])
        # What a process shows of itself to others on the machine.
        for place in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                self.said += place.read_bytes().replace(b"\0", b" ").decode(errors="replace") if b"waveshift" in place.read_bytes() else ""
            except OSError:
                pass  # it has ended
        listed, _ = self.program("tasks", "list", "--json")
        self.assertEqual(["mine"], [task["task_id"] for task in json.loads(listed)["tasks"]])
        self.program("tasks", "rm", "mine")
        self.assertEqual([], self.peer.sql("SELECT id FROM media_tasks"))
        status, _ = self.ask("GET", "/media/videos/mine/final_video.mp4")
        self.assertEqual(404, status)
        self.assertEqual(130, self.interrupt(process))

    def test_a_status_is_told_while_the_bucket_stands_still(self):
        path = self.product_task("task-7")
        self.upload_alone(path)
        self.program("run", "task-7", "--quiet")
        process = self.start_server()  # it has not seen the task before: its lines are in the report
        self.peer.ask("plan", [{"target": "^/media/", "do": "stall", "times": 1000}])
        began = time.monotonic()
        state = self.status("task-7")
        print(f"cloud: a status without the bucket took {time.monotonic() - began:.1f} s")
        self.assertEqual(("completed", None), (state["status"], state["hls_playlist_url"]))
        self.peer.ask("plan", [])
        state = self.status("task-7")
        self.assertEqual((8, 8, f"{PUBLIC}/hls/task-7/playlist.m3u8"),
                         (state["progress"]["lines_done"], state["progress"]["lines_total"], state["hls_playlist_url"]))
        self.interrupt(process)

    def test_failures_are_kept_apart(self):
        process = self.start_server()
        self.product_task("task-6")
        status, body = self.ask("GET", "/api/task/none/status")
        self.assertEqual(404, status, body)

        def planned(**fault):
            self.peer.ask("plan", [{"target": "^/client/", "times": 1000, **fault}])
            began = time.monotonic()
            status, body = self.ask("GET", "/api/task/task-6/status")
            self.assertLess(time.monotonic() - began, 30)
            return status, json.loads(body)["code"]

        def d1_error(code, message):
            return json.dumps({"success": False, "errors": [{"code": code, "message": message}], "result": None})
        self.assertEqual((502, "upstream_failed"), planned(do="answer", status=500))
        self.assertEqual((429, "too_many"), planned(do="answer", status=429, body=d1_error(7429, "overloaded")))
        self.assertEqual((403, "forbidden"), planned(do="answer", status=401, body=d1_error(10000, "Authentication error")))
        self.assertEqual((503, "not_ready"), planned(do="answer", status=404, body=d1_error(7404, "not found")))
        self.assertEqual((504, "timeout"), planned(do="stall"))
        self.peer.ask("plan", [])
        status, body = self.ask("GET", "/api/task/task-6/status")
        self.assertEqual(200, status, body)
        self.interrupt(process)


class SettingsTest(CloudCase):
    def test_doctor(self):
        out, _ = self.program("doctor", "--json", exit_code=0)
        stores = next(check for check in json.loads(out)["checks"] if check["name"] == "stores")
        self.assertEqual("ok", stores["result"], stores)
        self.assertIn("test-database", stores["detail"])
        self.assertIn("bucket media", stores["detail"])
        wrong = {"CLOUDFLARE_API_TOKEN": "wrong", "CLOUDFLARE_D1_DATABASE_ID": "other", "CLOUDFLARE_R2_SECRET_ACCESS_KEY": "guess",
                 "CLOUDFLARE_R2_ACCESS_KEY_ID": "nobody", "CLOUDFLARE_R2_BUCKET_NAME": "other"}
        for key, value in wrong.items():
            out, _ = self.program("doctor", "--json", exit_code=4, **{key: value})
            stores = next(check for check in json.loads(out)["checks"] if check["name"] == "stores")
            self.assertEqual("missing", stores["result"])
            self.assertIn(key, stores["detail"])
        out, _ = self.program("doctor", CLOUDFLARE_R2_ACCESS_KEY_ID="temporary-access-key",
                              CLOUDFLARE_R2_SECRET_ACCESS_KEY="temporary-secret-access-key", CLOUDFLARE_R2_SESSION_TOKEN="a-session+token/with=signs==")
        self.assertIn("ok       stores", out)

    def test_half_a_cloud_is_an_error_that_names_the_keys(self):
        for command in (["run", "x"], ["serve", "--port", "0"], ["tasks", "list"], ["config"]):
            _, err = self.program(*command, exit_code=4, CLOUDFLARE_API_TOKEN="", CLOUDFLARE_R2_BUCKET_NAME="")
            self.assertIn("CLOUDFLARE_API_TOKEN, CLOUDFLARE_R2_BUCKET_NAME are missing", err)

    def test_config_masks(self):
        out, _ = self.program("config")
        self.assertIn("CLOUDFLARE_D1_DATABASE_ID=test-database", out)


if __name__ == "__main__":
    unittest.main()
