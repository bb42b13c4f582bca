// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "simplify/json_repair.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace waveshift::simplify {
namespace {

using nlohmann::json;

json Repaired(std::string_view answer) {
  const auto strict = RepairJson(answer);
  EXPECT_TRUE(strict.ok()) << answer << ": " << Message(strict.status());
  return strict.ok() ? json::parse(*strict) : json();
}

TEST(RepairJson, WhatIsStrictStaysAsItIs) {
  for (const std::string text :
       {R"({"a":[1,-2.5,1e3,true,false,null,"x\"y\\z\u00e9\ud83d\ude00"],"b":{"c":{}},"":[]})",
        R"([[],[[]],{}])", R"({"a":"it's ``` </think> // no comment, }"})", "\n\t [ 1 ,\r\n 2 ] ",
        R"({"a":1,"a":2})"}) {
    EXPECT_EQ(Repaired(text), json::parse(text)) << text;
  }
}

struct Case {
  const char* broken;
  const char* meant;
};

class BrokenJson : public testing::TestWithParam<Case> {};

TEST_P(BrokenJson, IsUnderstood) { EXPECT_EQ(Repaired(GetParam().broken), json::parse(GetParam().meant)); }

INSTANTIATE_TEST_SUITE_P(
    Wrapped, BrokenJson,
    testing::Values(Case{"```json\n{\"a\": 1}\n```", R"({"a":1})"},
                    Case{"Sure! Here it is:\n```\n[1, 2]\n```\nHope it helps {x}.", "[1,2]"},
                    Case{"The {best} way:\n```json\n{\"a\": \"b\"}\n```", R"({"a":"b"})"},
                    Case{"Here: {\"a\": 1} and more", R"({"a":1})"},
                    Case{"<think>maybe {\"a\": 0}?</think>\n{\"a\": 1}", R"({"a":1})"},
                    Case{"so I think\n</think>{\"a\": 1}", R"({"a":1})"},
                    Case{"\xEF\xBB\xBF{\"a\": 1}", R"({"a":1})"},
                    Case{"{\"a\": 1}{\"a\": 2}", R"({"a":1})"}));

INSTANTIATE_TEST_SUITE_P(
    Punctuation, BrokenJson,
    testing::Values(Case{"{\"a\": [1, 2,], }", R"({"a":[1,2]})"},
                    Case{"{\"a\": 1 \"b\": 2}", R"({"a":1,"b":2})"},
                    Case{"[1 2 \"x\" \"y\"]", R"([1,2,"x","y"])"}, Case{"[,,1,,2]", "[1,2]"},
                    Case{"{a: 1, b-c: \"x\"}", R"({"a":1,"b-c":"x"})"},
                    Case{"{\"a\" = 1; \"b\" = 2}", R"({"a":1,"b":2})"},
                    Case{"{\"a\": // note\n 1, /* more */ \"b\": 2 # end\n}", R"({"a":1,"b":2})"},
                    Case{"{\"a\": , \"b\": }", R"({"a":null,"b":null})"},
                    Case{"{\"a\": True, \"b\": False, \"c\": None, \"d\": NaN}",
                         R"({"a":true,"b":false,"c":null,"d":null})"}));

INSTANTIATE_TEST_SUITE_P(
    Quotes, BrokenJson,
    testing::Values(Case{"{'a': 'it's fine', 'b': 'x'}", R"({"a":"it's fine","b":"x"})"},
                    Case{"{'1': ['I don't know.', 'Who knows?']}", R"({"1":["I don't know.","Who knows?"]})"},
                    Case{"{“a”: “b”}", R"({"a":"b"})"}, Case{"{“a\": “b\"}", R"({"a":"b"})"},
                    Case{"{`a`: `b`}", R"({"a":"b"})"},
                    Case{"{\"a\": \"two\nlines\tand\x01\"}", R"({"a":"two\nlines\tand\u0001"})"},
                    Case{"{\"a\": \"\\q\\'\\u12\"}", R"({"a":"q'12"})"},
                    Case{"{\"a\": \"\\ud800x\"}", R"({"a":"\ufffdx"})"},
                    Case{"{\"a\": \"\xFF\xC0\"}", "{\"a\":\"\xEF\xBF\xBD\xEF\xBF\xBD\"}"},
                    Case{"{\"a\": yes}", R"({"a":"yes"})"}));

INSTANTIATE_TEST_SUITE_P(CutOff, BrokenJson,
                         testing::Values(Case{"{\"a\": [{\"b\": \"c\"", R"({"a":[{"b":"c"}]})"},
                                         Case{"{\"a\": [\"one\", \"tw", R"({"a":["one","tw"]})"},
                                         Case{"{\"a\": [1, 2}", R"({"a":[1,2]})"},
                                         Case{"[{\"a\": 1], 2", R"([{"a":1}])"},
                                         Case{"{\"a\":", R"({"a":null})"}, Case{"{\"a\"", "{}"},
                                         Case{"[\"\\", R"([""])"}, Case{"{", "{}"},
                                         Case{"[\"\\u00", R"(["00"])"}));

TEST(RepairJson, WhatHoldsNoneIsRefused) {
  for (const char* text : {"", "   ", "I am sorry, I cannot help with that.", "null", "\"x\"", "42"})
    EXPECT_EQ(RepairJson(text).status().code(), StatusCode::kInvalidArgument) << text;
}

TEST(RepairJson, ManyFencesAreReadOnce) {
  std::string fences = "x";
  while (fences.size() < kMaxAnswerBytes - 100) fences += "```";
  EXPECT_EQ(RepairJson(fences + "\n{\"a\":1}").value(), "{\"a\":1}");
}

TEST(RepairJson, HasLimits) {
  EXPECT_EQ(RepairJson(std::string(kMaxAnswerBytes + 1, '[')).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(RepairJson(std::string(100000, '[')).status().code(), StatusCode::kOutOfRange);
  std::string objects;
  for (int i = 0; i < 10000; ++i) objects += "{\"a\":";
  EXPECT_EQ(RepairJson(objects).status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(RepairJson(std::string(100000, '{')).value(), "{}");
  std::string many = "[";
  for (size_t i = 0; i < kMaxJsonValues + 1; ++i) many += "1,";
  EXPECT_EQ(RepairJson(many).status().code(), StatusCode::kOutOfRange);
  std::string deepest;
  for (int i = 0; i < kMaxJsonDepth; ++i) deepest += "[";
  EXPECT_TRUE(RepairJson(deepest).ok());
}

}  // namespace
}  // namespace waveshift::simplify
