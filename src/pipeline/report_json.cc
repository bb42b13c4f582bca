// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "pipeline/report.h"
#include "pipeline/timing_stats.h"

namespace waveshift::pipeline {
namespace {

using nlohmann::ordered_json;

// Four decimals of a millisecond: finer than a sample (0.0208 ms), short enough to read.
double Rounded(double value) { return std::round(value * 1e4) / 1e4; }
double Hundredths(double value) { return std::round(value * 100) / 100; }

const char* StatusWord(LineStatus status) {
  switch (status) {
    case LineStatus::kDubbed:
      return "dubbed";
    case LineStatus::kFailed:
      return "failed";
    default:
      return "kept";
  }
}

const char* ShorteningWord(Shortening shortening) {
  switch (shortening) {
    case Shortening::kRules:
      return "rules";
    case Shortening::kLlm:
      return "llm";
    default:
      return "none";
  }
}

const char* SourceWord(ClipSource source) {
  switch (source) {
    case ClipSource::kWorker:
      return "worker";
    case ClipSource::kOwnLines:
      return "own_lines";
    case ClipSource::kOtherLines:
      return "other_lines";
    case ClipSource::kPadded:
      return "padded";
    case ClipSource::kOtherSpeaker:
      return "other_speaker";
    case ClipSource::kDefaultVoice:
      return "default_voice";
  }
  return "";
}

double Share(double value) { return std::round(value * 1e4) / 1e4; }

// Of one recording: where it was cut and what it is worth.
ordered_json ClipJson(const ReferenceClip& clip, bool keep_lines) {
  const bool is_there = !clip.path.empty();
  ordered_json ranges = ordered_json::array();
  for (const voices::ClipPiece& piece : clip.pieces) {
    ranges.push_back({{"start_ms", Rounded(MsFromSamples(piece.start))},
                      {"end_ms", Rounded(MsFromSamples(piece.start + piece.length))}});
  }
  const voices::ClipScore& score = clip.score;
  ordered_json parts = {{"clean", Share(score.clean)},
                        {"density", Share(score.density)},
                        {"level", Share(score.level)},
                        {"voice", Share(score.voice)},
                        {"length", Share(score.length)}};
  return {
      {"ranges", std::move(ranges)},
      {"duration_ms", is_there ? ordered_json(Rounded(MsFromSamples(clip.length))) : ordered_json(nullptr)},
      {"score", is_there ? ordered_json(Share(score.total)) : ordered_json(nullptr)},
      {"score_parts", is_there ? std::move(parts) : ordered_json(nullptr)},
      {"wav", is_there && keep_lines ? ordered_json("lines/" + clip.kept_as) : ordered_json(nullptr)}};
}

ordered_json ClipsJson(const ClipReport& clips, bool keep_lines) {
  ordered_json speakers = ordered_json::array();
  for (const ReferenceClip& clip : clips.speakers) {
    ordered_json tried = ordered_json::array();
    for (const ClipAttempt& attempt : clip.tried) {
      tried.push_back({{"source", SourceWord(attempt.source)}, {"reason", attempt.reason}});
    }
    ordered_json speaker = {{"speaker", clip.speaker},
                            {"source", SourceWord(clip.source)},
                            {"of", clip.path.empty() ? ordered_json(nullptr) : ordered_json(clip.of)}};
    speaker["audio_key"] = clip.audio_key.empty() ? ordered_json(nullptr) : ordered_json(clip.audio_key);
    speaker.update(ClipJson(clip, keep_lines));
    speaker["tried"] = std::move(tried);
    speakers.push_back(std::move(speaker));
  }
  return {
      {"track", clips.track}, {"voice_activity", clips.voice_activity}, {"speakers", std::move(speakers)}};
}

ordered_json LineJson(const LineState& state, const ReportData& data) {
  const bool dubbed = state.status == LineStatus::kDubbed;
  const auto when_dubbed = [&](double value) {
    return dubbed ? ordered_json(Rounded(value)) : ordered_json(nullptr);
  };
  ordered_json line;
  line["sequence"] = state.line.sequence;
  line["speaker"] = state.line.speaker;
  line["text"] = dubbed ? state.request.text : state.line.translation;
  line["status"] = StatusWord(state.status);
  line["slot_start_ms"] = state.line.start_ms;
  line["slot_end_ms"] = state.line.end_ms;
  line["planned_start_ms"] = when_dubbed(MsFromSamples(state.start));
  line["planned_end_ms"] = when_dubbed(MsFromSamples(state.end()));
  line["measured_start_ms"] = when_dubbed(state.measured_start_ms);
  line["measured_duration_ms"] = when_dubbed(state.measured_duration_ms);
  line["speed"] = when_dubbed(state.speed);
  line["original_lufs"] = dubbed && std::isfinite(state.original_lufs)
                              ? ordered_json(Hundredths(state.original_lufs))
                              : ordered_json(nullptr);
  line["speech_lufs"] = when_dubbed(state.speech_lufs);
  line["gain_db"] = dubbed && state.gain > 0 ? ordered_json(Hundredths(20 * std::log10(state.gain)))
                                             : ordered_json(nullptr);
  line["tone_db"] = when_dubbed(state.tone_db);
  line["engine"] =
      dubbed ? ordered_json(state.engine.empty() ? data.engine : state.engine) : ordered_json(nullptr);
  line["voice"] = dubbed ? ordered_json(state.voice) : ordered_json(nullptr);
  const bool reworded = dubbed && state.shortening != Shortening::kNone;
  line["shortening"] = dubbed ? ShorteningWord(state.shortening) : "none";
  line["text_before"] = reworded ? ordered_json(state.line.translation) : ordered_json(nullptr);
  line["natural_before_ms"] =
      reworded ? ordered_json(Rounded(MsFromSamples(state.natural_before))) : ordered_json(nullptr);
  line["natural_after_ms"] =
      reworded ? ordered_json(Rounded(MsFromSamples(state.natural_after))) : ordered_json(nullptr);
  line["warnings"] = state.warnings;
  line["error"] = state.status == LineStatus::kFailed ? ordered_json(state.error) : ordered_json(nullptr);
  line["reused"] = state.reused;
  line["wav"] =
      dubbed && data.keep_lines ? ordered_json("lines/" + LineFileName(state.line)) : ordered_json(nullptr);
  line["original"] = state.line.original;
  const auto own = data.clips.lines.find(state.line.sequence);
  line["reference_clip"] =
      own == data.clips.lines.end() ? ordered_json(nullptr) : ClipJson(own->second, data.keep_lines);
  return line;
}

ordered_json LoudnessJson(const LoudnessFigures& figures) {
  return {{"integrated_lufs", Hundredths(figures.integrated_lufs)},
          {"true_peak_dbtp", Hundredths(figures.true_peak_dbtp)},
          {"range_lu", Hundredths(figures.range_lu)},
          {"clipped_samples", figures.clipped_samples}};
}

// Of the dubbed track, what was wanted of it, and of the original track.
ordered_json ProgrammeJson(const ReportData& data) {
  ordered_json json = LoudnessJson(data.dubbed_loudness);
  json["target_lufs"] = data.target_lufs ? ordered_json(*data.target_lufs) : ordered_json(nullptr);
  json["gain_db"] = Hundredths(data.programme_gain_db);
  json["original"] = data.original_loudness ? LoudnessJson(*data.original_loudness) : ordered_json(nullptr);
  return json;
}

ordered_json ListeningJson(const Listening& listening) {
  ordered_json rows = ordered_json::array();
  for (const ListeningRow& row : listening.rows) {
    rows.push_back({{"name", row.name},
                    {"path", row.path},
                    {"integrated_lufs", Hundredths(row.integrated_lufs)},
                    {"true_peak_dbtp", Hundredths(row.true_peak_dbtp)}});
  }
  return {{"start_ms", Rounded(MsFromSamples(listening.stretch.start))},
          {"end_ms", Rounded(MsFromSamples(listening.stretch.end))},
          {"files", std::move(rows)}};
}

ordered_json BackgroundJson(const BackgroundReport& background) {
  const auto text = [](const std::string& value) {
    return value.empty() ? ordered_json(nullptr) : ordered_json(value);
  };
  const bool early = background.ducked_from_ms >= 0;
  return {
      {"mode", background.mode},
      {"separator", text(background.separator)},
      {"version", text(background.version)},
      {"ducked_from_ms", early ? ordered_json(Rounded(background.ducked_from_ms)) : ordered_json(nullptr)},
      {"reason", text(background.reason)}};
}

ordered_json TimingJson(const std::vector<LineState>& lines) {
  const TimingStats stats = MeasureTiming(lines);
  ordered_json bins = ordered_json::array();
  for (size_t i = 0; i < stats.speed_bins.size(); ++i) {
    bins.push_back(
        {{"from", i == 0 ? ordered_json(nullptr) : ordered_json(kSpeedBinEnds[i - 1])},
         {"to", i == kSpeedBinEnds.size() ? ordered_json(nullptr) : ordered_json(kSpeedBinEnds[i])},
         {"lines", stats.speed_bins[i]}});
  }
  return {{"original_speech_ms", Rounded(MsFromSamples(stats.original_speech))},
          {"dubbed_speech_ms", Rounded(MsFromSamples(stats.dubbed_speech))},
          {"covered_share", Share(stats.covered_share())},
          {"original_overlap_ms", Rounded(MsFromSamples(stats.original_overlap))},
          {"dubbed_overlap_ms", Rounded(MsFromSamples(stats.dubbed_overlap))},
          {"slc_0.2", Share(stats.slc_20)},
          {"slc_0.4", Share(stats.slc_40)},
          {"mean_start_shift_ms", Rounded(stats.mean_start_shift_ms)},
          {"max_start_shift_ms", Rounded(stats.max_start_shift_ms)},
          {"mean_speed_change", Share(stats.speed_change_mean)},
          {"speed_histogram", std::move(bins)}};
}

}  // namespace

ReportTotals CountLines(const std::vector<LineState>& lines) {
  ReportTotals totals;
  totals.lines = static_cast<int64_t>(lines.size());
  for (const LineState& line : lines) {
    totals.dubbed += line.status == LineStatus::kDubbed;
    totals.failed += line.status == LineStatus::kFailed;
    totals.shortened += line.status == LineStatus::kDubbed && line.shortening != Shortening::kNone;
    totals.reused += line.reused;
    totals.warnings += static_cast<int64_t>(line.warnings.size());
  }
  totals.kept = totals.lines - totals.dubbed - totals.failed;
  return totals;
}

std::string LineFileName(const text::TranscriptLine& line) {
  char number[24];
  std::snprintf(number, sizeof number, "%04lld", static_cast<long long>(line.sequence));
  const std::string speaker = SafeFileName(line.speaker);
  return std::string(number) + "_" + (speaker.empty() ? "speaker" : speaker) + ".wav";
}

std::string FormatReportJson(const ReportData& data) {
  ordered_json report;
  report["schema_version"] = 1;
  report["status"] = data.completed ? "completed" : "failed";
  if (!data.failure.empty()) report["failure"] = data.failure;
  report["target_language"] = data.target_language;
  report["media_duration_ms"] = Rounded(data.media_duration_ms);
  report["lines"] = ordered_json::array();
  for (const LineState& line : data.lines) report["lines"].push_back(LineJson(line, data));
  const ReportTotals totals = CountLines(data.lines);
  report["totals"] = {{"lines", totals.lines},         {"dubbed", totals.dubbed},
                      {"kept", totals.kept},           {"failed", totals.failed},
                      {"shortened", totals.shortened}, {"reused", totals.reused},
                      {"warnings", totals.warnings}};
  report["timing"] = TimingJson(data.lines);
  report["background"] = BackgroundJson(data.background);
  report["stages"] = ordered_json::array();
  for (const auto& [name, seconds] : data.stages) {
    report["stages"].push_back({{"name", name}, {"seconds", std::round(seconds * 1000) / 1000}});
  }
  report["versions"] = ordered_json::object();
  for (const auto& [name, version] : data.versions) report["versions"][name] = version;
  if (data.measured) report["loudness"] = ProgrammeJson(data);
  if (!data.listening.rows.empty()) report["listening"] = ListeningJson(data.listening);
  if (!data.clips.speakers.empty()) report["reference_clips"] = ClipsJson(data.clips, data.keep_lines);
  report["notices"] = data.notices;
  return report.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace waveshift::pipeline
