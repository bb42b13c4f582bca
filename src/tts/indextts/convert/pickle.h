// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Reads the pickle (protocol 2) of a torch checkpoint as data. Nothing that it names is executed: of Python's
// objects only those that a state dict consists of are known, each with a meaning of its own here; anything
// else ends the reading.
#ifndef WAVESHIFT_TTS_INDEXTTS_CONVERT_PICKLE_H_
#define WAVESHIFT_TTS_INDEXTTS_CONVERT_PICKLE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::tts::indextts {

// Of the values in a storage.
enum class ElementType {
  kFloat64,
  kFloat32,
  kFloat16,
  kBfloat16,
  kInt64,
  kInt32,
  kInt16,
  kInt8,
  kUint8,
  kBool
};
int64_t ElementBytes(ElementType type);
// torch's word: "float16", "int64", ...
std::string_view ElementName(ElementType type);

enum class PickleKind {
  kNone,
  kBool,
  kInteger,
  kReal,
  kText,
  kTuple,
  kList,
  kDict,     // also OrderedDict
  kGlobal,   // one of the known names
  kStorage,  // persistent id
  kTensor,
};

// A value; others are named by their number in PickleDocument::values, so that shared and even cyclic values
// cost nothing and own nothing.
struct PickleValue {
  PickleKind kind = PickleKind::kNone;
  int64_t integer = 0;          // kInteger, kBool; kGlobal: which one; kStorage: number of elements
  double real = 0;              // kReal
  std::string text;             // kText; kStorage: its key
  std::vector<uint32_t> items;  // kTuple, kList; kDict: key, value, key, value, ...
  ElementType element = ElementType::kFloat32;  // kStorage
  // kTensor
  uint32_t storage = 0;
  int64_t offset = 0;  // first element in the storage
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;  // in elements
};

struct PickleDocument {
  std::vector<PickleValue> values;
  uint32_t root = 0;

  const PickleValue& at(uint32_t number) const { return values[number]; }
  // The value of a text key, the last one if it stands there twice; nullptr: none, or no dict.
  const PickleValue* Find(const PickleValue& dict, std::string_view key) const;
};

// `name` stands for the pickle in messages: "NAME: offset 12: ...". InvalidArgument: broken, larger than the
// limits (16 MiB, 2^18 values), or with something that is no part of a state dict.
StatusOr<PickleDocument> ReadPickle(std::string_view bytes, const std::string& name);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_CONVERT_PICKLE_H_
