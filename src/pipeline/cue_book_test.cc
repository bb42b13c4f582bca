// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/cue_book.h"

#include <gtest/gtest.h>

namespace waveshift::pipeline {
namespace {

LineState Line(int64_t start_ms, int64_t end_ms, const std::string& text) {
  LineState line;
  line.request.text = text;
  line.line.speaker = "A";
  line.start = SamplesFromMs(start_ms);
  line.length = SamplesFromMs(end_ms) - line.start;
  return line;
}

TEST(CueBook, CuesComeInOrderAndCanBeRead) {
  CueBook book("en");
  book.Add(Line(4000, 6000, "The second line."));
  book.Add(Line(1000, 1400, "Yes."));
  const auto cues = book.Cues();
  ASSERT_EQ(cues.size(), 2U);
  EXPECT_EQ(cues[0].text, "Yes.");
  EXPECT_EQ(cues[0].start_ms, 1000);
  EXPECT_EQ(cues[0].end_ms, 2000);
  EXPECT_EQ(cues[1].end_ms, 6000);
}

TEST(CueBook, WhatWasPublishedUpToABorderStays) {
  CueBook book("en");
  book.Add(Line(5600, 5800, "Yes."));
  const auto before = book.Cues({6000, 12000});
  book.Add(Line(6100, 7500, "And the next."));
  const auto after = book.Cues({6000, 12000});
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(before[0].end_ms, 6000);
  EXPECT_EQ(after[0].end_ms, before[0].end_ms);
}

}  // namespace
}  // namespace waveshift::pipeline
