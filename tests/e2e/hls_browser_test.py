#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""hls.js in headless Chromium plays the stream while it is being made, from the first segments to its end, without an error."""
import subprocess
import time
import unittest

import browser
import support
from browser import play
from support import SAMPLE, TRANSCRIPT

RATE = 3

# Loads the real player page and posts what it says about itself, ten times a second at most.
WATCH = """<!DOCTYPE html><meta charset="utf-8"><title>watch</title>
<iframe id="player" width="640" height="480" allow="autoplay"></iframe>
<script>
const frame = document.getElementById('player');
frame.src = '/player/player.html?src=/playlist.m3u8&autoplay=1&muted=1&rate=%d';
setInterval(() => {
  const page = frame.contentWindow, state = page && page.waveshift;
  if (!state) return;
  const video = page.document.getElementById('video');
  const at = video.buffered.length;
  fetch('/state', {method: 'POST', keepalive: true, body: JSON.stringify({
    ready: state.ready, ended: state.ended, errors: state.errors, fragments: state.fragments,
    audio: state.audioTracks, subtitles: state.subtitleTracks, time: video.currentTime, duration: video.duration,
    buffered: at ? video.buffered.end(at - 1) : 0, holes: at > 1 ? at - 1 : 0, width: video.videoWidth, decoded:
    video.getVideoPlaybackQuality().totalVideoFrames, paused: video.paused, code: video.error && video.error.message})});
}, 150);
</script>
""" % RATE


class BrowserTest(browser.BrowserCase):
    def setUp(self):
        super().setUp()
        missing = [str(path) for path in play.player_files().values() if not path.is_file()]
        self.assertEqual([], missing, "run ./setup.sh")

    def watch_to_the_end(self, process, patience=240):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.states and (self.states[-1]["ended"] or any(error["fatal"] for error in self.states[-1]["errors"])):
                break
            self.assertIsNone(process.poll(), "the browser ended")
            time.sleep(0.1)
        self.assertTrue(self.states, "the page never said anything")
        return self.states[-1]

    def assert_played(self, last):
        # A player that has caught up with a growing stream waits for more: it reports that as a stall and nudges the clock.
        waiting = ("bufferStalledError", "bufferNudgeOnStall")
        fatal_or_media = [error for error in last["errors"] if error["fatal"] or error["type"] == "mediaError" and
                          error["details"] not in waiting]
        self.assertEqual([], fatal_or_media)
        self.assertIsNone(last["code"])
        self.assertTrue(last["ended"], last)
        self.assertAlmostEqual(46.0, last["time"], delta=0.3)
        self.assertAlmostEqual(46.0, last["duration"], delta=0.3)
        self.assertEqual(640, last["width"])
        # A headless browser may drop pictures when the machine is busy, but it decodes most of the 1150.
        self.assertGreater(last["decoded"], 300)
        self.assertEqual([True, False], [track["default"] for track in last["audio"]])
        self.assertEqual("es", last["audio"][0]["lang"])
        self.assertEqual(1, len(last["subtitles"]))
        # Nothing is played twice: that would be a segment of seconds. The clock of a browser on a busy machine corrects itself by less.
        times = [state["time"] for state in self.states]
        self.assertTrue(all(b >= a - 1.0 for a, b in zip(times, times[1:])), times)

    def test_plays_while_it_grows(self):
        out = self.folder / "out"
        out.mkdir()
        (out / "watch.html").write_text(WATCH, encoding="utf-8")
        slow = support.SlowSpeech(self.folder)
        slow.hold("comadrejas")
        job = self.start_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", out, "--quiet", env=self.environment(PATH=slow.path()))
        self.wait_for((out / "playlist.m3u8").is_file, "the first segments", job)
        process = self.open_page(f"http://127.0.0.1:{self.serve(out)}/watch.html")
        # It plays what there is while the job still works: only then may the job go on.
        self.wait_for(lambda: any(state["time"] > 1 for state in self.states), "pictures before the job is done", job, 150)
        self.assertIsNone(job.poll())
        self.assertFalse((out / "dubbed.mp4").exists())
        slow.release()
        self.assertEqual(0, job.wait(support.PATIENCE_S))
        last = self.watch_to_the_end(process)
        self.assert_played(last)

    def test_the_page_of_make_play(self):
        """The server answers ranges and types as players want them, and nothing outside its folder."""
        folder = self.folder / "served"
        (folder / "video").mkdir(parents=True)
        (folder / "video" / "a.ts").write_bytes(bytes(range(200)))
        (folder / "playlist.m3u8").write_text("#EXTM3U\n")
        (self.folder / "secret").write_text("secret")
        port = self.serve(folder)

        def get(path, *flags):
            return subprocess.run(["curl", "-sS", "--path-as-is", "-i", *flags, f"http://127.0.0.1:{port}{path}"], capture_output=True,
                                  check=True, timeout=20).stdout
        head, _, body = get("/video/a.ts", "-H", "Range: bytes=10-19").partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 206"))
        self.assertIn(b"Content-Range: bytes 10-19/200", head)
        self.assertEqual(bytes(range(10, 20)), body)
        self.assertEqual(bytes(range(195, 200)), get("/video/a.ts", "-H", "Range: bytes=-5").partition(b"\r\n\r\n")[2])
        self.assertTrue(get("/video/a.ts", "-H", "Range: bytes=200-").startswith(b"HTTP/1.1 416"))
        self.assertIn(b"application/vnd.apple.mpegurl", get("/playlist.m3u8"))
        self.assertTrue(get("/").startswith(b"HTTP/1.1 302"))
        self.assertTrue(get("/player/player.html").startswith(b"HTTP/1.1 200"))
        for path in ("/../secret", "/%2e%2e/secret", "/video/..%2f..%2fsecret", "//etc/passwd", "/video"):
            self.assertTrue(get(path).startswith(b"HTTP/1.1 404"), path)


if __name__ == "__main__":
    unittest.main()
