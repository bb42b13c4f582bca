// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/gguf_value.h"

#include <array>
#include <charconv>
#include <cstddef>

namespace waveshift::ggml {
namespace {

constexpr std::array<std::string_view, 13> kNames = {"uint8",  "int8",    "uint16", "int16",  "uint32",
                                                     "int32",  "float32", "bool",   "string", "array",
                                                     "uint64", "int64",   "float64"};
constexpr std::array<int, 13> kBytes = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

std::string_view NameOf(ValueType type) { return kNames.at(static_cast<size_t>(type)); }

bool IsReal(ValueType type) { return type == ValueType::kFloat32 || type == ValueType::kFloat64; }

std::string RealText(double value, ValueType type) {
  std::array<char, 64> text = {};
  const auto end = type == ValueType::kFloat32
                       ? std::to_chars(text.data(), text.data() + text.size(), static_cast<float>(value))
                       : std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), static_cast<size_t>(end.ptr - text.data())};
}

// At most `max_bytes`, whole characters, on one line.
std::string Shortened(const std::string& text, size_t max_bytes) {
  std::string out;
  for (const char c : text) out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c);
  if (out.size() <= max_bytes) return out;
  size_t cut = max_bytes;
  while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0) == 0x80) --cut;
  return out.substr(0, cut) + "...";
}

std::string ItemText(const Value& value, size_t i, size_t max_bytes) {
  if (value.element == ValueType::kString) return Shortened(value.texts[i], max_bytes);
  if (IsReal(value.element)) return RealText(value.reals[i], value.element);
  return std::to_string(value.integers[i]);
}

std::string ArrayText(const Value& value, size_t max_bytes) {
  if (value.element == ValueType::kUint8) return std::to_string(value.text.size()) + " bytes";
  const size_t count = value.element == ValueType::kString ? value.texts.size()
                       : IsReal(value.element)             ? value.reals.size()
                                                           : value.integers.size();
  std::string out = "[";
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) out += ", ";
    if (out.size() > max_bytes) return out + "...] (" + std::to_string(count) + ")";
    out += ItemText(value, i, max_bytes);
  }
  return out + "]";
}

}  // namespace

std::string TypeText(const Value& value) {
  if (value.type == ValueType::kArray) return "array of " + std::string(NameOf(value.element));
  return std::string(NameOf(value.type));
}

std::string ValueText(const Value& value, size_t max_bytes) {
  if (value.type == ValueType::kArray) return ArrayText(value, max_bytes);
  if (value.type == ValueType::kString) return Shortened(value.text, max_bytes);
  if (value.type == ValueType::kBool) return value.integer != 0 ? "true" : "false";
  if (IsReal(value.type)) return RealText(value.real, value.type);
  return std::to_string(value.integer);
}

int NumberBytes(ValueType type) { return kBytes.at(static_cast<size_t>(type)); }

}  // namespace waveshift::ggml
