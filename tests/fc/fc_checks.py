# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""What a WaveShift container must do on function compute, as a list of checks against any command that starts it."""
import json
import math
import os
import pathlib
import re
import socket
import threading
import time

import fc_platform
from fc_platform import Broken, Function, Trigger, processor_seconds

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOKEN = "emulated-token-0123456789"
BEARER = {"Authorization": "Bearer " + TOKEN}
JSON = {"Content-Type": "application/json"}
HEALTH_LIMIT_S = 3  # the contract's; the platform's own is 1 to 3
CHECKS = []


def check(text):
    def add(function):
        CHECKS.append((function.__name__, text, function))
        return function
    return add


def want(condition, what):
    if not condition:
        raise Broken(what)


class Site:
    """The command, where it listens, and what it dubs."""

    def __init__(self, command, port, folder, environment=None, video=None, transcript=None):
        self.command, self.port, self.folder = command, port, pathlib.Path(folder)
        self.environment = {"WAVESHIFT_API_TOKEN": TOKEN, **(environment or {})}
        self.video = pathlib.Path(video or ROOT / "examples/austen-on-hold.mp4")
        self.transcript = json.loads(pathlib.Path(transcript or ROOT / "examples/austen-on-hold.json").read_text(encoding="utf-8"))
        self.tag = f"{os.getpid():x}-{int(time.time()):x}"
        self.job_s = None  # how long one job takes here
        self.notes = {}  # figures of the checks, for reports

    def function(self, name, **how):
        how.setdefault("environment", {}).update({**self.environment, **how["environment"]})
        log = self.folder / f"{name}.log"
        how.setdefault("initializer", False)
        return Function(self.command, self.port, log, **how)

    def task_id(self, name):
        return f"{name}-{self.tag}"

    def make_task(self, function, name):
        """Uploads the video and makes the task, through the HTTP trigger."""
        task_id = self.task_id(name)
        key = f"uploads/{self.tag}.mp4"
        put = function.invoke_http("PUT", f"/api/objects/{key}", self.video.read_bytes(), BEARER)
        want(put.status in (200, 201), f"upload: {put}")
        body = json.dumps({"task_id": task_id, "video_path": key, **self.transcript})
        made = function.invoke_http("POST", "/api/task", body, {**JSON, **BEARER})
        want(made.status == 201, f"POST /api/task: {made}")
        return task_id

    def status(self, function, task_id):
        answer = function.invoke_http("GET", f"/api/task/{task_id}/status", headers=BEARER)
        want(answer.status == 200, f"status of {task_id}: {answer}")
        return answer.json()

    def want_complete(self, function, task_id):
        now = self.status(function, task_id)
        want(now["status"] == "completed", f"{task_id} is {now['status']}: {now['error_message']}")
        report = function.invoke_http("GET", f"/api/task/{task_id}/report", headers=BEARER).json()
        want(report["status"] == "completed", f"report of {task_id}: {report['status']}")
        playlist = function.invoke_http("GET", f"/media/hls/{task_id}/playlist.m3u8", headers=BEARER)
        want(playlist.status == 200 and playlist.body.startswith(b"#EXTM3U"), f"playlist of {task_id}: {playlist}")
        return report


def start(task_id):
    return json.dumps({"task_id": task_id})


def wait_for_log(function, text, mark=0, patience_s=120):
    """Until the log has the text behind its first `mark` characters."""
    end = time.monotonic() + patience_s
    while text not in function.log_text()[mark:]:
        want(time.monotonic() < end, f"the log never said {text}")
        time.sleep(0.01)


def probe_health(instance, until):
    """Asks /api/health of a thawed instance again and again until the event; gives the slowest answer's seconds."""
    slowest, count = 0.0, 0
    while not until.is_set():
        answer = instance.request("GET", "/api/health", {}, None, 20, keep=False)
        want(answer.status == 200, f"health: {answer}")
        slowest, count = max(slowest, answer.seconds), count + 1
        until.wait(0.1)
    want(count > 0, "health was never asked")
    return slowest


@check("listens on 0.0.0.0 at the platform's port in time, is healthy before it has loaded anything, and initializes")
def start_and_initialize(site):
    with site.function("start", concurrency=4) as function:
        instance = function.start_instance()
        site.notes["port_open_s"] = round(instance.start_s, 3)
        want(fc_platform.listens_to_all(site.port), f"nothing listens on 0.0.0.0:{site.port}")
        health = instance.request("GET", "/api/health", {}, None, HEALTH_LIMIT_S)
        want(health.status == 200 and health.json()["status"] == "healthy", f"health: {health}")
        want(health.json().get("model_loaded") is False, f"model_loaded before anything was loaded: {health}")
        done = threading.Event()
        slowest = []
        probe = threading.Thread(target=lambda: slowest.append(probe_health(instance, done)))
        probe.start()
        try:
            ready = function.call(instance, "/initialize", "POST", "/initialize", timeout_s=fc_platform.INITIALIZE_LIMIT_S)
        finally:
            done.set()
            probe.join()
        want(ready.status == 200, f"initialize: {ready}")
        want(slowest and slowest[0] < HEALTH_LIMIT_S, f"a health answer took {slowest} s while models were loaded")
        site.notes["initialize_s"] = round(ready.seconds, 3)
        want(instance.request("GET", "/api/health", {}, None, HEALTH_LIMIT_S).json()["model_loaded"] is True, "model_loaded after /initialize")
        again = function.call(instance, "/initialize", "POST", "/initialize", timeout_s=5)
        want(again.status == 200, f"initialize again: {again}")
        want(instance.request("GET", "/api/ready", {}, None, 20).status == 200, "not ready")


@check("control routes are open to the platform alone, and events need no token from it")
def who_may_call(site):
    with site.function("access", concurrency=4) as function:
        for method, path in [("POST", "/initialize"), ("POST", "/init"), ("POST", "/invoke"), ("POST", "/event-invoke"), ("GET", "/pre-stop"),
                             ("GET", "/pre-freeze"), ("POST", "/pre-freeze")]:
            refused = function.invoke_http(method, path, b"{}" if method == "POST" else None, JSON)
            want(refused.status == 401, f"{method} {path} through the HTTP trigger: {refused}")
        for method in ("GET", "POST"):
            instance = function.acquire()
            try:
                want(function.call(instance, "/pre-freeze", method, "/pre-freeze", timeout_s=5).status == 200, f"{method} /pre-freeze")
            finally:
                function.release(instance)
        event = function.invoke_event({"httpMethod": "GET", "path": "/api/tasks", "queryParameters": {"limit": 1}})
        want((event.status, event.json()["statusCode"]) == (200, 200), f"an event: {event}")
        want("tasks" in json.loads(event.json()["body"]), f"an event's body: {event}")
        unknown = function.invoke_event({"httpMethod": "GET", "path": "/api/task/nobody/status"})
        want((unknown.status, unknown.json()["statusCode"]) == (200, 404), f"an event about an unknown task: {unknown}")
        for broken in (b"", b"{", b"[]", b"{}", b'{"httpMethod": "GET", "path": 1}', b"\xff\xfe"):
            refused = function.invoke_event(broken)
            want(refused.status == 404, f"the event {broken!r}: {refused}")


@check("HTTP trigger: routes, the old proxy prefix, request ids, no forbidden headers, no credentials in the log")
def http_trigger(site):
    with site.function("http", gap_s=0.2) as function:
        want(function.invoke_http("GET", "/").status == 200, "GET /")
        old = function.invoke_http("GET", "/2016-08-15/proxy/dub-service/dub/api/health")
        want(old.status == 200 and old.json()["status"] == "healthy", f"the old proxy prefix: {old}")
        want(function.invoke_http("GET", "/api/tasks").status == 401, "no token")
        want(function.invoke_http("GET", "/no/such/route", headers=BEARER).status == 404, "an unknown path")
        want(function.invoke_http("POST", "/api/start_tts", b"{", {**JSON, **BEARER}).status == 400, "broken JSON")
        missing = function.invoke_http("POST", "/api/start_tts", b"{}", {**JSON, **BEARER})
        want(missing.status == 422 and "task_id" in missing.json()["detail"], f"no task_id: {missing}")
        want(missing.headers.get("x-request-id") == missing.request_id, f"the request id is not the platform's: {missing.headers}")
        function.invoke_event({"httpMethod": "GET", "path": "/api/health"})
        log = function.log_text()
        for secret in (*fc_platform.SECRETS.values(), TOKEN):
            want(secret not in log, "a credential is in the log")
        for line in (f"FC Invoke Start RequestId: {missing.request_id}", f"FC Invoke End RequestId: {missing.request_id}"):
            want(line in log.splitlines(), f"the log has no line {line!r}")
        records = [json.loads(line) for line in log.splitlines() if line.startswith('{"time"')]
        want(any(record.get("request_id") == missing.request_id for record in records), "no JSON line of the log has the request id")


@check("an event runs the whole task within its request; health answers meanwhile; nothing runs afterwards")
def whole_task(site):
    with site.function("task", concurrency=4, gap_s=0.2) as function:
        task_id = site.make_task(function, "whole")
        instance = function.acquire()
        function.release(instance)
        instance.thaw()  # health checks reach an instance whenever it runs
        done, slowest = threading.Event(), []
        probe = threading.Thread(target=lambda: slowest.append(probe_health(instance, done)))
        probe.start()
        try:
            function.condition.acquire()
            instance.in_flight += 1  # keeps it thawed until it was looked at
            function.condition.release()
            answer = function.call(instance, "/invoke", "POST", "/invoke", start(task_id).encode(), {"Content-Type": "application/octet-stream"})
        finally:
            done.set()
            probe.join()
        want(answer.status == 200 and answer.json()["status"] == "completed", f"the event: {answer}")
        want(slowest and slowest[0] < HEALTH_LIMIT_S, f"a health answer took {slowest} s during the job")
        site.job_s = answer.seconds
        site.notes["job_s"], site.notes["slowest_health_s"] = round(answer.seconds, 2), round(slowest[0], 3)
        before = processor_seconds(instance.process.pid)
        time.sleep(1.5)
        used = processor_seconds(instance.process.pid) - before
        want(used < 0.3, f"{used:.2f} s of processor time in 1.5 s after the answer")
        function.release(instance)
        site.want_complete(function, task_id)
        again = function.invoke_http("POST", "/api/start_tts", start(task_id), {**JSON, **BEARER})
        want(again.status == 200 and again.json()["status"] == "completed" and again.seconds < 5, f"start of a finished task: {again}")


@check("frozen after every answer and thawed after a gap: kept connections serve on, the task runs through")
def freezing(site):
    with site.function("freeze") as function:
        task_id = site.make_task(function, "frozen")
        instance = function.instances[0]
        function.gap_s = 5.0
        want(instance.is_frozen, "the emulator froze nothing")
        answer = function.invoke_http("POST", "/api/start_tts", start(task_id), {**JSON, **BEARER})
        want(answer.json()["status"] == "completed", f"start_tts: {answer}")
        want(function.instances == [instance], "another instance was started")
        want(instance.connections.qsize() == 1, "the server closed the platform's connection")
        function.gap_s = 0
        site.want_complete(function, task_id)


@check("a caller that goes away, and a freeze in the middle of its job: whoever asks next gets the same job's end")
def caller_gone(site):
    with site.function("gone") as function:
        task_id = site.make_task(function, "gone")
        instance = function.instances[0]
        instance.thaw()
        body = start(task_id).encode()
        head = {"Host": "dub", "Content-Type": "application/json", "Content-Length": str(len(body)), **BEARER,
                **function.platform_headers("/http-invoke", "1-gone")}
        with socket.create_connection(("127.0.0.1", site.port)) as caller:
            lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
            caller.sendall(f"POST /api/start_tts HTTP/1.1\r\n{lines}\r\n".encode() + body)
            wait_for_log(function, '"job begins"')
        instance.freeze()
        function.gap_s = 2.0
        answer = function.invoke_http("POST", "/api/start_tts", body, {**JSON, **BEARER})
        want(answer.status == 200 and answer.json()["status"] == "completed", f"start_tts again: {answer}")
        want(function.log_text().count('"job begins"') == 1, "the job was begun twice")
        function.gap_s = 0
        site.want_complete(function, task_id)


@check("asynchronous invocations: 202 at once, delivered at least once, done once")
def asynchronous(site):
    with site.function("async", concurrency=2) as function:
        task_id = site.make_task(function, "async")
        trigger = Trigger(function)
        try:
            connection = fc_platform.http.client.HTTPConnection(trigger.url.removeprefix("http://"), timeout=60)
            for _ in range(2):  # the second one is the delivery that comes twice
                connection.request("POST", "/api/start_tts", start(task_id), {**JSON, **BEARER, "X-Fc-Invocation-Type": "Async"})
                accepted = connection.getresponse()
                accepted.read()
                want(accepted.status == 202, f"the trigger: {accepted.status}")
            function.wait_for_deliveries()
            connection.close()
        finally:
            trigger.close()
        want(not function.dead_letters, f"dead letters: {function.dead_letters}")
        outcomes = [answer.json()["status"] for answer in function.delivered]
        want(outcomes == ["completed", "completed"], f"the deliveries: {outcomes}")
        begun = function.log_text().count('"job begins"')
        want(begun == 1, f"the job began {begun} times")
        site.want_complete(function, task_id)


@check("concurrency N: the status is answered in time while a job runs in the same instance")
def concurrency(site):
    with site.function("concurrency", concurrency=8) as function:
        task_id = site.make_task(function, "concurrent")
        function.invoke_later(function.invoke_event, {"task_id": task_id})
        slowest, seen = 0.0, set()
        while any(thread.is_alive() for thread in function.threads):
            answer = function.invoke_http("GET", f"/api/task/{task_id}/status", headers=BEARER)
            want(answer.status == 200, f"status: {answer}")
            slowest = max(slowest, answer.seconds)
            seen.add(answer.json()["status"])
            time.sleep(0.05)
        want(slowest < HEALTH_LIMIT_S, f"a status answer took {slowest:.1f} s during the job")
        want("processing" in seen, f"the statuses were {seen}")
        site.notes["slowest_status_s"] = round(slowest, 3)
        site.want_complete(function, task_id)


@check("the time limit: jobs end at a line's end before it, free the task, and go on in the next delivery")
def time_limit(site):
    with site.function("limit", max_retries=8) as function:
        task_id = site.make_task(function, "limited")
        # A busy machine, which shows in how long the server takes to start, is given longer: what is begun must be over within the margin.
        limit = math.ceil(max(5, 0.7 * (site.job_s or 6)) + 10 * function.instances[0].start_s)
        function.timeout_s = limit
        function.invoke_later(function.invoke_event, {"task_id": task_id})
        function.wait_for_deliveries()
        outcomes = [call[2] for call in function.calls if call[0] == "/invoke"]
        want("timed out" not in outcomes, f"the platform had to kill the instance: {outcomes}")
        want(not function.dead_letters, f"dead letters: {function.dead_letters}")
        site.notes["invocations_at_limit"] = f"{len(outcomes)} of {limit} s"
        site.want_complete(function, task_id)


@check("killed in the middle of a job (as at a limit that was not kept): the next delivery goes on")
def killed(site):
    with site.function("killed", most_instances=1) as function:
        task_id = site.make_task(function, "killed")
        function.invoke_later(function.invoke_event, {"task_id": task_id})
        wait_for_log(function, '"job begins"')
        time.sleep(min(1.0, (site.job_s or 1) / 3))
        for instance in function.instances:
            instance.kill()
        function.wait_for_deliveries()
        want(not function.dead_letters, f"dead letters: {function.dead_letters}")
        site.want_complete(function, task_id)


@check("/pre-stop, and SIGTERM in the middle of a job: ended within 10 s, the next instance goes on")
def the_end(site):
    with site.function("end") as function:
        want(function.invoke_http("GET", "/api/health").status == 200, "health")
        seconds = function.stop()
        site.notes["stop_s"] = [round(one, 2) for one in seconds]
        task_id = site.make_task(function, "ended")
        mark = len(function.log_text())
        function.invoke_later(function.invoke_event, {"task_id": task_id})
        wait_for_log(function, '"job begins"', mark)
        instance = function.instances[0]
        site.notes["sigterm_s"] = round(instance.terminate(), 2)
        function.wait_for_deliveries()
        want(not function.dead_letters, f"dead letters: {function.dead_letters}")
        site.want_complete(function, task_id)
        ends = re.findall(r"FC PreStop End RequestId: \S+$", function.log_text(), re.M)
        want(len(ends) == 1, "no line about PreStop")
