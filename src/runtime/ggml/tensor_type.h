// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How the values of a weight tensor are stored. Quantised types keep blocks of values that share a scale:
// q8_0 32 values in 34 bytes, q4_k 256 values in 144 bytes (formats of ggml). Rows hold whole blocks.
#ifndef WAVESHIFT_RUNTIME_GGML_TENSOR_TYPE_H_
#define WAVESHIFT_RUNTIME_GGML_TENSOR_TYPE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace waveshift::ggml {

enum class TensorType { kF32, kF16, kBf16, kQ8_0, kQ4_K };

// "f32", "f16", "bf16", "q8_0", "q4_k".
std::string_view TypeName(TensorType type);
std::optional<TensorType> ParseType(std::string_view name);

// The number that stands for the type in a GGUF file, and back; nullopt for a type that is not one of these.
uint32_t FileNumber(TensorType type);
std::optional<TensorType> TypeOfFileNumber(uint32_t number);

// Values in one block; 1 for f32, f16 and bf16.
int64_t BlockValues(TensorType type);
int64_t BlockBytes(TensorType type);

// Stores whole rows of `row_values` values each (a multiple of BlockValues) behind what `bytes` has.
// InvalidArgument for a value that is no finite number or too large for the type. The same values give the
// same bytes, whatever rows they come with. Any thread.
Status AppendRows(TensorType type, std::span<const float> values, int64_t row_values, std::string* bytes);

// The values of stored rows; bytes.size() must be that of values.size() values.
void ReadRows(TensorType type, std::string_view bytes, std::span<float> values);

}  // namespace waveshift::ggml

#endif  // WAVESHIFT_RUNTIME_GGML_TENSOR_TYPE_H_
