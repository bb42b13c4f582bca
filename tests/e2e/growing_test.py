#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""While a job runs its playlists only grow, name nothing that is not there, and end when everything is."""
import unittest

import support
from support import SAMPLE, TRANSCRIPT


class GrowingTest(support.Case):
    def snapshot(self, out):
        """{playlist path: MediaPlaylist} of what a player could load at this moment; each is whole."""
        if not (out / "playlist.m3u8").is_file():
            return {}
        found = {}
        for _, _, path in support.renditions(out):
            playlist = support.MediaPlaylist(path.read_text(encoding="utf-8"))
            self.assertEqual([], playlist.problems(path.parent), path)
            self.assertEqual("EVENT", playlist.type)
            found[path] = playlist
        return found

    def assert_grown(self, before, after):
        for path, old in before.items():
            new = after[path]
            self.assertEqual(old.segments, new.segments[:len(old.segments)])
            self.assertEqual(old.durations, new.durations[:len(old.durations)])
            self.assertEqual((old.target, old.map), (new.target, new.map))
            self.assertTrue(new.ended or not old.ended)

    def test_playlists_only_grow(self):
        slow = support.SlowSpeech(self.folder)
        slow.hold("comadrejas")
        out = self.folder / "out"
        process = self.start_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", out, "--quiet", env=self.environment(PATH=slow.path()))
        self.wait_for(slow.is_waiting, "the late line", process)
        first = self.wait_for(lambda: self.snapshot(out), "the first playlists", process)
        # Playable before the job is done: whole segments, no end, no finished video.
        for path, playlist in first.items():
            self.assertFalse(playlist.ended, path)
            self.assertGreaterEqual(len(playlist.segments), 1)
        self.assertFalse((out / "dubbed.mp4").exists())
        self.assertIsNone(process.poll())
        slow.slow(0.3)
        slow.release()
        last, seen = first, [first]
        while process.poll() is None:
            now = self.snapshot(out)
            self.assert_grown(last, now)
            if [len(p.segments) for p in now.values()] != [len(p.segments) for p in last.values()]:
                seen.append(now)
            last = now
        self.assertEqual(0, process.returncode)
        end = self.snapshot(out)
        self.assert_grown(last, end)
        self.assertGreaterEqual(len(seen), 2)
        self.assertTrue(all(playlist.ended for playlist in end.values()))
        self.assertGreater(len(next(iter(end.values())).segments), len(next(iter(first.values())).segments))


if __name__ == "__main__":
    unittest.main()
