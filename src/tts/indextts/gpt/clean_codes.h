// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_GPT_CLEAN_CODES_H_
#define WAVESHIFT_TTS_INDEXTTS_GPT_CLEAN_CODES_H_

#include <cstdint>
#include <span>
#include <vector>

namespace waveshift::tts::indextts {

// The code that the published models say in pauses.
inline constexpr int32_t kSilentCode = 52;

// The codes before the first stop code, with long silences shortened: when there are more than 30 silent
// codes anywhere (behind the stop code too), each run of them keeps its first 10 (reference, section 7).
std::vector<int32_t> CleanCodes(std::span<const int32_t> codes, int32_t stop_code);

// The most codes, with the stop code, that a sentence of `text_tokens` tokens can need: two seconds for
// pauses and half a second a token, three times as slow as slow speech (a token is about a syllable, and a
// second has 23.4 codes); never more than `limit`.
int MostCodes(int64_t text_tokens, int limit);

// What is wrong with a sentence's codes.
enum class CodeFault {
  kNone,
  kEmpty,    // no code before the stop code
  kSilent,   // nothing but silence
  kShort,    // fewer than one code for two text tokens: words are missing
  kRepeats,  // the same codes over and over, for two seconds
  kEndless,  // no stop code within the limit
};
// One word for logs and reports: "empty", "silent", ...
const char* FaultWord(CodeFault fault);

// `clean` is what CleanCodes gave; `stopped` whether the codes ended by a stop code. Speech with a fault is
// worth another try with another seed.
CodeFault FindFault(std::span<const int32_t> clean, bool stopped, int64_t text_tokens);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GPT_CLEAN_CODES_H_
