// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/voices_measure.h"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/bench/machine_measure.h"
#include "tts/espeak/espeak.h"

namespace waveshift::app {
namespace {

StatusOr<std::shared_ptr<tts::Synthesizer>> Espeak() {
  return std::shared_ptr<tts::Synthesizer>(tts::MakeEspeak({.threads = 1}));
}

TEST(VoicesMeasureTest, EspeakOfAFewRounds) {
  std::vector<double> shares;
  const VoicesMeasureOptions options = {
      .threads = 1, .rounds = 2, .progress = [&](double share, const std::string& what) {
        EXPECT_EQ(what, "espeak");
        shares.push_back(share);
      }};
  const auto rows = MeasureVoice(&Espeak, options, {});
  ASSERT_TRUE(rows.ok()) << rows.status();
  std::vector<std::string> measures;
  for (const BenchRow& row : *rows) {
    measures.push_back(row.measure);
    EXPECT_EQ(row.subject, "espeak");
    EXPECT_EQ(row.threads, 1);
    EXPECT_FALSE(row.aim.has_value());
    EXPECT_LE(row.value, row.median) << row.measure;
    EXPECT_TRUE(row.measure == "load" || row.value > 0) << row.measure;
  }
  EXPECT_THAT(measures,
              ::testing::ElementsAre("load", "first_audio", "rtf_line", "rtf_job", "cpu_job", "peak_memory"));
  EXPECT_THAT(shares, ::testing::ElementsAre(0, 1.0 / 3, 2.0 / 3));
}

TEST(VoicesMeasureTest, ErrorsAreTheEngines) {
  const auto broken = []() -> StatusOr<std::shared_ptr<tts::Synthesizer>> {
    return FailedPrecondition("piper: no voices");
  };
  EXPECT_EQ(MeasureVoice(broken, {}, {}).status().code(), StatusCode::kFailedPrecondition);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(MeasureVoice(&Espeak, {}, stop.get_token()).status().code(), StatusCode::kCancelled);
}

TEST(VoicesMeasureTest, AimsAreThoseOfTwoThreads) {
  EXPECT_EQ(VoiceAim("kokoro", 2, "rtf_line"), 0.2);
  EXPECT_EQ(VoiceAim("kokoro", 2, "rtf_job"), 0.17);
  EXPECT_EQ(VoiceAim("kokoro", 1, "rtf_line"), std::nullopt);
  EXPECT_EQ(VoiceAim("piper", 2, "rtf_line"), 0.04);
  EXPECT_EQ(VoiceAim("espeak", 2, "rtf_line"), std::nullopt);
  EXPECT_EQ(VoiceAim("kokoro", 2, "load"), std::nullopt);
}

TEST(MachineMeasureTest, LimitsAndMemory) {
  const auto rows = MachineRows(1);
  ASSERT_EQ(rows.size(), 2);
  EXPECT_GT(rows[0].value, 0.1);  // GFLOP/s that anything reaches
  EXPECT_GT(rows[1].value, 0.01);
  EXPECT_GT(PeakMemoryMib(), 256);  // what was read
}

}  // namespace
}  // namespace waveshift::app
