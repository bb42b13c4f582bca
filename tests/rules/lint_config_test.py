#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy understands .clang-tidy as it is meant: every group named there is on, every exception is off, and a finding fails."""
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


class LintConfigTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        text = (ROOT / ".clang-tidy").read_text(encoding="utf-8")
        block = re.search(r"^Checks:[^\n]*\n((?:[ \t]+\S.*\n)+)", text, re.M)
        cls.entries = [entry.strip() for entry in block.group(1).split(",") if entry.strip()]
        listed = subprocess.run(["clang-tidy-14", "--list-checks", str(ROOT / "src/base/status.cc")], cwd=ROOT, check=True,
                                capture_output=True, text=True).stdout
        cls.enabled = {line.strip() for line in listed.splitlines() if line.startswith("    ")}

    def matching(self, pattern):
        return {check for check in self.enabled if re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), check)}

    def test_every_named_group_is_enabled(self):
        wanted = [entry for entry in self.entries if not entry.startswith("-")]
        self.assertGreater(len(wanted), 5)
        self.assertEqual([], [entry for entry in wanted if not self.matching(entry)])

    def test_exceptions_are_off(self):
        exceptions = [entry[1:] for entry in self.entries if entry.startswith("-") and entry != "-*"]
        self.assertEqual([], [entry for entry in exceptions if self.matching(entry)])

    def test_nothing_else_is_enabled(self):
        named = set().union(*(self.matching(entry) for entry in self.entries if not entry.startswith("-")))
        self.assertEqual(set(), self.enabled - named)

    def test_a_finding_is_an_error(self):
        with tempfile.TemporaryDirectory(dir=ROOT / "src" / "base", prefix=".lint_") as folder:
            source = pathlib.Path(folder, "bad.cc")
            source.write_text("struct A { virtual ~A() = default; virtual void f(); };\n"
                              "struct B : A { virtual void f(); };\nint* p = 0;\n", encoding="utf-8")
            done = subprocess.run(["clang-tidy-14", "--quiet", str(source), "--", "-std=c++20"], cwd=ROOT, capture_output=True, text=True)
        self.assertNotEqual(0, done.returncode)
        self.assertIn("modernize-use-override", done.stdout)
        self.assertIn("modernize-use-nullptr", done.stdout)


if __name__ == "__main__":
    unittest.main()
