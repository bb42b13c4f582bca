// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Transcripts: what is said when, by whom, and how it is to be said in the target language (contract.md
// section 2).
#ifndef WAVESHIFT_TEXT_TRANSCRIPT_H_
#define WAVESHIFT_TEXT_TRANSCRIPT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::text {

// Limits of a transcript that comes from outside.
inline constexpr int64_t kMaxTranscriptBytes = 64 << 20;
inline constexpr size_t kMaxTranscriptLines = 100000;
inline constexpr size_t kMaxLineTextBytes = 20000;
inline constexpr size_t kMaxSpeakerBytes = 400;
inline constexpr size_t kMaxAudioKeyBytes = 4000;

struct TranscriptLine {
  int64_t sequence = 0;  // from the file; 1-based place in the file when it has none
  int64_t start_ms = 0;  // from the first picture; 0 <= start_ms < end_ms
  int64_t end_ms = 0;
  std::string speaker;       // as given, "" when there is none; any text, never used in a path as it is
  std::string content_type;  // "speech", "music", "silence", "other", ...
  std::string original;
  std::string translation;  // may be empty: the slot stays as it was
  std::string audio_key;    // of a recording of the speaker that somebody cut: object key or URL; "" = none
  std::string where;        // for messages: "talk.json: segment 3", "talk.srt: cue 3 (line 9)"
  bool IsSpeech() const { return content_type == "speech"; }
};

struct Transcript {
  std::string target_language;  // BCP-47, "" when the file does not say
  std::vector<TranscriptLine>
      lines;  // sorted by start_ms, then sequence; one per sequence (of duplicates the last one in the file)
};

enum class TranscriptFormat { kJson, kSrt, kVtt };

// By the file name's ending (.json, .srt, .vtt, any case); InvalidArgument for another one.
StatusOr<TranscriptFormat> TranscriptFormatOf(std::string_view file_name);

// Parses and checks. `name` stands in messages. InvalidArgument names the file and the segment, cue or line
// and field at fault; OutOfRange when one of the limits above is exceeded. UTF-8 with or without byte order
// mark, any line ends. Never throws, depth of JSON nesting is bounded. A transcript without lines is an
// error.
//
// JSON: times and sequences are whole numbers (2350, 2350.0 or "2350"). Two equal sequences that both stand
// in the file are one line, the last one; a line without a sequence never pushes out another: where its place
// is claimed as somebody's sequence, it takes the next number that nobody has. SRT and WebVTT: the sequence
// is the cue's place, the text is the translation, WebVTT's "Language:" header the target language; the first
// voice tag of a cue names its speaker.
StatusOr<Transcript> ParseTranscript(std::string_view bytes, TranscriptFormat format, std::string_view name);

// Reads a file of at most kMaxTranscriptBytes and parses it.
StatusOr<Transcript> LoadTranscript(const std::string& path);

// Lines must begin and end within the media (the end may exceed it by `tolerance_ms`, for transcripts that
// round up; it is cut then). InvalidArgument names the line.
Status CheckAgainstDuration(Transcript& transcript, double media_duration_ms, double tolerance_ms = 500);

// Keeps the last of lines with one sequence and sorts by time: what ParseTranscript does, for lines that come
// from a database.
void ResolveDuplicatesAndSort(std::vector<TranscriptLine>& lines);

}  // namespace waveshift::text

#endif  // WAVESHIFT_TEXT_TRANSCRIPT_H_
