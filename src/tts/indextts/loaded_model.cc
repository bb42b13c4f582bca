// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/loaded_model.h"

#include <utility>

#include "runtime/ggml/gguf_writer.h"
#include "tts/indextts/gpt/network.h"
#include "tts/indextts/model_file.h"

namespace waveshift::tts::indextts {
namespace {

// Tensors that no graph on a CUDA device reads when our own kernels can compute the rest.
bool IsForGraphs(const std::string& name, bool own_network) {
  const bool is_vocoder = name.starts_with("vocoder.");
  return !is_vocoder && !(own_network && name.starts_with("gpt."));
}

}  // namespace

StatusOr<std::shared_ptr<const LoadedModel>> LoadedModel::Load(const std::string& path,
                                                               const ggml::Device& device, Parts parts) {
  WS_ASSIGN_OR_RETURN(std::shared_ptr<const ggml::GgufFile> file, ggml::GgufFile::Open(path));
  std::shared_ptr<LoadedModel> model(new LoadedModel());
  WS_ASSIGN_OR_RETURN(model->architecture_, CheckModelFile(*file));
  if (file->Find(ggml::kTensorHashesKey) != nullptr) {
    StatusOr<std::string> hash = file->HeaderSha256(ggml::kHeaderHashKey);
    if (hash.ok()) model->fingerprint_ = *std::move(hash);
  }
  ggml::TensorFilter filter;
  if (parts == Parts::kForGraphs && device.kind() == ggml::DeviceKind::kCuda) {
    const bool own_network = CheckCudaNetwork(*file, model->architecture_.gpt).ok();
    filter = [own_network](const std::string& name) { return IsForGraphs(name, own_network); };
  }
  WS_ASSIGN_OR_RETURN(model->weights_, ggml::Weights::Load(std::move(file), device, filter));
  return std::shared_ptr<const LoadedModel>(std::move(model));
}

}  // namespace waveshift::tts::indextts
