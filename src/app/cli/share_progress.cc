// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/share_progress.h"

#include <cmath>
#include <cstdio>
#include <iostream>
#include <utility>

namespace waveshift::app {

ShareProgress::ShareProgress(std::string stage, ProgressStyle style)
    : stage_(std::move(stage)), printer_(style, std::cerr, StandardErrorColumns()) {}

void ShareProgress::Update(double share, double eta_s) {
  const double percent = std::floor(100 * share);
  if (percent <= shown_) return;
  shown_ = percent;
  printer_.Update({.stage = stage_, .percent = percent, .eta_s = eta_s});
}

StatusOr<ProgressStyle> StyleOf(const OutputFlags& flags) {
  const auto style = ChooseProgressStyle(flags.progress, flags.quiet, StandardErrorIsTerminal());
  return style.ok() ? style : UsageError(Message(style.status()));
}

std::string MebibyteText(int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

}  // namespace waveshift::app
