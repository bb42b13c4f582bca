// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How fast the GPT of an IndexTTS model is: waveshift_gpt_bench MODEL.gguf [own|ggml|cuda] [THREADS] [STEPS]
// Prints for a voice of 32 rows, a text of 48 tokens and beams of 3: reading the voice, reading the text, a
// step of 1, 4, 8 and 16 lines at once, and the second pass of 117 codes. Random weights will do
// (waveshift_make_release): the time does not depend on the values.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "runtime/ggml/device.h"
#include "runtime/ggml/weights.h"
#include "tts/indextts/gpt/cells.h"
#include "tts/indextts/gpt/code_search.h"
#include "tts/indextts/gpt/embedder.h"
#include "tts/indextts/gpt/network.h"
#include "tts/indextts/model_file.h"

namespace waveshift::tts::indextts {
namespace {

// Since its making: what a clock on the wall shows, and what processors worked. On a machine that others use,
// the second with one thread is what it would take alone.
struct Seconds {
  double wall = 0;
  double work = 0;
  bool operator<(const Seconds& other) const { return work < other.work; }
};
class Stopwatch {
 public:
  Seconds Passed() const {
    return {std::chrono::duration<double>(Clock::now() - begin_).count(), Work() - work_};
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double Work() {
    timespec time = {};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  }
  Clock::time_point begin_ = Clock::now();
  double work_ = Work();
};

constexpr int kBeams = 3;
constexpr int64_t kTextTokens = 48;
constexpr int64_t kSecondPassCodes = 117;
constexpr int64_t kCells = 11200;  // 700 for each of 16 lines

class Bench {
 public:
  Status Open(const std::string& path, bool own, int threads) {
    WS_ASSIGN_OR_RETURN(file_, ggml::GgufFile::Open(path));
    WS_ASSIGN_OR_RETURN(architecture_, CheckModelFile(*file_));
    const auto kind = threads < 0 ? ggml::DeviceKind::kCuda : ggml::DeviceKind::kCpu;
    WS_ASSIGN_OR_RETURN(device_, ggml::Device::Open({.kind = kind, .threads = std::max(0, threads)}));
    WS_ASSIGN_OR_RETURN(weights_, ggml::Weights::Load(file_, *device_));
    embedder_ = std::make_unique<Embedder>(file_, architecture_.gpt);
    const NetworkOptions options = {.cells = kCells};
    auto network = own ? MakeCpuNetwork(file_, architecture_.gpt, threads, options)
                       : MakeGgmlNetwork(*weights_, *device_, architecture_.gpt, options);
    WS_RETURN_IF_ERROR(network.status());
    network_ = std::move(*network);
    for (const auto& tensor : file_->tensors()) {
      const bool read = tensor.name.starts_with("gpt.blocks.") || tensor.name.starts_with("gpt.code_head.");
      if (read) step_bytes_ += static_cast<int64_t>(tensor.bytes.size());
      if (read && tensor.shape.size() == 2) step_values_ += tensor.values();
    }
    return OkStatus();
  }

  Status Run(int steps) {
    std::printf("weights read in a step %.1f MB, cell %lld bytes\n", static_cast<double>(step_bytes_) * 1e-6,
                static_cast<long long>(CellBytes(architecture_.gpt, ggml::TensorType::kF16)));
    WS_RETURN_IF_ERROR(Rows("voice", architecture_.perceiver.latents, 0, NetworkStep::Want::kCells));
    WS_RETURN_IF_ERROR(
        Rows("text", kTextTokens + 3, architecture_.perceiver.latents, NetworkStep::Want::kLastLogits));
    for (const int lines : {1, 4, 8, 16}) WS_RETURN_IF_ERROR(Decode(lines, steps));
    WS_RETURN_IF_ERROR(Rows("second pass", kSecondPassCodes,
                            kTextTokens + 2 + architecture_.perceiver.latents, NetworkStep::Want::kHidden));
    return Choose();
  }

 private:
  void Print(const std::string& what, const Seconds& seconds, int64_t rows) const {
    std::printf("%-12s %9.2f ms (work %9.2f ms)  %7.1f GFLOP/s  %6.2f GB/s of weights\n", what.c_str(),
                seconds.wall * 1e3, seconds.work * 1e3,
                2e-9 * static_cast<double>(step_values_ * rows) / seconds.wall,
                1e-9 * static_cast<double>(step_bytes_) / seconds.wall);
  }

  // Rows that follow each other, behind `before` others; the best of three.
  Status Rows(const std::string& what, int64_t rows, int64_t before, NetworkStep::Want want) {
    CellPool pool(kCells);
    LineCells cells(&pool);
    cells.AddCommon(before + rows);
    const std::vector<float> inputs(static_cast<size_t>(rows * architecture_.gpt.width), 0.1F);
    std::vector<float> result(want == NetworkStep::Want::kLastLogits
                                  ? static_cast<size_t>(architecture_.gpt.codes)
                                  : inputs.size());
    const NetworkStep::Group group = {.cells = cells.cells(), .sees = {}};
    Seconds best = {1e9, 1e9};
    for (int i = 0; i < 3; ++i) {
      const Stopwatch watch;
      WS_RETURN_IF_ERROR(network_->Compute(
          {.rows = rows, .inputs = inputs, .groups = std::span(&group, 1), .want = want}, result, {}));
      best = std::min(best, watch.Passed());
    }
    Print(what, best, rows);
    return OkStatus();
  }

  Status Decode(int lines, int steps) {
    CellPool pool(kCells);
    std::vector<LineCells> cells;
    for (int i = 0; i < lines; ++i) {
      cells.emplace_back(&pool);
      cells.back().AddCommon(architecture_.perceiver.latents + kTextTokens + 3);
    }
    const size_t rows = static_cast<size_t>(lines) * kBeams;
    std::vector<float> inputs(rows * static_cast<size_t>(architecture_.gpt.width));
    std::vector<float> logits(rows * static_cast<size_t>(architecture_.gpt.codes));
    const std::vector<int32_t> parents = {0, 0, 1};
    std::vector<Seconds> times;
    for (int step = 0; step < steps; ++step) {
      const Stopwatch watch;
      std::vector<NetworkStep::Group> groups;
      for (LineCells& each : cells) {
        each.Continue(parents);
        groups.push_back({each.cells(), each.sees()});
      }
      const size_t width = inputs.size() / rows;
      for (size_t row = 0; row < rows; ++row) {
        embedder_->CodeRow(static_cast<int32_t>(row), step + 2,
                           std::span(inputs).subspan(row * width, width));
      }
      WS_RETURN_IF_ERROR(network_->Compute(
          {.rows = kBeams, .inputs = inputs, .groups = groups, .want = NetworkStep::Want::kAllLogits}, logits,
          {}));
      times.push_back(watch.Passed());
    }
    std::sort(times.begin(), times.end());
    const Seconds median = times[times.size() / 2];
    Print("step of " + std::to_string(lines), median, static_cast<int64_t>(rows));
    std::printf("%12s %9.2f codes/s in all, least work in a step %.2f ms\n", "", lines / median.wall,
                times.front().work * 1e3);
    return OkStatus();
  }

  // The search alone, on logits that are all different.
  Status Choose() {
    const auto count = static_cast<size_t>(architecture_.gpt.codes);
    const CodeSet codes = {static_cast<int64_t>(count), static_cast<int32_t>(architecture_.gpt.start_code),
                           static_cast<int32_t>(architecture_.gpt.stop_code)};
    WS_ASSIGN_OR_RETURN(const auto search,
                        CodeSearch::Start({.max_codes = 200}, codes, std::make_shared<CounterNoise>(1)));
    std::vector<float> logits(kBeams * count);
    const CounterNoise values(2);
    for (size_t i = 0; i < logits.size(); ++i) {
      logits[i] = static_cast<float>(10 * values.Uniform(0, static_cast<int64_t>(i)));
    }
    const Stopwatch watch;
    int steps = 0;
    for (; steps < 200 && !search->done(); ++steps) WS_RETURN_IF_ERROR(search->Advance(logits));
    std::printf("%-12s %9.2f ms a step and line\n", "search", watch.Passed().work / steps * 1e3);
    return OkStatus();
  }

  std::shared_ptr<const ggml::GgufFile> file_;
  Architecture architecture_;
  std::unique_ptr<ggml::Device> device_;
  std::unique_ptr<ggml::Weights> weights_;
  std::unique_ptr<Embedder> embedder_;
  std::unique_ptr<GptNetwork> network_;
  int64_t step_bytes_ = 0;
  int64_t step_values_ = 0;
};

}  // namespace
}  // namespace waveshift::tts::indextts

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s MODEL.gguf [own|ggml|cuda] [THREADS] [STEPS]\n", argv[0]);
    return 2;
  }
  const std::string kind = argc > 2 ? argv[2] : "own";
  const int threads = kind == "cuda" ? -1 : (argc > 3 ? std::atoi(argv[3]) : 0);
  waveshift::tts::indextts::Bench bench;
  waveshift::Status status = bench.Open(argv[1], kind == "own", threads);
  if (status.ok()) status = bench.Run(argc > 4 ? std::max(1, std::atoi(argv[4])) : 20);
  if (!status.ok()) std::fprintf(stderr, "%s\n", waveshift::Message(status).c_str());
  return waveshift::ExitCodeFor(status);
}
