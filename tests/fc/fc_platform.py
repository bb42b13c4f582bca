# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Function compute's rules for a custom container, as a server meets them: start check, headers, hooks, invocations, freezing, limits.

An Instance is one container. A Function starts instances when it needs them, hands them calls, freezes them after their last answer, kills them
at the time limit, and delivers asynchronous invocations again until one succeeds. A Trigger is the function's HTTP address. Standard library only.
"""
import http.client
import http.server
import json
import os
import pathlib
import queue
import signal
import socket
import subprocess
import threading
import time

START_LIMIT_S = 120  # until the port must take a connection
INITIALIZE_LIMIT_S = 300
TERM_GRACE_S = 10  # between SIGTERM and SIGKILL
MAX_RETRIES = 3  # of an asynchronous invocation, by default
SECRETS = {"x-fc-access-key-id": "STS.emulatedKeyId0001", "x-fc-access-key-secret": "emulatedKeySecret0002",
           "x-fc-security-token": "emulatedSecurityToken0003"}
# What the answer of an HTTP trigger must not set. Content-Length is HTTP's own business.
FORBIDDEN = ("connection", "date", "keep-alive", "server")
# What a caller may set of x-fc-*.
INVOCATION_HEADERS = ("x-fc-invocation-type", "x-fc-async-task-id", "x-fc-async-delay", "x-fc-log-type")


class Broken(Exception):
    """The server broke one of the platform's rules."""


class Answer:
    def __init__(self, status, headers, body, seconds):
        self.status, self.body, self.seconds = status, body, seconds
        self.headers = {name.lower(): value for name, value in headers}

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class TimedOut(Exception):
    """The platform killed the instance at the function's time limit."""


class InstanceExited(Exception):
    """The process ended, or cut the connection, before it had answered."""


def processes_below(root):
    """The process and all its descendants."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [root]
    while todo:
        process = todo.pop()
        found.append(process)
        todo += children.get(process, [])
    return found


def processor_seconds(root):
    """Processor time of the process and its living descendants."""
    ticks = 0
    for process in processes_below(root):
        try:
            fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def listens_to_all(port):
    """Whether something listens on the port at 0.0.0.0 (or ::)."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in pathlib.Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            address, _, number = fields[1].rpartition(":")
            if fields[3] == "0A" and int(number, 16) == port and set(address) == {"0"}:
                return True
    return False


class Instance:
    """One container. Its calls go over connections that are kept as the platform keeps them."""

    count = 0

    def __init__(self, command, port, environment, log, function_timeout_s):
        Instance.count += 1
        self.name = f"c-emulated-{Instance.count:04d}"
        self.port, self.log, self.timeout_s = port, log, function_timeout_s
        env = dict(environment, FC_INSTANCE_ID=self.name, FC_CUSTOM_LISTEN_PORT=str(port))
        begin = time.monotonic()
        with open(log, "ab") as out:
            self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        self.connections = queue.LifoQueue()
        self.lock = threading.Lock()
        self.in_flight = 0
        self.is_frozen = False
        self.is_ending = False  # gets no further calls
        self.start_s = self._start_check(begin)

    def _start_check(self, begin):
        while time.monotonic() - begin < START_LIMIT_S:
            if self.process.poll() is not None:
                raise Broken(f"the process ended with {self.process.returncode} before it listened on port {self.port}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return time.monotonic() - begin
            except OSError:
                time.sleep(0.005)
        self.kill()
        raise Broken(f"FunctionNotStarted: health check failed on port {self.port} in {START_LIMIT_S} seconds")

    # ---- freezing ----

    def freeze(self):
        """Stops every process; what they did not finish stays undone until thaw()."""
        for process in processes_below(self.process.pid):
            self._signal(process, signal.SIGSTOP)
        self.is_frozen = True

    def thaw(self):
        for process in reversed(processes_below(self.process.pid)):
            self._signal(process, signal.SIGCONT)
        self.is_frozen = False

    @staticmethod
    def _signal(process, what):
        try:
            os.kill(process, what)
        except ProcessLookupError:
            pass

    # ---- the end ----

    def is_alive(self):
        return self.process.poll() is None

    def terminate(self):
        """SIGTERM, then SIGKILL. Gives the seconds that it took; Broken when the grace was not enough."""
        self.is_ending = True
        self.thaw()
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(TERM_GRACE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Broken(f"still there {TERM_GRACE_S} s after SIGTERM") from None
        self.close()
        return time.monotonic() - begin

    def kill(self):
        for process in processes_below(self.process.pid):
            self._signal(process, signal.SIGKILL)
        self.process.wait()
        self.close()

    def close(self):
        while not self.connections.empty():
            self.connections.get_nowait().close()

    # ---- calls ----

    def request(self, method, path, headers, body, timeout_s, keep=True):
        """One request over a kept connection (a new one when all are busy). TimedOut kills the instance."""
        try:
            connection = self.connections.get_nowait() if keep else None
        except queue.Empty:
            connection = None
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.port)
        connection.timeout = timeout_s
        if connection.sock is not None:
            connection.sock.settimeout(timeout_s)
        begin = time.monotonic()
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.getheaders(), response.read(), time.monotonic() - begin)
        except socket.timeout:
            connection.close()
            raise TimedOut(f"{method} {path}: no answer within {timeout_s:.1f} s") from None
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise InstanceExited(f"{method} {path}: {type(error).__name__}: {error}") from None
        if keep and not response.will_close:
            self.connections.put(connection)
        else:
            connection.close()
        return answer


class Function:
    """A function with its instances.

    concurrency: calls that one instance gets at once. gap_s: how long an instance at least stays frozen before it is thawed.
    """

    def __init__(self, command, port, log, *, environment=None, timeout_s=600, concurrency=1, initializer=True, gap_s=0.0, most_instances=1,
                 max_retries=MAX_RETRIES):
        self.command, self.log = command, pathlib.Path(log)
        self.ports = [port + n for n in range(most_instances)]
        self.timeout_s, self.concurrency, self.initializer, self.gap_s = timeout_s, concurrency, initializer, gap_s
        self.max_retries = max_retries
        self.environment = {"PATH": os.environ["PATH"], "FC_FUNCTION_NAME": "dub", "FC_FUNCTION_HANDLER": "true", "FC_REGION": "cn-emulated",
                            "FC_ACCOUNT_ID": "1000000000000001", "FC_FUNCTION_MEMORY_SIZE": "4096", "FC_FUNCTION_VERSION": "LATEST",
                            **(environment or {})}
        self.instances = []
        self.condition = threading.Condition()
        self.calls = []  # (control path, path, outcome, seconds), in order of their ends
        self.delivered, self.dead_letters = [], []
        self.threads = []
        self.requests = 0
        self.is_closed = False

    # ---- instances ----

    def start_instance(self):
        """A new instance that passed the start check and its initializer."""
        used = {instance.port for instance in self.instances if instance.is_alive()}
        port = next(port for port in self.ports if port not in used)
        instance = Instance(self.command, port, self.environment, self.log, self.timeout_s)
        self.instances.append(instance)
        if self.initializer:
            answer = self.call(instance, "/initialize", "POST", "/initialize", timeout_s=INITIALIZE_LIMIT_S)
            if not 200 <= answer.status < 300:
                instance.kill()
                raise Broken(f"/initialize: {answer}")
            self.freeze_when_idle(instance)
        return instance

    def acquire(self):
        """An instance with a free place, thawed."""
        with self.condition:
            while True:
                self.instances = [instance for instance in self.instances if instance.is_alive()]
                instance = next((i for i in self.instances if i.in_flight < self.concurrency and not i.is_ending), None)
                if instance is None and len(self.instances) < len(self.ports):
                    instance = self.start_instance()
                if instance is not None:
                    break
                self.condition.wait(0.1)
            instance.in_flight += 1
            if instance.is_frozen:
                time.sleep(self.gap_s)
                instance.thaw()
            return instance

    def release(self, instance):
        with self.condition:
            instance.in_flight -= 1
            self.freeze_when_idle(instance)
            self.condition.notify_all()

    @staticmethod
    def freeze_when_idle(instance):
        if instance.in_flight == 0 and instance.is_alive() and not instance.is_frozen and not instance.is_ending:
            instance.freeze()

    # ---- calls ----

    def platform_headers(self, control_path, request_id):
        return {"x-fc-request-id": request_id, "x-fc-control-path": control_path, "x-fc-region": "cn-emulated",
                "x-fc-account-id": "1000000000000001", "x-fc-function-name": "dub", "x-fc-function-handler": "true",
                "x-fc-function-memory": "4096", "x-fc-function-timeout": str(int(self.timeout_s)), "x-fc-version-id": "",
                "x-fc-qualifier": "LATEST", "x-fc-client-ip": "203.0.113.7", "x-fc-retry-count": "0",
                "x-fc-service-logproject": "", "x-fc-service-logstore": "", **SECRETS}

    def new_request_id(self):
        with self.condition:
            self.requests += 1
            return f"1-{int(time.time()):08x}-emulated-{os.getpid():x}-{self.requests:06x}"  # no UUID, as on the platform

    def call(self, instance, control_path, method, path, body=None, headers=None, timeout_s=None, request_id=None, retry=0):
        """One call of the platform to a thawed instance. At the time limit the instance is killed."""
        request_id = request_id or self.new_request_id()
        sent = {name: value for name, value in (headers or {}).items()
                if not name.lower().startswith("x-fc-") or name.lower() in INVOCATION_HEADERS}
        sent.update(self.platform_headers(control_path, request_id))
        sent["x-fc-retry-count"] = str(retry)
        begin = time.monotonic()
        try:
            answer = instance.request(method, path, sent, body, timeout_s or self.timeout_s)
        except TimedOut:
            instance.kill()
            self.note(control_path, path, "timed out", begin)
            raise
        except InstanceExited:
            self.note(control_path, path, "exited", begin)
            raise
        answer.request_id = request_id
        self.note(control_path, path, answer.status, begin)
        if control_path == "/http-invoke":
            self.check_http_answer(answer)
        if control_path == "/invoke" and answer.headers.get("x-fc-status") != str(answer.status):
            raise Broken(f"/invoke: status {answer.status}, but x-fc-status {answer.headers.get('x-fc-status')}")
        return answer

    def note(self, control_path, path, outcome, begin):
        with self.condition:
            self.calls.append((control_path, path, outcome, time.monotonic() - begin))

    @staticmethod
    def check_http_answer(answer):
        wrong = [name for name in answer.headers if name in FORBIDDEN or name.startswith("x-fc-")]
        if answer.headers.get("content-disposition", "").lower().startswith("attachment"):
            wrong.append("content-disposition")
        if wrong:
            raise Broken(f"the answer sets headers that the platform forbids: {', '.join(wrong)}")

    def invoke_http(self, method, path, body=None, headers=None, request_id=None, retry=0):
        """Through the HTTP trigger, synchronously."""
        instance = self.acquire()
        try:
            return self.call(instance, "/http-invoke", method, path, body, headers, request_id=request_id, retry=retry)
        finally:
            self.release(instance)

    def invoke_event(self, payload, request_id=None, retry=0):
        """As InvokeFunction does, synchronously."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        instance = self.acquire()
        try:
            return self.call(instance, "/invoke", "POST", "/invoke", body, {"Content-Type": "application/octet-stream"},
                             request_id=request_id, retry=retry)
        finally:
            self.release(instance)

    # ---- asynchronous invocations ----

    def invoke_later(self, how, *arguments, **named):
        """202 and a delivery: again after every failure, up to the number of retries. At least once."""
        request_id = self.new_request_id()

        def deliver():
            for retry in range(self.max_retries + 1):
                try:
                    answer = how(*arguments, request_id=request_id, retry=retry, **named)
                except (TimedOut, InstanceExited) as error:
                    answer = error
                if self.is_closed:
                    return
                if isinstance(answer, Answer) and 200 <= answer.status < 300:
                    self.delivered.append(answer)
                    return
                time.sleep(0.05 * 2 ** retry)
            self.dead_letters.append((request_id, answer))
        thread = threading.Thread(target=deliver, daemon=True)
        with self.condition:
            self.threads.append(thread)
        thread.start()
        return request_id

    def wait_for_deliveries(self, patience_s=300):
        """Until every asynchronous invocation has ended, also those that were made meanwhile."""
        end = time.monotonic() + patience_s
        while True:
            with self.condition:
                living = [thread for thread in self.threads if thread.is_alive()]
            if not living:
                return
            living[0].join(max(0.0, end - time.monotonic()))
            if time.monotonic() >= end:
                raise Broken(f"an asynchronous invocation did not end within {patience_s} s")

    # ---- the end ----

    def stop(self):
        """As the platform removes idle instances: /pre-stop, SIGTERM, SIGKILL. Gives the seconds of each."""
        seconds = []
        for instance in self.instances:
            if not instance.is_alive():
                continue
            instance.thaw()
            answer = self.call(instance, "/pre-stop", "GET", "/pre-stop", timeout_s=60)
            if not 200 <= answer.status < 300:
                raise Broken(f"/pre-stop: {answer}")
            seconds.append(instance.terminate())
        return seconds

    def close(self):
        """Ends everything at once."""
        self.is_closed = True
        for instance in self.instances:
            if instance.is_alive():
                instance.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def log_text(self):
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""


class Trigger:
    """The function's HTTP address, for callers that know nothing of emulators: asynchronous when the header says so."""

    def __init__(self, function):
        outer = self
        self.function = function
        self.accepted = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = dict(self.headers.items())
                headers.pop("Connection", None)
                if self.headers.get("X-Fc-Invocation-Type", "").lower() == "async":
                    outer.accepted.append((self.path, body))
                    outer.function.invoke_later(outer.function.invoke_http, self.command, self.path, body, headers)
                    return self.answer(202, b"", {})
                answer = outer.function.invoke_http(self.command, self.path, body or None, headers)
                return self.answer(answer.status, answer.body, {"Content-Type": answer.headers.get("content-type", "text/plain")})

            def answer(self, status, body, headers):
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = handle_any

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def free_ports(count):
    """The first of `count` ports in a row that nobody listens on."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = probe.getsockname()[1]
        if first + count > 65535:
            continue
        try:
            held = [socket.create_server(("127.0.0.1", first + n)) for n in range(count)]
        except OSError:
            continue
        for one in held:
            one.close()
        return first
    raise OSError("no free ports")
