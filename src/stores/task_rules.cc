// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "stores/keys_internal.h"
#include "stores/task_rules_internal.h"
#include "text/language.h"

namespace waveshift::stores::internal {
namespace {

constexpr size_t kMaxIdBytes = 255;
constexpr size_t kMaxPathBytes = 8192;
constexpr double kLargestExact = 9007199254740992;  // 2^53
constexpr char kSpeech[] = "speech";

Status Wrong(const std::string& where, const std::string& what) {
  return InvalidArgument(where + ": " + what);
}

Status CheckTexts(const text::TranscriptLine& line, const std::string& where) {
  const struct {
    const char* name;
    const std::string& value;
    size_t limit;
  } fields[] = {{"speaker", line.speaker, text::kMaxSpeakerBytes},
                {"content_type", line.content_type, text::kMaxSpeakerBytes},
                {"original", line.original, text::kMaxLineTextBytes},
                {"translation", line.translation, text::kMaxLineTextBytes},
                {"audio_key", line.audio_key, text::kMaxAudioKeyBytes}};
  for (const auto& field : fields) {
    if (field.value.size() > field.limit) {
      return Wrong(where,
                   std::string(field.name) + " is longer than " + std::to_string(field.limit) + " bytes");
    }
    if (!text::IsValidUtf8(field.value)) return Wrong(where, std::string(field.name) + " is not UTF-8");
  }
  return OkStatus();
}

Status CheckLine(const text::TranscriptLine& line, const std::string& where) {
  if (line.start_ms < 0) return Wrong(where, "start_ms (" + std::to_string(line.start_ms) + ") is negative");
  if (line.end_ms <= line.start_ms) {
    return Wrong(where, "end_ms (" + std::to_string(line.end_ms) + ") must be after start_ms (" +
                            std::to_string(line.start_ms) + ")");
  }
  return CheckTexts(line, where);
}

StatusOr<text::TranscriptLine> LineOf(const std::string& task_id, int64_t sequence, SegmentRow row) {
  text::TranscriptLine line;
  line.sequence = sequence;
  line.where = "task " + task_id + ": segment row " + std::to_string(row.id) + " (sequence " +
               std::to_string(sequence) + ")";
  const auto start_ms = WholeNumber(row.start_ms);
  const auto end_ms = WholeNumber(row.end_ms);
  if (!start_ms) return Wrong(line.where, "start_ms must be a whole number, not " + QuoteKey(row.start_ms));
  if (!end_ms) return Wrong(line.where, "end_ms must be a whole number, not " + QuoteKey(row.end_ms));
  line.start_ms = *start_ms;
  line.end_ms = *end_ms;
  line.content_type = row.content_type.empty() ? kSpeech : std::move(row.content_type);
  line.speaker = std::move(row.speaker);
  line.original = std::move(row.original);
  line.translation = std::move(row.translation);
  line.audio_key = std::move(row.audio_key);
  WS_RETURN_IF_ERROR(CheckLine(line, line.where));
  return line;
}

Status CheckText(const char* field, const std::string& value, size_t limit, bool may_be_empty) {
  const bool control = std::any_of(value.begin(), value.end(), [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x20 || u == 0x7F;
  });
  if ((value.empty() && !may_be_empty) || value.size() > limit || control || !text::IsValidUtf8(value)) {
    return InvalidArgument(std::string(field) + ": must be " + (may_be_empty ? "at most " : "1 to ") +
                           std::to_string(limit) + " bytes of UTF-8 without control characters");
  }
  return OkStatus();
}

}  // namespace

std::optional<int64_t> WholeNumber(const std::string& text) {
  int64_t whole = 0;
  const char* end = text.data() + text.size();
  if (const auto [stop, error] = std::from_chars(text.data(), end, whole);
      error == std::errc() && stop == end) {
    return whole;
  }
  double number = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || std::trunc(number) != number ||
      std::abs(number) > kLargestExact) {
    return std::nullopt;
  }
  return static_cast<int64_t>(number);
}

StatusOr<std::vector<text::TranscriptLine>> LinesOf(const std::string& task_id,
                                                    std::vector<SegmentRow> rows) {
  std::map<int64_t, SegmentRow> newest;
  for (SegmentRow& row : rows) {
    const auto sequence = WholeNumber(row.sequence);
    if (!sequence) {
      return InvalidArgument("task " + task_id + ": segment row " + std::to_string(row.id) +
                             ": sequence must be a whole number, not " + QuoteKey(row.sequence));
    }
    const auto it = newest.find(*sequence);
    if (it == newest.end()) {
      newest.emplace(*sequence, std::move(row));
    } else if (it->second.id < row.id) {
      it->second = std::move(row);
    }
  }
  if (newest.size() > text::kMaxTranscriptLines) {
    return OutOfRange("task " + task_id + ": has more than " + std::to_string(text::kMaxTranscriptLines) +
                      " segments");
  }
  std::vector<text::TranscriptLine> lines;
  lines.reserve(newest.size());
  for (auto& [sequence, row] : newest) {
    WS_ASSIGN_OR_RETURN(text::TranscriptLine line, LineOf(task_id, sequence, std::move(row)));
    lines.push_back(std::move(line));
  }
  text::ResolveDuplicatesAndSort(lines);  // no duplicates are left, so this sorts
  return lines;
}

Status CheckNewTask(const NewTask& task) {
  WS_RETURN_IF_ERROR(CheckText("task_id", task.id, kMaxIdBytes, /*may_be_empty=*/false));
  WS_RETURN_IF_ERROR(CheckText("target_language", task.target_language, kMaxIdBytes, /*may_be_empty=*/true));
  WS_RETURN_IF_ERROR(CheckText("video_path", task.video_path, kMaxPathBytes, /*may_be_empty=*/true));
  WS_RETURN_IF_ERROR(CheckText("audio_path", task.audio_path, kMaxPathBytes, /*may_be_empty=*/true));
  WS_RETURN_IF_ERROR(CheckText("file_name", task.file_name, kMaxPathBytes, /*may_be_empty=*/true));
  if (task.lines.size() > text::kMaxTranscriptLines) {
    return OutOfRange("segments: has more than " + std::to_string(text::kMaxTranscriptLines) + " lines");
  }
  for (size_t i = 0; i < task.lines.size(); ++i) {
    const std::string& where = task.lines[i].where;
    WS_RETURN_IF_ERROR(CheckLine(task.lines[i], where.empty() ? "segment " + std::to_string(i + 1) : where));
  }
  return OkStatus();
}

std::vector<text::TranscriptLine> LinesToStore(const NewTask& task) {
  std::vector<text::TranscriptLine> lines = task.lines;
  text::ResolveDuplicatesAndSort(lines);
  for (text::TranscriptLine& line : lines) {
    if (line.content_type.empty()) line.content_type = kSpeech;
  }
  return lines;
}

Status CheckFinalStatus(const std::string& status) {
  WS_RETURN_IF_ERROR(CheckText("status", status, kMaxIdBytes, /*may_be_empty=*/false));
  return status == kStatusProcessing ? InvalidArgument("status: \"processing\" is no end") : OkStatus();
}

Status CheckPage(int limit, int offset) {
  return limit < 0 || offset < 0 ? InvalidArgument("limit and offset must not be negative") : OkStatus();
}

Status NoSuchTask(const std::string& id) { return NotFound("task " + QuoteKey(id) + " does not exist"); }
Status TaskExists(const std::string& id) { return AlreadyExists("task " + QuoteKey(id) + " exists already"); }

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace waveshift::stores::internal
