// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/integer_matrix.h"

#include <algorithm>
#include <cstring>

#include "runtime/cpu/integer_kernel_internal.h"

namespace waveshift::cpu {
namespace {

// Panels are handed out in groups, so that who takes one reads on for a while; so many groups for each worker
// at least, so that all end at about the same time.
constexpr int64_t kGroupsOfWorker = 8;

int64_t PanelBytesOf(Storage storage, int64_t depth, int64_t columns) {
  const int64_t blocks = depth / kBlock;
  return storage == Storage::kQ4_K ? blocks / kBlocksOfQ4 * GroupBytesQ4(columns)
                                   : blocks * BlockBytesQ8(columns);
}

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// One row of the matrix into its place in a panel.
void PutRowQ8(const BlockQ8* row, int64_t blocks, int64_t columns, uint8_t flip, int64_t column,
              char* panel) {
  const uint32_t flips = flip * 0x01010101U;
  for (int64_t b = 0; b < blocks; ++b) {
    char* to = panel + b * BlockBytesQ8(columns);
    for (int64_t k = 0; k < 8; ++k) {
      uint32_t four;
      std::memcpy(&four, row[b].q + 4 * k, sizeof four);
      four ^= flips;
      std::memcpy(to + (k * columns + column) * 4, &four, sizeof four);
    }
    std::memcpy(to + columns * kBlock + column * 2, &row[b].d, sizeof row[b].d);
  }
}

// What multiplies the scale and the offset of each of a block's eight parts: of the first four in the low
// bits of bytes 0-3 and 4-7, of the others four bits in bytes 8-11 and two on top of bytes 0-7.
struct FactorsQ4 {
  uint8_t scale[kBlocksOfQ4];
  uint8_t least[kBlocksOfQ4];
};
FactorsQ4 OpenFactors(const uint8_t* packed) {
  FactorsQ4 factors;
  for (int i = 0; i < 4; ++i) {
    factors.scale[i] = packed[i] & 63;
    factors.least[i] = packed[i + 4] & 63;
    factors.scale[i + 4] = static_cast<uint8_t>((packed[i + 8] & 15) | ((packed[i] >> 6) << 4));
    factors.least[i + 4] = static_cast<uint8_t>((packed[i + 8] >> 4) | ((packed[i + 4] >> 6) << 4));
  }
  return factors;
}

void PutRowQ4(const BlockQ4K* row, int64_t groups, int64_t columns, int64_t column, char* panel) {
  for (int64_t g = 0; g < groups; ++g) {
    char* head = panel + g * GroupBytesQ4(columns);
    std::memcpy(head + column * 2, &row[g].d, sizeof row[g].d);
    std::memcpy(head + (columns + column) * 2, &row[g].least, sizeof row[g].least);
    const FactorsQ4 factors = OpenFactors(row[g].scales);
    for (int64_t part = 0; part < kBlocksOfQ4; ++part) {
      char* to = head + HeadBytesQ4(columns) + part * BlockBytesQ4(columns);
      // Parts come in pairs: 32 bytes whose low halves are one, the high ones the other.
      const uint8_t* from = row[g].q + part / 2 * kBlock;
      const int shift = part % 2 == 0 ? 0 : 4;
      for (int64_t i = 0; i < kBlock / 2; ++i) {
        const int low = (from[i] >> shift) & 15;
        const int high = (from[i + kBlock / 2] >> shift) & 15;
        to[(i / 4 * columns + column) * 4 + i % 4] = static_cast<char>(low | (high << 4));
      }
      to[columns * kBlock / 2 + column] = static_cast<char>(factors.scale[part]);
      to[columns * (kBlock / 2 + 1) + column] = static_cast<char>(factors.least[part]);
    }
  }
}

}  // namespace

int64_t IntegerMatrix::Bytes(const Matrix& matrix, IntegerIsa isa) {
  const int64_t columns = KernelsOf(isa).columns;
  const int64_t bytes = CeilDiv(matrix.rows, columns) * PanelBytesOf(matrix.storage, matrix.depth, columns);
  return CeilDiv(bytes, kAlignment) * kAlignment;
}

IntegerMatrix::IntegerMatrix(const Matrix& matrix, char* memory, Workers* workers, IntegerIsa isa)
    : kernels_(&KernelsOf(isa)),
      memory_(memory),
      bias_(matrix.bias),
      storage_(matrix.storage),
      rows_(matrix.rows),
      depth_(matrix.depth) {
  const auto* bytes = static_cast<const char*>(matrix.bytes);
  workers->Run(Panels(), [&](int64_t number, int /*worker*/) {
    char* panel = memory + number * PanelBytes();
    const int64_t begin = number * kernels_->columns;
    const int64_t columns = std::min(kernels_->columns, rows_ - begin);
    // Columns that are not there are multiplied, too.
    if (columns < kernels_->columns) std::memset(panel, 0, static_cast<size_t>(PanelBytes()));
    for (int64_t i = 0; i < columns; ++i) {
      const char* row = bytes + (begin + i) * matrix.row_bytes();
      if (storage_ == Storage::kQ4_K) {
        PutRowQ4(reinterpret_cast<const BlockQ4K*>(row), depth_ / kBlock / kBlocksOfQ4, kernels_->columns, i,
                 panel);
      } else {
        PutRowQ8(reinterpret_cast<const BlockQ8*>(row), depth_ / kBlock, kernels_->columns, kernels_->flip, i,
                 panel);
      }
    }
  });
}

int64_t IntegerMatrix::PanelBytes() const { return PanelBytesOf(storage_, depth_, kernels_->columns); }
int64_t IntegerMatrix::Panels() const { return CeilDiv(rows_, kernels_->columns); }

void IntegerMatrix::Multiply(const Activations& x, const Result& result, Workers* workers) const {
  const int64_t panels = Panels();
  const int64_t group = std::max<int64_t>(1, panels / (kGroupsOfWorker * workers->count()));
  workers->Run(CeilDiv(panels, group), [&](int64_t item, int /*worker*/) {
    MultiplyPanels(x, result, item * group, std::min(panels, (item + 1) * group));
  });
}

void IntegerMatrix::MultiplyPanels(const Activations& x, const Result& result, int64_t first,
                                   int64_t last) const {
  const PanelProduct product = storage_ == Storage::kQ4_K ? kernels_->product_q4 : kernels_->product_q8;
  for (int64_t number = first; number < last; ++number) {
    const int64_t begin = number * kernels_->columns;
    product({.panel = memory_ + number * PanelBytes(),
             .blocks = depth_ / kBlock,
             .columns = std::min(kernels_->columns, rows_ - begin),
             .x = {x.q_.data(), x.scales_.data(), x.sums_.data(), x.totals_.data()},
             .rows = x.rows_,
             .bias = bias_ == nullptr ? nullptr : bias_ + begin,
             .y = result.y + begin,
             .y_row = result.y_row,
             .accumulate = result.accumulate,
             .ahead_bytes = number + 1 < last ? PanelBytes() : 0});
  }
  if (result.finish) {
    result.finish(first * kernels_->columns, std::min(last * kernels_->columns, rows_));
  }
}

}  // namespace waveshift::cpu
