#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Lines that are too long: shortened by a provider (a local double), by rules, or not at all; the key never shows."""
import http.server
import json
import subprocess
import threading
import unittest

import support

KEY = "sk-very-secret-4711"
HOPELESS = "I would really like to ask all of you to be so kind as to close the big window in the kitchen before it rains tonight."
SHORT = "Please close the big kitchen window before it rains tonight."


class Provider:
    """Speaks OpenAI's chat completions: the same wordings for every line."""

    def __init__(self, status=200):
        self.requests = []
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                provider.requests.append((self.path, self.headers.get("Authorization"), body))
                asked = json.loads(body["messages"][1]["content"])
                answer = {"lines": [{"id": line["id"], "candidates": [SHORT]} for line in asked["lines"]]}
                reply = json.dumps({"choices": [{"message": {"content": json.dumps(answer)}}]}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class ShorteningTest(support.Case):
    def setUp(self):
        super().setUp()
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=8", "-f", "lavfi",
                        "-i", "sine=f=220:d=8", "-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-c:a", "aac",
                        str(self.folder / "in.mp4")], check=True, timeout=support.PATIENCE_S)
        lines = [{"start_ms": 500, "end_ms": 3300, "speaker": "Anna", "original": "…", "translation": HOPELESS},
                 {"start_ms": 3500, "end_ms": 7500, "speaker": "Bob", "original": "…", "translation": "All right, I will do it now."}]
        (self.folder / "in.json").write_text(json.dumps({"target_language": "en", "segments": lines}), encoding="utf-8")

    def provider(self, status=200):
        provider = Provider(status)
        self.addCleanup(provider.close)
        return provider

    def dub(self, *flags, exit_code=0, **environment):
        out, err = self.run_program("dub", "in.mp4", "--transcript", "in.json", "-o", "out", "--engine", "espeak", *flags,
                                    exit_code=exit_code, env=self.environment(**environment))
        self.assertNotIn(KEY, out + err)
        if exit_code:
            return err
        for file in (self.folder / "out").rglob("*"):
            if file.is_file():
                self.assertNotIn(KEY.encode(), file.read_bytes(), file)
        return support.read_report(self.folder / "out")

    def test_a_provider_shortens_what_cannot_fit(self):
        provider = self.provider()
        openai = {"TRANSLATION_MODEL": "openai", "OPENAI_MODEL": "tiny", "OPENAI_BASE_URL": provider.url, "OPENAI_API_KEY": KEY}
        report = self.dub(**openai)
        line = report["lines"][0]
        self.assertEqual(("llm", SHORT, HOPELESS), (line["shortening"], line["text"], line["text_before"]))
        self.assertLess(line["natural_after_ms"], line["natural_before_ms"])
        self.assertEqual("none", report["lines"][1]["shortening"])
        path, authorization, body = provider.requests[0]
        self.assertEqual(("/v1/chat/completions", f"Bearer {KEY}", "tiny"), (path, authorization, body["model"]))
        asked = len(provider.requests)
        self.assertEqual(SHORT, self.dub(**openai)["lines"][0]["text"])
        self.assertEqual(asked, len(provider.requests), "what was decided is not asked for again")
        plain = self.dub("--shorten", "none", **openai)
        self.assertEqual(("none", HOPELESS), (plain["lines"][0]["shortening"], plain["lines"][0]["text"]))
        self.assertEqual(asked, len(provider.requests))

    def test_deepseek_by_its_key_alone(self):
        provider = self.provider()
        report = self.dub(DEEPSEEK_API_KEY=KEY, DEEPSEEK_BASE_URL=provider.url)
        self.assertEqual("llm", report["lines"][0]["shortening"])
        self.assertEqual("deepseek-chat", provider.requests[0][2]["model"])

    def test_a_provider_that_refuses_is_a_notice(self):
        provider = self.provider(401)
        report = self.dub(DEEPSEEK_API_KEY=KEY, DEEPSEEK_BASE_URL=provider.url)
        self.assertEqual("completed", report["status"])
        self.assertEqual("none", report["lines"][0]["shortening"])
        notices = [notice for notice in report["notices"] if "DEEPSEEK_API_KEY" in notice]
        self.assertEqual(1, len(notices), report["notices"])

    def test_half_a_configuration_is_an_error(self):
        self.assertIn("XAI_API_KEY is missing", self.dub(exit_code=4, TRANSLATION_MODEL="grok"))
        self.assertIn("DEEPSEEK_API_KEY is missing", self.dub("--shorten", "llm", exit_code=4))
        self.assertFalse((self.folder / "out").exists())
        _, err = self.run_program("serve", "--port", "0", exit_code=4, env=self.environment(TRANSLATION_MODEL="groq"))
        self.assertIn("GROQ_API_KEY", err)
        self.assertEqual("none", self.dub("--shorten", "rules", TRANSLATION_MODEL="grok")["lines"][0]["shortening"])

    def test_doctor_says_who_shortens(self):
        def check(**environment):
            out, _ = self.run_program("doctor", "--json", exit_code=environment.pop("exit_code", 0), env=self.environment(**environment))
            return next(c for c in json.loads(out)["checks"] if c["name"] == "shortening")
        self.assertEqual("rules alone", check()["detail"])
        self.assertIn("gemini gemini-2.0-flash", check(TRANSLATION_MODEL="gemini", GEMINI_API_KEY=KEY)["detail"])
        self.assertIn("GEMINI_API_KEY", check(TRANSLATION_MODEL="gemini", exit_code=4)["detail"])


if __name__ == "__main__":
    unittest.main()
