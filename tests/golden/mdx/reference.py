#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""What a small MDX-Net makes of a sound, in numpy: reference.py FOLDER

src/separation/mdx/mdx_test.cc compares. FOLDER holds parameters.json (as beside a model) and raw float32 files: sound (frames, 2) at 44.1 kHz,
planes (4, 4), bias (4), times (T, T). Written: stem (frames, 2).
"""
import json
import pathlib
import sys

import numpy as np


def network(spectrum, weights):
    planes, bias, times = weights
    mixed = np.tensordot(planes, spectrum, axes=(1, 0)) + bias[:, None, None]
    inner = mixed @ times
    return inner + np.tanh(inner)


def spectra(channel, n_fft, hop, count):
    """Complex (bins, count) of one channel, centred, reflected at the ends."""
    window = np.hanning(n_fft + 1)[:-1]
    padded = np.pad(channel, n_fft // 2, mode="reflect")
    return np.stack([np.fft.rfft(padded[t * hop:t * hop + n_fft] * window) for t in range(count)], axis=1)


def sound_of(bins, n_fft, hop, length):
    window = np.hanning(n_fft + 1)[:-1]
    total = np.zeros(length + n_fft)
    weight = np.zeros(length + n_fft)
    for t in range(bins.shape[1]):
        total[t * hop:t * hop + n_fft] += np.fft.irfft(bins[:, t], n_fft) * window
        weight[t * hop:t * hop + n_fft] += window ** 2
    inside = slice(n_fft // 2, n_fft // 2 + length)
    return total[inside] / np.maximum(weight[inside], 1e-11)


def stretch(sound, p, weights):
    """The stem of one stretch (2, samples)."""
    n_fft, hop, dim_f, dim_t = p["mdx_n_fft_scale_set"], p["hop_length"], p["mdx_dim_f_set"], 2 ** p["mdx_dim_t_set"]
    seen = []
    for channel in sound:
        bins = spectra(channel, n_fft, hop, dim_t)[:dim_f]
        seen += [bins.real, bins.imag]
    seen = np.array(seen)
    seen[:, :3] = 0
    said = network(seen, weights)
    if p.get("denoise"):
        said = said * 0.5 + network(-seen, weights) * -0.5
    missing = np.zeros((n_fft // 2 + 1 - dim_f, dim_t))
    return np.array([sound_of(np.concatenate([said[2 * side] + 1j * said[2 * side + 1], missing]), n_fft, hop, sound.shape[1])
                     for side in range(2)])


def demix(sound, p, weights):
    n_fft, chunk = p["mdx_n_fft_scale_set"], p["hop_length"] * (2 ** p["mdx_dim_t_set"] - 1)
    trim, frames = n_fft // 2, sound.shape[1]
    valid = chunk - 2 * trim
    fade = round(p.get("overlap", 0.25) * valid)
    step = valid - fade
    count = -(-frames // step)
    padded = np.zeros((2, trim + count * step + chunk))
    padded[:, trim:trim + frames] = sound
    result = np.zeros((2, count * step + chunk))
    weight = np.zeros(count * step + chunk)
    ramp = np.sin(np.pi / 2 * (np.arange(fade) + 0.5) / max(fade, 1)) ** 2
    for k in range(count):
        shape = np.ones(valid)
        if k > 0:
            shape[:fade] = ramp
        if k + 1 < count:
            shape[valid - fade:] = 1 - ramp
        part = stretch(padded[:, k * step:k * step + chunk], p, weights)[:, trim:trim + valid]
        result[:, k * step:k * step + valid] += part * shape
        weight[k * step:k * step + valid] += shape
    return result[:, :frames] / weight[:frames] * p["compensate"]


def main():
    folder = pathlib.Path(sys.argv[1])
    read = lambda name: np.fromfile(folder / name, dtype="<f4").astype(float)
    p = json.loads((folder / "parameters.json").read_text())
    side = 2 ** p["mdx_dim_t_set"]
    weights = read("planes").reshape(4, 4), read("bias"), read("times").reshape(side, side)
    demix(read("sound").reshape(-1, 2).T, p, weights).T.astype("<f4").tofile(folder / "stem")


if __name__ == "__main__":
    main()
