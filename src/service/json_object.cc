// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/json_object_internal.h"

#include <algorithm>
#include <cstddef>

namespace waveshift::service {
namespace {

constexpr int kMaxDepth = 32;
// The longest transcript, with 40 values a line. A value takes up to a hundred bytes of memory, however few
// bytes it has in the body.
constexpr size_t kMaxValues = 4'000'000;

struct Shape {
  int depth = 0;      // of arrays and objects
  size_t values = 0;  // at least that of the members and elements
};

// What the punctuation outside strings says. The body need not be JSON.
Shape ShapeOf(std::string_view body) {
  Shape shape;
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '"') in_string = !in_string;
    if (in_string) {
      if (c == '\\') ++i;
    } else if (c == '[' || c == '{') {
      ++shape.values;
      shape.depth = std::max(shape.depth, ++depth);
    } else if (c == ']' || c == '}') {
      --depth;
    } else if (c == ',') {
      ++shape.values;
    }
  }
  return shape;
}

}  // namespace

// The library's own hook for such checks looks at all members again behind each object: quadratic.
BodyError ParseJsonObject(std::string_view body, nlohmann::json& object) {
  const Shape shape = ShapeOf(body);
  if (shape.depth > kMaxDepth) return {BodyError::Kind::kNotJson, "the body is nested too deeply"};
  if (shape.values > kMaxValues) return {BodyError::Kind::kNotJson, "the body has too many values"};
  object = nlohmann::json::parse(body, nullptr, false);
  if (object.is_discarded()) return {BodyError::Kind::kNotJson, "the body is not valid JSON"};
  if (!object.is_object()) return {BodyError::Kind::kWrongShape, "the body must be a JSON object"};
  return {};
}

}  // namespace waveshift::service
