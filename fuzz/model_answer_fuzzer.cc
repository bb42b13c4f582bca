// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a language model may answer: the repair of its JSON, the reading of its wordings, and the checks on
// them.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fuzzing.h"
#include "simplify/json_repair.h"
#include "simplify/meaning.h"
#include "simplify/prompt.h"
#include "simplify/rule_trim.h"
#include "text/language.h"
#include "text/words.h"

namespace {

using nlohmann::json;
using waveshift::fuzz::Require;
namespace simplify = waveshift::simplify;
namespace text = waveshift::text;

constexpr const char* kLanguages[] = {"en", "zh", "ja", "de", "ru", "xx"};

int Depth(std::string_view bytes) {
  int depth = 0;
  int most = 0;
  for (const char c : bytes) {
    depth += c == '{' || c == '[' ? 1 : 0;
    most = std::max(most, depth);
  }
  return most;
}

void CheckRepair(std::string_view answer) {
  const auto strict = simplify::RepairJson(answer);
  const json meant = json::parse(answer, nullptr, /*allow_exceptions=*/false);
  if (!strict.ok()) {
    const bool within_limits = Depth(answer) < simplify::kMaxJsonDepth;
    Require(!meant.is_structured() || !within_limits || answer.size() > simplify::kMaxJsonValues,
            "what is strict JSON is understood");
    return;
  }
  const json repaired = json::parse(*strict, nullptr, /*allow_exceptions=*/false);
  Require(repaired.is_structured(), "the repaired text is strict JSON");
  Require(!meant.is_structured() || meant == repaired, "what is strict keeps its meaning");
  const auto again = simplify::RepairJson(*strict);
  Require(again.ok() && json::parse(*again) == repaired, "repairing twice changes nothing");
}

void CheckAnswer(std::string_view answer) {
  const simplify::LineToFit lines[] = {{.id = 1, .text = "Anna did not buy 3 apples."},
                                       {.id = 2, .text = "Ok."}};
  const std::vector<simplify::Question> questions = {{.line = &lines[0]}, {.line = &lines[1]}};
  const auto wordings = simplify::ParseAnswer(answer, questions);
  if (!wordings.ok()) return;
  for (const auto& [id, texts] : *wordings) {
    Require(id == 1 || id == 2, "only what was asked for");
    Require(!texts.empty() && texts.size() <= 8, "a few wordings a line");
    for (const std::string& wording : texts) {
      Require(text::IsValidUtf8(wording) && text::CollapseWhitespace(wording) == wording,
              "plain one-line texts");
      Require(text::HasSayableWords(wording), "something to say");
      const auto meaning = simplify::CompareMeaning(lines[0].text, wording, {.language = "en"});
      Require(meaning.kept >= 0 && meaning.kept <= 1, "a share");
    }
  }
}

void CheckTexts(std::string_view bytes) {
  const std::string_view first = bytes.substr(0, bytes.size() / 2);
  for (const char* language : kLanguages) {
    const std::string trimmed = simplify::TrimByRules(bytes, language);
    Require(trimmed.size() <= bytes.size(), "trimming never makes a text longer");
    Require(!text::HasSayableWords(bytes) || text::HasSayableWords(trimmed), "something is left");
    Require(simplify::TrimByRules(trimmed, language) == trimmed, "trimming twice changes nothing");
    const auto same = simplify::CompareMeaning(trimmed, trimmed, {.language = language});
    Require(same.ok() == !text::SplitWords(trimmed, language).empty(), "a text means what it says");
    const auto meaning = simplify::CompareMeaning(bytes, first, {.language = language});
    Require(meaning.kept >= 0 && meaning.kept <= 1 && meaning.ok() == meaning.objection.empty(), "a share");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes = waveshift::fuzz::BytesOf(data, size);
  CheckRepair(bytes);
  CheckAnswer(bytes);
  if (bytes.size() < 2000) CheckTexts(bytes);
  return 0;
}
