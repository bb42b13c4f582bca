#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""No library below the program prints to the terminal or ends the process: asks nm what the archives refer to.

WAVESHIFT_BUILD_DIR names the build folder. The rooms of src/app are the program itself and may print.
"""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("WAVESHIFT_BUILD_DIR", ROOT / "build" / "release"))
# Of the program: they print, and main() ends the process.
PROGRAM_ROOMS = {"cli", "http"}
FORBIDDEN = re.compile(r"^(stderr|stdout|printf|vprintf|puts|putchar|perror|psignal|exit|_exit|_Exit|quick_exit|abort|__printf_chk|"
                       r"__vprintf_chk|__assert_fail|std::cerr|std::cout|std::clog|std::wcerr|std::wcout|std::exit|std::abort|"
                       r"std::quick_exit|std::_Exit|std::terminate\(\))(@.*)?$")
# What the compiler itself refers to: the landing pad of noexcept functions.
COMPILER_MADE = {"std::terminate()"}


def forbidden_symbols(archive):
    """{object file: symbols} of everything that an archive must not refer to."""
    output = subprocess.run(["nm", "--undefined-only", "--demangle", "--format=posix", str(archive)], check=True,
                            capture_output=True, text=True).stdout
    found, member = {}, archive.name
    for line in output.splitlines():
        if line.endswith(":"):
            member = line[line.find("[") + 1:-2] if "[" in line else line[:-1]
            continue
        symbol = line.rsplit(" U", 1)[0].strip()
        if FORBIDDEN.match(symbol) and symbol not in COMPILER_MADE:
            found.setdefault(member, []).append(symbol)
    return found


class ArchivesTest(unittest.TestCase):
    def archives(self):
        found = sorted(BUILD.glob("src/**/libwaveshift_*.a"))
        return {path.name[len("libwaveshift_"):-2]: path for path in found}

    def test_every_room_was_built(self):
        rooms = {path.parent.name for path in ROOT.glob("src/*/CMakeLists.txt")} - {"app"}
        self.assertGreaterEqual(len(rooms), 10)
        built = {path.parent.name for path in self.archives().values()}
        self.assertEqual(set(), rooms - built, f"not built in {BUILD}")

    def test_no_library_prints_or_ends_the_process(self):
        checked = {name: forbidden_symbols(path) for name, path in self.archives().items() if name not in PROGRAM_ROOMS}
        self.assertGreaterEqual(len(checked), 10)
        self.assertEqual({}, {name: found for name, found in checked.items() if found})


class CheckerTest(unittest.TestCase):
    """The check can fail."""

    def symbols_of(self, code):
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder, "a.cc")
            source.write_text(code, encoding="utf-8")
            subprocess.run(["c++", "-O1", "-c", "-o", f"{folder}/a.o", str(source)], check=True)
            subprocess.run(["ar", "rcs", f"{folder}/liba.a", f"{folder}/a.o"], check=True)
            return forbidden_symbols(pathlib.Path(folder, "liba.a"))

    def test_sees_each_way_out(self):
        for code, symbol in [("#include <cstdio>\nvoid f(int n) { std::printf(\"%d\", n); }", "printf"),
                             ("#include <cstdio>\nvoid f(int n) { std::fprintf(stderr, \"%d\", n); }", "stderr"),
                             ("#include <cstdio>\nvoid f(const char* s) { std::puts(s); }", "puts"),
                             ("#include <iostream>\nvoid f() { std::cerr << 1; }", "std::cerr"),
                             ("#include <iostream>\nvoid f() { std::cout << 1; }", "std::cout"),
                             ("#include <cstdlib>\nvoid f() { std::exit(1); }", "exit"),
                             ("#include <cstdlib>\nvoid f() { std::abort(); }", "abort"),
                             ("#include <cstdlib>\nvoid f() { std::quick_exit(1); }", "quick_exit"),
                             ("#include <unistd.h>\nvoid f() { _exit(1); }", "_exit"),
                             ("#include <cassert>\nvoid f(int n) { assert(n); }", "__assert_fail")]:
            with self.subTest(symbol):
                self.assertIn(symbol, [s.split("@")[0] for s in self.symbols_of(code).get("a.o", [])])

    def test_lets_ordinary_code_pass(self):
        self.assertEqual({}, self.symbols_of("#include <string>\n#include <cstdio>\n"
                                             "std::string f(int n) { char b[9]; std::snprintf(b, 9, \"%d\", n); return b; }"))


if __name__ == "__main__":
    unittest.main()
