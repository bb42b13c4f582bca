// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "tts/indextts/convert/pickle.h"

namespace waveshift::tts::indextts {

int64_t ElementBytes(ElementType type) {
  switch (type) {
    case ElementType::kFloat64:
    case ElementType::kInt64:
      return 8;
    case ElementType::kFloat32:
    case ElementType::kInt32:
      return 4;
    case ElementType::kFloat16:
    case ElementType::kBfloat16:
    case ElementType::kInt16:
      return 2;
    default:
      return 1;
  }
}

std::string_view ElementName(ElementType type) {
  static constexpr std::array<std::string_view, 10> kNames = {
      "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"};
  return kNames.at(static_cast<size_t>(type));
}

const PickleValue* PickleDocument::Find(const PickleValue& dict, std::string_view key) const {
  const PickleValue* found = nullptr;
  if (dict.kind != PickleKind::kDict) return found;
  for (size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    const PickleValue& each = at(dict.items[i]);
    if (each.kind == PickleKind::kText && each.text == key) found = &at(dict.items[i + 1]);
  }
  return found;
}

}  // namespace waveshift::tts::indextts
