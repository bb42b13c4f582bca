// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What is known of Kokoro's voices: which language each was made for, and how high it speaks. Pure; any
// thread.
#ifndef WAVESHIFT_TTS_KOKORO_VOICE_TABLE_H_
#define WAVESHIFT_TTS_KOKORO_VOICE_TABLE_H_

#include <span>
#include <string>
#include <string_view>

namespace waveshift::tts {

struct KokoroVoice {
  std::string_view name;  // first letter: language (a US English, b British, e Spanish, f French, h Hindi, i
                          // Italian, j Japanese, p Brazilian Portuguese, z Mandarin); second: f or m
  double pitch_hz = 0;    // median fundamental frequency, as bench/kokoro_pitch.cc measures it
  char grade = 'C';       // A is best
};

// All of them, by name.
std::span<const KokoroVoice> KokoroVoiceTable();

// The letter of a language ("e" for "es-MX", "b" for "en-GB"), '\0' for one that Kokoro does not speak.
char KokoroLanguageLetter(std::string_view tag);

// The language that a voice was made for, by the first letter of its name; "" for another letter.
std::string_view KokoroVoiceLanguage(std::string_view voice);

// The voice for a line that asks for none; "" for a language that Kokoro does not speak.
std::string KokoroDefaultVoice(std::string_view tag);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_KOKORO_VOICE_TABLE_H_
