#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""`waveshift serve` with local stores: upload, task, start, status, results, ranges, events, cancel, restart, tokens and errors."""
import http.client
import json
import signal
import subprocess
import threading
import time
import unittest
import urllib.parse

import support
from support import SAMPLE, TRANSCRIPT

LATE_WORD = "comadrejas"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    def json(self):
        return json.loads(self.body)


class ServerCase(support.Case):
    def setUp(self):
        super().setUp()
        self.slow = support.SlowSpeech(self.folder)

    def start_server(self, *flags, **environment):
        with open(self.folder / "server.log", "ab") as log:
            process = self.start_program("serve", "--port", "0", "--json", *flags, stdout=subprocess.PIPE, stderr=log,
                                         env=self.environment(PATH=self.slow.path(), **environment))
        said = json.loads(process.stdout.readline() or "null")
        self.assertTrue(said, (self.folder / "server.log").read_text())
        self.host, self.port = said["host"], said["port"]
        self.assertEqual(f"http://127.0.0.1:{self.port}", said["url"])
        return process

    def ask(self, method, path, body=None, headers=None, timeout=60):
        headers = dict(headers or {})
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def assert_error(self, answer, status, word=""):
        self.assertEqual(status, answer.status, answer.body)
        error = answer.json()
        self.assertLessEqual({"detail", "code", "request_id"}, set(error))
        self.assertIn(word.lower(), error["detail"].lower())

    def make_task(self, task_id):
        with open(SAMPLE, "rb") as file:
            put = self.ask("PUT", "/api/objects/uploads/austen.mp4", file, {"Content-Length": str(SAMPLE.stat().st_size)})
        self.assertEqual(201, put.status, put.body)
        segments = json.loads(TRANSCRIPT.read_text(encoding="utf-8"))["segments"]
        made = self.ask("POST", "/api/task", {"task_id": task_id, "video_path": "uploads/austen.mp4", "target_language": "es",
                                             "segments": segments})
        self.assertEqual(201, made.status, made.body)
        self.assertEqual({"task_id": task_id, "status": "created"}, {k: made.json()[k] for k in ("task_id", "status")})

    def status(self, task_id):
        answer = self.ask("GET", f"/api/task/{task_id}/status")
        self.assertEqual(200, answer.status, answer.body)
        status = answer.json()
        self.assertLessEqual({"task_id", "status", "hls_playlist_url", "error_message", "progress"}, set(status))
        self.assertLessEqual({"stage", "percent", "lines_done", "lines_total", "eta_s"}, set(status["progress"]))
        return status

    def wait_for_status(self, task_id, wanted):
        percents = []

        def reached():
            now = self.status(task_id)
            percents.append(now["progress"]["percent"])
            if now["status"] != wanted and now["status"] in ("completed", "error", "failed", "cancelled"):
                self.fail(f"{now}\n{(self.folder / 'server.log').read_text()[-2000:]}")
            return now if now["status"] == wanted else None
        found = self.wait_for(reached, f"{task_id} {wanted}")
        self.assertEqual(sorted(percents), percents, "progress went back")
        return found

    def start(self, task_id):
        answer = self.ask("POST", "/api/start_tts", {"task_id": task_id})
        self.assertEqual(200, answer.status, answer.body)
        return answer.json()


class WholeTask(ServerCase):
    def test_from_upload_to_results(self):
        server = self.start_server()
        self.assertEqual("127.0.0.1", self.host)
        self.assertEqual(200, self.ask("GET", "/api/health").status)
        self.assertEqual(200, self.ask("GET", "/api/ready").status)
        self.make_task("austen-1")
        self.assertEqual("created", self.status("austen-1")["status"])
        self.assertIn(self.start("austen-1")["status"], ("processing", "completed"))
        done = self.wait_for_status("austen-1", "completed")
        self.assertEqual((100, 8, 8), (done["progress"]["percent"], done["progress"]["lines_done"], done["progress"]["lines_total"]))
        self.assertEqual("completed", self.start("austen-1")["status"])  # a finished one is not run again
        self.check_results(done)
        self.check_ranges()
        listed = self.ask("GET", "/api/tasks").json()["tasks"]
        self.assertEqual(["austen-1"], [task["task_id"] for task in listed])
        self.assertEqual(10, self.ask("GET", "/api/debug/austen-1").json()["segments_count"])
        metrics = self.ask("GET", "/metrics")
        self.assertIn(b"waveshift_http_requests_total", metrics.body)
        self.assertEqual(200, self.ask("GET", "/ui/").status)
        begun = time.monotonic()
        self.assertEqual(130, self.interrupt(server, signal.SIGTERM))
        self.assertLess(time.monotonic() - begun, 15)  # the promise is 10 s; the machine may be busy

    def check_results(self, done):
        playlist_url = urllib.parse.urlsplit(done["hls_playlist_url"]).path
        self.assertEqual("/media/hls/austen-1/playlist.m3u8", playlist_url)
        playlist = self.ask("GET", playlist_url)
        self.assertEqual("application/vnd.apple.mpegurl", playlist.headers["content-type"].split(";")[0])
        base = playlist_url.rsplit("/", 1)[0]
        uris = [line for line in playlist.body.decode().splitlines() if line and not line.startswith("#")]
        media = self.ask("GET", f"{base}/{uris[0]}")
        self.assertTrue(support.MediaPlaylist(media.body.decode()).ended)
        report = self.ask("GET", "/api/task/austen-1/report")
        self.assertEqual([], support.check_report(report.json()))
        for path, kind in [("/media/videos/austen-1/final_video.mp4", "video/mp4"), ("/media/subtitles/austen-1/subtitles.vtt", "text/vtt"),
                           ("/media/reports/austen-1/report.html", "text/html")]:
            answer = self.ask("GET", path)
            self.assertEqual((200, kind), (answer.status, answer.headers["content-type"].split(";")[0]), path)
        self.assert_error(self.ask("GET", "/media/journal/austen-1/state.json"), 404)

    def check_ranges(self):
        whole = SAMPLE.read_bytes()
        path = "/media/uploads/austen.mp4"
        full = self.ask("GET", path)
        self.assertEqual((200, whole), (full.status, full.body))
        self.assertEqual("bytes", full.headers["accept-ranges"])
        part = self.ask("GET", path, headers={"Range": "bytes=1000-1999"})
        self.assertEqual((206, whole[1000:2000]), (part.status, part.body))
        self.assertEqual(f"bytes 1000-1999/{len(whole)}", part.headers["content-range"])
        self.assertEqual(whole[-7:], self.ask("GET", path, headers={"Range": "bytes=-7"}).body)
        self.assertEqual(416, self.ask("GET", path, headers={"Range": f"bytes={len(whole)}-"}).status)
        self.assertEqual(304, self.ask("GET", path, headers={"If-None-Match": full.headers["etag"]}).status)
        head = self.ask("HEAD", path)
        self.assertEqual((200, b"", str(len(whole))), (head.status, head.body, head.headers["content-length"]))

    def test_events(self):
        self.start_server()
        self.make_task("events-1")
        self.slow.hold(LATE_WORD)
        self.start("events-1")
        heard = []

        def listen():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=support.PATIENCE_S)
            connection.request("GET", "/api/task/events-1/events")
            response = connection.getresponse()
            heard.append(response.getheader("Content-Type"))
            for line in response:
                if line.startswith(b"data: "):
                    heard.append(json.loads(line[6:]))
            connection.close()
        listener = threading.Thread(target=listen)
        listener.start()
        self.wait_for(lambda: len(heard) > 1, "the first event")
        self.slow.release()
        listener.join(support.PATIENCE_S)
        self.assertFalse(listener.is_alive())
        self.assertEqual("text/event-stream", heard[0].split(";")[0])
        self.assertEqual("processing", heard[1]["status"])
        self.assertEqual("completed", heard[-1]["status"])


class Interrupted(ServerCase):
    def test_cancel_and_start_again(self):
        self.start_server()
        self.make_task("cancel-1")
        self.slow.hold(LATE_WORD)
        self.start("cancel-1")
        self.wait_for(self.slow.is_waiting, "the late line")
        self.assertEqual("processing", self.start("cancel-1")["status"])  # it runs: asked again, it answers its state
        begun = time.monotonic()
        self.assertEqual("processing", self.status("cancel-1")["status"])
        self.assertLess(time.monotonic() - begun, 3)
        cancelled = self.ask("DELETE", "/api/task/cancel-1", timeout=support.PATIENCE_S)
        self.assertIn(cancelled.status, (200, 202))
        self.wait_for_status("cancel-1", "cancelled")
        self.slow.release()
        self.start("cancel-1")
        self.wait_for_status("cancel-1", "completed")
        self.assertGreaterEqual(self.ask("GET", "/api/task/cancel-1/report").json()["totals"]["reused"], 4)
        self.assert_error(self.ask("DELETE", "/api/task/cancel-1"), 409)

    def stop_in_the_middle(self, how, task_id):
        server = self.start_server()
        self.make_task(task_id)
        self.slow.hold(LATE_WORD)
        self.start(task_id)
        self.wait_for(self.slow.is_waiting, "the late line")
        code = self.interrupt(server, how)
        self.slow.release()
        return code

    def test_a_stopped_server_goes_on_at_the_next_start(self):
        self.assertEqual(130, self.stop_in_the_middle(signal.SIGTERM, "stop-1"))
        self.start_server()
        self.wait_for_status("stop-1", "completed")
        self.assertGreaterEqual(self.ask("GET", "/api/task/stop-1/report").json()["totals"]["reused"], 4)

    def test_a_killed_server_goes_on_at_the_next_start(self):
        self.assertEqual(-signal.SIGKILL, self.stop_in_the_middle(signal.SIGKILL, "kill-1"))
        self.start_server()
        self.wait_for_status("kill-1", "completed")
        self.assertGreaterEqual(self.ask("GET", "/api/task/kill-1/report").json()["totals"]["reused"], 4)


class Errors(ServerCase):
    def test_answers_to_bad_requests(self):
        self.start_server()
        self.assert_error(self.ask("GET", "/api/task/nobody/status"), 404, "nobody")
        self.assert_error(self.ask("POST", "/api/start_tts", {"task_id": "nobody"}), 404, "nobody")
        self.assert_error(self.ask("POST", "/api/start_tts", "{", {"Content-Type": "application/json"}), 400)
        self.assert_error(self.ask("POST", "/api/start_tts", "{}", {"Content-Type": "text/plain"}), 415)
        self.assert_error(self.ask("POST", "/api/start_tts", {"task": "x"}), 422, "task_id")
        good = {"video_path": "a.mp4", "target_language": "es", "segments": [{"start_ms": 0, "end_ms": 900, "translation": "Hola."}]}
        for field, value in [("video_path", "../../etc/passwd"), ("video_path", 5), ("target_language", "!!"), ("segments", []),
                             ("segments", [{"start_ms": 9, "end_ms": 3, "translation": "x"}]), ("task_id", "a/b")]:
            self.assert_error(self.ask("POST", "/api/task", {**good, field: value}), 422)
        self.assert_error(self.ask("GET", "/nowhere"), 404)
        self.assertEqual(405, self.ask("DELETE", "/api/health").status)
        for key in ("journal/x/state.json", "../x", "a/../../x", ".waveshift/x"):
            status = self.ask("PUT", "/api/objects/" + urllib.parse.quote(key), b"x").status
            self.assertIn(status, (400, 403, 404, 422), key)
        self.assert_error(self.ask("POST", "/api/start_tts", b"x" * (33 << 20), {"Content-Type": "application/json"}), 413)
        answer = self.ask("GET", "/api/task/nobody/status", headers={"x-request-id": "my-id-1"})
        self.assertEqual("my-id-1", answer.json()["request_id"])

    def test_a_task_whose_video_is_missing_ends_as_error(self):
        self.start_server()
        made = self.ask("POST", "/api/task", {"task_id": "lost-1", "video_path": "uploads/lost.mp4", "target_language": "es",
                                             "segments": [{"start_ms": 0, "end_ms": 900, "translation": "Hola."}]})
        self.assertEqual(201, made.status)
        self.start("lost-1")
        self.wait_for(lambda: self.status("lost-1")["status"] == "error", "the error")
        self.assertIn("lost.mp4", self.status("lost-1")["error_message"])

    def test_token(self):
        self.start_server("--host", "127.0.0.1", WAVESHIFT_API_TOKEN="s3cret-token")
        for path in ("/", "/api/health", "/api/ready"):
            self.assertEqual(200, self.ask("GET", path).status, path)
        for method, path in [("GET", "/api/tasks"), ("GET", "/metrics"), ("GET", "/media/x"), ("PUT", "/api/objects/x"), ("POST", "/api/task")]:
            self.assert_error(self.ask(method, path, b"" if method != "GET" else None), 401)
            self.assert_error(self.ask(method, path, headers={"Authorization": "Bearer wrong"}), 401)
        self.assertEqual(200, self.ask("GET", "/api/tasks", headers={"Authorization": "Bearer s3cret-token"}).status)
        self.assertNotIn("s3cret-token", (self.folder / "server.log").read_text())

    def test_a_taken_port_is_named(self):
        self.start_server()
        _, stderr = self.run_program("serve", "--port", self.port, exit_code=1)
        self.assertIn(str(self.port), stderr)

    def test_half_a_cloud_is_an_error(self):
        env = self.environment(CLOUDFLARE_ACCOUNT_ID="a", CLOUDFLARE_API_TOKEN="b")
        _, stderr = self.run_program("serve", "--port", "0", exit_code=4, env=env)
        self.assertIn("CLOUDFLARE_R2_BUCKET_NAME", stderr)


if __name__ == "__main__":
    unittest.main()
