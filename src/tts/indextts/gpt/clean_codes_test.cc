// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/clean_codes.h"

#include <gtest/gtest.h>

#include "tts/indextts/gpt/golden_gpt_test_tools.h"

namespace waveshift::tts::indextts {
namespace {

using Codes = std::vector<int32_t>;

TEST(CleanCodes, AsTheReferenceDoes) {
  const auto& cases = GoldenCases()["remove_long_silence"];
  ASSERT_EQ(cases.size(), 13u);
  for (const auto& each : cases) {
    for (size_t row = 0; row < each["codes"].size(); ++row) {
      // The reference fills up its rows to the longest.
      Codes wanted = each["out"][row].get<Codes>();
      wanted.resize(each["lengths"][row].get<size_t>());
      EXPECT_EQ(CleanCodes(each["codes"][row].get<Codes>(), 65), wanted) << each;
    }
  }
}

TEST(CleanCodes, BoundsALineByItsText) {
  EXPECT_EQ(MostCodes(0, 600), 48);
  EXPECT_EQ(MostCodes(10, 600), 168);
  EXPECT_EQ(MostCodes(46, 600), 600);
  EXPECT_EQ(MostCodes(1 << 30, 600), 600);
  EXPECT_EQ(MostCodes(10, 30), 30);
}

Codes Different(int count) {
  Codes codes;
  for (int i = 0; i < count; ++i) codes.push_back((i * i + 3 * i) % 8191);
  return codes;
}

TEST(CleanCodes, FindsWhatIsNoSpeech) {
  EXPECT_EQ(FindFault({}, true, 3), CodeFault::kEmpty);
  EXPECT_EQ(FindFault(Codes(10, kSilentCode), true, 3), CodeFault::kSilent);
  EXPECT_EQ(FindFault(Different(100), true, 30), CodeFault::kNone);
  EXPECT_EQ(FindFault(Different(100), false, 30), CodeFault::kEndless);
  EXPECT_EQ(FindFault(Different(14), true, 30), CodeFault::kShort);
  EXPECT_EQ(FindFault(Different(15), true, 30), CodeFault::kNone);
}

TEST(CleanCodes, FindsEndlessRepetition) {
  for (const int period : {1, 2, 7, 12, 32}) {
    const int enough = std::max(48, 4 * period);
    for (const int length : {enough - 1, enough}) {
      Codes codes = Different(20);
      for (int i = 0; i < length; ++i) codes.push_back(5000 + i % period);
      codes.push_back(4999);
      EXPECT_EQ(FindFault(codes, true, 10), length == enough ? CodeFault::kRepeats : CodeFault::kNone)
          << period << " " << length;
    }
  }
  // The silence that CleanCodes leaves is none.
  Codes pause = Different(20);
  pause.insert(pause.end(), 30, kSilentCode);
  EXPECT_EQ(FindFault(pause, true, 10), CodeFault::kNone);
}

TEST(CleanCodes, HasAWordForEachFault) {
  for (const CodeFault fault : {CodeFault::kNone, CodeFault::kEmpty, CodeFault::kSilent, CodeFault::kShort,
                                CodeFault::kRepeats, CodeFault::kEndless}) {
    EXPECT_STRNE(FaultWord(fault), "unknown");
  }
}

}  // namespace
}  // namespace waveshift::tts::indextts
