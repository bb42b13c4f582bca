// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "text/language.h"
#include "text/transcript.h"

namespace waveshift::text {
namespace {

StatusOr<Transcript> Srt(std::string_view bytes) {
  return ParseTranscript(bytes, TranscriptFormat::kSrt, "talk.srt");
}
StatusOr<Transcript> Vtt(std::string_view bytes) {
  return ParseTranscript(bytes, TranscriptFormat::kVtt, "talk.vtt");
}
StatusOr<Transcript> VttCue(const std::string& payload) {
  return Vtt("WEBVTT\n\n00:00.000 --> 00:01.000\n" + payload + "\n");
}
std::string ErrorOf(const StatusOr<Transcript>& parsed) {
  return parsed.ok() ? "no error" : Message(parsed.status());
}

constexpr char kTwoCues[] =
    "1\n00:00:01,000 --> 00:00:02,500\nHello\nthere\n\n2\n00:00:03,000 --> 00:00:04,000\nBye\n";

void ExpectTwoCues(const StatusOr<Transcript>& parsed) {
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->lines.size(), 2u);
  EXPECT_EQ(parsed->lines[0].sequence, 1);
  EXPECT_EQ(parsed->lines[0].start_ms, 1000);
  EXPECT_EQ(parsed->lines[0].end_ms, 2500);
  EXPECT_EQ(parsed->lines[0].translation, "Hello there");
  EXPECT_EQ(parsed->lines[1].sequence, 2);
  EXPECT_EQ(parsed->lines[1].translation, "Bye");
}

std::string Replaced(std::string text, const std::string& what, const std::string& with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

TEST(SrtTranscript, ReadsCues) {
  ExpectTwoCues(Srt(kTwoCues));
  EXPECT_EQ(Srt(kTwoCues)->lines[1].where, "talk.srt: cue 2 (line 7)");
  EXPECT_TRUE(Srt(kTwoCues)->lines[0].IsSpeech());
}

TEST(SrtTranscript, ForgivesWhatFilesInTheWildHave) {
  ExpectTwoCues(Srt(Replaced(kTwoCues, "\n", "\r\n")));
  ExpectTwoCues(Srt(Replaced(kTwoCues, "\n", "\r")));
  ExpectTwoCues(Srt(Replaced(kTwoCues, ",", ".")));
  ExpectTwoCues(Srt(Replaced(Replaced(kTwoCues, "1\n0", "0"), "2\n0", "0")));  // no numbers
  ExpectTwoCues(Srt(Replaced(kTwoCues, "\n\n", "\n")));                        // no empty row
  ExpectTwoCues(Srt(Replaced(kTwoCues, "\n\n", "\n \n\n\n")));
  ExpectTwoCues(Srt(Replaced(kTwoCues, " --> ", "-->")));
  ExpectTwoCues(Srt(Replaced(kTwoCues, "2,500", "2,500  X1:40 X2:600 Y1:20 Y2:50")));
  ExpectTwoCues(Srt(Replaced(kTwoCues, "2,500", "2,5")));
  ExpectTwoCues(Srt(Replaced(kTwoCues, "Hello", "{\\an8}<i>Hel</i><FONT color=\"red\">lo</font>")));
  ExpectTwoCues(Srt(std::string("\n\n") + kTwoCues + "\n\n"));
  ExpectTwoCues(Srt(Replaced(kTwoCues, "2\n0", "99\n0")));  // numbers do not matter
}

TEST(SrtTranscript, HoursGoOn) {
  const auto parsed = Srt("1\n100:00:00,000 --> 123:59:59,999\nx\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->lines[0].start_ms, int64_t{100} * 3600 * 1000);
  EXPECT_EQ(parsed->lines[0].end_ms, ((int64_t{123} * 60 + 59) * 60 + 59) * 1000 + 999);
}

TEST(SrtTranscript, EmptyCueStaysALine) {
  const auto parsed = Srt("1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\nx");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->lines.size(), 2u);
  EXPECT_EQ(parsed->lines[0].translation, "");
}

TEST(SrtTranscript, PlainCharactersStay) {
  const auto parsed = Srt("1\n00:00:01,000 --> 00:00:02,000\na < b --> c & {d} <e>\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->lines[0].translation, "a < b --> c & {d} <e>");
}

TEST(SrtTranscript, RowsOfCjkTextJoinWithoutSpace) {
  EXPECT_EQ(Srt("1\n00:00:01,000 --> 00:00:02,000\n你好，\n世界\nok\n")->lines[0].translation,
            "你好，世界 ok");
}

TEST(SrtTranscript, SortsByTime) {
  const auto parsed = Srt("1\n00:00:05,000 --> 00:00:06,000\nb\n\n2\n00:00:01,000 --> 00:00:02,000\na\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->lines[0].sequence, 2);
  EXPECT_EQ(parsed->lines[1].sequence, 1);
}

TEST(SrtTranscript, ErrorsNameCueAndLine) {
  const std::pair<std::string, std::string> cases[] = {
      {Replaced(kTwoCues, "00:00:03,000", "00:00:xx,000"),
       "talk.srt: cue 2 (line 7): start time '00:00:xx,000' is no time (hours:minutes:seconds,milliseconds)"},
      {Replaced(kTwoCues, "00:00:03,000", "00:61:03,000"),
       "talk.srt: cue 2 (line 7): start time '00:61:03,000': minutes and seconds go up to 59"},
      {Replaced(kTwoCues, "00:00:04,000", "00:00:03,000"),
       "talk.srt: cue 2 (line 7): end time (00:00:03.000) must be later than start time (00:00:03.000)"},
      {Replaced(kTwoCues, "3,000 -->", "3,000 ->"),
       "talk.srt: cue 2 (line 7): '00:00:03,000 -> 00:00:04,000' is no time line (start --> end)"},
      {Replaced(kTwoCues, "00:00:04,000", "00:00:04"),
       "talk.srt: cue 2 (line 7): end time '00:00:04' is no time (hours:minutes:seconds,milliseconds)"},
      {Replaced(kTwoCues, "2\n0", "two\n0"),
       "talk.srt: cue 2 (line 6): a cue's number or time line is expected, not 'two'"},
      {Replaced(kTwoCues, "4,000", "4,000 Bye"), "talk.srt: cue 2 (line 7): 'Bye' stands after the end time"},
      {std::string(kTwoCues) + "\n3\n",
       "talk.srt: cue 3 (line 10): the file ends after '3', a time line is expected"},
      {Replaced(Replaced(kTwoCues, "\n\n", "\n"), "00:00:03,000", "00:00:0x,000"),
       "talk.srt: cue 2 (line 6): start time '00:00:0x,000' is no time (hours:minutes:seconds,milliseconds)"},
      {"1\n00:00:00,000 --> 99999999999:00:00,000\n",
       "talk.srt: cue 1 (line 2): end time '99999999999:00:00,000' is no time "
       "(hours:minutes:seconds,milliseconds)"},
      {"1\n00:00:00,000 --> 99999999:00:00,000\n",
       "talk.srt: cue 1 (line 2): end time '99999999:00:00,000' is too late, at most 10000:00:00.000"},
      {"", "talk.srt: holds no cue"},
      {"\n \n", "talk.srt: holds no cue"},
  };
  for (const auto& [bytes, want] : cases) {
    EXPECT_EQ(ErrorOf(Srt(bytes)), want);
    EXPECT_EQ(Srt(bytes).status().code(), StatusCode::kInvalidArgument);
  }
  EXPECT_EQ(ErrorOf(Srt("1\n00:00:01,000 --> 00:00:02,500\nHell\xc3\n")),
            "talk.srt: line 3, byte 36: is not UTF-8");
}

TEST(SrtTranscript, SizesAreLimited) {
  std::string many;
  for (size_t i = 0; i <= kMaxTranscriptLines; ++i) many += "00:00:01,000 --> 00:00:02,000\nx\n\n";
  EXPECT_EQ(Srt(many).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(ErrorOf(Srt("1\n00:00:01,000 --> 00:00:02,000\n" + std::string(kMaxLineTextBytes + 1, 'a'))),
            "talk.srt: cue 1 (line 2): translation is 20001 bytes long, at most 20000 are allowed");
}

TEST(Speakers, NamesInFrontCountWhenEveryCueHasOne) {
  const auto parsed = Srt(
      "1\n00:00:01,000 --> 00:00:02,000\n[Anna] Hi: you\n\n2\n00:00:03,000 --> 00:00:04,000\nDr. Bob: Bye\n\n"
      "3\n00:00:05,000 --> 00:00:06,000\n\n4\n00:00:07,000 --> 00:00:08,000\n李雷：你好\n\n"
      "5\n00:00:09,000 --> 00:00:10,000\n[music]\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const std::pair<const char*, const char*> want[] = {
      {"Anna", "Hi: you"}, {"Dr. Bob", "Bye"}, {"", ""}, {"李雷", "你好"}, {"music", ""}};
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(parsed->lines[i].speaker, want[i].first);
    EXPECT_EQ(parsed->lines[i].translation, want[i].second);
  }
}

TEST(Speakers, NamesInFrontOfSomeCuesAreText) {
  for (const char* second :
       {"plain", "It is 10:30 now", "see http://a.b", "Well, listen: no", "[open", "[] x", ": x"}) {
    const auto parsed = Srt(std::string("1\n00:00:01,000 --> 00:00:02,000\nAnna: Hi\n\n"
                                        "2\n00:00:03,000 --> 00:00:04,000\n") +
                            second + "\n");
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->lines[0].speaker, "") << second;
    EXPECT_EQ(parsed->lines[0].translation, "Anna: Hi") << second;
    EXPECT_EQ(parsed->lines[1].translation, second);
  }
}

TEST(VttTranscript, ReadsEveryKindOfBlock) {
  const auto parsed = Vtt(
      "WEBVTT - a title\nKind: captions\nLanguage: en-us\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:r\n\n"
      "NOTE one\n00:00:01.000 --> 00:00:02.000\nis a comment\n\nintro\n00:01.000 --> 00:02.500 align:start "
      "position:10%\n"
      "<v.loud Anna Lee>Hello <b>there</b></v>\n\n123:00:00.000 --> 123:00:01.000\n<v R&amp;B>x\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->target_language, "en-US");
  ASSERT_EQ(parsed->lines.size(), 2u);
  EXPECT_EQ(parsed->lines[0].start_ms, 1000);
  EXPECT_EQ(parsed->lines[0].end_ms, 2500);
  EXPECT_EQ(parsed->lines[0].speaker, "Anna Lee");
  EXPECT_EQ(parsed->lines[0].translation, "Hello there");
  EXPECT_EQ(parsed->lines[0].where, "talk.vtt: cue 1 (line 16)");
  EXPECT_EQ(parsed->lines[1].start_ms, int64_t{123} * 3600 * 1000);
  EXPECT_EQ(parsed->lines[1].speaker, "R&B");
}

TEST(VttTranscript, DecodesTagsAndReferences) {
  const std::pair<const char*, const char*> cases[] = {
      {"a &lt;b&gt; &amp;amp; c&nbsp;d", "a <b> &amp; c d"},
      {"x &#65;&#x4f60;&#0;&#xD800;&#99999999;&unknown; &", "x A你&#99999999;&unknown; &"},
      {"<c.yellow.bg_blue>one</c> <00:00:00.500>two <lang en>three</lang>", "one two three"},
      {"<ruby>漢<rt>kan</rt>字<rt>ji</rt></ruby>", "漢字"},
      {"1 < 2 and 3 > 2 <", "1 < 2 and 3 > 2 <"},
      {"<i>open", "open"},
      {"<i", "<i"},
  };
  for (const auto& [payload, want] : cases) {
    const auto parsed = VttCue(payload);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->lines[0].translation, want);
  }
}

TEST(VttTranscript, VoiceTagsTurnNamesInFrontIntoText) {
  const auto parsed =
      Vtt("WEBVTT\n\n00:00.000 --> 00:01.000\n<v Anna>Bob: hi\n\n00:02.000 --> 00:03.000\nBob: hi\n");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->lines[0].speaker, "Anna");
  EXPECT_EQ(parsed->lines[0].translation, "Bob: hi");
  EXPECT_EQ(parsed->lines[1].speaker, "");
  EXPECT_EQ(VttCue("Bob: hi")->lines[0].speaker, "Bob");
}

TEST(VttTranscript, ErrorsNameTheLine) {
  const std::pair<std::string, std::string> cases[] = {
      {"00:00.000 --> 00:01.000\nx\n", "talk.vtt: line 1: must begin with WEBVTT"},
      {"WEBVTTX\n", "talk.vtt: line 1: must begin with WEBVTT"},
      {"WEBVTT\n\n", "talk.vtt: holds no cue"},
      {"WEBVTT\n\n00:00.0 --> 00:01.000\nx\n",
       "talk.vtt: cue 1 (line 3): start time '00:00.0' is no time (hours:minutes:seconds.milliseconds)"},
      {"WEBVTT\n\nid\nno time line\n",
       "talk.vtt: cue 1 (line 4): 'no time line' is no time line (start --> end)"},
      {"WEBVTT\n\n00:00.000 --> 00:01.000\na --> b\n",
       "talk.vtt: cue 2 (line 4): start time 'a' is no time (hours:minutes:seconds.milliseconds)"},
  };
  for (const auto& [bytes, want] : cases) EXPECT_EQ(ErrorOf(Vtt(bytes)), want);
}

TEST(VttTranscript, HeaderMayEndAtTheFirstCue) {
  const auto parsed = Vtt("WEBVTT\n00:00.000 --> 00:01.000\nx");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->lines[0].translation, "x");
}

TEST(CueTranscripts, LongGarbageIsHandledInLinearTime) {
  EXPECT_FALSE(Srt(std::string(20 << 20, '\n')).ok());
  EXPECT_FALSE(Vtt("WEBVTT\n\n00:00.000 --> 00:01.000\n" + std::string(4 << 20, '<')).ok());
  EXPECT_FALSE(Vtt("WEBVTT\n\n00:00.000 --> 00:01.000\n" + std::string(4 << 20, '&')).ok());
  std::string positions = "1\n00:00:01,000 --> 00:00:02,000\n";
  for (int i = 0; i < (1 << 20); ++i) positions += "{\\";
  EXPECT_FALSE(Srt(positions).ok());
}

}  // namespace
}  // namespace waveshift::text
