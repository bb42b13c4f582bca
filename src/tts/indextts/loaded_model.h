// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_LOADED_MODEL_H_
#define WAVESHIFT_TTS_INDEXTTS_LOADED_MODEL_H_

#include <memory>
#include <string>

#include "base/status.h"
#include "runtime/ggml/device.h"
#include "runtime/ggml/weights.h"
#include "tts/indextts/architecture.h"

namespace waveshift::tts::indextts {

// A model file that was checked and lies where a kind of device computes. Immutable; any thread, and graphs
// on any device of that kind.
class LoadedModel {
 public:
  // What is copied to a CUDA device: all tensors, or only those that graphs need because kernels of our own
  // (MakeNetwork, LoadVocoder) have no use for them there. On the processor everything is mapped anyway.
  enum class Parts { kAll, kForGraphs };
  // NotFound, InvalidArgument: the file, and the tensor or key, at fault (see CheckModelFile).
  // ResourceExhausted when the device has no room. The device must outlive the model.
  static StatusOr<std::shared_ptr<const LoadedModel>> Load(const std::string& path,
                                                           const ggml::Device& device,
                                                           Parts parts = Parts::kAll);
  LoadedModel(const LoadedModel&) = delete;
  LoadedModel& operator=(const LoadedModel&) = delete;

  const Architecture& architecture() const { return architecture_; }
  const ggml::Weights& weights() const { return *weights_; }
  const ggml::GgufFile& file() const { return weights_->file(); }
  // The SHA-256 of the file's header, which has the hashes of all tensors: it stands for the weights. ""
  // when the file carries no hashes.
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  LoadedModel() = default;
  Architecture architecture_;
  std::unique_ptr<ggml::Weights> weights_;
  std::string fingerprint_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_LOADED_MODEL_H_
