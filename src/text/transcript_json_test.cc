// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "text/language.h"
#include "text/transcript.h"

namespace waveshift::text {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

StatusOr<Transcript> Parse(std::string_view json) {
  return ParseTranscript(json, TranscriptFormat::kJson, "talk.json");
}

// One segment with these fields.
StatusOr<Transcript> ParseSegment(const std::string& fields) {
  return Parse("{\"segments\":[{" + fields + "}]}");
}

std::string ErrorOf(const StatusOr<Transcript>& parsed) {
  return parsed.ok() ? "no error" : Message(parsed.status());
}

TEST(JsonTranscript, ReadsTheContractsExample) {
  const auto parsed = Parse(R"({"target_language": "en",
 "segments": [
  {"sequence": 1, "start_ms": 0, "end_ms": 2350, "speaker": "A", "content_type": "speech",
   "original": "你好", "translation": "Hello."} ]})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->target_language, "en");
  ASSERT_EQ(parsed->lines.size(), 1u);
  const TranscriptLine& line = parsed->lines[0];
  EXPECT_EQ(line.sequence, 1);
  EXPECT_EQ(line.start_ms, 0);
  EXPECT_EQ(line.end_ms, 2350);
  EXPECT_EQ(line.speaker, "A");
  EXPECT_TRUE(line.IsSpeech());
  EXPECT_EQ(line.original, "你好");
  EXPECT_EQ(line.translation, "Hello.");
  EXPECT_EQ(line.where, "talk.json: segment 1");
}

TEST(JsonTranscript, FillsInWhatIsNotThere) {
  const auto parsed = ParseSegment(R"("start_ms": 10, "end_ms": 20, "speaker": null, "translation": "x")");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->target_language, "");
  EXPECT_EQ(parsed->lines[0].sequence, 1);
  EXPECT_EQ(parsed->lines[0].speaker, "");
  EXPECT_EQ(parsed->lines[0].content_type, "speech");
}

TEST(JsonTranscript, EmptyTranslationIsNoError) {
  for (const char* fields : {R"("start_ms":0,"end_ms":1)", R"("start_ms":0,"end_ms":1,"translation":"")",
                             R"("start_ms":0,"end_ms":1,"translation":null)"}) {
    const auto parsed = ParseSegment(fields);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->lines[0].translation, "");
  }
}

TEST(JsonTranscript, TakesTheOlderFieldNames) {
  const auto parsed =
      ParseSegment(R"("start_ms":0,"end_ms":1,"original_text":"o","translated_text":"t","translation":"")");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->lines[0].original, "o");
  EXPECT_EQ(parsed->lines[0].translation, "t");
}

TEST(JsonTranscript, SkipsUnknownFieldsOfAnyShape) {
  const auto parsed = Parse(R"({"a": {"segments": [1], "b": [[{}]]}, "segments":
    [{"x": {"start_ms": "no"}, "start_ms": 1, "words": [{"start_ms": 9}], "end_ms": 2, "translation": "t"}], "z": 1})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->lines.size(), 1u);
  EXPECT_EQ(parsed->lines[0].start_ms, 1);
}

TEST(JsonTranscript, NumbersMayBeIntegralFloatsOrStrings) {
  const auto parsed = ParseSegment(R"("sequence":"7","start_ms":1e3,"end_ms":"2350.0","translation":"t")");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->lines[0].sequence, 7);
  EXPECT_EQ(parsed->lines[0].start_ms, 1000);
  EXPECT_EQ(parsed->lines[0].end_ms, 2350);
}

TEST(JsonTranscript, LanguageMayBeAWord) {
  EXPECT_EQ(Parse(R"({"target_language":"Chinese","segments":[{"start_ms":0,"end_ms":1}]})")->target_language,
            "zh");
  EXPECT_THAT(ErrorOf(Parse(R"({"target_language":"!!","segments":[{"start_ms":0,"end_ms":1}]})")),
              StartsWith("talk.json: target_language: '!!'"));
  EXPECT_THAT(ErrorOf(Parse(R"({"target_language":[],"segments":[{"start_ms":0,"end_ms":1}]})")),
              HasSubstr("target_language must be a string, not an array"));
}

TEST(JsonTranscript, WrongFieldsAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"("start_ms":2350,"end_ms":1000)",
       "talk.json: segment 1: end_ms (1000) must be greater than start_ms (2350)"},
      {R"("start_ms":5,"end_ms":5)", "talk.json: segment 1: end_ms (5) must be greater than start_ms (5)"},
      {R"("end_ms":5)", "talk.json: segment 1: start_ms is missing"},
      {R"("start_ms":5,"end_ms":null)", "talk.json: segment 1: end_ms is missing"},
      {R"("start_ms":-1,"end_ms":5)", "talk.json: segment 1: start_ms (-1) must not be negative"},
      {R"("start_ms":"-0.5","end_ms":5)", "talk.json: segment 1: start_ms (-0.5) must not be negative"},
      {R"("start_ms":0.5,"end_ms":5)", "talk.json: segment 1: start_ms (0.5) must be a whole number"},
      {R"("start_ms":0,"end_ms":1e30)",
       "talk.json: segment 1: end_ms (1e30) is too large, at most 36000000000"},
      {R"("start_ms":0,"end_ms":18446744073709551615)",
       "talk.json: segment 1: end_ms (18446744073709551615) is too large, at most 36000000000"},
      {R"("start_ms":0,"end_ms":"nan")", "talk.json: segment 1: end_ms (nan) is not a finite number"},
      {R"("start_ms":0,"end_ms":"1e999")", "talk.json: segment 1: end_ms (1e999) is out of range"},
      {R"("start_ms":0,"end_ms":"soon")",
       "talk.json: segment 1: end_ms must be a whole number, not \"soon\""},
      {R"("start_ms":0,"end_ms":"")", "talk.json: segment 1: end_ms must be a whole number, not \"\""},
      {R"("start_ms":true,"end_ms":5)",
       "talk.json: segment 1: start_ms must be a whole number, not a boolean"},
      {R"("start_ms":{},"end_ms":5)", "talk.json: segment 1: start_ms must be a whole number, not an object"},
      {R"("sequence":1.5,"start_ms":0,"end_ms":5)",
       "talk.json: segment 1: sequence (1.5) must be a whole number"},
      {R"("translation":5,"start_ms":0,"end_ms":5)",
       "talk.json: segment 1: translation must be a string, not a number"},
      {R"("speaker":["a"],"start_ms":0,"end_ms":5)",
       "talk.json: segment 1: speaker must be a string, not an array"},
  };
  for (const auto& [fields, want] : cases) {
    const auto parsed = ParseSegment(fields);
    EXPECT_EQ(ErrorOf(parsed), want) << fields;
    EXPECT_EQ(parsed.status().code(), StatusCode::kInvalidArgument) << fields;
  }
}

TEST(JsonTranscript, NamesTheSegmentAtFault) {
  EXPECT_THAT(
      ErrorOf(Parse(R"({"segments":[{"start_ms":0,"end_ms":5},{"start_ms":0,"end_ms":5},{"start_ms":9}]})")),
      StartsWith("talk.json: segment 3: end_ms is missing"));
  EXPECT_THAT(ErrorOf(Parse(R"({"segments":[{"start_ms":0,"end_ms":5}, 7]})")),
              StartsWith("talk.json: segment 2: must be an object, not a number"));
}

TEST(JsonTranscript, WrongShapesAreErrors) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "talk.json: is empty"},
      {" \n", "talk.json: is empty"},
      {"[]", "talk.json: must be an object with segments, not an array"},
      {"\"segments\"", "talk.json: must be an object with segments, not \"segments\""},
      {"{}", "talk.json: segments is missing"},
      {R"({"segments":null})", "talk.json: segments must be an array, not null"},
      {R"({"segments":{}})", "talk.json: segments must be an array, not an object"},
      {R"({"segments":[]})", "talk.json: segments is empty"},
  };
  for (const auto& [json, want] : cases) EXPECT_EQ(ErrorOf(Parse(json)), want);
}

TEST(JsonTranscript, BrokenJsonNamesLineAndColumn) {
  EXPECT_THAT(ErrorOf(Parse("{\"segments\": [\n  {\"start_ms\": 0,\r\n   \"end_ms\" 5}]}")),
              StartsWith("talk.json: line 3, column 13 (segment 1, at or after end_ms): broken JSON: "));
  EXPECT_THAT(ErrorOf(Parse("{\"segments\": [")), StartsWith("talk.json: line 1, column 15: broken JSON: "));
  EXPECT_THAT(ErrorOf(ParseSegment(R"("start_ms": NaN)")), HasSubstr("broken JSON"));
  EXPECT_THAT(ErrorOf(ParseSegment(R"("start_ms": 1e999)")), HasSubstr("(segment 1, at or after start_ms)"));
  EXPECT_THAT(ErrorOf(ParseSegment(R"("translation": "\ud800")")), HasSubstr("broken JSON"));
  EXPECT_THAT(ErrorOf(Parse("{\"segments\":[{\"start_ms\":0,\"end_ms\":1}]} x")), HasSubstr("broken JSON"));
}

TEST(JsonTranscript, EveryCutOfAFileIsAnErrorThatNamesIt) {
  const std::string whole =
      R"({"target_language":"en","segments":[{"start_ms":0,"end_ms":"5","translation":"tü"}]})";
  ASSERT_TRUE(Parse(whole).ok());
  for (size_t n = 0; n < whole.size(); ++n) {
    const auto parsed = Parse(std::string_view(whole).substr(0, n));
    ASSERT_FALSE(parsed.ok()) << n;
    EXPECT_THAT(Message(parsed.status()), StartsWith("talk.json: "));
    EXPECT_TRUE(IsValidUtf8(Message(parsed.status())));
  }
}

TEST(JsonTranscript, DepthIsBounded) {
  for (const char bracket : {'[', '{'}) {
    std::string deep = "{\"x\":";
    for (int i = 0; i < 2000000; ++i) deep += bracket == '[' ? "[" : "{\"a\":";
    EXPECT_THAT(ErrorOf(Parse(deep)), HasSubstr("nested deeper than 64 levels"));
  }
}

TEST(JsonTranscript, NotUtf8NamesLineAndByte) {
  EXPECT_EQ(ErrorOf(Parse("{\n\"segments\": \"\xff\"}")), "talk.json: line 2, byte 15: is not UTF-8");
  EXPECT_THAT(ErrorOf(Parse(std::string("\xff\xfe{\0}\0", 6))), HasSubstr("UTF-16"));
}

TEST(JsonTranscript, TextsAreCleanedSpeakersAreNot) {
  const auto parsed = ParseSegment(
      R"("start_ms":0,"end_ms":1,"speaker":"../张 伟/\u0001","translation":" a\u0000\u0007\n\t b\u00a0 c ","original":"\ud83d\ude00")");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->lines[0].translation, "a b c");
  EXPECT_EQ(parsed->lines[0].original, "😀");
  EXPECT_EQ(parsed->lines[0].speaker, "../张 伟/\x01");
  EXPECT_EQ(parsed->lines[0].audio_key, "");
  const auto with_key = ParseSegment(R"("start_ms":0,"end_ms":1,"audio_key":"https://m/a b/张.wav")");
  ASSERT_TRUE(with_key.ok()) << with_key.status();
  EXPECT_EQ(with_key->lines[0].audio_key, "https://m/a b/张.wav");
  EXPECT_THAT(ErrorOf(ParseSegment(R"("start_ms":0,"end_ms":1,"audio_key":5)")),
              HasSubstr("audio_key must be a string"));
}

TEST(JsonTranscript, SizesAreLimited) {
  const auto with = [](const std::string& field, size_t n) {
    return ParseSegment("\"start_ms\":0,\"end_ms\":1,\"" + field + "\":\"" + std::string(n, 'a') + "\"");
  };
  EXPECT_TRUE(with("translation", kMaxLineTextBytes).ok());
  EXPECT_EQ(with("translation", kMaxLineTextBytes + 1).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(ErrorOf(with("original_text", kMaxLineTextBytes + 1)),
            "talk.json: segment 1: original is 20001 bytes long, at most 20000 are allowed");
  EXPECT_TRUE(with("speaker", kMaxSpeakerBytes).ok());
  EXPECT_THAT(ErrorOf(with("speaker", kMaxSpeakerBytes + 1)), HasSubstr("speaker is 401 bytes long"));
  EXPECT_TRUE(with("audio_key", kMaxAudioKeyBytes).ok());
  EXPECT_THAT(ErrorOf(with("audio_key", kMaxAudioKeyBytes + 1)), HasSubstr("audio_key is 4001 bytes long"));
  EXPECT_EQ(with("content_type", 1000).status().code(), StatusCode::kOutOfRange);

  std::string many = "{\"segments\":[";
  for (size_t i = 0; i <= kMaxTranscriptLines; ++i) many += R"({"start_ms":0,"end_ms":1},)";
  many.back() = ']';
  EXPECT_EQ(Parse(many + "}").status().code(), StatusCode::kOutOfRange);
}

TEST(JsonTranscript, OfEqualSequencesTheLastWins) {
  const auto parsed = Parse(R"({"segments":[
    {"sequence":5,"start_ms":100,"end_ms":200,"translation":"old"},
    {"sequence":6,"start_ms":50,"end_ms":60,"translation":"six"},
    {"sequence":5,"start_ms":10,"end_ms":20,"translation":"new"}]})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->lines.size(), 2u);
  EXPECT_EQ(parsed->lines[0].translation, "new");
  EXPECT_EQ(parsed->lines[0].where, "talk.json: segment 3");
  EXPECT_EQ(parsed->lines[1].translation, "six");
}

TEST(JsonTranscript, LinesWithoutSequenceNeverPushOutOthers) {
  const auto parsed = Parse(R"({"segments":[
    {"start_ms":0,"end_ms":1,"translation":"a"},
    {"sequence":1,"start_ms":1,"end_ms":2,"translation":"b"},
    {"sequence":9,"start_ms":2,"end_ms":3,"translation":"c"},
    {"start_ms":3,"end_ms":4,"translation":"d"}]})");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  ASSERT_EQ(parsed->lines.size(), 4u);
  EXPECT_EQ(parsed->lines[0].sequence, 10);
  EXPECT_EQ(parsed->lines[1].sequence, 1);
  EXPECT_EQ(parsed->lines[2].sequence, 9);
  EXPECT_EQ(parsed->lines[3].sequence, 4);
}

TEST(JsonTranscript, ContentTypesAreKept) {
  const auto parsed = ParseSegment(R"("start_ms":0,"end_ms":1,"content_type":" Music ")");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->lines[0].content_type, "music");
  EXPECT_FALSE(parsed->lines[0].IsSpeech());
}

}  // namespace
}  // namespace waveshift::text
