// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/workers.h"

#include <atomic>
#include <ctime>
#include <numeric>

#include <gtest/gtest.h>

namespace waveshift::cpu {
namespace {

TEST(WorkersTest, DoesEveryItemOnceAndWaits) {
  for (const int threads : {1, 2, 5}) {
    Workers workers(threads);
    ASSERT_EQ(workers.count(), threads);
    for (const int64_t items : {0, 1, 2, 7, 1000}) {
      for (int round = 0; round < 50; ++round) {
        std::vector<int> done(static_cast<size_t>(items));  // not atomic: each item is one thread's
        std::atomic<bool> known{true};
        workers.Run(items, [&](int64_t item, int worker) {
          ++done[static_cast<size_t>(item)];
          if (worker < 0 || worker >= threads) known = false;
        });
        EXPECT_TRUE(known);
        EXPECT_EQ(std::accumulate(done.begin(), done.end(), 0), static_cast<int>(items));
        EXPECT_EQ(std::count(done.begin(), done.end(), 1), items);
      }
    }
  }
}

TEST(WorkersTest, KeepsEachWorkersMemoryApart) {
  Workers workers(3);
  workers.Run(100, [&](int64_t item, int worker) {
    float* memory = workers.Scratch(worker, 1000);
    for (int i = 0; i < 1000; ++i) memory[i] = static_cast<float>(item);
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(memory[i], static_cast<float>(item));
  });
  float* shared = workers.SharedScratch(10);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(shared) % 64, 0u);
  EXPECT_EQ(workers.SharedScratch(5), shared);
  EXPECT_GE(workers.scratch_bytes(), 4000 + 40);
}

TEST(WorkersTest, SleepsWhenThereIsNothingToDo) {
  Workers workers(4);
  workers.Run(100, [](int64_t /*item*/, int /*worker*/) {});
  const std::clock_t before = std::clock();  // processor time of all threads
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const double used = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  EXPECT_LT(used, 0.1);  // three that watch would have used 0.9 s
}

TEST(AlignedFloatsTest, BeginsOnACacheLineAndIsZero) {
  for (const int64_t size : {1, 1000, 3000000}) {
    AlignedFloats floats(size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(floats.data()) % 64, 0u);
    EXPECT_EQ(std::accumulate(floats.data(), floats.data() + size, 0.0F), 0.0F);
    floats.GrowTo(size / 2);
    EXPECT_EQ(floats.size(), size);
  }
}

}  // namespace
}  // namespace waveshift::cpu
