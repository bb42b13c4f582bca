// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/embedder.h"

#include <algorithm>
#include <string>
#include <utility>

namespace waveshift::tts::indextts {

Embedder::Embedder(std::shared_ptr<const ggml::GgufFile> file, const GptSizes& sizes)
    : file_(std::move(file)),
      sizes_(sizes),
      text_(file_->FindTensor("gpt.text_embedding.weight")),
      text_positions_(file_->FindTensor("gpt.text_positions.weight")),
      codes_(file_->FindTensor("gpt.code_embedding.weight")),
      code_positions_(file_->FindTensor("gpt.code_positions.weight")) {}

void Embedder::AddRow(const ggml::StoredTensor& table, int64_t index, std::span<float> row) const {
  const int64_t row_bytes = sizes_.width / ggml::BlockValues(table.type) * ggml::BlockBytes(table.type);
  std::vector<float> values(row.size());
  ggml::ReadRows(table.type,
                 table.bytes.substr(static_cast<size_t>(index * row_bytes), static_cast<size_t>(row_bytes)),
                 values);
  for (size_t i = 0; i < row.size(); ++i) row[i] += values[i];
}

StatusOr<std::vector<float>> Embedder::TextRows(std::span<const int32_t> ids) const {
  if (static_cast<int64_t>(ids.size()) > sizes_.max_text_tokens) {
    return OutOfRange("a sentence has " + std::to_string(ids.size()) + " tokens, the model can read " +
                      std::to_string(sizes_.max_text_tokens));
  }
  std::vector<int32_t> tokens = {static_cast<int32_t>(sizes_.start_text)};
  for (const int32_t id : ids) {
    if (id < 0 || id >= sizes_.text_tokens) {
      return InvalidArgument("text token " + std::to_string(id) + " is not in the model's vocabulary");
    }
    tokens.push_back(id);
  }
  tokens.push_back(static_cast<int32_t>(sizes_.stop_text));
  const auto width = static_cast<size_t>(sizes_.width);
  std::vector<float> rows(tokens.size() * width);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const std::span<float> row = std::span(rows).subspan(i * width, width);
    AddRow(*text_, tokens[i], row);
    AddRow(*text_positions_, static_cast<int64_t>(i), row);
  }
  return rows;
}

void Embedder::CodeRow(int32_t code, int64_t position, std::span<float> row) const {
  std::fill(row.begin(), row.end(), 0.0F);
  AddRow(*codes_, code, row);
  AddRow(*code_positions_, position, row);
}

std::vector<int32_t> SpokenIds(std::span<const int32_t> ids, const GptSizes& sizes) {
  std::vector<int32_t> spoken;
  for (const int32_t id : ids) {
    if (id != sizes.start_text && id != sizes.stop_text) spoken.push_back(id);
  }
  return spoken;
}

}  // namespace waveshift::tts::indextts
