// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TEXT_PHONEMES_PHONEMIZER_H_
#define WAVESHIFT_TEXT_PHONEMES_PHONEMIZER_H_

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace waveshift::phonemes {

class Phonemizer {
 public:
  virtual ~Phonemizer() = default;
  virtual StatusOr<std::string> Phonemize(std::string_view text, std::string_view language) const = 0;
};

}  // namespace waveshift::phonemes

#endif  // WAVESHIFT_TEXT_PHONEMES_PHONEMIZER_H_
