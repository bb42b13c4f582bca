#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""What the documents say is true: commands in ```sh fences work as they stand, links lead somewhere, both READMEs say the same.

A ```sh fence runs in a folder that holds examples/, with `waveshift` on PATH and BASE set to a running server; a fence with commands that a
test must not run (installing, building, other machines) is marked ```bash.
"""
import json
import os
import re
import shutil
import subprocess
import unittest

import support
from support import ROOT

PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "examples" / "README.md"]


def fences(page, language):
    """[(line number, commands)] of a page's fences of one language."""
    text = page.read_text(encoding="utf-8")
    return [(text[:match.start()].count("\n") + 1, match.group(1)) for match in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)]


class CommandsTest(support.Case):
    def setUp(self):
        super().setUp()
        os.symlink(support.BIN, self.folder / "waveshift")
        server = self.start_program("serve", "--port", "0", "--json", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.base = json.loads(server.stdout.readline())["url"]

    def run_fence(self, page, line, commands):
        place = self.folder / f"{page.stem}_{line}"
        shutil.copytree(ROOT / "examples", place / "examples")
        env = self.environment(PATH=f"{self.folder}:{os.environ['PATH']}", BASE=self.base)
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=place, env=env, capture_output=True, text=True, timeout=240)
        self.assertEqual(0, done.returncode, f"{page.name}:{line}\n{commands}\n{done.stdout}\n{done.stderr}")

    def test_every_command_works(self):
        seen = 0
        for page in PAGES:
            # The Chinese pages have the same commands (see below).
            for line, commands in [] if page.name.endswith(".zh-CN.md") else fences(page, "sh"):
                with self.subTest(f"{page.name}:{line}"):
                    self.run_fence(page, line, commands)
                    seen += 1
        self.assertGreaterEqual(seen, 5)


class PagesTest(unittest.TestCase):
    def test_links_lead_somewhere(self):
        broken = []
        for page in PAGES:
            for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
                path, _, anchor = target.partition("#")
                if re.match(r"[a-z]+:", target) or path.endswith("docs/images/report.png"):
                    continue
                file = (page.parent / path).resolve() if path else page
                if not file.exists():
                    broken.append(f"{page.name}: {target}")
                elif anchor and anchor not in self.anchors(file):
                    broken.append(f"{page.name}: {target} (no such heading)")
        self.assertEqual([], broken)

    def anchors(self, page):
        headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}

    def test_both_languages_have_the_same_commands_and_headings(self):
        twins = [page for page in PAGES if page.name.endswith(".zh-CN.md")]
        self.assertGreaterEqual(len(twins), 2)
        for other in twins:
            with self.subTest(other.name):
                self.compare(other.with_name(other.name.replace(".zh-CN.md", ".md")), other)

    def compare(self, one, other):
        for language in ("sh", "bash", "json", "mermaid"):
            self.assertEqual(len(fences(one, language)), len(fences(other, language)), language)
        for language in ("sh", "bash"):
            self.assertEqual([c for _, c in fences(one, language)], [c for _, c in fences(other, language)])

        def levels(page):
            text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
            return [len(marks) for marks in re.findall(r"^(#+) ", text, re.M)]
        self.assertEqual(levels(one), levels(other))
        rows = [len(re.findall(r"^\|", page.read_text(encoding="utf-8"), re.M)) for page in (one, other)]
        self.assertEqual(rows[0], rows[1], "rows of tables")

    def test_flags_in_the_readme_exist(self):
        help_text = subprocess.run([support.BIN, "dub", "--help"], capture_output=True, text=True, check=True).stdout
        used = {flag for page in PAGES[:2] for _, block in fences(page, "sh") + fences(page, "bash") for line in block.splitlines()
                if "waveshift dub" in line for flag in re.findall(r"--[a-z-]+", line)}
        self.assertEqual(set(), {flag for flag in used if flag not in help_text})

    def test_every_decision_is_listed(self):
        listed = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
        decisions = sorted(path.name for path in (ROOT / "docs" / "adr").glob("*.md"))
        self.assertGreaterEqual(len(decisions), 6)
        self.assertEqual([], [name for name in decisions if f"adr/{name}" not in listed])


if __name__ == "__main__":
    unittest.main()
