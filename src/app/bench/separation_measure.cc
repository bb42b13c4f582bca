// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/separation_measure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "app/bench/machine_measure.h"
#include "app/bench/stopwatch.h"
#include "base/media_time.h"

namespace waveshift::app {
namespace {

using separation::Separated;

constexpr std::array<int, 4> kLevelsDb = {10, 5, 0, -5};
constexpr size_t kPart = size_t{2} * kTimelineRateHz;  // values handed over at once
// A second of a channel on one thread.
constexpr double kDeepFilterAim = 0.06;

void Append(const audio::StereoBuffer& from, std::vector<float>& to) {
  to.insert(to.end(), from.interleaved.begin(), from.interleaved.end());
}

struct Parts {
  std::vector<float> speech;
  std::vector<float> background;
};

StatusOr<Parts> Separate(const separation::Separator& separator, std::span<const float> mixture,
                         const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const auto stream, separator.Start());
  Parts parts;
  const auto take = [&parts](const Separated& part) {
    Append(part.speech, parts.speech);
    Append(part.background, parts.background);
  };
  while (!mixture.empty()) {
    const auto part = mixture.first(std::min(mixture.size(), kPart));
    mixture = mixture.subspan(part.size());
    WS_ASSIGN_OR_RETURN(const Separated separated, stream->Add(part, stop));
    take(separated);
  }
  WS_ASSIGN_OR_RETURN(const Separated rest, stream->Finish(stop));
  take(rest);
  if (parts.speech.size() != parts.background.size()) return Internal("the parts are not equally long");
  return parts;
}

double SumErrorDb(const Parts& parts, const std::vector<float>& mixture) {
  double error = 0;
  double energy = 0;
  for (size_t i = 0; i < mixture.size(); ++i) {
    const double sum = static_cast<double>(parts.speech.at(i)) + parts.background.at(i);
    error += std::pow(mixture[i] - sum, 2);
    energy += std::pow(static_cast<double>(mixture[i]), 2);
  }
  return 10 * std::log10(error / energy + 1e-20);
}

class SeparatorMeasure {
 public:
  SeparatorMeasure(const separation::Separator& separator, std::string subject,
                   const SeparationMeasureOptions& options, const std::stop_token& stop)
      : separator_(separator), subject_(std::move(subject)), options_(options), stop_(stop) {}

  StatusOr<std::vector<BenchRow>> Run(const SeparationSources& sources) {
    const Stopwatch watch;
    WS_RETURN_IF_ERROR(separator_.CheckReady());
    AddRow("", "load", "s", {watch.Seconds()});
    const size_t levels = options_.quality ? kLevelsDb.size() : 1;
    const double all = static_cast<double>(2 * levels + options_.minutes.size());
    for (const bool stereo : {false, true}) {
      for (size_t i = 0; i < levels; ++i) {
        Tell(static_cast<double>((stereo ? levels : 0) + i) / all);
        WS_RETURN_IF_ERROR(Measure(MixSources(sources, stereo, kLevelsDb[i]), stereo ? "stereo" : "mono"));
      }
    }
    for (const auto& [kind, seconds] : rtf_) AddTimes(kind, "rtf", seconds);
    for (const auto& [kind, seconds] : cpu_) AddTimes(kind, "cpu", seconds);
    WS_RETURN_IF_ERROR(MeasureMemory(MixSources(sources, true, 0), static_cast<double>(2 * levels) / all));
    return std::move(rows_);
  }

 private:
  Status Measure(const SeparationProgramme& programme, const std::string& kind) {
    const Stopwatch watch;
    WS_ASSIGN_OR_RETURN(const Parts parts, Separate(separator_, programme.mixture, stop_));
    const size_t frames = programme.mixture.size() / 2;  // stereo
    const double seconds = static_cast<double>(frames) / kTimelineRateHz;
    rtf_[kind].push_back(watch.Seconds() / seconds);
    cpu_[kind].push_back(watch.ProcessorSeconds() / seconds);
    AddRow(programme.name, "sum_error", "dB", {SumErrorDb(parts, programme.mixture)});
    if (!options_.quality) return OkStatus();
    AddRow(programme.name, "speech_before", "dB", {SiSdrDb(programme.mixture, programme.speech)});
    AddRow(programme.name, "speech", "dB", {SiSdrDb(parts.speech, programme.speech)});
    AddRow(programme.name, "background_before", "dB", {SiSdrDb(programme.mixture, programme.music)});
    AddRow(programme.name, "background", "dB", {SiSdrDb(parts.background, programme.music)});
    return OkStatus();
  }

  // The programme over and over.
  Status MeasureMemory(const SeparationProgramme& programme, double share) {
    if (options_.minutes.empty()) return OkStatus();
    WS_ASSIGN_OR_RETURN(const auto stream, separator_.Start());
    double heard_minutes = 0;
    size_t at = 0;
    for (const double minutes : options_.minutes) {
      while (heard_minutes < minutes) {
        if (at >= programme.mixture.size()) at = 0;
        const auto part =
            std::span(programme.mixture).subspan(at, std::min(kPart, programme.mixture.size() - at));
        WS_RETURN_IF_ERROR(stream->Add(part, stop_).status());
        at += part.size();
        heard_minutes += static_cast<double>(part.size()) / kPart / 60;
        Tell(share + (1 - share) * heard_minutes / options_.minutes.back());
      }
      char measure[40];
      std::snprintf(measure, sizeof measure, "memory_%g_min", minutes);
      AddRow("stereo", measure, "MiB", {PeakMemoryMib()});
    }
    return OkStatus();
  }

  void AddRow(const std::string& programme, const std::string& measure, const char* unit,
              const std::vector<double>& values) {
    const BenchRounds rounds = Summary(values);
    rows_.push_back({.bench = "separation",
                     .subject = subject_,
                     .programme = programme,
                     .threads = options_.threads,
                     .measure = measure,
                     .unit = unit,
                     .value = rounds.best,
                     .median = rounds.median});
  }
  // The aim is that of a channel: two of a stereo programme, one where both sides are the same. On one thread
  // processor time is what it takes alone, also on a machine that others use.
  void AddTimes(const std::string& kind, const std::string& measure, const std::vector<double>& seconds) {
    AddRow(kind, measure, "s/s", seconds);
    if (subject_ == "deepfilter" && options_.threads == 1 && measure == "cpu")
      rows_.back().aim = kind == "stereo" ? 2 * kDeepFilterAim : kDeepFilterAim;
  }
  void Tell(double share) const {
    if (options_.progress) options_.progress(share, "separation " + subject_);
  }

  const separation::Separator& separator_;
  const std::string subject_;
  const SeparationMeasureOptions& options_;
  const std::stop_token& stop_;
  std::map<std::string, std::vector<double>> rtf_;  // by kind of programme
  std::map<std::string, std::vector<double>> cpu_;
  std::vector<BenchRow> rows_;
};

Parts WithoutModel(const std::string& method, const std::vector<float>& mixture) {
  if (method == "duck") return {mixture, mixture};
  Parts parts{std::vector<float>(mixture.size()), mixture};
  for (size_t i = 0; i + 1 < mixture.size(); i += 2) {
    const float middle = (mixture[i] + mixture[i + 1]) / 2;
    for (const size_t at : {i, i + 1}) {
      parts.speech[at] = middle;
      parts.background[at] -= middle;
    }
  }
  return parts;
}

}  // namespace

StatusOr<std::vector<BenchRow>> MeasureSeparator(const separation::Separator& separator,
                                                 const std::string& subject, const SeparationSources& sources,
                                                 const SeparationMeasureOptions& options,
                                                 const std::stop_token& stop) {
  return SeparatorMeasure(separator, subject, options, stop).Run(sources);
}

std::vector<BenchRow> MeasureWithoutModel(const std::string& method, const SeparationSources& sources) {
  std::vector<BenchRow> rows;
  for (const bool stereo : {false, true}) {
    for (const int level_db : kLevelsDb) {
      const SeparationProgramme programme = MixSources(sources, stereo, level_db);
      const Parts parts = WithoutModel(method, programme.mixture);
      const auto add = [&](const char* measure, double value_db) {
        if (!std::isfinite(value_db)) return;
        rows.push_back({.bench = "separation",
                        .subject = method,
                        .programme = programme.name,
                        .threads = 1,
                        .measure = measure,
                        .unit = "dB",
                        .value = value_db,
                        .median = value_db});
      };
      add("speech", SiSdrDb(parts.speech, programme.speech));
      add("background", SiSdrDb(parts.background, programme.music));
    }
  }
  return rows;
}

}  // namespace waveshift::app
