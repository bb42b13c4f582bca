// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/model_file.h"

#include <functional>
#include <vector>

#include <gtest/gtest.h>

#include "base/files.h"
#include "runtime/ggml/gguf_writer.h"
#include "tts/indextts/convert/converter.h"
#include "tts/indextts/convert/release_test_tools.h"

namespace waveshift::tts::indextts {
namespace {

using ggml::MetadataEntry;
using ggml::PlannedTensor;
using ggml::Value;

struct Contents {
  std::vector<MetadataEntry> metadata;
  std::vector<PlannedTensor> tensors;

  Value* Find(std::string_view key) {
    for (MetadataEntry& entry : metadata) {
      if (entry.key == key) return &entry.value;
    }
    return nullptr;
  }
};

class ModelFile : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return scratch_.path() + "/" + name; }

  // What is said of a model file with zeros as weights and something changed.
  std::string Refusal(const std::function<void(Contents*)>& change) const {
    Contents contents{ArchitectureMetadata(TinyArchitecture()), {}};
    contents.metadata.push_back({"general.architecture", Value::String("indextts")});
    contents.metadata.push_back({std::string(kFormatKey), Value::Uint32(kModelFormat)});
    contents.metadata.push_back({std::string(kTokenizerKey), Value::Bytes("pieces")});
    for (const TensorSpec& spec : TensorList(TinyArchitecture())) {
      if (!spec.name.empty()) contents.tensors.push_back({spec.name, ggml::TensorType::kF32, spec.shape});
    }
    change(&contents);
    auto writer = ggml::GgufWriter::Create(Path("x.gguf"), contents.metadata, contents.tensors).value();
    for (const PlannedTensor& tensor : contents.tensors) {
      EXPECT_TRUE(writer.Append(std::string(static_cast<size_t>(tensor.bytes()), '\0')).ok());
    }
    EXPECT_TRUE(writer.Finish().ok());
    const auto file = ggml::GgufFile::Open(Path("x.gguf")).value();
    const Status status = CheckModelFile(*file).status();
    if (status.ok()) return "";
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
    EXPECT_TRUE(Message(status).starts_with(Path("x.gguf") + ": ")) << status;
    return Message(status).substr(Path("x.gguf").size() + 2);
  }

  ScratchDirectory scratch_ = ScratchDirectory::Make().value();
};

TEST_F(ModelFile, SizesGoThroughMetadataUnchanged) {
  auto writer =
      ggml::GgufWriter::Create(Path("x.gguf"),
                               [] {
                                 auto metadata = ArchitectureMetadata(ArchitectureOf10());
                                 metadata.push_back({"general.architecture", Value::String("indextts")});
                                 return metadata;
                               }(),
                               {});
  ASSERT_TRUE(writer.ok() && writer->Finish().ok());
  const auto read = ReadArchitecture(*ggml::GgufFile::Open(Path("x.gguf")).value());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->version, "1.0");
  EXPECT_EQ(TensorList(*read).size(), TensorList(ArchitectureOf10()).size());
  EXPECT_EQ(read->gpt.max_codes, 605);
  EXPECT_EQ(read->vocoder.rates, ArchitectureOf10().vocoder.rates);
}

TEST_F(ModelFile, AWholeModelPasses) {
  EXPECT_EQ(Refusal([](Contents*) {}), "");
}

TEST_F(ModelFile, WhatIsMissingOrWrongIsNamed) {
  EXPECT_EQ(Refusal([](Contents* c) { c->tensors.pop_back(); }), "tensor speaker.out.bias is missing");
  EXPECT_EQ(Refusal([](Contents* c) {
              c->tensors.push_back({"more", ggml::TensorType::kF32, {1}});
            }),
            "tensor more belongs to no such model");
  EXPECT_EQ(Refusal([](Contents* c) {
              c->tensors.front().shape = {32, 1, 9};
            }),
            "tensor conformer.embed.conv.weight has the shape [32, 1, 9], not [32, 1, 3, 3]");
  EXPECT_EQ(Refusal([](Contents* c) {
              for (PlannedTensor& t : c->tensors) {
                if (t.name == "gpt.code_head.bias") t.type = ggml::TensorType::kF16;
              }
            }),
            "tensor gpt.code_head.bias must not be stored as f16");
  EXPECT_EQ(Refusal([](Contents* c) { *c->Find(kTokenizerKey) = Value::Bytes(""); }),
            "key indextts.tokenizer.model is empty");
  EXPECT_EQ(Refusal([](Contents* c) { *c->Find(kFormatKey) = Value::Uint32(2); }).substr(0, 16),
            "has the format 2");
  EXPECT_EQ(Refusal([](Contents* c) { *c->Find("general.architecture") = Value::String("llama"); }),
            "is a model of architecture llama, not of indextts");
}

TEST_F(ModelFile, HostileSizesAreRefused) {
  EXPECT_EQ(Refusal([](Contents* c) { *c->Find("indextts.gpt.layers") = Value::Uint32(0xFFFFFFFF); }),
            "key indextts.gpt.layers is 4294967295, not from 1 to 256");
  EXPECT_EQ(Refusal([](Contents* c) { *c->Find("indextts.gpt.heads") = Value::Uint32(5); }),
            "gpt.width: is no multiple of gpt.heads");
  EXPECT_EQ(Refusal([](Contents* c) { *c->Find("indextts.vocoder.rates") = Value::Int32s({}); }),
            "vocoder.rates: wants 1 to 16 numbers");
  EXPECT_EQ(Refusal([](Contents* c) { *c->Find("indextts.vocoder.rates") = Value::String("4"); }),
            "key indextts.vocoder.rates is string, not an array of integers");
  EXPECT_EQ(Refusal([](Contents* c) { *c->Find("indextts.gpt.layers") = Value::Uint32(3); }),
            "tensor gpt.blocks.2.norm_attn.weight is missing");
}

TEST_F(ModelFile, EveryChangedByteIsFound) {
  ASSERT_TRUE(WriteRelease(Path("tiny"), TinyArchitecture(), "").ok());
  ASSERT_TRUE(Convert(Path("tiny"), Path("good.gguf"), {}).ok());
  const std::string good = ReadFile(Path("good.gguf"), 1 << 24).value();
  const auto file = ggml::GgufFile::Parse(good, "good").value();
  ASSERT_TRUE(CheckHashes(*file, nullptr, {}).ok());
  int found = 0;
  const size_t step = good.size() / 400;
  for (size_t at = 4; at < good.size(); at += step) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    const auto parsed = ggml::GgufFile::Parse(bad, "bad");
    EXPECT_FALSE(parsed.ok() && CheckHashes(**parsed, nullptr, {}).ok()) << at;
    ++found;
  }
  EXPECT_GE(found, 400);
}

TEST_F(ModelFile, CheckingCanBeStoppedAndShowsProgress) {
  ASSERT_TRUE(WriteRelease(Path("tiny"), TinyArchitecture(), "").ok());
  ASSERT_TRUE(Convert(Path("tiny"), Path("good.gguf"), {}).ok());
  const auto file = ggml::GgufFile::Open(Path("good.gguf")).value();
  std::vector<double> shares;
  EXPECT_TRUE(CheckHashes(*file, [&](double share) { shares.push_back(share); }, {}).ok());
  ASSERT_FALSE(shares.empty());
  EXPECT_LE(shares.back(), 1.0);
  EXPECT_GT(shares.back(), 0.5);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(CheckHashes(*file, nullptr, stop.get_token()).code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::tts::indextts
