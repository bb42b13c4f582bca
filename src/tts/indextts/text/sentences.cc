// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/text/sentences.h"

#include <algorithm>
#include <utility>

namespace waveshift::tts::indextts {
namespace {

const Pieces kCommas = {",", "\u2581,"};
const Pieces kHyphens = {"-"};

bool Has(const Pieces& pieces, const std::string& piece) {
  return std::find(pieces.begin(), pieces.end(), piece) != pieces.end();
}
bool HasAny(const Pieces& pieces, const Pieces& wanted) {
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& each) { return Has(pieces, each); });
}
bool IsQuote(const std::string& piece) { return piece == "'" || piece == "\u2581'"; }

std::vector<Pieces> CutAnywhere(const Pieces& pieces, size_t most) {
  std::vector<Pieces> sentences;
  for (size_t at = 0; at < pieces.size(); at += most) {
    const auto begin = pieces.begin() + static_cast<std::ptrdiff_t>(at);
    sentences.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(std::min(most, pieces.size() - at)));
  }
  return sentences;
}

std::vector<Pieces> Joined(std::vector<Pieces> sentences, size_t most) {
  std::vector<Pieces> joined;
  for (Pieces& sentence : sentences) {
    if (!joined.empty() && joined.back().size() + sentence.size() <= most) {
      joined.back().insert(joined.back().end(), sentence.begin(), sentence.end());
    } else {
      joined.push_back(std::move(sentence));
    }
  }
  return joined;
}

class Splitter {
 public:
  // `level` counts the fallbacks that were taken: 0 sentence marks, 1 and 2 commas and hyphens in turn. The
  // reference has no such count and never ends for a sentence that has both and can be cut at neither.
  Splitter(const Pieces& marks, const SplitOptions& options, int level)
      : marks_(marks), options_(options), level_(level) {}

  std::vector<Pieces> Split(const Pieces& pieces) {
    for (size_t i = 0; i < pieces.size(); ++i) {
      current_.push_back(pieces[i]);
      if (current_.size() > options_.max_pieces) {
        CutLongSentence();
      } else if (Has(marks_, pieces[i]) && current_.size() > 2) {
        if (i + 1 < pieces.size() && IsQuote(pieces[i + 1])) {
          current_.push_back(pieces[i + 1]);
          if (!options_.repeat_quotes) ++i;
        }
        Emit();
      }
    }
    Emit();
    return Joined(std::move(sentences_), options_.max_pieces);
  }

 private:
  void Emit() {
    if (!current_.empty()) sentences_.push_back(std::exchange(current_, {}));
  }
  void CutLongSentence() {
    const Pieces pieces = std::exchange(current_, {});
    std::vector<Pieces> parts;
    if (level_ < 2 && !HasAny(marks_, kCommas) && HasAny(pieces, kCommas)) {
      parts = Splitter(kCommas, options_, level_ + 1).Split(pieces);
    } else if (level_ < 2 && !HasAny(marks_, kHyphens) && HasAny(pieces, kHyphens)) {
      parts = Splitter(kHyphens, options_, level_ + 1).Split(pieces);
    } else {
      parts = CutAnywhere(pieces, options_.max_pieces);
    }
    for (Pieces& part : parts) sentences_.push_back(std::move(part));
  }

  const Pieces& marks_;
  const SplitOptions& options_;
  const int level_;
  Pieces current_;
  std::vector<Pieces> sentences_;
};

}  // namespace

const Pieces& SentenceMarks() {
  static const Pieces marks = {".", "!", "?", "\u2581.", "\u2581?", "\u2581..."};
  return marks;
}

std::vector<Pieces> SplitSentences(const Pieces& pieces, const Pieces& marks, const SplitOptions& options) {
  SplitOptions checked = options;
  checked.max_pieces = std::max<size_t>(1, checked.max_pieces);
  return Splitter(marks, checked, 0).Split(pieces);
}

}  // namespace waveshift::tts::indextts
