// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A few threads that share one computation, and the memory that they need on the way.
#ifndef WAVESHIFT_RUNTIME_CPU_WORKERS_H_
#define WAVESHIFT_RUNTIME_CPU_WORKERS_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "runtime/cpu/aligned_floats.h"

namespace waveshift::cpu {

// The caller's thread is one of them. Between two Run the others watch for about 0.2 ms, then sleep, so that
// an idle computation costs nothing; one that wakes late, because its processor is taken, holds nobody up.
// One caller at a time; many Workers may live side by side.
class Workers {
 public:
  // 0 = as many as this process may use.
  explicit Workers(int threads);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  int count() const { return static_cast<int>(threads_.size()) + 1; }
  // task(item, worker) for each item from 0 to items - 1 < 2^32, worker from 0 to count() - 1; items are
  // taken in order by whoever is free. Returns when all are done; what tasks wrote is then visible to the
  // caller.
  using Task = std::function<void(int64_t item, int worker)>;
  void Run(int64_t items, const Task& task);

  // Memory of one worker (its content lasts until that worker asks for more), and one for all.
  float* Scratch(int worker, int64_t floats);
  float* SharedScratch(int64_t floats);
  int64_t scratch_bytes() const;

 private:
  void Live(int worker);
  bool AwaitItems();
  void TakeItems(int worker);

  std::vector<AlignedFloats> scratch_;  // of each worker, then the shared one
  // The number of this Run in the upper half, how many of its items nobody has taken yet in the lower: who
  // lowers it owns an item, and the Run cannot end before that item is done.
  std::atomic<uint64_t> open_{0};
  std::atomic<int64_t> done_{0};
  std::atomic<bool> ended_{false};
  int64_t items_ = 0;
  const Task* task_ = nullptr;
  std::mutex mutex_;
  std::condition_variable wake_;
  int sleeping_ = 0;  // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_WORKERS_H_
