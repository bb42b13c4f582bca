// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/converter.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "base/files.h"
#include "runtime/ggml/gguf_file.h"
#include "runtime/ggml/gguf_writer.h"
#include "tts/indextts/convert/golden_test_tools.h"
#include "tts/indextts/convert/release_test_tools.h"
#include "tts/indextts/convert/tensor_stream.h"
#include "tts/indextts/model_file.h"

namespace waveshift::tts::indextts {
namespace {

using ggml::TensorType;

std::vector<float> ValuesOf(const ggml::GgufFile& file, const std::string& name) {
  const ggml::StoredTensor* tensor = file.FindTensor(name);
  if (tensor == nullptr) return {};
  std::vector<float> values(static_cast<size_t>(tensor->values()));
  ReadRows(tensor->type, tensor->bytes, values);
  return values;
}

std::vector<float> ValuesOf(const TorchCheckpoint& file, const std::string& name) {
  const CheckpointTensor& tensor = file.tensors().at(name);
  std::vector<float> values(static_cast<size_t>(tensor.values()));
  EXPECT_TRUE(file.Read(tensor, 0, values).ok());
  return values;
}

class Converter : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return scratch_.path() + "/" + name; }

  // Converts the golden release (tests/golden/indextts).
  std::shared_ptr<const ggml::GgufFile> Golden(const ConvertOptions& options,
                                               const std::string& name = "out.gguf") {
    const bool there = std::filesystem::exists(Path("golden"));
    EXPECT_TRUE(there || CopyGoldenRelease(Path("golden")).ok());
    const auto report = Convert(Path("golden"), Path(name), options);
    EXPECT_TRUE(report.ok()) << report.status();
    if (!report.ok()) return nullptr;
    report_ = *report;
    return GgufFileOf(name);
  }
  std::shared_ptr<const ggml::GgufFile> GgufFileOf(const std::string& name) const {
    auto file = ggml::GgufFile::Open(Path(name));
    EXPECT_TRUE(file.ok()) << file.status();
    return file.ok() ? *file : nullptr;
  }

  // What converting says of a tiny release whose tensors were changed.
  std::string Refusal(const std::function<void(std::vector<TestTensor>*)>& change_gpt,
                      const std::function<void(std::vector<TestTensor>*)>& change_vocoder,
                      const Fill& fill = &FillLikeTrained) const {
    const Architecture architecture = TinyArchitecture();
    EXPECT_TRUE(WriteRelease(Path("tiny"), architecture, "").ok());
    std::vector<TestTensor> gpt = ReleaseTensors(architecture, Part::kGpt);
    std::vector<TestTensor> vocoder = ReleaseTensors(architecture, Part::kVocoder);
    if (change_gpt) change_gpt(&gpt);
    if (change_vocoder) change_vocoder(&vocoder);
    EXPECT_TRUE(WriteCheckpoint(Path("tiny/gpt.pth"), gpt, "model", fill).ok());
    EXPECT_TRUE(WriteCheckpoint(Path("tiny/bigvgan_generator.pth"), vocoder, "generator", fill).ok());
    const Status status = Convert(Path("tiny"), Path("tiny.gguf"), {}).status();
    EXPECT_EQ(status.ok(), std::filesystem::exists(Path("tiny.gguf")));
    if (status.ok()) return "";
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
    EXPECT_TRUE(Message(status).starts_with(Path("tiny/"))) << status;
    return Message(status).substr(Path("tiny/").size());
  }

  ScratchDirectory scratch_ = ScratchDirectory::Make().value();
  ConvertReport report_;
};

TEST_F(Converter, KeepsEveryValueInF32) {
  const auto file = Golden({.gpt_type = TensorType::kF32, .other_type = TensorType::kF32});
  ASSERT_NE(file, nullptr);
  const auto gpt = TorchCheckpoint::Open(Path("golden/gpt.pth")).value();
  EXPECT_EQ(ValuesOf(*file, "gpt.text_embedding.weight"), ValuesOf(gpt, "text_embedding.weight"));
  EXPECT_EQ(ValuesOf(*file, "conformer.positions"), ValuesOf(gpt, "conditioning_encoder.embed.pos_enc.pe"));
  // Stored [in, out], wanted [out, in].
  const std::vector<float> from = ValuesOf(gpt, "gpt.h.1.mlp.c_fc.weight");
  const std::vector<float> to = ValuesOf(*file, "gpt.blocks.1.ff.up.weight");
  ASSERT_EQ(from.size(), 64u * 256u);
  ASSERT_EQ(to.size(), from.size());
  for (size_t in = 0; in < 64; ++in) {
    for (size_t out = 0; out < 256; ++out) ASSERT_EQ(to[out * 64 + in], from[in * 256 + out]);
  }
  for (const ggml::StoredTensor& tensor : file->tensors()) EXPECT_EQ(tensor.type, TensorType::kF32);
}

TEST_F(Converter, ChoosesTheTypesThatWereAskedFor) {
  const auto type = [](const auto& file, const char* name) { return file->FindTensor(name)->type; };
  // Rows of 64 values: no blocks of 256, so q8_0 stands for q4_k; the release has the positions in f16.
  const auto q4 = Golden({.gpt_type = TensorType::kQ4_K, .other_type = TensorType::kF32});
  ASSERT_NE(q4, nullptr);
  EXPECT_EQ(type(q4, "gpt.blocks.0.attn.qkv.weight"), TensorType::kQ8_0);
  EXPECT_EQ(type(q4, "gpt.blocks.0.ff.down.weight"), TensorType::kQ4_K);
  EXPECT_EQ(type(q4, "gpt.code_head.weight"), TensorType::kQ8_0);
  EXPECT_EQ(type(q4, "gpt.code_positions.weight"), TensorType::kF16);
  EXPECT_EQ(type(q4, "gpt.code_head.bias"), TensorType::kF32);
  EXPECT_EQ(type(q4, "vocoder.conv_in.weight"), TensorType::kF32);
  const auto f16 = Golden({});
  ASSERT_NE(f16, nullptr);
  EXPECT_EQ(type(f16, "gpt.blocks.0.attn.qkv.weight"), TensorType::kF16);
  EXPECT_EQ(type(f16, "vocoder.conv_in.weight"), TensorType::kF16);
  EXPECT_EQ(type(f16, "vocoder.snake_out.alpha"), TensorType::kF32);
}

TEST_F(Converter, SameReleaseSameBytesWhateverTheThreads) {
  for (const TensorType type : {TensorType::kF16, TensorType::kQ8_0, TensorType::kQ4_K}) {
    Golden({.gpt_type = type, .threads = 1}, "one.gguf");
    Golden({.gpt_type = type, .threads = 5}, "five.gguf");
    EXPECT_EQ(ReadFile(Path("one.gguf"), 1 << 24).value(), ReadFile(Path("five.gguf"), 1 << 24).value());
  }
}

TEST_F(Converter, WhatItWritesPassesItsOwnChecks) {
  const auto file = Golden({.gpt_type = TensorType::kQ8_0});
  ASSERT_NE(file, nullptr);
  const auto architecture = CheckModelFile(*file);
  ASSERT_TRUE(architecture.ok()) << architecture.status();
  EXPECT_EQ(architecture->version, "1.5");
  EXPECT_EQ(architecture->speaker.mixed_channels, 48);
  EXPECT_TRUE(CheckHashes(*file, nullptr, {}).ok());
  EXPECT_EQ(file->Bytes(kTokenizerKey).value(), ReadFile(Path("golden/bpe.model"), 1 << 20).value());
  EXPECT_EQ(report_.tensors, static_cast<int64_t>(file->tensors().size()));
  // text_head, 217 of 218 filters, 31 counters of batch norms.
  EXPECT_EQ(report_.dropped.size(), 2u + 217u + 31u);
}

TEST_F(Converter, EmbedsTheLicence) {
  EXPECT_EQ(Golden({})->Find(kLicenseKey), nullptr);
  ASSERT_TRUE(WriteFileAtomic(Path("golden/LICENSE.txt"), "one").ok());
  ASSERT_TRUE(WriteFileAtomic(Path("golden/MODEL_LICENSE"), "two").ok());
  EXPECT_EQ(Golden({})->String(kLicenseKey).value(), "one\n\ntwo");
  EXPECT_EQ(report_.license_files, (std::vector<std::string>{"LICENSE.txt", "MODEL_LICENSE"}));
  ASSERT_TRUE(WriteFileAtomic(Path("mine"), "three").ok());
  EXPECT_EQ(Golden({.license_path = Path("mine")})->String(kLicenseKey).value(), "three");
  ASSERT_TRUE(WriteFileAtomic(Path("mine"), "\xff").ok());
  EXPECT_EQ(Message(Convert(Path("golden"), Path("x"), {.license_path = Path("mine")}).status()),
            Path("mine") + ": is not UTF-8");
}

TEST_F(Converter, ProgressNeverGoesBackAndEndsAtOne) {
  std::vector<double> shares;
  Golden({.progress = [&](double share) { shares.push_back(share); }});
  ASSERT_GT(shares.size(), 100u);
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_EQ(shares.back(), 1.0);
}

TEST_F(Converter, StopsWhenAskedAndLeavesNothing) {
  std::stop_source stop;
  ASSERT_TRUE(CopyGoldenRelease(Path("golden")).ok());
  const auto report = Convert(Path("golden"), Path("out/x.gguf"),
                              {.progress =
                                   [&](double share) {
                                     if (share > 0.9) stop.request_stop();
                                   },
                               .stop = stop.get_token()});
  EXPECT_EQ(report.status().code(), StatusCode::kCancelled);
  EXPECT_TRUE(std::filesystem::is_empty(Path("out")));
}

TEST_F(Converter, ReleasesThatDoNotFitAreRefusedByName) {
  EXPECT_EQ(Refusal(nullptr, nullptr), "");
  std::filesystem::remove(Path("tiny.gguf"));
  EXPECT_EQ(
      Refusal([](auto* gpt) { std::erase_if(*gpt, [](const auto& t) { return t.name == "gpt.ln_f.bias"; }); },
              nullptr),
      "gpt.pth: tensor gpt.ln_f.bias is missing");
  EXPECT_EQ(Refusal(
                [](auto* gpt) {
                  gpt->push_back({"gpt.h.0.attn.masked_bias", ElementType::kFloat16, {1}});
                },
                nullptr),
            "gpt.pth: tensor gpt.h.0.attn.masked_bias is not expected by the configuration");
  EXPECT_EQ(Refusal(
                [](auto* gpt) {
                  for (TestTensor& t : *gpt) {
                    if (t.name == "mel_head.weight") t.shape = {66, 65};
                  }
                },
                nullptr),
            "gpt.pth: tensor mel_head.weight has the shape [66, 65], the configuration wants [66, 64]");
  EXPECT_EQ(
      Refusal(nullptr,
              [](auto* vocoder) {
                for (TestTensor& t : *vocoder) {
                  if (t.name == "ups.0.0.weight_g") t.shape = {32, 1, 1};
                }
              }),
      "bigvgan_generator.pth: tensor ups.0.0.weight_g has the shape [32, 1, 1], the configuration wants "
      "[64, 1, 1]");
  EXPECT_EQ(Refusal(nullptr,
                    [](auto* vocoder) {
                      for (TestTensor& t : *vocoder) {
                        if (t.name == "conv_post.bias") t.element = ElementType::kInt64;
                      }
                    }),
            "bigvgan_generator.pth: tensor conv_post.bias holds int64 values, not floats");
}

TEST_F(Converter, ValuesThatCannotBeAreRefusedByName) {
  const auto with = [](const std::string& name, float value) {
    return [=](const TestTensor& tensor, int64_t first, std::span<float> values) {
      FillLikeTrained(tensor, first, values);
      if (tensor.name == name) std::fill(values.begin(), values.end(), value);
    };
  };
  EXPECT_EQ(Refusal(nullptr, nullptr, with("conv_pre.bias", std::nanf(""))),
            "bigvgan_generator.pth: tensor conv_pre.bias: has a value that is no finite number");
  EXPECT_EQ(Refusal(nullptr, nullptr, with("conv_pre.weight_v", 0)),
            "bigvgan_generator.pth: tensor conv_pre.weight: has a direction of length zero, which weight "
            "norm cannot "
            "scale");
  EXPECT_EQ(Refusal(nullptr, nullptr, with("cond_layer.weight", 1e6F)).substr(0, 66),
            "bigvgan_generator.pth: tensor cond_layer.weight: has the value 100");
  EXPECT_EQ(Refusal(nullptr, nullptr, with("activation_post.upsample.filter", 0.5F)),
            "bigvgan_generator.pth: tensor activation_post.upsample.filter differs from the other filters");
}

TEST_F(Converter, TheTokenizerMustFitTheModel) {
  ASSERT_TRUE(CopyGoldenRelease(Path("golden")).ok());
  const std::string tokenizer = Path("golden/bpe.model");
  const std::string good = ReadFile(tokenizer, 1 << 20).value();
  ASSERT_TRUE(WriteFileAtomic(tokenizer, "no model").ok());
  EXPECT_TRUE(Message(Convert(Path("golden"), Path("x"), {}).status())
                  .starts_with(tokenizer + ": is no SentencePiece model"));
  Architecture small = TinyArchitecture();
  small.gpt.text_tokens = 150;
  ASSERT_TRUE(WriteRelease(Path("small"), small, good).ok());
  EXPECT_EQ(Message(Convert(Path("small"), Path("x"), {}).status()),
            Path("small/bpe.model") + ": has 200 pieces, more than gpt.number_text_tokens (150)");
}

TEST_F(Converter, ItsInputIsNotOverwritten) {
  ASSERT_TRUE(CopyGoldenRelease(Path("golden")).ok());
  const std::string before = ReadFile(Path("golden/gpt.pth"), 1 << 21).value();
  EXPECT_EQ(Message(Convert(Path("golden"), Path("golden/../golden/gpt.pth"), {}).status()),
            Path("golden/../golden/gpt.pth") + ": is a file of the release; choose another name");
  EXPECT_EQ(ReadFile(Path("golden/gpt.pth"), 1 << 21).value(), before);
}

TEST_F(Converter, MissingFilesAreNamed) {
  EXPECT_EQ(Message(Convert(Path("none"), Path("x"), {}).status()), Path("none") + ": is no folder");
  ASSERT_TRUE(CopyGoldenRelease(Path("golden")).ok());
  for (const std::string name : {"bpe.model", "bigvgan_generator.pth", "gpt.pth", "config.yaml"}) {
    std::filesystem::remove(Path("golden/" + name));
    const Status status = Convert(Path("golden"), Path("x"), {}).status();
    EXPECT_EQ(status.code(), StatusCode::kNotFound);
    EXPECT_TRUE(Message(status).starts_with(Path("golden/" + name) + ": ")) << status;
  }
}

// torch's own layers with weight norm, and what they are without it (tests/golden/indextts/torch/make.py).
TEST_F(Converter, FoldsWeightNormAsTorchDoes) {
  const std::string folder = WAVESHIFT_SOURCE_DIR "/tests/golden/indextts/torch/";
  const auto normed = TorchCheckpoint::Open(folder + "weight_norm.pth").value();
  const auto folded = TorchCheckpoint::Open(folder + "folded.pth").value();
  for (const std::string layer : {"conv", "up"}) {
    const std::vector<int64_t> shape = folded.tensors().at(layer + ".weight").shape;
    const TensorSpec spec{.part = Part::kVocoder,
                          .source = layer + ".weight",
                          .source_shape = shape,
                          .treatment = Treatment::kFoldWeightNorm,
                          .name = "w",
                          .shape = shape};
    auto writer = ggml::GgufWriter::Create(Path("w.gguf"), {}, {{"w", TensorType::kF32, shape}}).value();
    ASSERT_TRUE(WriteTensor({normed, spec}, TensorType::kF32, 1, {}, &writer).ok());
    ASSERT_TRUE(writer.Finish().ok());
    const std::vector<float> expected = ValuesOf(folded, layer + ".weight");
    const std::vector<float> values = ValuesOf(*GgufFileOf("w.gguf"), "w");
    ASSERT_EQ(values.size(), expected.size());
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_NEAR(values[i], expected[i], 2 * std::abs(expected[i]) * std::numeric_limits<float>::epsilon());
    }
  }
}

}  // namespace
}  // namespace waveshift::tts::indextts
