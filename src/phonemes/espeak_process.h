// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// espeak-ng as a phonemizer: processes that stay, one a voice, asked line by line. Never linked: its licence
// is the GPL.
#ifndef WAVESHIFT_PHONEMES_ESPEAK_PROCESS_H_
#define WAVESHIFT_PHONEMES_ESPEAK_PROCESS_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/line_process.h"
#include "base/status.h"

namespace waveshift::phonemes {

// The espeak-ng voice for a BCP-47 tag ("en-us" for "en", "cmn" for "zh"). InvalidArgument when it is no tag.
StatusOr<std::string> EspeakVoiceOf(std::string_view language);

class EspeakProcess {
 public:
  EspeakProcess(std::string program, std::chrono::milliseconds time_limit);

  // The IPA of each piece, stress marks included, with '^' between the letters of one sound (a^ɪ, t^ʃ).
  // Pieces should not contain punctuation that ends a clause; brackets and control characters are spoken as
  // spaces. Foreign words are spoken by rules of their own language, without espeak-ng's marks around them.
  // Any thread; one voice answers one thread at a time. Errors: see Phonemizer::Phonemize.
  StatusOr<std::vector<std::string>> Ipa(const std::vector<std::string>& pieces,
                                         const std::string& voice) const;

  // OK when the program can be found.
  Status Check() const;

  // Numbers of the processes that run now. For tests.
  std::vector<int> ProcessIds() const;

 private:
  struct Slot {
    std::mutex mutex;                      // held while the process is asked
    std::unique_ptr<LineProcess> process;  // guarded by mutex; null before the first question
    std::string voice;
    uint64_t last_use = 0;  // guarded by mutex_
  };

  std::shared_ptr<Slot> SlotOf(const std::string& voice) const;
  StatusOr<std::string> AskOnce(Slot& slot, const std::string& input) const;
  Status Explain(const Status& error, const std::string& voice) const;

  const std::string program_;
  const std::chrono::milliseconds time_limit_;
  mutable std::mutex mutex_;
  mutable std::vector<std::shared_ptr<Slot>> slots_;  // guarded by mutex_
  mutable uint64_t uses_ = 0;                         // guarded by mutex_
};

}  // namespace waveshift::phonemes

#endif  // WAVESHIFT_PHONEMES_ESPEAK_PROCESS_H_
