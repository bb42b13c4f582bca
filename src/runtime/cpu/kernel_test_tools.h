// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_RUNTIME_CPU_KERNEL_TEST_TOOLS_H_
#define WAVESHIFT_RUNTIME_CPU_KERNEL_TEST_TOOLS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace waveshift::cpu {

// The same values on every machine: uniform in [-1, 1).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  float Next() {
    state_ += 0x9E3779B97F4A7C15u;
    uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return static_cast<float>(static_cast<double>((z ^ (z >> 31)) >> 40) / (1 << 23) - 1);
  }
  std::vector<float> Values(int64_t count, float scale = 1) {
    std::vector<float> values(static_cast<size_t>(count));
    for (float& v : values) v = scale * Next();
    return values;
  }

 private:
  uint64_t state_;
};

// Largest difference, relative to the largest value that was expected.
inline double RelativeError(std::span<const float> got, std::span<const double> wanted) {
  if (got.size() != wanted.size()) return INFINITY;
  double scale = 1e-30;
  double error = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    if (!std::isfinite(got[i])) return INFINITY;
    scale = std::max(scale, std::abs(wanted[i]));
    error = std::max(error, std::abs(static_cast<double>(got[i]) - wanted[i]));
  }
  return error / scale;
}

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_KERNEL_TEST_TOOLS_H_
