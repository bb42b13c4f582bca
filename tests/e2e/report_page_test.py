#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""report.html, opened from the disk in headless Chromium, plays the original and the mix of a stretch side by side."""
import json
import shutil
import subprocess
import unittest

import numpy

import browser
from support import SAMPLE, TRANSCRIPT

# Goes behind the real page in a copy beside it. It says what the page's players do, presses their buttons, and says so again.
PROBE = """
<script>
const seen = {errors: []};
addEventListener('error', e => seen.errors.push(String(e.message)));
const players = [...document.querySelectorAll('#tracks audio')], buttons = [...document.querySelectorAll('#tracks button')];
const wait = condition => new Promise((resolve, reject) => {
  const end = Date.now() + 60000, look = () => condition() ? resolve() : Date.now() > end ? reject(Error('waited for ' + condition)) : setTimeout(look, 20);
  look();
});
const say = () => fetch('http://127.0.0.1:PORT/state', {method: 'POST', mode: 'no-cors', body: JSON.stringify(seen)});
(async () => {
  await wait(() => players.every(p => p.readyState >= 2));
  seen.rows = players.map(p => ({name: p.dataset.name, duration: p.duration, address: p.currentSrc}));
  seen.visible = document.getElementById('listen').offsetHeight > 0;
  seen.text = document.getElementById('listen').innerText;
  buttons[0].click();
  await wait(() => players[0].currentTime > 3);
  buttons[1].click();
  await wait(() => !players[1].paused && players[1].currentTime > 0);
  seen.after_switch = {first_paused: players[0].paused, first: players[0].currentTime, second: players[1].currentTime};
  await wait(() => players[1].currentTime > players[0].currentTime + 0.3);
  buttons[1].click();
  await wait(() => players[1].paused);
  const picture = document.querySelectorAll('#tracks canvas')[1], data = picture.getContext('2d').getImageData(0, 0, picture.width, picture.height).data;
  seen.drawn = data.filter((v, i) => i % 4 === 3 && v > 0).length;
  document.getElementById('tracks').querySelectorAll('canvas')[0].dispatchEvent(new MouseEvent('click', {clientX: 0}));
  await say();
})().catch(e => { seen.errors.push(String(e)); say(); });
</script>
"""


class ReportPageTest(browser.BrowserCase):
    def decoded(self, path, start=None, seconds=None, track=0):
        cut = [] if start is None else ["-ss", str(start), "-t", str(seconds)]
        done = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-map", f"0:a:{track}", *cut, "-f", "f32le", "-ac", "2", "-ar", "48000", "-"],
                              capture_output=True, check=True, timeout=60)
        return numpy.frombuffer(done.stdout, numpy.float32).reshape(-1, 2)

    def test_side_by_side(self):
        out = self.folder / "out"
        self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", out, "--quiet")
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        listening = report["listening"]
        self.assertEqual(["original", "mix"], [row["name"] for row in listening["files"]])
        start, length = listening["start_ms"] / 1000, (listening["end_ms"] - listening["start_ms"]) / 1000
        self.assertAlmostEqual(15, length)
        for track, row in ((1, listening["files"][0]), (0, listening["files"][1])):
            self.assertLess((out / row["path"]).stat().st_size, 3_000_000)
            sound = self.decoded(out / row["path"])
            # What lies beside the report is what is delivered.
            delivered = self.decoded(out / "dubbed.mp4", start, length, track)
            self.assertEqual(len(delivered), len(sound))
            self.assertLess(numpy.abs(delivered - sound).max(), 1e-3, row["name"])
        copy = self.folder / "elsewhere"
        shutil.copytree(out / "listen", copy / "listen")
        page = (out / "report.html").read_text(encoding="utf-8")
        (copy / "probe.html").write_text(page.replace("</body>", PROBE.replace("PORT", str(self.serve(self.folder))) + "</body>"), encoding="utf-8")
        process = self.open_page((copy / "probe.html").as_uri())
        seen = self.wait_for(lambda: self.states and self.states[-1], "the page's report", process)
        self.assertEqual([], seen["errors"])
        self.assertTrue(seen["visible"])
        self.assertEqual(["original", "mix"], [row["name"] for row in seen["rows"]])
        for row in seen["rows"]:
            self.assertTrue(row["address"].startswith("file:///"), row)
            self.assertAlmostEqual(length, row["duration"], delta=0.05)
        self.assertTrue(seen["after_switch"]["first_paused"])
        # The other track goes on where the first one was; a browser's clock is seconds off where others compute at the same time.
        self.assertAlmostEqual(seen["after_switch"]["first"], seen["after_switch"]["second"], delta=1.5)
        self.assertGreater(seen["drawn"], 1000)
        self.assertIn("LUFS", seen["text"])

    def test_without_its_files_the_page_still_works(self):
        out = self.folder / "out"
        self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", out, "--quiet")
        alone = self.folder / "alone"
        alone.mkdir()
        probe = """<script>
        const buttons = [...document.querySelectorAll('#tracks button')];
        setInterval(() => fetch('http://127.0.0.1:PORT/state', {method: 'POST', mode: 'no-cors', body: JSON.stringify({
          disabled: buttons.map(b => b.disabled), lines: document.querySelectorAll('#rows tr').length})}), 100);
        </script>"""
        page = (out / "report.html").read_text(encoding="utf-8")
        (alone / "probe.html").write_text(page.replace("</body>", probe.replace("PORT", str(self.serve(self.folder))) + "</body>"), encoding="utf-8")
        process = self.open_page((alone / "probe.html").as_uri())
        self.wait_for(lambda: self.states and self.states[-1]["disabled"] == [True, True], "players that say what is missing", process)
        self.assertEqual(len(json.loads((out / "report.json").read_text(encoding="utf-8"))["lines"]), self.states[-1]["lines"])


if __name__ == "__main__":
    unittest.main()
