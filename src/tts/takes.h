// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What the engines that run a neural network have in common around it: the tempo that is asked for, the check
// of what came out, clean ends, and joints between pieces of a line. Pure; any thread.
#ifndef WAVESHIFT_TTS_TAKES_H_
#define WAVESHIFT_TTS_TAKES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "audio/buffer.h"
#include "base/status.h"
#include "tts/synthesizer.h"

namespace waveshift::tts {

inline constexpr double kSlowestTempo = 0.3;  // what a network still speaks intelligibly
inline constexpr double kFastestTempo = 3.0;

struct Tempo {
  double factor = 1;    // against the voice's own
  bool is_cut = false;  // more or less was asked for
};

// speed * natural_rate, cut to the bounds above. InvalidArgument when one is no positive number.
StatusOr<Tempo> TempoOf(const SpeakRequest& request);

// For a tempo that is cut.
std::string TempoWarning(const Tempo& tempo);

// What a text can justify.
struct TakeBounds {
  double shortest_seconds = 0;
  double longest_seconds = 0;
};

// Bounds for so many phoneme symbols at a tempo. Speech has 5 to 20 phonemes a second; the bounds lie well
// outside, as symbols also stand for pauses and marks.
TakeBounds BoundsFor(size_t symbols, double tempo);

// Makes a network's output fit for a line: samples beyond full scale are scaled down as a whole, silence is
// trimmed to 10 ms at both ends, and the ends are faded over 2 ms, within what was trimmed to. Internal, with
// the reason, when it has invalid samples, no sound, or a length outside the bounds (with the silence).
Status FinishTake(audio::MonoBuffer& take, const TakeBounds& bounds);

// Puts `piece` behind `line` (which takes its rate when empty), with so much silence between.
void AppendPiece(audio::MonoBuffer& line, const audio::MonoBuffer& piece, double gap_seconds);

// The pause that a punctuation mark stands for (0: none) between two pieces that end at it, at
// tempo 1.
double PauseSeconds(char32_t mark);

// Where the random numbers of a piece begin: the same piece sounds the same wherever it stands. Attempts
// after a bad take begin elsewhere.
uint64_t SeedFor(std::string_view voice, std::string_view phonemes, int attempt);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_TAKES_H_
