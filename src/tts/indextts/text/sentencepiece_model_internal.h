// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// SentencePiece behind a plain face: its header and Abseil's both define absl::string_view, so no file may
// include the two.
#ifndef WAVESHIFT_TTS_INDEXTTS_TEXT_SENTENCEPIECE_MODEL_INTERNAL_H_
#define WAVESHIFT_TTS_INDEXTTS_TEXT_SENTENCEPIECE_MODEL_INTERNAL_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace waveshift::tts::indextts {

class SentencePieceModel {
 public:
  // nullptr and `error` when the bytes are no model.
  static std::unique_ptr<SentencePieceModel> Load(std::string_view bytes, std::string* error);
  virtual ~SentencePieceModel() = default;
  virtual int size() const = 0;
  virtual int IdOf(std::string_view piece) const = 0;
  // False when the library fails.
  virtual bool Encode(std::string_view text, std::vector<std::string>* pieces) const = 0;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_TEXT_SENTENCEPIECE_MODEL_INTERNAL_H_
