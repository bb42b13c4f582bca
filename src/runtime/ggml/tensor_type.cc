// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/ggml/tensor_type.h"

#include <ggml.h>

#include <array>
#include <cmath>
#include <cstring>

namespace waveshift::ggml {
namespace {

struct Row {
  TensorType type;
  ggml_type number;
  std::string_view name;
  float largest;
};

constexpr float kLargestHalf = 65504;
// A block's scale is a half: the largest quant times the largest scale.
constexpr std::array<Row, 5> kTypes = {{
    {TensorType::kF32, GGML_TYPE_F32, "f32", 3.4e38F},
    {TensorType::kF16, GGML_TYPE_F16, "f16", kLargestHalf},
    {TensorType::kBf16, GGML_TYPE_BF16, "bf16", 3.3e38F},
    {TensorType::kQ8_0, GGML_TYPE_Q8_0, "q8_0", 127 * kLargestHalf},
    {TensorType::kQ4_K, GGML_TYPE_Q4_K, "q4_k", kLargestHalf},
}};

const Row& Find(TensorType type) {
  for (const Row& row : kTypes) {
    if (row.type == type) return row;
  }
  return kTypes.front();
}

Status CheckValues(const Row& row, std::span<const float> values) {
  for (const float value : values) {
    if (!std::isfinite(value)) return InvalidArgument("has a value that is no finite number");
    if (std::abs(value) > row.largest) {
      return InvalidArgument("has the value " + std::to_string(value) + ", which is too large for " +
                             std::string(row.name));
    }
  }
  return OkStatus();
}

}  // namespace

std::string_view TypeName(TensorType type) { return Find(type).name; }

std::optional<TensorType> ParseType(std::string_view name) {
  for (const Row& row : kTypes) {
    if (row.name == name) return row.type;
  }
  return std::nullopt;
}

uint32_t FileNumber(TensorType type) { return static_cast<uint32_t>(Find(type).number); }

std::optional<TensorType> TypeOfFileNumber(uint32_t number) {
  for (const Row& row : kTypes) {
    if (static_cast<uint32_t>(row.number) == number) return row.type;
  }
  return std::nullopt;
}

int64_t BlockValues(TensorType type) { return ggml_blck_size(Find(type).number); }
int64_t BlockBytes(TensorType type) { return static_cast<int64_t>(ggml_type_size(Find(type).number)); }

Status AppendRows(TensorType type, std::span<const float> values, int64_t row_values, std::string* bytes) {
  const Row& row = Find(type);
  const auto count = static_cast<int64_t>(values.size());
  if (count == 0) return OkStatus();
  if (row_values <= 0 || row_values % BlockValues(type) != 0 || count % row_values != 0) {
    return Internal("rows of " + std::to_string(row_values) + " values cannot be stored as " +
                    std::string(row.name));
  }
  WS_RETURN_IF_ERROR(CheckValues(row, values));
  const size_t begin = bytes->size();
  bytes->resize(begin + static_cast<size_t>(count / BlockValues(type) * BlockBytes(type)));
  ggml_quantize_chunk(row.number, values.data(), bytes->data() + begin, 0, count / row_values, row_values,
                      nullptr);
  return OkStatus();
}

void ReadRows(TensorType type, std::string_view bytes, std::span<float> values) {
  if (type == TensorType::kF32) {
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return;
  }
  ggml_get_type_traits(Find(type).number)
      ->to_float(bytes.data(), values.data(), static_cast<int64_t>(values.size()));
}

}  // namespace waveshift::ggml
