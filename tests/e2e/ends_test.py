#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Every way in which a task can end: what its row says then, the exit code, and that what was finished is used by the next run."""
import json
import signal
import subprocess
import unittest

import support
from cloud_support import Peer
from soak import LINES, Server, make_video
from support import PATIENCE_S

VIDEO_KEY = "uploads/short.mp4"


class EndsCase(support.Case):
    def setUp(self):
        super().setUp()
        self.slow = support.SlowSpeech(self.folder)

    def configuration(self, **more):
        return self.environment(**{"PATH": self.slow.path(), "ENABLE_VOCAL_SEPARATION": "false", **more})

    def run_task(self, task_id, exit_code=0, **more):
        out, err = self.run_program("run", task_id, "--json", "--quiet", exit_code=exit_code, env=self.configuration(**more))
        return json.loads(out) if out else None, err

    def start_run(self, task_id, **more):
        with open(self.folder / "run.log", "wb") as log:
            return self.start_program("run", task_id, "--quiet", stdout=log, stderr=log, env=self.configuration(**more))

    def run_log(self):
        return (self.folder / "run.log").read_text(encoding="utf-8")


class LocalEndsTest(EndsCase):
    def prepare(self, task_id, video_key=VIDEO_KEY, video=None):
        with Server(self.configuration()) as server:
            if video is None:
                video = make_video(self.folder)
            server.put_object(VIDEO_KEY, video)
            server.ask("POST", "/api/task", {"task_id": task_id, "video_path": video_key, "target_language": "es", "segments": LINES}, 201)

    def state(self, task_id):
        out, _ = self.run_program("tasks", "show", task_id, "--json")
        return json.loads(out)

    def assert_failed(self, task_id, *words):
        state = self.state(task_id)
        self.assertEqual("error", state["status"], state)
        for word in words:
            self.assertIn(word, state["error_message"])

    def test_an_input_that_is_not_there(self):
        self.prepare("t", "uploads/none.mp4")
        _, err = self.run_task("t", 3)
        self.assertIn("video_path: there is no object \"uploads/none.mp4\"", err)
        self.assert_failed("t", "uploads/none.mp4")

    def test_an_input_that_is_no_video(self):
        text = self.folder / "text.mp4"
        text.write_text("this is no video\n" * 100, encoding="utf-8")
        self.prepare("t", video=text)
        self.run_task("t", 3)
        self.assert_failed("t", "short.mp4")

    def test_an_engine_that_is_not_there(self):
        self.prepare("t")
        _, err = self.run_task("t", 4, WAVESHIFT_ENGINE="indextts", WAVESHIFT_MODEL_DIR=self.folder / "no_models")
        self.assertIn("waveshift models", err)
        self.assert_failed("t", "waveshift models")
        # It is mended, and the same command goes on.
        result, _ = self.run_task("t")
        self.assertEqual("completed", result["status"])
        self.assertIsNone(self.state("t")["error_message"])

    def test_too_many_lines_that_cannot_be_spoken(self):
        self.prepare("t")
        broken = self.folder / "broken"
        broken.mkdir()
        script = broken / "espeak-ng"
        script.write_text(f"""#!/bin/bash
if [[ " $* " == *" --stdin "* ]]; then
  text="$(cat)"
  [[ $text == *gatos* || $text == *libros* ]] && exit 1
  printf '%s' "$text" | exec {self.slow.folder}/espeak-ng "$@"
fi
exec {self.slow.folder}/espeak-ng "$@"
""", encoding="utf-8")
        script.chmod(0o755)
        _, err = self.run_task("t", 1, PATH=f"{broken}:{self.slow.path()}")
        self.assertIn("2 of 6 lines could not be spoken", err)
        self.assert_failed("t", "2 of 6 lines")
        before = len(self.slow.spoken())
        self.run_task("t")
        self.assertEqual({"Tres gatos duermen.", "Cinco libros nuevos."}, set(self.slow.spoken()[before:]))

    def test_an_interruption(self):
        for how in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(how.name):
                task_id = f"t{int(how)}"
                self.prepare(task_id)
                self.slow.hold("días")
                process = self.start_run(task_id)
                self.wait_for(self.slow.is_waiting, "the held line", process)
                self.assertEqual(130, self.interrupt(process, how))
                self.assertEqual("processing", self.state(task_id)["status"])
                self.slow.release()
                before = len(self.slow.spoken())
                self.run_task(task_id)
                self.assertNotIn("Uno llega tarde.", self.slow.spoken()[before:])

    def test_a_cancel_by_another_process(self):
        self.prepare("t")
        self.slow.hold("días")
        process = self.start_run("t")
        self.wait_for(self.slow.is_waiting, "the held line", process)
        self.run_program("tasks", "cancel", "t", env=self.configuration())
        self.assertEqual(130, process.wait(PATIENCE_S))
        self.assertIn("cancelled on request", self.run_log())
        state = self.state("t")
        self.assertEqual(("cancelled", "cancelled on request"), (state["status"], state["error_message"]))
        self.slow.release()
        self.assertEqual("completed", self.run_task("t")[0]["status"])


class CloudEndsTest(EndsCase):
    @classmethod
    def setUpClass(cls):
        cls.peer = Peer()
        cls.addClassCleanup(cls.peer.close)

    def setUp(self):
        super().setUp()
        self.peer.reset()
        with Server(self.configuration()) as server:
            server.put_object(VIDEO_KEY, make_video(self.folder))

    def configuration(self, **more):
        return super().configuration(**{**self.peer.settings(), **more})

    def fail(self, target, body="", status=503, skip=0):
        self.peer.ask("plan", [{"target": target, "do": "answer", "status": status, "body": body, "times": 100000, "skip": skip}])

    def mend(self):
        self.peer.ask("plan", [])

    def run_when_the_lease_is_over(self, task_id):
        def attempt():
            done = subprocess.run([str(support.BIN), "run", task_id, "--json", "--quiet"], env=self.configuration(), capture_output=True, text=True,
                                  timeout=PATIENCE_S)
            return json.loads(done.stdout) if done.returncode == 0 else None
        return self.wait_for(attempt, "the end of the lease")

    def test_a_bucket_that_goes_away(self):
        self.peer.add_task("t", VIDEO_KEY, LINES)
        self.slow.hold("días")
        process = self.start_run("t", R2_MAX_ATTEMPTS="2")
        self.wait_for(self.slow.is_waiting, "the held line", process)
        self.fail("^/media/", "<Error><Code>SlowDown</Code></Error>")
        self.slow.release()
        self.assertEqual(5, process.wait(PATIENCE_S), self.run_log())
        self.assertIn("SlowDown", self.run_log())
        # Its lease ran out meanwhile: somebody else could have the task, so nothing is said of how it ended.
        self.assertEqual(("processing", None), (self.peer.row("t")["status"], self.peer.row("t")["error_message"]))
        self.mend()
        before = len(self.slow.spoken())
        self.assertEqual("completed", self.run_when_the_lease_is_over("t")["status"])
        self.assertNotIn("Uno llega tarde.", self.slow.spoken()[before:])
        self.assertEqual(("completed", None), (self.peer.row("t")["status"], self.peer.row("t")["error_message"]))

    def test_a_bucket_that_comes_back(self):
        self.peer.add_task("t", VIDEO_KEY, LINES)
        self.slow.hold("días")
        process = self.start_run("t", R2_MAX_ATTEMPTS="1")
        self.wait_for(self.slow.is_waiting, "the held line", process)
        self.fail("^/media/", "<Error><Code>SlowDown</Code></Error>")
        self.slow.release()

        def refused():
            return [entry["target"] for entry in self.peer.log("/media/") if entry["fault"]]
        # A write was refused, and then whose the task is was asked for in vain.
        self.wait_for(lambda: any("/leases/" not in target for target in refused()) and sum("/leases/" in target for target in refused()) >= 2,
                      "the refused write", process)
        self.mend()
        self.assertEqual(0, process.wait(PATIENCE_S), self.run_log())
        self.assertEqual(("completed", None), (self.peer.row("t")["status"], self.peer.row("t")["error_message"]))

    def test_a_database_that_is_overloaded(self):
        self.peer.add_task("t", VIDEO_KEY, LINES)
        self.fail("^/client/", json.dumps({"success": False, "errors": [{"code": 7429, "message": "D1 DB is overloaded."}], "result": None}), 429)
        _, err = self.run_task("t", 5, D1_MAX_ATTEMPTS="2")
        self.assertIn("overloaded", err)
        self.mend()
        self.run_task("t")

    def test_a_database_that_goes_away_before_the_end_is_written(self):
        self.peer.add_task("warm", VIDEO_KEY, LINES)
        self.run_task("warm")
        whole = len(self.peer.log("/client/"))
        self.peer.add_task("t", VIDEO_KEY, LINES)
        self.fail("^/client/", status=500, skip=whole - 3)
        self.run_task("t", 5, D1_MAX_ATTEMPTS="2")
        self.assertEqual("processing", self.peer.row("t")["status"])
        self.mend()
        before = len(self.slow.spoken())
        self.run_task("t")
        self.assertEqual("completed", self.peer.row("t")["status"])
        self.assertEqual(before, len(self.slow.spoken()))


if __name__ == "__main__":
    unittest.main()
