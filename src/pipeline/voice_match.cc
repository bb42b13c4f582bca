// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/voice_match.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "audio/loudness.h"
#include "audio/shelf.h"

namespace waveshift::pipeline {
namespace {

constexpr double kEvenedLu = 2;
constexpr double kHalfHeardS = 4;
// A take that is nearly silent must not become a roar of noise.
constexpr double kHighestGainDb = 30;
// A level that no band of speech has: the sound's rate cannot hold the band.
constexpr double kNoBandDb = -90;
constexpr int kLowestShelfRateHz = 8000;

struct Bounds {
  double low;
  double high;
};

Bounds LoudnessBounds(SpeechEvidence evidence) {
  return evidence == SpeechEvidence::kSpeechTrack ? Bounds{-10, 5} : Bounds{-6, 3};
}

Bounds ToneBounds(SpeechEvidence evidence) {
  return evidence == SpeechEvidence::kSpeechTrack ? Bounds{-6, 3} : Bounds{-4, 2};
}

double Tenths(double value) { return std::round(value * 10) / 10; }

audio::LineColour ColourOfTake(const Take& take) {
  audio::BandAnalyzer analyzer(take.audio.sample_rate_hz);
  std::vector<audio::BandPowers> frames;
  analyzer.Add(take.audio.samples, frames);
  return audio::ColourOf(frames);
}

double LoudnessOf(const Take& take, double tone_db) {
  if (tone_db == 0) return audio::IntegratedLoudness(take.audio, audio::MonoAs::kBothSides);
  audio::MonoBuffer toned = take.audio;
  audio::HighShelf(kVoiceShelfHz, tone_db, toned.sample_rate_hz).Process(toned.samples);
  return audio::IntegratedLoudness(toned, audio::MonoAs::kBothSides);
}

}  // namespace

double LineTargetLufs(double slot_lufs, double speech_lufs, SpeechEvidence evidence) {
  if (!std::isfinite(slot_lufs)) return speech_lufs;
  const double difference = slot_lufs - speech_lufs;
  const double beyond = difference - std::clamp(difference, -kEvenedLu, kEvenedLu);
  const Bounds bounds = LoudnessBounds(evidence);
  return Tenths(speech_lufs + std::clamp(beyond, bounds.low, bounds.high));
}

double FitShelfDb(const audio::SpeechColour& original, const audio::SpeechColour& voice,
                  SpeechEvidence evidence) {
  const double heard_s = std::min(original.seconds(), voice.seconds());
  if (heard_s <= 0) return 0;
  // Around 0 dB a shelf's response is its shape times its gain.
  const audio::HighShelf one_db(kVoiceShelfHz, 1, kTimelineRateHz);
  const auto wanted = original.LevelsDb();
  const auto given = voice.LevelsDb();
  double count = 0, shape_sum = 0, level_sum = 0, squares = 0, products = 0;
  for (size_t band = 0; band < audio::kColourBands; ++band) {
    if (given[band] < kNoBandDb) continue;
    const double shape = one_db.ResponseDb(audio::ColourCentreHz(band));
    const double difference = std::max(wanted[band], kNoBandDb) - given[band];
    count += 1;
    shape_sum += shape;
    level_sum += difference;
    squares += shape * shape;
    products += shape * difference;
  }
  const double spread = squares - shape_sum * shape_sum / std::max(count, 1.0);
  if (spread < 1e-3) return 0;
  const double fit = (products - shape_sum * level_sum / count) / spread;
  const Bounds bounds = ToneBounds(evidence);
  return Tenths(std::clamp(fit * heard_s / (heard_s + kHalfHeardS), bounds.low, bounds.high));
}

double VoiceMatch::ToneFor(const SlotSound& slot, const Take& take, const std::string& speaker) {
  if (!options_.match_tone || take.audio.sample_rate_hz < kLowestShelfRateHz) return 0;
  Speaker& heard = speakers_[speaker];
  heard.original.Add(slot.colour);
  heard.voice.Add(ColourOfTake(take));
  return FitShelfDb(heard.original, heard.voice, slot.evidence);
}

void VoiceMatch::Match(const SlotSound& slot, const Take& take, LineState& line) {
  line.original_lufs = slot.lufs;
  line.speech_lufs = LineTargetLufs(slot.lufs, options_.speech_lufs, slot.evidence);
  line.tone_db = ToneFor(slot, take, line.line.speaker);
  const double lufs = LoudnessOf(take, line.tone_db);
  line.gain =
      options_.voice_gain * audio::GainFromDb(audio::SpeechGainDb(lufs, line.speech_lufs, kHighestGainDb));
}

}  // namespace waveshift::pipeline
