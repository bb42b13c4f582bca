// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// IndexTTS' vocoder and the kernels under it. "GFLOP/s" counts 2 for each multiply-add of the definition;
// "of_peak" is that over what the same threads reach when they only multiply and add in registers (measured
// at the beginning), so a convolution that needs fewer multiplications may exceed 1. The whole vocoder wants
// a model file: WAVESHIFT_INDEXTTS_MODEL=model.gguf (weights may be random, see waveshift_make_release).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "runtime/cpu/convolution.h"
#include "runtime/cpu/matrix.h"
#include "runtime/cpu/snake.h"
#include "runtime/ggml/gguf_file.h"
#include "tts/indextts/vocoder/vocoder_stream.h"

namespace waveshift {
namespace {

using cpu::ConvolutionMethod;

std::vector<float> Values(int64_t count, float scale) {
  std::vector<float> values(static_cast<size_t>(count));
  uint32_t state = 1;
  for (float& v : values) {
    state = state * 1664525 + 1013904223;
    v = scale * (static_cast<float>(state >> 8) / (1 << 23) - 1);
  }
  return values;
}

double Peak() {
  static const double peak = [] {
    double best = 0;  // of several, since other programs may run
    for (int i = 0; i < 20; ++i) best = std::max(best, cpu::MeasureFmaPeak(cpu::BestIsa(), 0.02));
    return best;
  }();
  return peak;
}

void Report(benchmark::State& state, double operations, int threads) {
  const double done = operations * static_cast<double>(state.iterations()) * 1e-9;
  state.counters["GFLOP/s"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
  state.counters["of_peak"] = benchmark::Counter(done / (Peak() * threads), benchmark::Counter::kIsRate);
}

void BM_FmaPeak(benchmark::State& state) {
  const auto isa = static_cast<cpu::Isa>(state.range(0));
  double sum = 0;
  for (auto _ : state) sum += cpu::MeasureFmaPeak(isa, 0.05);
  state.counters["GFLOP/s"] = sum / static_cast<double>(state.iterations());
  state.SetLabel(std::string(cpu::IsaName(isa)));
}
BENCHMARK(BM_FmaPeak)->DenseRange(0, static_cast<int>(cpu::BestIsa()));

// Arguments: rows, depth, columns, threads.
void BM_Matrix(benchmark::State& state) {
  const int64_t rows = state.range(0);
  const int64_t depth = state.range(1);
  const int64_t columns = state.range(2);
  cpu::Workers workers(static_cast<int>(state.range(3)));
  const auto packed =
      cpu::PackedMatrix::FromLinear(cpu::BestIsa(), Values(columns * depth, 0.1F), columns, depth);
  const std::vector<float> a = Values(rows * depth, 1);
  std::vector<float> c(static_cast<size_t>(rows * packed.padded_columns()));
  for (auto _ : state) {
    packed.Multiply({a.data(), depth, 0, rows, c.data(), packed.padded_columns(), nullptr, false}, &workers);
    benchmark::DoNotOptimize(c.data());
  }
  Report(state, 2.0 * static_cast<double>(rows * depth * columns), workers.count());
}
BENCHMARK(BM_Matrix)
    ->ArgsProduct({{27, 201}, {1280}, {1280, 3840}, {1, 2}})
    ->Args({512, 768, 768, 1})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// Arguments: channels, kernel, dilation, method. Rows: 64 codes' worth, at most 1 MiB.
void BM_Convolution(benchmark::State& state) {
  const int64_t channels = state.range(0);
  const cpu::ConvolutionShape shape = {channels, channels, state.range(1), state.range(2)};
  const auto method = static_cast<ConvolutionMethod>(state.range(3));
  cpu::Workers workers(1);
  const auto convolution = cpu::Convolution::Pack(
      cpu::BestIsa(), shape, Values(channels * channels * shape.kernel, 0.1F), method, &workers);
  if (convolution.method() != method && method != ConvolutionMethod::kAuto) {
    state.SkipWithError("the method cannot do this");
    return;
  }
  const int64_t rows = std::min<int64_t>(262144 / channels, channels == 768 ? 256 : 100000);
  const std::vector<float> in = Values((rows + 2 * convolution.reach()) * channels, 1);
  const std::vector<float> bias = Values(channels, 1);
  std::vector<float> out(static_cast<size_t>(rows * channels));
  for (auto _ : state) {
    convolution.Apply({in.data(), channels, rows, out.data(), channels, bias.data(), in.data(), channels},
                      &workers);
    benchmark::DoNotOptimize(out.data());
  }
  Report(state, 2.0 * static_cast<double>(rows * channels * channels * shape.kernel), 1);
  state.counters["MiB"] = static_cast<double>(convolution.bytes()) / (1 << 20);
}
BENCHMARK(BM_Convolution)
    ->ArgNames({"channels", "kernel", "dilation", "method"})
    ->ArgsProduct({{24, 48, 96, 192, 384, 768},
                   {3, 7, 11},
                   {1, 5},
                   {static_cast<int>(ConvolutionMethod::kDirect), static_cast<int>(ConvolutionMethod::kToom),
                    static_cast<int>(ConvolutionMethod::kFourier16),
                    static_cast<int>(ConvolutionMethod::kFourier32)}})
    ->Unit(benchmark::kMicrosecond);

// Argument: channels; 1 MiB of rows.
void BM_Snake(benchmark::State& state) {
  const int64_t channels = state.range(0);
  const std::vector<float> filter = {0.002F,  0.0094F, -0.0255F, -0.0577F, 0.1286F, 0.4432F,
                                     0.4432F, 0.1286F, -0.0577F, -0.0255F, 0.0094F, 0.002F};
  const auto snake =
      cpu::AntiAliasedSnake::Make(cpu::BestIsa(), Values(channels, 0.5F), Values(channels, 0.5F), filter);
  cpu::Workers workers(1);
  const int64_t rows = 262144 / channels;
  const std::vector<float> in = Values(rows * channels, 1);
  std::vector<float> out(in.size());
  for (auto _ : state) {
    snake->Apply({in.data(), 0, channels, 0, rows, rows, out.data(), channels}, &workers);
    benchmark::DoNotOptimize(out.data());
  }
  state.counters["samples/s"] = benchmark::Counter(static_cast<double>(rows * channels * state.iterations()),
                                                   benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Snake)->Arg(24)->Arg(48)->Arg(96)->Arg(768)->Unit(benchmark::kMicrosecond);

using Loaded = std::pair<ConvolutionMethod, cpu::WeightType>;

std::shared_ptr<const tts::indextts::Vocoder> LoadVocoder(const Loaded& wanted) {
  const char* path = std::getenv("WAVESHIFT_INDEXTTS_MODEL");
  if (path == nullptr) return nullptr;
  static std::map<Loaded, std::shared_ptr<const tts::indextts::Vocoder>> loaded;
  if (loaded.contains(wanted)) return loaded[wanted];
  loaded.clear();
  const auto file = ggml::GgufFile::Open(path);
  if (!file.ok()) return nullptr;
  const auto vocoder =
      tts::indextts::Vocoder::Load(**file, {.method = wanted.first, .weights = wanted.second});
  return vocoder.ok() ? loaded[wanted] = *vocoder : nullptr;
}

// Arguments: codes, threads, method, codes of a piece, bits of a weight.
void BM_Vocoder(benchmark::State& state) {
  const auto vocoder = LoadVocoder({static_cast<ConvolutionMethod>(state.range(2)),
                                    state.range(4) == 16 ? cpu::WeightType::kF16 : cpu::WeightType::kF32});
  if (vocoder == nullptr) {
    state.SkipWithError("WAVESHIFT_INDEXTTS_MODEL names no model file");
    return;
  }
  const int64_t codes = state.range(0);
  tts::indextts::VocoderStream stream(
      vocoder, {.threads = static_cast<int>(state.range(1)), .codes_of_piece = state.range(3)});
  const auto voice = vocoder->MakeVoice(std::vector<float>(512, 0.05F)).value();
  const std::vector<float> latents = Values(codes * vocoder->latent_width(), 1);
  double first = 0;
  std::vector<double> stages(8);
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    bool heard = false;
    const auto sink = [&](std::span<const float> samples) {
      benchmark::DoNotOptimize(samples.data());
      if (!std::exchange(heard, true)) {
        first += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      }
    };
    if (!stream.Speak(voice, latents, sink, {}).ok()) state.SkipWithError("failed");
    for (size_t i = 0; i < stages.size(); ++i) stages[i] += stream.seconds()[i];
  }
  Report(state, vocoder->operations(codes), static_cast<int>(state.range(1)));
  const auto each = 1e3 / static_cast<double>(state.iterations());
  state.counters["first_ms"] = first * each;
  for (size_t i = 0; i < stages.size(); ++i)
    state.counters["s" + std::to_string(i) + "_ms"] = stages[i] * each;
  state.counters["MiB"] = static_cast<double>(stream.memory_bytes()) / (1 << 20);
  state.counters["weights_MiB"] = static_cast<double>(vocoder->bytes()) / (1 << 20);
}
BENCHMARK(BM_Vocoder)
    ->ArgNames({"codes", "threads", "method", "piece", "bits"})
    ->ArgsProduct({{117}, {1, 2}, {static_cast<int>(ConvolutionMethod::kAuto)}, {64}, {32, 16}})
    ->ArgsProduct({{117}, {2}, {static_cast<int>(ConvolutionMethod::kAuto)}, {16, 32, 128}, {16}})
    ->Args({600, 2, static_cast<int>(ConvolutionMethod::kAuto), 64, 16})
    ->Args({117, 2, static_cast<int>(ConvolutionMethod::kDirect), 64, 32})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace waveshift
