// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/kokoro/voices.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/hash.h"
#include "text/language.h"

namespace waveshift::tts {
namespace {

constexpr size_t kMostParts = 8;
constexpr size_t kLongestName = 32;
constexpr size_t kFileBytes = KokoroStyle::kRows * KokoroStyle::kColumns * sizeof(float);
constexpr size_t kMostKeptBlends = 256;

bool IsVoiceName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// For a message: short, on one line.
std::string Quote(std::string_view what) {
  return "\"" + text::CollapseWhitespace(what.substr(0, 60)) + "\"";
}

StatusOr<VoicePart> ParsePart(std::string_view part) {
  const size_t colon = std::min(part.find(':'), part.size());
  VoicePart parsed;
  parsed.name = part.substr(0, colon);
  if (!IsVoiceName(parsed.name)) {
    return InvalidArgument("voice: " + Quote(part) +
                           " is no voice; write af_heart, or a blend such as af_heart:0.6+am_adam:0.4");
  }
  if (colon == part.size()) return parsed;
  const std::string_view digits = part.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parsed.weight);
  const bool is_weight = error == std::errc() && end == digits.data() + digits.size() &&
                         std::isfinite(parsed.weight) && parsed.weight > 0 && parsed.weight <= 1000;
  if (!is_weight) {
    return InvalidArgument("voice: the weight of " + parsed.name + " must be a positive number, not " +
                           Quote(digits));
  }
  return parsed;
}

float LittleEndianFloat(const char* bytes) {
  uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return std::bit_cast<float>(value);
}

}  // namespace

StatusOr<std::vector<VoicePart>> ParseKokoroVoice(std::string_view name) {
  std::vector<VoicePart> parts;
  float sum = 0;
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find('+', begin), name.size());
    WS_ASSIGN_OR_RETURN(VoicePart part, ParsePart(name.substr(begin, end - begin)));
    const bool is_double = std::any_of(parts.begin(), parts.end(),
                                       [&](const VoicePart& other) { return other.name == part.name; });
    if (is_double) return InvalidArgument("voice: " + part.name + " stands twice in the blend");
    if (parts.size() == kMostParts) {
      return InvalidArgument("voice: at most " + std::to_string(kMostParts) + " voices can be blended");
    }
    sum += part.weight;
    parts.push_back(std::move(part));
    begin = end + 1;
  }
  for (VoicePart& part : parts) part.weight /= sum;
  return parts;
}

std::string KokoroBlendName(const std::vector<VoicePart>& parts) {
  if (parts.size() == 1) return parts.front().name;
  std::string name;
  for (const VoicePart& part : parts) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), part.weight,
                                   std::chars_format::general, 3);
    name += (name.empty() ? "" : "+") + part.name + ":" + std::string(digits.data(), end.ptr);
  }
  return name;
}

StatusOr<KokoroStyle> KokoroStyle::Parse(std::string_view bytes, const std::string& name) {
  if (bytes.size() != kFileBytes) {
    return InvalidArgument(name + ": has " + std::to_string(bytes.size()) + " bytes, a voice has " +
                           std::to_string(kFileBytes));
  }
  KokoroStyle style;
  style.values_.resize(kRows * kColumns);
  for (size_t i = 0; i < style.values_.size(); ++i) {
    style.values_[i] = LittleEndianFloat(bytes.data() + 4 * i);
    if (!std::isfinite(style.values_[i])) return InvalidArgument(name + ": has invalid numbers");
  }
  return style;
}

KokoroStyle KokoroStyle::Blend(std::span<const std::shared_ptr<const KokoroStyle>> styles,
                               std::span<const float> weights) {
  KokoroStyle blend;
  blend.values_.assign(kRows * kColumns, 0);
  for (size_t s = 0; s < styles.size(); ++s) {
    for (size_t i = 0; i < blend.values_.size(); ++i) {
      blend.values_[i] += weights[s] * styles[s]->values_[i];
    }
  }
  return blend;
}

std::span<const float> KokoroStyle::Row(size_t tokens) const {
  return std::span<const float>(values_).subspan(std::min(tokens, kRows - 1) * kColumns, kColumns);
}

std::vector<std::string> KokoroVoices::Names() const {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator files(folder_, error);
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    const std::string stem = files->path().stem().string();
    if (files->path().extension() == ".bin" && IsVoiceName(stem)) names.push_back(stem);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool KokoroVoices::Has(std::string_view name) const {
  std::error_code error;
  return IsVoiceName(name) && std::filesystem::exists(folder_ + "/" + std::string(name) + ".bin", error);
}

StatusOr<std::shared_ptr<const KokoroStyle>> KokoroVoices::Read(const std::string& name) const {
  if (const auto found = read_.find(name); found != read_.end()) return found->second;
  const std::string path = folder_ + "/" + name + ".bin";
  const auto bytes = ReadFile(path, static_cast<int64_t>(kFileBytes));
  if (bytes.status().code() == StatusCode::kNotFound) {
    return InvalidArgument("voice: kokoro has no voice \"" + name + "\" in " + folder_);
  }
  if (!bytes.ok()) return InvalidArgument("voice: " + Message(bytes.status()));
  WS_ASSIGN_OR_RETURN(KokoroStyle style, KokoroStyle::Parse(*bytes, path));
  return read_[name] = std::make_shared<const KokoroStyle>(std::move(style));
}

StatusOr<std::shared_ptr<const KokoroStyle>> KokoroVoices::Get(const std::vector<VoicePart>& parts) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const KokoroStyle>> styles;
  std::vector<float> weights;
  std::string exact;
  for (const VoicePart& part : parts) {
    WS_ASSIGN_OR_RETURN(styles.emplace_back(), Read(part.name));
    weights.push_back(part.weight);
    exact += part.name + ":" + std::to_string(std::bit_cast<uint32_t>(part.weight)) + "+";
  }
  if (styles.size() == 1) return styles.front();
  if (const auto found = read_.find(exact); found != read_.end()) return found->second;
  const auto blend = std::make_shared<const KokoroStyle>(KokoroStyle::Blend(styles, weights));
  // Each takes half a megabyte; a job has a few, a server may be asked for any number.
  if (read_.size() < kMostKeptBlends) read_[exact] = blend;
  return blend;
}

std::string KokoroVoices::Fingerprint() const {
  const std::lock_guard lock(mutex_);
  if (fingerprint_.empty()) {
    FieldHasher hasher;
    for (const std::string& name : Names()) {
      const auto bytes = ReadFile(folder_ + "/" + name + ".bin", static_cast<int64_t>(kFileBytes));
      hasher.Add(name).Add(bytes.ok() ? *bytes : "");
    }
    fingerprint_ = hasher.Hex();
  }
  return fingerprint_;
}

}  // namespace waveshift::tts
