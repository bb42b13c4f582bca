// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_CAST_H_
#define WAVESHIFT_TTS_CAST_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace waveshift::tts {

// A voice whose pitch is its own, as the voices of a trained network are.
struct CastVoice {
  std::string name;       // for VoiceSpec::name
  double pitch_hz = 0;    // its median fundamental frequency
  bool is_high = false;   // a woman's
  double reluctance = 0;  // how many semitones farther off another voice may be and is still preferred
};

// Distinct voices of an engine for a language: at least so many low and so many high ones if it can. The same
// arguments give the same voices, and more of them only add to the end.
using CastOf = std::vector<CastVoice> (*)(std::string_view language, size_t low, size_t high);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_CAST_H_
