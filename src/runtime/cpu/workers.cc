// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/workers.h"

#include <algorithm>
#include <chrono>

#ifdef __linux__
#include <sched.h>
#endif

namespace waveshift::cpu {
namespace {

constexpr std::chrono::microseconds kWatch{50};

int UsableProcessors() {
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

// True as soon as `done`; gives up after kWatch.
template <class Condition>
bool Watch(const Condition& done) {
  const auto end = std::chrono::steady_clock::now() + kWatch;
  do {
    for (int i = 0; i < 32; ++i) {
      if (done()) return true;
      Pause();
    }
  } while (std::chrono::steady_clock::now() < end);
  return false;
}

}  // namespace

Workers::Workers(int threads) {
  const int count = threads > 0 ? threads : UsableProcessors();
  scratch_.resize(static_cast<size_t>(count) + 1);
  for (int i = 1; i < count; ++i) threads_.emplace_back([this, i] { Live(i); });
}

Workers::~Workers() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
    ++round_;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::Run(int64_t items, const Task& task) {
  if (threads_.empty() || items <= 1) {
    for (int64_t i = 0; i < items; ++i) task(i, 0);
    return;
  }
  task_ = &task;
  items_ = items;
  next_.store(0, std::memory_order_relaxed);
  busy_.store(static_cast<int>(threads_.size()), std::memory_order_relaxed);
  bool someone_sleeps = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    round_.fetch_add(1, std::memory_order_release);
    someone_sleeps = sleeping_ > 0;
  }
  if (someone_sleeps) wake_.notify_all();
  TakeItems(0);
  const auto all_done = [&] { return busy_.load(std::memory_order_acquire) == 0; };
  // The others have at most one item left; when their processor was taken away, theirs goes first.
  while (!Watch(all_done)) std::this_thread::yield();
}

void Workers::TakeItems(int worker) {
  for (;;) {
    const int64_t item = next_.fetch_add(1, std::memory_order_relaxed);
    if (item >= items_) return;
    (*task_)(item, worker);
  }
}

void Workers::Live(int worker) {
  uint64_t seen = 0;
  while (AwaitRound(seen)) {
    ++seen;
    TakeItems(worker);
    busy_.fetch_sub(1, std::memory_order_release);
  }
}

bool Workers::AwaitRound(uint64_t seen) {
  const auto begun = [&] { return round_.load(std::memory_order_acquire) != seen; };
  if (!Watch(begun)) {
    std::unique_lock<std::mutex> lock(mutex_);
    ++sleeping_;
    wake_.wait(lock, begun);
    --sleeping_;
  }
  return !ended_;
}

float* Workers::Scratch(int worker, int64_t floats) {
  AlignedFloats& memory = scratch_[static_cast<size_t>(worker)];
  memory.GrowTo(floats);
  return memory.data();
}

float* Workers::SharedScratch(int64_t floats) {
  AlignedFloats& memory = scratch_.back();
  memory.GrowTo(floats);
  return memory.data();
}

int64_t Workers::scratch_bytes() const {
  int64_t floats = 0;
  for (const AlignedFloats& memory : scratch_) floats += memory.size();
  return floats * static_cast<int64_t>(sizeof(float));
}

}  // namespace waveshift::cpu
