// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// report.json (fields: report_json.md) and report.html, the same for eyes.
#ifndef WAVESHIFT_PIPELINE_REPORT_H_
#define WAVESHIFT_PIPELINE_REPORT_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/clip_report.h"
#include "pipeline/job.h"
#include "pipeline/line_state.h"
#include "pipeline/listening.h"

namespace waveshift::pipeline {

// Peaks of one track for the picture: (lowest, highest) sample of each of equal stretches of the programme,
// -1..1.
using WaveformPeaks = std::vector<std::pair<float, float>>;

// Of one finished track, decoded.
struct LoudnessFigures {
  double integrated_lufs = 0;
  double true_peak_dbtp = 0;
  double range_lu = 0;
  int64_t clipped_samples = 0;  // at or over full scale
};

// What became of the original sound under dubbed lines.
struct BackgroundReport {
  std::string mode = "duck";   // "separate", "duck", "none"
  std::string separator;       // its name, "" when nothing was separated
  std::string version;         // of the separator
  double ducked_from_ms = -1;  // where separation ended early, else -1
  std::string reason;          // why
};

struct ReportData {
  bool completed = false;
  std::string failure;  // why the job failed, "" when it did not
  std::string title;    // the video's file name
  std::string target_language;
  double media_duration_ms = 0;
  std::vector<LineState> lines;  // in order of slot_start
  std::string engine;            // of a dubbed line that names none
  BackgroundReport background;
  bool keep_lines = false;
  std::vector<std::pair<std::string, double>> stages;
  std::vector<std::pair<std::string, std::string>> versions;
  // Of the finished dubbed track; absent (measured == false) when the job ended before.
  bool measured = false;
  LoudnessFigures dubbed_loudness;
  std::optional<LoudnessFigures> original_loudness;
  std::optional<double> target_lufs;  // that was wanted of the dubbed track
  double programme_gain_db = 0;       // that it got for it
  Listening listening;                // no rows: nothing to listen to
  std::vector<std::string> notices;
  ClipReport clips;
  WaveformPeaks original_peaks;  // may be empty
  WaveformPeaks dubbed_peaks;
};

struct ReportTotals {
  int64_t lines = 0, dubbed = 0, kept = 0, failed = 0, shortened = 0, reused = 0, warnings = 0;
};
ReportTotals CountLines(const std::vector<LineState>& lines);

// File name of a line's WAV relative to the lines folder: "0007_Anna.wav".
std::string LineFileName(const text::TranscriptLine& line);

std::string FormatReportJson(const ReportData& data);
// One self-contained page: no scripts or fonts from elsewhere. It plays the files of data.listening, which
// lie beside it, and does without them where they are missing. `report_json` is FormatReportJson(data).
std::string FormatReportHtml(const ReportData& data, const std::string& report_json);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_REPORT_H_
