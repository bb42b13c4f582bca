// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <utility>
#include <vector>

#include "runtime/cuda/language.h"
#include "runtime/cuda/packing.h"

namespace waveshift::cuda {
namespace {

// Kernels load whole tiles of it.
StatusOr<Memory> UploadBias(std::span<const float> bias) {
  std::vector<float> padded(bias.begin(), bias.end());
  padded.resize(static_cast<size_t>(RoundUp(static_cast<int64_t>(bias.size()), kTileRows)));
  return MemoryOf(std::span<const float>(padded));
}

}  // namespace

StatusOr<Matrix> Matrix::WithBias(MatrixForm form, int64_t rows, int64_t depth, std::span<const float> bias) {
  Matrix matrix;
  matrix.form_ = form;
  matrix.rows_ = rows;
  matrix.depth_ = depth;
  WS_ASSIGN_OR_RETURN(matrix.bias_, UploadBias(bias));
  return matrix;
}

StatusOr<Matrix> Matrix::OfFloats(int64_t rows, int64_t depth, std::span<const float> values,
                                  std::span<const float> bias) {
  WS_ASSIGN_OR_RETURN(Matrix matrix, WithBias(MatrixForm::kF32, rows, depth, bias));
  WS_ASSIGN_OR_RETURN(matrix.weights_, MemoryOf(values));
  return matrix;
}

StatusOr<Matrix> Matrix::OfHalves(int64_t rows, int64_t depth, std::span<const uint16_t> values,
                                  std::span<const float> bias) {
  WS_ASSIGN_OR_RETURN(Matrix matrix, WithBias(MatrixForm::kF16, rows, depth, bias));
  const std::vector<uint16_t> packed = PackHalfRows(rows, depth, values);
  WS_ASSIGN_OR_RETURN(matrix.weights_, MemoryOf(std::span<const uint16_t>(packed)));
  return matrix;
}

StatusOr<Matrix> Matrix::OfBlocks(int64_t rows, int64_t depth, std::span<const char> blocks,
                                  std::span<const float> bias) {
  WS_ASSIGN_OR_RETURN(Matrix matrix, WithBias(MatrixForm::kQ8_0, rows, depth, bias));
  const PackedBytes packed = PackBlocks(rows, depth, blocks);
  WS_ASSIGN_OR_RETURN(matrix.weights_, MemoryOf(std::span<const uint8_t>(packed.tiles)));
  WS_ASSIGN_OR_RETURN(matrix.scales_, MemoryOf(std::span<const uint16_t>(packed.scales)));
  return matrix;
}

}  // namespace waveshift::cuda
