#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""setup.sh: quick and silent about the network when nothing is missing, one clear line when something is wrong."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SETUP = ROOT / "setup.sh"


class SetupTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def run_setup(self, *arguments, path=None, **variables):
        env = {**os.environ, "PATH": path or os.environ["PATH"], **variables}
        return subprocess.run(["/bin/bash", str(SETUP), *arguments], env=env, capture_output=True, text=True, timeout=60)

    def tools(self, **scripts):
        """A PATH with the ordinary tools that setup.sh uses, and scripts in place of some."""
        folder = self.folder / "bin"
        folder.mkdir()
        for name in ("bash", "dirname", "cat", "sort", "head", "tail", "grep", "mktemp", "rm", "touch", "env", "node", "npm", "python3"):
            for place in ("/usr/bin", "/bin"):
                if os.path.exists(f"{place}/{name}") and not (folder / name).exists():
                    os.symlink(f"{place}/{name}", folder / name)
        for name, text in scripts.items():
            file = folder / name.replace("_", "-")
            file.write_text(f"#!/bin/bash\n{text}\n")
            file.chmod(0o755)
        return str(folder)

    def test_nothing_is_installed_twice(self):
        """With everything there neither apt-get nor npm is called."""
        called = self.folder / "called"
        scripts = {name: f"echo {name} >> {called}; exit 1" for name in ("apt_get", "sudo")}
        path = self.tools(**scripts, dpkg_query='exec /usr/bin/dpkg-query "$@"', dpkg='exec /usr/bin/dpkg "$@"')
        done = self.run_setup(path=path)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("everything is there", done.stdout)
        self.assertFalse(called.exists())

    def test_what_is_missing_is_installed_by_name_once(self):
        called = self.folder / "called"
        path = self.tools(dpkg_query='/usr/bin/dpkg-query "$@" | grep -v -e "^libsonic-dev " -e "^libsonic-dev:"',
                          apt_get=f'echo "$@" >> {called}', sudo='exec "$@"')
        done = self.run_setup(path=path)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("libsonic-dev", done.stdout)
        lines = called.read_text().splitlines()
        self.assertEqual(2, len(lines), lines)
        self.assertTrue(lines[0].startswith("update"))
        self.assertTrue(lines[1].startswith("install") and lines[1].endswith(" libsonic-dev"), lines[1])

    def test_check_installs_nothing_and_names_what_is_missing(self):
        path = self.tools(dpkg_query="exit 1", apt_get="exit 9")
        done = self.run_setup("--check", path=path)
        self.assertEqual(1, done.returncode)
        self.assertEqual(1, len(done.stderr.splitlines()))
        self.assertIn("libavformat-dev", done.stderr)

    def test_check_names_a_ggml_that_is_not_built(self):
        """The one thing that is built; machines whose distribution has it need no build."""
        cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "waveshift"
        (self.folder / "waveshift").mkdir()
        for there in cache.glob("onnxruntime-*"):
            (self.folder / "waveshift" / there.name).symlink_to(there)
        done = self.run_setup("--check", "--without-models", XDG_CACHE_HOME=str(self.folder))
        if any(pathlib.Path("/usr").glob("**/cmake/ggml/ggml-config.cmake")):
            self.assertEqual(0, done.returncode, done.stderr)
        else:
            self.assertEqual(1, done.returncode)
            self.assertRegex(done.stderr, rf"^setup: missing: {re.escape(str(self.folder))}/waveshift/ggml-[0-9.]+ ")

    def test_runtime_only_needs_no_compiler(self):
        done = self.run_setup("--check", "--runtime-only", path=self.tools(dpkg_query="exit 1", apt_get="exit 9"))
        self.assertIn("espeak-ng", done.stderr)
        self.assertNotIn("cmake", done.stderr)

    def test_one_clear_line_when_it_cannot_work(self):
        no_apt = self.run_setup(path=self.tools())
        self.assertEqual(1, no_apt.returncode)
        self.assertEqual(1, len(no_apt.stderr.splitlines()))
        self.assertIn("apt", no_apt.stderr)

    def test_a_package_that_is_not_found_is_named(self):
        path = self.tools(dpkg_query="exit 1", sudo='exec "$@"',
                          apt_get='[[ $1 == update ]] || { echo "E: Unable to locate package libsonic-dev" >&2; exit 100; }')
        done = self.run_setup(path=path)
        self.assertEqual(1, done.returncode)
        self.assertEqual(1, len(done.stderr.splitlines()), done.stderr)
        self.assertIn("libsonic-dev", done.stderr)

    def test_versions_that_are_too_old_are_named(self):
        path = self.tools(dpkg_query="""/usr/bin/dpkg-query "$@" | sed -E 's/^(cmake|cmake:amd64) 3[^ ]*/\\1 3.10.0-1/'""", apt_get="exit 9",
                          dpkg='exec /usr/bin/dpkg "$@"', sed='exec /usr/bin/sed "$@"')
        done = self.run_setup(path=path)
        self.assertEqual(1, done.returncode, done.stdout)
        self.assertRegex(done.stderr, re.compile(r"cmake is 3\.10\.0-1, but at least 3\.25"))

    def test_unknown_argument(self):
        self.assertEqual(2, self.run_setup("--bogus").returncode)


if __name__ == "__main__":
    unittest.main()
