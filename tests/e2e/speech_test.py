#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""/v1/audio/speech, /v1/audio/voices and /v1/models, asked by OpenAI's own client for Node.js (npm package openai) and by hand."""
import base64
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest

import numpy

import server_test
import support
from support import PATIENCE_S, ROOT

CLIENT = ROOT / "tests" / "e2e" / "speech_client.mjs"
MODULES = ROOT / "tests" / "e2e" / "node_modules"
MODELS = subprocess.run([sys.executable, ROOT / "tools" / "fetch_models.py", "--check"], capture_output=True).returncode == 0
TEXT = "The first train leaves at seven. Nobody was more surprised than the farmer. We had been watching all morning."
# response_format -> (codec, sample rate) as ffprobe names them, content type.
FORMATS = {"mp3": ("mp3", 24000, "audio/mpeg"), "opus": ("opus", 48000, "audio/ogg"), "aac": ("aac", 24000, "audio/aac"),
           "flac": ("flac", 24000, "audio/flac"), "wav": ("pcm_s16le", 24000, "audio/wav"), "pcm": ("pcm_s16le", 24000, "audio/pcm")}
# Delay and padding of encoders that cannot say them in their format (MP3 and AAC streams): up to three frames.
TOLERANCE_S = 0.13


def request(**fields):
    return {"model": "tts-1", "voice": "alloy", "input": TEXT, **fields}


class SpeechCase(server_test.ServerCase):
    def setUp(self):
        super().setUp()
        self.assertTrue((MODULES / "openai").is_dir(), "npm's openai is missing: run ./setup.sh")
        self.node = shutil.which("node")
        self.assertTrue(self.node, "node is missing: run ./setup.sh")

    def node_environment(self, key="nothing", **more):
        return support.clean_environment(OPENAI_BASE_URL=f"http://127.0.0.1:{self.port}/v1", OPENAI_API_KEY=key, **more)

    def client(self, *arguments, **environment):
        """What the client says, as a list of JSON objects."""
        words = [json.dumps(a) if isinstance(a, dict) else str(a) for a in arguments]
        done = subprocess.run([self.node, str(CLIENT), *words], env=self.node_environment(**environment), cwd=self.folder,
                              capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual(0, done.returncode, done.stderr + (self.folder / "server.log").read_text())
        return [json.loads(line) for line in done.stdout.splitlines()]

    def speak(self, name, **fields):
        """Has a text spoken by the client; (path, headers)."""
        said = self.client("speech", request(**fields), name)
        self.assertEqual(["done"], list(said[-1]), said[-1])
        path = self.folder / name
        self.assertEqual(said[-1]["done"], path.stat().st_size)
        return path, said[0]["headers"]

    def start_client(self, *arguments, **environment):
        words = [json.dumps(a) if isinstance(a, dict) else str(a) for a in arguments]
        process = subprocess.Popen([self.node, str(CLIENT), *words], env=self.node_environment(**environment), cwd=self.folder,
                                   stdout=subprocess.PIPE, text=True)

        def end():
            process.kill()
            process.wait(PATIENCE_S)
            process.stdout.close()
        self.addCleanup(end)
        return process

    def error_of(self, **fields):
        said = self.client("speech", request(**fields), "refused")
        self.assertEqual(["error"], list(said[-1]), said)
        return said[-1]["error"]


def hear(path):
    """(samples, seconds) of a sound file, or of bare PCM."""
    how = ["-f", "s16le", "-ar", "24000", "-ac", "1"] if path.suffix == ".pcm" else []
    done = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *how, "-i", str(path), "-ac", "1", "-ar", "24000", "-f", "f32le", "-"],
                          capture_output=True, timeout=PATIENCE_S)
    if done.returncode != 0 or done.stderr.strip():
        raise AssertionError(f"ffmpeg {path}: {done.stderr.decode().strip()}")
    samples = numpy.frombuffer(done.stdout, "<f4")
    return samples, len(samples) / 24000


def stream_of(path):
    """(codec, rate, channels) as ffprobe sees them."""
    how = ["-f", "s16le", "-ar", "24000", "-ac", "1"] if path.suffix == ".pcm" else []
    stream = support.probe(path, *how, "-show_streams")["streams"][0]
    return stream["codec_name"], int(stream["sample_rate"]), stream["channels"]


class Formats(SpeechCase):
    def test_every_format_holds_the_same_speech(self):
        self.start_server()
        wav, seconds = hear(self.speak("reference.wav", response_format="wav")[0])
        self.assertTrue(4 < seconds < 12, seconds)
        for name, (codec, rate, content_type) in FORMATS.items():
            with self.subTest(name):
                path, headers = self.speak(f"speech.{name}", response_format=name)
                self.assertEqual((codec, rate, 1), stream_of(path))
                self.assertEqual(content_type, headers["content-type"].split(";")[0])
                self.assertEqual("espeak", headers["x-waveshift-engine"])
                samples, length = hear(path)
                self.assertAlmostEqual(seconds, length, delta=TOLERANCE_S)
                place, likeness = support.find_in(samples, wav[4800:-12000])
                self.assertGreater(likeness, 0.9)
                self.assertTrue(4800 <= place <= 4800 + TOLERANCE_S * 24000, place)
        header = (self.folder / "speech.wav").read_bytes()[:44]
        self.assertEqual((b"\xff" * 4, b"\xff" * 4), (header[4:8], header[40:44]))  # a stream's length is not known when it begins

    def test_mp3_is_what_nobody_asks_for_by_name(self):
        self.start_server()
        said = self.client("whole", request(), "default.bin")
        self.assertEqual(["done"], list(said[-1]))
        self.assertEqual("mp3", support.probe(self.folder / "default.bin", "-show_streams")["streams"][0]["codec_name"])

    def test_speeds(self):
        self.start_server()
        _, natural = hear(self.speak("a.wav", response_format="wav")[0])
        for speed in (0.25, 0.5, 2, 4):
            _, seconds = hear(self.speak("b.wav", response_format="wav", speed=speed)[0])
            self.assertAlmostEqual(1, seconds * speed / natural, delta=0.12, msg=speed)

    def test_voices_and_languages(self):
        self.start_server()
        _, headers = self.speak("a.mp3", voice="onyx", input="El tren sale a las siete de la tarde.")
        self.assertEqual("es", headers["x-waveshift-language"])
        _, headers = self.speak("b.mp3", voice="de+f3", input="Guten Tag.", instructions="cheerful")
        self.assertEqual(("de+f3", "de"), (headers["x-waveshift-voice"], headers["x-waveshift-language"]))
        self.assertIn("instructions", headers["x-waveshift-notice"])
        _, headers = self.speak("c.mp3", voice="nova", input="Bonjour.", language="fr")
        self.assertEqual("fr", headers["x-waveshift-language"])
        low, _ = hear(self.speak("low.wav", voice="onyx", response_format="wav")[0])
        high, _ = hear(self.speak("high.wav", voice="nova", response_format="wav")[0])
        self.assertFalse(len(low) == len(high) and numpy.array_equal(low, high))


class Streaming(SpeechCase):
    def test_the_first_sentence_leaves_before_the_last_is_spoken(self):
        self.start_server()
        for name in FORMATS:
            with self.subTest(name):
                self.slow.hold("surprised")
                client = self.start_client("speech", request(response_format=name), f"a.{name}")
                self.assertIn("headers", json.loads(client.stdout.readline()))
                self.assertGreater(json.loads(client.stdout.readline())["chunk"], 1000)
                # The second sentence has not been spoken: the engine is still held.
                self.wait_for(self.slow.is_waiting, "the second sentence")
                self.slow.release()
                rest = [json.loads(line) for line in client.stdout]
                self.assertEqual(0, client.wait(PATIENCE_S))
                self.assertEqual(["done"], list(rest[-1]))
                self.assertTrue(any("chunk" in line for line in rest))

    def test_events(self):
        self.start_server()
        plain = self.speak("a.pcm", response_format="pcm")[0].read_bytes()
        text = self.speak("a.txt", response_format="pcm", stream_format="sse")[0].read_text()
        events = [json.loads(line[6:]) for line in text.split("\n\n") if line]
        self.assertEqual({"speech.audio.delta"}, {event["type"] for event in events[:-1]})
        self.assertEqual("speech.audio.done", events[-1]["type"])
        self.assertEqual({"input_tokens", "output_tokens", "total_tokens"}, set(events[-1]["usage"]))
        self.assertEqual(plain, b"".join(base64.b64decode(event["audio"]) for event in events[:-1]))

    def raw_request(self, **fields):
        """A connection on which the first chunk has arrived."""
        body = json.dumps(request(**fields)).encode()
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
        self.addCleanup(connection.close)
        connection.sendall(b"POST /v1/audio/speech HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(body) + body)
        got = b""
        while b"\r\n\r\n" not in got or len(got.split(b"\r\n\r\n", 1)[1]) < 1000:
            piece = connection.recv(65536)
            self.assertTrue(piece, got[:500])
            got += piece
        self.assertIn(b"200 OK", got.split(b"\r\n", 1)[0])
        return connection

    def test_a_client_that_goes_away_ends_the_synthesis_within_a_sentence(self):
        self.start_server(WAVESHIFT_SPEECH_REQUESTS="1")
        text = "One is here. Two is held. " + "Three is a sentence that is long enough to be spoken by itself, " * 3 + "and ends."
        self.slow.hold("held")
        connection = self.raw_request(input=text, response_format="wav")
        self.wait_for(self.slow.is_waiting, "the second sentence")
        self.assertEqual(429, self.ask("POST", "/v1/audio/speech", request(input="Other.")).status)
        connection.close()
        self.slow.release()
        self.wait_for(lambda: self.ask("POST", "/v1/audio/speech", request(input="Other.")).status == 200, "the place to be free")
        spoken = " ".join(self.slow.spoken())
        self.assertIn("Two", spoken)
        self.assertNotIn("Three", spoken)

    def test_a_server_that_stops_ends_speech_soon(self):
        server = self.start_server()
        self.slow.hold("surprised")
        connection = self.raw_request(response_format="wav")
        self.wait_for(self.slow.is_waiting, "the second sentence")
        self.assertEqual(130, self.interrupt(server, signal.SIGTERM))
        rest = b""
        try:
            while piece := connection.recv(65536):
                rest += piece
        except ConnectionResetError:
            pass
        self.assertFalse(rest.endswith(b"0\r\n\r\n"), "a sound that was cut off must not look whole")


class Limits(SpeechCase):
    def test_too_many_at_once(self):
        self.start_server(WAVESHIFT_SPEECH_REQUESTS="2")
        self.slow.hold("train")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            others = [pool.submit(self.ask, "POST", "/v1/audio/speech", request(response_format="wav"), timeout=PATIENCE_S) for _ in range(2)]
            self.wait_for(lambda: len(self.slow.spoken()) == 2, "two requests at work")
            error = self.error_of(input="Another one.")
            self.assertEqual(("RateLimitError", 429, "rate_limit_exceeded", "requests"),
                             (error["name"], error["status"], error["code"], error["type"]))
            self.assertGreaterEqual(int(error["retry_after"]), 1)
            self.assertTrue(error["request_id"])
            # The client comes again by itself, as the header says.
            patient = self.start_client("whole", request(input="A patient one."), "patient.mp3", RETRIES=50)
            log = self.folder / "server.log"
            self.wait_for(lambda: len(re.findall(r"/v1/audio/speech.*status=429", log.read_text())) >= 2, "its first refusal")
            self.slow.release()
            self.assertEqual([200, 200], [other.result().status for other in others])
            self.assertEqual(["done"], list(json.loads(patient.stdout.read().splitlines()[-1])))

    def test_length(self):
        self.start_server()
        text = ("Nobody was more surprised than he. " * 200)[:4096]
        path, _ = self.speak("long.wav", input=text, response_format="wav", speed=4)
        self.assertGreater(hear(path)[1], 30)
        error = self.error_of(input=text + ".")
        self.assertEqual(("BadRequestError", 400, "input", "string_above_max_length"),
                         (error["name"], error["status"], error["param"], error["code"]))
        self.assertIn("4096", error["message"])
        self.assertEqual(413, self.ask("POST", "/v1/audio/speech", request(input="a" * 200000)).status)

    def test_length_is_a_setting(self):
        self.start_server(WAVESHIFT_SPEECH_CHARACTERS="10000")
        text = ("Nobody was more surprised than he. " * 300)[:10000]
        path, _ = self.speak("long.opus", input=text, response_format="opus", speed=4)
        self.assertGreater(hear(path)[1], 75)
        self.assertEqual("input", self.error_of(input=text + ".")["param"])


class Errors(SpeechCase):
    def test_fields(self):
        self.start_server()
        for field, value, status in [("model", "gpt-9", 404), ("model", "", 400), ("voice", "nobody", 400), ("voice", "af_heart", 400),
                                     ("input", "", 400), ("input", "?!", 400), ("response_format", "ogg", 400), ("speed", 5, 400),
                                     ("speed", "fast", 400), ("language", "!!", 400), ("language", "tlh", 400), ("stream_format", "x", 400)]:
            error = self.ask("POST", "/v1/audio/speech", request(**{field: value}))
            self.assertEqual((status, field), (error.status, error.json()["error"]["param"]), error.body)
            self.assertTrue(error.json()["error"]["message"].startswith(field), error.body)
            self.assert_error(error, status, field)  # the contract's form stands beside OpenAI's
        error = self.error_of(voice="nobody")
        self.assertEqual(("BadRequestError", 400, "voice", "invalid_request_error"),
                         (error["name"], error["status"], error["param"], error["type"]))
        self.assertEqual("NotFoundError", self.error_of(model="gpt-9")["name"])
        self.assert_error(self.ask("POST", "/v1/audio/speech", "{", {"Content-Type": "application/json"}), 400)
        self.assert_error(self.ask("POST", "/v1/audio/speech", "{}", {"Content-Type": "text/plain"}), 415)
        self.assertEqual(405, self.ask("GET", "/v1/audio/speech").status)

    def test_any_text_is_speech_or_a_clear_error(self):
        self.start_server()
        texts = ["a", "I", "0", "12345678901234567890", "\U0001F600", "\U0001F468\u200D\U0001F469 ok \U0001F44D", "中",
                 "Hello 世界, привет مرحبا नमस्ते", "<speak><break time=\"20s\"/>hi <prosody rate=\"x-slow\">you</prosody></speak>",
                 "[[h@l'oU]] {there} \\e[0m &amp; %s%n $(id)", "bell\a null\0tab\tescape\x1b[31m\x01 end", "\u202Eright to left\u202C",
                 "1,234.50 3/4 10:45 50% #7", "-" * 80, "a.b.c.d.e.f.g", "Aaaaaargh" + "!" * 60, "e" + "\u0301" * 40, "\n\n\n", " ", "x" * 1000]
        for text in texts:
            with self.subTest(repr(text[:30])):
                answer = self.ask("POST", "/v1/audio/speech", request(input=text, response_format="wav"), timeout=PATIENCE_S)
                if answer.status == 200:
                    self.assertGreater(len(answer.body), 1000)
                else:
                    self.assertEqual((400, "input"), (answer.status, answer.json()["error"]["param"]))
                    self.assertNotIn("\n", answer.json()["error"]["message"])

    def test_token(self):
        self.start_server("--host", "127.0.0.1", WAVESHIFT_API_TOKEN="s3cret-token")
        said = self.client("speech", request(), "a.mp3", key="wrong")
        error = said[-1]["error"]
        self.assertEqual(("AuthenticationError", 401, "invalid_api_key"), (error["name"], error["status"], error["code"]))
        self.assertEqual("AuthenticationError", self.client("models", key="wrong")[-1]["error"]["name"])
        self.assertIn("done", self.client("whole", request(), "a.mp3", key="s3cret-token")[-1])
        self.assertEqual(401, self.ask("GET", "/v1/audio/voices").status)
        self.assertNotIn("s3cret-token", (self.folder / "server.log").read_text())


class Lists(SpeechCase):
    def test_models(self):
        self.start_server()
        models = self.client("models")[0]["models"]
        self.assertIn("espeak", [model["id"] for model in models])
        for model in models:
            self.assertEqual(("model", "waveshift"), (model["object"], model["owned_by"]))
            self.assertIsInstance(model["created"], int)
            self.assertIn("done", self.client("whole", request(model=model["id"], input="Hello."), "a.mp3")[-1])
        self.assertEqual("espeak", self.client("model", "espeak")[0]["model"]["id"])
        error = self.client("model", "gpt-9")[0]["error"]
        self.assertEqual(("NotFoundError", "model_not_found"), (error["name"], error["code"]))

    def test_voices(self):
        self.start_server()
        voices = self.ask("GET", "/v1/audio/voices").json()["voices"]
        spanish = next(voice for voice in voices if voice["engine"] == "espeak" and voice["language"] == "es")
        self.assertEqual({"id", "name", "engine", "language", "gender"}, set(spanish))
        _, headers = self.speak("a.mp3", model=spanish["engine"], voice=spanish["id"], input="Hola.")
        self.assertEqual("es", headers["x-waveshift-language"])

    def test_nobody_speaks_where_nobody_may(self):
        self.start_server(WAVESHIFT_ENGINE="none")
        self.assertEqual([], self.client("models")[0]["models"])
        self.assertEqual([], self.ask("GET", "/v1/audio/voices").json()["voices"])
        self.assertEqual("NotFoundError", self.error_of()["name"])


@unittest.skipUnless(MODELS, "model weights of kokoro and piper are not here (./setup.sh fetches them)")
class NeuralVoices(SpeechCase):
    def environment(self, **more):
        data = pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local" / "share")
        models = os.environ.get("WAVESHIFT_MODEL_DIR") or data / "waveshift" / "models"
        return super().environment(**{"WAVESHIFT_ENGINE": "auto", "WAVESHIFT_MODEL_DIR": models, **more})

    def test_kokoro(self):
        self.start_server()
        self.assertEqual("kokoro", self.client("models")[0]["models"][0]["id"])
        path, headers = self.speak("a.mp3", input="Good morning. The train leaves at seven.")
        self.assertEqual(("kokoro", "af_alloy", "en"),
                         tuple(headers[f"x-waveshift-{name}"] for name in ("engine", "voice", "language")))
        samples, seconds = hear(path)
        self.assertTrue(2 < seconds < 7, seconds)
        self.assertGreater(abs(samples).max(), 0.05)
        _, headers = self.speak("b.opus", voice="onyx", input="El tren sale a las siete de la tarde.", response_format="opus", speed=4)
        self.assertEqual(("kokoro", "es"), (headers["x-waveshift-engine"], headers["x-waveshift-language"]))
        _, headers = self.speak("c.flac", model="kokoro", voice="af_heart:0.6+am_adam:0.4", input="Hello.", response_format="flac")
        self.assertEqual("af_heart:0.6+am_adam:0.4", headers["x-waveshift-voice"])
        voices = self.ask("GET", "/v1/audio/voices").json()["voices"]
        self.assertIn({"id": "zm_yunxi", "name": "zm_yunxi", "engine": "kokoro", "language": "zh", "gender": "male"}, voices)

    def test_piper(self):
        self.start_server()
        _, headers = self.speak("a.mp3", model="piper", voice="coral", input="Hello there.")
        self.assertEqual("piper", headers["x-waveshift-engine"])
        _, headers = self.speak("b.mp3", voice="en_US-joe-medium", input="Hello there.")
        self.assertEqual(("piper", "en_US-joe-medium"), (headers["x-waveshift-engine"], headers["x-waveshift-voice"]))


class Documents(SpeechCase):
    def test_the_documentations_example_for_the_client_works(self):
        self.start_server()
        page = (ROOT / "docs" / "http-api.md").read_text(encoding="utf-8")
        examples = re.findall(r"^```js\n(.*?)^```$", page, re.M | re.S)
        self.assertGreaterEqual(len(examples), 1)
        (self.folder / "node_modules").symlink_to(MODULES)
        for number, example in enumerate(examples):
            (self.folder / f"example{number}.mjs").write_text(example, encoding="utf-8")
            done = subprocess.run([self.node, f"example{number}.mjs"], cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE_S,
                                  env=support.clean_environment(BASE=f"http://127.0.0.1:{self.port}"))
            self.assertEqual(0, done.returncode, done.stderr)
        self.assertGreater(hear(self.folder / "morning.mp3")[1], 0.8)


class CommandLine(support.Case):
    def test_speak_writes_every_format(self):
        for name, (codec, rate, _) in FORMATS.items():
            with self.subTest(name):
                self.run_program("speak", "Good morning, dear listeners.", "-o", f"a.{name}")
                path = self.folder / f"a.{name}"
                found = stream_of(path)
                self.assertEqual(codec, found[0])
                if name != "wav":  # which keeps the engine's own rate
                    self.assertEqual(rate, found[1])
                self.assertTrue(0.8 < hear(path)[1] < 4)
        said, _ = self.run_program("speak", "Good morning.", "--format", "flac", "--json", "-o", "b.bin")
        self.assertEqual("flac", json.loads(said)["format"])
        # A whole file knows its length.
        stream = support.probe(self.folder / "b.bin", "-show_streams")["streams"][0]
        self.assertAlmostEqual(json.loads(said)["seconds"], float(stream["duration"]), delta=0.001)
        _, err = self.run_program("speak", "Hello.", "--format", "ogg", "-o", "c.ogg", exit_code=2)
        self.assertIn("--format", err)
        done = subprocess.run([support.BIN, "speak", "Hello.", "--format", "mp3", "-o", "-"], env=self.environment(), cwd=self.folder,
                              capture_output=True, timeout=PATIENCE_S)
        self.assertEqual(0, done.returncode, done.stderr)
        (self.folder / "d.mp3").write_bytes(done.stdout)
        self.assertGreater(hear(self.folder / "d.mp3")[1], 0.3)


if __name__ == "__main__":
    unittest.main()
