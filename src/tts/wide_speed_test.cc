// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/wide_speed.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>

#include "tts/espeak/espeak.h"

namespace waveshift::tts {
namespace {

SpokenLine Speak(Synthesizer& engine, double speed) {
  const SpeakRequest request{
      .text = "Nobody was more surprised than the farmer.", .language = "en", .speed = speed};
  const auto line = SpeakAtSpeed(engine, request, {});
  EXPECT_TRUE(line.ok()) << line.status();
  return line.ok() ? *line : SpokenLine{};
}

TEST(WideSpeed, TheEngineDoesWhatItCanAlone) {
  const std::unique_ptr<Synthesizer> engine = MakeEspeak();
  for (const double speed : {0.5, 1.0, 1.3, 2.0}) {
    const SpeakRequest request{
        .text = "Nobody was more surprised than the farmer.", .language = "en", .speed = speed};
    const auto alone = SpeakOne(*engine, request, {});
    ASSERT_TRUE(alone.ok()) << alone.status();
    EXPECT_TRUE(Speak(*engine, speed).audio.samples == alone->audio.samples) << speed;
  }
}

TEST(WideSpeed, TheRestIsExact) {
  const std::unique_ptr<Synthesizer> engine = MakeEspeak();
  const auto slow = static_cast<double>(Speak(*engine, 0.5).audio.samples.size());
  const auto fast = static_cast<double>(Speak(*engine, 2).audio.samples.size());
  EXPECT_EQ(static_cast<double>(Speak(*engine, 0.25).audio.samples.size()), std::round(slow * 2));
  EXPECT_EQ(static_cast<double>(Speak(*engine, 0.4).audio.samples.size()), std::round(slow / 0.8));
  EXPECT_EQ(static_cast<double>(Speak(*engine, 4).audio.samples.size()), std::round(fast / 2));
  EXPECT_TRUE(Speak(*engine, 4).warnings.empty());
}

TEST(WideSpeed, BoundsAreKept) {
  const std::unique_ptr<Synthesizer> engine = MakeEspeak();
  for (const double speed : {0.0, -1.0, 0.249, 4.01, std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity()}) {
    const SpeakRequest request{.text = "Hello.", .language = "en", .speed = speed};
    EXPECT_EQ(SpeakAtSpeed(*engine, request, {}).status().code(), StatusCode::kInvalidArgument) << speed;
  }
}

}  // namespace
}  // namespace waveshift::tts
