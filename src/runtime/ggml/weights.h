// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_RUNTIME_GGML_WEIGHTS_H_
#define WAVESHIFT_RUNTIME_GGML_WEIGHTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "runtime/ggml/device.h"
#include "runtime/ggml/gguf_file.h"

struct ggml_backend_buffer;
struct ggml_context;
struct ggml_tensor;

namespace waveshift::ggml {

// Whether a tensor of this name is wanted.
using TensorFilter = std::function<bool(const std::string& name)>;

// The tensors of a model file where a device can compute with them: on the processor the mapped file itself,
// without a copy; on a CUDA device in its memory. Immutable; graphs of several threads may use it.
class Weights {
 public:
  // Only tensors that `filter` wants are there, all when it is empty. `device` and `file` stay alive inside
  // as long as needed (the file) or must outlive the weights (the device). ResourceExhausted when the device
  // has no room.
  static StatusOr<std::unique_ptr<Weights>> Load(std::shared_ptr<const GgufFile> file, const Device& device,
                                                 const TensorFilter& filter = {});
  Weights(const Weights&) = delete;
  Weights& operator=(const Weights&) = delete;
  ~Weights();

  const GgufFile& file() const { return *file_; }
  // Bytes that were copied to the device: 0 on the processor.
  int64_t copied_bytes() const { return copied_bytes_; }
  // For this room; nullptr when there is none of that name.
  ggml_tensor* Find(std::string_view name) const;

 private:
  explicit Weights(std::shared_ptr<const GgufFile> file) : file_(std::move(file)) {}
  Status MakeTensors(const TensorFilter& filter);
  Status Map();
  Status Upload(const Device& device);

  std::shared_ptr<const GgufFile> file_;
  ggml_context* context_ = nullptr;
  ggml_backend_buffer* buffer_ = nullptr;
  std::map<std::string, ggml_tensor*, std::less<>> tensors_;
  int64_t copied_bytes_ = 0;
};

}  // namespace waveshift::ggml

#endif  // WAVESHIFT_RUNTIME_GGML_WEIGHTS_H_
