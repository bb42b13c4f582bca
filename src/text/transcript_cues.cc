// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// SRT and WebVTT: rows are read one by one; every block is a cue, or (WebVTT) a header, note, style or
// region.
#include <algorithm>
#include <utility>
#include <vector>

#include "text/language.h"
#include "text/transcript_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text::internal {
namespace {

// The rows of a text; CR, LF and CRLF end one.
class RowReader {
 public:
  explicit RowReader(std::string_view bytes) : rest_(bytes) { Next(); }
  bool done() const { return done_; }
  std::string_view row() const { return row_; }
  size_t number() const { return number_; }  // from 1
  void Next() {
    if (rest_.empty()) {
      done_ = true;
      row_ = {};
      return;
    }
    ++number_;
    const size_t end = std::min(rest_.find_first_of("\r\n"), rest_.size());
    row_ = rest_.substr(0, end);
    rest_.remove_prefix(end);
    rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : std::min<size_t>(1, rest_.size()));
  }

 private:
  std::string_view rest_;
  std::string_view row_;
  size_t number_ = 0;
  bool done_ = false;
};

bool IsBlank(std::string_view row) { return TrimAscii(row).empty(); }

bool IsNumber(std::string_view row) {
  const std::string_view digits = TrimAscii(row);
  return !digits.empty() && std::all_of(digits.begin(), digits.end(), IsAsciiDigit);
}

bool HasArrow(std::string_view row) { return row.find("-->") != std::string_view::npos; }

// "NOTE", "STYLE" and "REGION" blocks, which say nothing to a reader of the text.
bool BeginsSideBlock(std::string_view row) {
  for (const std::string_view word : {"NOTE", "STYLE", "REGION"}) {
    if (!row.starts_with(word)) continue;
    const std::string_view rest = row.substr(word.size());
    if (rest.empty() || rest.front() == ' ' || rest.front() == '\t') return word == "NOTE" || IsBlank(rest);
  }
  return false;
}

class CueParser {
 public:
  CueParser(std::string_view bytes, TranscriptFormat format, const std::string& name)
      : rows_(bytes), format_(format), name_(name) {}

  StatusOr<Transcript> Parse();

 private:
  bool vtt() const { return format_ == TranscriptFormat::kVtt; }
  Status ReadHeader();
  Status ReadBlock();
  Status ReadCue();
  // The payload's rows, joined by LF. Stops before the next cue.
  StatusOr<std::string> ReadPayload();
  Status AddLine(const CueTimes& times, size_t row, std::string_view payload);
  void TakeSpeakers();

  std::string WhereAt(size_t cue, size_t row) const {
    return name_ + ": cue " + std::to_string(cue) + " (line " + std::to_string(row) + ")";
  }
  // About the cue that is being read, at the current row.
  Status Wrong(const std::string& what) const {
    return InvalidArgument(WhereAt(transcript_.lines.size() + 1, rows_.number()) + ": " + what);
  }

  RowReader rows_;
  const TranscriptFormat format_;
  const std::string& name_;
  Transcript transcript_;
  bool has_voices_ = false;
};

StatusOr<Transcript> CueParser::Parse() {
  if (vtt()) WS_RETURN_IF_ERROR(ReadHeader());
  while (true) {
    while (!rows_.done() && IsBlank(rows_.row())) rows_.Next();
    if (rows_.done()) break;
    WS_RETURN_IF_ERROR(ReadBlock());
  }
  if (transcript_.lines.empty()) return InvalidArgument(name_ + ": holds no cue");
  if (!has_voices_) TakeSpeakers();
  return std::move(transcript_);
}

Status CueParser::ReadHeader() {
  const std::string_view row = rows_.row();
  const std::string_view rest = row.substr(std::min<size_t>(6, row.size()));
  if (!row.starts_with("WEBVTT") || (!rest.empty() && rest.front() != ' ' && rest.front() != '\t')) {
    return InvalidArgument(name_ + ": line 1: must begin with WEBVTT");
  }
  for (rows_.Next(); !rows_.done() && !rows_.row().empty() && !HasArrow(rows_.row()); rows_.Next()) {
    constexpr std::string_view kLanguage = "language:";
    if (!LowerAscii(rows_.row().substr(0, kLanguage.size())).starts_with(kLanguage)) continue;
    // A header that some tools write; free text, so one that is no language says nothing.
    auto language = CanonicalLanguage(rows_.row().substr(kLanguage.size()));
    if (language.ok()) transcript_.target_language = *std::move(language);
  }
  return OkStatus();
}

Status CueParser::ReadBlock() {
  if (vtt() && BeginsSideBlock(rows_.row())) {
    while (!rows_.done() && !rows_.row().empty()) rows_.Next();
    return OkStatus();
  }
  if (HasArrow(rows_.row())) return ReadCue();
  // A cue's number (SRT) or identifier (WebVTT).
  if (!vtt() && !IsNumber(rows_.row())) {
    return Wrong("a cue's number or time line is expected, not '" + Excerpt(rows_.row()) + "'");
  }
  const std::string heading = Excerpt(rows_.row());
  rows_.Next();
  if (rows_.done()) return Wrong("the file ends after '" + heading + "', a time line is expected");
  return ReadCue();
}

Status CueParser::ReadCue() {
  if (transcript_.lines.size() >= kMaxTranscriptLines) {
    return OutOfRange(name_ + ": has more than " + std::to_string(kMaxTranscriptLines) + " cues");
  }
  CueTimes times;
  if (const std::string wrong = ParseCueTimes(rows_.row(), format_, &times); !wrong.empty())
    return Wrong(wrong);
  const size_t row = rows_.number();
  rows_.Next();
  WS_ASSIGN_OR_RETURN(const std::string payload, ReadPayload());
  return AddLine(times, row, payload);
}

StatusOr<std::string> CueParser::ReadPayload() {
  std::string payload;
  size_t last_row_at = 0;  // where the last row begins in `payload`
  for (; !rows_.done(); rows_.Next()) {
    const std::string_view row = rows_.row();
    if (vtt() ? row.empty() : IsBlank(row)) break;
    if (LooksLikeTimeLine(row) || (vtt() && HasArrow(row))) {
      // The empty row between two cues is missing. What precedes a time line is the next cue's number then.
      CueTimes times;
      if (const std::string wrong = ParseCueTimes(row, format_, &times); !wrong.empty()) {
        return InvalidArgument(WhereAt(transcript_.lines.size() + 2, rows_.number()) + ": " + wrong);
      }
      if (IsNumber(std::string_view(payload).substr(last_row_at))) payload.resize(last_row_at);
      break;
    }
    if (!payload.empty()) payload.push_back('\n');
    last_row_at = payload.size();
    payload += row;
  }
  return payload;
}

Status CueParser::AddLine(const CueTimes& times, size_t row, std::string_view payload) {
  CueText text = vtt() ? PlainVttText(payload) : PlainSrtText(payload);
  TranscriptLine line;
  line.sequence = static_cast<int64_t>(transcript_.lines.size() + 1);
  line.start_ms = times.start_ms;
  line.end_ms = times.end_ms;
  line.content_type = "speech";
  line.where = WhereAt(transcript_.lines.size() + 1, row);
  line.speaker = CollapseWhitespace(text.voice);
  line.translation = std::move(text.text);
  has_voices_ = has_voices_ || text.has_voice;
  WS_RETURN_IF_ERROR(FinishLine(line));
  transcript_.lines.push_back(std::move(line));
  return OkStatus();
}

// Names in front of the text count only when every cue has one: else "Note: ..." would become a speaker.
void CueParser::TakeSpeakers() {
  std::vector<std::pair<std::string, std::string>> parts(transcript_.lines.size());
  bool any = false;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (transcript_.lines[i].translation.empty()) continue;
    if (!SplitSpeaker(transcript_.lines[i].translation, &parts[i].first, &parts[i].second)) return;
    any = true;
  }
  if (!any) return;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (transcript_.lines[i].translation.empty()) continue;
    transcript_.lines[i].speaker = std::move(parts[i].first);
    transcript_.lines[i].translation = std::move(parts[i].second);
  }
}

}  // namespace

StatusOr<Transcript> ParseCues(std::string_view bytes, TranscriptFormat format, const std::string& name) {
  return CueParser(bytes, format, name).Parse();
}

}  // namespace waveshift::text::internal
