#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/golden/vad: golden_vad.py silero_vad.onnx FOLDER

Writes what Silero VAD says of the sample's sound, of noise and of silence, through Python's onnxruntime: one probability a line for each window of
512 samples at 16 kHz. Wants ffmpeg, numpy and onnxruntime.
"""
import pathlib
import subprocess
import sys

import numpy as np
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parent.parent
RATE = 16000
WINDOW = 512
CONTEXT = 64


def sample():
    command = ["ffmpeg", "-v", "error", "-i", ROOT / "examples/austen-on-hold.mp4", "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"]
    sound = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(sound, dtype="<i2").astype(np.float32) / 32768


def noise(count):
    """The same numbers as Noise(0.1, ...) of src/voices/test_sounds.h."""
    values, seed = np.empty(count, dtype=np.float32), 1
    for i in range(count):
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        values[i] = 0.1 * np.sqrt(12.0) * ((seed >> 11) / 2.0 ** 53 - 0.5)
    return values


def probabilities(session, sound):
    context, state, result = np.zeros(CONTEXT, dtype=np.float32), np.zeros((2, 1, 128), dtype=np.float32), []
    for at in range(0, len(sound), WINDOW):
        window = np.zeros(WINDOW, dtype=np.float32)
        part = sound[at:at + WINDOW]
        window[:len(part)] = part
        given = np.concatenate([context, window])
        output, state = session.run(["output", "stateN"], {"input": given[None], "state": state, "sr": np.array(RATE, dtype=np.int64)})
        result.append(float(output[0, 0]))
        context = given[-CONTEXT:]
    return result


def main():
    model, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    folder.mkdir(parents=True, exist_ok=True)
    for name, sound in (("sample", sample()), ("noise", noise(3 * RATE)), ("silence", np.zeros(2 * RATE + 100, dtype=np.float32))):
        lines = [f"{value:.6f}\n" for value in probabilities(session, sound)]
        (folder / f"{name}.txt").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
