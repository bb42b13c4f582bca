// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stems.h"

#include <gtest/gtest.h>

#include "audio/test_signals.h"
#include "audio/wav.h"
#include "base/files.h"
#include "pipeline/test_separator.h"

namespace waveshift::pipeline {
namespace {

TEST(Stems, AddUpToTheOriginal) {
  const auto folder = ScratchDirectory::Make().value();
  const audio::MonoBuffer sound{kTimelineRateHz, audio::testing_signals::Speech(12, kTimelineRateHz)};
  const std::string path = folder.path() + "/sound.wav";
  ASSERT_TRUE(WriteFileAtomic(path, audio::EncodeWav(sound, audio::WavFormat::kFloat32).value()).ok());
  int opened = 0;
  const auto stems = StemsOf(
      [&](Samples start) {
        ++opened;
        return media::AudioReader::Open(path, -1, 0, start);
      },
      std::make_shared<TestSeparator>(0.25F));
  ASSERT_EQ(stems.size(), 2U);
  EXPECT_EQ(stems[0].name, "speech");
  EXPECT_EQ(stems[1].name, "background");
  const Stretch stretch{4 * kTimelineRateHz, 7 * kTimelineRateHz + 5};
  const auto speech = stems[0].read(stretch, {});
  ASSERT_TRUE(speech.ok()) << Message(speech.status());
  const int for_speech = opened;
  const auto background = stems[1].read(stretch, {});
  ASSERT_TRUE(background.ok());
  EXPECT_EQ(opened, for_speech);  // separated once
  ASSERT_EQ(speech->frames(), stretch.end - stretch.start);
  ASSERT_EQ(background->frames(), speech->frames());
  for (size_t i = 0; i < speech->interleaved.size(); ++i) {
    const float original = sound.samples[static_cast<size_t>(stretch.start) + i / 2];
    ASSERT_NEAR(speech->interleaved[i], 0.25F * original, 1e-6) << i;
    ASSERT_NEAR(speech->interleaved[i] + background->interleaved[i], original, 1e-6) << i;
  }
}

}  // namespace
}  // namespace waveshift::pipeline
