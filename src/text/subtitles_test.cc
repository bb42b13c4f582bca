// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/subtitles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "text/language.h"
#include "text/transcript.h"

namespace waveshift::text {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Cue MakeCue(int64_t start_ms, int64_t end_ms, std::string text, std::string speaker = "") {
  return {.start_ms = start_ms, .end_ms = end_ms, .speaker = std::move(speaker), .text = std::move(text)};
}

std::vector<std::string> Rows(const std::string& text) {
  std::vector<std::string> rows(1);
  for (const char c : text) {
    if (c == '\n') {
      rows.emplace_back();
    } else {
      rows.back().push_back(c);
    }
  }
  return rows;
}

std::string Unspaced(std::string text) {
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == ' ' || c == '\n'; }),
             text.end());
  return text;
}

constexpr char kHostile[] = "a --> b --->c & <i>d</i> {\\an8} {e} \\N f, g \\";

TEST(WrapForSubtitles, ShortTextIsOneRow) {
  EXPECT_EQ(WrapForSubtitles("Hello there.", "en"), "Hello there.");
  EXPECT_EQ(WrapForSubtitles("  two\n spaces ", "en"), "two spaces");
  EXPECT_EQ(WrapForSubtitles("", "en"), "");
}

TEST(WrapForSubtitles, ARowHas42ColumnsOr20WideCharacters) {
  const std::string latin = "abcde abcde abcde abcde abcde abcde abcdef";
  ASSERT_EQ(latin.size(), 42U);
  EXPECT_EQ(WrapForSubtitles(latin, "en").find('\n'), std::string::npos);
  EXPECT_NE(WrapForSubtitles(latin + "g", "en").find('\n'), std::string::npos);
  std::string wide;
  for (int i = 0; i < 10; ++i) wide += "\xE4\xBD\xA0\xE5\xA5\xBD";  // "hello", two characters
  EXPECT_EQ(WrapForSubtitles(wide, "zh").find('\n'), std::string::npos);
  EXPECT_NE(WrapForSubtitles(wide + "\xE5\x90\x97", "zh").find('\n'), std::string::npos);
}

TEST(WrapForSubtitles, RowsAreBalanced) {
  EXPECT_THAT(
      Rows(WrapForSubtitles("The quick brown fox jumps over the lazy dog and runs away quickly", "en")),
      ElementsAre("The quick brown fox jumps over", "the lazy dog and runs away quickly"));
}

TEST(WrapForSubtitles, PausesArePreferred) {
  EXPECT_THAT(Rows(WrapForSubtitles("I went to the market today. She stayed at home all day", "en")),
              ElementsAre("I went to the market today.", "She stayed at home all day"));
}

TEST(WrapForSubtitles, NeverInsideAWord) {
  const std::string word(100, 'w');
  EXPECT_EQ(WrapForSubtitles(word, "en"), word);
  EXPECT_EQ(WrapForSubtitles("a " + word, "en"), "a\n" + word);
}

TEST(WrapForSubtitles, ChineseWordsAndMarksStayTogether) {
  const std::string text = "我们今天去北京大学图书馆看书，然后回家吃晚饭、休息。";
  const auto rows = Rows(WrapForSubtitles(text, "zh"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0] + rows[1], text);
  EXPECT_EQ(rows[0], "我们今天去北京大学图书馆看书，");
  // An opening bracket never ends a row, a closing one never begins one.
  for (int n = 1; n < 20; ++n) {
    std::string padded;
    for (int i = 0; i < n; ++i) padded += "好";
    padded += "「你好」";
    for (int i = 0; i < 20 - n; ++i) padded += "人";
    for (const std::string& row : Rows(WrapForSubtitles(padded, "zh"))) {
      EXPECT_FALSE(row.ends_with("「")) << padded;
      EXPECT_FALSE(row.starts_with("」")) << padded;
    }
  }
}

TEST(WrapForSubtitles, KoreanBreaksAtSpaces) {
  const std::string text = "오늘은 날씨가 아주 좋아서 우리는 공원에 산책하러 갔습니다";
  const auto rows = Rows(WrapForSubtitles(text, "ko"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0] + " " + rows[1], text);
}

TEST(WrapForSubtitles, NeverMoreThanTwoRows) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "word ";
  EXPECT_EQ(Rows(WrapForSubtitles(text, "en")).size(), 2u);
}

TEST(CuesOfLine, ShortLineIsOneCue) {
  const auto cues = CuesOfLine(MakeCue(1000, 3000, " Hello  there. ", "Anna"), "en");
  ASSERT_EQ(cues.size(), 1u);
  EXPECT_EQ(cues[0].start_ms, 1000);
  EXPECT_EQ(cues[0].end_ms, 3000);
  EXPECT_EQ(cues[0].speaker, "Anna");
  EXPECT_EQ(cues[0].text, "Hello there.");
  EXPECT_TRUE(CuesOfLine(MakeCue(0, 1000, " \n "), "en").empty());
}

TEST(CuesOfLine, LongLineIsSplitAtPauses) {
  const auto sentences = CuesOfLine(
      MakeCue(
          0, 12000,
          "This is the first sentence of a rather long line of text. Here comes another one of them all."),
      "en");
  ASSERT_EQ(sentences.size(), 2u);
  EXPECT_EQ(sentences[0].text, "This is the first sentence of a rather long line of text.");
  EXPECT_EQ(sentences[1].text, "Here comes another one of them all.");
  // Half of the text has no sentence end near it: a clause end will do.
  const auto clauses = CuesOfLine(MakeCue(0, 12000,
                                          "After all that has been said about the price of bread, nobody in "
                                          "this town will ever buy a loaf again"),
                                  "en");
  ASSERT_EQ(clauses.size(), 2u);
  EXPECT_EQ(clauses[0].text, "After all that has been said about the price of bread,");
}

// Time is without gaps and overlaps, no word is lost, no row is too wide.
void ExpectSplitWell(const std::string& text, const std::string& language, int64_t start_ms, int64_t end_ms,
                     size_t row_bytes) {
  const auto cues = CuesOfLine(MakeCue(start_ms, end_ms, text, "A"), language);
  ASSERT_FALSE(cues.empty());
  EXPECT_EQ(cues.front().start_ms, start_ms);
  EXPECT_EQ(cues.back().end_ms, end_ms);
  std::string all;
  for (size_t i = 0; i < cues.size(); ++i) {
    EXPECT_EQ(cues[i].start_ms, i > 0 ? cues[i - 1].end_ms : start_ms);
    EXPECT_TRUE(cues.size() == 1 || cues[i].end_ms - cues[i].start_ms >= 990);
    EXPECT_EQ(cues[i].speaker, "A");
    all += cues[i].text + " ";
    const auto rows = Rows(WrapForSubtitles(cues[i].text, language));
    EXPECT_LE(rows.size(), 2u);
    for (const std::string& row : rows) EXPECT_LE(row.size(), row_bytes) << row;
  }
  EXPECT_EQ(Unspaced(all), Unspaced(text));
}

TEST(CuesOfLine, LongTextsKeepEveryWord) {
  std::string english;
  for (int i = 0; i < 200; ++i)
    english += "Word" + std::to_string(i) + (i % 9 == 8 ? ". " : i % 4 == 3 ? ", " : " ");
  ExpectSplitWell(english, "en", 500, 120500, 42);
  std::string chinese;
  for (int i = 0; i < 100; ++i) chinese += i % 7 == 6 ? "世界很大。" : "我们今天去看书，";
  ExpectSplitWell(chinese, "zh", 0, 200000, 60);
  std::string arabic;
  for (int i = 0; i < 100; ++i) arabic += "مرحبا بالعالم، ";
  ExpectSplitWell(arabic, "ar", 0, 120000, 84);
  std::string thai;
  for (int i = 0; i < 60; ++i) thai += "สวัสดีชาวโลก";
  ExpectSplitWell(thai, "th", 0, 120000, 3 * 56);  // vowel signs take no column
}

TEST(CuesOfLine, FastSpeechGetsWiderRowsNotFlashes) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "word ";
  for (const int64_t duration : {1, 500, 999, 1500, 2500, 10000}) {
    ExpectSplitWell(text, "en", 100, 100 + duration, 1000);
  }
}

TEST(CuesOfLine, HostileLinesTerminate) {
  EXPECT_EQ(CuesOfLine(MakeCue(5, 5, "x y"), "en").size(), 1u);
  EXPECT_EQ(CuesOfLine(MakeCue(9, 5, std::string(300, 'x') + " y"), "en").size(), 1u);
  EXPECT_GE(CuesOfLine(MakeCue(0, 100000, std::string(20000, 'x')), "").size(), 1u);
  std::string many;
  for (int i = 0; i < 6600; ++i) many += "好";
  EXPECT_GT(CuesOfLine(MakeCue(0, 10000000, many), "zh").size(), 100u);
  EXPECT_EQ(CuesOfLine(MakeCue(0, 1, many), "zh").size(), 1u);
  EXPECT_EQ(CuesOfLine(MakeCue(0, 1000, "a\xff b"), "../../x").size(), 1u);
}

TEST(FormatSrt, IsNumberedAndOrdered) {
  EXPECT_EQ(FormatSrt({MakeCue(3723004, 3725000, "B"), MakeCue(0, 500, " "), MakeCue(1, 999, "A", "Anna")}),
            "1\n00:00:00,001 --> 00:00:00,999\nA\n\n2\n01:02:03,004 --> 01:02:05,000\nB\n\n");
  EXPECT_EQ(FormatSrt({}), "");
}

TEST(FormatSrt, TextCannotBecomeSyntax) {
  const std::string srt =
      FormatSrt({MakeCue(0, 1000, std::string(kHostile) + "\n\n2\n00:00:01,000 --> 00:00:02,000")});
  EXPECT_EQ(srt.find("-->", srt.find('\n', 3)), std::string::npos);
  EXPECT_THAT(srt, Not(HasSubstr("<i>")));
  EXPECT_THAT(srt, Not(HasSubstr("{\\an")));
  EXPECT_THAT(srt, Not(HasSubstr("\\N")));
  EXPECT_EQ(ParseTranscript(srt, TranscriptFormat::kSrt, "x")->lines.size(), 1u);
}

TEST(FormatVtt, EscapesAndNamesTheVoice) {
  EXPECT_EQ(FormatVtt({MakeCue(0, 1500, "a --> <b> & c", "R&B <x>\n--> y")}),
            "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\n<v R&amp;B &lt;x&gt; --&gt; y>a --&gt; &lt;b&gt; &amp; "
            "c\n\n");
  EXPECT_EQ(FormatVtt({}), "WEBVTT\n\n");
  EXPECT_THAT(FormatVtt({MakeCue(0, 1500, "x", "A --")}), HasSubstr("<v A -- >x"));
}

TEST(FormatVtt, ReadsBackAsItWas) {
  for (const std::string& text :
       {std::string(kHostile), std::string("你好，世界"), std::string("مرحبا"), std::string("&amp;lt;")}) {
    const auto parsed =
        ParseTranscript(FormatVtt({MakeCue(0, 1500, text, "Anna & <Bob>")}), TranscriptFormat::kVtt, "x");
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ASSERT_EQ(parsed->lines.size(), 1u);
    EXPECT_EQ(parsed->lines[0].translation, text);
    EXPECT_EQ(parsed->lines[0].speaker, "Anna & <Bob>");
  }
}

TEST(Formats, ImpossibleTimesAreMended) {
  EXPECT_THAT(FormatVtt({MakeCue(-50, -20, "x")}), HasSubstr("00:00:00.000 --> 00:00:00.001\n"));
  EXPECT_THAT(FormatSrt({MakeCue(50, 20, "x")}), HasSubstr("00:00:00,050 --> 00:00:00,051\n"));
  EXPECT_THAT(FormatAss({MakeCue(50, 51, "x")}, 100, 100, ""),
              HasSubstr("Dialogue: 0,0:00:00.05,0:00:00.06,"));
  EXPECT_THAT(FormatVtt({MakeCue(int64_t{400} * 3600000, int64_t{400} * 3600000 + 1, "x")}),
              HasSubstr("400:00:00.000 --> "));
}

TEST(FormatAss, HasStyleScaledToThePicture) {
  const std::string ass = FormatAss({MakeCue(1234, 5678, "Hi", "Smith, John")}, 1920, 1080, "My\nfilm");
  EXPECT_THAT(
      ass, StartsWith("[Script Info]\nTitle: My film\nScriptType: v4.00+\nPlayResX: 1920\nPlayResY: 1080\n"));
  EXPECT_THAT(ass, HasSubstr("\nStyle: Default,Noto Sans,59,"));
  EXPECT_THAT(ass, HasSubstr("\nDialogue: 0,0:00:01.23,0:00:05.68,Default,Smith; John,0,0,0,,Hi\n"));
  EXPECT_THAT(FormatAss({MakeCue(0, 1, "你好")}, 1280, 720, ""),
              HasSubstr("Style: Default,Noto Sans CJK SC,40,"));
  EXPECT_THAT(FormatAss({MakeCue(0, 1, "こんにちは")}, 1280, 720, ""), HasSubstr("Noto Sans CJK JP"));
  // Upright: 42 columns must fit the width.
  EXPECT_THAT(FormatAss({MakeCue(0, 1, "x")}, 1080, 1920, ""), HasSubstr("Style: Default,Noto Sans,45,"));
  EXPECT_THAT(FormatAss({}, 0, -5, ""), HasSubstr("PlayResX: 1280\n"));
}

TEST(FormatAss, TextStaysLiteral) {
  const std::string ass = FormatAss({MakeCue(0, 1000, kHostile)}, 640, 480, "{t}");
  const std::string dialogue = ass.substr(ass.find("Dialogue:"));
  EXPECT_EQ(dialogue.find('{'), std::string::npos);
  EXPECT_EQ(dialogue.find('}'), std::string::npos);
  EXPECT_THAT(dialogue, Not(HasSubstr("\\an8")));
  EXPECT_EQ(std::count(dialogue.begin(), dialogue.end(), '\n'), 1);
  // The only "\N" is the row break.
  const size_t row_break = dialogue.find("\\N");
  EXPECT_TRUE(row_break == std::string::npos || dialogue.find("\\N", row_break + 1) == std::string::npos);
}

TEST(FormatVttSegment, HoldsWhatTouchesTheWindow) {
  const std::vector<Cue> cues = {MakeCue(0, 6000, "before"), MakeCue(5000, 7000, "across"),
                                 MakeCue(8000, 9000, "inside"), MakeCue(1000, 90000, "around"),
                                 MakeCue(12000, 13000, "after")};
  const std::string segment = FormatVttSegment(cues, 6000, 12000, 126000);
  EXPECT_THAT(segment, StartsWith("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00:00.000\n\n"));
  EXPECT_THAT(segment, Not(HasSubstr("before")));
  EXPECT_THAT(segment, HasSubstr("00:00:05.000 --> 00:00:07.000\nacross"));
  EXPECT_THAT(segment, HasSubstr("inside"));
  EXPECT_THAT(segment, HasSubstr("around"));
  EXPECT_THAT(segment, Not(HasSubstr("after")));
  EXPECT_EQ(FormatVttSegment({}, 0, 6000, (int64_t{1} << 33) + 5),
            "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:5,LOCAL:00:00:00.000\n\n");
}

}  // namespace
}  // namespace waveshift::text
