#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""`waveshift dub` of the sample: every promised file, streams, durations, each line where the report says, from all three transcripts."""
import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import numpy

import support
from support import RATE, SAMPLE, TRANSCRIPT

PROMISED = ["playlist.m3u8", "dubbed.mp4", "subtitles.srt", "subtitles.vtt", "subtitles.ass", "report.json", "report.html"]
SECONDS = 46.0


class DubbedSample(support.Case):
    """One dub for all tests of this class."""

    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory(prefix="waveshift_e2e_")
        cls.addClassCleanup(cls.shared.cleanup)
        cls.out = pathlib.Path(cls.shared.name) / "out"
        cls.done = subprocess.run(
            [support.BIN, "dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", cls.out, "--keep-lines", "--json", "--progress", "json"],
            cwd=cls.shared.name, env=support.clean_environment(WAVESHIFT_HOME=cls.shared.name), capture_output=True, text=True, timeout=300)

    def setUp(self):
        super().setUp()
        self.assertEqual(0, self.done.returncode, self.done.stderr)

    def dubbed_lines(self):
        lines = [line for line in support.read_report(self.out)["lines"] if line["status"] == "dubbed"]
        self.assertEqual(8, len(lines))
        return lines

    def test_every_promised_file_is_there(self):
        self.assertEqual([], [name for name in PROMISED if not (self.out / name).is_file() or (self.out / name).stat().st_size == 0])
        for folder in ("video", "audio", "subtitles"):
            self.assertTrue((self.out / folder).is_dir(), folder)

    def test_json_result_and_progress(self):
        result = json.loads(self.done.stdout)
        self.assertEqual(("completed", 10, 8, 2), tuple(result[key] for key in ("status", "lines", "dubbed", "kept")))
        progress = [json.loads(line) for line in self.done.stderr.splitlines() if line.startswith("{")]
        self.assertGreater(len(progress), 1)
        for entry in progress:
            self.assertLessEqual({"stage", "percent", "lines_done", "lines_total", "speed", "eta_s"}, set(entry))
            self.assertEqual(8, entry["lines_total"]) if entry["lines_done"] else None
        percents = [entry["percent"] for entry in progress]
        self.assertEqual(sorted(percents), percents)
        self.assertEqual(100, percents[-1])

    def test_report(self):
        report = support.read_report(self.out)
        self.assertEqual("completed", report["status"])
        self.assertEqual("es", report["target_language"])
        self.assertAlmostEqual(SECONDS * 1000, report["media_duration_ms"], delta=50)
        self.assertEqual(["kept"] + ["dubbed"] * 8 + ["kept"], [line["status"] for line in report["lines"]])
        transcript = {s["sequence"]: s for s in json.loads(TRANSCRIPT.read_text(encoding="utf-8"))["segments"]}
        for line in report["lines"]:
            slot = transcript[line["sequence"]]
            self.assertEqual((slot["start_ms"], slot["end_ms"], slot["speaker"]),
                             (line["slot_start_ms"], line["slot_end_ms"], line["speaker"]))
            if line["status"] == "dubbed":
                self.assertLessEqual(line["planned_end_ms"], SECONDS * 1000)
                self.assertLess(abs(line["measured_start_ms"] - line["planned_start_ms"]), 20)
                self.assertTrue(re.search(rf"^lines/{line['sequence']:04}_{line['speaker']}\.wav$", line["wav"]), line["wav"])

    def test_two_speakers_sound_like_two(self):
        voices = {}
        for line in self.dubbed_lines():
            voices.setdefault(line["speaker"], set()).add(line["voice"])
        self.assertEqual({"Allison", "Reader"}, set(voices))
        self.assertTrue(all(len(names) == 1 for names in voices.values()), voices)
        self.assertNotEqual(voices["Allison"], voices["Reader"])
        self.assertGreater(self.pitch_of("Allison"), 1.25 * self.pitch_of("Reader"))

    def pitch_of(self, speaker):
        """Median pitch in Hz of a speaker's lines, by autocorrelation of 40 ms frames."""
        pitches = []
        for line in self.dubbed_lines():
            if line["speaker"] != speaker:
                continue
            samples, rate = support.read_wav(self.out / line["wav"])
            size, low, high = rate // 25, rate // 400, rate // 60
            for start in range(0, len(samples) - size, size):
                frame = samples[start:start + size] - samples[start:start + size].mean()
                if (frame ** 2).mean() < 1e-4:
                    continue
                likeness = numpy.correlate(frame, frame, "full")[size - 1:]
                lag = low + int(numpy.argmax(likeness[low:high]))
                if likeness[lag] > 0.5 * likeness[0]:
                    pitches.append(rate / lag)
        self.assertGreater(len(pitches), 20)
        return float(numpy.median(pitches))

    def test_mp4(self):
        about = support.probe(self.out / "dubbed.mp4", "-show_streams", "-show_format")
        streams = about["streams"]
        self.assertEqual(["video", "audio", "audio", "subtitle"], [s["codec_type"] for s in streams])
        video, dubbed, original, subtitles = streams
        self.assertEqual(("h264", 640, 360), (video["codec_name"], video["width"], video["height"]))
        self.assertEqual(("aac", "aac"), (dubbed["codec_name"], original["codec_name"]))
        self.assertEqual(("48000", 2), (dubbed["sample_rate"], dubbed["channels"]))
        self.assertEqual("spa", dubbed["tags"]["language"])
        self.assertEqual((1, 0), (dubbed["disposition"]["default"], original["disposition"]["default"]))
        for stream in (dubbed, original):
            self.assertAlmostEqual(float(video["duration"]), float(stream["duration"]), delta=support.AAC_FRAME_S + 0.001)
        self.assertAlmostEqual(SECONDS, float(video["duration"]), delta=0.001)
        self.assertEqual("mov_text", subtitles["codec_name"])

    def test_pictures_are_copied(self):
        """The same packets, byte for byte, in the MP4 and in the HLS stream."""
        def pictures(path, *flags):
            hashes = subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *support.INPUT_FLAGS(path), "-i", str(path), "-map", "0:v:0",
                                     *flags, "-f", "framehash", "-hash", "md5", "-"], capture_output=True, text=True, check=True).stdout
            return [line.split(",")[-1].strip() for line in hashes.splitlines() if line and not line.startswith("#")]
        original = pictures(SAMPLE)
        self.assertEqual(1150, len(original))
        self.assertEqual(pictures(SAMPLE, "-c", "copy"), pictures(self.out / "dubbed.mp4", "-c", "copy"))
        self.assertEqual(original, pictures(self.rendition("VIDEO")))

    def rendition(self, kind, **wanted):
        found = [path for k, attributes, path in support.renditions(self.out)
                 if k == kind and all(attributes.get(key) == value for key, value in wanted.items())]
        self.assertEqual(1, len(found), (kind, wanted))
        return found[0]

    def test_hls(self):
        all_renditions = support.renditions(self.out)
        kinds = sorted(kind for kind, _, _ in all_renditions)
        self.assertEqual(["AUDIO", "AUDIO", "SUBTITLES", "VIDEO"], kinds)
        stream = next(attributes for kind, attributes, _ in all_renditions if kind == "VIDEO")
        self.assertRegex(stream["CODECS"], r"^avc1\.[0-9A-Fa-f]{6},mp4a\.40\.2$")
        self.assertEqual("640x360", stream["RESOLUTION"])
        self.assertGreater(int(stream["BANDWIDTH"]), 50000)
        for kind, attributes, path in all_renditions:
            playlist = support.MediaPlaylist(path.read_text(encoding="utf-8"))
            self.assertTrue(playlist.ended, path)
            self.assertEqual([], playlist.problems(path.parent), path)
            self.assertAlmostEqual(SECONDS, sum(playlist.durations), delta=0.05, msg=str(path))
            self.assertGreaterEqual(len(playlist.segments), 6)

    def test_lines_are_where_the_report_says_in_the_mp4(self):
        self.check_places(self.out / "dubbed.mp4", support.first_frame_s(self.out / "dubbed.mp4", "v:0"))

    def test_lines_are_where_the_report_says_in_hls(self):
        self.check_places(self.rendition("AUDIO", DEFAULT="YES"), support.first_frame_s(self.rendition("VIDEO"), "v:0"))

    def check_places(self, path, first_picture_s):
        track, start_s = support.decode(path, "a:0")
        # Sample 0 of the timeline in `track`; the sound may begin a little before or after the first picture.
        zero = round((first_picture_s - start_s) * RATE)
        mono = track.mean(axis=0)
        for line in self.dubbed_lines():
            sound, rate = support.read_wav(self.out / line["wav"])
            self.assertEqual(RATE, rate)
            self.assertAlmostEqual(line["planned_end_ms"] - line["planned_start_ms"], len(sound) * 1000 / RATE, delta=0.1)
            planned = zero + round(line["planned_start_ms"] * RATE / 1000)
            begin = max(0, planned - RATE // 2)
            place, likeness = support.find_in(mono[begin:planned + len(sound) + RATE // 2], sound)
            self.assertGreater(likeness, 0.5, line)
            self.assertLess(abs(begin + place - planned) * 1000 / RATE, 20, line)
            loud = numpy.flatnonzero(numpy.abs(sound) > 0.02 * numpy.abs(sound).max())
            self.assertLess(loud[0] * 1000 / RATE, 50, f"silence at the head of {line['wav']}")

    def test_background_is_ducked_and_kept_slots_sound_as_before(self):
        dubbed, _ = support.decode(self.out / "dubbed.mp4", "a:0")
        original, _ = support.decode(self.out / "dubbed.mp4", "a:1")

        def level(track, start, end):
            return 10 * numpy.log10(float((track[:, round(start * RATE):round(end * RATE)] ** 2).mean()) + 1e-12)
        self.assertAlmostEqual(level(original, 0.5, 2.2), level(dubbed, 0.5, 2.2), delta=1.0)
        self.assertAlmostEqual(level(original, 42.4, 43.1), level(dubbed, 42.4, 43.1), delta=1.5)
        # Under a dubbed line the recorded voice is no longer what one hears: it is quieter than before.
        line = next(line for line in self.dubbed_lines() if line["sequence"] == 3)
        begin, end = line["planned_start_ms"] / 1000, line["planned_end_ms"] / 1000
        sound, _ = support.read_wav(self.out / line["wav"])
        here = dubbed[:, round(begin * RATE):round(begin * RATE) + len(sound)].mean(axis=0)
        left_over = here - sound * float(here @ sound) / float(sound @ sound)
        voice = original[:, round(begin * RATE):round(end * RATE)].mean(axis=0)
        self.assertLess(10 * numpy.log10((left_over ** 2).mean() / (voice ** 2).mean()), -3)

    def test_the_mix_does_not_clip_and_is_stereo(self):
        dubbed, _ = support.decode(self.out / "dubbed.mp4", "a:0")
        self.assertLess(float(numpy.abs(dubbed).max()), 1.0)
        music = dubbed[:, RATE // 2:2 * RATE]
        self.assertLess(float(numpy.corrcoef(music)[0, 1]), 0.98, "the background has lost its stereo image")

    def test_no_seams_in_the_hls_sound(self):
        """Segments are cut from one encode: decoded, they are what the MP4 holds."""
        hls, _ = support.decode(self.rendition("AUDIO", DEFAULT="YES"))
        mp4, _ = support.decode(self.out / "dubbed.mp4", "a:0")
        size = 40 * RATE
        place, likeness = support.find_in(hls[0][:size + 2 * RATE].copy(), mp4[0][RATE:RATE + size].copy())
        self.assertGreater(likeness, 0.9999)
        self.assertLess(abs(place - RATE), 2 * 1024 + 1)

    def test_subtitles(self):
        srt = (self.out / "subtitles.srt").read_text(encoding="utf-8")
        self.assertGreaterEqual(srt.count(" --> "), 8)  # a long line may be shown in two parts
        self.assertIn("comadrejas", srt)
        vtt = (self.out / "subtitles.vtt").read_text(encoding="utf-8")
        self.assertTrue(vtt.startswith("WEBVTT"))
        self.assertIn("[Events]", (self.out / "subtitles.ass").read_text(encoding="utf-8"))
        times = re.findall(r"(\d+):(\d+):(\d+),(\d+) -->", srt)
        starts = [int(h) * 3600000 + int(m) * 60000 + int(s) * 1000 + int(ms) for h, m, s, ms in times]
        planned = [line["planned_start_ms"] for line in self.dubbed_lines()]
        self.assertEqual(sorted(starts), starts)
        self.assertEqual([], [start for start in planned if min(abs(start - cue) for cue in starts) > 60])

    def test_report_page_is_self_contained(self):
        page = (self.out / "report.html").read_text(encoding="utf-8")
        self.assertIn("comadrejas", page)
        self.assertEqual([], re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", page))

    def test_nothing_of_the_work_is_left_beside_the_results(self):
        names = {path.name for path in self.out.iterdir()}
        self.assertEqual(set(), names - set(PROMISED) - {"video", "audio", "subtitles", "lines", "listen", ".waveshift"})
        self.assertEqual([], [str(p) for p in self.out.rglob("*") if p.suffix in (".tmp", ".part")])
        self.assertFalse((self.out / ".waveshift" / "tmp").exists())


class OtherTranscripts(support.Case):
    def test_srt_and_vtt(self):
        for ending in ("srt", "vtt"):
            with self.subTest(ending):
                out = self.folder / ending
                self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT.with_suffix("." + ending), "--lang", "es", "-o", out, "--quiet")
                lines = support.read_report(out)["lines"]
                self.assertEqual(["Allison", "Reader", "Allison", "Reader", "Reader", "Allison", "Reader", "Reader"],
                                 [line["speaker"] for line in lines])
                self.assertEqual(list(range(1, 9)), [line["sequence"] for line in lines])
                self.assertTrue(all(line["status"] == "dubbed" for line in lines))

    def test_without_speech_subtitles_and_background(self):
        out = self.folder / "none"
        self.run_program("dub", SAMPLE, "--transcript", TRANSCRIPT, "-o", out, "--engine", "none", "--subtitles", "none", "--quiet")
        report = support.read_report(out)
        self.assertEqual(0, report["totals"]["dubbed"])
        kinds = [stream["codec_type"] for stream in support.probe(out / "dubbed.mp4", "-show_streams")["streams"]]
        self.assertEqual(["video", "audio", "audio"], kinds)
        self.assertEqual({"VIDEO", "AUDIO"}, {kind for kind, _, _ in support.renditions(out)})

    def test_separate_audio_beside_a_silent_video(self):
        silent, sound, out = self.folder / "silent.mp4", self.folder / "sound.aac", self.folder / "out"
        quiet = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(SAMPLE)]
        subprocess.run([*quiet, "-an", "-c", "copy", str(silent)], check=True)
        subprocess.run([*quiet, "-vn", "-c", "copy", "-f", "adts", str(sound)], check=True)
        self.run_program("dub", silent, "--audio", sound, "--transcript", TRANSCRIPT, "-o", out, "--quiet")
        self.assertEqual(8, support.read_report(out)["totals"]["dubbed"])
        kinds = [stream["codec_type"] for stream in support.probe(out / "dubbed.mp4", "-show_streams")["streams"]]
        self.assertEqual(["video", "audio", "audio", "subtitle"], kinds)

    def test_default_folder_lies_beside_the_video(self):
        video = self.folder / "my talk.mp4"
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(SAMPLE), "-t", "8", "-c", "copy", str(video)], check=True)
        transcript = self.folder / "t.json"
        transcript.write_text(json.dumps({"target_language": "de", "segments": [
            {"start_ms": 3200, "end_ms": 6000, "speaker": "../../etc/a\u4e2d", "translation": "Bitte warten Sie einen Moment."}]}))
        self.run_program("dub", "my talk.mp4", "--transcript", "t.json", "--keep-lines", "--quiet")
        out = self.folder / "my talk.dub"
        line = support.read_report(out)["lines"][0]
        self.assertTrue((out / line["wav"]).resolve().is_relative_to((out / "lines").resolve()))
        self.assertTrue((out / line["wav"]).is_file())


if __name__ == "__main__":
    unittest.main()
