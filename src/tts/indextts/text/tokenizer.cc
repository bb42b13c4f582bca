// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/text/tokenizer.h"

#include <utility>

#include "text/code_points.h"
#include "tts/indextts/text/pretokenize.h"
#include "tts/indextts/text/sentencepiece_model_internal.h"

namespace waveshift::tts::indextts {

StatusOr<std::unique_ptr<Tokenizer>> Tokenizer::Load(std::string_view model, const std::string& name,
                                                     int expected_pieces) {
  std::string error;
  std::unique_ptr<SentencePieceModel> loaded = SentencePieceModel::Load(model, &error);
  if (loaded == nullptr) return InvalidArgument(name + ": is no SentencePiece model: " + error);
  if (expected_pieces > 0 && loaded->size() != expected_pieces) {
    return InvalidArgument(name + ": has " + std::to_string(loaded->size()) + " pieces, not " +
                           std::to_string(expected_pieces));
  }
  return std::unique_ptr<Tokenizer>(new Tokenizer(std::move(loaded)));
}

Tokenizer::Tokenizer(std::unique_ptr<SentencePieceModel> model) : model_(std::move(model)) {}
Tokenizer::~Tokenizer() = default;

int Tokenizer::vocabulary_size() const { return model_->size(); }

StatusOr<Pieces> Tokenizer::PiecesOf(std::string_view text) const {
  Pieces pieces;
  if (!model_->Encode(text, &pieces))
    return Internal("the text could not be cut into the vocabulary's pieces");
  return pieces;
}

std::vector<int> Tokenizer::IdsOf(const Pieces& pieces) const {
  std::vector<int> ids;
  ids.reserve(pieces.size());
  for (const std::string& piece : pieces) ids.push_back(model_->IdOf(piece));
  return ids;
}

StatusOr<Pieces> Tokenizer::Tokenize(std::string_view text, const ReadAloud& read_aloud) const {
  if (text.empty()) return Pieces();
  if (text::ToCodePoints(StripSpace(text)).size() == 1) return PiecesOf(text);
  return PiecesOf(Pretokenize(NormalizeText(text, read_aloud)));
}

StatusOr<std::vector<TokenizedSentence>> Tokenizer::TokenizeSentences(std::string_view text,
                                                                      const ReadAloud& read_aloud,
                                                                      const SplitOptions& options) const {
  WS_ASSIGN_OR_RETURN(const Pieces pieces, Tokenize(text, read_aloud));
  std::vector<TokenizedSentence> sentences;
  for (Pieces& sentence : SplitSentences(pieces, SentenceMarks(), options)) {
    std::vector<int> ids = IdsOf(sentence);
    sentences.push_back({std::move(sentence), std::move(ids)});
  }
  return sentences;
}

}  // namespace waveshift::tts::indextts
