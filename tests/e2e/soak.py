#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Kills jobs with SIGKILL at random moments, again and again, and looks at what is promised all the time: every job ends complete, no line is spoken
again once it is stored, no two runners work at once, and no playlist ever names a segment that is not there.

make soak, or: soak.py --kills 1000 --cloud-kills 100 --seed 7. kill_test.py runs a smaller number with every test.
"""
import argparse
import collections
import contextlib
import http.client
import json
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import support
from cloud_support import Peer
from support import BIN, PATIENCE_S, SAMPLE

WORDS = ["Uno llega tarde.", "Dos quieren café.", "Tres gatos duermen.", "Cuatro puertas abiertas.", "Cinco libros nuevos.", "Seis días más."]
LINES = [{"sequence": i + 1, "start_ms": 500 + 2200 * i, "end_ms": 2400 + 2200 * i, "speaker": "AB"[i % 2], "original": "x", "translation": text}
         for i, text in enumerate(WORDS)]
SECONDS = 14
VIDEO_KEY = "uploads/short.mp4"
MOST_IN_FLIGHT = 4  # lines that are spoken at a time (pipeline/speech_stage.cc)


class Broken(AssertionError):
    """A promise that was not kept."""


def check(condition, what):
    if not condition:
        raise Broken(what)


class CountingSpeech:
    """An espeak-ng before the real one on PATH that writes down who asks for what."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        real = shutil.which("espeak-ng")
        check(real, "espeak-ng is missing: run ./setup.sh")
        script = self.folder / "espeak-ng"
        script.write_text(f"""#!/bin/bash
for argument in "$@"; do
  if [[ $argument == --stdin ]]; then
    text="$(cat)"
    printf '%s %s\\n' "$PPID" "$text" >> "$SPOKEN_LOG"
    printf '%s' "$text" | exec {real!r} "$@"
    exit $?
  fi
done
exec {real!r} "$@"
""", encoding="utf-8")
        script.chmod(0o755)


class LocalStores:
    """SQLite and files below a folder, as the program keeps them without any configuration."""
    name = "local"
    lease_s = 0  # a dead holder's lease is over at once

    def __init__(self, folder, speech):
        self.home = pathlib.Path(folder) / "home"
        self.environment = support.clean_environment(WAVESHIFT_HOME=self.home, WAVESHIFT_ENGINE="espeak", ENABLE_VOCAL_SEPARATION="false")
        self.environment["PATH"] = f"{speech.folder}:{self.environment['PATH']}"

    def object(self, key):
        try:
            return (self.home / "objects" / key).read_bytes()
        except FileNotFoundError:
            return None

    def stored_takes(self, task_id):
        return {path.name for path in (self.home / "objects/journal" / task_id / "lines").glob("*.wav")}

    def prepare(self, video, task_ids):
        with Server(self.environment) as server:
            server.put_object(VIDEO_KEY, video)
            for task_id in task_ids:
                server.ask("POST", "/api/task", {"task_id": task_id, "video_path": VIDEO_KEY, "target_language": "es", "segments": LINES}, 201)

    def close(self):
        pass


class CloudStores:
    """Cloudflare's own engines."""
    name = "cloud"
    lease_s = 46

    def __init__(self, folder, speech):
        self.peer = Peer()
        self.peer.reset()
        self.environment = support.clean_environment(WAVESHIFT_HOME=pathlib.Path(folder) / "home", WAVESHIFT_ENGINE="espeak",
                                                     ENABLE_VOCAL_SEPARATION="false", **self.peer.settings())
        self.environment["PATH"] = f"{speech.folder}:{self.environment['PATH']}"

    def object(self, key):
        return self.peer.object(key)

    def stored_takes(self, task_id):
        return {entry["target"] for entry in self.peer.log(f"/journal/{task_id}/lines/")
                if entry["method"] == "PUT" and entry["status"] == 200 and entry["target"].split("?")[0].endswith(".wav")}

    def prepare(self, video, task_ids):
        with Server(self.environment) as server:
            server.put_object(VIDEO_KEY, video)
        for task_id in task_ids:
            self.peer.add_task(task_id, VIDEO_KEY, LINES)

    def close(self):
        self.peer.close()


class Server:
    """`waveshift serve` for a while."""

    def __init__(self, environment):
        self.process = subprocess.Popen([str(BIN), "serve", "--port", "0", "--json", "--quiet"], env=environment, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        said = self.process.stdout.readline()
        check(said, "the server does not start")
        self.port = json.loads(said)["port"]

    def ask(self, method, path, body, wanted_status):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.request(method, path, body=json.dumps(body) if body is not None else None, headers={"Content-Type": "application/json"})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        check(answer.status == wanted_status, f"{method} {path}: {answer.status} {data[:300]!r}")
        return json.loads(data)

    def put_object(self, key, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        connection.request("PUT", f"/api/objects/{key}", body=path.read_bytes())
        check(connection.getresponse().status == 201, "the video could not be uploaded")
        connection.close()

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_S)
        self.process.stdout.close()


class Watcher(threading.Thread):
    """A player that never sleeps: reads a task's playlists and looks for every segment that they name."""

    def __init__(self, stores, task_id, pause_s=0.01):
        super().__init__(daemon=True)
        self.stores, self.prefix, self.pause_s = stores, f"hls/{task_id}/", pause_s
        self.known = {}  # by playlist: what it named when it was read last
        self.ended = set()
        self.reads = 0
        self.problem = None
        self._stop_asked = threading.Event()

    def run(self):
        while not self._stop_asked.is_set():
            try:
                self.look()
            except Broken as problem:
                self.problem = str(problem)
                return
            except OSError as error:  # the peer is being closed
                self.problem = self.problem or (None if self._stop_asked.is_set() else str(error))
                return
            time.sleep(self.pause_s)

    def look(self):
        main = self.stores.object(self.prefix + "playlist.m3u8")
        if main is None:
            return
        for name in re.findall(r'URI="([^"]+)"', main.decode()) + [line for line in main.decode().splitlines() if line and not line.startswith("#")]:
            self.look_at(name)
        self.reads += 1

    def names_in(self, playlist):
        text = self.stores.object(self.prefix + playlist)
        check(text is not None, f"{playlist} is named by the multivariant playlist and is not there")
        text = text.decode()
        check(text.startswith("#EXTM3U\n") and text.endswith("\n"), f"{playlist} is not whole: {text[-80:]!r}")
        return [line for line in text.splitlines() if line and not line.startswith("#")], text.endswith("#EXT-X-ENDLIST\n")

    def look_at(self, playlist):
        names, ended = self.names_in(playlist)
        before = self.known.get(playlist, [])
        check(names[:len(before)] == before, f"{playlist} named {before} and now {names}")
        check(not (playlist in self.ended) or (ended and names == before), f"{playlist} has changed after its end")
        folder = playlist.rpartition("/")[0]
        for name in names[len(before):]:
            check(self.stores.object(f"{self.prefix}{folder}/{name}"), f"{playlist} names {name}, which is not there")
        self.known[playlist] = names
        if ended:
            self.ended.add(playlist)

    def end(self):
        self._stop_asked.set()
        self.join(PATIENCE_S)
        check(self.problem is None, f"seen by a player: {self.problem}")


class Task:
    """One task from its first start to its end, with kills on the way."""

    def __init__(self, stores, folder, task_id, chance):
        self.stores, self.task_id, self.chance = stores, task_id, chance
        self.log = pathlib.Path(folder) / f"{task_id}.spoken"
        self.environment = {**stores.environment, "SPOKEN_LOG": str(self.log)}
        self.errors = pathlib.Path(folder) / f"{task_id}.err"
        self.kills = 0
        self.may_find_more = False  # somebody else's last writes arrive while it runs
        self.asked = collections.Counter()  # texts, over all runs

    def start(self):
        with open(self.errors, "ab") as errors:
            return subprocess.Popen([str(BIN), "run", self.task_id, "--json", "--quiet"], env=self.environment, stdout=subprocess.PIPE, stderr=errors)

    def said(self):
        return self.errors.read_text(encoding="utf-8", errors="replace")[-2000:]

    def spoken_since(self, position):
        """(process, text) of each request since. A runner that is killed before it has written its text leaves a request without one."""
        text = self.log.read_bytes()[position:].decode(errors="replace") if self.log.exists() else ""
        return [(int(process), words) for process, _, words in (line.partition(" ") for line in text.splitlines()) if process.isdigit() and words]

    def position(self):
        return self.log.stat().st_size if self.log.exists() else 0

    def round(self, kill_after_s, runners):
        """Starts `runners` at once and kills them all after a time; gives the result of one that ended before."""
        position, takes = self.position(), len(self.stores.stored_takes(self.task_id))
        processes = [self.start() for _ in range(runners)]
        end = time.monotonic() + kill_after_s
        while time.monotonic() < end and any(process.poll() is None for process in processes):
            time.sleep(min(0.005, max(0.0, end - time.monotonic())))
        survivors = [process for process in processes if process.poll() is None]
        for process in survivors:
            process.kill()
        results = [(process.stdout.read(), process.wait(PATIENCE_S)) for process in processes]
        for process in processes:
            process.stdout.close()
        self.kills += len(survivors) > 0
        self.look_at_round({process.pid for process in processes}, results, position, takes, bool(survivors))
        done = [out for out, code in results if code == 0]
        return json.loads(done[0]) if done else None

    def look_at_round(self, pids, results, position, takes, was_killed):
        spoken = self.spoken_since(position)
        self.asked.update(text for _, text in spoken)
        # The speech of a runner that was killed in the round before may write down late what it was asked for.
        spoken = [(process, text) for process, text in spoken if process in pids]
        check(len({process for process, _ in spoken}) <= 1, f"{self.task_id}: two runners at once: {spoken}")
        check(len({text for _, text in spoken}) == len(spoken), f"{self.task_id}: a line was spoken twice in one run: {spoken}")
        stored = len(self.stores.stored_takes(self.task_id)) - takes
        wasted = len(spoken) - stored
        most = MOST_IN_FLIGHT if was_killed else 0
        # A kill can tear the note of a request that was made.
        check(wasted <= most and (wasted >= -1 if was_killed else wasted >= 0 or self.may_find_more),
              f"{self.task_id}: {len(spoken)} lines were spoken and {stored} stored")
        for _, code in results:
            check(code in (0, 1, -signal.SIGKILL), f"{self.task_id}: exit code {code}: {self.said()}")
            if code == 1:
                check("is being worked on by another process" in self.said(), f"{self.task_id}: {self.said()}")

    def wait_for_lease(self):
        if self.stores.lease_s:
            time.sleep(self.stores.lease_s)

    def finish(self):
        """Runs it to its end; another runner may still hold it, or its lease run."""
        end = time.monotonic() + PATIENCE_S + self.stores.lease_s
        while time.monotonic() < end:
            result = self.round(PATIENCE_S, 1)
            if result:
                return self.look_at_end(result)
            time.sleep(0.2)
        raise Broken(f"{self.task_id}: never complete: {self.said()}")

    def look_at_end(self, result):
        check(result["status"] == "completed", f"{self.task_id}: {result}")
        prefix = f"hls/{self.task_id}/"
        for playlist in ("video", "audio/dubbed", "audio/original", "subtitles"):
            text = (self.stores.object(f"{prefix}{playlist}/playlist.m3u8") or b"").decode()
            check(text.endswith("#EXT-X-ENDLIST\n"), f"{self.task_id}: {playlist} has no end")
            seconds = sum(float(value) for value in re.findall(r"#EXTINF:([0-9.]+)", text))
            check(abs(seconds - SECONDS) < 0.1, f"{self.task_id}: {playlist} has {seconds} s")
        report = json.loads(self.stores.object(f"reports/{self.task_id}/report.json"))
        check(report["status"] == "completed" and report["totals"]["dubbed"] == len(LINES), f"{self.task_id}: {report['totals']}")
        check((self.stores.object(f"videos/{self.task_id}/final_video.mp4") or b"")[4:8] == b"ftyp", f"{self.task_id}: no MP4")
        for text in WORDS:
            check(self.asked[text] >= 1, f"{self.task_id}: {text} was never spoken")
            check(self.asked[text] <= 1 + self.kills, f"{self.task_id}: {text} was spoken {self.asked[text]} times for {self.kills} kills")

    def live(self, kills, whole_s):
        """`kills` kills, then the end. Gives the number that hit a running job."""
        watcher = Watcher(self.stores, self.task_id, 0.01 if self.stores.name == "local" else 0.25)
        watcher.start()
        try:
            for number in range(kills):
                result = self.round(self.chance.uniform(0, 0.7 * whole_s), 2 if number % 3 == 0 else 1)
                if result:
                    self.look_at_end(result)
                    break
                self.wait_for_lease()
            else:
                self.finish()
        finally:
            watcher.end()
        return self.kills


@contextlib.contextmanager
def stores_in_a_folder(kind):
    with tempfile.TemporaryDirectory(prefix="waveshift_soak_", ignore_cleanup_errors=True) as folder:
        stores = kind(folder, CountingSpeech(pathlib.Path(folder) / "speech"))
        try:
            yield stores, folder
        finally:
            stores.close()


def make_video(folder):
    path = pathlib.Path(folder) / "short.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", "-t", str(SECONDS), "-i", str(SAMPLE), "-vf", "scale=128:72", "-c:v", "libx264", "-preset",
                    "ultrafast", "-g", "25", "-c:a", "aac", "-b:a", "64k", str(path)], check=True)
    return path


def time_of_undisturbed(stores, folder, seed):
    """Seconds of a job that nobody kills, which must be right too."""
    task = Task(stores, folder, f"undisturbed-{seed}", random.Random(seed))
    began = time.monotonic()
    task.finish()
    check(task.asked == collections.Counter(WORDS), f"{task.asked}")
    return time.monotonic() - began


def soak_runs(stores, folder, kills, seed, parallel, kills_a_task):
    """`waveshift run` on tasks that are each killed a few times. Gives how many kills hit a job that ran."""
    # On a machine whose load changes, many a job ends before its next kill.
    task_ids = [f"task-{seed}-{i}" for i in range(kills + 2)]
    stores.prepare(make_video(folder), [f"undisturbed-{seed}"] + task_ids)
    whole_s = time_of_undisturbed(stores, folder, seed)
    waiting = list(enumerate(task_ids))
    done, lock = [0], threading.Lock()

    def work():
        while True:
            with lock:
                if done[0] >= kills or not waiting:
                    return
                number, task_id = waiting.pop(0)
            count = Task(stores, folder, task_id, random.Random(f"{seed} {number}")).live(kills_a_task, whole_s)
            with lock:
                done[0] += count

    all_at_once([work] * parallel)
    check(done[0] >= kills, f"only {done[0]} of {kills} kills hit a job that ran")
    return done[0]


def soak_server(stores, folder, kills, seed):
    """`waveshift serve` is killed and started again until its tasks are done."""
    chance = random.Random(seed)
    log = pathlib.Path(folder) / "server.spoken"
    environment = {**stores.environment, "SPOKEN_LOG": str(log)}
    done = number = 0
    while done < kills:
        number += 1
        task_id = f"served-{seed}-{number}"
        stores.prepare(make_video(pathlib.Path(tempfile.mkdtemp(dir=folder))), [task_id])
        watcher = Watcher(stores, task_id)
        watcher.start()
        server = Server(environment)
        server.ask("POST", "/api/start_tts", {"task_id": task_id}, 200)
        for _ in range(4):
            time.sleep(chance.uniform(0, 1))
            server.kill()
            done += 1
            server = Server(environment)  # it takes the task up by itself
        end = time.monotonic() + PATIENCE_S
        while server.ask("GET", f"/api/task/{task_id}/status", None, 200)["status"] == "processing" and time.monotonic() < end:
            time.sleep(0.1)
        state = server.ask("GET", f"/api/task/{task_id}/status", None, 200)
        check(state["status"] == "completed", f"{state}")
        server.kill()
        watcher.end()
        spoken = collections.Counter(line.split(" ", 1)[1] for line in log.read_text(encoding="utf-8").splitlines() if " " in line)
        log.unlink()
        check(set(spoken) >= set(WORDS) and max(spoken.values()) <= 5, f"{task_id}: {spoken}")
    return done


def freeze_one(stores, folder, task_id, seed, freeze_s, whole_s, has_successor):
    """A run that stands still in the middle of its work (as function compute freezes instances), and thaws when its lease is long over."""
    task = Task(stores, folder, task_id, random.Random(seed))
    watcher = Watcher(stores, task_id, 0.25)
    watcher.start()
    first = task.start()
    try:
        thaw_one(stores, folder, task, first, freeze_s, whole_s, has_successor)
    finally:
        first.kill()
        first.wait(PATIENCE_S)
        first.stdout.close()
        watcher.end()


def thaw_one(stores, folder, task, first, freeze_s, whole_s, has_successor):
    task_id = task.task_id
    # What stands still before it has the task may as well end with "try again later".
    end = time.monotonic() + PATIENCE_S
    while stores.peer.row(task_id)["status"] == "completed" and first.poll() is None and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(task.chance.uniform(0, 0.7) * whole_s)
    first.send_signal(signal.SIGSTOP)
    thaws_at = time.monotonic() + freeze_s
    finished = None
    if has_successor:
        successor = Task(stores, folder, task_id, task.chance)
        successor.log = task.log.with_suffix(".successor")
        successor.environment["SPOKEN_LOG"] = str(successor.log)
        successor.may_find_more = True
        while finished is None and time.monotonic() < thaws_at + PATIENCE_S:
            finished = successor.round(PATIENCE_S, 1)
            time.sleep(0.5)
        check(finished and finished["status"] == "completed", f"{task_id}: not taken over: {successor.said()}")
    time.sleep(max(0.0, thaws_at - time.monotonic()))
    report = stores.object(f"reports/{task_id}/report.json")
    playlist = stores.object(f"hls/{task_id}/video/playlist.m3u8")
    first.send_signal(signal.SIGCONT)
    out, code = first.stdout.read(), first.wait(PATIENCE_S)
    if has_successor:
        # 0: it had ended, or all that was left for it was to see that the task is complete.
        check(code in (0, 130), f"{task_id}: the thawed run ended with {code}: {task.said()}")
        check(stores.object(f"reports/{task_id}/report.json") == report, f"{task_id}: the thawed run wrote a report")
        check(stores.object(f"hls/{task_id}/video/playlist.m3u8") == playlist, f"{task_id}: the thawed run wrote a playlist")
    else:
        check(code == 0, f"{task_id}: the thawed run ended with {code}: {task.said()}")
        check(json.loads(out)["status"] == "completed", f"{task_id}: {out}")


def all_at_once(jobs):
    """Runs functions beside each other; the first problem is everybody's."""
    problems = []

    def attempt(job):
        try:
            job()
        except Exception as problem:  # whatever it is, the soak has failed
            problems.append(f"{type(problem).__name__}: {problem}")
    threads = [threading.Thread(target=attempt, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(not problems, "\n".join(problems))


def soak_freezes(stores, folder, count, seed, freeze_s=60):
    """`count` runs are frozen while another one takes their task over, and one while nobody does."""
    task_ids = [f"frozen-{seed}-{i}" for i in range(count + 1)]
    stores.prepare(make_video(folder), [f"undisturbed-{seed}"] + task_ids)
    whole_s = time_of_undisturbed(stores, folder, seed)
    all_at_once([lambda i=i, task_id=task_id: freeze_one(stores, folder, task_id, seed + i, freeze_s, whole_s, i < count)
                 for i, task_id in enumerate(task_ids)])


def soak_clock(stores, folder, seed, jump_s=600):
    """The machine's clock is set forward, and back, while a job runs. Ten minutes: farther off, a store in the cloud refuses our signatures."""
    library = next(iter(sorted(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
    check(library, "libfaketime is missing: run ./setup.sh")
    for number, jump in enumerate((jump_s, -jump_s)):
        task_id = f"clock-{seed}-{number}"
        video = make_video(pathlib.Path(tempfile.mkdtemp(dir=folder)))
        stores.prepare(video, [task_id])
        task = Task(stores, folder, task_id, random.Random(seed))
        clock = pathlib.Path(folder) / f"{task_id}.clock"
        clock.write_text("+0\n", encoding="utf-8")
        task.environment.update({"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
                                 "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"})
        watcher = Watcher(stores, task_id, 0.1)
        watcher.start()
        process = task.start()
        end = time.monotonic() + PATIENCE_S
        while not task.spoken_since(0) and process.poll() is None and time.monotonic() < end:
            time.sleep(0.01)
        clock.write_text(f"{jump:+d}\n", encoding="utf-8")
        out, code = process.stdout.read(), process.wait(PATIENCE_S)
        process.stdout.close()
        watcher.end()
        check(code == 0, f"{task_id}: {task.said()}")
        task.asked.update(text for _, text in task.spoken_since(0))
        task.look_at_end(json.loads(out))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=1000, help="on local stores (default 1000)")
    parser.add_argument("--cloud-kills", type=int, default=100, help="on D1 and R2, where each waits for a lease to run out (default 100)")
    parser.add_argument("--server-kills", type=int, default=50, help="of the server on local stores (default 50)")
    parser.add_argument("--freezes", type=int, default=10, help="of runs on D1 and R2, for a minute each (default 10)")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    wanted = parser.parse_args()
    print(f"seed {wanted.seed}", flush=True)

    def local(stores, folder):
        yield f"{soak_runs(stores, folder, wanted.kills, wanted.seed, 2, 6)} kills of runs"
        yield f"{soak_server(stores, folder, wanted.server_kills, wanted.seed)} kills of the server"
        soak_clock(stores, folder, wanted.seed)
        yield "clock set forward and back"

    def cloud(stores, folder):
        yield f"{soak_runs(stores, folder, wanted.cloud_kills, wanted.seed, 10, 4)} kills of runs"
        soak_freezes(stores, folder, wanted.freezes, wanted.seed + 1)
        yield f"{wanted.freezes + 1} freezes"
        soak_clock(stores, folder, wanted.seed)
        yield "clock set forward and back"

    try:
        for kind, parts in ((LocalStores, local), (CloudStores, cloud)):
            with stores_in_a_folder(kind) as (stores, folder):
                began = time.monotonic()
                for part in parts(stores, folder):
                    print(f"{kind.name}, {time.monotonic() - began:.0f} s: {part}, every promise kept", flush=True)
    except Broken as broken:
        sys.exit(f"broken: {broken}")


if __name__ == "__main__":
    main()
