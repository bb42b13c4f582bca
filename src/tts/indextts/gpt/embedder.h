// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_GPT_EMBEDDER_H_
#define WAVESHIFT_TTS_INDEXTTS_GPT_EMBEDDER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/status.h"
#include "runtime/ggml/gguf_file.h"
#include "tts/indextts/architecture.h"

namespace waveshift::tts::indextts {

// What the GPT is fed with: rows of `width` values, token plus position (reference, section 5.2). They are
// looked up in the model file itself; a step needs so few that no device has to. Immutable; any thread.
class Embedder {
 public:
  // The file has passed CheckModelFile and gave `sizes`.
  Embedder(std::shared_ptr<const ggml::GgufFile> file, const GptSizes& sizes);

  // Rows [ids + 2, width] of a text: start, ids, stop, at positions 0, 1, .... OutOfRange when the text is
  // too long, InvalidArgument when an id is not in the vocabulary.
  StatusOr<std::vector<float>> TextRows(std::span<const int32_t> ids) const;
  // The row of a code, in front of `row`.size() = width values. Pre: both in range.
  void CodeRow(int32_t code, int64_t position, std::span<float> row) const;
  // The highest position of a code.
  int64_t last_position() const { return sizes_.max_codes + 2; }

 private:
  void AddRow(const ggml::StoredTensor& table, int64_t index, std::span<float> row) const;

  std::shared_ptr<const ggml::GgufFile> file_;
  GptSizes sizes_;
  const ggml::StoredTensor* text_;
  const ggml::StoredTensor* text_positions_;
  const ggml::StoredTensor* codes_;
  const ggml::StoredTensor* code_positions_;
};

// The ids that generation reads: without start and stop tokens, which the reference takes out there (and
// leaves in for the second pass).
std::vector<int32_t> SpokenIds(std::span<const int32_t> ids, const GptSizes& sizes);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GPT_EMBEDDER_H_
