// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A layer's weights as a model file has them.
#ifndef WAVESHIFT_RUNTIME_CPU_STORED_WEIGHTS_H_
#define WAVESHIFT_RUNTIME_CPU_STORED_WEIGHTS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtime/cpu/isa.h"
#include "runtime/cpu/workers.h"

namespace waveshift::cpu {

// A view of 32-bit or 16-bit floats. All finite where they are laid out.
struct StoredWeights {
  StoredWeights(std::span<const float> floats)  // NOLINT(google-explicit-constructor)
      : values(floats.data()), count(static_cast<int64_t>(floats.size())) {}
  StoredWeights(const std::vector<float>& floats)  // NOLINT(google-explicit-constructor)
      : StoredWeights(std::span<const float>(floats)) {}
  explicit StoredWeights(std::span<const uint16_t> halves)
      : values(halves.data()), half(true), count(static_cast<int64_t>(halves.size())) {}

  const void* From(int64_t index) const {
    return static_cast<const char*>(values) + index * (half ? sizeof(uint16_t) : sizeof(float));
  }

  const void* values = nullptr;
  bool half = false;
  int64_t count = 0;
  std::optional<float> largest;  // LargestMagnitude, where it is known already
};

// The largest magnitude of all; not finite when one of them is not.
float LargestMagnitude(Isa isa, const StoredWeights& weights, Workers* workers);

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_STORED_WEIGHTS_H_
