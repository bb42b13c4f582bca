// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/wide_product.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {
namespace {

constexpr int64_t kMostPackedFloats = int64_t{1} << 20;
// Depth that is computed in one go, and up to which a sum is not cut: see matrix.cc.
constexpr int64_t kDepthBlock = 384;
constexpr int64_t kWholeDepth = 2 * kDepthBlock;
// Rows that are computed in one go: whole blocks of all kernels, and enough that sharing them out costs
// little.
constexpr int64_t kRowBlock = 108;
constexpr int64_t kItemDepth = 512;                  // times a panel: so much work at least in an item
constexpr int64_t kPackFloats = int64_t{8} << 10;    // of an item that lays out
constexpr int64_t kPackedByOne = int64_t{24} << 10;  // faster done than handed out
constexpr int64_t kValueMultiple = 16;               // where the layout may be cut

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Of the packed rows that a sum runs over: taps [tap, tap + taps) and values [begin, begin + depth) of each.
struct Section {
  int64_t tap = 0;
  int64_t taps = 0;
  int64_t begin = 0;
  int64_t depth = 0;
};

class Multiplication {
 public:
  Multiplication(Isa isa, const WideMatrix& b, const WideProduct& product, Workers* workers)
      : kernels_(Kernels(isa)), b_(b), p_(product), workers_(workers) {
    const int64_t padded = PaddedChannels(b.columns);
    for (int64_t column = 0; column < padded; column += panels_.back().second) {
      panels_.emplace_back(column, kernels_.next_panel(padded - column));
    }
    // A convolution is laid out as a whole.
    const int64_t values = b.column_values();
    const int64_t most = kMostPackedFloats / padded;
    const int64_t multiple = most < kDepthBlock ? kValueMultiple : kDepthBlock;
    const int64_t fitting = std::max(kValueMultiple, most / multiple * multiple);
    chunk_ = b.taps > 1 || values * padded <= kMostPackedFloats ? values : std::min(values, fitting);
    packed_ = workers->SharedScratch(chunk_ * padded + padded);
    bias_ = packed_ + chunk_ * padded;
    std::fill_n(bias_, padded, 0.0F);
    if (product.bias != nullptr) std::copy_n(product.bias, b.columns, bias_);
  }

  void Run() {
    const int64_t values = b_.column_values();
    for (int64_t begin = 0; begin < values; begin += chunk_) {
      begin_ = begin;
      end_ = std::min(values, begin + chunk_);
      Pack();
      SetAhead();
      Multiply();
    }
  }

 private:
  using Panel = std::pair<int64_t, int64_t>;  // first column, width

  int64_t chunk_values() const { return end_ - begin_; }

  void Pack() {
    const auto count = static_cast<int64_t>(panels_.size());
    const int64_t floats = chunk_values() * PaddedChannels(b_.columns);
    const int64_t shares = CeilDiv(floats, count * kPackFloats);
    const int64_t share = CeilDiv(CeilDiv(chunk_values(), shares), kValueMultiple) * kValueMultiple;
    const auto pack = [&](int64_t item, int /*worker*/) {
      const int64_t first = item % shares * share;
      PackPart(panels_[static_cast<size_t>(item / shares)], first, std::min(first + share, chunk_values()));
    };
    if (floats <= kPackedByOne) {
      for (int64_t item = 0; item < count * shares; ++item) pack(item, 0);
    } else {
      workers_->Run(count * shares, pack);
    }
  }

  // Values [first, last) of the chunk into a panel.
  void PackPart(const Panel& panel, int64_t first, int64_t last) {
    const auto [column, width] = panel;
    float* to = packed_ + column * chunk_values();
    const int64_t columns = std::min(width, b_.columns - column);
    if (b_.order == WideMatrix::Order::kRows) {
      const int64_t step = b_.step == 0 ? b_.columns : b_.step;
      for (int64_t i = first; i < last; ++i) {
        const int64_t from = (begin_ + i) * step + column;
        if (b_.storage == Storage::kF16) {
          kernels_.rows.widen(static_cast<const uint16_t*>(b_.values) + from, columns, to + i * width);
        } else {
          std::copy_n(static_cast<const float*>(b_.values) + from, columns, to + i * width);
        }
        std::fill_n(to + i * width + columns, width - columns, 0.0F);
      }
      return;
    }
    const int64_t step = b_.step == 0 ? b_.column_values() : b_.step;
    const char* from = static_cast<const char*>(b_.values) + (column * step + begin_) * b_.value_bytes();
    kernels_.pack(
        {from, b_.storage == Storage::kF16, step, columns, width, first, last, b_.taps, b_.depth, to});
  }

  // What the kernels ask for while they compute: the next chunk of this matrix, or the first of the next.
  void SetAhead() {
    const WideMatrix* matrix = end_ < b_.column_values() ? &b_ : p_.next;
    ahead_ = {};
    if (matrix == nullptr || matrix->order == WideMatrix::Order::kRows) return;
    const int64_t begin = matrix == &b_ ? end_ : 0;
    const int64_t bytes = matrix->value_bytes();
    const int64_t values = matrix->column_values() - begin;
    ahead_.ahead = static_cast<const char*>(matrix->values) + begin * bytes;
    ahead_.ahead_step = (matrix->step == 0 ? matrix->column_values() : matrix->step) * bytes;
    const int64_t most = std::max<int64_t>(1, kMostPackedFloats / std::max<int64_t>(1, matrix->columns));
    ahead_.ahead_bytes = std::min(values, matrix == &b_ ? chunk_ : most) * bytes;
    ahead_.ahead_lines = matrix->columns;
  }

  std::vector<Section> Sections() const {
    std::vector<Section> sections;
    if (chunk_values() <= kWholeDepth) {
      return {{0, b_.taps, 0, b_.taps == 1 ? chunk_values() : b_.depth}};
    }
    const int64_t depth = b_.taps == 1 ? chunk_values() : b_.depth;
    for (int64_t tap = 0; tap < b_.taps; ++tap) {
      for (int64_t begin = 0; begin < depth; begin += kDepthBlock) {
        sections.push_back({tap, 1, begin, std::min(kDepthBlock, depth - begin)});
      }
    }
    return sections;
  }

  void Multiply() {
    const std::vector<Section> sections = Sections();
    const int64_t row_blocks = CeilDiv(p_.rows, kRowBlock);
    const auto panels = static_cast<int64_t>(panels_.size());
    const int64_t group = std::clamp<int64_t>(kItemDepth / chunk_values(), 1, panels);
    const int64_t groups = CeilDiv(panels, group);
    const int64_t items = row_blocks * groups;
    workers_->Run(items, [&](int64_t item, int /*worker*/) {
      const int64_t block = item / groups;
      const int64_t row = p_.rows * block / row_blocks;
      const int64_t row_end = p_.rows * (block + 1) / row_blocks;
      const int64_t first = item % groups * group;
      const int64_t last = std::min(first + group, panels);
      PanelArgs ask = {};
      ask.ahead_lines = ahead_.ahead_lines * (item + 1) / items - ahead_.ahead_lines * item / items;
      if (ask.ahead_lines > 0) {
        ask.ahead = ahead_.ahead + ahead_.ahead_lines * item / items * ahead_.ahead_step;
        ask.ahead_step = ahead_.ahead_step;
        ask.ahead_bytes = ahead_.ahead_bytes;
      }
      for (int64_t i = first; i < last; ++i) {
        MultiplyPart(panels_[static_cast<size_t>(i)], sections, row, row_end, ask);
        ask = {};
      }
      if (!p_.finish || end_ < b_.column_values()) return;
      const Panel& end = panels_[static_cast<size_t>(last - 1)];
      p_.finish(row, row_end, panels_[static_cast<size_t>(first)].first, end.first + end.second);
    });
  }

  void MultiplyPart(const Panel& panel, const std::vector<Section>& sections, int64_t row, int64_t row_end,
                    const PanelArgs& ask) const {
    const auto [column, width] = panel;
    const float* packed = packed_ + column * chunk_values();
    const PanelFunction multiply = kernels_.panel(width);
    PanelArgs args = ask;
    args.a_row = p_.a_row;
    args.a_segment = p_.a_tap;
    args.c = p_.c + row * p_.c_row + column;
    args.c_row = p_.c_row;
    args.rows = row_end - row;
    args.bias = begin_ == 0 ? bias_ + column : nullptr;
    args.accumulate = begin_ > 0 || p_.accumulate;
    for (const Section& section : sections) {
      args.a = p_.a + row * p_.a_row + section.tap * p_.a_tap + begin_ + section.begin;
      args.b = packed + (section.tap * b_.depth + section.begin) * width;
      args.segments = section.taps;
      args.depth = section.depth;
      multiply(args);
      args.bias = nullptr;
      args.accumulate = true;
      args.ahead_lines = 0;
    }
  }

  const KernelTable& kernels_;
  const WideMatrix& b_;
  const WideProduct& p_;
  Workers* workers_;
  std::vector<Panel> panels_;
  int64_t chunk_ = 0;        // values of each column that are laid out at once
  float* packed_ = nullptr;  // panel by panel, [values of the chunk, width]
  float* bias_ = nullptr;    // padded
  int64_t begin_ = 0;        // the chunk
  int64_t end_ = 0;
  PanelArgs ahead_ = {};  // its members that are so called
};

}  // namespace

void MultiplyWide(Isa isa, const WideMatrix& b, const WideProduct& product, Workers* workers) {
  Multiplication(isa, b, product, workers).Run();
}

}  // namespace waveshift::cpu
