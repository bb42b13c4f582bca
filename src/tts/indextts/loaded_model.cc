// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/loaded_model.h"

#include <utility>

#include "runtime/ggml/gguf_writer.h"
#include "tts/indextts/model_file.h"

namespace waveshift::tts::indextts {

StatusOr<std::shared_ptr<const LoadedModel>> LoadedModel::Load(const std::string& path,
                                                               const ggml::Device& device) {
  WS_ASSIGN_OR_RETURN(std::shared_ptr<const ggml::GgufFile> file, ggml::GgufFile::Open(path));
  std::shared_ptr<LoadedModel> model(new LoadedModel());
  WS_ASSIGN_OR_RETURN(model->architecture_, CheckModelFile(*file));
  if (file->Find(ggml::kTensorHashesKey) != nullptr) {
    StatusOr<std::string> hash = file->HeaderSha256(ggml::kHeaderHashKey);
    if (hash.ok()) model->fingerprint_ = *std::move(hash);
  }
  WS_ASSIGN_OR_RETURN(model->weights_, ggml::Weights::Load(std::move(file), device));
  return std::shared_ptr<const LoadedModel>(std::move(model));
}

}  // namespace waveshift::tts::indextts
