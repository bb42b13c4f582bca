// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_TEXT_TOKENIZER_H_
#define WAVESHIFT_TTS_INDEXTTS_TEXT_TOKENIZER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tts/indextts/text/normalizer.h"
#include "tts/indextts/text/sentences.h"

namespace waveshift::tts::indextts {

class SentencePieceModel;

// What the GPT is given for one sentence.
struct TokenizedSentence {
  Pieces pieces;
  std::vector<int> ids;  // one a piece, without start and stop
};

// The way from text to token ids: normalise, set East Asian characters apart, cut into the vocabulary's
// pieces, cut into sentences. Immutable; any thread.
class Tokenizer {
 public:
  // `model`: the bytes of a SentencePiece model; `name` stands for it in messages. InvalidArgument when they
  // are none, or when it has other than `expected_pieces` pieces (0: any number).
  static StatusOr<std::unique_ptr<Tokenizer>> Load(std::string_view model, const std::string& name,
                                                   int expected_pieces = 0);
  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;
  ~Tokenizer();

  int vocabulary_size() const;
  // The pieces of text that is already normalised.
  StatusOr<Pieces> PiecesOf(std::string_view text) const;
  // Pieces that the vocabulary does not have get the id of the unknown one.
  std::vector<int> IdsOf(const Pieces& pieces) const;

  // The whole way to pieces. A text of one character is taken as it is.
  StatusOr<Pieces> Tokenize(std::string_view text, const ReadAloud& read_aloud) const;
  StatusOr<std::vector<TokenizedSentence>> TokenizeSentences(std::string_view text,
                                                             const ReadAloud& read_aloud,
                                                             const SplitOptions& options) const;

 private:
  explicit Tokenizer(std::unique_ptr<SentencePieceModel> model);
  std::unique_ptr<SentencePieceModel> model_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_TEXT_TOKENIZER_H_
