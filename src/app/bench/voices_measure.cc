// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/voices_measure.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "app/bench/machine_measure.h"
#include "app/bench/stopwatch.h"

namespace waveshift::app {
namespace {

const std::array<const char*, 6> kLines = {
    "The house stands at the end of the street, near the old mill.",
    "Nobody was more surprised than the farmer, who had been watching all morning.",
    "It was half past four in the afternoon when he finally went home.",
    "You will find the tickets in the drawer, together with the old photographs.",
    "We have been waiting for this moment for a very long time.",
    "Please tell her that the meeting begins at nine, and that nobody may be late.",
};
constexpr const char* kSentence = "I did not expect to see you here.";

struct Cost {
  double seconds = 0;
  double processor_seconds = 0;
  double spoken_seconds = 0;
};

StatusOr<Cost> Speak(tts::Synthesizer& engine, const std::vector<const char*>& texts,
                     const std::stop_token& stop) {
  std::vector<tts::SpeakRequest> requests(texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    requests[i].text = texts[i];
    requests[i].language = "en";
  }
  Cost cost;
  Status line_status;
  const auto sink = [&](size_t, const StatusOr<tts::SpokenLine>& line) {
    if (line.ok()) {
      cost.spoken_seconds += line->audio.seconds();
    } else {
      line_status = line.status();
    }
  };
  const Stopwatch watch;
  WS_RETURN_IF_ERROR(engine.Synthesize(requests, sink, stop));
  cost.seconds = watch.Seconds();
  cost.processor_seconds = watch.ProcessorSeconds();
  WS_RETURN_IF_ERROR(line_status);
  if (cost.spoken_seconds <= 0) return Internal(std::string(engine.name()) + ": nothing was spoken");
  return cost;
}

class VoiceMeasure {
 public:
  VoiceMeasure(const VoicesMeasureOptions& options, const std::stop_token& stop)
      : options_(options), stop_(stop) {}

  StatusOr<std::vector<BenchRow>> Run(const EngineMaker& make) {
    const Stopwatch watch;
    WS_ASSIGN_OR_RETURN(engine_, make());
    name_ = engine_->name();
    Tell(0);
    WS_RETURN_IF_ERROR(Speak(*engine_, {kSentence}, stop_).status());
    const double cold = watch.Seconds();
    // Engines may load more for several lines at once.
    WS_RETURN_IF_ERROR(Speak(*engine_, {kSentence, kSentence}, stop_).status());
    for (int round = 0; round < options_.rounds; ++round) {
      Tell(static_cast<double>(round + 1) / (options_.rounds + 1));
      WS_RETURN_IF_ERROR(Round(static_cast<size_t>(round)));
    }
    const double load = std::max(0.0, cold - Summary(first_).best);
    AddRow("load", "s", {load});
    AddRow("first_audio", "s", first_);
    AddRow("rtf_line", "s/s", line_);
    AddRow("rtf_job", "s/s", job_);
    AddRow("cpu_job", "s/s", processor_);
    AddRow("peak_memory", "MiB", {PeakMemoryMib()});
    return std::move(rows_);
  }

 private:
  Status Round(size_t round) {
    WS_ASSIGN_OR_RETURN(const Cost alone, Speak(*engine_, {kLines[round % kLines.size()]}, stop_));
    line_.push_back(alone.seconds / alone.spoken_seconds);
    WS_ASSIGN_OR_RETURN(const Cost all, Speak(*engine_, {kLines.begin(), kLines.end()}, stop_));
    job_.push_back(all.seconds / all.spoken_seconds);
    processor_.push_back(all.processor_seconds / all.spoken_seconds);
    WS_ASSIGN_OR_RETURN(const Cost sentence, Speak(*engine_, {kSentence}, stop_));
    first_.push_back(sentence.seconds);
    return OkStatus();
  }

  void AddRow(const char* measure, const char* unit, const std::vector<double>& values) {
    const BenchRounds rounds = Summary(values);
    rows_.push_back({.bench = "voices",
                     .subject = name_,
                     .threads = options_.threads,
                     .measure = measure,
                     .unit = unit,
                     .value = rounds.best,
                     .median = rounds.median,
                     .aim = VoiceAim(name_, options_.threads, measure)});
  }

  void Tell(double share) const {
    if (options_.progress) options_.progress(share, name_);
  }

  const VoicesMeasureOptions& options_;
  const std::stop_token& stop_;
  std::shared_ptr<tts::Synthesizer> engine_;
  std::string name_;
  std::vector<double> first_;
  std::vector<double> line_;
  std::vector<double> job_;
  std::vector<double> processor_;
  std::vector<BenchRow> rows_;
};

}  // namespace

std::optional<double> VoiceAim(std::string_view engine, int threads, std::string_view measure) {
  struct Aim {
    std::string_view engine;
    std::string_view measure;
    double value;
  };
  constexpr std::array<Aim, 6> kAims = {{{"kokoro", "rtf_line", 0.2},
                                         {"kokoro", "rtf_job", 0.17},
                                         {"kokoro", "first_audio", 0.5},
                                         {"piper", "rtf_line", 0.04},
                                         {"piper", "rtf_job", 0.04},
                                         {"piper", "first_audio", 0.5}}};
  if (threads != 2) return std::nullopt;
  const auto* const found = std::find_if(kAims.begin(), kAims.end(), [&](const Aim& aim) {
    return aim.engine == engine && aim.measure == measure;
  });
  if (found == kAims.end()) return std::nullopt;
  return found->value;
}

StatusOr<std::vector<BenchRow>> MeasureVoice(const EngineMaker& make, const VoicesMeasureOptions& options,
                                             const std::stop_token& stop) {
  return VoiceMeasure(options, stop).Run(make);
}

}  // namespace waveshift::app
