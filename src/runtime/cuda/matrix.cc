// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include "runtime/cuda/language.h"
#include "runtime/cuda/packing.h"

namespace waveshift::cuda {

StatusOr<Matrix> Matrix::Of(MatrixForm form, int64_t rows, int64_t depth, std::span<const float> values,
                            std::span<const float> bias) {
  Matrix matrix;
  matrix.form_ = form;
  matrix.rows_ = rows;
  matrix.depth_ = depth;
  if (form == MatrixForm::kF32) {
    WS_ASSIGN_OR_RETURN(matrix.weights_, MemoryOf(values));
  } else {
    const std::vector<uint16_t> packed =
        PackHalves(rows, depth, 1, [&](int64_t row, int64_t column, int64_t) {
          return values[static_cast<size_t>(row * depth + column)];
        });
    WS_ASSIGN_OR_RETURN(matrix.weights_, MemoryOf(std::span<const uint16_t>(packed)));
  }
  WS_ASSIGN_OR_RETURN(matrix.bias_, MemoryOf(bias));
  return matrix;
}

StatusOr<Matrix> Matrix::OfBlocks(int64_t rows, int64_t depth, std::span<const char> blocks,
                                  std::span<const float> bias) {
  Matrix matrix;
  matrix.form_ = MatrixForm::kQ8_0;
  matrix.rows_ = rows;
  matrix.depth_ = depth;
  const PackedBytes packed = PackBlocks(rows, depth, blocks);
  WS_ASSIGN_OR_RETURN(matrix.weights_, MemoryOf(std::span<const uint8_t>(packed.tiles)));
  WS_ASSIGN_OR_RETURN(matrix.scales_, MemoryOf(std::span<const uint16_t>(packed.scales)));
  WS_ASSIGN_OR_RETURN(matrix.bias_, MemoryOf(bias));
  return matrix;
}

}  // namespace waveshift::cuda
