// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/batch_plan.h"

#include <algorithm>
#include <string>

namespace waveshift::tts::indextts {
namespace {

constexpr int64_t kCellsPerLine = 400;

}  // namespace

StatusOr<BatchPlan> PlanBatch(const Architecture& architecture, const BatchWishes& wishes,
                              int64_t free_bytes) {
  const int64_t cell_bytes = CellBytes(architecture.gpt, wishes.cell_type);
  // As Generator counts it: voice, text with its marks, and codes, each beam on a way of its own.
  const int64_t longest =
      architecture.perceiver.latents + wishes.max_text + 3 +
      std::max<int64_t>(int64_t{wishes.max_codes} * wishes.beams, wishes.max_codes + wishes.max_text + 3);
  const int64_t room = free_bytes / 4 * 3 / cell_bytes;
  if (room < longest) {
    return ResourceExhausted("gpt: a line needs " + std::to_string(longest * cell_bytes >> 20) + " MiB, " +
                             std::to_string(free_bytes >> 20) + " MiB are free");
  }
  const int64_t lines = std::clamp<int64_t>(room / kCellsPerLine, 1, std::max(1, wishes.lines));
  return BatchPlan{static_cast<int>(lines), std::max(longest, lines * kCellsPerLine)};
}

StatusOr<std::unique_ptr<GptNetwork>> MakePlanned(const PlannedMaker& make, BatchPlan* plan) {
  auto network = make(*plan);
  if (network.status().code() != StatusCode::kResourceExhausted) return network;
  *plan = {std::max(1, plan->lines / 2), std::max<int64_t>(1, plan->cells / 2)};
  return make(*plan);
}

}  // namespace waveshift::tts::indextts
