// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The mix of a dubbed track: decoded sound and takes in, what the encoder gets out. "x_realtime" is how many
// seconds of programme one second of work mixes.
#include <benchmark/benchmark.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "audio/test_signals.h"
#include "pipeline/mixer.h"

namespace waveshift::pipeline {
namespace {

constexpr Samples kMinute = Samples{60} * kTimelineRateHz;

// A second of stereo noise, over and over: decoding is not measured.
class NoiseReader : public media::AudioReader {
 public:
  explicit NoiseReader(float level) : second_(2 * kTimelineRateHz) {
    audio::testing_signals::Noise noise(1);
    for (float& v : second_) v = level * noise.Next();
  }
  Status Read(int64_t frames, std::vector<float>& interleaved, const std::stop_token&) override {
    for (auto left = static_cast<size_t>(2 * frames); left > 0;) {
      const size_t n = std::min(left, second_.size() - at_);
      interleaved.insert(interleaved.end(), second_.begin() + static_cast<ptrdiff_t>(at_),
                         second_.begin() + static_cast<ptrdiff_t>(at_ + n));
      at_ = (at_ + n) % second_.size();
      left -= n;
    }
    return OkStatus();
  }
  bool ended() const override { return false; }
  int64_t damaged_packets() const override { return 0; }

 private:
  std::vector<float> second_;
  size_t at_ = 0;
};

// A minute with twenty lines of two seconds, each stretched by a tenth.
std::deque<LineState> Lines(Journal& journal) {
  std::deque<LineState> lines;
  Take take;
  take.audio = {24000, audio::testing_signals::Speech(2.2, 24000)};
  for (int i = 0; i < 20; ++i) {
    LineState line;
    line.status = LineStatus::kDubbed;
    line.slot_start = line.start = (Samples{3} * i + 1) * kTimelineRateHz;
    line.length = Samples{2} * kTimelineRateHz;
    line.slot_end = line.end();
    line.tone_db = -2;
    line.take_key = "take" + std::to_string(i);
    if (!journal.SaveTake(line.take_key, take).ok()) return {};
    lines.push_back(std::move(line));
  }
  return lines;
}

// Argument: level of the original in percent of full scale; from 80 on it is limited throughout.
void BM_Mixer(benchmark::State& state) {
  const auto store = stores::MakeMemoryObjectStore();
  Journal journal(*store, "j/");
  const auto lines = Lines(journal);
  for (auto _ : state) {
    Mixer mixer({.length = kMinute}, journal,
                std::make_unique<NoiseReader>(static_cast<float>(state.range(0)) / 100));
    for (const LineState& line : lines) mixer.AddLine(line);
    while (mixer.position() < kMinute) {
      auto chunk = mixer.Next(kTimelineRateHz, {});
      if (!chunk.ok()) return state.SkipWithError(Message(chunk.status()).c_str());
      benchmark::DoNotOptimize(chunk->dubbed.data());
    }
  }
  state.counters["x_realtime"] =
      benchmark::Counter(60.0 * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Mixer)->Arg(20)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace waveshift::pipeline
