#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""The worker routes of `waveshift serve`, called as the product's tts-worker calls them (worker_client.mjs): on local stores and on Cloudflare's own
engines; killed in between, asked twice, asked for what is not allowed."""
import collections
import concurrent.futures
import io
import json
import math
import struct
import subprocess
import unittest
import urllib.parse
import wave

import cloud_support
import cloud_test
import server_test
import support
from support import PATIENCE_S, ROOT

CLIENT = ROOT / "tests/e2e/worker_client.mjs"
USER = "u 1"
# Every sentence has a word of its own.
TEXTS = ("The first train leaves at seven.", "A second kettle is boiling.", "My third umbrella is green.", "On the fourth floor lives a painter.",
         "Her fifth window looks at the river.", "His sixth letter never arrived.", "At last the seventh bell rings.")
SPEAKERS = ("张 三", "Anna", "Speaker A")


def recording(pitch_hz):
    """Two seconds of a hum as WAV, as the product cuts its clips: 16 kHz, mono, 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16000)
        samples = (sum(3000 / n * math.sin(2 * math.pi * pitch_hz * n * i / 16000) for n in range(1, 7)) for i in range(32000))
        out.writeframes(b"".join(struct.pack("<h", round(sample)) for sample in samples))
    return file.getvalue()


def clip_key(task_id, index):
    return f"users/{USER}/{task_id}/audio-segments/sequence_{index + 1:04d}_{SPEAKERS[index % 3]}.wav"


class WorkerClient:
    """What the tests of both stores share; a test case besides."""

    def put_clips(self, task_id):
        for index in range(len(TEXTS)):
            key = urllib.parse.quote(clip_key(task_id, index))
            body = recording((110, 220, 115)[index % 3])
            self.assertEqual(201, self.status_of("PUT", f"/api/objects/{key}", body))

    def task(self, task_id, base=""):
        """`base`: what stands before an object's key, as in D1."""
        sentences = [{"sequence": index + 1, "text": text, "audioSample": base + clip_key(task_id, index), "speaker": SPEAKERS[index % 3],
                      "startMs": 3000 * index, "endMs": 3000 * index + 2900} for index, text in enumerate(TEXTS)]
        return {"task_id": task_id, "settings": {"language": "english", "speed": 1.0, "pitch": 1.0}, "sentences": sentences,
                "init": {"user_id": USER, "audio_url": f"{base}users/{USER}/{task_id}/audio.aac",
                         "video_url": f"{base}users/{USER}/{task_id}/video.mp4", "enable_audio_separation": True}}

    def start_client(self, task, **environment):
        file = self.folder / f"{task['task_id']}.json"
        file.write_text(json.dumps(task), encoding="utf-8")
        command = ["node", str(CLIENT), f"http://127.0.0.1:{self.port}", str(file)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=support.clean_environment(**environment))
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, PATIENCE_S)
        self.addCleanup(process.kill)
        return process

    def finish_client(self, process):
        """What it said, by kind."""
        out, _ = process.communicate(timeout=PATIENCE_S * 2)
        said = [json.loads(line) for line in out.decode().splitlines()]
        self.assertEqual(0, process.returncode, said)
        by_kind = collections.defaultdict(list)
        for line in said:
            by_kind[next(iter(line))].append(line)
        return by_kind

    def run_client(self, task, **environment):
        return self.finish_client(self.start_client(task, **environment))

    def results(self, said):
        batches = [line["batch"] for line in said["batch"]]
        self.assertEqual([3, 3, 1], [len(batch["results"]) for batch in batches])
        results = [result for batch in batches for result in batch["results"]]
        for index, result in enumerate(results):
            self.assertEqual((index + 1, True, None), (result["sequence"], result["success"], result["error"]), result)
        return results

    def spoken(self):
        """How often each sentence was asked of the engine."""
        counts = collections.Counter(self.slow.spoken())
        return [counts[text] for text in TEXTS]

    def kill_in_the_second_batch(self, process, task, start_again):
        """The client while the server dies under it and another one comes up on the same port; what the client said."""
        self.slow.hold("fifth")
        client = self.start_client(task, RETRY_MS=6000)
        self.wait_for(self.slow.is_waiting, "the held sentence", process)
        process.kill()
        process.wait(PATIENCE_S)
        self.slow.release()
        start_again("--port", str(self.port))
        said = self.finish_client(client)
        self.assertTrue(said["problem"])
        return said


class LocalTest(WorkerClient, server_test.ServerCase):
    def status_of(self, method, path, body=None):
        return self.ask(method, path, body).status

    def sound(self, key):
        answer = self.ask("GET", "/media/" + urllib.parse.quote(key))
        self.assertEqual((200, "audio/wav"), (answer.status, answer.headers["content-type"]))
        with wave.open(io.BytesIO(answer.body)) as file:
            return file.getnframes() / file.getframerate(), file.readframes(file.getnframes())

    def test_a_task_from_its_registration_to_its_end(self):
        self.start_server()
        self.put_clips("task-1")
        task = self.task("task-1")
        said = self.run_client(task, KEEP="1")
        initialized = said["initialized"][0]["initialized"]
        self.assertLessEqual({"success": True, "task_id": "task-1", "local_audio_path": None, "has_separated_audio": False, "error": None}.items(),
                             initialized.items())
        results = self.results(said)
        for result in results:
            self.assertTrue(result["audioKey"].startswith(f"users/{USER}/task-1/tts-audio/"), result)
            seconds, samples = self.sound(result["audioKey"])
            self.assertAlmostEqual(result["durationMs"], seconds * 1000, delta=1)
            self.assertTrue(0.8 < seconds < 6, seconds)
            self.assertGreater(max(abs(s[0]) for s in struct.iter_unpack("<h", samples)), 1000)
        self.assertEqual([1] * len(TEXTS), self.spoken())
        # The same speaker has one voice, others have others.
        voices = [result["voice"] for result in results]
        self.assertEqual(voices[:3] + voices[:3] + voices[:1], voices)
        self.assertEqual(3, len(set(voices[:3])))
        # Everything again, as a workflow's repeated step would: the same answers, and nothing is spoken.
        again = self.run_client(task)
        self.assertEqual(results, self.results(again))
        self.assertEqual(initialized, again["initialized"][0]["initialized"])
        self.assertTrue(again["deleted"][0]["deleted"]["success"])
        self.assertEqual([1] * len(TEXTS), self.spoken())
        self.assert_error(self.ask("GET", "/tasks/task-1/status"), 404, "task-1")
        gone = self.ask("DELETE", "/tasks/task-1")
        self.assertEqual((404, False), (gone.status, gone.json()["success"]))
        self.sound(results[0]["audioKey"])

    def test_a_killed_server_loses_nothing(self):
        process = self.start_server()
        self.put_clips("task-2")
        said = self.kill_in_the_second_batch(process, self.task("task-2"), self.restart)
        self.results(said)
        counts = self.spoken()
        self.assertEqual([1, 1, 1], counts[:3])
        self.assertTrue(all(1 <= count <= 2 for count in counts[3:6]), counts)
        self.assertEqual(1, counts[6])

    def restart(self, *flags):
        with open(self.folder / "server.log", "ab") as log:
            process = self.start_program("serve", "--json", *flags, stdout=subprocess.PIPE, stderr=log,
                                         env=self.environment(PATH=self.slow.path()))
        self.assertTrue(process.stdout.readline())
        return process

    def test_equal_requests_at_once_share_the_work(self):
        process = self.start_server()
        self.put_clips("task-3")
        self.slow.hold("first")
        task = self.task("task-3")
        clients = [self.start_client(task, KEEP="1") for _ in range(3)]
        self.wait_for(self.slow.is_waiting, "the held sentence", process)
        self.slow.release()
        answers = [self.results(self.finish_client(client)) for client in clients]
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0], answers[2])
        self.assertEqual([1] * len(TEXTS), self.spoken())

    def test_what_takes_too_long_is_asked_for_again(self):
        process = self.start_server(WAVESHIFT_WORKER_PATIENCE="1")
        self.slow.hold("first")
        body = {"mode": "simple", "settings": {"language": "en"}, "sentences": self.task("x")["sentences"][:1]}
        body["sentences"][0]["audioSample"] = None
        self.assert_error(self.ask("POST", "/synthesize", body), 503, "ask again")
        self.assertEqual(200, self.ask("GET", "/health").status)
        self.slow.release()
        answer = self.wait_for(lambda: (lambda a: a if a.status == 200 else None)(self.ask("POST", "/synthesize", body)), "the sentence", process)
        self.assertTrue(answer.json()["success"])
        self.assertEqual(1, self.spoken()[0])

    def test_steps_of_one_request(self):
        self.start_server()
        sentences = [{"sequence": n, "text": text, "speaker": "A", "startMs": start, "endMs": end}
                     for n, (text, start, end) in enumerate(((TEXTS[0], 0, 1600), (TEXTS[1], 1600, 60000), (TEXTS[2], 1700, 1800)))]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            plain, fitted, high = pool.map(lambda body: self.ask("POST", "/synthesize", body).json(), (
                {"mode": "simple", "sentences": sentences, "settings": {"language": "english"}},
                {"mode": "full", "sentences": sentences, "settings": {"language": "english"}, "enable_duration_align": True,
                 "enable_timestamp_adjust": True},
                {"mode": "simple", "sentences": sentences, "settings": {"language": "english", "pitch": 1.5, "speed": 2}}))
        self.assertTrue(plain["success"] and fitted["success"] and high["success"])
        natural = [result["durationMs"] for result in plain["results"]]
        for result, ms, sentence in zip(fitted["results"], natural, sentences):
            slot = sentence["endMs"] - sentence["startMs"]
            speed = min(max(ms / slot, 0.85), 1.2)
            self.assertAlmostEqual(ms / speed, result["durationMs"], delta=2)
        self.assertIn("longer than its slot", fitted["results"][2]["warnings"][0])
        starts = [(result["startMs"], result["endMs"]) for result in fitted["results"]]
        self.assertTrue(starts[0][1] <= starts[1][0] and starts[1][1] <= starts[2][0], starts)
        for result, ms in zip(high["results"], natural):
            self.assertAlmostEqual(ms / 2, result["durationMs"], delta=ms * 0.15)

    def test_what_is_not_allowed(self):
        self.start_server(MEDIA_URL_ALLOWED_HOSTS="localhost, 127.0.0.1, *.example.com", R2_PUBLIC_BASE_URL="https://media.example.org")
        task = self.task("task-4")
        self.assertEqual(200, self.ask("POST", "/tasks/task-4/initialize", task["init"]).status)
        places = ("http://169.254.169.254/latest/meta-data", "https://169.254.169.254/x", f"https://127.0.0.1:{self.port}/api/tasks", "https://localhost/x",
                  "https://127.0.0.1/x", "https://2130706433/x", "https://[::1]/x", "file:///etc/passwd", "../../etc/passwd",
                  "journal/task-4/worker/task.json", "https://media.example.org/journal/task-4/worker/task.json", "https://media.example.com@127.0.0.1/x")
        sentences = [{"sequence": n, "text": TEXTS[0], "audioSample": place, "speaker": f"Speaker {n}"} for n, place in enumerate(places)]
        sentences.append({"sequence": 99, "text": TEXTS[1], "speaker": "B"})
        answer = self.ask("POST", "/tasks/task-4/synthesize", {"mode": "simple", "settings": {"language": "en"}, "sentences": sentences}).json()
        self.assertTrue(answer["success"])
        for result in answer["results"][:-1]:
            # An allowed name that leads inside is no recording; the sentence is spoken with a ready voice and says so.
            said = result["error"] or " ".join(result["warnings"])
            self.assertIn("audioSample", said, result)
            if result["success"]:
                self.assertIn("may not be used", said)
        self.assertTrue(answer["results"][-1]["success"])
        for init in ({**task["init"], "audio_url": "http://169.254.169.254/"}, {**task["init"], "video_url": "https://elsewhere.test/v.mp4"}):
            self.assert_error(self.ask("POST", "/tasks/task-4/initialize", init), 422, "_url")
        for name in ("enable_media_mix", "enable_hls"):
            body = {"mode": "full", name: True, "sentences": [], "settings": {}}
            self.assert_error(self.ask("POST", "/synthesize", body), 422, name)
        self.assert_error(self.ask("POST", "/tasks/nobody/synthesize", {"mode": "simple", "sentences": []}), 404, "nobody")
        new = {"task_id": "t", "video_path": "https://127.0.0.1/v.mp4", "target_language": "es",
               "segments": [{"start_ms": 0, "end_ms": 900, "translation": "Hola."}]}
        self.assertEqual(201, self.ask("POST", "/api/task", new).status)  # the host is on the list
        self.assertEqual(200, self.ask("POST", "/api/start_tts", {"task_id": "t"}).status)
        status = self.wait_for(lambda: (lambda s: s if s["status"] == "error" else None)(self.status("t")), "the refusal")
        self.assertIn("may not be used", status["error_message"])
        new.update(task_id="u", video_path="https://elsewhere.test/v.mp4")
        self.assert_error(self.ask("POST", "/api/task", new), 422, "MEDIA_URL_ALLOWED_HOSTS")

    def test_a_token_guards_these_routes_too(self):
        self.start_server(WAVESHIFT_API_TOKEN="a-token")
        self.assert_error(self.ask("GET", "/health"), 401)
        self.assert_error(self.ask("POST", "/synthesize", {"mode": "simple", "sentences": []}), 401)
        self.assertEqual(200, self.ask("GET", "/health", headers={"Authorization": "Bearer a-token"}).status)

    def test_a_wrong_list_of_hosts_is_told(self):
        _, err = self.run_program("serve", "--port", "0", exit_code=3, env=self.environment(MEDIA_URL_ALLOWED_HOSTS="https://media.example.com"))
        self.assertIn("MEDIA_URL_ALLOWED_HOSTS", err)


class CloudTest(WorkerClient, cloud_test.CloudCase):
    def setUp(self):
        super().setUp()
        self.slow = support.SlowSpeech(self.folder)

    def status_of(self, method, path, body=None):
        headers = {"Content-Length": str(len(body))} if body else {}
        return self.ask(method, path, body, headers)[0]

    def begin(self, task_id):
        """A task of the product whose clips are cut; the server that serves it."""
        process = self.start_server(PATH=self.slow.path())
        self.product_task(task_id, status="transcribing")
        self.peer.sql("DELETE FROM transcription_segments")
        quoted = cloud_support.quoted
        values = ", ".join(
            f"({quoted(task_id + '-tr')}, {index + 1}, {3000 * index}, {3000 * index + 2900}, 'speech', {quoted(SPEAKERS[index % 3])}, '', {quoted(text)}, "
            f"{quoted(f'{cloud_test.PUBLIC}/{clip_key(task_id, index)}')})" for index, text in enumerate(TEXTS))
        self.peer.sql("INSERT INTO transcription_segments (transcription_id, sequence, start_ms, end_ms, content_type, speaker, original, translation, "
                      f"audio_key) VALUES {values}")
        self.put_clips(task_id)
        return process

    def rows(self, task_id):
        return self.peer.sql(f"SELECT * FROM transcription_segments WHERE transcription_id = {cloud_support.quoted(task_id + '-tr')} ORDER BY sequence")

    def task_of_d1(self, task_id):
        """As the worker reads it."""
        rows = [row for row in self.rows(task_id) if row["audio_key"] and row["translation"] and row["tts_status"] in (None, "pending")]
        task = self.task(task_id, cloud_test.PUBLIC + "/")
        task["sentences"] = [{"sequence": row["sequence"], "text": row["translation"], "audioSample": row["audio_key"], "speaker": row["speaker"],
                              "startMs": row["start_ms"], "endMs": row["end_ms"]} for row in rows]
        return task

    def write_to_d1(self, task_id, results):
        """As the worker does, not the engine."""
        for result in results:
            self.peer.sql(f"UPDATE transcription_segments SET tts_audio_key = {cloud_support.quoted(result['audioKey'])}, tts_status = 'completed', "
                          f"tts_duration_ms = {result['durationMs']} WHERE transcription_id = {cloud_support.quoted(task_id + '-tr')} "
                          f"AND sequence = {result['sequence']}")

    def test_a_task_of_the_product_through_faults_and_a_kill(self):
        process = self.begin("task-1")
        task = self.task_of_d1("task-1")
        self.assertEqual(len(TEXTS), len(task["sentences"]))
        slow_down = "<Error><Code>SlowDown</Code></Error>"
        plan = []
        for skip in range(2, 60, 6):
            plan += [{"target": "^/media/", "skip": skip, "do": "answer", "status": 503, "body": slow_down},
                     {"target": "^/media/", "method": "PUT", "skip": skip, "do": "apply_then_drop"}]
        self.peer.ask("plan", plan)
        said = self.kill_in_the_second_batch(process, task, lambda *flags: self.restart(*flags))
        results = self.results(said)
        counts = self.spoken()
        self.assertEqual([1, 1, 1], counts[:3])
        self.assertTrue(all(1 <= count <= 2 for count in counts[3:6]) and counts[6] == 1, counts)
        self.assertGreater(sum(bool(entry["fault"]) for entry in self.peer.log("/media/")), 5)
        for result in results:
            self.assertTrue(result["audioKey"].startswith(f"{cloud_test.PUBLIC}/users/u%201/task-1/tts-audio/"), result)
            status, body = self.ask("GET", "/media/" + result["audioKey"][len(cloud_test.PUBLIC) + 1:])
            self.assertEqual(200, status)
            with wave.open(io.BytesIO(body)) as file:
                self.assertAlmostEqual(result["durationMs"], 1000 * file.getnframes() / file.getframerate(), delta=1)
        # The engine wrote objects only.
        self.assertEqual({("pending", None)}, {(row["tts_status"] or "pending", row["tts_audio_key"]) for row in self.rows("task-1")})
        self.write_to_d1("task-1", results)
        self.assertEqual([], self.task_of_d1("task-1")["sentences"])

    def restart(self, *flags):
        with open(self.folder / "server.log", "ab") as log:
            process = self.start_program("serve", "--json", *flags, stdout=subprocess.PIPE, stderr=log, env=self.cloud(PATH=self.slow.path()))
        self.assertTrue(process.stdout.readline())
        return process

    def test_another_instance_answers_the_same_without_speaking(self):
        self.begin("task-2")
        task = self.task_of_d1("task-2")
        results = self.results(self.run_client(task, KEEP="1"))
        self.start_server(PATH=self.slow.path(), WAVESHIFT_HOME=self.folder / "another home")
        status, body = self.ask("GET", "/tasks/task-2/status")
        self.assertEqual((200, USER), (status, json.loads(body)["user_id"]))
        self.assertEqual(results, self.results(self.run_client(task)))
        self.assertEqual([1] * len(TEXTS), self.spoken())
        # One write for all speakers of a batch, and none when there is nothing new.
        self.assertEqual(1, len([entry for entry in self.peer.log("/worker/voices.json") if entry["method"] == "PUT"]))
        # A speaker's voice comes from the transcript when the sentence brings no recording.
        sentence = {"sequence": 50, "text": "Nobody sent a recording.", "speaker": "Speaker A", "audioSample": None}
        self.assertEqual(200, self.status_of_json("POST", "/tasks/task-2/initialize", task["init"]))
        status, body = self.ask("POST", "/tasks/task-2/synthesize", {"mode": "simple", "settings": task["settings"], "sentences": [sentence]})
        self.assertEqual((200, results[2]["voice"]), (status, json.loads(body)["results"][0]["voice"]))

    def status_of_json(self, method, path, body):
        return self.ask(method, path, body)[0]

    def test_a_store_that_fails_is_the_request_not_the_sentence(self):
        self.begin("task-3")
        task = self.task_of_d1("task-3")
        self.assertEqual(200, self.ask("POST", "/tasks/task-3/initialize", task["init"])[0])
        body = {"mode": "simple", "settings": task["settings"], "sentences": task["sentences"][:3]}
        self.peer.ask("plan", [{"target": "^/media/", "do": "answer", "status": 500, "times": 1000}])
        status, answer = self.ask("POST", "/tasks/task-3/synthesize", body)
        self.assertIn(status, (502, 503, 504), answer)
        status, answer = self.ask("POST", "/tasks/task-3/initialize", {**task["init"], "audio_url": None})
        self.assertIn(status, (502, 503, 504), answer)
        self.peer.ask("plan", [])
        status, answer = self.ask("POST", "/tasks/task-3/synthesize", body)
        self.assertEqual((200, True), (status, json.loads(answer)["success"]))


if __name__ == "__main__":
    unittest.main()
