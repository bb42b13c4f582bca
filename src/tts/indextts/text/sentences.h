// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_TEXT_SENTENCES_H_
#define WAVESHIFT_TTS_INDEXTTS_TEXT_SENTENCES_H_

#include <string>
#include <vector>

namespace waveshift::tts::indextts {

using Pieces = std::vector<std::string>;

struct SplitOptions {
  size_t max_pieces = 120;  // of a sentence; at least 1
  // The reference says a closing quote twice: at the end of its sentence and again before the next one. Right
  // is once; tests against the reference want it twice.
  bool repeat_quotes = false;
};

// The marks that end a sentence.
const Pieces& SentenceMarks();

// Cuts pieces into sentences of at most max_pieces (one more when a quote follows the mark): at `marks`,
// where a sentence is too long at commas, then at hyphens, then anywhere. Short neighbours are joined again.
std::vector<Pieces> SplitSentences(const Pieces& pieces, const Pieces& marks, const SplitOptions& options);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_TEXT_SENTENCES_H_
