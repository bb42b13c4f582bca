// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Speech engines, measured: waveshift_voices_bench MODEL_FOLDER [ROUNDS]
// For each engine on 1 and 2 threads: time to load, the real-time factor of a line alone and of a batch of
// lines (wall time / speech), and the time until the sound of one sentence is there. Minimum and median of
// the rounds, as one JSON object a row on standard output.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tts/espeak/espeak.h"
#include "tts/kokoro/kokoro.h"
#include "tts/piper/piper.h"

namespace waveshift {
namespace {

using Clock = std::chrono::steady_clock;

const std::vector<std::string> kLines = {
    "The house stands at the end of the street, near the old mill.",
    "Nobody was more surprised than the farmer, who had been watching all morning.",
    "It was half past four in the afternoon when he finally went home.",
    "You will find the tickets in the drawer, together with the old photographs.",
    "We have been waiting for this moment for a very long time.",
    "Please tell her that the meeting begins at nine, and that nobody may be late.",
};
constexpr char kSentence[] = "I did not expect to see you here.";

double Seconds(Clock::time_point since) {
  return std::chrono::duration<double>(Clock::now() - since).count();
}

struct Measured {
  std::vector<double> values;
  double Least() const { return *std::min_element(values.begin(), values.end()); }
  double Median() const {
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 2];
  }
};

tts::SpeakRequest Request(const std::string& text) {
  tts::SpeakRequest request;
  request.text = text;
  request.language = "en";
  return request;
}

// Of the whole process, all threads.
double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Cost {
  double wall = -1;  // seconds for each second of speech; negative when a line failed
  double cpu = -1;
};

Cost CostOf(tts::Synthesizer& engine, const std::vector<std::string>& texts) {
  std::vector<tts::SpeakRequest> requests;
  for (const std::string& text : texts) requests.push_back(Request(text));
  double spoken = 0;
  bool all_well = true;
  const double cpu_begin = CpuSeconds();
  const Clock::time_point begin = Clock::now();
  const Status status = engine.Synthesize(requests,
                                          [&](size_t, const StatusOr<tts::SpokenLine>& line) {
                                            all_well = all_well && line.ok();
                                            if (line.ok()) spoken += line->audio.seconds();
                                          },
                                          {});
  if (!status.ok() || !all_well || spoken <= 0) return {};
  return {Seconds(begin) / spoken, (CpuSeconds() - cpu_begin) / spoken};
}

void PrintRow(const char* name, int threads, const char* what, const Measured& measured) {
  std::printf("{\"engine\": \"%s\", \"threads\": %d, \"measure\": \"%s\", \"min\": %.4f, \"median\": %.4f}\n",
              name, threads, what, measured.Least(), measured.Median());
  std::fflush(stdout);
}

using Make = std::function<std::unique_ptr<tts::Synthesizer>(int threads)>;

void MeasureEngine(const char* name, int threads, const Make& make, int rounds) {
  Clock::time_point begin = Clock::now();
  const auto engine = make(threads);
  const Status ready = engine->CheckReady();
  if (!ready.ok()) {
    std::fprintf(stderr, "%s: %s\n", name, Message(ready).c_str());
    return;
  }
  PrintRow(name, threads, "load_s", {{Seconds(begin)}});
  CostOf(*engine, {kSentence});  // both kinds of session are loaded and warm
  CostOf(*engine, {kSentence, kSentence});
  Measured alone;
  Measured batch;
  Measured batch_cpu;
  Measured first;
  for (int round = 0; round < rounds; ++round) {
    alone.values.push_back(CostOf(*engine, {kLines[static_cast<size_t>(round) % kLines.size()]}).wall);
    const Cost cost = CostOf(*engine, kLines);
    batch.values.push_back(cost.wall);
    batch_cpu.values.push_back(cost.cpu);
    begin = Clock::now();
    CostOf(*engine, {kSentence});
    first.values.push_back(Seconds(begin));
  }
  PrintRow(name, threads, "rtf_line", alone);
  PrintRow(name, threads, "rtf_batch", batch);
  PrintRow(name, threads, "cpu_per_second_batch", batch_cpu);
  PrintRow(name, threads, "first_sound_s", first);
}

void Measure(const std::string& models, int rounds) {
  for (const int threads : {1, 2}) {
    MeasureEngine(
        "piper", threads,
        [&](int count) {
          tts::PiperOptions options;
          options.folder = models + "/piper";
          options.threads = count;
          return tts::MakePiper(options);
        },
        rounds);
    MeasureEngine(
        "kokoro", threads,
        [&](int count) {
          tts::KokoroOptions options;
          options.folder = models + "/kokoro";
          options.threads = count;
          return tts::MakeKokoro(options);
        },
        rounds);
    MeasureEngine(
        "espeak", threads,
        [&](int count) {
          tts::EspeakOptions options;
          options.threads = static_cast<size_t>(count);
          return tts::MakeEspeak(options);
        },
        rounds);
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  PrintRow("all", 2, "peak_memory_mib", {{static_cast<double>(usage.ru_maxrss) / 1024}});
}

}  // namespace
}  // namespace waveshift

int main(int argc, char** argv) {
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  if (argc < 2 || rounds < 1) {
    std::fprintf(stderr, "usage: waveshift_voices_bench MODEL_FOLDER [ROUNDS]\n");
    return 2;
  }
  waveshift::Measure(argv[1], rounds);
  return 0;
}
