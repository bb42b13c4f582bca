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

constexpr std::chrono::microseconds kWatch{200};
constexpr int kCountBits = 32;
constexpr uint64_t kCountMask = (uint64_t{1} << kCountBits) - 1;

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
  done_.store(0, std::memory_order_relaxed);
  const uint64_t number = (open_.load(std::memory_order_relaxed) >> kCountBits) + 1;
  bool someone_sleeps = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_.store(number << kCountBits | static_cast<uint64_t>(items), std::memory_order_release);
    someone_sleeps = sleeping_ > 0;
  }
  if (someone_sleeps) wake_.notify_all();
  TakeItems(0);
  const auto all_done = [&] { return done_.load(std::memory_order_acquire) == items; };
  // What is not done yet is in somebody's hands; when that one's processor was taken away, it goes first.
  while (!Watch(all_done)) std::this_thread::yield();
}

void Workers::TakeItems(int worker) {
  uint64_t open = open_.load(std::memory_order_acquire);
  while ((open & kCountMask) != 0) {
    if (!open_.compare_exchange_weak(open, open - 1, std::memory_order_acq_rel, std::memory_order_acquire)) {
      continue;
    }
    (*task_)(items_ - static_cast<int64_t>(open & kCountMask), worker);
    done_.fetch_add(1, std::memory_order_release);
    open = open_.load(std::memory_order_acquire);
  }
}

void Workers::Live(int worker) {
  while (AwaitItems()) TakeItems(worker);
}

// False when there will be no more.
bool Workers::AwaitItems() {
  const auto open_or_ended = [&] {
    return (open_.load(std::memory_order_acquire) & kCountMask) != 0 ||
           ended_.load(std::memory_order_acquire);
  };
  if (!Watch(open_or_ended)) {
    std::unique_lock<std::mutex> lock(mutex_);
    ++sleeping_;
    wake_.wait(lock, open_or_ended);
    --sleeping_;
  }
  return !ended_.load(std::memory_order_acquire);
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
