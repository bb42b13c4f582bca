// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_FUZZ_TRANSCRIPT_FUZZING_H_
#define WAVESHIFT_FUZZ_TRANSCRIPT_FUZZING_H_

#include <string>
#include <string_view>
#include <unordered_set>

#include "fuzzing.h"
#include "text/language.h"
#include "text/transcript.h"

namespace waveshift::fuzz {

// Whatever the bytes are: an error that names the file, or lines that keep every promise of transcript.h.
inline void CheckTranscript(std::string_view bytes, text::TranscriptFormat format) {
  const auto parsed = text::ParseTranscript(bytes, format, "fuzz.input");
  if (!parsed.ok()) {
    const std::string message = Message(parsed.status());
    Require(message.starts_with("fuzz.input: "), "the message names the file");
    Require(message.size() < 1000, "the message is short");
    Require(message.find('\n') == std::string::npos, "the message is one line");
    Require(text::IsValidUtf8(message), "the message is UTF-8");
    return;
  }
  Require(!parsed->lines.empty(), "a transcript has lines");
  Require(parsed->lines.size() <= text::kMaxTranscriptLines, "not too many lines");
  std::unordered_set<int64_t> sequences;
  const text::TranscriptLine* before = nullptr;
  for (const text::TranscriptLine& line : parsed->lines) {
    Require(0 <= line.start_ms && line.start_ms < line.end_ms, "0 <= start < end");
    Require(line.sequence >= 0 && sequences.insert(line.sequence).second, "sequences differ");
    Require(before == nullptr || before->start_ms <= line.start_ms, "lines are sorted");
    Require(line.translation == text::CollapseWhitespace(line.translation), "texts are clean");
    Require(line.original == text::CollapseWhitespace(line.original), "originals are clean");
    Require(line.translation.size() <= text::kMaxLineTextBytes, "texts are short enough");
    Require(line.speaker.size() <= text::kMaxSpeakerBytes, "names are short enough");
    Require(text::IsValidUtf8(line.speaker) && text::IsValidUtf8(line.content_type), "names are UTF-8");
    Require(!line.content_type.empty() && line.where.starts_with("fuzz.input: "),
            "lines say where they stand");
    before = &line;
  }
  if (!parsed->target_language.empty()) {
    const auto again = text::CanonicalLanguage(parsed->target_language);
    Require(again.ok() && *again == parsed->target_language, "the language is canonical");
  }
}

}  // namespace waveshift::fuzz

#endif  // WAVESHIFT_FUZZ_TRANSCRIPT_FUZZING_H_
