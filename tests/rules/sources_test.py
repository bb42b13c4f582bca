#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Every source file has its licence, every test is built, and nothing of one machine is in the repository."""
import pathlib
import re
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = {".cc", ".h", ".py", ".sh", ".js", ".css", ".html", ".cmake", ".yml", ".yaml"}
CODE_NAMES = {"CMakeLists.txt", "Makefile", "setup.sh", "run"}


def files():
    """Paths of what is in the repository (or would be added), relative to it."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True).stdout.decode()
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


class SourcesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = files()
        cls.code = [name for name in cls.files if pathlib.Path(name).suffix in CODE or pathlib.Path(name).name in CODE_NAMES]

    def test_there_is_something_to_check(self):
        self.assertGreater(len(self.code), 100)

    def test_licence_header(self):
        wanted = re.compile(r"Copyright 2026 the WaveShift authors\.[\s\S]{0,12}SPDX-License-Identifier: Apache-2\.0")
        self.assertEqual([], [name for name in self.code if not wanted.search(read(name)[:400])])

    def test_sources_are_ascii_or_utf8_and_tidy(self):
        problems = []
        for name in self.code:
            data = (ROOT / name).read_bytes()
            if data.startswith(b"\xef\xbb\xbf") or b"\r" in data or not data.endswith(b"\n"):
                problems.append(f"{name}: byte order mark, carriage return or no line end at the end")
            for number, line in enumerate(data.decode("utf-8").split("\n"), 1):
                if line != line.rstrip():
                    problems.append(f"{name}:{number}: white space at the end")
                if any(ord(c) < 32 and c != "\t" or ord(c) in (0x7F, 0xFEFF, 0x202E) for c in line):
                    problems.append(f"{name}:{number}: control character")
        self.assertEqual([], problems)

    def test_cpp_names_are_ascii(self):
        """Text in other scripts stands in string literals and comments only."""
        literal = re.compile(r'R"(\w*)\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|//[^\n]*|/\*[\s\S]*?\*/')
        bad = [name for name in self.code if name.endswith((".cc", ".h")) and not literal.sub("", read(name)).isascii()]
        self.assertEqual([], bad)

    def test_every_unit_test_is_built(self):
        """A foo_test.cc that no CMakeLists.txt of its room names would never run."""
        lost = []
        for name in self.files:
            if not re.match(r"src/.*_test\.cc$", name):
                continue
            path = pathlib.PurePosixPath(name)
            lists = [folder / "CMakeLists.txt" for folder in path.parents if (ROOT / folder / "CMakeLists.txt").is_file() and folder.parts]
            named = any(re.search(rf"(^|[\s(/]){re.escape(str(path.relative_to(each.parent)))}\b", read(str(each))) for each in lists)
            globbed = any(re.search(r"file\(GLOB \w+ CONFIGURE_DEPENDS ([^)]*)\)", read(str(each))) and any(
                path.relative_to(each.parent).match(pattern)
                for group in re.findall(r"file\(GLOB \w+ CONFIGURE_DEPENDS ([^)]*)\)", read(str(each))) for pattern in group.split()
                if "_test" in pattern) for each in lists)
            if not named and not globbed:
                lost.append(name)
        self.assertEqual([], lost)

    def test_every_python_test_is_registered(self):
        cmake = read("tests/CMakeLists.txt")
        tests = [pathlib.PurePosixPath(name) for name in self.files if re.match(r"tests/(rules|e2e|deploy)/.*_test\.py$", name)]
        self.assertGreater(len(tests), 8)
        self.assertEqual([], [str(name) for name in tests if not re.search(rf"\b{name.stem}\b", cmake)])

    def test_nothing_of_one_machine(self):
        """No absolute path of a developer's machine, no address of a package registry."""
        folder = re.compile(r"(?<![\w.])/(work|tmp/b-\w+|root)/")
        registry = re.compile(r"(registry\.npmjs|deb\.debian|pypi|files\.pythonhosted|static\.crates)\.(org|io)\b")
        problems = []
        for name in self.files:
            if name.startswith(("fuzz/corpus/", "docs/images/")) or name == "tests/rules/sources_test.py":
                continue
            try:
                text = read(name)
            except UnicodeDecodeError:
                continue
            problems += [f"{name}: {match.group(0)}" for match in [*folder.finditer(text), *registry.finditer(text)]]
        self.assertEqual([], problems)

    def test_no_large_files(self):
        self.assertEqual([], [name for name in self.files if (ROOT / name).stat().st_size > 1_000_000])

    def test_sizes_of_functions_and_files(self):
        long = [name for name in self.files if name.endswith((".cc", ".h")) and read(name).count("\n") > 600]
        self.assertEqual([], long)

    def test_nothing_unfinished(self):
        words = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
        self.assertEqual([], [name for name in self.code if name != "tests/rules/sources_test.py" and words.search(read(name))])


if __name__ == "__main__":
    unittest.main()
