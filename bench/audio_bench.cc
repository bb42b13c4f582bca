// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The audio room. "x_realtime" is how many seconds of sound one second of work handles.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "audio/correlate.h"
#include "audio/ducker.h"
#include "audio/limiter.h"
#include "audio/loudness.h"
#include "audio/loudness_frames.h"
#include "audio/mix.h"
#include "audio/resample.h"
#include "audio/speech_colour.h"
#include "audio/stretch.h"
#include "audio/test_signals.h"

namespace waveshift::audio {
namespace {

constexpr size_t kFrames = kTimelineRateHz;

std::vector<float> NoisyStereo(float level) {
  testing_signals::Noise noise(1);
  std::vector<float> out(2 * kFrames);
  for (float& v : out) v = level * noise.Next();
  return out;
}

void ReportSeconds(benchmark::State& state, double seconds_each) {
  state.counters["x_realtime"] =
      benchmark::Counter(seconds_each * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

// Argument: level in percent of full scale. 10 is a quiet programme, 90 needs limiting throughout.
void BM_Limiter(benchmark::State& state) {
  const auto in = NoisyStereo(static_cast<float>(state.range(0)) / 100);
  std::vector<float> out(in.size());
  TruePeakLimiter limiter;
  for (auto _ : state) {
    limiter.Process(in, out);
    benchmark::DoNotOptimize(out.data());
  }
  ReportSeconds(state, 1);
}
BENCHMARK(BM_Limiter)->Arg(10)->Arg(50)->Arg(90);

// As the mix of a dub uses it: parts are left out.
void BM_LimiterWithShares(benchmark::State& state) {
  const auto in = NoisyStereo(static_cast<float>(state.range(0)) / 100);
  std::vector<float> out(in.size());
  std::vector<float> shares(kFrames, 1.0F);
  std::fill(shares.begin() + kFrames / 2, shares.end(), 0.0F);
  TruePeakLimiter limiter;
  for (auto _ : state) {
    limiter.Process(in, shares, out);
    benchmark::DoNotOptimize(out.data());
  }
  ReportSeconds(state, 1);
}
BENCHMARK(BM_LimiterWithShares)->Arg(10)->Arg(90);

void BM_LoudnessFrames(benchmark::State& state) {
  const auto in = NoisyStereo(0.3F);
  LoudnessFrames frames;
  std::vector<float> powers;
  for (auto _ : state) {
    powers.clear();
    frames.Add(in, powers);
    benchmark::DoNotOptimize(powers.data());
  }
  ReportSeconds(state, 1);
}
BENCHMARK(BM_LoudnessFrames);

void BM_BandAnalyzer(benchmark::State& state) {
  const auto in = testing_signals::Speech(1, kTimelineRateHz);
  BandAnalyzer analyzer(kTimelineRateHz);
  std::vector<BandPowers> frames;
  for (auto _ : state) {
    frames.clear();
    analyzer.Add(in, frames);
    benchmark::DoNotOptimize(ColourOf(frames));
  }
  ReportSeconds(state, 1);
}
BENCHMARK(BM_BandAnalyzer);

void BM_Resample22050To48000(benchmark::State& state) {
  const MonoBuffer in{22050, testing_signals::Speech(3, 22050)};
  for (auto _ : state) {
    auto out = Resample(in, kTimelineRateHz);
    benchmark::DoNotOptimize(out);
  }
  ReportSeconds(state, in.seconds());
}
BENCHMARK(BM_Resample22050To48000);

// Argument: tempo in percent.
void BM_Stretch(benchmark::State& state) {
  const MonoBuffer in{kTimelineRateHz, testing_signals::Speech(3, kTimelineRateHz)};
  for (auto _ : state) {
    auto out = Stretch(in, static_cast<double>(state.range(0)) / 100);
    benchmark::DoNotOptimize(out);
  }
  ReportSeconds(state, in.seconds());
}
BENCHMARK(BM_Stretch)->Arg(90)->Arg(115);

void BM_MixMonoInto(benchmark::State& state) {
  auto stereo = NoisyStereo(0.1F);
  const auto mono = testing_signals::Speech(1, kTimelineRateHz);
  for (auto _ : state) {
    MixMonoInto(stereo, mono, 1e-6F);
    benchmark::DoNotOptimize(stereo.data());
  }
  ReportSeconds(state, 1);
}
BENCHMARK(BM_MixMonoInto);

// A spoken line of two seconds every three.
void BM_DuckCurve(benchmark::State& state) {
  DuckCurve curve;
  std::vector<float> gains(kFrames);
  auto stereo = NoisyStereo(0.1F);
  Samples at = 0;
  Samples next_line = 0;
  for (auto _ : state) {
    for (; next_line < at + 3 * kTimelineRateHz; next_line += 3 * kTimelineRateHz) {
      curve.AddDucked(next_line, next_line + 2 * kTimelineRateHz);
    }
    curve.Gains(at, gains);
    ApplyGainCurve(stereo, gains);
    benchmark::DoNotOptimize(stereo.data());
    at += kTimelineRateHz;
  }
  ReportSeconds(state, 1);
}
BENCHMARK(BM_DuckCurve);

void BM_LoudnessMeter(benchmark::State& state) {
  const auto in = NoisyStereo(0.3F);
  const auto meter = LoudnessMeter::Make();
  for (auto _ : state) meter->Add(in);
  ReportSeconds(state, 1);
}
BENCHMARK(BM_LoudnessMeter);

// Argument: length of the line in seconds; 60 ms are searched to either side.
void BM_FindOffset(benchmark::State& state) {
  const auto line = testing_signals::Speech(static_cast<double>(state.range(0)), kTimelineRateHz);
  const auto signal = testing_signals::Music(static_cast<double>(state.range(0)) + 0.12, kTimelineRateHz);
  for (auto _ : state) {
    benchmark::DoNotOptimize(FindOffset(line, signal, SamplesFromMs(int64_t{60})));
  }
  ReportSeconds(state, static_cast<double>(state.range(0)));
}
BENCHMARK(BM_FindOffset)->Arg(1)->Arg(3)->Arg(15)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace waveshift::audio
