// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <sentencepiece_processor.h>

#include <exception>

#include "tts/indextts/text/sentencepiece_model_internal.h"

namespace waveshift::tts::indextts {
namespace {

class Model : public SentencePieceModel {
 public:
  bool Load(std::string_view bytes, std::string* error) {
    try {
      const auto status = processor_.LoadFromSerializedProto(bytes);
      if (!status.ok()) *error = status.ToString();
      return status.ok();
    } catch (const std::exception& failure) {
      *error = failure.what();
      return false;
    }
  }
  int size() const override { return processor_.GetPieceSize(); }
  int IdOf(std::string_view piece) const override { return processor_.PieceToId(piece); }
  bool Encode(std::string_view text, std::vector<std::string>* pieces) const override {
    try {
      return processor_.Encode(text, pieces).ok();
    } catch (const std::exception&) {
      return false;
    }
  }

 private:
  sentencepiece::SentencePieceProcessor processor_;
};

}  // namespace

std::unique_ptr<SentencePieceModel> SentencePieceModel::Load(std::string_view bytes, std::string* error) {
  auto model = std::make_unique<Model>();
  if (!model->Load(bytes, error)) return nullptr;
  return model;
}

}  // namespace waveshift::tts::indextts
