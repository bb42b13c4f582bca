// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/device.h"

#include <gtest/gtest.h>

namespace waveshift::ggml {
namespace {

TEST(Device, OpensTheProcessor) {
  const auto device = Device::Open({.kind = DeviceKind::kCpu, .threads = 2});
  ASSERT_TRUE(device.ok()) << device.status();
  EXPECT_EQ((*device)->kind(), DeviceKind::kCpu);
  EXPECT_EQ((*device)->threads(), 2);
  EXPECT_EQ((*device)->name(), "CPU");
  EXPECT_FALSE((*device)->description().empty());
  EXPECT_GT((*device)->memory().total_bytes, 0);
  EXPECT_EQ((*device)->fallback_reason(), "");
}

TEST(Device, TakesAllProcessorsUnlessToldOtherwise) {
  const auto device = Device::Open({.kind = DeviceKind::kCpu});
  ASSERT_TRUE(device.ok()) << device.status();
  EXPECT_GE((*device)->threads(), 1);
}

TEST(Device, AutoAlwaysOpensSomething) {
  const auto device = Device::Open({});
  ASSERT_TRUE(device.ok()) << device.status();
  const bool fell_back = BuiltWithCuda() && (*device)->kind() == DeviceKind::kCpu;
  EXPECT_EQ(fell_back, !(*device)->fallback_reason().empty());
}

TEST(Device, SaysWhyThereIsNoCuda) {
  const auto device = Device::Open({.kind = DeviceKind::kCuda});
  if (device.ok()) {
    EXPECT_EQ((*device)->kind(), DeviceKind::kCuda);
    return;
  }
  EXPECT_EQ(device.status().code(),
            BuiltWithCuda() ? StatusCode::kFailedPrecondition : StatusCode::kUnimplemented);
  EXPECT_NE(Message(device.status()).find("CUDA"), std::string::npos) << device.status();
}

TEST(Device, RefusesImpossibleThreads) {
  EXPECT_EQ(Device::Open({.kind = DeviceKind::kCpu, .threads = -1}).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Device::Open({.kind = DeviceKind::kCpu, .threads = 100000}).status().code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace waveshift::ggml
