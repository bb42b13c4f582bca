// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What IndexTTS makes of a voice sample, measured:
//   waveshift_voice_encoder_bench MODEL.gguf [SECONDS] [ROUNDS] [THREADS] [graph]
// Seconds that the spectrogram, the Conformer, the Perceiver and the speaker encoder take for a sample of
// SECONDS (default 10), on THREADS threads (default or 0: on 1, then on 2), by kernels of our own or, with
// `graph`, by ggml. Minimum and median of ROUNDS, as one
// JSON object a row on standard output. waveshift_make_release makes a release to convert.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "tts/indextts/loaded_model.h"
#include "tts/indextts/voice/conformer.h"
#include "tts/indextts/voice/log_mel.h"
#include "tts/indextts/voice/perceiver.h"
#include "tts/indextts/voice/speaker_encoder.h"

namespace waveshift::tts::indextts {
namespace {

using Clock = std::chrono::steady_clock;

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long PeakMebibytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

// Runs a stage `rounds` times and prints its row.
Status Measure(const char* stage, int threads, int rounds, const std::function<Status()>& run) {
  std::vector<double> wall;
  std::vector<double> cpu;
  for (int i = 0; i < rounds; ++i) {
    const double cpu_begin = CpuSeconds();
    const Clock::time_point begin = Clock::now();
    WS_RETURN_IF_ERROR(run());
    wall.push_back(std::chrono::duration<double>(Clock::now() - begin).count());
    cpu.push_back(CpuSeconds() - cpu_begin);
  }
  std::sort(wall.begin(), wall.end());
  std::sort(cpu.begin(), cpu.end());
  std::printf(
      "{\"stage\": \"%s\", \"threads\": %d, \"wall_s\": %.4f, \"wall_median_s\": %.4f, \"cpu_s\": %.4f, "
      "\"peak_mib\": %ld}\n",
      stage, threads, wall.front(), wall[wall.size() / 2], cpu.front(), PeakMebibytes());
  std::fflush(stdout);
  return OkStatus();
}

std::vector<float> Sound(double seconds, const MelSizes& mel) {
  std::vector<float> samples(static_cast<size_t>(seconds * static_cast<double>(mel.sample_rate_hz)));
  for (size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(mel.sample_rate_hz);
    samples[i] = static_cast<float>(0.3 * std::sin(2 * M_PI * (150 * t + 40 * std::sin(3 * t))));
  }
  return samples;
}

Status MeasureOn(const std::string& path, int threads, double seconds, int rounds, bool graph) {
  WS_ASSIGN_OR_RETURN(const auto device,
                      ggml::Device::Open({.kind = ggml::DeviceKind::kCpu, .threads = threads}));
  WS_ASSIGN_OR_RETURN(const auto model, LoadedModel::Load(path, *device));
  const std::vector<float> sound = Sound(seconds, model->architecture().mel);
  LogMel mel;
  std::vector<float> heard;
  cpu::Workers workers(threads);
  WS_RETURN_IF_ERROR(Measure("log_mel", threads, rounds, [&]() -> Status {
    WS_ASSIGN_OR_RETURN(mel, ComputeLogMel(sound, model->architecture().mel, &workers));
    return OkStatus();
  }));
  WS_RETURN_IF_ERROR(Measure("conformer", threads, rounds, [&]() -> Status {
    WS_ASSIGN_OR_RETURN(heard, (graph ? RunGraphConformer(*model, *device, mel, {})
                                      : RunConformer(*model, *device, mel, {})));
    return OkStatus();
  }));
  WS_RETURN_IF_ERROR(Measure("perceiver", threads, rounds, [&] {
    return (graph ? RunGraphPerceiver : RunPerceiver)(*model, *device, heard, {}).status();
  }));
  return Measure("speaker", threads, rounds, [&] {
    return (graph ? RunGraphSpeakerEncoder : RunSpeakerEncoder)(*model, *device, mel, {}).status();
  });
}

}  // namespace
}  // namespace waveshift::tts::indextts

int main(int argc, char** argv) {
  const double seconds = argc > 2 ? std::atof(argv[2]) : 10;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  const int threads = argc > 4 ? std::atoi(argv[4]) : 0;
  const bool graph = argc > 5 && std::strcmp(argv[5], "graph") == 0;
  if (argc < 2 || argc > 6 || (argc == 6 && !graph) || !(seconds > 0) || rounds < 1 || threads < 0) {
    std::fprintf(stderr, "usage: %s MODEL.gguf [SECONDS] [ROUNDS] [THREADS] [graph]\n", argv[0]);
    return 2;
  }
  const std::vector<int> counts = threads > 0 ? std::vector<int>{threads} : std::vector<int>{1, 2};
  for (const int count : counts) {
    const waveshift::Status status =
        waveshift::tts::indextts::MeasureOn(argv[1], count, seconds, rounds, graph);
    if (!status.ok()) {
      std::fprintf(stderr, "%s\n", waveshift::Message(status).c_str());
      return waveshift::ExitCodeFor(status);
    }
  }
  return 0;
}
