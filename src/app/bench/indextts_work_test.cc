// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The counts against those that the reference gives for the published models (section 9.2), which were made
// by another hand: within what it rounds to.
#include "app/bench/indextts_work.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "tts/indextts/gpt/network.h"
#include "tts/indextts/random_model.h"

namespace waveshift::app {
namespace {

using tts::indextts::ArchitectureOf10;
using tts::indextts::ArchitectureOf15;

constexpr int64_t kFrames = 938;  // of 10 s
constexpr int64_t kCodes = 117;
constexpr int64_t kPrefix = 32 + 48 + 2;

TEST(IndexTtsWorkTest, VoiceSample) {
  EXPECT_NEAR(ConformerFlop(ArchitectureOf15(), kFrames), 39.9e9, 0.1e9);
  EXPECT_NEAR(PerceiverFlop(ArchitectureOf15(), kFrames), 4.3e9, 0.05e9);
  EXPECT_NEAR(PerceiverFlop(ArchitectureOf10(), kFrames), 3e9, 0.5e9);
  EXPECT_NEAR(SpeakerEncoderFlop(ArchitectureOf15(), kFrames), 9.8e9, 0.05e9);
}

TEST(IndexTtsWorkTest, Gpt) {
  EXPECT_NEAR(GptFlop(ArchitectureOf15().gpt, kPrefix + 1, 0, 1), 78.8e9, 0.1e9);
  EXPECT_NEAR(GptFlop(ArchitectureOf10().gpt, kPrefix + 1, 0, 1), 42.1e9, 0.1e9);
  EXPECT_NEAR(GptFlop(ArchitectureOf15().gpt, kCodes, kPrefix, 0), 113e9, 1e9);
  EXPECT_NEAR(GptFlop(ArchitectureOf10().gpt, kCodes, kPrefix, 0), 61e9, 1e9);
  double beams = 0;
  for (int64_t code = 0; code < kCodes; ++code) {
    beams += GptStepFlop(ArchitectureOf15().gpt, 3, kPrefix + 1 + code);
  }
  EXPECT_NEAR(beams, 344.7e9, 1e9);
  EXPECT_NEAR(static_cast<double>(CellBytes(ArchitectureOf15().gpt, ggml::TensorType::kF16)), 122.9e3, 100);
}

// One row of several is what a step of one beam is.
TEST(IndexTtsWorkTest, RowsAreStepsOneAfterTheOther) {
  const auto sizes = ArchitectureOf10().gpt;
  double steps = 0;
  for (int64_t row = 0; row < 5; ++row) steps += GptStepFlop(sizes, 1, 7 + row + 1);
  EXPECT_DOUBLE_EQ(GptFlop(sizes, 5, 7, 5), steps);
}

TEST(IndexTtsWorkTest, BytesOfTensorsByTheirNames) {
  const ScratchDirectory scratch = ScratchDirectory::Make().value();
  const std::string path = scratch.path() + "/model.gguf";
  const tts::indextts::RandomModelOptions options = {.gpt_type = ggml::TensorType::kF16};
  ASSERT_TRUE(WriteRandomModel(path, tts::indextts::TinyArchitecture(), options).ok());
  const auto file = ggml::GgufFile::Open(path);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(WeightBytes(**file, "gpt.code_head."), 66 * 64 * 2 + 66 * 4);
  EXPECT_EQ(WeightBytes(**file, ""),
            static_cast<double>(RandomModelBytes(tts::indextts::TinyArchitecture(), options)));
  EXPECT_EQ(WeightBytes(**file, "no."), 0);
}

}  // namespace
}  // namespace waveshift::app
