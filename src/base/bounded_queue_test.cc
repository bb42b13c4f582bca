// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/bounded_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

namespace waveshift {
namespace {

TEST(BoundedQueue, HandsOutInOrder) {
  BoundedQueue<int> queue(4);
  const std::stop_token never;
  ASSERT_TRUE(queue.Push(1, never));
  ASSERT_TRUE(queue.Push(2, never));
  EXPECT_EQ(queue.Pop(never), 1);
  EXPECT_EQ(queue.Pop(never), 2);
}

TEST(BoundedQueue, CloseStillHandsOutWhatIsInside) {
  BoundedQueue<int> queue(4);
  const std::stop_token never;
  ASSERT_TRUE(queue.Push(7, never));
  queue.Close();
  EXPECT_FALSE(queue.Push(8, never));
  EXPECT_EQ(queue.Pop(never), 7);
  EXPECT_EQ(queue.Pop(never), std::nullopt);
}

TEST(BoundedQueue, CloseWakesAWaitingReader) {
  BoundedQueue<int> queue(1);
  std::optional<int> got = 1;
  std::jthread reader([&] { got = queue.Pop(std::stop_token()); });
  queue.Close();
  reader.join();
  EXPECT_EQ(got, std::nullopt);
}

TEST(BoundedQueue, StopWakesAWaitingReaderAndAWaitingWriter) {
  BoundedQueue<int> empty(1);
  BoundedQueue<int> full(1);
  ASSERT_TRUE(full.Push(1, std::stop_token()));
  std::stop_source stop;
  std::optional<int> got = 1;
  bool pushed = true;
  {
    std::jthread reader([&] { got = empty.Pop(stop.get_token()); });
    std::jthread writer([&] { pushed = full.Push(2, stop.get_token()); });
    stop.request_stop();
  }
  EXPECT_EQ(got, std::nullopt);
  EXPECT_FALSE(pushed);
}

TEST(BoundedQueue, NeverHoldsMoreThanItsCapacityAndLosesNothing) {
  constexpr int kItems = 2000;
  constexpr int kCapacity = 3;
  BoundedQueue<std::unique_ptr<int>> queue(kCapacity);
  std::atomic<int> pushed{0};
  std::atomic<int> popped{0};
  std::atomic<int> most{0};
  std::atomic<long long> sum{0};
  {
    std::vector<std::jthread> readers;
    readers.reserve(2);
    for (int r = 0; r < 2; ++r) {
      readers.emplace_back([&] {
        while (auto item = queue.Pop(std::stop_token())) {
          sum += **item;
          ++popped;
        }
      });
    }
    {
      std::vector<std::jthread> writers;
      writers.reserve(2);
      for (int w = 0; w < 2; ++w) {
        writers.emplace_back([&, w] {
          for (int i = w; i < kItems; i += 2) {
            ASSERT_TRUE(queue.Push(std::make_unique<int>(i), std::stop_token()));
            const int inside = ++pushed - popped.load();
            int seen = most.load();
            while (inside > seen && !most.compare_exchange_weak(seen, inside)) {
            }
          }
        });
      }
    }
    queue.Close();
  }
  EXPECT_EQ(popped.load(), kItems);
  EXPECT_EQ(sum.load(), static_cast<long long>(kItems) * (kItems - 1) / 2);
  // Two readers may each hold one item that is not counted yet.
  EXPECT_LE(most.load(), kCapacity + 2);
}

}  // namespace
}  // namespace waveshift
