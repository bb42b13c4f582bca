// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "voices/rate_predictor.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "voices/syllables.h"

namespace waveshift::voices {
namespace {

constexpr double kCommaSeconds = 0.15;
constexpr double kSentenceSeconds = 0.35;
constexpr double kMostWrong = 5;
// What is believed of a voice, or of a language, before anything was heard: worth this many observations.
constexpr double kBelief = 3;
constexpr double kBelievedError = 0.25;
// Of a normal distribution: standard deviation over median deviation.
constexpr double kDeviationScale = 1.4826;
constexpr double kLeastError = 0.02;
// A short text's length varies more: rests on few syllables.
constexpr double kShortText = 4;

// Marks inside the text, not the last.
double PauseSeconds(std::string_view text) {
  struct Mark {
    std::string_view text;
    double seconds;
  };
  static constexpr std::array<Mark, 12> kMarks = {
      {{", ", kCommaSeconds},
       {"; ", kCommaSeconds},
       {": ", kCommaSeconds},
       {". ", kSentenceSeconds},
       {"! ", kSentenceSeconds},
       {"? ", kSentenceSeconds},
       {"\xE3\x80\x81", kCommaSeconds},       // ideographic comma
       {"\xEF\xBC\x8C", kCommaSeconds},       // full-width comma
       {"\xEF\xBC\x9B", kCommaSeconds},       // full-width semicolon
       {"\xE3\x80\x82", kSentenceSeconds},    // ideographic full stop
       {"\xEF\xBC\x81", kSentenceSeconds},    // full-width !
       {"\xEF\xBC\x9F", kSentenceSeconds}}};  // full-width ?
  double seconds = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    for (const Mark& mark : kMarks) {
      if (text.substr(at).starts_with(mark.text) && at + mark.text.size() < text.size())
        seconds += mark.seconds;
    }
  }
  return seconds;
}

double ExpectedSeconds(std::string_view text) {
  const SyllableEstimate estimate = EstimateSyllables(text);
  if (!(estimate.syllables > 0)) return 0;
  return estimate.syllables / estimate.typical_per_second + PauseSeconds(text);
}

double Median(const std::vector<double>& sorted) {
  const size_t n = sorted.size();
  return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

struct Estimate {
  double factor = 0;  // logarithm
  double variance = kBelievedError * kBelievedError;
};

// The median of the values' distances from their `median`. The nearest values lie beside it: the walk from
// there in both directions meets the distances in order.
double MedianDeviation(const std::vector<double>& sorted, double median) {
  const size_t n = sorted.size();
  size_t right = static_cast<size_t>(std::lower_bound(sorted.begin(), sorted.end(), median) - sorted.begin());
  size_t left = right;  // one behind the next on the left
  double last = 0;
  double before_last = 0;
  for (size_t taken = 0; taken <= n / 2; ++taken) {
    before_last = last;
    const bool go_left = right == n || (left > 0 && median - sorted[left - 1] < sorted[right] - median);
    last = go_left ? median - sorted[--left] : sorted[right++] - median;
  }
  return n % 2 == 1 ? last : (before_last + last) / 2;
}

// What the observations say, drawn towards `belief`.
Estimate Draw(const std::vector<double>& sorted, const Estimate& belief) {
  if (sorted.empty()) return belief;
  const auto n = static_cast<double>(sorted.size());
  const double median = Median(sorted);
  const double deviation = std::max(kLeastError, kDeviationScale * MedianDeviation(sorted, median));
  Estimate estimate;
  estimate.factor = (n * median + kBelief * belief.factor) / (n + kBelief);
  estimate.variance = (n * deviation * deviation + kBelief * belief.variance) / (n + kBelief);
  return estimate;
}

void Insert(std::vector<double>& sorted, double value) {
  sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), value), value);
}

}  // namespace

void RatePredictor::Observe(std::string_view voice_key, std::string_view language, std::string_view text,
                            Samples length) {
  const double expected = ExpectedSeconds(text);
  if (length <= 0 || expected <= 0) return;
  const double factor = std::log(SecondsFromSamples(length) / expected);
  if (std::abs(factor) > std::log(kMostWrong)) return;
  Insert(by_language_[std::string(language)], factor);
  Insert(by_voice_[{std::string(voice_key), std::string(language)}], factor);
}

LengthPrediction RatePredictor::Predict(std::string_view voice_key, std::string_view language,
                                        std::string_view text) const {
  LengthPrediction prediction;
  const double expected = ExpectedSeconds(text);
  if (expected <= 0) return prediction;
  Estimate estimate;
  if (const auto of_language = by_language_.find(language); of_language != by_language_.end()) {
    estimate = Draw(of_language->second, estimate);
  }
  const auto of_voice = by_voice_.find({std::string(voice_key), std::string(language)});
  if (of_voice != by_voice_.end()) {
    estimate = Draw(of_voice->second, estimate);
    prediction.observations = of_voice->second.size();
  }
  const double of_estimate = estimate.variance / (static_cast<double>(prediction.observations) + kBelief);
  const double shortness = 1 + kShortText / EstimateSyllables(text).syllables;
  prediction.length = SamplesFromSeconds(expected * std::exp(estimate.factor));
  prediction.relative_error = std::sqrt(estimate.variance * shortness + of_estimate);
  return prediction;
}

}  // namespace waveshift::voices
