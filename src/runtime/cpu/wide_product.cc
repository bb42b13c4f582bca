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
// Few rows and many columns: each worker lays out the panels that it multiplies, so that they stay in its
// cache.
constexpr int64_t kFewRows = 2 * kRowBlock;
constexpr int64_t kPanelsOfWorker = 8;  // at least, so that all have as much to do
constexpr int64_t kOwnDepth = 3 * kDepthBlock;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Values of each column that are laid out at once.
struct Chunk {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t values() const { return end - begin; }
};

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
    bias_.assign(static_cast<size_t>(padded), 0.0F);
    if (product.bias != nullptr) std::copy_n(product.bias, b.columns, bias_.begin());
  }

  void Run() {
    const auto panels = static_cast<int64_t>(panels_.size());
    const bool one_tap = b_.order == WideMatrix::Order::kColumns && b_.taps == 1;
    if (one_tap && p_.rows <= kFewRows && panels >= kPanelsOfWorker * workers_->count()) {
      workers_->Run(panels, [&](int64_t panel, int worker) { RunPanel(panel, worker); });
    } else {
      RunTogether();
    }
  }

 private:
  using Panel = std::pair<int64_t, int64_t>;  // first column, width

  // One chunk after the other, laid out by all for all.
  void RunTogether() {
    const int64_t padded = PaddedChannels(b_.columns);
    const int64_t values = b_.column_values();
    const int64_t most = kMostPackedFloats / padded;
    const int64_t multiple = most < kDepthBlock ? kValueMultiple : kDepthBlock;
    const int64_t fitting = std::max(kValueMultiple, most / multiple * multiple);
    // A convolution is laid out as a whole.
    const int64_t step = b_.taps > 1 || values <= most ? values : fitting;
    float* packed = workers_->SharedScratch(step * padded);
    for (int64_t begin = 0; begin < values; begin += step) {
      const Chunk chunk = {begin, std::min(values, begin + step)};
      PackAll(chunk, packed);
      MultiplyAll(chunk, packed);
    }
  }

  // A panel from its layout to its end.
  void RunPanel(int64_t number, int worker) {
    const Panel& panel = panels_[static_cast<size_t>(number)];
    const int64_t values = b_.column_values();
    float* packed = workers_->Scratch(worker, std::min(values, kOwnDepth) * panel.second);
    // Who takes the next panels is not known; that they are near is.
    const auto next = static_cast<size_t>(number + workers_->count());
    for (int64_t begin = 0; begin < values; begin += kOwnDepth) {
      const Chunk chunk = {begin, std::min(values, begin + kOwnDepth)};
      Pack(panel, chunk, 0, chunk.values(), packed);
      const PanelArgs ask = next < panels_.size() ? AskFor(b_, panels_[next], chunk) : PanelArgs{};
      MultiplyPart(panel, chunk, packed, 0, p_.rows, ask);
    }
    if (p_.finish) p_.finish(0, p_.rows, panel.first, panel.first + panel.second);
  }

  void PackAll(const Chunk& chunk, float* packed) {
    const auto count = static_cast<int64_t>(panels_.size());
    const int64_t floats = chunk.values() * PaddedChannels(b_.columns);
    const int64_t shares = CeilDiv(floats, count * kPackFloats);
    const int64_t share = CeilDiv(CeilDiv(chunk.values(), shares), kValueMultiple) * kValueMultiple;
    const auto pack = [&](int64_t item, int /*worker*/) {
      const Panel& panel = panels_[static_cast<size_t>(item / shares)];
      const int64_t first = item % shares * share;
      Pack(panel, chunk, first, std::min(first + share, chunk.values()),
           packed + panel.first * chunk.values());
    };
    if (floats <= kPackedByOne) {
      for (int64_t item = 0; item < count * shares; ++item) pack(item, 0);
    } else {
      workers_->Run(count * shares, pack);
    }
  }

  // Values [first, last) of the chunk into a panel.
  void Pack(const Panel& panel, const Chunk& chunk, int64_t first, int64_t last, float* to) {
    const auto [column, width] = panel;
    const int64_t columns = std::min(width, b_.columns - column);
    if (b_.order == WideMatrix::Order::kRows) {
      const int64_t step = b_.step == 0 ? b_.columns : b_.step;
      for (int64_t i = first; i < last; ++i) {
        const int64_t from = (chunk.begin + i) * step + column;
        if (b_.storage == Storage::kF16) {
          kernels_.rows.widen(static_cast<const uint16_t*>(b_.values) + from, columns, to + i * width);
        } else {
          std::copy_n(static_cast<const float*>(b_.values) + from, columns, to + i * width);
        }
        std::fill_n(to + i * width + columns, width - columns, 0.0F);
      }
      return;
    }
    const char* from =
        static_cast<const char*>(b_.values) + (column * Step(b_) + chunk.begin) * b_.value_bytes();
    kernels_.pack(
        {from, b_.storage == Storage::kF16, Step(b_), columns, width, first, last, b_.taps, b_.depth, to});
  }

  static int64_t Step(const WideMatrix& matrix) {
    return matrix.step == 0 ? matrix.column_values() : matrix.step;
  }

  // What the kernels ask for while they compute: a chunk of some columns.
  static PanelArgs AskFor(const WideMatrix& matrix, const Panel& columns, const Chunk& chunk) {
    PanelArgs ask = {};
    if (matrix.order == WideMatrix::Order::kRows) return ask;
    const int64_t bytes = matrix.value_bytes();
    ask.ahead =
        static_cast<const char*>(matrix.values) + (columns.first * Step(matrix) + chunk.begin) * bytes;
    ask.ahead_step = Step(matrix) * bytes;
    ask.ahead_bytes = chunk.values() * bytes;
    ask.ahead_lines = std::min(columns.second, matrix.columns - columns.first);
    return ask;
  }
  // One of so many parts of it.
  static PanelArgs PartOf(PanelArgs ask, int64_t part, int64_t parts) {
    const int64_t begin = ask.ahead_lines * part / parts;
    ask.ahead += begin * ask.ahead_step;
    ask.ahead_lines = ask.ahead_lines * (part + 1) / parts - begin;
    return ask;
  }
  // Behind a chunk: the next one of this matrix, or the first of the next matrix.
  PanelArgs AskBehind(const Chunk& chunk) const {
    const int64_t values = b_.column_values();
    if (chunk.end < values) {
      return AskFor(b_, {0, b_.columns}, {chunk.end, std::min(values, chunk.end + chunk.values())});
    }
    if (p_.next == nullptr) return {};
    const int64_t most = std::max<int64_t>(1, kMostPackedFloats / p_.next->columns);
    return AskFor(*p_.next, {0, p_.next->columns}, {0, std::min(p_.next->column_values(), most)});
  }

  std::vector<Section> Sections(const Chunk& chunk) const {
    std::vector<Section> sections;
    const int64_t depth = b_.taps == 1 ? chunk.values() : b_.depth;
    if (chunk.values() <= kWholeDepth) return {{0, b_.taps, 0, depth}};
    for (int64_t tap = 0; tap < b_.taps; ++tap) {
      for (int64_t begin = 0; begin < depth; begin += kDepthBlock) {
        sections.push_back({tap, 1, begin, std::min(kDepthBlock, depth - begin)});
      }
    }
    return sections;
  }

  void MultiplyAll(const Chunk& chunk, const float* packed) {
    const int64_t row_blocks = CeilDiv(p_.rows, kRowBlock);
    const auto panels = static_cast<int64_t>(panels_.size());
    const int64_t group = std::clamp<int64_t>(kItemDepth / chunk.values(), 1, panels);
    const int64_t groups = CeilDiv(panels, group);
    const PanelArgs ask = AskBehind(chunk);
    workers_->Run(row_blocks * groups, [&](int64_t item, int /*worker*/) {
      const int64_t block = item / groups;
      const int64_t row = p_.rows * block / row_blocks;
      const int64_t row_end = p_.rows * (block + 1) / row_blocks;
      const int64_t first = item % groups * group;
      const int64_t last = std::min(first + group, panels);
      const PanelArgs own = PartOf(ask, item, row_blocks * groups);
      for (int64_t i = first; i < last; ++i) {
        const Panel& panel = panels_[static_cast<size_t>(i)];
        MultiplyPart(panel, chunk, packed + panel.first * chunk.values(), row, row_end,
                     PartOf(own, i - first, last - first));
      }
      if (!p_.finish || chunk.end < b_.column_values()) return;
      const Panel& end = panels_[static_cast<size_t>(last - 1)];
      p_.finish(row, row_end, panels_[static_cast<size_t>(first)].first, end.first + end.second);
    });
  }

  // A panel's part of C, as far as the chunk goes.
  void MultiplyPart(const Panel& panel, const Chunk& chunk, const float* packed, int64_t row, int64_t row_end,
                    const PanelArgs& ask) const {
    const auto [column, width] = panel;
    const PanelFunction multiply = kernels_.panel(width);
    const std::vector<Section> sections = Sections(chunk);
    for (size_t i = 0; i < sections.size(); ++i) {
      const Section& section = sections[i];
      const bool first = chunk.begin == 0 && i == 0;
      PanelArgs args = PartOf(ask, static_cast<int64_t>(i), static_cast<int64_t>(sections.size()));
      args.a = p_.a + row * p_.a_row + section.tap * p_.a_tap + chunk.begin + section.begin;
      args.a_row = p_.a_row;
      args.a_segment = p_.a_tap;
      args.segments = section.taps;
      args.depth = section.depth;
      args.b = packed + (section.tap * b_.depth + section.begin) * width;
      args.bias = first ? bias_.data() + column : nullptr;
      args.c = p_.c + row * p_.c_row + column;
      args.c_row = p_.c_row;
      args.rows = row_end - row;
      args.accumulate = !first || p_.accumulate;
      multiply(args);
    }
  }

  const KernelTable& kernels_;
  const WideMatrix& b_;
  const WideProduct& p_;
  Workers* workers_;
  std::vector<Panel> panels_;
  std::vector<float> bias_;  // padded
};

}  // namespace

void MultiplyWide(Isa isa, const WideMatrix& b, const WideProduct& product, Workers* workers) {
  Multiplication(isa, b, product, workers).Run();
}

}  // namespace waveshift::cpu
