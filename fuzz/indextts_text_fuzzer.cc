// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include "base/files.h"
#include "fuzzing.h"
#include "text/language.h"
#include "tts/indextts/text/normalizer.h"
#include "tts/indextts/text/pretokenize.h"
#include "tts/indextts/text/tokenizer.h"

namespace {

using waveshift::fuzz::Require;
namespace indextts = waveshift::tts::indextts;
namespace text = waveshift::text;

const indextts::Tokenizer& Model() {
  static const std::unique_ptr<indextts::Tokenizer> tokenizer =
      indextts::Tokenizer::Load(waveshift::ReadFile(WAVESHIFT_TOKENIZER, 1 << 20).value(), "bpe.model")
          .value();
  return *tokenizer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view given = waveshift::fuzz::BytesOf(data, size);
  const std::string normal = indextts::NormalizeText(given, nullptr);
  Require(text::IsValidUtf8(normal), "normalised text is UTF-8");
  const std::string apart = indextts::Pretokenize(normal);
  Require(text::IsValidUtf8(apart) && indextts::Pretokenize(apart) == apart,
          "setting apart twice changes nothing");
  const auto sentences = Model().TokenizeSentences(given, nullptr, {.max_pieces = 1 + size % 40});
  Require(sentences.ok(), "every text has pieces");
  indextts::Pieces all;
  for (const indextts::TokenizedSentence& sentence : *sentences) {
    Require(!sentence.pieces.empty() && sentence.pieces.size() <= 2 + size % 40,
            "sentences keep to their length");
    Require(sentence.ids.size() == sentence.pieces.size(), "each piece has an id");
    for (const int id : sentence.ids)
      Require(id >= 0 && id < Model().vocabulary_size(), "ids are in the vocabulary");
    all.insert(all.end(), sentence.pieces.begin(), sentence.pieces.end());
  }
  Require(all == Model().Tokenize(given, nullptr).value(), "no piece is lost or said twice");
  return 0;
}
