// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/slot_listener.h"

#include <gtest/gtest.h>

#include <cmath>

#include "audio/loudness.h"
#include "base/files.h"
#include "base/process.h"

namespace waveshift::pipeline {
namespace {

constexpr const char* kSound =
    "aevalsrc=(0.002+0.3*(0.55-0.45*cos(2*PI*5*t))*(between(t\\,0\\,2)+between(t\\,3\\,4)+"
    "between(t\\,40\\,42)))*(2*random(0)-1):s=48000:d=60";

class SlotListenerTest : public testing::Test {
 protected:
  // A minute: speech-like noise (five syllables a second) in 0..2 s, 3..4 s and 40..42 s, a hiss elsewhere.
  static void SetUpTestSuite() {
    folder_ = new ScratchDirectory(ScratchDirectory::Make().value());
    const auto result =
        RunProcess({.program = "ffmpeg",
                    .arguments = {"-hide_banner", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i",
                                  kSound, "-ac", "2", folder_->path() + "/sound.wav"},
                    .time_limit = std::chrono::minutes(1)},
                   {});
    ASSERT_TRUE(result.ok()) << Message(result.status());
    ASSERT_EQ(result->exit_code, 0) << result->error_output;
  }
  static void TearDownTestSuite() { delete folder_; }

  static std::optional<SoundSource> Source() {
    return SoundSource{media::ProbeMedia(folder_->path() + "/sound.wav").value(), 0};
  }
  static LineState Slot(int64_t start_ms, int64_t end_ms) {
    LineState line;
    line.slot_start = SamplesFromMs(start_ms);
    line.slot_end = SamplesFromMs(end_ms);
    return line;
  }

  static ScratchDirectory* folder_;
};
ScratchDirectory* SlotListenerTest::folder_ = nullptr;

TEST_F(SlotListenerTest, HearsWhereTheOriginalSpeaks) {
  const auto source = Source();
  SlotListener listener(source);
  LineState first = Slot(0, 2500);
  ASSERT_TRUE(listener.Measure(first, SamplesFromMs(int64_t{10000}), {}).ok());
  EXPECT_NEAR(MsFromSamples(first.spoken_length), 2000, 100);
  EXPECT_NEAR(MsFromSamples(first.quiet_until), 3000, 100);
  // The same sound once more, in a slot that overlaps the first.
  LineState second = Slot(1000, 2000);
  ASSERT_TRUE(listener.Measure(second, second.slot_end, {}).ok());
  EXPECT_EQ(second.spoken_length, SamplesFromMs(int64_t{1000}));
  EXPECT_EQ(second.quiet_until, alignment::kNever);
  // Far on: it seeks.
  LineState third = Slot(40000, 43000);
  ASSERT_TRUE(listener.Measure(third, SamplesFromMs(int64_t{60000}), {}).ok());
  EXPECT_NEAR(MsFromSamples(third.spoken_length), 2000, 100);
  EXPECT_EQ(third.quiet_until, alignment::kNever);
}

TEST_F(SlotListenerTest, HearsHowLoudAndWithWhatColour) {
  const auto source = Source();
  SlotListener listener(source);
  LineState line = Slot(0, 2500);
  const auto heard = listener.Measure(line, line.slot_end, {});
  ASSERT_TRUE(heard.ok()) << Message(heard.status());
  // The spoken part alone, measured by libebur128 in one go.
  auto reader = source->Open(0).value();
  audio::StereoBuffer spoken;
  ASSERT_TRUE(reader->Read(line.spoken_length, spoken.interleaved, {}).ok());
  EXPECT_NEAR(heard->lufs, audio::IntegratedLoudness(spoken), 0.1);
  // White noise: each third of an octave holds a third of an octave's share more than the one below.
  audio::SpeechColour colour;
  colour.Add(heard->colour);
  EXPECT_GT(heard->colour.seconds, 0.8);
  const auto levels = colour.LevelsDb();
  EXPECT_NEAR(levels[12] - levels[3], 9.0, 1.0);
  // What lies far on sounds like what was sought for there.
  LineState later = Slot(40000, 43000);
  const auto sought = listener.Measure(later, later.slot_end, {});
  ASSERT_TRUE(sought.ok());
  EXPECT_NEAR(sought->lufs, heard->lufs, 1.0);
}

// The speech alone is quieter than all that sounds, and that is what counts.
TEST_F(SlotListenerTest, HearsTheSpeechTrackWhereThereIsOne) {
  const auto source = Source();
  SlotListener mixture(source);
  LineState line = Slot(3000, 4200);
  const auto all = mixture.Measure(line, line.slot_end, {});
  ASSERT_TRUE(all.ok());
  Samples asked = 0;
  SlotListener listener(
      source, [&](Samples start, Samples frames, const std::stop_token& stop) -> StatusOr<SlotSound> {
        asked = frames;
        std::vector<float> sound;
        WS_RETURN_IF_ERROR(source->Open(start).value()->Read(frames, sound, stop));
        for (float& v : sound) v *= 0.25F;
        return MeasureSpeech(sound);
      });
  const auto speech = listener.Measure(line, line.slot_end, {});
  ASSERT_TRUE(speech.ok());
  EXPECT_EQ(asked, line.spoken_length);
  EXPECT_NEAR(speech->lufs, all->lufs - 12.04, 0.1);
  EXPECT_NEAR(speech->colour.seconds, all->colour.seconds, 0.05);
  EXPECT_EQ(all->evidence, SpeechEvidence::kMixture);
  EXPECT_EQ(speech->evidence, SpeechEvidence::kSpeechTrack);
  const auto fails_with = [&](Status status) {
    SlotListener broken(
        source, [status](Samples, Samples, const std::stop_token&) -> StatusOr<SlotSound> { return status; });
    return broken.Measure(line, line.slot_end, {});
  };
  EXPECT_EQ(fails_with(Cancelled("stopped")).status().code(), StatusCode::kCancelled);
  // A separator that failed is no reason to know nothing.
  EXPECT_EQ(fails_with(Internal("broken"))->lufs, all->lufs);
}

TEST_F(SlotListenerTest, WhereNobodySpeaksNothingIsKnown) {
  const auto source = Source();
  SlotListener listener(source);
  LineState line = Slot(20000, 22000);
  const auto heard = listener.Measure(line, SamplesFromMs(int64_t{30000}), {});
  ASSERT_TRUE(heard.ok());
  EXPECT_FALSE(std::isfinite(heard->lufs));
  EXPECT_EQ(heard->colour.seconds, 0);
  EXPECT_EQ(line.spoken_length, -1);
  EXPECT_EQ(line.quiet_until, alignment::kNever);
}

TEST_F(SlotListenerTest, WithoutSoundNothingIsKnown) {
  const std::optional<SoundSource> none;
  SlotListener listener(none);
  LineState line = Slot(0, 2000);
  ASSERT_TRUE(listener.Measure(line, line.slot_end, {}).ok());
  EXPECT_EQ(line.spoken_length, -1);
}

TEST_F(SlotListenerTest, StopsWhenItIsTold) {
  const auto source = Source();
  SlotListener listener(source);
  LineState line = Slot(0, 30000);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(listener.Measure(line, line.slot_end, stop.get_token()).status().code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::pipeline
