// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Shows a job's progress on standard error: a bar on a terminal, plain lines otherwise, one JSON object a
// line when a program listens.
#ifndef WAVESHIFT_APP_CLI_PROGRESS_PRINTER_H_
#define WAVESHIFT_APP_CLI_PROGRESS_PRINTER_H_

#include <chrono>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <string>
#include <string_view>

#include "base/status.h"
#include "pipeline/job.h"

namespace waveshift::app {

enum class ProgressStyle { kBar, kLines, kJson, kNone };

// The style for the flags `--progress auto|json|plain|none` and `--quiet`. `json` wins over `quiet`: a
// program that asks for it reads it. InvalidArgument for another word.
StatusOr<ProgressStyle> ChooseProgressStyle(std::string_view word, bool quiet, bool is_terminal);

// "synthesize  41%  12/30 lines  2.3x  1:05 left"; what is not known is left out.
std::string FormatProgress(const pipeline::Progress& progress);

// {"stage", "percent", "lines_done", "lines_total", "speed", "eta_s"} on one line, without the line end;
// eta_s is null when not known.
std::string FormatProgressJson(const pipeline::Progress& progress);

// Any thread may call; calls do not mix on the screen. Percent never goes back, whatever it is given.
class ProgressPrinter {
 public:
  using Clock = std::chrono::steady_clock;
  // `out` outlives the printer. `columns` is the width of the terminal.
  ProgressPrinter(ProgressStyle style, std::ostream& out, int columns = 80,
                  std::function<Clock::time_point()> now = &Clock::now);
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;
  // Ends the bar's line.
  ~ProgressPrinter();

  void Update(const pipeline::Progress& progress);
  // A line for people, above the bar; not shown with kJson and kNone.
  void Notice(std::string_view line);
  // Ends the bar's line; further updates begin a new one.
  void Stop();

 private:
  void DrawBar();
  void PrintLine();

  const ProgressStyle style_;
  std::ostream& out_;
  const int columns_;
  const std::function<Clock::time_point()> now_;
  std::mutex mutex_;
  pipeline::Progress last_;
  Clock::time_point last_line_;
  bool any_line_ = false;
  bool ended_ = false;  // the line of 100 percent is out
  bool bar_shown_ = false;
};

// The width of the terminal at standard error, 80 when it is none.
int StandardErrorColumns();
bool StandardErrorIsTerminal();

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_PROGRESS_PRINTER_H_
