// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/weights.h"

#include <ggml-alloc.h>
#include <ggml-backend.h>
#include <ggml.h>

#include <array>
#include <cstdint>

namespace waveshift::ggml {
namespace {

// What the processor's code wants of the address of a tensor.
constexpr uintptr_t kHostAlignment = 32;

bool CanBeMapped(const GgufFile& file) {
  for (const StoredTensor& tensor : file.tensors()) {
    if (reinterpret_cast<uintptr_t>(tensor.bytes.data()) % kHostAlignment != 0) return false;
  }
  return true;
}

}  // namespace

StatusOr<std::unique_ptr<Weights>> Weights::Load(std::shared_ptr<const GgufFile> file, const Device& device,
                                                 const TensorFilter& filter) {
  std::unique_ptr<Weights> weights(new Weights(std::move(file)));
  WS_RETURN_IF_ERROR(weights->MakeTensors(filter));
  if (weights->tensors_.empty()) return weights;
  if (device.kind() == DeviceKind::kCpu && CanBeMapped(weights->file())) {
    WS_RETURN_IF_ERROR(weights->Map());
  } else {
    WS_RETURN_IF_ERROR(weights->Upload(device));
  }
  return weights;
}

Weights::~Weights() {
  if (buffer_ != nullptr) ggml_backend_buffer_free(buffer_);
  if (context_ != nullptr) ggml_free(context_);
}

Status Weights::MakeTensors(const TensorFilter& filter) {
  const size_t count = file_->tensors().size();
  context_ =
      ggml_init({.mem_size = (count + 1) * ggml_tensor_overhead(), .mem_buffer = nullptr, .no_alloc = true});
  if (context_ == nullptr) return MakeStatus(StatusCode::kResourceExhausted, file_->name() + ": no memory");
  for (const StoredTensor& stored : file_->tensors()) {
    if (filter && !filter(stored.name)) continue;
    std::array<int64_t, GGML_MAX_DIMS> extents = {1, 1, 1, 1};
    for (size_t i = 0; i < stored.shape.size(); ++i) extents[i] = stored.shape[stored.shape.size() - 1 - i];
    ggml_tensor* tensor = ggml_new_tensor(context_, static_cast<ggml_type>(FileNumber(stored.type)),
                                          static_cast<int>(stored.shape.size()), extents.data());
    ggml_set_name(tensor, stored.name.c_str());
    tensors_.emplace(stored.name, tensor);
  }
  return OkStatus();
}

Status Weights::Map() {
  const auto begin = static_cast<size_t>(file_->data_offset());
  const auto end = static_cast<size_t>(file_->size());
  // All tensors lie behind data_offset; the first one's address tells where the mapping is.
  const StoredTensor& first = file_->tensors().front();
  char* base = const_cast<char*>(first.bytes.data()) - first.offset + begin;
  buffer_ = ggml_backend_cpu_buffer_from_ptr(base, end - begin);
  if (buffer_ == nullptr) return Internal(file_->name() + ": cannot be used where it is mapped");
  ggml_backend_buffer_set_usage(buffer_, GGML_BACKEND_BUFFER_USAGE_WEIGHTS);
  for (const StoredTensor& stored : file_->tensors()) {
    ggml_tensor* tensor = Find(stored.name);
    if (tensor == nullptr) continue;
    if (ggml_backend_tensor_alloc(buffer_, tensor, const_cast<char*>(stored.bytes.data())) !=
        GGML_STATUS_SUCCESS) {
      return Internal(file_->name() + ": tensor " + stored.name + " cannot be used where it is mapped");
    }
  }
  return OkStatus();
}

Status Weights::Upload(const Device& device) {
  buffer_ = ggml_backend_alloc_ctx_tensors(context_, device.backend());
  if (buffer_ == nullptr) {
    return ResourceExhausted(file_->name() + ": " + device.name() + " has no room for its " +
                             std::to_string(file_->size() >> 20) + " MiB");
  }
  ggml_backend_buffer_set_usage(buffer_, GGML_BACKEND_BUFFER_USAGE_WEIGHTS);
  for (const StoredTensor& stored : file_->tensors()) {
    ggml_tensor* tensor = Find(stored.name);
    if (tensor == nullptr) continue;
    ggml_backend_tensor_set(tensor, stored.bytes.data(), 0, stored.bytes.size());
    copied_bytes_ += static_cast<int64_t>(stored.bytes.size());
  }
  return OkStatus();
}

ggml_tensor* Weights::Find(std::string_view name) const {
  const auto it = tensors_.find(name);
  return it == tensors_.end() ? nullptr : it->second;
}

}  // namespace waveshift::ggml
