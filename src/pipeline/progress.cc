// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/progress.h"

#include <algorithm>

namespace waveshift::pipeline {
namespace {

constexpr std::chrono::milliseconds kShortestInterval{250};

double SecondsBetween(ProgressTracker::Clock::time_point a, ProgressTracker::Clock::time_point b) {
  return std::chrono::duration<double>(b - a).count();
}

}  // namespace

ProgressTracker::ProgressTracker(std::function<void(const Progress&)> sink, int64_t lines_total)
    : sink_(std::move(sink)) {
  state_.lines_total = lines_total;
  last_report_ = begin_ - kShortestInterval;
}

void ProgressTracker::Begin(const std::string& stage) {
  const std::lock_guard lock(mutex_);
  stages_.push_back({stage, Clock::now()});
  state_.stage = stage;
  Report(true);
}

void ProgressTracker::End(const std::string& stage) {
  const std::lock_guard lock(mutex_);
  for (Stage& s : stages_) {
    if (s.name == stage && s.seconds < 0) s.seconds = SecondsBetween(s.begin, Clock::now());
  }
}

void ProgressTracker::AddStage(const std::string& stage, double seconds) {
  const std::lock_guard lock(mutex_);
  stages_.push_back({stage, Clock::now(), seconds});
}

void ProgressTracker::SetPercent(double percent) {
  const std::lock_guard lock(mutex_);
  state_.percent = std::max(state_.percent, std::min(percent, 99.9));
  Report(false);
}

void ProgressTracker::LineDone() {
  const std::lock_guard lock(mutex_);
  ++state_.lines_done;
  Report(false);
}

void ProgressTracker::SetLinesTotal(int64_t lines_total) {
  const std::lock_guard lock(mutex_);
  state_.lines_total = lines_total;
}

void ProgressTracker::MediaDone(double new_seconds) {
  const std::lock_guard lock(mutex_);
  media_seconds_ += new_seconds;
}

void ProgressTracker::NewWork() {
  const std::lock_guard lock(mutex_);
  ++state_.new_work;
  Report(state_.new_work == 1);
}

void ProgressTracker::Finish() {
  const std::lock_guard lock(mutex_);
  state_.stage = "done";
  state_.percent = 100;
  state_.eta_s = 0;
  Report(true);
}

double ProgressTracker::WallSeconds() const { return SecondsBetween(begin_, Clock::now()); }

std::vector<std::pair<std::string, double>> ProgressTracker::Stages() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, double>> out;
  for (const Stage& s : stages_) {
    out.emplace_back(s.name, s.seconds >= 0 ? s.seconds : SecondsBetween(s.begin, Clock::now()));
  }
  return out;
}

void ProgressTracker::Report(bool always) {
  const auto now = Clock::now();
  if (!sink_ || (!always && now - last_report_ < kShortestInterval)) return;
  last_report_ = now;
  const double wall = SecondsBetween(begin_, now);
  if (media_seconds_ > 0 && wall > 0) state_.speed = media_seconds_ / wall;
  if (state_.percent > 5 && state_.percent < 100)
    state_.eta_s = wall * (100 - state_.percent) / state_.percent;
  sink_(state_);
}

}  // namespace waveshift::pipeline
