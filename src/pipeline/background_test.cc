// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/background.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/test_separator.h"

namespace waveshift::pipeline {
namespace {

constexpr Samples kSecond = kTimelineRateHz;
constexpr float kDuckGain = 0.125F;

// The programme: 1 everywhere.
class Ones : public media::AudioReader {
 public:
  Status Read(int64_t frames, std::vector<float>& interleaved, const std::stop_token& stop) override {
    if (stop.stop_requested()) return Cancelled("stopped");
    interleaved.insert(interleaved.end(), static_cast<size_t>(2 * frames), 1.0F);
    return OkStatus();
  }
  bool ended() const override { return false; }
  int64_t damaged_packets() const override { return 0; }
};

class SpeechRemovalTest : public testing::Test {
 protected:
  SpeechRemoval::Options Options() {
    SpeechRemoval::Options options;
    options.open = [](Samples) {
      return StatusOr<std::unique_ptr<media::AudioReader>>(std::make_unique<Ones>());
    };
    options.separator = separator_;
    options.on_fallback = [this](const Fallback& fallback) { fallbacks_.push_back(fallback); };
    return options;
  }
  // The mix of `seconds` seconds in parts: sound times gain.
  static std::vector<float> Mix(SpeechRemoval& removal, Samples start, Samples seconds,
                                Samples part = kSecond) {
    std::vector<float> mix;
    for (Samples at = start; at < start + seconds * kSecond; at += part) {
      std::vector<float> sound(static_cast<size_t>(2 * part), 1.0F);
      std::vector<float> gains(static_cast<size_t>(part), kDuckGain);
      EXPECT_TRUE(removal.Apply(at, sound, gains, {}).ok());
      for (size_t i = 0; i < sound.size(); ++i) mix.push_back(sound[i] * gains[i / 2]);
    }
    return mix;
  }
  static bool AllAre(const std::vector<float>& mix, double from_s, double to_s, float value) {
    const auto at = [&](double seconds) {
      return mix.begin() + 2 * static_cast<ptrdiff_t>(seconds * kTimelineRateHz);
    };
    return std::all_of(at(from_s), at(to_s), [value](float is) { return is == value; });
  }

  std::shared_ptr<TestSeparator> separator_ = std::make_shared<TestSeparator>(0.75F);
  std::vector<Fallback> fallbacks_;
};

TEST_F(SpeechRemovalTest, TakesSpeechOutUnderTheDubAndLeavesTheRestToTheBit) {
  SpeechRemoval removal(Options());
  removal.AddDubbed(3 * kSecond, 5 * kSecond);
  removal.AddKept(5 * kSecond, 6 * kSecond);
  const auto mix = Mix(removal, 0, 8);
  EXPECT_TRUE(AllAre(mix, 0, 2.9, 1.0F));
  EXPECT_TRUE(AllAre(mix, 3, 5, 0.25F));
  EXPECT_TRUE(AllAre(mix, 5.05, 8, 1.0F));
  for (size_t i = 2; i < mix.size(); ++i) ASSERT_LT(std::abs(mix[i] - mix[i - 2]), 0.002F) << i;
  EXPECT_FALSE(removal.fallback().has_value());
  EXPECT_EQ(separator_->starts, 1);
}

TEST_F(SpeechRemovalTest, TheBackgroundHasAGainOfItsOwn) {
  auto options = Options();
  options.gain = 0.5F;
  SpeechRemoval removal(std::move(options));
  removal.AddDubbed(3 * kSecond, 5 * kSecond);
  const auto mix = Mix(removal, 0, 8);
  EXPECT_TRUE(AllAre(mix, 0, 2.9, 1.0F));
  EXPECT_TRUE(AllAre(mix, 3, 5, 0.125F));
  for (size_t i = 2; i < mix.size(); ++i) ASSERT_LT(std::abs(mix[i] - mix[i - 2]), 0.002F) << i;
}

TEST_F(SpeechRemovalTest, DoesNotDependOnHowTheProgrammeIsCut) {
  separator_ = std::make_shared<TestSeparator>(0.3F, 0.5F);
  const auto mix = [&](Samples part) {
    SpeechRemoval removal(Options());
    removal.AddDubbed(kSecond, 2 * kSecond);
    removal.AddDubbed(3 * kSecond, 4 * kSecond);
    return Mix(removal, 0, 6, part);
  };
  EXPECT_EQ(mix(kSecond), mix(480));
}

TEST_F(SpeechRemovalTest, DucksOnceItTookTooLong) {
  auto options = Options();
  double now = 0;
  options.limit_s = 5;
  options.seconds = [&] { return now += 1; };  // each stretch takes a second
  SpeechRemoval removal(std::move(options));
  removal.AddDubbed(2 * kSecond, 20 * kSecond);
  const auto mix = Mix(removal, 0, 20);
  ASSERT_EQ(fallbacks_.size(), 1U);
  // The sixth second of separation is the one too many.
  EXPECT_EQ(fallbacks_[0].from, 7 * kSecond);
  EXPECT_EQ(fallbacks_[0].reason, "separation took longer than 5 s");
  EXPECT_TRUE(AllAre(mix, 2, 7, 0.25F));
  EXPECT_TRUE(AllAre(mix, 7.05, 20, kDuckGain));
  for (size_t i = 2; i < mix.size(); ++i) ASSERT_LT(std::abs(mix[i] - mix[i - 2]), 0.002F) << i;

  // A later run that begins in the middle does as the first one did.
  auto again = Options();
  again.fallback = fallbacks_[0];
  SpeechRemoval second(std::move(again));
  second.AddDubbed(2 * kSecond, 20 * kSecond);
  const auto rest = Mix(second, 6 * kSecond, 14);
  EXPECT_TRUE(std::equal(rest.begin(), rest.end(), mix.begin() + 2 * 6 * kSecond));
  EXPECT_EQ(fallbacks_.size(), 1U);
}

TEST_F(SpeechRemovalTest, DucksWhenTheSeparatorFails) {
  separator_->error = Internal("broken");
  SpeechRemoval removal(Options());
  removal.AddDubbed(2 * kSecond, 4 * kSecond);
  const auto mix = Mix(removal, 0, 4);
  ASSERT_EQ(fallbacks_.size(), 1U);
  EXPECT_NE(fallbacks_[0].reason.find("broken"), std::string::npos);
  EXPECT_TRUE(AllAre(mix, 0, 1, 1.0F));
  EXPECT_TRUE(AllAre(mix, 2, 4, kDuckGain));
}

TEST_F(SpeechRemovalTest, StopsWhenAskedTo) {
  SpeechRemoval removal(Options());
  removal.AddDubbed(0, kSecond);
  std::stop_source stop;
  stop.request_stop();
  std::vector<float> sound(2000, 1.0F);
  std::vector<float> gains(1000, 1.0F);
  EXPECT_EQ(removal.Apply(0, sound, gains, stop.get_token()).code(), StatusCode::kCancelled);
  EXPECT_FALSE(removal.fallback().has_value());
}

TEST(Fallback, IsReadBackForItsOwnJobOnly) {
  const std::string note = FormatFallback({96000, "a \"reason\""}, "print");
  const auto fallback = ParseFallback(note, "print");
  ASSERT_TRUE(fallback.has_value());
  EXPECT_EQ(fallback->from, 96000);
  EXPECT_EQ(fallback->reason, "a \"reason\"");
  EXPECT_FALSE(ParseFallback(note, "other").has_value());
  for (const char* damaged : {"", "{", "[]", R"({"fingerprint": "print"})",
                              R"({"fingerprint": "print", "from": -1, "reason": "r"})",
                              R"({"fingerprint": "print", "from": 5, "reason": 7})"}) {
    EXPECT_FALSE(ParseFallback(damaged, "print").has_value()) << damaged;
  }
}

}  // namespace
}  // namespace waveshift::pipeline
