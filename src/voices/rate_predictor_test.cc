// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/rate_predictor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "voices/syllables.h"

namespace waveshift::voices {
namespace {

struct Line {
  std::string text;
  Samples length;
};

// Lines of a voice that speaks `per_second` syllables a second, some of them a little faster or slower.
std::vector<Line> LinesOf(double per_second, size_t count, unsigned seed) {
  static const std::vector<std::string> kWords = {"the",     "weather", "is",    "remarkably", "pleasant",
                                                  "tonight", "and",     "every", "traveller",  "agrees"};
  std::mt19937 random(seed);
  std::vector<Line> lines;
  for (size_t i = 0; i < count; ++i) {
    std::string text;
    for (size_t k = 0; k < 6 + random() % 10; ++k) text += kWords[random() % kWords.size()] + " ";
    const double noise = 1 + (static_cast<double>(random() % 201) - 100) * 5e-4;
    lines.push_back({text, SamplesFromSeconds(EstimateSyllables(text).syllables / per_second * noise)});
  }
  return lines;
}

double Error(const RatePredictor& predictor, const Line& line, const char* voice = "v") {
  const auto length = static_cast<double>(predictor.Predict(voice, "en", line.text).length);
  return std::abs(std::log(length / static_cast<double>(line.length)));
}

TEST(RatePredictor, KnowsTheUsualRateBeforeItHasHeardAnything) {
  const RatePredictor predictor;
  const auto prediction = predictor.Predict("v", "en", "the weather is remarkably pleasant tonight");
  EXPECT_NEAR(SecondsFromSamples(prediction.length), 12 / kTypicalSyllablesPerSecond, 0.5);
  EXPECT_GT(prediction.relative_error, 0.2);
  EXPECT_EQ(prediction.observations, 0U);
}

TEST(RatePredictor, LearnsAVoice) {
  RatePredictor predictor;
  for (const Line& line : LinesOf(3.5, 30, 1)) predictor.Observe("v", "en", line.text, line.length);
  for (const Line& line : LinesOf(3.5, 20, 2)) {
    EXPECT_LT(Error(predictor, line), 0.08);
    EXPECT_LT(predictor.Predict("v", "en", line.text).relative_error, 0.12);
  }
  EXPECT_EQ(predictor.Predict("v", "en", "yes").observations, 30U);
}

TEST(RatePredictor, ANewVoiceIsLikeTheOthersOfItsLanguage) {
  RatePredictor predictor;
  for (const Line& line : LinesOf(3.5, 30, 1)) predictor.Observe("v", "en", line.text, line.length);
  const Line line = LinesOf(3.5, 1, 5).front();
  EXPECT_LT(Error(predictor, line, "new"), 0.1);
  EXPECT_EQ(predictor.Predict("v", "de", line.text).length,
            RatePredictor().Predict("v", "de", line.text).length);
  EXPECT_GT(predictor.Predict("new", "en", line.text).relative_error,
            predictor.Predict("v", "en", line.text).relative_error);
}

TEST(RatePredictor, RunawaysMoveItLittle) {
  RatePredictor predictor;
  const auto lines = LinesOf(4, 30, 1);
  for (size_t i = 0; i < lines.size(); ++i) {
    predictor.Observe("v", "en", lines[i].text, i % 5 == 0 ? 4 * lines[i].length : lines[i].length);
  }
  predictor.Observe("v", "en", "yes", Samples{3600} * kTimelineRateHz);
  predictor.Observe("v", "en", "yes", 0);
  predictor.Observe("v", "en", "", 48000);
  for (const Line& line : LinesOf(4, 20, 3)) EXPECT_LT(Error(predictor, line), 0.1);
}

// Lengths spread evenly, in logarithms, to 20 % either way: half of them are nearer than 10 % to the middle.
// The same few far too long ones on top move it little.
TEST(RatePredictor, TheErrorIsTheSpreadOfWhatWasHeard) {
  const std::string text = "the weather is remarkably pleasant tonight and every traveller agrees";
  const double syllables = EstimateSyllables(text).syllables;
  for (const int runaways : {0, 1, 2, 10}) {
    RatePredictor predictor;
    for (int i = -300; i <= 300; ++i) {
      predictor.Observe("v", "en", text, SamplesFromSeconds(syllables / 4 * std::exp(0.2 * i / 300)));
    }
    for (int i = 0; i < runaways; ++i) predictor.Observe("v", "en", text, SamplesFromSeconds(syllables));
    const double deviation = 1.4826 * 0.1;
    EXPECT_NEAR(predictor.Predict("v", "en", text).relative_error, deviation * std::sqrt(1 + 4 / syllables),
                0.005)
        << runaways;
  }
}

TEST(RatePredictor, TheOrderDoesNotMatter) {
  auto lines = LinesOf(4.4, 25, 7);
  RatePredictor forward;
  for (const Line& line : lines) forward.Observe("v", "en", line.text, line.length);
  std::reverse(lines.begin(), lines.end());
  RatePredictor backward;
  for (const Line& line : lines) backward.Observe("v", "en", line.text, line.length);
  const auto a = forward.Predict("v", "en", lines[0].text);
  const auto b = backward.Predict("v", "en", lines[0].text);
  EXPECT_EQ(a.length, b.length);
  EXPECT_EQ(a.relative_error, b.relative_error);
}

TEST(RatePredictor, PausesInsideCount) {
  const RatePredictor predictor;
  EXPECT_GT(predictor.Predict("v", "en", "Yes. No, not now.").length,
            predictor.Predict("v", "en", "Yes no not now").length + SamplesFromMs(int64_t{400}));
  EXPECT_GT(predictor.Predict("v", "zh", "好的，再见。").length,
            predictor.Predict("v", "zh", "好的再见").length);
  EXPECT_EQ(predictor.Predict("v", "en", "...").length, 0);
}

}  // namespace
}  // namespace waveshift::voices
