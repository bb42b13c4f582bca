#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""The include rules hold in this repository, and the checker sees each kind of breach."""
import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import layers  # noqa: E402  (found through the path above)


def problems_of(files):
    """What the checker says about a tree of the given files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, "src", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return layers.check_tree(folder)[1]


class RepositoryTest(unittest.TestCase):
    def test_every_include_is_allowed(self):
        count, problems = layers.check_tree(ROOT)
        self.assertGreater(count, 50)
        self.assertEqual([], problems)


class CheckerTest(unittest.TestCase):
    def assert_problem(self, files, expected):
        problems = problems_of(files)
        self.assertEqual(1, len(problems), problems)
        self.assertIn(expected, problems[0])

    def test_allows_what_the_design_allows(self):
        self.assertEqual([], problems_of({
            "base/a.h": '#include <vector>\n#include <sys/stat.h>\n#include <cstdio>\n',
            "base/status.h": '#include "absl/status/status.h"\n',
            "tts/synthesizer.h": '#include "base/a.h"\n#include "base/status.h"\n',
            "voices/v.h": '#include "tts/synthesizer.h"\n',
            "audio/wav.cc": '#include <sndfile.h>\n',
            "media/av.h": '#include <libavformat/avformat.h>\n', "media/a.cc": '#include "media/av.h"\n',
            "app/cli/main.cc": '#include <CLI/CLI.hpp>\n#include "pipeline/job.h"\n', "pipeline/job.h": ""}))

    def test_upwards(self):
        self.assert_problem({"base/a.h": '  # include "audio/b.h"\n', "audio/b.h": ""}, "base is on level 0, audio on level 1")

    def test_sideways(self):
        self.assert_problem({"media/a.cc": '#include "stores/b.h"\n', "stores/b.h": ""}, "media is on level 2, stores on level 2")
        self.assert_problem({"tts/a.cc": '#include "voices/b.h"\n', "voices/b.h": ""}, "tts is on level 2")

    def test_third_party_of_another_room(self):
        self.assert_problem({"pipeline/a.cc": "#include <libavcodec/avcodec.h>\n"}, "only media may use")
        self.assert_problem({"text/a.cc": '#include "sqlite3.h"\n'}, "only stores may use")
        self.assert_problem({"service/a.cc": "#include <httplib.h>\n"}, "only app may use")

    def test_third_party_that_nobody_owns(self):
        self.assert_problem({"audio/a.cc": "#include <boost/any.hpp>\n"}, "owner is not known")

    def test_third_party_header_seen_by_another_room(self):
        self.assert_problem({"media/av.h": "#include <libavformat/avformat.h>\n", "media/reader.h": '#include "media/av.h"\n',
                             "pipeline/a.cc": '#include "media/reader.h"\n'}, "that pipeline/a.cc of another room reads")

    def test_internal_header_of_another_room(self):
        self.assert_problem({"service/a.cc": '#include "stores/keys_internal.h"\n', "stores/keys_internal.h": ""},
                            "an internal header of stores")

    def test_pipeline_knows_no_engine(self):
        self.assert_problem({"pipeline/a.cc": '#include "tts/espeak/espeak.h"\n', "tts/espeak/espeak.h": ""}, "interface only")

    def test_test_code_in_the_program(self):
        self.assert_problem({"audio/a.cc": "#include <gtest/gtest.h>\n"}, "a file that is no test")
        self.assert_problem({"service/a.cc": '#include "stores/task_store_contract.h"\n', "stores/task_store_contract.h": ""},
                            "which is for tests")
        self.assertEqual([], problems_of({"audio/a_test.cc": "#include <gtest/gtest.h>\n"}))

    def test_unknown_room(self):
        self.assert_problem({"misc/a.cc": "#include <vector>\n"}, "no known room")

    def test_an_empty_tree_fails(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(sys, "argv", ["layers.py", folder]):
            with contextlib.redirect_stdout(io.StringIO()) as said:
                self.assertEqual(1, layers.main())
            self.assertIn("no source file", said.getvalue())


if __name__ == "__main__":
    unittest.main()
