// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_CONVERT_TORCH_CHECKPOINT_H_
#define WAVESHIFT_TTS_INDEXTTS_CONVERT_TORCH_CHECKPOINT_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/large_file.h"
#include "base/status.h"
#include "tts/indextts/convert/pickle.h"

namespace waveshift::tts::indextts {

// A tensor of a checkpoint: row-major values that lie in the file without gaps.
struct CheckpointTensor {
  ElementType element = ElementType::kFloat32;
  std::vector<int64_t> shape;  // outermost first; empty: a single number
  int64_t offset = 0;          // of its first value in the file

  int64_t values() const;
};

// The state dict of a file that torch.save wrote: the dict itself, or under the key "model" or "generator".
// Opening checks all that the file says; values are read when asked for. Any thread.
class TorchCheckpoint {
 public:
  // InvalidArgument names the file, the place in it and what is wrong.
  static StatusOr<TorchCheckpoint> Open(const std::string& path);

  const std::string& path() const { return file_.path(); }
  int64_t size() const { return file_.size(); }
  const std::map<std::string, CheckpointTensor>& tensors() const { return tensors_; }
  // SHA-256 of the whole file, as 64 hex digits.
  StatusOr<std::string> Sha256Hex() const { return file_.Sha256Hex(); }

  // `values.size()` values from number `first` on, as floats (float64 is rounded). InvalidArgument for a
  // tensor of integers.
  Status Read(const CheckpointTensor& tensor, int64_t first, std::span<float> values) const;

 private:
  explicit TorchCheckpoint(InputFile file) : file_(std::move(file)) {}

  InputFile file_;
  std::map<std::string, CheckpointTensor> tensors_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_CONVERT_TORCH_CHECKPOINT_H_
