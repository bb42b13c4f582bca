// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/speech_meter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "audio/test_signals.h"
#include "audio/wav.h"
#include "base/files.h"
#include "pipeline/test_separator.h"

namespace waveshift::pipeline {
namespace {

SlotSound Some() {
  SlotSound sound{.lufs = -23.4567890123, .evidence = SpeechEvidence::kSpeechTrack};
  for (size_t i = 0; i < sound.colour.powers.size(); ++i)
    sound.colour.powers[i] = 1.0 / static_cast<double>(i + 3);
  sound.colour.seconds = 1.25;
  return sound;
}

TEST(SlotSoundNote, ComesBackAsItWas) {
  const auto back = ParseSlotSound(FormatSlotSound(Some(), "f"), "f");
  ASSERT_TRUE(back);
  EXPECT_EQ(back->lufs, Some().lufs);
  EXPECT_EQ(back->colour.powers, Some().colour.powers);
  EXPECT_EQ(back->colour.seconds, 1.25);
  EXPECT_EQ(back->evidence, SpeechEvidence::kSpeechTrack);
  const auto silent = ParseSlotSound(FormatSlotSound({}, "f"), "f");
  ASSERT_TRUE(silent);
  EXPECT_EQ(silent->lufs, -std::numeric_limits<double>::infinity());
}

TEST(SlotSoundNote, WhatIsDamagedSaysNothing) {
  const std::string note = FormatSlotSound(Some(), "f");
  EXPECT_FALSE(ParseSlotSound(note, "another job"));
  for (const std::string& bad :
       {std::string(), std::string("[]"), note.substr(0, note.size() / 2),
        std::string(R"({"fingerprint":"f","lufs":"loud","seconds":1,"powers":[]})"),
        std::string(R"({"fingerprint":"f","lufs":-20,"seconds":1,"powers":[1,2]})")}) {
    EXPECT_FALSE(ParseSlotSound(bad, "f")) << bad;
  }
}

TEST(SpeechMeter, MeasuresOnceAndRemembers) {
  const auto folder = ScratchDirectory::Make().value();
  const audio::MonoBuffer sound{kTimelineRateHz, audio::testing_signals::Speech(6, kTimelineRateHz)};
  const std::string path = folder.path() + "/sound.wav";
  ASSERT_TRUE(WriteFileAtomic(path, audio::EncodeWav(sound, audio::WavFormat::kFloat32).value()).ok());
  const auto separator = std::make_shared<TestSeparator>(0.5F);
  const auto open = [&](Samples start) { return media::AudioReader::Open(path, -1, 0, start); };
  SpeechRemoval removal({.open = open, .separator = separator});
  const auto store = stores::MakeMemoryObjectStore();
  Journal journal(*store, "j/");
  SpeechMeter meter(journal, "f", removal);
  const auto first = meter.Measure(48000, 96000, {});
  ASSERT_TRUE(first.ok()) << Message(first.status());
  EXPECT_TRUE(std::isfinite(first->lufs));
  EXPECT_EQ(first->evidence, SpeechEvidence::kSpeechTrack);
  const int64_t heard = separator->heard;
  SpeechRemoval later({.open = open, .separator = separator});
  Journal reopened(*store, "j/");
  ASSERT_TRUE(reopened.IndexTakes().ok());
  const auto again = SpeechMeter(reopened, "f", later).Measure(48000, 96000, {});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->lufs, first->lufs);
  EXPECT_EQ(again->colour.powers, first->colour.powers);
  EXPECT_EQ(separator->heard, heard);
  // Another job measures for itself; behind a fallback nothing is measured.
  ASSERT_TRUE(SpeechMeter(reopened, "g", later).Measure(48000, 96000, {}).ok());
  EXPECT_GT(separator->heard, heard);
  SpeechRemoval fallen({.open = open, .separator = separator, .fallback = Fallback{60000, "too slow"}});
  EXPECT_EQ(SpeechMeter(reopened, "h", fallen).Measure(48000, 96000, {}).status().code(),
            StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace waveshift::pipeline
