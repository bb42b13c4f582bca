// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/row_attention.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {
namespace {

// At once: whole blocks of all kernels.
constexpr int64_t kQueries = 36;
constexpr int64_t kDepthBlock = 384;

using Panel = std::pair<int64_t, int64_t>;  // first column, width

std::vector<Panel> PanelsOf(const KernelTable& kernels, int64_t padded) {
  std::vector<Panel> panels;
  for (int64_t column = 0; column < padded; column += panels.back().second) {
    panels.emplace_back(column, kernels.next_panel(padded - column));
  }
  return panels;
}

class Attention {
 public:
  Attention(Isa isa, const RowAttention& call, Workers* workers)
      : kernels_(Kernels(isa)),
        g_(call),
        workers_(workers),
        keys_(PaddedChannels(call.keys)),
        width_(PaddedChannels(call.width)),
        key_panels_(PanelsOf(kernels_, keys_)),
        value_panels_(PanelsOf(kernels_, width_)) {
    head_floats_ = keys_ * g_.width + keys_ + g_.keys * width_;
    shared_ = workers->SharedScratch(g_.heads * head_floats_);
  }

  void Run() {
    workers_->Run(2 * g_.heads, [&](int64_t item, int /*worker*/) {
      if (item % 2 == 0) {
        PackKeys(item / 2);
      } else {
        PackValues(item / 2);
      }
    });
    const int64_t blocks = (g_.queries + kQueries - 1) / kQueries;
    workers_->Run(g_.heads * blocks, [&](int64_t item, int worker) {
      const int64_t block = item % blocks;
      Attend(item / blocks, g_.queries * block / blocks, g_.queries * (block + 1) / blocks, worker);
    });
  }

 private:
  // Of each head: keys in panels, the keys' biases, values in panels.
  float* KeysOf(int64_t head) const { return shared_ + head * head_floats_; }
  float* BiasOf(int64_t head) const { return KeysOf(head) + keys_ * g_.width; }
  float* ValuesOf(int64_t head) const { return BiasOf(head) + keys_; }

  void PackKeys(int64_t head) const {
    for (const auto& [column, width] : key_panels_) {
      kernels_.pack({g_.k + column * g_.k_row + head * g_.width, false, g_.k_row,
                     std::min(width, g_.keys - column), width, 0, g_.width, 1, g_.width,
                     KeysOf(head) + column * g_.width});
    }
    std::fill_n(BiasOf(head), keys_, 0.0F);
    if (g_.key_bias != nullptr) std::copy_n(g_.key_bias + head * g_.keys, g_.keys, BiasOf(head));
  }

  void PackValues(int64_t head) const {
    for (const auto& [column, width] : value_panels_) {
      float* to = ValuesOf(head) + column * g_.keys;
      const int64_t count = std::min(width, g_.width - column);
      for (int64_t key = 0; key < g_.keys; ++key, to += width) {
        std::copy_n(g_.v + key * g_.v_row + head * g_.width + column, count, to);
        std::fill_n(to + count, width - count, 0.0F);
      }
    }
  }

  // Queries [begin, end) of a head.
  void Attend(int64_t head, int64_t begin, int64_t end, int worker) const {
    const int64_t rows = end - begin;
    float* scores = workers_->Scratch(worker, rows * (keys_ + width_));
    float* heard = scores + rows * keys_;
    const float* q = g_.q + begin * g_.q_row + head * g_.width;
    for (const auto& [column, width] : key_panels_) {
      kernels_.panel(width)({q, g_.q_row, 0, 1, g_.width, KeysOf(head) + column * g_.width,
                             BiasOf(head) + column, scores + column, keys_, rows, false});
    }
    float sums[kQueries];
    for (int64_t row = 0; row < rows; ++row) {
      sums[row] = kernels_.rows.exp_row(scores + row * keys_, g_.keys, g_.scale);
    }
    for (const auto& [column, width] : value_panels_) {
      const float* values = ValuesOf(head) + column * g_.keys;
      for (int64_t key = 0; key < g_.keys; key += kDepthBlock) {
        kernels_.panel(width)({scores + key, keys_, 0, 1, std::min(kDepthBlock, g_.keys - key),
                               values + key * width, nullptr, heard + column, width_, rows, key > 0});
      }
    }
    for (int64_t row = 0; row < rows; ++row) {
      float* out = g_.out + (begin + row) * g_.out_row + head * g_.width;
      const float factor = 1 / sums[row];
      for (int64_t i = 0; i < g_.width; ++i) out[i] = heard[row * width_ + i] * factor;
    }
  }

  const KernelTable& kernels_;
  const RowAttention& g_;
  Workers* workers_;
  int64_t keys_;   // padded
  int64_t width_;  // of a head, padded
  std::vector<Panel> key_panels_;
  std::vector<Panel> value_panels_;
  int64_t head_floats_ = 0;
  float* shared_ = nullptr;
};

}  // namespace

void AttendRows(Isa isa, const RowAttention& attention, Workers* workers) {
  Attention(isa, attention, workers).Run();
}

}  // namespace waveshift::cpu
