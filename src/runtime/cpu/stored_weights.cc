// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/stored_weights.h"

#include <algorithm>
#include <cmath>

#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {
namespace {

constexpr int64_t kValuesOfItem = int64_t{1} << 18;

}  // namespace

float LargestMagnitude(Isa isa, const StoredWeights& weights, Workers* workers) {
  std::vector<float> largest(static_cast<size_t>((weights.count + kValuesOfItem - 1) / kValuesOfItem));
  workers->Run(static_cast<int64_t>(largest.size()), [&](int64_t item, int /*worker*/) {
    const int64_t first = item * kValuesOfItem;
    largest[static_cast<size_t>(item)] = Kernels(isa).largest(weights.From(first), weights.half,
                                                              std::min(kValuesOfItem, weights.count - first));
  });
  float most = 0;
  for (const float value : largest) {
    if (!std::isfinite(value)) return value;
    most = std::max(most, value);
  }
  return most;
}

}  // namespace waveshift::cpu
