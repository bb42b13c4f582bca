// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/cue_book.h"

#include <gtest/gtest.h>

#include <random>

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

std::string Described(const text::Cue& cue) {
  return std::to_string(cue.start_ms) + "-" + std::to_string(cue.end_ms) + " " + cue.text;
}

// A long video's segments, each asked for alone, and the same taken from all cues: lines that overlap, long
// ones that reach over several segments, short ones that linger, silence.
TEST(CueBook, ASegmentsCuesAreThoseOfAllThatTouchIt) {
  std::mt19937 random(5);
  CueBook book("en");
  int64_t at_ms = 0;
  for (int i = 0; i < 300; ++i) {
    at_ms += i % 7 == 0 ? 3000 + random() % 9000 : random() % 2500;
    const int64_t length_ms = i % 50 == 0 ? 20000 : 200 + random() % 4000;
    std::string words;
    for (size_t k = 0; k < 1 + random() % 12; ++k) words += "word" + std::to_string(i) + " ";
    book.Add(Line(at_ms, at_ms + length_ms, words));
  }
  std::vector<int64_t> borders_ms;
  for (int64_t border_ms = 0; border_ms < at_ms + 30000;)
    borders_ms.push_back(border_ms += 500 + random() % 6000);
  for (const auto& borders : {borders_ms, std::vector<int64_t>{}}) {
    const auto all = book.Cues(borders);
    int64_t start_ms = 0;
    for (const int64_t end_ms : borders_ms) {
      std::vector<std::string> wanted;
      for (const text::Cue& cue : all) {
        if (cue.start_ms < end_ms && cue.end_ms > start_ms) wanted.push_back(Described(cue));
      }
      std::vector<std::string> got;
      for (const text::Cue& cue : book.CuesIn(start_ms, end_ms, borders)) got.push_back(Described(cue));
      EXPECT_EQ(got, wanted) << start_ms << " to " << end_ms;
      start_ms = end_ms;
    }
  }
}

TEST(CueBook, ACueThatLingersIntoASegmentIsInIt) {
  CueBook book("en");
  book.Add(Line(5000, 5400, "Yes."));
  ASSERT_EQ(book.CuesIn(5900, 12000).size(), 1U);
  EXPECT_EQ(book.CuesIn(6000, 12000).size(), 0U);
}

}  // namespace
}  // namespace waveshift::pipeline
