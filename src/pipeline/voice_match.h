// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How loud and how bright a dubbed line is: as the original speech in its slot was.
#ifndef WAVESHIFT_PIPELINE_VOICE_MATCH_H_
#define WAVESHIFT_PIPELINE_VOICE_MATCH_H_

#include <limits>
#include <map>
#include <string>

#include "audio/speech_colour.h"
#include "pipeline/journal.h"
#include "pipeline/line_state.h"

namespace waveshift::pipeline {

// Where the original speech was measured: among everything else that sounds, or in a track of its own.
enum class SpeechEvidence { kMixture, kSpeechTrack };

// What the original speech of a slot sounds like. A slot in which speech could not be told from anything else
// has no loudness and no colour.
struct SlotSound {
  double lufs = -std::numeric_limits<double>::infinity();  // gated
  audio::LineColour colour;
  SpeechEvidence evidence = SpeechEvidence::kMixture;
};

// The loudness that a line is brought to. Differences of up to 2 LU between lines are evened out; what a
// line's original speech differs by beyond that from the job's speech (`speech_lufs`) stays, so that a
// whisper is a whisper: at most 10 LU down and 5 up by a speech track, at most 6 down and 3 up by a mixture,
// whose other sounds could be what was measured.
double LineTargetLufs(double slot_lufs, double speech_lufs, SpeechEvidence evidence);

// Corner of the shelf that matches voices.
inline constexpr double kVoiceShelfHz = 3000;

// The gain of the shelf that brings a voice's colour nearest to the original speech's (least squares over the
// bands, whatever their levels), less as long as little was heard of either: 4 s count half. At most 6 dB
// down and 3 up by a speech track, 4 down and 2 up by a mixture.
double FitShelfDb(const audio::SpeechColour& original, const audio::SpeechColour& voice,
                  SpeechEvidence evidence);

// Listens to each speaker's lines in order. Memory: two spectra a speaker. One thread at a time.
class VoiceMatch {
 public:
  struct Options {
    double speech_lufs = 0;
    double voice_gain = 1;
    bool match_tone = true;
  };
  explicit VoiceMatch(const Options& options) : options_(options) {}

  // Sets the line's original_lufs, speech_lufs, tone_db and gain from its slot and its take, and what was
  // heard of its speaker before.
  void Match(const SlotSound& slot, const Take& take, LineState& line);

 private:
  struct Speaker {
    audio::SpeechColour original;
    audio::SpeechColour voice;
  };
  double ToneFor(const SlotSound& slot, const Take& take, const std::string& speaker);

  Options options_;
  std::map<std::string, Speaker> speakers_;
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_VOICE_MATCH_H_
