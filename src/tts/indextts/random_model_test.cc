// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/random_model.h"

#include <cmath>
#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/files.h"
#include "tts/indextts/gpt/noise.h"
#include "tts/indextts/model_file.h"
#include "tts/indextts/speaking_model.h"
#include "tts/indextts/vocoder/vocoder_model.h"

namespace waveshift::tts::indextts {
namespace {

class RandomModelTest : public ::testing::Test {
 protected:
  std::string Path(const std::string& name) const { return scratch_.path() + "/" + name; }
  std::string Bytes(const Architecture& architecture, const RandomModelOptions& options) {
    EXPECT_TRUE(WriteRandomModel(Path("model.gguf"), architecture, options).ok());
    return ReadFile(Path("model.gguf"), 1 << 30).value();
  }
  const ScratchDirectory scratch_ = ScratchDirectory::Make().value();
};

TEST_F(RandomModelTest, IsAWholeModelOfEachType) {
  using ggml::TensorType;
  for (const TensorType type : {TensorType::kF32, TensorType::kF16, TensorType::kQ8_0, TensorType::kQ4_K}) {
    const RandomModelOptions options = {.gpt_type = type};
    ASSERT_TRUE(WriteRandomModel(Path("model.gguf"), TinyArchitecture(), options).ok());
    const auto file = ggml::GgufFile::Open(Path("model.gguf"));
    ASSERT_TRUE(file.ok()) << file.status();
    const auto architecture = CheckModelFile(**file);
    ASSERT_TRUE(architecture.ok()) << architecture.status();
    EXPECT_EQ(architecture->gpt.width, TinyArchitecture().gpt.width);
    EXPECT_TRUE(CheckHashes(**file, {}, {}).ok());
    int64_t bytes = 0;
    for (const auto& tensor : (*file)->tensors()) bytes += static_cast<int64_t>(tensor.bytes.size());
    EXPECT_EQ(bytes, RandomModelBytes(TinyArchitecture(), options));
  }
}

TEST_F(RandomModelTest, TheSeedDecidesTheBytes) {
  const std::string first = Bytes(TinyArchitecture(), {.seed = 7});
  EXPECT_EQ(first, Bytes(TinyArchitecture(), {.seed = 7}));
  EXPECT_NE(first, Bytes(TinyArchitecture(), {.seed = 8}));
}

// Its widest convolutions have more values than are made one by one.
TEST_F(RandomModelTest, LargeTensorsStayRandom) {
  Architecture wide = TinyArchitecture();
  wide.vocoder.channels = 512;
  ASSERT_TRUE(WriteRandomModel(Path("wide.gguf"), wide, {.other_type = ggml::TensorType::kF32}).ok());
  const auto file = ggml::GgufFile::Open(Path("wide.gguf"));
  ASSERT_TRUE(file.ok() && CheckModelFile(**file).ok());
  const auto* tensor = (*file)->FindTensor("vocoder.blocks.2.conv_a.0.weight");
  ASSERT_NE(tensor, nullptr);
  ASSERT_GT(tensor->values(), 2 << 17);
  const auto count = static_cast<size_t>(tensor->values());
  std::vector<float> values(count);
  ReadRows(tensor->type, tensor->bytes, values);
  double sum = 0;
  double squares = 0;
  for (const float value : values) {
    sum += value;
    squares += static_cast<double>(value) * value;
  }
  const double expected = 0.09 / static_cast<double>(256 * 11);  // by what flows into a row
  EXPECT_NEAR(squares / static_cast<double>(count), expected, 0.02 * expected);
  EXPECT_NEAR(sum / static_cast<double>(count), 0, 0.01 * std::sqrt(expected));
  // No two rows are alike.
  std::set<float> beginnings;
  const size_t row = count / 256;
  for (size_t i = 0; i < 256; ++i) beginnings.insert(values[i * row] + 3 * values[i * row + row - 1]);
  EXPECT_EQ(beginnings.size(), 256);
}

TEST_F(RandomModelTest, RangesKeepActivationsNearOne) {
  for (const TensorSpec& spec : TensorList(ArchitectureOf15())) {
    if (spec.treatment == Treatment::kDrop || spec.name == kFilterName) continue;
    const ValueRange range = RandomRange(spec);
    EXPECT_GT(range.spread, 0) << spec.name;
    if (spec.name.find("norm") != std::string::npos && spec.name.ends_with(".weight")) {
      EXPECT_EQ(range.center, 1) << spec.name;
    }
    if (spec.name.ends_with(".variance")) {
      EXPECT_GT(range.center - range.spread, 0.4F) << spec.name;
    }
  }
}

// Every stage computes numbers, and the sound does not hang at its bounds.
TEST_F(RandomModelTest, SpeaksFiniteSamples) {
  Architecture architecture = TinyArchitecture();
  architecture.conformer.positions = 100;
  ASSERT_TRUE(WriteRandomModel(Path("model.gguf"), architecture, {}).ok());
  const auto model = SpeakingModel::Load(Path("model.gguf"),
                                         {.device = ggml::DeviceKind::kCpu, .threads = 1, .most_lines = 1});
  ASSERT_TRUE(model.ok()) << model.status();
  const auto speaker =
      (*model)->Hear(WAVESHIFT_SOURCE_DIR "/tests/golden/indextts/prompt.wav", std::stop_token());
  ASSERT_TRUE(speaker.ok()) << speaker.status();
  SharedGenerator::Call call(&(*model)->generator());
  const auto line = call.Add({.text_ids = {1, 2, 3, 4, 5, 6},
                              .voice = speaker->rows,
                              .sampling = {.max_codes = 30},
                              .noise = std::make_shared<CounterNoise>(1),
                              .bound_by_text = false});
  ASSERT_TRUE(line.ok()) << line.status();
  const auto finished = call.Next({});
  ASSERT_TRUE(finished.ok()) << finished.status();
  ASSERT_TRUE(finished->result.status.ok()) << finished->result.status;
  ASSERT_FALSE(finished->result.latents.empty());
  const auto vocoder = (*model)->vocoder()->Open({.threads = 1});
  ASSERT_TRUE(vocoder.ok());
  std::vector<float> sound;
  const auto sink = [&](std::span<const float> samples) {
    sound.insert(sound.end(), samples.begin(), samples.end());
  };
  ASSERT_TRUE((*vocoder)->Speak(speaker->vocoder_voice, finished->result.latents, sink, {}).ok());
  ASSERT_FALSE(sound.empty());
  double squares = 0;
  for (const float sample : sound) {
    ASSERT_TRUE(std::isfinite(sample));
    squares += static_cast<double>(sample) * sample;
  }
  EXPECT_GT(squares, 0);
  EXPECT_LT(squares, 0.5 * static_cast<double>(sound.size()));
}

TEST_F(RandomModelTest, StopsAndLeavesNothing) {
  std::stop_source stop;
  RandomModelOptions options = {.stop = stop.get_token()};
  double reached = 0;
  options.progress = [&](double share) {
    reached = share;
    if (share > 0.3) stop.request_stop();
  };
  const Status status = WriteRandomModel(Path("model.gguf"), TinyArchitecture(), options);
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  EXPECT_LT(reached, 1);
  EXPECT_TRUE(std::filesystem::is_empty(scratch_.path()));
}

}  // namespace
}  // namespace waveshift::tts::indextts
