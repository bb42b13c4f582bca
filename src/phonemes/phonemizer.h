// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From text to the sounds that a neural voice was trained on.
#ifndef WAVESHIFT_PHONEMES_PHONEMIZER_H_
#define WAVESHIFT_PHONEMES_PHONEMIZER_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace waveshift::phonemes {

class Phonemizer {
 public:
  virtual ~Phonemizer() = default;

  // The sounds of `text` in UTF-8, punctuation kept in its place; "" when there is nothing to say.
  // `text` is plain text of about a sentence; numbers, dates and abbreviations should be in words already
  // (text::ReadAloud). `language` is a BCP-47 tag. Any thread; threads wait for each other where they share
  // a process. Errors: InvalidArgument (not UTF-8, too long, a language that this phonemizer does not have),
  // FailedPrecondition (a program or dictionary is missing, named), DeadlineExceeded and Unavailable (the
  // program hung or died, also after a restart).
  virtual StatusOr<std::string> Phonemize(std::string_view text, std::string_view language) const = 0;

  // True when Phonemize knows the language; whether the programs are there is another matter.
  virtual bool Knows(std::string_view language) const = 0;

  // OK when what the language needs can be run, else the error that Phonemize would give.
  virtual Status Check(std::string_view language) const = 0;
};

// Longer texts are refused: what a voice can say at once is about 500 symbols.
inline constexpr size_t kLongestTextBytes = 20000;

struct PhonemizerOptions {
  // Programs are looked up on PATH when they have no slash.
  std::string espeak_program = "espeak-ng";
  std::string mecab_program = "mecab";
  // Folder of a MeCab dictionary of the NAIST or IPA kind in UTF-8; "" takes Debian's mecab-naist-jdic.
  std::string mecab_dictionary;
  // For one text. A program that has not answered then is ended; the next text starts a new one.
  std::chrono::milliseconds time_limit{10000};
};

// For Kokoro-82M v1.0: English (US and British), Spanish, French, Italian, Portuguese, Hindi, Mandarin and
// Japanese, in the model's own symbols (kokoro_symbols.h) and no others. "en" is US English, "pt" Brazilian.
// Starts no program before it is needed.
StatusOr<std::unique_ptr<Phonemizer>> MakeKokoroPhonemizer(const PhonemizerOptions& options = {});

// For Piper: the IPA of espeak-ng as it is, without marks of a foreign word's language. `language` may also
// be the name of an espeak-ng voice ("en-us", as a Piper voice's configuration has it).
StatusOr<std::unique_ptr<Phonemizer>> MakeEspeakPhonemizer(const PhonemizerOptions& options = {});

}  // namespace waveshift::phonemes

#endif  // WAVESHIFT_PHONEMES_PHONEMIZER_H_
