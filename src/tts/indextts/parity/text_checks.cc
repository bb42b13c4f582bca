// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The way from text to tokens, case by case ("text" in cases.json). Numbers are read by nobody, as in the
// reference's run.
#include <algorithm>
#include <functional>
#include <memory>

#include <nlohmann/json.hpp>

#include "text/code_points.h"
#include "tts/indextts/model_file.h"
#include "tts/indextts/parity/parity.h"
#include "tts/indextts/text/normalizer.h"
#include "tts/indextts/text/pinyin.h"
#include "tts/indextts/text/pretokenize.h"
#include "tts/indextts/text/sentences.h"
#include "tts/indextts/text/tokenizer.h"

namespace waveshift::tts::indextts {
namespace {

using Json = nlohmann::json;
using Ids = std::vector<int>;

std::string Text(const Json& each, const char* key) { return each.at(key).get<std::string>(); }

// What identifies a case in a list of differences.
std::string Label(const Json& each, size_t number) {
  const std::string begin = std::to_string(number);
  const auto input = each.is_object() ? each.find("input") : each.end();
  if (!each.is_object() || input == each.end() || !input->is_string()) return begin;
  return begin + ": " + input->get<std::string>().substr(0, 200);
}

// A row of all cases under cases.json's "text" / KIND. Cases of another form than expected count as
// different.
ParityRow Row(const Json& text, const char* kind, const std::function<bool(const Json&)>& identical) {
  ParityRow row{.name = std::string("text.") + kind};
  const auto cases = text.find(kind);
  if (cases == text.end() || !cases->is_array() || cases->empty()) {
    row.note = "cases.json has no such cases";
    return row;
  }
  for (const Json& each : *cases) {
    bool same = false;
    try {
      same = identical(each);
    } catch (const Json::exception&) {
      same = false;
    }
    if (!same) row.different.push_back(Label(each, static_cast<size_t>(row.cases)));
    ++row.cases;
  }
  row.ok = row.different.empty();
  return row;
}

bool SamePinyin(const Json& each) {
  const std::u32string input = text::ToCodePoints(Text(each, "input"));
  const bool is_pinyin = !input.empty() && PinyinLengthAt(input) == input.size();
  return is_pinyin == each.at("is_pinyin").get<bool>() &&
         text::ToUtf8(VocabularyPinyin(input)) == Text(each, "restored");
}

bool SameNormalized(const Json& each) {
  return NormalizeText(Text(each, "input"), nullptr) == Text(each, "output") &&
         (PathOf(Text(each, "input")) == TextPath::kChinese) == (Text(each, "path") == "zh");
}

bool SamePieces(const StatusOr<Pieces>& found, const Tokenizer& tokenizer, const Json& each) {
  return found.ok() && *found == each.at("pieces").get<Pieces>() &&
         tokenizer.IdsOf(*found) == each.at("ids").get<Ids>();
}

bool SameSentences(const Tokenizer& tokenizer, const Json& each) {
  const size_t most = each.at("max").get<size_t>();
  const auto sentences = tokenizer.TokenizeSentences(
      Text(each, "input"), nullptr, {.max_pieces = std::max<size_t>(most, 1), .repeat_quotes = true});
  if (!sentences.ok()) return false;
  std::vector<Pieces> pieces;
  for (const TokenizedSentence& sentence : *sentences) pieces.push_back(sentence.pieces);
  return pieces == each.at("out").get<std::vector<Pieces>>();
}

bool SameSplit(const Json& each) {
  const Pieces tokens = each.at("tokens").get<Pieces>();
  const Json& marks = each.at("marks");
  const size_t most = each.at("max").get<size_t>();
  const auto found = SplitSentences(tokens, marks.is_string() ? SentenceMarks() : marks.get<Pieces>(),
                                    {.max_pieces = std::max<size_t>(most, 1), .repeat_quotes = true});
  if (!each.at("out").is_null()) return found == each.at("out").get<std::vector<Pieces>>();
  // The reference never ends here: that nothing is lost is all one can ask.
  Pieces all;
  for (const Pieces& sentence : found) all.insert(all.end(), sentence.begin(), sentence.end());
  return all == tokens;
}

}  // namespace

Status CheckText(const ParityInput& input, std::vector<ParityRow>* rows) {
  const Json cases = Json::parse(input.golden.cases(), nullptr, false);
  const auto text = cases.is_object() ? cases.find("text") : cases.end();
  if (!cases.is_object() || text == cases.end() || !text->is_object()) {
    return InvalidArgument(input.golden.CasesPath() + ": is no JSON object with \"text\"");
  }
  WS_ASSIGN_OR_RETURN(const std::string bytes, input.model.file().Bytes(kTokenizerKey));
  WS_ASSIGN_OR_RETURN(const std::unique_ptr<Tokenizer> tokenizer,
                      Tokenizer::Load(bytes, input.model.file().name() + ": tokenizer"));
  rows->push_back(Row(*text, "language", [](const Json& each) {
    return (PathOf(Text(each, "input")) == TextPath::kChinese) == each.at("chinese").get<bool>();
  }));
  rows->push_back(Row(*text, "normalize", &SameNormalized));
  rows->push_back(Row(*text, "pinyin_units", &SamePinyin));
  rows->push_back(Row(*text, "pretokenize", [](const Json& each) {
    return Pretokenize(Text(each, "input")) == Text(each, "output");
  }));
  rows->push_back(Row(*text, "sentencepiece", [&](const Json& each) {
    return SamePieces(tokenizer->PiecesOf(Text(each, "input")), *tokenizer, each);
  }));
  rows->push_back(Row(*text, "tokenize", [&](const Json& each) {
    return SamePieces(tokenizer->Tokenize(Text(each, "input"), nullptr), *tokenizer, each);
  }));
  rows->push_back(Row(*text, "sentences", [&](const Json& each) { return SameSentences(*tokenizer, each); }));
  rows->push_back(Row(*text, "split", &SameSplit));
  return OkStatus();
}

}  // namespace waveshift::tts::indextts
