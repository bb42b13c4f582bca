// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/transcript.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "base/files.h"

namespace waveshift::text {
namespace {

TranscriptLine Line(int64_t sequence, int64_t start_ms, int64_t end_ms, std::string translation = "x") {
  TranscriptLine line;
  line.sequence = sequence;
  line.start_ms = start_ms;
  line.end_ms = end_ms;
  line.translation = std::move(translation);
  line.where = "talk.json: segment " + std::to_string(sequence);
  return line;
}

TEST(TranscriptFormat, ComesFromTheNamesEnd) {
  EXPECT_EQ(*TranscriptFormatOf("a.json"), TranscriptFormat::kJson);
  EXPECT_EQ(*TranscriptFormatOf("/x.y/A.SRT"), TranscriptFormat::kSrt);
  EXPECT_EQ(*TranscriptFormatOf("a.en.Vtt"), TranscriptFormat::kVtt);
  for (const char* name : {"", "a", "json", "a.txt", "a.json.gz"}) {
    EXPECT_EQ(TranscriptFormatOf(name).status().code(), StatusCode::kInvalidArgument) << name;
  }
}

TEST(Transcript, ByteOrderMarkIsSkipped) {
  const std::string bom = "\xEF\xBB\xBF";
  EXPECT_TRUE(
      ParseTranscript(bom + R"({"segments":[{"start_ms":0,"end_ms":1}]})", TranscriptFormat::kJson, "a")
          .ok());
  EXPECT_TRUE(
      ParseTranscript(bom + "1\n00:00:00,000 --> 00:00:01,000\nx\n", TranscriptFormat::kSrt, "a").ok());
  EXPECT_TRUE(
      ParseTranscript(bom + "WEBVTT\n\n00:00.000 --> 00:01.000\nx\n", TranscriptFormat::kVtt, "a").ok());
}

TEST(Transcript, TooLargeIsOutOfRange) {
  const std::string bytes(static_cast<size_t>(kMaxTranscriptBytes) + 1, ' ');
  EXPECT_EQ(ParseTranscript(bytes, TranscriptFormat::kJson, "a").status().code(), StatusCode::kOutOfRange);
}

TEST(Transcript, LoadsAFile) {
  const auto scratch = ScratchDirectory::Make();
  ASSERT_TRUE(scratch.ok());
  const std::string path = scratch->path() + "/talk.srt";
  ASSERT_TRUE(WriteFileAtomic(path, "1\n00:00:00,000 --> 00:00:01,000\nx\n").ok());
  const auto loaded = LoadTranscript(path);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->lines[0].where, path + ": cue 1 (line 2)");
  EXPECT_EQ(LoadTranscript(scratch->path() + "/none.srt").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(LoadTranscript(scratch->path()).status().code(), StatusCode::kInvalidArgument);
}

TEST(ResolveDuplicatesAndSort, LastOfASequenceThenTime) {
  std::vector<TranscriptLine> lines = {Line(3, 50, 60), Line(1, 50, 70), Line(2, 0, 1, "old"),
                                       Line(2, 90, 95, "new")};
  ResolveDuplicatesAndSort(lines);
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0].sequence, 1);
  EXPECT_EQ(lines[1].sequence, 3);
  EXPECT_EQ(lines[2].translation, "new");
  std::vector<TranscriptLine> none;
  ResolveDuplicatesAndSort(none);
  EXPECT_TRUE(none.empty());
}

TEST(CheckAgainstDuration, CutsWhatExceedsALittle) {
  Transcript transcript{.lines = {Line(1, 0, 1000), Line(2, 900, 1400)}};
  ASSERT_TRUE(CheckAgainstDuration(transcript, 999.2).ok());
  EXPECT_EQ(transcript.lines[0].end_ms, 1000);
  EXPECT_EQ(transcript.lines[1].end_ms, 1000);
}

TEST(CheckAgainstDuration, NamesTheLineThatLiesOutside) {
  Transcript late{.lines = {Line(1, 0, 1000), Line(2, 900, 1600)}};
  const Status end = CheckAgainstDuration(late, 1000);
  EXPECT_EQ(end.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Message(end), "talk.json: segment 2: end_ms (1600) lies past the end of the media (1000 ms)");
  Transcript outside{.lines = {Line(7, 1000, 1100)}};
  outside.lines[0].where.clear();
  EXPECT_EQ(Message(CheckAgainstDuration(outside, 1000)),
            "line 7: start_ms (1000) lies past the end of the media (1000 ms)");
}

TEST(CheckAgainstDuration, WantsALength) {
  for (const double duration : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    Transcript transcript{.lines = {Line(1, 0, 1)}};
    EXPECT_EQ(CheckAgainstDuration(transcript, duration).code(), StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace waveshift::text
