// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_SHARE_PROGRESS_H_
#define WAVESHIFT_APP_CLI_SHARE_PROGRESS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "app/cli/command.h"
#include "app/cli/progress_printer.h"

namespace waveshift::app {

// Shows a share of 0 to 1 of some work as progress on standard error, a line for each whole percent at most.
// One thread.
class ShareProgress {
 public:
  ShareProgress(std::string stage, ProgressStyle style);
  // The seconds that are left are -1 when not known.
  void Update(double share, double eta_s = -1);
  // A line for people, above the bar.
  void Notice(std::string_view line) { printer_.Notice(line); }

 private:
  const std::string stage_;
  ProgressPrinter printer_;
  double shown_ = -1;
};

// The style that the flags ask for; a usage error for a word that is none.
StatusOr<ProgressStyle> StyleOf(const OutputFlags& flags);

// "12.3 MiB".
std::string MebibyteText(int64_t bytes);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_SHARE_PROGRESS_H_
