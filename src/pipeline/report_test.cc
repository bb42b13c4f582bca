// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace waveshift::pipeline {
namespace {

using nlohmann::json;

ReportData SomeReport() {
  ReportData data;
  data.completed = true;
  data.title = "talk</script><b>.mp4";
  data.target_language = "en";
  data.media_duration_ms = 12000;
  data.engine = "espeak";
  data.keep_lines = true;
  data.stages = {{"probe", 0.5}};
  data.versions = {{"waveshift", "1"}};
  LineState dubbed;
  dubbed.line = {.sequence = 7,
                 .start_ms = 1000,
                 .end_ms = 2000,
                 .speaker = "A/../B",
                 .content_type = "speech",
                 .translation = "t"};
  dubbed.request.text = "said";
  dubbed.status = LineStatus::kDubbed;
  dubbed.start = 48000;
  dubbed.length = 24001;
  dubbed.speed = 1.1;
  dubbed.voice = "en";
  dubbed.warnings = {"1.2 s longer than its slot", "another"};
  LineState failed = dubbed;
  failed.line.sequence = 8;
  failed.status = LineStatus::kFailed;
  failed.error = "no sound";
  failed.warnings.clear();
  LineState kept = failed;
  kept.line.sequence = 9;
  kept.status = LineStatus::kKept;
  kept.error.clear();
  data.lines = {dubbed, failed, kept};
  return data;
}

TEST(ReportJson, HasEveryFieldOfEveryLine) {
  const json report = json::parse(FormatReportJson(SomeReport()));
  EXPECT_EQ(report["schema_version"], 1);
  EXPECT_EQ(report["status"], "completed");
  ASSERT_EQ(report["lines"].size(), 3U);
  const json& dubbed = report["lines"][0];
  EXPECT_EQ(dubbed["text"], "said");
  EXPECT_EQ(dubbed["planned_start_ms"], 1000.0);
  EXPECT_NEAR(dubbed["planned_end_ms"].get<double>(), 1500.0208, 1e-4);
  EXPECT_EQ(dubbed["engine"], "espeak");
  EXPECT_EQ(dubbed["wav"], "lines/0007_A_.._B.wav");
  EXPECT_TRUE(dubbed["error"].is_null());
  for (const char* field : {"planned_start_ms", "planned_end_ms", "measured_start_ms", "measured_duration_ms",
                            "speed", "engine", "voice", "wav"}) {
    EXPECT_TRUE(report["lines"][1][field].is_null()) << field;
    EXPECT_TRUE(report["lines"][2][field].is_null()) << field;
  }
  EXPECT_EQ(report["lines"][1]["error"], "no sound");
  EXPECT_TRUE(report["lines"][2]["error"].is_null());
}

TEST(ReportJson, SaysWhereRecordingsComeFrom) {
  ReportData data = SomeReport();
  EXPECT_FALSE(json::parse(FormatReportJson(data)).contains("reference_clips"));
  ReferenceClip clip;
  clip.speaker = "A/../B";
  clip.source = ClipSource::kOtherSpeaker;
  clip.of = "Anna";
  clip.pieces = {{48000, 96000}, {480000, 48}};
  clip.score = {.total = 0.75, .clean = 0.5, .density = 1, .level = 1, .voice = 0.25, .length = 0.123456};
  clip.length = 96048;
  clip.tried = {{ClipSource::kOwnLines, "no speech is heard"}};
  clip.path = "/tmp/scratch/x.wav";
  clip.kept_as = "reference_1_A.wav";
  ReferenceClip none;
  none.speaker = "B";
  data.clips = {
      .track = "deepfilter", .voice_activity = "silero", .speakers = {clip, none}, .lines = {{7, clip}}};
  const std::string text = FormatReportJson(data);
  EXPECT_EQ(text.find("/tmp/scratch"), std::string::npos);
  const json report = json::parse(text);
  const json& clips = report["reference_clips"];
  EXPECT_EQ(clips["track"], "deepfilter");
  EXPECT_EQ(clips["voice_activity"], "silero");
  const json& first = clips["speakers"][0];
  EXPECT_EQ(first["source"], "other_speaker");
  EXPECT_EQ(first["of"], "Anna");
  EXPECT_EQ(first["duration_ms"], 2001.0);
  EXPECT_EQ(first["score"], 0.75);
  EXPECT_EQ(first["score_parts"]["length"], 0.1235);
  EXPECT_EQ(first["ranges"][0], (json{{"start_ms", 1000.0}, {"end_ms", 3000.0}}));
  EXPECT_EQ(first["wav"], "lines/reference_1_A.wav");
  EXPECT_EQ(first["tried"][0], (json{{"source", "own_lines"}, {"reason", "no speech is heard"}}));
  EXPECT_EQ(clips["speakers"][1]["source"], "default_voice");
  for (const char* field : {"of", "audio_key", "duration_ms", "score", "score_parts", "wav"}) {
    EXPECT_TRUE(clips["speakers"][1][field].is_null()) << field;
  }
  EXPECT_EQ(report["lines"][0]["reference_clip"]["score"], 0.75);
  EXPECT_TRUE(report["lines"][1]["reference_clip"].is_null());
  data.keep_lines = false;
  EXPECT_TRUE(json::parse(FormatReportJson(data))["reference_clips"]["speakers"][0]["wav"].is_null());
}

TEST(ReportJson, TotalsAddUp) {
  const json totals = json::parse(FormatReportJson(SomeReport()))["totals"];
  EXPECT_EQ(totals["lines"], 3);
  EXPECT_EQ(totals["dubbed"].get<int>() + totals["kept"].get<int>() + totals["failed"].get<int>(), 3);
  EXPECT_EQ(totals["warnings"], 2);
  EXPECT_EQ(totals["shortened"], 0);
}

TEST(ReportJson, SaysHowLoudItWasAndIs) {
  ReportData data = SomeReport();
  data.measured = true;
  data.dubbed_loudness = {
      .integrated_lufs = -16.004, .true_peak_dbtp = -1.5, .range_lu = 6, .clipped_samples = 0};
  data.original_loudness = {
      .integrated_lufs = -21.5, .true_peak_dbtp = -3, .range_lu = 7, .clipped_samples = 2};
  data.target_lufs = -16;
  data.programme_gain_db = 5.5;
  data.lines[0].original_lufs = -24.25;
  data.lines[0].speech_lufs = -22.3;
  data.lines[0].gain = 0.5;
  data.lines[0].tone_db = -1.5;
  data.listening = {.stretch = {0, 48000},
                    .rows = {{.name = "mix", .path = "listen/mix.flac", .integrated_lufs = -17}}};
  const json report = json::parse(FormatReportJson(data));
  EXPECT_EQ(report["loudness"]["integrated_lufs"], -16.0);
  EXPECT_EQ(report["loudness"]["clipped_samples"], 0);
  EXPECT_EQ(report["loudness"]["target_lufs"], -16.0);
  EXPECT_EQ(report["loudness"]["gain_db"], 5.5);
  EXPECT_EQ(report["loudness"]["original"]["integrated_lufs"], -21.5);
  EXPECT_EQ(report["lines"][0]["original_lufs"], -24.25);
  EXPECT_EQ(report["lines"][0]["speech_lufs"], -22.3);
  EXPECT_EQ(report["lines"][0]["gain_db"], -6.02);
  EXPECT_EQ(report["lines"][0]["tone_db"], -1.5);
  for (const char* field : {"original_lufs", "speech_lufs", "gain_db", "tone_db"}) {
    EXPECT_TRUE(report["lines"][1][field].is_null()) << field;
  }
  EXPECT_EQ(report["listening"]["end_ms"], 1000.0);
  EXPECT_EQ(report["listening"]["files"][0]["path"], "listen/mix.flac");
  data.target_lufs.reset();
  data.original_loudness.reset();
  data.lines[0].original_lufs = SomeReport().lines[0].original_lufs;  // not known
  data.lines[0].gain = 0;
  const json less = json::parse(FormatReportJson(data));
  EXPECT_TRUE(less["loudness"]["target_lufs"].is_null());
  EXPECT_TRUE(less["loudness"]["original"].is_null());
  EXPECT_TRUE(less["lines"][0]["original_lufs"].is_null());
  EXPECT_TRUE(less["lines"][0]["gain_db"].is_null());
}

TEST(ReportHtml, HostileNamesCannotLeaveTheirScriptElement) {
  const std::string html = FormatReportHtml(SomeReport(), FormatReportJson(SomeReport()));
  EXPECT_EQ(html.find("talk</script>"), std::string::npos);
  EXPECT_EQ(html.find("@REPORT_DATA@"), std::string::npos);
  EXPECT_NE(html.find("talk\\u003c/script>"), std::string::npos);
  // Self-contained: nothing is loaded from elsewhere.
  EXPECT_EQ(html.find("src="), std::string::npos);
  EXPECT_EQ(html.find("http"), std::string::npos);
}

}  // namespace
}  // namespace waveshift::pipeline
