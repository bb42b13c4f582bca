// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_RUNTIME_GGML_GGUF_VALUE_H_
#define WAVESHIFT_RUNTIME_GGML_GGUF_VALUE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace waveshift::ggml {

// The types of metadata in a GGUF file, with the numbers that stand for them there.
enum class ValueType : uint32_t {
  kUint8 = 0,
  kInt8 = 1,
  kUint16 = 2,
  kInt16 = 3,
  kUint32 = 4,
  kInt32 = 5,
  kFloat32 = 6,
  kBool = 7,
  kString = 8,
  kArray = 9,
  kUint64 = 10,
  kInt64 = 11,
  kFloat64 = 12,
};

// One value of a GGUF file's metadata. Of the members only those that `type` (for arrays: `element`) names
// have a meaning.
struct Value {
  ValueType type = ValueType::kUint32;
  ValueType element = ValueType::kUint8;  // of an array
  int64_t integer = 0;                    // all integers and kBool (0 or 1)
  double real = 0;                        // kFloat32, kFloat64
  std::string text;                       // kString; of an array of kUint8 its bytes
  std::vector<int64_t> integers;          // of an array of other integers or kBool
  std::vector<double> reals;
  std::vector<std::string> texts;

  static Value Uint32(uint32_t value) { return {.type = ValueType::kUint32, .integer = value}; }
  static Value Bool(bool value) { return {.type = ValueType::kBool, .integer = value ? 1 : 0}; }
  static Value Float32(float value) { return {.type = ValueType::kFloat32, .real = value}; }
  static Value String(std::string text) { return {.type = ValueType::kString, .text = std::move(text)}; }
  static Value Bytes(std::string bytes) {
    return {.type = ValueType::kArray, .element = ValueType::kUint8, .text = std::move(bytes)};
  }
  static Value Int32s(std::vector<int64_t> values) {
    return {.type = ValueType::kArray, .element = ValueType::kInt32, .integers = std::move(values)};
  }
  static Value Strings(std::vector<std::string> texts) {
    return {.type = ValueType::kArray, .element = ValueType::kString, .texts = std::move(texts)};
  }
  friend bool operator==(const Value&, const Value&) = default;
};

struct MetadataEntry {
  std::string key;
  Value value;
};

// "uint32", "string", "array of int32", ...
std::string TypeText(const Value& value);
// The value for people, at most about `max_bytes` long: "3", "gpt", "[1, 2, ...] (800)", "475997 bytes".
std::string ValueText(const Value& value, size_t max_bytes = 60);
// Bytes of one number of this type in a file; 0 for strings and arrays.
int NumberBytes(ValueType type);

}  // namespace waveshift::ggml

#endif  // WAVESHIFT_RUNTIME_GGML_GGUF_VALUE_H_
