// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/matrix.h"

#include <algorithm>
#include <array>

#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {
namespace {

// Depth that is computed in one go: a panel of 48 columns then takes 72 KiB of the second-level cache.
constexpr int64_t kDepthBlock = 384;
// Rows that share a panel before the next one comes: their part of A stays in the second-level cache.
constexpr int64_t kRowBlock = 288;
constexpr int64_t kWidestPanel = 48;

}  // namespace

PackedMatrix::PackedMatrix(Isa isa, int64_t segments, int64_t depth, int64_t columns, WeightType type)
    : isa_(isa),
      type_(Kernels(isa).half_panel == nullptr ? WeightType::kF32 : type),
      segments_(segments),
      depth_(depth),
      columns_(columns) {
  const int64_t padded = PaddedChannels(columns);
  int64_t offset = 0;
  for (int64_t column = 0; column < padded; column += panels_.back().width) {
    const int64_t width = Kernels(isa).next_panel(padded - column);
    panels_.push_back({column, width, offset});
    offset += segments * depth * width;
  }
  data_.GrowTo(type_ == WeightType::kF16 ? offset / 2 : offset);
}

PackedMatrix PackedMatrix::FromLinear(Isa isa, std::span<const float> weights, int64_t columns,
                                      int64_t depth) {
  PackedMatrix packed(isa, 1, depth, columns);
  std::vector<float> row(static_cast<size_t>(columns));
  for (int64_t k = 0; k < depth; ++k) {
    for (int64_t n = 0; n < columns; ++n) {
      row[static_cast<size_t>(n)] = weights[static_cast<size_t>(n * depth + k)];
    }
    packed.SetRow(0, k, row);
  }
  return packed;
}

void PackedMatrix::SetRow(int64_t segment, int64_t k, std::span<const float> values) {
  const auto count = static_cast<int64_t>(values.size());
  for (int64_t i = 0; i < panels(); ++i) {
    const int64_t column = panel(i).column;
    const int64_t width = panel(i).width;
    const int64_t begin = std::min(column, count);
    std::array<float, kWidestPanel> row = {};
    std::copy(values.begin() + begin, values.begin() + std::min(column + width, count), row.begin());
    void* to = MutableRow(i, segment, k);
    if (type_ == WeightType::kF32) {
      std::copy_n(row.data(), width, static_cast<float*>(to));
    } else {
      Kernels(isa_).narrow(row.data(), static_cast<uint16_t*>(to), width);
    }
  }
}

std::vector<float> PackedMatrix::Row(int64_t segment, int64_t k) const {
  std::vector<float> row(static_cast<size_t>(padded_columns()));
  for (const Panel& panel : panels_) {
    const void* from = At(panel, segment * depth_ + k);
    if (type_ == WeightType::kF32) {
      std::copy_n(static_cast<const float*>(from), panel.width, row.data() + panel.column);
    } else {
      Kernels(isa_).rows.widen(static_cast<const uint16_t*>(from), panel.width, row.data() + panel.column);
    }
  }
  return row;
}

void* PackedMatrix::MutableRow(int64_t panel, int64_t segment, int64_t k) {
  return const_cast<void*>(At(panels_[static_cast<size_t>(panel)], segment * depth_ + k));
}

// The values of a panel's row; rows of all segments follow one another.
const void* PackedMatrix::At(const Panel& panel, int64_t row) const {
  const int64_t at = panel.offset + row * panel.width;
  if (type_ == WeightType::kF32) return data_.data() + at;
  return reinterpret_cast<const uint16_t*>(data_.data()) + at;
}

void PackedMatrix::Multiply(const Product& product, int64_t begin, int64_t end) const {
  for (int64_t row = 0; row < product.rows; row += kRowBlock) {
    Product block = product;
    block.a += row * product.a_row;
    block.c += row * product.c_row;
    block.rows = std::min(kRowBlock, product.rows - row);
    for (int64_t i = begin; i < end; ++i) MultiplyPanel(block, panels_[static_cast<size_t>(i)]);
  }
}

void PackedMatrix::MultiplyPanel(const Product& product, const Panel& panel) const {
  PanelArgs args = {product.a,
                    product.a_row,
                    product.a_segment,
                    segments_,
                    depth_,
                    At(panel, 0),
                    product.bias == nullptr ? nullptr : product.bias + panel.column,
                    product.c + panel.column,
                    product.c_row,
                    product.rows,
                    product.accumulate};
  const KernelTable& kernels = Kernels(isa_);
  const PanelFunction multiply =
      (type_ == WeightType::kF32 ? kernels.panel : kernels.half_panel)(panel.width);
  if (segments_ * depth_ <= 2 * kDepthBlock) {
    multiply(args);
    return;
  }
  args.segments = 1;
  for (int64_t segment = 0; segment < segments_; ++segment) {
    for (int64_t k = 0; k < depth_; k += kDepthBlock) {
      args.a = product.a + segment * product.a_segment + k;
      args.b = At(panel, segment * depth_ + k);
      args.depth = std::min(kDepthBlock, depth_ - k);
      multiply(args);
      args.bias = nullptr;
      args.accumulate = true;
    }
  }
}

void PackedMatrix::Multiply(const Product& product, Workers* workers) const {
  const int64_t blocks = (product.rows + kRowBlock - 1) / kRowBlock;
  // Some items a worker, so that a slow one holds nobody up for long.
  const int64_t wanted = int64_t{8} * workers->count() / std::max<int64_t>(blocks, 1) + 1;
  const int64_t group = std::max<int64_t>(1, panels() / wanted);
  const int64_t groups = (panels() + group - 1) / group;
  workers->Run(blocks * groups, [&](int64_t item, int /*worker*/) {
    const int64_t row = item / groups * kRowBlock;
    const int64_t panel = item % groups * group;
    Product part = product;
    part.a += row * product.a_row;
    part.c += row * product.c_row;
    part.rows = std::min(kRowBlock, product.rows - row);
    Multiply(part, panel, std::min(panel + group, panels()));
  });
}

}  // namespace waveshift::cpu
