// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// WaveShift JSON, read as a stream of events: no tree is built, so neither depth nor unknown fields cost
// memory or stack.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_set>
#include <utility>

#include "text/language.h"
#include "text/transcript_internal.h"
#include "text/utf8_internal.h"

namespace waveshift::text::internal {
namespace {

constexpr int kMaxDepth = 64;
// Whole numbers up to here survive every JSON library.
constexpr int64_t kMaxSequence = (int64_t{1} << 53) - 1;
constexpr size_t kMaxContentTypeBytes = 100;

enum class Kind { kNull, kBoolean, kInteger, kReal, kString, kObject, kArray };

struct Value {
  Kind kind = Kind::kNull;
  int64_t integer = 0;
  double real = 0;
  std::string_view text;  // of a string, or the number as it stands in the file
};

std::string Describe(const Value& v) {
  switch (v.kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBoolean:
      return "a boolean";
    case Kind::kInteger:
    case Kind::kReal:
      return "a number";
    case Kind::kString:
      return "\"" + Excerpt(v.text) + "\"";
    case Kind::kObject:
      return "an object";
    case Kind::kArray:
      return "an array";
  }
  return "";
}

// A number or a string that holds one; what is wrong with it otherwise.
std::string ReadWhole(const Value& v, int64_t max, std::optional<int64_t>* out) {
  double real = v.real;
  if (v.kind == Kind::kInteger) {
    real = static_cast<double>(v.integer);
  } else if (v.kind == Kind::kString) {
    const std::string_view digits = TrimAscii(v.text);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), real);
    const bool overflow = error == std::errc::result_out_of_range;
    if (digits.empty() || end != digits.data() + digits.size() || (error != std::errc() && !overflow)) {
      return " must be a whole number, not " + Describe(v);
    }
    if (overflow) return " (" + Excerpt(digits) + ") is out of range";
  } else if (v.kind != Kind::kReal) {
    return " must be a whole number, not " + Describe(v);
  }
  const std::string shown =
      " (" + Excerpt(v.kind == Kind::kInteger ? std::to_string(v.integer) : v.text) + ")";
  if (!std::isfinite(real)) return shown + " is not a finite number";
  if (real < 0) return shown + " must not be negative";
  if (real > static_cast<double>(max)) return shown + " is too large, at most " + std::to_string(max);
  if (real != std::floor(real)) return shown + " must be a whole number";
  *out = v.kind == Kind::kInteger ? v.integer : static_cast<int64_t>(real);
  return "";
}

struct Segment {
  std::optional<int64_t> sequence, start_ms, end_ms;
  std::string speaker, content_type, original, original_text, translation, translated_text, audio_key;
};

// One JSON text's events. Every handler returns false to stop; status() says why then.
class Reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  Reader(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(name) {}

  bool null() override { return OnValue({Kind::kNull}); }
  bool boolean(bool) override { return OnValue({Kind::kBoolean}); }
  bool number_integer(int64_t v) override { return OnValue({Kind::kInteger, v}); }
  bool number_unsigned(uint64_t v) override {
    if (v <= static_cast<uint64_t>(INT64_MAX)) return OnValue({Kind::kInteger, static_cast<int64_t>(v)});
    const std::string digits = std::to_string(v);
    return OnValue({Kind::kReal, 0, static_cast<double>(v), digits});
  }
  bool number_float(double v, const std::string& digits) override {
    return OnValue({Kind::kReal, 0, v, digits});
  }
  bool string(std::string& v) override { return OnValue({Kind::kString, 0, 0, v}); }
  bool binary(nlohmann::json::binary_t&) override { return OnValue({Kind::kNull}); }
  bool key(std::string& v) override {
    if (ignored_depth_ == 0) key_ = v.substr(0, kLongestKey);
    return true;
  }
  bool start_object(size_t) override { return OnStart(Kind::kObject); }
  bool start_array(size_t) override { return OnStart(Kind::kArray); }
  bool end_object() override { return OnEnd(); }
  bool end_array() override { return OnEnd(); }
  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception& error) override;

  // What was read; to be called once, after the last event.
  StatusOr<Transcript> Finish();

 private:
  enum class Place { kTop, kRoot, kSegments, kSegment };
  static constexpr size_t kLongestKey = 64;

  bool OnStart(Kind kind);
  bool OnEnd();
  bool OnValue(const Value& v);
  bool SetLanguage(const Value& v);
  bool SetField(const Value& v);
  bool SetText(const Value& v, std::string* text);
  bool BeginSegment();
  bool EndSegment();
  void NumberTheUnnumbered();

  std::string Where() const { return name_ + ": segment " + std::to_string(count_); }
  bool Fail(const Status& status) {
    if (status_.ok()) status_ = status;
    return false;
  }

  const std::string_view bytes_;
  const std::string& name_;
  Status status_;
  Transcript transcript_;
  std::vector<bool> numbered_;  // per line: its sequence stands in the file
  Place place_ = Place::kTop;
  int depth_ = 0;
  int ignored_depth_ = 0;  // levels inside a value that nobody asked for
  bool has_segments_ = false;
  size_t count_ = 0;  // segments begun
  std::string key_;
  Segment segment_;
};

bool Reader::OnStart(Kind kind) {
  if (++depth_ > kMaxDepth) {
    return Fail(InvalidArgument(name_ + ": is nested deeper than " + std::to_string(kMaxDepth) + " levels"));
  }
  if (ignored_depth_ > 0) {
    ++ignored_depth_;
    return true;
  }
  if (place_ == Place::kTop && kind == Kind::kObject) {
    place_ = Place::kRoot;
    return true;
  }
  if (place_ == Place::kRoot && key_ == "segments" && kind == Kind::kArray) {
    if (has_segments_) return Fail(InvalidArgument(name_ + ": segments stands there twice"));
    has_segments_ = true;
    place_ = Place::kSegments;
    return true;
  }
  if (place_ == Place::kSegments && kind == Kind::kObject) return BeginSegment();
  // The value of a known field cannot be a container: OnValue says so. That of an unknown one is skipped.
  if (!OnValue({kind})) return false;
  ignored_depth_ = 1;
  return true;
}

bool Reader::OnEnd() {
  --depth_;
  if (ignored_depth_ > 0) {
    --ignored_depth_;
    return true;
  }
  if (place_ == Place::kSegment) return EndSegment();
  place_ = place_ == Place::kSegments ? Place::kRoot : Place::kTop;
  return true;
}

bool Reader::OnValue(const Value& v) {
  if (ignored_depth_ > 0) return true;
  switch (place_) {
    case Place::kTop:
      return Fail(InvalidArgument(name_ + ": must be an object with segments, not " + Describe(v)));
    case Place::kRoot:
      if (key_ == "target_language") return SetLanguage(v);
      if (key_ == "segments") {
        return Fail(InvalidArgument(name_ + ": segments must be an array, not " + Describe(v)));
      }
      return true;
    case Place::kSegments:
      ++count_;
      return Fail(InvalidArgument(Where() + ": must be an object, not " + Describe(v)));
    case Place::kSegment:
      return SetField(v);
  }
  return true;
}

bool Reader::SetLanguage(const Value& v) {
  if (v.kind == Kind::kNull) return true;
  if (v.kind != Kind::kString) {
    return Fail(InvalidArgument(name_ + ": target_language must be a string, not " + Describe(v)));
  }
  transcript_.target_language.clear();
  if (TrimAscii(v.text).empty()) return true;
  auto language = CanonicalLanguage(v.text);
  if (!language.ok()) return Fail(Annotate(language.status(), name_ + ": target_language"));
  transcript_.target_language = *std::move(language);
  return true;
}

bool Reader::SetText(const Value& v, std::string* text) {
  if (v.kind == Kind::kNull) {
    text->clear();
    return true;
  }
  if (v.kind != Kind::kString) {
    return Fail(InvalidArgument(Where() + ": " + key_ + " must be a string, not " + Describe(v)));
  }
  *text = v.text;
  return true;
}

bool Reader::SetField(const Value& v) {
  const auto number = [&](int64_t max, std::optional<int64_t>* out) {
    out->reset();
    if (v.kind == Kind::kNull) return true;
    const std::string wrong = ReadWhole(v, max, out);
    return wrong.empty() || Fail(InvalidArgument(Where() + ": " + key_ + wrong));
  };
  if (key_ == "sequence") return number(kMaxSequence, &segment_.sequence);
  if (key_ == "start_ms") return number(kMaxTimeMs, &segment_.start_ms);
  if (key_ == "end_ms") return number(kMaxTimeMs, &segment_.end_ms);
  if (key_ == "speaker") return SetText(v, &segment_.speaker);
  if (key_ == "content_type") return SetText(v, &segment_.content_type);
  if (key_ == "original") return SetText(v, &segment_.original);
  if (key_ == "original_text") return SetText(v, &segment_.original_text);
  if (key_ == "audio_key") return SetText(v, &segment_.audio_key);
  if (key_ == "translation") return SetText(v, &segment_.translation);
  if (key_ == "translated_text") return SetText(v, &segment_.translated_text);
  return true;
}

bool Reader::BeginSegment() {
  if (++count_ > kMaxTranscriptLines) {
    return Fail(OutOfRange(name_ + ": has more than " + std::to_string(kMaxTranscriptLines) + " segments"));
  }
  segment_ = Segment();
  key_.clear();
  place_ = Place::kSegment;
  return true;
}

bool Reader::EndSegment() {
  place_ = Place::kSegments;
  Segment& s = segment_;
  if (!s.start_ms) return Fail(InvalidArgument(Where() + ": start_ms is missing"));
  if (!s.end_ms) return Fail(InvalidArgument(Where() + ": end_ms is missing"));
  if (*s.end_ms <= *s.start_ms) {
    return Fail(InvalidArgument(Where() + ": end_ms (" + std::to_string(*s.end_ms) +
                                ") must be greater than start_ms (" + std::to_string(*s.start_ms) + ")"));
  }
  TranscriptLine line;
  line.sequence = s.sequence.value_or(0);
  line.start_ms = *s.start_ms;
  line.end_ms = *s.end_ms;
  line.speaker = std::move(s.speaker);
  line.content_type = LowerAscii(TrimAscii(s.content_type));
  if (line.content_type.empty()) line.content_type = "speech";
  line.where = Where();
  if (line.content_type.size() > kMaxContentTypeBytes) {
    return Fail(OutOfRange(line.where + ": content_type is longer than " +
                           std::to_string(kMaxContentTypeBytes) + " bytes"));
  }
  // Of the two spellings the one that says something.
  line.original = std::move(s.original.empty() ? s.original_text : s.original);
  line.audio_key = std::move(s.audio_key);
  line.translation = std::move(s.translation.empty() ? s.translated_text : s.translation);
  if (const Status status = FinishLine(line); !status.ok()) return Fail(status);
  numbered_.push_back(s.sequence.has_value());
  transcript_.lines.push_back(std::move(line));
  return true;
}

bool Reader::parse_error(size_t position, const std::string&, const nlohmann::json::exception& error) {
  // The library's message begins with its own names: "[json.exception...] parse error at line 1, column 2:
  // ...".
  std::string_view reason = error.what();
  if (const size_t bracket = reason.find("] "); bracket != std::string_view::npos)
    reason.remove_prefix(bracket + 2);
  if (reason.starts_with("parse error at ")) {
    if (const size_t colon = reason.find(": "); colon != std::string_view::npos)
      reason.remove_prefix(colon + 2);
  }
  // What was read last may be a whole text; line and column say where it ends.
  reason = reason.substr(0, reason.find("; last read: "));
  const LineColumn at = LineColumnAt(bytes_, position > 0 ? position - 1 : 0);
  std::string where = name_ + ": line " + std::to_string(at.line) + ", column " + std::to_string(at.column);
  if (place_ == Place::kSegment) {
    where +=
        " (segment " + std::to_string(count_) + (key_.empty() ? "" : ", at or after " + Excerpt(key_)) + ")";
  }
  return Fail(InvalidArgument(where + ": broken JSON: " + Excerpt(reason, 160)));
}

// A line without a number of its own gets its place in the file. Where another line claims that number
// explicitly, the line takes the next number that nobody has instead: only two equal numbers that both stand
// in the file mean the same line.
void Reader::NumberTheUnnumbered() {
  std::vector<TranscriptLine>& lines = transcript_.lines;
  std::unordered_set<int64_t> claimed;
  int64_t highest = static_cast<int64_t>(lines.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    if (!numbered_[i]) continue;
    claimed.insert(lines[i].sequence);
    highest = std::max(highest, lines[i].sequence);
  }
  for (size_t i = 0; i < lines.size(); ++i) {
    if (numbered_[i]) continue;
    const auto place = static_cast<int64_t>(i + 1);
    lines[i].sequence = claimed.contains(place) ? ++highest : place;
  }
}

StatusOr<Transcript> Reader::Finish() {
  if (!status_.ok()) return status_;
  if (!has_segments_) return InvalidArgument(name_ + ": segments is missing");
  if (transcript_.lines.empty()) return InvalidArgument(name_ + ": segments is empty");
  NumberTheUnnumbered();
  return std::move(transcript_);
}

}  // namespace

StatusOr<Transcript> ParseJson(std::string_view bytes, const std::string& name) {
  if (TrimAscii(bytes).empty()) return InvalidArgument(name + ": is empty");
  try {
    Reader reader(bytes, name);
    const bool complete = nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &reader);
    auto transcript = reader.Finish();
    if (!complete && transcript.ok()) return InvalidArgument(name + ": broken JSON");
    return transcript;
  } catch (const std::exception& e) {
    return InvalidArgument(name + ": cannot be read: " + Excerpt(e.what(), 160));
  }
}

}  // namespace waveshift::text::internal
