// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests of kernels: they are skipped by name where no device is.
#ifndef WAVESHIFT_RUNTIME_CUDA_DEVICE_TEST_TOOLS_H_
#define WAVESHIFT_RUNTIME_CUDA_DEVICE_TEST_TOOLS_H_

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "runtime/cuda/device.h"
#include "runtime/cuda/packing.h"

namespace waveshift::cuda {

class DeviceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const Status device = CheckDevice();
    if (!device.ok()) GTEST_SKIP() << "wants a CUDA device: " << Message(device);
    stream_ = *Stream::Open();
  }

  std::vector<float> Random(int64_t count, float scale = 1) {
    std::normal_distribution<float> normal(0, scale);
    std::vector<float> values(static_cast<size_t>(count));
    for (float& value : values) value = normal(random_);
    return values;
  }
  template <typename T>
  Memory Upload(const std::vector<T>& values) {
    return *MemoryOf(std::span<const T>(values));
  }
  Memory UploadHalves(const std::vector<float>& values) {
    std::vector<uint16_t> halves;
    for (const float value : values) halves.push_back(HalfOf(value));
    return Upload(halves);
  }
  // Memory whose every value is not a number, so that what is left out is seen.
  Memory Poisoned(int64_t bytes) { return Upload(std::vector<uint8_t>(static_cast<size_t>(bytes), 0xff)); }
  std::vector<float> Floats(const Memory& memory) {
    std::vector<float> values(static_cast<size_t>(memory.bytes() / 4));
    stream_->Download(values.data(), memory.data(), memory.bytes());
    EXPECT_EQ(stream_->Wait(), OkStatus());
    return values;
  }
  std::vector<float> Halves(const Memory& memory) {
    std::vector<uint16_t> halves(static_cast<size_t>(memory.bytes() / 2));
    stream_->Download(halves.data(), memory.data(), memory.bytes());
    EXPECT_EQ(stream_->Wait(), OkStatus());
    std::vector<float> values;
    for (const uint16_t half : halves) values.push_back(FloatOf(half));
    return values;
  }

  std::mt19937 random_{20261125};
  std::unique_ptr<Stream> stream_;
};

inline std::vector<float> RoundedToHalves(std::vector<float> values) {
  for (float& value : values) value = FloatOf(HalfOf(value));
  return values;
}

// |found - wanted| / |wanted|, as vectors; not a number when a value is none.
inline double ErrorOf(std::span<const float> found, std::span<const double> wanted) {
  double error = 0;
  double size = 0;
  for (size_t i = 0; i < wanted.size(); ++i) {
    error += std::pow(static_cast<double>(found[i]) - wanted[i], 2);
    size += wanted[i] * wanted[i];
  }
  return found.size() == wanted.size() ? std::sqrt(error / size) : NAN;
}

}  // namespace waveshift::cuda

#endif  // WAVESHIFT_RUNTIME_CUDA_DEVICE_TEST_TOOLS_H_
