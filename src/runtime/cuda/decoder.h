// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A whole step of a language model for few rows as one kernel: its blocks stay and wait for each other
// between layers, while the weights of the next ones are already under way. A chain of kernels takes two
// microseconds from each to the next, five times a layer; here it is one, and memory is never idle.
#ifndef WAVESHIFT_RUNTIME_CUDA_DECODER_H_
#define WAVESHIFT_RUNTIME_CUDA_DECODER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "base/status.h"
#include "runtime/cuda/device.h"
#include "runtime/cuda/language.h"

namespace waveshift::cuda {

struct DecoderLayer {
  NormFactors norm_attn;
  const Matrix* qkv = nullptr;
  const Matrix* out = nullptr;
  NormFactors norm_ff;
  const Matrix* up = nullptr;
  const Matrix* down = nullptr;
  void* keys = nullptr;  // [cell, width], halves
  void* values = nullptr;
};

struct DecoderModel {
  std::vector<DecoderLayer> layers;
  NormFactors norm;  // behind the last layer, one after the other
  NormFactors final_norm;
  const Matrix* head = nullptr;
  int64_t heads = 0;
};

struct DecoderStep {
  int64_t rows = 0;    // at most Decoder::kMostRows
  float* x = nullptr;  // [rows, width]; used up
  const int32_t* own_cell = nullptr;
  // Row i sees the cells lists[begin[i]] to lists[begin[i] + count[i] - 1], the last of which is its own, and
  // no other row's.
  const int32_t* lists = nullptr;
  const int32_t* begin = nullptr;
  const int32_t* count = nullptr;
  float* logits = nullptr;  // [rows, head rows]
};

// What comes out of a row does not depend on the other rows, to the last bit. One thread at a time. What the
// model points to outlives it.
class Decoder {
 public:
  static constexpr int64_t kMostRows = 24;
  // Unimplemented: matrices that are not all halves or all bytes, heads that are not 16 or 64 wide, rows
  // wider than 1280, a device whose blocks cannot wait for each other or have less than 200 KiB of shared
  // memory.
  static StatusOr<std::unique_ptr<Decoder>> Make(const DecoderModel& model);
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder();

  void Step(Stream* stream, const DecoderStep& step);

 private:
  Decoder() = default;
  Status Prepare(const DecoderModel& model);

  struct State;
  std::unique_ptr<State> state_;
  bool has_bytes_ = false;
  int blocks_ = 0;
  uint32_t arrived_ = 0;  // what the counter holds when the next step begins
  Memory layers_;
  Memory counter_;
  Memory queries_;   // [rows, width]
  Memory attended_;  // [rows, width], halves
  Memory wide_;      // [rows, 4 width], halves
};

}  // namespace waveshift::cuda

#endif  // WAVESHIFT_RUNTIME_CUDA_DECODER_H_
