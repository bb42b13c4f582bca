// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "text/transcript.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/files.h"
#include "text/language.h"
#include "text/transcript_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text {
namespace internal {
namespace {

Status CheckSize(const TranscriptLine& line, std::string_view field, size_t size, size_t limit) {
  if (size <= limit) return OkStatus();
  return OutOfRange(line.where + ": " + std::string(field) + " is " + std::to_string(size) +
                    " bytes long, at most " + std::to_string(limit) + " are allowed");
}

}  // namespace

Status FinishLine(TranscriptLine& line) {
  line.original = CollapseWhitespace(line.original);
  line.translation = CollapseWhitespace(line.translation);
  WS_RETURN_IF_ERROR(CheckSize(line, "original", line.original.size(), kMaxLineTextBytes));
  WS_RETURN_IF_ERROR(CheckSize(line, "translation", line.translation.size(), kMaxLineTextBytes));
  WS_RETURN_IF_ERROR(CheckSize(line, "audio_key", line.audio_key.size(), kMaxAudioKeyBytes));
  return CheckSize(line, "speaker", line.speaker.size(), kMaxSpeakerBytes);
}

}  // namespace internal

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

Status CheckEncoding(std::string_view bytes, const std::string& name) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) {
    return InvalidArgument(name + ": line 1, byte 0: is UTF-16; transcripts must be UTF-8");
  }
  const size_t bad = internal::FindInvalidUtf8(bytes);
  if (bad == std::string_view::npos) return OkStatus();
  return InvalidArgument(name + ": line " + std::to_string(internal::LineColumnAt(bytes, bad).line) +
                         ", byte " + std::to_string(bad) + ": is not UTF-8");
}

std::string Milliseconds(double ms) { return std::to_string(std::llround(ms)) + " ms"; }

}  // namespace

StatusOr<TranscriptFormat> TranscriptFormatOf(std::string_view file_name) {
  const std::string lower = internal::LowerAscii(file_name);
  if (lower.ends_with(".json")) return TranscriptFormat::kJson;
  if (lower.ends_with(".srt")) return TranscriptFormat::kSrt;
  if (lower.ends_with(".vtt")) return TranscriptFormat::kVtt;
  return InvalidArgument(std::string(file_name) + ": a transcript's name must end in .json, .srt or .vtt");
}

StatusOr<Transcript> ParseTranscript(std::string_view bytes, TranscriptFormat format, std::string_view name) {
  const std::string file(name);
  if (bytes.size() > static_cast<size_t>(kMaxTranscriptBytes)) {
    return OutOfRange(file + ": is " + std::to_string(bytes.size()) + " bytes long, at most " +
                      std::to_string(kMaxTranscriptBytes) + " are allowed");
  }
  WS_RETURN_IF_ERROR(CheckEncoding(bytes, file));
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  auto parsed = format == TranscriptFormat::kJson ? internal::ParseJson(bytes, file)
                                                  : internal::ParseCues(bytes, format, file);
  if (!parsed.ok()) return parsed.status();
  ResolveDuplicatesAndSort(parsed->lines);
  return parsed;
}

StatusOr<Transcript> LoadTranscript(const std::string& path) {
  WS_ASSIGN_OR_RETURN(const TranscriptFormat format, TranscriptFormatOf(path));
  WS_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kMaxTranscriptBytes));
  return ParseTranscript(bytes, format, path);
}

Status CheckAgainstDuration(Transcript& transcript, double media_duration_ms, double tolerance_ms) {
  if (!std::isfinite(media_duration_ms) || media_duration_ms <= 0) {
    return InvalidArgument("the media has no length to place lines in");
  }
  for (TranscriptLine& line : transcript.lines) {
    const std::string where = line.where.empty() ? "line " + std::to_string(line.sequence) : line.where;
    const auto past = [&](std::string_view field, int64_t ms) {
      return InvalidArgument(where + ": " + std::string(field) + " (" + std::to_string(ms) +
                             ") lies past the end of the media (" + Milliseconds(media_duration_ms) + ")");
    };
    if (static_cast<double>(line.start_ms) >= media_duration_ms) return past("start_ms", line.start_ms);
    if (static_cast<double>(line.end_ms) > media_duration_ms + tolerance_ms)
      return past("end_ms", line.end_ms);
    // Rounded up, so that the line stays longer than nothing.
    line.end_ms = std::min(line.end_ms, static_cast<int64_t>(std::ceil(media_duration_ms)));
  }
  return OkStatus();
}

void ResolveDuplicatesAndSort(std::vector<TranscriptLine>& lines) {
  std::unordered_map<int64_t, size_t> last;
  for (size_t i = 0; i < lines.size(); ++i) last[lines[i].sequence] = i;
  size_t kept = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (last.at(lines[i].sequence) != i) continue;
    if (kept != i) lines[kept] = std::move(lines[i]);
    ++kept;
  }
  lines.resize(kept);
  std::sort(lines.begin(), lines.end(), [](const TranscriptLine& a, const TranscriptLine& b) {
    return std::tie(a.start_ms, a.sequence) < std::tie(b.start_ms, b.sequence);
  });
}

}  // namespace waveshift::text
