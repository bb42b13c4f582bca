#!/usr/bin/env python3
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
"""models convert, inspect, verify, parity: the golden release (tests/golden/indextts) becomes a model file whose every number is recomputed here with
numpy, by readers and a table of names of its own."""
import collections
import json
import pathlib
import pickle
import re
import shutil
import struct
import unittest
import zipfile

import numpy

import support
from support import ROOT

GOLDEN = ROOT / "tests/golden/indextts/tiny"
TYPES = {0: "f32", 1: "f16", 8: "q8_0", 12: "q4_k"}
# Name in the model file -> name in the release.
NAMES = [
    (r"conformer\.embed\.conv\.", "conditioning_encoder.embed.conv.0."), (r"conformer\.embed\.out\.", "conditioning_encoder.embed.out.0."),
    (r"conformer\.positions$", "conditioning_encoder.embed.pos_enc.pe"), (r"conformer\.norm\.", "conditioning_encoder.after_norm."),
    (r"conformer\.blocks\.", "conditioning_encoder.encoders."), (r"\.attn\.bias_", ".self_attn.pos_bias_"),
    (r"(encoders\.\d+)\.attn\.(q|k|v|out|pos)\.", r"\1.self_attn.linear_\2."), (r"(encoders\.\d+)\.ff\.up", r"\1.feed_forward.w_1"),
    (r"(encoders\.\d+)\.ff\.down", r"\1.feed_forward.w_2"), (r"(encoders\.\d+)\.conv\.in", r"\1.conv_module.pointwise_conv1"),
    (r"(encoders\.\d+)\.conv\.out", r"\1.conv_module.pointwise_conv2"), (r"(encoders\.\d+)\.conv\.depthwise", r"\1.conv_module.depthwise_conv"),
    (r"(encoders\.\d+)\.conv\.norm", r"\1.conv_module.norm"), (r"(encoders\.\d+)\.norm_attn", r"\1.norm_mha"),
    (r"(encoders\.\d+)\.norm_out", r"\1.norm_final"),
    (r"perceiver\.norm\.weight", "perceiver_encoder.norm.gamma"), (r"perceiver\.context", "perceiver_encoder.proj_context"),
    (r"perceiver\.latents", "perceiver_encoder.latents"), (r"perceiver\.layers\.(\d)\.(q|kv|out)", r"perceiver_encoder.layers.\1.0.to_\2"),
    (r"perceiver\.layers\.(\d)\.ff\.up", r"perceiver_encoder.layers.\1.1.0"), (r"perceiver\.layers\.(\d)\.ff\.down", r"perceiver_encoder.layers.\1.1.2"),
    (r"gpt\.text_embedding", "text_embedding"), (r"gpt\.code_embedding", "mel_embedding"), (r"gpt\.text_positions", "text_pos_embedding.emb"),
    (r"gpt\.code_positions", "mel_pos_embedding.emb"), (r"gpt\.code_head", "mel_head"), (r"gpt\.final_norm", "final_norm"), (r"gpt\.norm", "gpt.ln_f"),
    (r"gpt\.blocks\.(\d+)\.norm_attn", r"gpt.h.\1.ln_1"), (r"gpt\.blocks\.(\d+)\.norm_ff", r"gpt.h.\1.ln_2"),
    (r"gpt\.blocks\.(\d+)\.attn\.qkv", r"gpt.h.\1.attn.c_attn"), (r"gpt\.blocks\.(\d+)\.attn\.out", r"gpt.h.\1.attn.c_proj"),
    (r"gpt\.blocks\.(\d+)\.ff\.up", r"gpt.h.\1.mlp.c_fc"), (r"gpt\.blocks\.(\d+)\.ff\.down", r"gpt.h.\1.mlp.c_proj"),
    (r"vocoder\.conv_in", "conv_pre"), (r"vocoder\.conv_out", "conv_post"), (r"vocoder\.voice_in", "cond_layer"), (r"vocoder\.voice\.", "conds."),
    (r"vocoder\.up\.(\d)", r"ups.\1.0"), (r"vocoder\.filter", "resblocks.0.activations.0.upsample.filter"),
    (r"vocoder\.blocks\.(\d+)\.conv_a", r"resblocks.\1.convs1"), (r"vocoder\.blocks\.(\d+)\.conv_b", r"resblocks.\1.convs2"),
    (r"vocoder\.blocks\.(\d+)\.snake\.(\d)", r"resblocks.\1.activations.\2.act"), (r"vocoder\.snake_out", "activation_post.act"),
    (r"speaker\.mix\.", "speaker_encoder.mfa."), (r"speaker\.attention\.out", "speaker_encoder.asp.conv"), (r"speaker\.attention\.", "speaker_encoder.asp.tdnn."),
    (r"speaker\.pool_norm", "speaker_encoder.asp_bn"), (r"speaker\.out", "speaker_encoder.fc"), (r"speaker\.blocks", "speaker_encoder.blocks"),
    (r"\.tdnn_in\.", ".tdnn1."), (r"\.tdnn_out\.", ".tdnn2."), (r"\.res2\.", ".res2net_block.blocks."), (r"\.squeeze\.down", ".se_block.conv1"),
    (r"\.squeeze\.up", ".se_block.conv2"), (r"\.mean$", ".running_mean"), (r"\.variance$", ".running_var")]


def source_name(name):
    for pattern, replacement in NAMES:
        name = re.sub(pattern, replacement, name)
    if name.startswith("speaker_encoder."):
        # Convolutions and norms are wrapped once, inside a time-delay block twice.
        inner = not re.search(r"(se_block|asp\.conv|fc|asp_bn)", name)
        name = re.sub(r"\.(conv|norm)\.(\w+)$", r".\1.\1.\2", name) if inner else re.sub(r"\.(\w+)$", r".norm.\1" if "asp_bn" in name else r".conv.\1", name)
    return name


class StateDict(pickle.Unpickler):
    """A torch checkpoint without torch."""

    def __init__(self, archive, folder):
        super().__init__(archive.open(f"{folder}/data.pkl"))
        self.archive, self.folder = archive, folder

    def find_class(self, module, name):
        kinds = {"FloatStorage": "<f4", "HalfStorage": "<f2", "LongStorage": "<i8"}
        return collections.OrderedDict if name == "OrderedDict" else kinds.get(name, self.tensor)

    def persistent_load(self, pid):
        return numpy.frombuffer(self.archive.read(f"{self.folder}/data/{pid[2]}"), pid[1])

    @staticmethod
    def tensor(storage, offset, shape, strides, *_):
        count = int(numpy.prod(shape, dtype=int))
        return storage[offset:offset + count].reshape(shape)


def load_checkpoint(path):
    with zipfile.ZipFile(path) as archive:
        folder = archive.namelist()[0].split("/")[0]
        found = StateDict(archive, folder).load()
    return found.get("generator", found.get("model", found))


class Gguf:
    """A GGUF file: metadata, and tensors as (type name, shape outermost first, bytes)."""

    def __init__(self, path):
        self.data = pathlib.Path(path).read_bytes()
        self.at = 4
        _, tensors, entries = self.take("<IQQ")
        self.metadata = {self.string(): self.value() for _ in range(entries)}
        infos = []
        for _ in range(tensors):
            name = self.string()
            shape = [self.take("<Q")[0] for _ in range(self.take("<I")[0])][::-1]
            infos.append((name, shape, *self.take("<IQ")))
        align = self.metadata.get("general.alignment", 32)
        begin = -(-self.at // align) * align
        self.tensors = {}
        for name, shape, kind, offset in infos:
            count = int(numpy.prod(shape))
            size = {"f32": 4 * count, "f16": 2 * count, "q8_0": count // 32 * 34, "q4_k": count // 256 * 144}[TYPES[kind]]
            self.tensors[name] = (TYPES[kind], shape, self.data[begin + offset:begin + offset + size])

    def take(self, form):
        found = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return found

    def string(self):
        size, = self.take("<Q")
        self.at += size
        return self.data[self.at - size:self.at].decode("utf-8", "surrogateescape")

    def value(self, kind=None):
        kind = self.take("<I")[0] if kind is None else kind
        if kind == 8:
            return self.string()
        if kind == 9:
            inner, count = self.take("<IQ")
            if inner == 0:
                self.at += count
                return self.data[self.at - count:self.at]
            return [self.value(inner) for _ in range(count)]
        return self.take({0: "<B", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q"}[kind])[0]


def decode(kind, data):
    """The values of stored bytes; q8_0: a half as scale and 32 signed bytes a block."""
    if kind in ("f32", "f16"):
        return numpy.frombuffer(data, "<f4" if kind == "f32" else "<f2").astype(numpy.float64)
    if kind == "q8_0":
        blocks = numpy.frombuffer(data, numpy.dtype([("scale", "<f2"), ("q", "i1", 32)]))
        return (blocks["scale"].astype(numpy.float64)[:, None] * blocks["q"]).ravel()
    return decode_q4_k(data)


def decode_q4_k(data):
    """256 values a block: two halves (scale of the scales, of the minima), 8 scales and 8 minima of 6 bits in 12 bytes, 4 bits a value."""
    blocks = numpy.frombuffer(data, numpy.dtype([("d", "<f2"), ("m", "<f2"), ("s", "u1", 12), ("q", "u1", 128)]))
    s = blocks["s"].astype(int)
    scale = numpy.concatenate([s[:, :4] & 63, (s[:, 8:] & 15) | (s[:, :4] >> 6 << 4)], 1) * blocks["d"].astype(numpy.float64)[:, None]
    lowest = numpy.concatenate([s[:, 4:8] & 63, (s[:, 8:] >> 4) | (s[:, 4:8] >> 6 << 4)], 1) * blocks["m"].astype(numpy.float64)[:, None]
    packed = blocks["q"].reshape(-1, 4, 1, 32)
    nibbles = numpy.concatenate([packed & 15, packed >> 4], 2).reshape(-1, 8, 32)
    return (nibbles * scale[:, :, None] - lowest[:, :, None]).ravel()


class ModelsTest(support.Case):
    def setUp(self):
        super().setUp()
        release = self.folder / "release"
        release.mkdir()
        for name in ("config.yaml", "bpe.model"):
            (release / name).write_bytes((GOLDEN / name).read_bytes())
        for name in ("gpt.pth", "bigvgan_generator.pth"):
            (release / name).write_bytes(b"".join((GOLDEN / f"{name}.{part}").read_bytes() for part in (0, 1)))
        self.release = release
        self.weights = {**load_checkpoint(release / "gpt.pth"), **load_checkpoint(release / "bigvgan_generator.pth")}

    def expected(self, name):
        """What a tensor of the model file stands for, in double precision."""
        source = source_name(name)
        if source + "_v" in self.weights:
            direction = self.weights[source + "_v"].astype(numpy.float64)
            length = numpy.sqrt((direction.reshape(direction.shape[0], -1) ** 2).sum(1)).reshape(-1, 1, 1)
            return self.weights[source + "_g"] * direction / length, {source + "_g", source + "_v"}
        value = self.weights[source].astype(numpy.float64)
        return value.T if re.match(r"gpt\.h\.\d+\.(attn|mlp)\..*weight", source) else value, {source}

    def convert(self, *flags, name="model.gguf"):
        self.run_program("models", "convert", self.release, "-o", name, "--quiet", *flags)
        return Gguf(self.folder / name)

    def check_values(self, model, tolerance):
        """Each tensor within tolerance[type] of its largest value; which of the release's tensors were used."""
        used = set()
        for name, (kind, shape, data) in model.tensors.items():
            value, sources = self.expected(name)
            used |= sources
            self.assertEqual([n for n in value.shape if n > 1], [n for n in shape if n > 1], name)
            error = numpy.abs(decode(kind, data) - value.ravel()).max()
            self.assertLessEqual(error, tolerance[kind] * max(numpy.abs(value).max(), 1e-30), (name, kind))
        return used

    def test_every_value_is_what_numpy_makes_of_the_release(self):
        model = self.convert("--type", "f32")
        self.assertEqual({"f32"}, {kind for kind, _, _ in model.tensors.values()})
        used = self.check_values(model, {"f32": 1e-7})
        left = [name for name in self.weights if name not in used and not name.endswith((".filter", "num_batches_tracked"))]
        self.assertEqual(["text_head.weight", "text_head.bias"], left)
        self.assertEqual((GOLDEN / "bpe.model").read_bytes(), model.metadata["indextts.tokenizer.model"])

    def test_smaller_types_are_as_exact_as_they_can_be(self):
        self.check_values(self.convert("--type", "f16"), {"f32": 1e-7, "f16": 2 ** -11})
        q8 = self.convert("--type", "q8_0", "--other-type", "f32")
        self.check_values(q8, {"f32": 1e-7, "f16": 0, "q8_0": 0.5 / 127 + 2 ** -10})
        self.assertEqual("q8_0", q8.tensors["gpt.text_embedding.weight"][0])
        q4 = self.convert("--type", "q4_k")
        self.check_values(q4, {"f32": 1e-7, "f16": 2 ** -11, "q8_0": 0.5 / 127 + 2 ** -10, "q4_k": 0.1})
        self.assertEqual("q4_k", q4.tensors["gpt.blocks.0.ff.down.weight"][0])
        self.assertEqual("q8_0", q4.tensors["gpt.code_head.weight"][0])

    def test_the_same_release_gives_the_same_bytes(self):
        self.assertEqual(self.convert("--type", "q8_0").data, self.convert("--type", "q8_0", "--threads", "1", name="again.gguf").data)
        self.assertEqual(["again.gguf", "home", "model.gguf", "release"], sorted({p.name for p in self.folder.iterdir()} | {"home"}))

    def test_inspect_and_verify(self):
        out, err = self.run_program("models", "convert", self.release, "-o", "model.gguf", "--json", "--progress", "json")
        made = json.loads(out)
        percents = [json.loads(line)["percent"] for line in err.splitlines()]
        self.assertEqual((sorted(percents), 100), (percents, percents[-1]))
        self.assertEqual(("indextts", "1.5"), (made["architecture"], made["version"]))
        self.assertEqual(250, len(made["dropped"]))
        model = Gguf(self.folder / "model.gguf")
        seen = json.loads(self.run_program("models", "inspect", "model.gguf", "--json")[0])
        self.assertEqual(list(model.tensors), [tensor["name"] for tensor in seen["tensors"]])
        self.assertEqual(model.metadata["indextts.vocoder.rates"], seen["metadata"]["indextts.vocoder.rates"])
        self.assertIn("gpt.blocks.1.attn.qkv.weight", self.run_program("models", "inspect", "model.gguf")[0])
        checked = json.loads(self.run_program("models", "verify", "model.gguf", "--json", "--quiet")[0])
        self.assertEqual((True, made["tensors"]), (checked["ok"], checked["tensors"]))

    def test_damage_is_found_and_named(self):
        good = self.convert().data
        tensor = good.index(Gguf(self.folder / "model.gguf").tensors["gpt.code_head.weight"][2])
        for at, words in ((tensor + 5, "tensor gpt.code_head.weight was changed"), (good.index(b"IndexTTS 1.5"), "its header was changed"),
                          (0, "is no GGUF file")):
            bad = bytearray(good)
            bad[at] ^= 1
            (self.folder / "bad.gguf").write_bytes(bad)
            _, err = self.run_program("models", "verify", "bad.gguf", "--quiet", exit_code=3)
            self.assertIn(f"bad.gguf: {words}", err)
            self.assertEqual(1, len(err.splitlines()))
        (self.folder / "bad.gguf").write_bytes(good[:-1000])
        for action in ("inspect", "verify"):
            _, err = self.run_program("models", action, "bad.gguf", exit_code=3)
            self.assertIn("bad.gguf", err)

    def test_parity_with_a_folder_of_golden_data(self):
        self.convert("--type", "f32")
        golden = ROOT / "tests/golden/indextts"
        report = json.loads(self.run_program("models", "parity", "model.gguf", "--golden", golden, "--device", "cpu", "--json", "--quiet")[0])
        rows = {row["name"]: row for row in report["rows"]}
        self.assertTrue(report["ok"])
        self.assertLess(rows["perceiver_out"]["relative_error"], 3e-5)
        self.assertEqual((44, []), (rows["text.tokenize"]["cases"], rows["text.tokenize"]["different"]))
        self.assertRegex(self.run_program("models", "parity", "model.gguf", "--golden", golden, "--quiet")[0], r"ecapa_embedding +ok +error")

        changed = self.folder / "changed"
        shutil.copytree(golden, changed)
        spectrum = numpy.load(changed / "tensors/log_mel.npy")
        spectrum[7, 9] += 0.01
        numpy.save(changed / "tensors/log_mel.npy", spectrum)
        out, err = self.run_program("models", "parity", "model.gguf", "--golden", changed, "--json", "--quiet", exit_code=1)
        self.assertIn("log_mel", [row["name"] for row in json.loads(out)["rows"] if not row["ok"]])
        self.assertIn("outside their bounds", err)
        _, err = self.run_program("models", "parity", "model.gguf", "--golden", "nowhere", "--quiet", exit_code=3)
        self.assertIn("nowhere/cases.json", err)

    def test_bad_releases_end_with_one_line_and_leave_nothing(self):
        def refused(words, *arguments, exit_code=3):
            _, err = self.run_program("models", "convert", *(arguments or (self.release,)), "-o", "x.gguf", "--quiet", exit_code=exit_code)
            self.assertIn(words, err)
            self.assertEqual(1, len(err.splitlines()), err)
            self.assertFalse((self.folder / "x.gguf").exists())
        refused("nowhere: is no folder", "nowhere")
        refused("--type", self.release, "--type", "q5_0", exit_code=2)
        config = self.release / "config.yaml"
        text = config.read_text()
        config.write_text(text.replace("layers: 2", "layers: 3"))
        refused("gpt.pth: tensor gpt.h.2.ln_1.weight is missing")
        config.write_text(text.replace("version: 1.5", "version: 2.0"))
        refused("config.yaml: version: only IndexTTS 1.x")
        config.write_text(text)
        weights = (self.release / "gpt.pth").read_bytes()
        (self.release / "gpt.pth").write_bytes(weights[:len(weights) // 2])
        refused("gpt.pth: is no ZIP file")
        (self.release / "gpt.pth").write_bytes((ROOT / "tests/golden/indextts/torch/attack.pth").read_bytes())
        refused("nothing is executed")
        self.assertFalse((self.folder / "waveshift-was-here").exists())


if __name__ == "__main__":
    unittest.main()
