#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""A built image, tried from its own root as a container would run it: tests/deploy/image_check.py ROOT (deploy/image.sh --check; as root).

Not one of ctest's tests, because the image takes minutes to build.
"""
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "examples"
USER = 10001
PATIENCE_S = 600
image = None  # the folder


def command(*arguments, **folders):
    return [str(ROOT / "deploy/in_root.sh"), str(image), *[word for name, folder in folders.items() for word in (f"--{name}", str(folder))],
            *arguments]


def run(*arguments, env=None, **folders):
    return subprocess.run(command(*arguments, **folders), capture_output=True, text=True, timeout=PATIENCE_S, check=False,
                          env={"PATH": os.environ["PATH"], **(env or {})})


class ImageTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        os.chown(self.folder, USER, USER)
        self.folder.chmod(0o755)

    def good(self, *arguments, **more):
        done = run(*arguments, **more)
        self.assertEqual(0, done.returncode, f"{' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def test_nothing_is_inside_that_need_not_be(self):
        names = [path for path in image.rglob("*") if not path.is_symlink() and path.is_file()]
        self.assertGreater(len(names), 200)
        programs = {path.name for path in names if path.parent.name in ("bin", "sbin")}
        self.assertLessEqual(programs, {"waveshift", "espeak-ng", "mecab", "ldconfig"})
        self.assertEqual([], [str(path) for path in names if re.search(r"libcuda\.so|\.(a|h|hh|py|pyc|deb)$", path.name)])
        self.assertEqual([], [str(path) for path in names if path.stat().st_mode & 0o6000])

    def test_it_says_what_it_is(self):
        self.assertIn("waveshift", self.good("waveshift", "version"))
        doctor = json.loads(self.good("waveshift", "doctor", "--json"))
        self.assertTrue(doctor["ready"], doctor)
        self.assertEqual([], [check for check in doctor["checks"] if check["result"] == "failed"])

    def test_it_writes_below_tmp_only(self):
        done = run("waveshift", "speak", "hello", "--engine", "espeak", "-o", "/hello.wav")
        self.assertNotEqual(0, done.returncode)
        self.assertIn("/hello.wav", done.stderr)
        self.assertFalse((image / "hello.wav").exists())
        self.good("waveshift", "speak", "hello", "--engine", "espeak", "-o", "/tmp/hello.wav")

    def test_it_dubs(self):
        out = self.folder / "out"
        out.mkdir()
        os.chown(out, USER, USER)
        self.good("waveshift", "dub", "/tmp/in/austen-on-hold.mp4", "--transcript", "/tmp/in/austen-on-hold.json", "--quiet",
                  "-o", "/tmp/out/dub", input=SAMPLE, output=out)
        self.assertEqual(USER, (out / "dub/dubbed.mp4").stat().st_uid)
        report = json.loads((out / "dub/report.json").read_text(encoding="utf-8"))
        self.assertGreater(len(report["lines"]), 3)
        probe = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", str(out / "dub/dubbed.mp4")],
                               capture_output=True, text=True, check=True).stdout.split()
        self.assertEqual(["audio", "audio", "subtitle", "video"], sorted(probe))
        if (image / "opt/waveshift/models/kokoro").is_dir():
            self.assertIn("kokoro", {line.get("engine") for line in report["lines"]})

    def test_burned_subtitles_find_a_font(self):
        out = self.folder / "out"
        out.mkdir()
        os.chown(out, USER, USER)
        done = run("waveshift", "dub", "/tmp/in/austen-on-hold.mp4", "--transcript", "/tmp/in/austen-on-hold.json", "--engine", "espeak",
                   "--background", "duck", "--subtitles", "burn", "--quiet", "-o", "/tmp/out/dub", input=SAMPLE, output=out)
        self.assertEqual(0, done.returncode, done.stderr)
        report = json.loads((out / "dub/report.json").read_text(encoding="utf-8"))
        self.assertNotIn("font", json.dumps(report.get("warnings", [])).lower())

    def test_it_serves_and_stops(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        env = {"PATH": os.environ["PATH"], "FC_FUNCTION_NAME": "waveshift", "FC_CUSTOM_LISTEN_PORT": str(port), "WAVESHIFT_ENGINE": "espeak"}
        began = time.monotonic()
        server = subprocess.Popen(command("waveshift", "serve"), env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            lines = []
            while not lines or f":{port}" not in lines[-1]:  # log lines come the same way
                lines.append(server.stdout.readline())
                self.assertTrue(lines[-1], lines)
            print(f"image_check: listens {time.monotonic() - began:.2f} s after its start", file=sys.stderr)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=10) as answer:
                self.assertEqual(200, answer.status)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ui/", timeout=10) as answer:
                self.assertIn("text/html", answer.headers["Content-Type"])
            self.assertIn("healthy", self.good("waveshift", "health", env=env))
        finally:
            server.send_signal(signal.SIGTERM)
            code = server.wait(10)
            server.stdout.close()
        self.assertIn(code, (0, 130))
        self.assertEqual(5, run("waveshift", "health", env=env).returncode)

    def test_it_keeps_the_platforms_rules(self):
        """tests/fc/emulator.py, with the store in a folder that outlives the instances."""
        done = subprocess.run([sys.executable, "-B", str(ROOT / "tests/fc/emulator.py"), "--env", "WAVESHIFT_HOME=/tmp/out/home", "--env",
                               "WAVESHIFT_ENGINE=espeak", "--", *command("waveshift", "serve", output=self.folder)], capture_output=True, text=True,
                              timeout=3 * PATIENCE_S, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def test_the_bill_of_materials(self):
        bill = json.loads((image / "usr/share/waveshift/sbom.spdx.json").read_text(encoding="utf-8"))
        self.assertEqual("SPDX-2.3", bill["spdxVersion"])
        names = {package["name"] for package in bill["packages"]}
        self.assertLessEqual({"waveshift", "libavcodec59", "libc6", "espeak-ng", "onnxruntime", "ggml", "hls.js"}, names)
        self.assertEqual(len(bill["packages"]), len({package["SPDXID"] for package in bill["packages"]}))
        recorded = {path.name for path in (image / "var/lib/dpkg/status.d").iterdir()}
        self.assertLessEqual(recorded, names)
        # Every library of Debian's has an owner in the bill.
        libraries = [path for path in (image / "usr/lib").rglob("*.so*") if path.is_file()]
        self.assertGreater(len(libraries), 150)
        self.assertGreater(len(recorded), 100)
        for package in recorded:
            self.assertTrue((image / "usr/share/doc" / package / "copyright").is_file(), package)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: tests/deploy/image_check.py ROOT")
    image = pathlib.Path(sys.argv.pop()).resolve()
    unittest.main(verbosity=2)
