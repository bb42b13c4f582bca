#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""`waveshift verify` from outside: real servers with and without a token, one real task to its end, and servers that misbehave."""
import http.client
import http.server
import json
import signal
import ssl
import subprocess
import threading
import time
import unittest
import urllib.parse

import support

TOKEN = "s3cret-of-the-tests"


class VerifyCase(support.Case):
    def start_server(self, **environment):
        with open(self.folder / "server.log", "ab") as log:
            server = self.start_program("serve", "--port", "0", "--host", "127.0.0.1", "--json", stdout=subprocess.PIPE, stderr=log,
                                        env=self.environment(**environment))
        said = json.loads(server.stdout.readline() or "null")
        self.assertTrue(said, (self.folder / "server.log").read_text())
        return said["url"]

    def start_double(self, answer, tls=None, with_body=False):
        """A server whose answers are answer(handler), or answer(handler, body of the request); its address."""
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer(*((self, body) if with_body else (self,)))
            do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_one

            def reply(self, status, body=b"", **headers):
                body = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                for name, value in {"Content_Type": "application/json", **headers}.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # clients hang up: that is what is tested
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"

    def verify(self, url, *flags, exit_code=0, stdin=None, samples=2, **environment):
        """(report, standard error) of `waveshift verify URL --json`."""
        out, err = self.run_program("verify", url, "--json", "--samples", samples, *flags, exit_code=exit_code, stdin=stdin,
                                    env=self.environment(**environment))
        self.assertNotIn(TOKEN, out + err)
        return json.loads(out) if out else None, err

    def checks(self, report):
        return {check["name"]: check for check in report["checks"]}

    def results(self, report, result):
        return {check["name"]: check["detail"] for check in report["checks"] if check["result"] == result}


class RealServers(VerifyCase):
    def test_a_sample_on_a_server_with_a_token(self):
        url = self.start_server(WAVESHIFT_API_TOKEN=TOKEN)
        report, err = self.verify(url, "--sample", WAVESHIFT_API_TOKEN=TOKEN)
        self.assertEqual({}, self.results(report, "failed"))
        self.assertEqual({}, self.results(report, "skipped"))
        self.assertTrue(report["passed"])
        checks = self.checks(report)
        self.assertEqual("completed", checks["task: end"]["detail"].split()[0])
        self.assertIn("3 lines: 3 dubbed, 0 failed", checks["task: report"]["detail"])
        self.assertIn("all last 8.00 s", checks["hls: durations"]["detail"])
        for name in ("hls: playlists", "hls: segments", "hls: content types", "hls: CORS", "task: progress", "control routes", "request id"):
            self.assertEqual("ok", checks[name]["result"], checks[name])
        self.assertGreater(report["task"]["seconds"], 0)
        self.assertIn("task: completed", err)
        self.assertNotIn(TOKEN, (self.folder / "server.log").read_text())

        # The same task again, after a segment went away.
        task = report["task"]["task_id"]
        again, _ = self.verify(url, "--task", task, WAVESHIFT_API_TOKEN=TOKEN)
        self.assertTrue(again["passed"])
        segments = sorted((self.folder / "home" / "objects" / "hls" / task / "audio" / "dubbed").glob("*.ts"))
        segments[-1].unlink()
        broken, err = self.verify(url, "--task", task, exit_code=1, WAVESHIFT_API_TOKEN=TOKEN)
        self.assertIn(segments[-1].name, self.results(broken, "failed")["hls: segments"])
        self.assertIn("hls: segments", err)

    def test_jobs_within_the_request(self):
        url = self.start_server(WAVESHIFT_EXECUTION="inline")
        report, _ = self.verify(url, "--sample")
        self.assertEqual({}, self.results(report, "failed"))
        self.assertEqual("ok", self.checks(report)["task: end"]["result"])

    def test_tokens(self):
        url = self.start_server(WAVESHIFT_API_TOKEN=TOKEN)
        report, err = self.verify(url, exit_code=1, WAVESHIFT_API_TOKEN="another")
        self.assertEqual({"auth: our token"}, set(self.results(report, "failed")))
        self.assertIn("auth: our token", err)
        report, _ = self.verify(url)
        self.assertIn("unknown path", self.results(report, "skipped"))
        self.assertIn("--token-file", self.results(report, "skipped")["auth: our token"])
        (self.folder / "token").write_text(TOKEN + "\n")
        for flags, stdin in ((("--token-file", "token"), None), (("--token-file", "-"), TOKEN.encode()), (("--token", TOKEN), None)):
            report, _ = self.verify(url, *flags, stdin=stdin)
            self.assertEqual({}, self.results(report, "skipped"), flags)
        (self.folder / ".env").write_text(f"WAVESHIFT_API_TOKEN={TOKEN}\n")
        self.assertEqual({}, self.results(self.verify(url)[0], "skipped"))

    def test_an_open_server(self):
        url = self.start_server()
        report, _ = self.verify(url + "/")
        self.assertTrue(report["passed"])
        report, _ = self.verify(url, exit_code=1, WAVESHIFT_API_TOKEN=TOKEN)
        self.assertEqual({"auth: no token"}, set(self.results(report, "failed")))

    def test_table_for_people(self):
        url = self.start_server()
        out, _ = self.run_program("verify", url)
        self.assertIn(f"at {url}", out)
        self.assertRegex(out, r"(?m)^ok +health +healthy")
        self.assertRegex(out, r"\d+ ok, 0 warnings, 0 failed, \d+ skipped\n$")
        out, err = self.run_program("verify", url, "--quiet")
        self.assertEqual(("", ""), (out, err))

    def test_a_server_that_cannot_work(self):
        url = self.start_server(WAVESHIFT_ENGINE="piper")
        report, _ = self.verify(url, exit_code=1)
        self.assertEqual({"ready"}, set(self.results(report, "failed")))
        self.assertIn("piper", self.results(report, "failed")["ready"])


class FunctionCompute(VerifyCase):
    """The real server with the platform's environment, behind a trigger as the platform's: request ids of its own, asynchronous calls, and a token
    that it checks itself (deploy/s.yaml)."""

    def start_trigger(self, server, checks_token):
        self.asynchronous = []
        self.requests = 0

        def forward(method, path, headers, body, request_id):
            connection = http.client.HTTPConnection(urllib.parse.urlsplit(server).netloc, timeout=support.PATIENCE_S)
            try:
                connection.request(method, path, body=body, headers={**headers, "x-fc-request-id": request_id, "x-fc-control-path": "/http-invoke"})
                response = connection.getresponse()
                return response.status, dict(response.getheaders()), response.read()
            finally:
                connection.close()

        def answer(to, body):
            self.requests += 1
            request_id = f"1-67a59f35-{self.requests:012x}"
            headers = {name: value for name, value in to.headers.items() if not name.lower().startswith(("x-fc-", "host", "connection"))}
            if checks_token and headers.get("Authorization") != f"Bearer {TOKEN}":
                return to.reply(403, {"Code": "AccessDenied", "Message": "the jwt is missing or not valid", "RequestId": request_id},
                                X_Fc_Request_Id=request_id)
            if to.headers.get("X-Fc-Invocation-Type") == "Async":
                self.asynchronous.append(to.path)
                threading.Thread(target=forward, args=(to.command, to.path, headers, body, request_id), daemon=True).start()
                return to.reply(202, X_Fc_Request_Id=request_id)
            status, given, body = forward(to.command, to.path, headers, body, request_id)
            length = given.pop("Content-Length", None)
            to.send_response(status)
            for name, value in {**given, "X-Fc-Request-Id": request_id, "Content-Length": length or str(len(body))}.items():
                if name.lower() not in ("connection", "keep-alive", "transfer-encoding"):
                    to.send_header(name, value)
            to.end_headers()
            to.wfile.write(body)
            return None
        return self.start_double(answer, with_body=True)

    def test_a_sample_through_the_trigger(self):
        server = self.start_server(WAVESHIFT_API_TOKEN=TOKEN, FC_FUNCTION_NAME="dub", WAVESHIFT_LOG_FORMAT="text")
        url = self.start_trigger(server, checks_token=True)
        report, _ = self.verify(url, "--sample", WAVESHIFT_API_TOKEN=TOKEN)
        self.assertEqual({}, self.results(report, "failed"))
        checks = self.checks(report)
        self.assertTrue(report["on_function_compute"])
        self.assertEqual("the platform's", checks["request id"]["detail"])
        self.assertIn("trigger", checks["auth: open routes"]["detail"])
        self.assertIn("HTTP 202, taken over", checks["task: start"]["detail"])
        self.assertEqual("completed", checks["task: end"]["detail"].split()[0])
        self.assertEqual(["/api/start_tts"], self.asynchronous)

        # The start on one function, everything else about the task from the other, whose trigger is open.
        control = self.start_trigger(server, checks_token=False)
        report, _ = self.verify(url, "--status-url", control, "--sample", WAVESHIFT_API_TOKEN=TOKEN)
        self.assertTrue(report["passed"], report)

        report, _ = self.verify(url, exit_code=1)
        self.assertIn("the trigger refuses the request", self.results(report, "failed")["health"])


class Doubles(VerifyCase):
    def test_html_of_a_proxy(self):
        url = self.start_double(lambda to: to.reply(502, b"<html><h1>Bad Gateway</h1></html>", Content_Type="text/html"))
        report, _ = self.verify(url, "--wait", "1", exit_code=1)
        self.assertIn("HTML", self.results(report, "failed")["health"])
        self.assertTrue(report["reachable"])

    def test_a_failed_initializer(self):
        url = self.start_double(lambda to: to.reply(200, {"errorMessage": "initialization timed out"}, X_Fc_Error_Type="FunctionInitializeError"))
        report, _ = self.verify(url, "--wait", "1", exit_code=1)
        self.assertIn("initializer", self.results(report, "failed")["health"])

    def test_everything_is_fine_for_it(self):
        url = self.start_double(lambda to: to.reply(200, {"status": "healthy", "name": "x", "detail": "d", "code": "c", "request_id": "r"}))
        report, _ = self.verify(url, exit_code=1)
        for name in ("unknown path", "unknown task: status", "unknown task: start", "bad JSON", "missing task_id", "request id"):
            self.assertIn(name, self.results(report, "failed"))

    def test_slow_answers(self):
        def answer(to):
            if to.path == "/api/health" and seen:
                time.sleep(3.2)
            seen.append(to.path)
            to.reply(200 if to.path in ("/", "/api/health", "/api/ready") else 404,
                     {"status": "healthy", "name": "x", "detail": "d", "code": "c", "request_id": to.headers.get("X-Request-Id") or "r"})
        seen = []
        report, _ = self.verify(self.start_double(answer), samples=1, exit_code=1)
        self.assertIn("at most 3 s", self.results(report, "failed")["latency: health"])
        self.assertGreater(report["health_latency"]["worst_s"], 3)

    def test_redirects_are_not_followed(self):
        elsewhere = []
        other = self.start_double(lambda to: (elsewhere.append(to.headers.get("Authorization")), to.reply(200, {"status": "healthy"})))
        url = self.start_double(lambda to: to.reply(302, Location=f"{other}/api/health?key=hidden"))
        report, _ = self.verify(url, exit_code=1, WAVESHIFT_API_TOKEN=TOKEN)
        self.assertIn(f"redirects to {other}/api/health", self.results(report, "failed")["health"])
        self.assertNotIn("hidden", json.dumps(report))
        self.assertEqual([], elsewhere)

    def test_an_endless_answer(self):
        def answer(to):
            to.send_response(200)
            to.send_header("Content-Length", str(1 << 40))
            to.end_headers()
            try:
                while True:
                    to.wfile.write(b"x" * 65536)
            except OSError:
                pass
        report, _ = self.verify(self.start_double(answer), exit_code=1)
        self.assertIn("larger than", self.results(report, "failed")["connection"])

    def test_a_certificate_that_is_not_trusted(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=127.0.0.1",
                        "-addext", "subjectAltName=IP:127.0.0.1"], cwd=self.folder, check=True, capture_output=True)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
        asked = []
        url = self.start_double(lambda to: (asked.append(to.path), to.reply(200, {"status": "healthy"})), tls)
        report, err = self.verify(url, exit_code=5, WAVESHIFT_API_TOKEN=TOKEN)
        self.assertFalse(report["reachable"])
        self.assertIn("certificate", err)
        self.assertEqual([], asked)

    def test_nobody_there(self):
        server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        port = server.server_address[1]
        server.server_close()
        report, err = self.verify(f"http://127.0.0.1:{port}", "--wait", "1", exit_code=5)
        self.assertFalse(report["passed"])
        self.assertIn("cannot be reached", err)

    def test_the_token_is_not_in_the_process_list(self):
        held = threading.Event()
        asked = threading.Event()

        def answer(to):
            asked.set()
            held.wait(support.PATIENCE_S)
            to.reply(200, {"status": "healthy"})
        self.addCleanup(held.set)
        url = self.start_double(answer)
        for flags in (["--token", TOKEN], [f"--token={TOKEN}"]):
            asked.clear()
            process = self.start_program("verify", url, *flags, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.assertTrue(asked.wait(support.PATIENCE_S))
            with open(f"/proc/{process.pid}/cmdline", "rb") as file:
                words = file.read()
            self.assertIn(b"--token", words)
            self.assertNotIn(TOKEN.encode(), words)
            self.assertEqual(130, self.interrupt(process, signal.SIGINT))


class Usage(VerifyCase):
    def test_bad_calls(self):
        for url in ("localhost:8000", "ftp://host", "https://user:pw@host", "https://host/?a=b", "https://", "https://host:99999"):
            _, err = self.verify(url, exit_code=3)
            self.assertNotIn("pw", err.replace("https://host", ""))
            self.assertEqual(1, err.count("\n"), err)
        self.verify("https://host", "--task", "a/b", exit_code=3)
        self.verify("https://host", "--token-file", "missing", exit_code=3)
        self.verify("https://host", exit_code=3, WAVESHIFT_API_TOKEN="two words")
        self.verify("https://host", "--task", "a", "--sample", exit_code=2)
        self.verify("https://host", "--token", "a", "--token-file", "b", exit_code=2)
        self.verify("https://host", "--wait", "never", exit_code=2)
        self.run_program("verify", exit_code=2)


if __name__ == "__main__":
    unittest.main()
