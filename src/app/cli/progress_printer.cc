// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/progress_printer.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

namespace waveshift::app {
namespace {

// Without a terminal a log collects the lines: one every few seconds is enough.
constexpr std::chrono::seconds kLineInterval{3};
constexpr int kBarCells = 24;

std::string Clock(double seconds) {
  const auto total = static_cast<long long>(std::ceil(std::min(seconds, 359999.0)));
  char text[32];
  if (total >= 3600) {
    std::snprintf(text, sizeof(text), "%lld:%02lld:%02lld", total / 3600, total / 60 % 60, total % 60);
  } else {
    std::snprintf(text, sizeof(text), "%lld:%02lld", total / 60, total % 60);
  }
  return text;
}

}  // namespace

StatusOr<ProgressStyle> ChooseProgressStyle(std::string_view word, bool quiet, bool is_terminal) {
  if (word == "json") return ProgressStyle::kJson;
  if (word != "auto" && word != "plain" && word != "none" && !word.empty()) {
    return InvalidArgument("--progress: must be auto, plain, json or none, not \"" + std::string(word) +
                           "\"");
  }
  if (quiet || word == "none") return ProgressStyle::kNone;
  return is_terminal && word != "plain" ? ProgressStyle::kBar : ProgressStyle::kLines;
}

std::string FormatProgress(const pipeline::Progress& progress) {
  char text[64];
  std::snprintf(text, sizeof(text), "%3.0f%%", std::floor(progress.percent));
  std::string line = progress.stage + " " + text;
  if (progress.lines_total > 0) {
    line +=
        "  " + std::to_string(progress.lines_done) + "/" + std::to_string(progress.lines_total) + " lines";
  }
  if (progress.speed > 0) {
    std::snprintf(text, sizeof(text), "  %.1fx", progress.speed);
    line += text;
  }
  if (progress.eta_s >= 0 && progress.percent < 100) line += "  " + Clock(progress.eta_s) + " left";
  return line;
}

std::string FormatProgressJson(const pipeline::Progress& progress) {
  const auto rounded = [](double value, double step) { return std::round(value * step) / step; };
  nlohmann::ordered_json json;
  json["stage"] = progress.stage;
  json["percent"] = rounded(progress.percent, 10);
  json["lines_done"] = progress.lines_done;
  json["lines_total"] = progress.lines_total;
  json["speed"] = rounded(progress.speed, 100);
  json["eta_s"] = nullptr;
  if (progress.eta_s >= 0) json["eta_s"] = rounded(progress.eta_s, 10);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

ProgressPrinter::ProgressPrinter(ProgressStyle style, std::ostream& out, int columns,
                                 std::function<Clock::time_point()> now)
    : style_(style), out_(out), columns_(columns), now_(std::move(now)) {}

ProgressPrinter::~ProgressPrinter() { Stop(); }

void ProgressPrinter::Update(const pipeline::Progress& progress) {
  const std::lock_guard lock(mutex_);
  const double before = last_.percent;
  last_ = progress;
  last_.percent = std::clamp(std::max(before, progress.percent), 0.0, 100.0);
  switch (style_) {
    case ProgressStyle::kBar:
      DrawBar();
      break;
    case ProgressStyle::kLines:
      PrintLine();
      break;
    case ProgressStyle::kJson:
      out_ << FormatProgressJson(last_) + "\n" << std::flush;
      break;
    case ProgressStyle::kNone:
      break;
  }
}

void ProgressPrinter::DrawBar() {
  const auto filled = static_cast<size_t>(last_.percent * kBarCells / 100.0);
  std::string line =
      "[" + std::string(filled, '#') + std::string(kBarCells - filled, '-') + "] " + FormatProgress(last_);
  if (columns_ > 1 && line.size() >= static_cast<size_t>(columns_))
    line.resize(static_cast<size_t>(columns_) - 1);
  // Back to the first column, the line, and what an earlier longer line left is wiped.
  out_ << "\r" + line + "\x1b[K" << std::flush;
  bar_shown_ = true;
}

void ProgressPrinter::PrintLine() {
  if (ended_) return;
  const Clock::time_point now = now_();
  ended_ = last_.percent >= 100;
  if (!ended_ && any_line_ && now - last_line_ < kLineInterval) return;
  any_line_ = true;
  last_line_ = now;
  out_ << FormatProgress(last_) + "\n" << std::flush;
}

void ProgressPrinter::Notice(std::string_view line) {
  if (style_ == ProgressStyle::kJson || style_ == ProgressStyle::kNone) return;
  const std::lock_guard lock(mutex_);
  out_ << (bar_shown_ ? "\r\x1b[K" : "") << line << "\n";
  if (bar_shown_) {
    DrawBar();
  } else {
    out_ << std::flush;
  }
}

void ProgressPrinter::Stop() {
  const std::lock_guard lock(mutex_);
  if (!bar_shown_) return;
  out_ << "\n" << std::flush;
  bar_shown_ = false;
}

int StandardErrorColumns() {
  struct winsize size = {};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

bool StandardErrorIsTerminal() { return ::isatty(STDERR_FILENO) == 1; }

}  // namespace waveshift::app
