// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Arrays in NumPy's file format, versions 1 and 2 (NEP 1): what golden data is kept in.
#ifndef WAVESHIFT_TTS_INDEXTTS_PARITY_NPY_H_
#define WAVESHIFT_TTS_INDEXTTS_PARITY_NPY_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"

namespace waveshift::tts::indextts {

struct NpyArray {
  std::vector<int64_t> shape;  // outermost first; empty: one value
  // float for <f4, double for <f8, and so on; in C order.
  std::variant<std::vector<float>, std::vector<double>, std::vector<int16_t>, std::vector<int32_t>,
               std::vector<int64_t>>
      values;

  int64_t size() const;
  // The values as other numbers; exact for int16 and int32, rounded for int64.
  std::vector<double> Doubles() const;
};

// Little-endian f4, f8, i2, i4, i8 in C order. InvalidArgument names `name` and what is wrong: no such file,
// an unknown type or order, a size that is not that of the bytes. At most 8 extents.
StatusOr<NpyArray> ParseNpy(std::string_view bytes, std::string_view name);

// Reads a file of at most `max_bytes`; OutOfRange when it is larger, NotFound when there is none.
StatusOr<NpyArray> ReadNpy(const std::string& path, int64_t max_bytes = int64_t{1} << 30);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_PARITY_NPY_H_
