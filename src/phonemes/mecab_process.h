// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Japanese words with their pronunciation, from MeCab with the NAIST dictionary (that of Open JTalk), as a
// process that stays. open_jtalk itself says nothing without a voice, and Debian has none.
#ifndef WAVESHIFT_PHONEMES_MECAB_PROCESS_H_
#define WAVESHIFT_PHONEMES_MECAB_PROCESS_H_

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/line_process.h"
#include "base/status.h"

namespace waveshift::phonemes {

struct JapaneseWord {
  std::string surface;
  std::string kind;  // part of speech: 名詞, 動詞, 助詞, 助動詞, 記号 …; "" for an unknown word
  std::string detail;         // its second part
  std::string pronunciation;  // katakana as spoken, は as ワ; "" when unknown
};

class MecabProcess {
 public:
  // `dictionary` "" takes Debian's folder of mecab-naist-jdic.
  MecabProcess(std::string program, std::string dictionary, std::chrono::milliseconds time_limit);

  // The words of one line of text; line feeds and control characters are spaces. Any thread, one after
  // another. Errors: see Phonemizer::Phonemize.
  StatusOr<std::vector<JapaneseWord>> Words(std::string_view text) const;

  // OK when the program and the dictionary are there.
  Status Check() const;

  // 0 when none runs. For tests.
  int ProcessId() const;

 private:
  StatusOr<std::string> AskOnce(const std::string& line) const;

  const std::string program_;
  const std::string dictionary_;
  const std::chrono::milliseconds time_limit_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<LineProcess> process_;  // guarded by mutex_
};

}  // namespace waveshift::phonemes

#endif  // WAVESHIFT_PHONEMES_MECAB_PROCESS_H_
