// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The .onnx.json beside a Piper voice. Its keys are those that Piper's training writes.
#ifndef WAVESHIFT_TTS_PIPER_VOICE_CONFIG_H_
#define WAVESHIFT_TTS_PIPER_VOICE_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::tts {

// How a line becomes symbols: IPA of espeak-ng, or the letters of the text themselves.
enum class PiperPhonemes { kEspeak, kText };

struct PiperConfig {
  int sample_rate_hz = 0;
  PiperPhonemes phonemes = PiperPhonemes::kEspeak;
  std::string espeak_voice;  // for kEspeak: a voice of espeak-ng, "en-us"
  std::string language;      // canonical BCP-47, "en-US"
  float noise_scale = 0.667F;
  float length_scale = 1;  // of the voice at tempo 1; longer is slower
  float noise_w = 0.8F;    // of the durations
  int64_t speakers = 1;
  std::map<std::string, int64_t, std::less<>> speaker_ids;
  // Symbol (one Unicode character) -> the ids that it is fed as.
  std::map<char32_t, std::vector<int64_t>> ids;
  // A symbol that is spoken as others.
  std::map<char32_t, std::u32string> replacements;
};

// Checks every field that is used. InvalidArgument names `name`, the key and what is wrong with it.
StatusOr<PiperConfig> ParsePiperConfig(std::string_view json, const std::string& name);

struct PiperIds {
  std::vector<int64_t> ids;
  size_t symbols = 0;      // of the text; marks around them are not counted
  std::u32string unknown;  // each symbol that the voice does not have, once
};

// Ids of phonemes (Unicode, canonically decomposed): begin mark, the symbols with a pad after each, end mark.
PiperIds IdsOf(const PiperConfig& config, std::u32string_view phonemes);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_PIPER_VOICE_CONFIG_H_
