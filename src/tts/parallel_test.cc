// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace waveshift::tts {
namespace {

std::vector<SpeakRequest> Requests(size_t count) {
  std::vector<SpeakRequest> requests(count);
  for (size_t i = 0; i < count; ++i) requests[i].text = std::to_string(i);
  return requests;
}

StatusOr<SpokenLine> Echo(const SpeakRequest& request) {
  SpokenLine line;
  line.voice = request.text;
  return line;
}

TEST(SpeakInParallel, EveryLineIsAnsweredOnceOnTheCallersThread) {
  const auto caller = std::this_thread::get_id();
  std::set<size_t> answered;
  const auto sink = [&](size_t index, const StatusOr<SpokenLine>& line) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
    EXPECT_EQ(line->voice, std::to_string(index));
    EXPECT_TRUE(answered.insert(index).second);
  };
  EXPECT_TRUE(SpeakInParallel(Requests(100), 4, &Echo, sink, {}).ok());
  EXPECT_EQ(answered.size(), 100u);
  EXPECT_TRUE(SpeakInParallel(Requests(1), 0, &Echo, [](size_t, const auto&) {}, {}).ok());
}

TEST(SpeakInParallel, LinesAreInWorkAtOnce) {
  std::latch both(2);  // would wait for ever if one line came after the other
  const auto speak = [&](const SpeakRequest& request) {
    both.arrive_and_wait();
    return Echo(request);
  };
  EXPECT_TRUE(SpeakInParallel(Requests(2), 2, speak, [](size_t, const auto&) {}, {}).ok());
}

TEST(SpeakInParallel, AnErrorOfALineIsItsAnswer) {
  const auto speak = [](const SpeakRequest& request) -> StatusOr<SpokenLine> {
    if (request.text == "1") return InvalidArgument("bad");
    return Echo(request);
  };
  size_t bad = 0;
  const auto sink = [&](size_t, const StatusOr<SpokenLine>& line) { bad += line.ok() ? 0 : 1; };
  EXPECT_TRUE(SpeakInParallel(Requests(5), 2, speak, sink, {}).ok());
  EXPECT_EQ(bad, 1u);
}

// An engine of its own accord, without a stop: the other threads have nobody to hand their lines to.
TEST(SpeakInParallel, ACancelledLineEndsIt) {
  const auto speak = [](const SpeakRequest& request) -> StatusOr<SpokenLine> {
    if (request.text == "3") return Cancelled("the engine was closed");
    return Echo(request);
  };
  const auto sink = [](size_t index, const auto&) { EXPECT_NE(index, 3u); };
  EXPECT_EQ(SpeakInParallel(Requests(1000), 2, speak, sink, {}).code(), StatusCode::kCancelled);
}

TEST(SpeakInParallel, StopEndsIt) {
  std::stop_source stop;
  std::atomic<size_t> begun{0};
  const auto speak = [&](const SpeakRequest& request) {
    ++begun;
    return Echo(request);
  };
  const auto sink = [&](size_t, const StatusOr<SpokenLine>&) { stop.request_stop(); };
  EXPECT_EQ(SpeakInParallel(Requests(1000), 2, speak, sink, stop.get_token()).code(), StatusCode::kCancelled);
  EXPECT_LT(begun, 20u);
}

}  // namespace
}  // namespace waveshift::tts
