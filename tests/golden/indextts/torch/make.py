#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes the checkpoints of this folder with PyTorch itself: make.py, in an environment that has torch. README.md says what they are for."""
import collections
import os
import pathlib

import torch

HERE = pathlib.Path(__file__).parent


class Attack:
    """Unpickled by Python, this would run a program."""

    def __reduce__(self):
        return (os.system, ("touch waveshift-was-here",))


def values(*shape, dtype):
    count = 1
    for extent in shape:
        count *= extent
    return (torch.arange(count, dtype=torch.float64) / 8 - 1).reshape(shape).to(dtype)


def main():
    torch.manual_seed(1)
    shared = values(10, dtype=torch.float32)
    flat = collections.OrderedDict(
        half=values(2, 3, dtype=torch.float16), single=values(2, 2, 2, dtype=torch.float32), brain=values(4, dtype=torch.bfloat16),
        double=values(3, dtype=torch.float64), long=torch.tensor([1, -2, 3]), number=torch.tensor(7), first=shared[:4], rest=shared[4:].reshape(2, 3),
        parameter=torch.nn.Parameter(values(5, dtype=torch.float32)))
    torch.save(flat, HERE / "flat.pth")
    torch.save({"epoch": 3, "rate": 0.5, "names": ["a", "b"], "nothing": None, "large": 1 << 40, "model": dict(flat)}, HERE / "model.pth")
    torch.save({"turned": values(2, 3, dtype=torch.float32).t()}, HERE / "turned.pth")
    torch.save({"attack": Attack(), "half": flat["half"]}, HERE / "attack.pth")
    torch.save(flat, HERE / "legacy.pth", _use_new_zipfile_serialization=False)

    # The same layers with weight norm and, in double precision from the same single-precision numbers, without it.
    layers = torch.nn.ModuleDict({"conv": torch.nn.Conv1d(5, 4, 3), "up": torch.nn.ConvTranspose1d(4, 6, 4)})
    for layer in layers.values():
        torch.nn.utils.weight_norm(layer)
        layer.weight_g.data.mul_(1.7)
    folded = {}
    for name, layer in layers.items():
        direction = layer.weight_v.detach().double()
        folded[name + ".weight"] = layer.weight_g.detach().double() * direction / direction.flatten(1).norm(dim=1).reshape(-1, 1, 1)
        copy = torch._weight_norm(layer.weight_v.detach(), layer.weight_g.detach(), 0)
        assert torch.allclose(copy.double(), folded[name + ".weight"], rtol=1e-6, atol=0)
    torch.save({"generator": layers.state_dict()}, HERE / "weight_norm.pth")
    torch.save(folded, HERE / "folded.pth")


if __name__ == "__main__":
    main()
