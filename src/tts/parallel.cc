// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/parallel.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/bounded_queue.h"

namespace waveshift::tts {
namespace {

struct Numbered {
  size_t index;
  StatusOr<SpokenLine> line;
};

void Work(std::span<const SpeakRequest> requests, std::atomic<size_t>& next, const LineSpeaker& speak,
          BoundedQueue<Numbered>& done, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const size_t index = next.fetch_add(1);
    if (index >= requests.size()) return;
    if (!done.Push(Numbered{index, speak(requests[index])}, stop)) return;
  }
}

}  // namespace

Status SpeakInParallel(std::span<const SpeakRequest> requests, size_t workers, const LineSpeaker& speak,
                       const SpokenSink& sink, const std::stop_token& stop) {
  if (requests.empty()) return OkStatus();
  const size_t wanted = workers > 0 ? workers : std::max(1U, std::thread::hardware_concurrency());
  const size_t count = std::min(wanted, requests.size());
  BoundedQueue<Numbered> done(2 * count);
  std::atomic<size_t> next{0};
  size_t delivered = 0;
  std::vector<std::jthread> threads;  // joined before what they use goes
  for (size_t i = 0; i < count; ++i) {
    threads.emplace_back([&] { Work(requests, next, speak, done, stop); });
  }
  while (delivered < requests.size()) {
    std::optional<Numbered> answer = done.Pop(stop);
    if (!answer.has_value()) break;
    if (answer->line.status().code() == StatusCode::kCancelled) break;
    ++delivered;
    sink(answer->index, std::move(answer->line));
  }
  done.Close();  // nobody takes what the threads still have: they must not wait for room
  return delivered == requests.size() ? OkStatus() : Cancelled("stopped");
}

}  // namespace waveshift::tts
