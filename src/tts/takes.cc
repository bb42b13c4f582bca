// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/takes.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "audio/edges.h"
#include "base/hash.h"

namespace waveshift::tts {
namespace {

constexpr double kShortestPerSymbol = 0.012;
constexpr double kLongestPerSymbol = 0.6;
constexpr double kLongestBesides = 2.5;
constexpr float kQuietestPeak = 3e-3F;  // -50 dBFS: below it nothing is said
constexpr float kFullScale = 0.99F;
constexpr double kFadeSeconds = 0.002;

constexpr double kSentencePause = 0.4;
constexpr double kClausePause = 0.2;
constexpr double kWordPause = 0.04;

bool IsPositive(double value) { return std::isfinite(value) && value > 0; }

std::string Seconds(double seconds) { return std::to_string(std::lround(seconds * 1000)) + " ms"; }

}  // namespace

StatusOr<Tempo> TempoOf(const SpeakRequest& request) {
  if (!IsPositive(request.speed)) return InvalidArgument("speed: not a positive number");
  if (!IsPositive(request.voice.natural_rate)) {
    return InvalidArgument("voice: natural_rate is not a positive number");
  }
  const double wanted = request.speed * request.voice.natural_rate;
  const double possible = std::clamp(wanted, kSlowestTempo, kFastestTempo);
  return Tempo{possible, possible != wanted};
}

std::string TempoWarning(const Tempo& tempo) {
  const auto percent = [](double factor) { return std::to_string(std::lround(factor * 100)) + " %"; };
  return "the voice speaks at " + percent(kSlowestTempo) + " to " + percent(kFastestTempo) +
         " of its own tempo; spoken at " + percent(tempo.factor);
}

TakeBounds BoundsFor(size_t symbols, double tempo) {
  const auto count = static_cast<double>(symbols);
  return {kShortestPerSymbol * count / tempo, (kLongestBesides + kLongestPerSymbol * count) / tempo};
}

Status FinishTake(audio::MonoBuffer& take, const TakeBounds& bounds) {
  float peak = 0;
  for (const float sample : take.samples) {
    if (!std::isfinite(sample)) return Internal("the model made invalid samples");
    peak = std::max(peak, std::abs(sample));
  }
  if (peak < kQuietestPeak) return Internal("the model made no sound");
  const double seconds = take.seconds();
  if (seconds > bounds.longest_seconds || seconds < bounds.shortest_seconds) {
    return Internal("the model spoke for " + Seconds(seconds) + ", which the text does not justify (" +
                    Seconds(bounds.shortest_seconds) + " to " + Seconds(bounds.longest_seconds) + ")");
  }
  if (peak > 1) {
    for (float& sample : take.samples) sample *= kFullScale / peak;
  }
  audio::TrimSilence(take);
  const auto fade = static_cast<size_t>(kFadeSeconds * take.sample_rate_hz);
  audio::ApplyFades(take.samples, fade, fade);
  return OkStatus();
}

void AppendPiece(audio::MonoBuffer& line, const audio::MonoBuffer& piece, double gap_seconds) {
  if (line.samples.empty()) {
    line = piece;
    return;
  }
  line.samples.resize(line.samples.size() + static_cast<size_t>(gap_seconds * line.sample_rate_hz));
  line.samples.insert(line.samples.end(), piece.samples.begin(), piece.samples.end());
}

double PauseSeconds(char32_t mark) {
  constexpr std::u32string_view kSentence = U".!?\u2026";
  constexpr std::u32string_view kClause = U",;:\u2014";
  if (mark != U'\0' && kSentence.find(mark) != std::u32string_view::npos) return kSentencePause;
  if (mark != U'\0' && kClause.find(mark) != std::u32string_view::npos) return kClausePause;
  return kWordPause;
}

uint64_t SeedFor(std::string_view voice, std::string_view phonemes, int attempt) {
  FieldHasher hasher;
  const std::string hex = hasher.Add(voice).Add(phonemes).Add(static_cast<long long>(attempt)).Hex();
  uint64_t seed = 0;
  std::from_chars(hex.data(), hex.data() + 16, seed, 16);
  return seed;
}

}  // namespace waveshift::tts
