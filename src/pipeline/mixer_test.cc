// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The float samples that go into the encoder, over real decoded sound.
#include "pipeline/mixer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "audio/loudness.h"
#include "base/files.h"
#include "base/process.h"
#include "pipeline/render.h"
#include "pipeline/test_separator.h"

namespace waveshift::pipeline {
namespace {

constexpr Samples kSecond = kTimelineRateHz;
constexpr Samples kLength = 12 * kSecond;

class MixerTest : public testing::Test {
 protected:
  // Stereo noise, different on both sides: 12 s at -12 dBFS, and with peaks at full scale from 7 to 9 s.
  static void SetUpTestSuite() {
    folder_ = new ScratchDirectory(ScratchDirectory::Make().value());
    const std::string level = "(0.25+0.75*between(t\\,7\\,9))";
    const std::string sound =
        "aevalsrc=" + level + "*(2*random(0)-1)|" + level + "*(2*random(1)-1):s=48000:d=12";
    const auto result = RunProcess({.program = "ffmpeg",
                                    .arguments = {"-hide_banner", "-nostdin", "-v", "error", "-y", "-f",
                                                  "lavfi", "-i", sound, "-c:a", "pcm_f32le", Path()},
                                    .time_limit = std::chrono::minutes(1)},
                                   {});
    ASSERT_TRUE(result.ok()) << Message(result.status());
    ASSERT_EQ(result->exit_code, 0) << result->error_output;
    auto reader = media::AudioReader::Open(Path(), -1, 0).value();
    original_ = new std::vector<float>();
    ASSERT_TRUE(reader->Read(kLength, *original_, {}).ok());
  }
  static void TearDownTestSuite() {
    delete folder_;
    delete original_;
  }
  static std::string Path() { return folder_->path() + "/sound.wav"; }

  // A line of `seconds` of a tone at 1 kHz with the given peak.
  const LineState& Line(double start_s, double seconds, float peak, LineStatus status = LineStatus::kDubbed) {
    LineState line;
    line.status = status;
    line.slot_start = line.start = SamplesFromSeconds(start_s);
    line.length = SamplesFromSeconds(seconds);
    line.slot_end = line.end();
    line.take_key = "take" + std::to_string(lines_.size());
    Take take;
    take.audio.sample_rate_hz = 24000;
    for (int i = 0; i < static_cast<int>(24000 * seconds); ++i)
      take.audio.samples.push_back(0.5F *
                                   static_cast<float>(std::sin(2 * 3.14159265358979 * 1000 * i / 24000)));
    line.gain = 2 * peak;
    EXPECT_TRUE(journal_.SaveTake(line.take_key, take).ok());
    lines_.push_back(line);
    return lines_.back();
  }
  std::vector<float> Mix(MixerOptions options, Samples chunk = kSecond,
                         std::vector<float>* original = nullptr) {
    options.length = kLength;
    auto reader = media::AudioReader::Open(Path(), -1, 0, Mixer::FirstSampleToRead(options)).value();
    Mixer mixer(options, journal_, std::move(reader));
    for (const LineState& line : lines_) mixer.AddLine(line);
    std::vector<float> dubbed;
    for (;;) {
      const MixChunk piece = mixer.Next(chunk, {}).value();
      if (piece.dubbed.empty()) break;
      dubbed.insert(dubbed.end(), piece.dubbed.begin(), piece.dubbed.end());
      if (original != nullptr)
        original->insert(original->end(), piece.original.begin(), piece.original.end());
    }
    return dubbed;
  }
  // How many samples of [from, to) s differ from the original times a gain.
  static size_t Differences(const std::vector<float>& mix, double from_s, double to_s, float gain = 1) {
    size_t count = 0;
    for (auto i = static_cast<size_t>(2 * SamplesFromSeconds(from_s));
         i < static_cast<size_t>(2 * SamplesFromSeconds(to_s)); ++i) {
      count += mix[i] != gain * (*original_)[i] ? 1 : 0;
    }
    return count;
  }
  static double TruePeak(const std::vector<float>& sound, double from_s, double to_s) {
    const auto meter = audio::LoudnessMeter::Make();
    meter->Add(std::span(sound).subspan(static_cast<size_t>(2 * SamplesFromSeconds(from_s)),
                                        static_cast<size_t>(2 * SamplesFromSeconds(to_s - from_s))));
    return meter->Summary().true_peak_dbtp;
  }

  static ScratchDirectory* folder_;
  static std::vector<float>* original_;
  std::unique_ptr<stores::ObjectStore> store_ = stores::MakeMemoryObjectStore();
  Journal journal_{*store_, "j/"};
  std::deque<LineState> lines_;
};
ScratchDirectory* MixerTest::folder_ = nullptr;
std::vector<float>* MixerTest::original_ = nullptr;

// The lines are far over full scale, so that the limiter works hard beside what must not change.
TEST_F(MixerTest, GapsAndKeptSlotsAreTheOriginalToTheBit) {
  Line(1, 1.5, 2.0F);
  Line(3, 1, 2.0F);
  Line(4.5, 0.5, 0, LineStatus::kKept);
  Line(5.5, 1, 2.0F);
  Line(6, 0.2, 0, LineStatus::kFailed);
  std::vector<float> original;
  const auto mix = Mix({}, kSecond, &original);
  ASSERT_EQ(mix.size(), original_->size());
  EXPECT_EQ(original, *original_);
  EXPECT_EQ(Differences(mix, 0, 0.84), 0U);
  EXPECT_EQ(Differences(mix, 4.38, 5.34), 0U);
  // Behind the loud passage at 7 s the limiter has come to rest.
  EXPECT_EQ(Differences(mix, 10.5, 12), 0U);
  // And it was changed where it should be.
  EXPECT_GT(Differences(mix, 1, 2.5), 100000U);
  EXPECT_LE(TruePeak(mix, 0, 12), -2.0 + 0.1);
  EXPECT_GT(TruePeak(mix, 1, 2.5), -3.0);
}

// A dub that begins late and is short: before it and behind it the original's words are not heard either.
TEST_F(MixerTest, TheWholeSlotIsLowered) {
  Line(1.4, 0.5, 0.1F);
  lines_.back().slot_start = SamplesFromSeconds(1.0);
  lines_.back().slot_end = SamplesFromSeconds(2.5);
  const auto mix = Mix({});
  const auto low = static_cast<float>(audio::GainFromDb(-18));
  const auto is_low = [&](double from_s, double to_s) {
    for (auto i = static_cast<size_t>(2 * SamplesFromSeconds(from_s));
         i < static_cast<size_t>(2 * SamplesFromSeconds(to_s)); ++i) {
      if (std::abs(mix[i] - low * (*original_)[i]) > 1e-6F) return false;
    }
    return true;
  };
  EXPECT_TRUE(is_low(1, 1.35));
  EXPECT_TRUE(is_low(1.95, 2.49));
  EXPECT_FALSE(is_low(1.5, 1.6));
  EXPECT_EQ(Differences(mix, 3.5, 6.5), 0U);
}

// What is louder than an encoder can carry is limited, in the dubbed track alone.
TEST_F(MixerTest, LoudPassagesDoNotClip) {
  std::vector<float> original;
  const auto mix = Mix({}, kSecond, &original);
  EXPECT_EQ(original, *original_);
  EXPECT_EQ(Differences(mix, 0, 6.9), 0U);
  EXPECT_GT(TruePeak(*original_, 7, 9), 0.0);
  EXPECT_LE(TruePeak(mix, 0, 12), -2.0 + 0.1);
  EXPECT_EQ(Differences(mix, 10.5, 12), 0U);
  std::vector<float> limited;
  Mix({.limit_original = true}, kSecond, &limited);
  EXPECT_EQ(limited, mix);
}

// Speech is taken out of what was decoded, before anything is limited; the gaps do not notice.
TEST_F(MixerTest, SpeechIsTakenOutUnderLinesAlone) {
  Line(2, 2, 0.1F);
  const auto mixed = [&](float gain) {
    SpeechRemoval removal(
        {.open = [](Samples start) { return media::AudioReader::Open(Path(), -1, 0, start); },
         .separator = std::make_shared<TestSeparator>(0.5F),
         .gain = gain});
    return Mix({.background = BackgroundMode::kSeparate, .removal = &removal});
  };
  const auto rendered = RenderLine(journal_, lines_[0]).value();
  const auto mix = mixed(1);
  EXPECT_EQ(Differences(mix, 0, 1.84), 0U);
  EXPECT_EQ(Differences(mix, 4.38, 6.9), 0U);
  const auto softer = mixed(0.5);
  EXPECT_EQ(Differences(softer, 4.38, 6.9), 0U);
  for (Samples i = kSecond / 2; i < kSecond; ++i) {
    const auto at = static_cast<size_t>(2 * (2 * kSecond + i));
    const float line = rendered[static_cast<size_t>(i)];
    ASSERT_NEAR(mix[at], 0.5F * (*original_)[at] + line, 1e-5) << i;
    ASSERT_NEAR(softer[at], 0.25F * (*original_)[at] + line, 1e-5) << i;
  }
}

TEST_F(MixerTest, TheProgrammesGainIsOneFactor) {
  Line(3, 1, 0.2F);
  const auto mix = Mix({.programme_gain = 0.5});
  EXPECT_EQ(Differences(mix, 0, 2.84, 0.5F), 0U);
  EXPECT_EQ(Differences(mix, 4.38, 6.9, 0.5F), 0U);
  const auto whole = Mix({});
  // Under the limiter's ceiling all of the mix is half of what it was.
  for (size_t i = size_t{6} * kTimelineRateHz; i < size_t{8} * kTimelineRateHz; ++i)
    ASSERT_NEAR(mix[i], 0.5F * whole[i], 1e-6) << i;
}

TEST_F(MixerTest, NeitherCutsNorResumingChangeIt) {
  Line(1, 1.5, 2.0F);
  Line(6.8, 1, 0.8F);
  const auto whole = Mix({});
  EXPECT_EQ(Mix({}, 7777), whole);
  const Samples start = 5 * kSecond;
  const auto resumed = Mix({.start = start});
  ASSERT_EQ(resumed.size(), static_cast<size_t>(2 * (kLength - start)));
  EXPECT_TRUE(std::equal(resumed.begin(), resumed.end(), whole.begin() + 2 * start));
}

// Of the background alone, in the middle of a line.
double LevelDb(const std::vector<float>& mix, const std::vector<float>& original,
               const std::vector<float>& line) {
  double sum = 0;
  double reference = 0;
  for (size_t i = 0; i < line.size(); ++i) {
    const double v = mix[i] - line[i];
    sum += v * v;
    reference += static_cast<double>(original[i]) * original[i];
  }
  return 10 * std::log10(sum / reference);
}

TEST_F(MixerTest, GainsOfVoiceAndBackground) {
  Line(2, 2, 0.1F);
  const auto cut = [](const std::vector<float>& sound) {
    return std::vector<float>(sound.begin() + 2 * kSecond * 5 / 2, sound.begin() + 2 * kSecond * 7 / 2);
  };
  const auto rendered = RenderLine(journal_, lines_[0]).value();
  std::vector<float> line;
  for (Samples i = kSecond / 2; i < kSecond * 3 / 2; ++i)
    line.insert(line.end(), 2, rendered[static_cast<size_t>(i)]);
  const auto original = cut(*original_);
  struct Case {
    BalanceOptions balance;
    double expected_db;
  };
  for (const Case& c :
       {Case{{}, -18.0}, Case{{.duck_db = 0}, 0.0}, Case{{.background_gain = 0.5, .duck_db = 0}, -6.02},
        Case{{.background_gain = 0.5}, -24.02}, Case{{.background_gain = 0}, -100.0},
        Case{{.background_gain = 1.5, .duck_db = 0}, 3.52}}) {
    const auto mix = Mix({.balance = c.balance});
    EXPECT_NEAR(LevelDb(cut(mix), original, line), c.expected_db, c.expected_db < -90 ? 6 : 0.05);
    EXPECT_EQ(Differences(mix, 0, 1.84), 0U);
    EXPECT_EQ(Differences(mix, 4.38, 6.9), 0U);
  }
}

// A line's first and last samples are fades of equal length, so that nothing clicks.
TEST_F(MixerTest, EdgesFadeAlike) {
  Line(2, 1, 0.5F);
  lines_[0].tone_db = -3;
  const auto rendered = RenderLine(journal_, lines_[0]).value();
  const auto loudest = [&](size_t from, size_t count) {
    float peak = 0;
    for (size_t i = from; i < from + count; ++i) peak = std::max(peak, std::abs(rendered[i]));
    return peak;
  };
  const size_t n = rendered.size();
  ASSERT_EQ(n, 48000U);
  EXPECT_LT(loudest(0, 6), 0.01F);
  EXPECT_LT(loudest(n - 6, 6), 0.01F);
  EXPECT_NEAR(loudest(48, 48), loudest(n - 96, 48), 0.1F);
  EXPECT_GT(loudest(144, 96), 0.3F);
  EXPECT_GT(loudest(n - 240, 96), 0.3F);
}

TEST_F(MixerTest, MutedBackgroundStaysInKeptSlots) {
  Line(2, 1, 0.1F);
  Line(4, 1, 0, LineStatus::kKept);
  const auto mix = Mix({.background = BackgroundMode::kNone});
  EXPECT_EQ(Differences(mix, 4, 5), 0U);
  for (size_t i = 0; i < 2 * kSecond; ++i) ASSERT_EQ(mix[i], 0.0F);
}

TEST_F(MixerTest, WithoutSoundThereAreLinesAlone) {
  Line(2, 1, 0.1F);
  Mixer mixer({.length = 4 * kSecond}, journal_, nullptr);
  mixer.AddLine(lines_[0]);
  const MixChunk chunk = mixer.Next(4 * kSecond, {}).value();
  EXPECT_TRUE(chunk.original.empty());
  ASSERT_EQ(chunk.dubbed.size(), static_cast<size_t>(8 * kSecond));
  const auto rendered = RenderLine(journal_, lines_[0]).value();
  for (size_t i = 0; i < rendered.size(); ++i) ASSERT_EQ(chunk.dubbed[2 * (96000 + i)], rendered[i]) << i;
}

}  // namespace
}  // namespace waveshift::pipeline
