// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_BENCH_SCRATCH_MODEL_H_
#define WAVESHIFT_APP_BENCH_SCRATCH_MODEL_H_

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>

#include "base/files.h"
#include "base/status.h"
#include "runtime/ggml/tensor_type.h"

namespace waveshift::app {

// A model file of IndexTTS with random weights that is gone when the object goes.
class ScratchModel {
 public:
  // `size` is "1.0", "1.5" (as published) or "tiny"; the file lies in a folder of its own below `parent`.
  // FailedPrecondition when the disk has no room for it; Cancelled; then nothing is left.
  static StatusOr<ScratchModel> Make(const std::string& parent, const std::string& size,
                                     ggml::TensorType type, const std::function<void(double)>& progress,
                                     const std::stop_token& stop);
  std::string path() const { return folder_.path() + "/model.gguf"; }

 private:
  explicit ScratchModel(ScratchDirectory folder) : folder_(std::move(folder)) {}
  ScratchDirectory folder_;
};

// FailedPrecondition unless `free_bytes` hold a file of `bytes` with some room to spare.
Status CheckRoom(const std::string& folder, int64_t bytes, int64_t free_bytes);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_BENCH_SCRATCH_MODEL_H_
