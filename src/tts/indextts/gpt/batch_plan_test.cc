// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/batch_plan.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waveshift::tts::indextts {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

// The published 1.5: 122880 bytes a cell, 32 + 123 + 1800 cells for the longest line.
Architecture Published() {
  Architecture architecture;
  architecture.gpt.width = 1280;
  architecture.gpt.layers = 24;
  return architecture;
}

TEST(BatchPlan, GrowsWithTheMemory) {
  EXPECT_EQ(CellBytes(Published().gpt, ggml::TensorType::kF16), 122880);
  const auto plan = [](int64_t free_bytes) { return PlanBatch(Published(), {}, free_bytes).value(); };
  EXPECT_EQ(plan(64 * kGiB).lines, 16);
  EXPECT_EQ(plan(64 * kGiB).cells, 6400);
  EXPECT_EQ(plan(kGiB).lines, 16);
  EXPECT_EQ(plan(kGiB / 2).lines, 8);
  EXPECT_EQ(plan(kGiB / 2).cells, 3200);
  EXPECT_EQ(plan(kGiB / 3).lines, 5);
  EXPECT_EQ(plan(kGiB / 3).cells, 2000);
  EXPECT_EQ(PlanBatch(Published(), {.lines = 2}, kGiB)->cells, 1955);
}

TEST(BatchPlan, SaysWhenNotOneLineFits) {
  const Status status = PlanBatch(Published(), {}, kGiB / 4).status();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(status), "gpt: a line needs 229 MiB, 256 MiB are free");
}

class Nothing final : public GptNetwork {
 public:
  int64_t cells() const override { return 1; }
  Status Compute(const NetworkStep&, std::span<float>, const std::stop_token&) override { return OkStatus(); }
};

TEST(BatchPlan, HalvesOnceWhenTheDeviceRefuses) {
  for (const int refusals : {0, 1, 2}) {
    std::vector<int64_t> tried;
    BatchPlan plan = {8, 3200};
    const auto network = MakePlanned(
        [&](const BatchPlan& each) -> StatusOr<std::unique_ptr<GptNetwork>> {
          tried.push_back(each.cells);
          if (static_cast<int>(tried.size()) <= refusals) return ResourceExhausted("no room");
          return std::make_unique<Nothing>();
        },
        &plan);
    EXPECT_EQ(network.ok(), refusals < 2);
    EXPECT_EQ(plan.lines, refusals == 0 ? 8 : 4);
    EXPECT_EQ(tried.size(), refusals == 0 ? 1u : 2u);
    EXPECT_EQ(tried.back(), refusals == 0 ? 3200 : 1600);
    if (refusals == 2) {
      EXPECT_EQ(network.status().code(), StatusCode::kResourceExhausted);
    }
  }
}

TEST(BatchPlan, OtherErrorsAreNotTriedAgain) {
  int tries = 0;
  BatchPlan plan = {8, 3200};
  const auto network = MakePlanned(
      [&](const BatchPlan&) -> StatusOr<std::unique_ptr<GptNetwork>> {
        ++tries;
        return Internal("broken");
      },
      &plan);
  EXPECT_EQ(network.status().code(), StatusCode::kInternal);
  EXPECT_EQ(tries, 1);
}

}  // namespace
}  // namespace waveshift::tts::indextts
