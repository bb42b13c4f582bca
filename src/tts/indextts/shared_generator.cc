// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/shared_generator.h"

#include <algorithm>
#include <utility>

namespace waveshift::tts::indextts {

void SharedGenerator::WaitForStep(Lock& lock) {
  changed_.wait(lock, [this] { return !is_stepping_; });
}

std::string SharedGenerator::fallback_reason() {
  Lock lock(mutex_);
  WaitForStep(lock);
  return generator_->fallback_reason();
}

SharedGenerator::Call::~Call() {
  Lock lock(shared_.mutex_);
  if (open_.empty()) return;
  shared_.WaitForStep(lock);
  for (const int64_t line : open_) {
    shared_.generator_->Remove(line);
    shared_.owners_.erase(line);
  }
}

StatusOr<int64_t> SharedGenerator::Call::Add(LineRequest request) {
  Lock lock(shared_.mutex_);
  shared_.WaitForStep(lock);
  WS_ASSIGN_OR_RETURN(const int64_t line, shared_.generator_->Add(std::move(request)));
  open_.insert(line);
  shared_.owners_.emplace(line, this);
  return line;
}

// One step for everybody. A caller who is stopped does not make others begin again: the step is broken off
// only when all lines are this caller's.
Status SharedGenerator::StepFor(const Call& call, Lock& lock, const std::stop_token& stop) {
  const bool is_alone =
      std::all_of(owners_.begin(), owners_.end(), [&](const auto& owner) { return owner.second == &call; });
  is_stepping_ = true;
  lock.unlock();
  const Status status = generator_->Step(is_alone ? stop : std::stop_token());
  auto finished = generator_->TakeFinished();
  lock.lock();
  is_stepping_ = false;
  for (Generator::Finished& line : finished) {
    const auto owner = owners_.find(line.line);
    if (owner == owners_.end()) continue;
    owner->second->open_.erase(line.line);
    owner->second->finished_.push_back(std::move(line));
    owners_.erase(owner);
  }
  changed_.notify_all();
  return status;
}

StatusOr<Generator::Finished> SharedGenerator::Call::Next(const std::stop_token& stop) {
  Lock lock(shared_.mutex_);
  while (finished_.empty()) {
    if (stop.stop_requested()) return Cancelled("stopped");
    if (open_.empty()) return Internal("no line is being generated");
    if (shared_.is_stepping_) {
      shared_.changed_.wait(lock, stop, [this] { return !shared_.is_stepping_ || !finished_.empty(); });
    } else {
      WS_RETURN_IF_ERROR(shared_.StepFor(*this, lock, stop));
    }
  }
  Generator::Finished line = std::move(finished_.front());
  finished_.pop_front();
  return line;
}

}  // namespace waveshift::tts::indextts
