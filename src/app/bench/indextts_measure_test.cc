// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/indextts_measure.h"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/bench/scratch_model.h"
#include "base/files.h"

namespace waveshift::app {
namespace {

using ::testing::HasSubstr;

class IndexTtsMeasureTest : public ::testing::Test {
 protected:
  StatusOr<ScratchModel> Tiny() {
    return ScratchModel::Make(scratch_.path(), "tiny", ggml::TensorType::kF16, {}, {});
  }
  const ScratchDirectory scratch_ = ScratchDirectory::Make().value();
};

const BenchRow* Find(const std::vector<BenchRow>& rows, const std::string& measure, int lines) {
  for (const BenchRow& row : rows) {
    if (row.measure == measure && row.lines == lines) return &row;
  }
  ADD_FAILURE() << measure << " of " << lines;
  return nullptr;
}

TEST_F(IndexTtsMeasureTest, EveryStageOfATinyModel) {
  const auto model = Tiny();
  ASSERT_TRUE(model.ok()) << model.status();
  for (const bool ggml_network : {false, true}) {
    double reached = 0;
    const IndexTtsMeasureOptions options = {.threads = 1,
                                            .batches = {1, 3},
                                            .steps = 3,
                                            .rounds = 1,
                                            .ggml_network = ggml_network,
                                            .progress = [&](double share, const std::string&) {
                                              EXPECT_GE(share, reached);
                                              reached = share;
                                            }};
    const auto rows = MeasureIndexTts(model->path(), options, {});
    ASSERT_TRUE(rows.ok()) << rows.status();
    for (const BenchRow& row : *rows) {
      EXPECT_GT(row.value, 0) << row.measure;
      EXPECT_EQ(row.subject, "1.5 f16");
      EXPECT_EQ(row.share_of_limit.has_value(), row.work.flop > 0) << row.measure;
    }
    for (const char* measure : {"load", "log_mel", "conformer", "perceiver", "speaker_encoder", "gpt_voice",
                                "gpt_text", "second_pass", "vocoder", "vocoder_first_audio"}) {
      EXPECT_EQ(Find(*rows, measure, 0)->unit, "s");
    }
    EXPECT_GT(Find(*rows, "peak_memory", 0)->value, 4);
    EXPECT_DOUBLE_EQ(reached, 9.0 / 10);  // where the last of ten stages begins
  }
}

// 64 codes of 1024 samples at 24 kHz.
TEST_F(IndexTtsMeasureTest, TotalsAreSumsOfTheStages) {
  const auto model = Tiny();
  ASSERT_TRUE(model.ok()) << model.status();
  const auto rows = MeasureIndexTts(model->path(), {.batches = {2}, .steps = 2, .rounds = 1}, {});
  ASSERT_TRUE(rows.ok()) << rows.status();
  const auto value = [&](const char* measure, int lines) { return Find(*rows, measure, lines)->value; };
  const double code = (value("gpt_step", 2) + value("search", 2)) / 2;
  EXPECT_NEAR(value("codes", 2), 1 / code, 1e-9 / code);
  EXPECT_GT(Find(*rows, "gpt_step", 2)->processor_s, 0);
  const double seconds = value("gpt_text", 0) + 64 * code + value("second_pass", 0) + value("vocoder", 0);
  EXPECT_NEAR(value("rtf", 2), seconds / (64 * 1024 / 24000.0), 1e-9);
}

TEST_F(IndexTtsMeasureTest, SaysWhatIsWrong) {
  EXPECT_EQ(MeasureIndexTts(scratch_.path() + "/none.gguf", {}, {}).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(WriteFileAtomic(scratch_.path() + "/bad.gguf", "no model").ok());
  const Status bad = MeasureIndexTts(scratch_.path() + "/bad.gguf", {}, {}).status();
  EXPECT_EQ(bad.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(bad), HasSubstr("bad.gguf"));
  const auto model = Tiny();
  ASSERT_TRUE(model.ok());
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(MeasureIndexTts(model->path(), {}, stop.get_token()).status().code(), StatusCode::kCancelled);
}

TEST_F(IndexTtsMeasureTest, ScratchModelsLeaveNothing) {
  std::stop_source stop;
  const auto stopped = ScratchModel::Make(
      scratch_.path(), "tiny", ggml::TensorType::kQ8_0, [&](double) { stop.request_stop(); },
      stop.get_token());
  EXPECT_EQ(stopped.status().code(), StatusCode::kCancelled);
  EXPECT_TRUE(std::filesystem::is_empty(scratch_.path()));
  {
    const auto model = Tiny();
    ASSERT_TRUE(model.ok()) << model.status();
    EXPECT_TRUE(std::filesystem::is_regular_file(model->path()));
  }
  EXPECT_TRUE(std::filesystem::is_empty(scratch_.path()));
}

TEST_F(IndexTtsMeasureTest, AFullDiskIsSaid) {
  const int64_t mib = int64_t{1} << 20;
  EXPECT_TRUE(CheckRoom("/models", 1000 * mib, 2000 * mib).ok());
  const Status full = CheckRoom("/models", 1000 * mib, 1100 * mib);
  EXPECT_EQ(full.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(full), HasSubstr("/models: a model to measure needs 1256 MiB, there are 1100"));
}

}  // namespace
}  // namespace waveshift::app
