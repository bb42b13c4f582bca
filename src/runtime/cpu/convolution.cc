// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/convolution.h"

#include <algorithm>
#include <array>
#include <memory>

#include "runtime/cpu/fast_convolution_internal.h"

namespace waveshift::cpu {
namespace {

// Layers with more weights than this go through their points one after the other with all tiles at once, so
// that each weight is read from memory once; others go through blocks of tiles that stay in the cache.
constexpr int64_t kWideBytes = int64_t{4} << 20;
constexpr int64_t kBlockFloats = int64_t{96} << 10;  // of points and products of a block of tiles
constexpr int64_t kLeastTiles = 27;
constexpr int64_t kMostTiles = 63;
constexpr int64_t kPassTiles = 144;  // at once in wide layers
constexpr int64_t kTilesOfItem = 4;
constexpr int64_t kMostTileRows = 32;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

// Tiles [begin, end) of one call, and the memory for their points and products, each [point, tile, channel].
struct Convolution::Pass {
  const Call& call;
  int64_t begin = 0;
  int64_t end = 0;
  float* points = nullptr;
  int64_t point_stride = 0;
  float* products = nullptr;
  int64_t product_stride = 0;

  int64_t tiles() const { return end - begin; }
};

Convolution::Convolution() = default;
Convolution::Convolution(Convolution&&) noexcept = default;
Convolution& Convolution::operator=(Convolution&&) noexcept = default;
Convolution::~Convolution() = default;

int64_t Convolution::bytes() const {
  int64_t bytes = 0;
  for (const PackedMatrix& matrix : matrices_) bytes += matrix.bytes();
  return bytes;
}

void Convolution::Apply(const Call& call, Workers* workers) const {
  if (fast_ == nullptr) {
    ApplyDirect(call, workers);
  } else if (bytes() > kWideBytes) {
    ApplyByPoints(call, workers);
  } else {
    ApplyByTiles(call, workers);
  }
}

void Convolution::ApplyDirect(const Call& call, Workers* workers) const {
  const int64_t padded = PaddedChannels(shape_.out);
  if (call.residual != nullptr) {
    for (int64_t row = 0; row < call.rows; ++row) {
      std::copy_n(call.residual + row * call.residual_row, padded, call.out + row * call.out_row);
    }
  }
  matrices_[0].Multiply({call.in, call.in_row, shape_.dilation * call.in_row, call.rows, call.out,
                         call.out_row, call.bias, call.residual != nullptr},
                        workers);
}

// With dilation d, tiles come in groups of d that interleave: tile t of a group begins at the group's row t.
int64_t Convolution::Tiles(int64_t rows) const {
  const int64_t group_rows = fast_->outputs * shape_.dilation;
  const int64_t rest = rows % group_rows;
  return rows / group_rows * shape_.dilation + std::min(rest, shape_.dilation);
}

int64_t Convolution::FirstRow(int64_t tile) const {
  return tile / shape_.dilation * fast_->outputs * shape_.dilation + tile % shape_.dilation;
}

// Tiles behind a block whose points its last segments need.
int64_t Convolution::ExtraTiles() const { return (fast_->segments[0] - 1) * shape_.dilation; }

void Convolution::Layout(Pass* pass) const {
  pass->point_stride = (pass->tiles() + ExtraTiles()) * PaddedChannels(shape_.in);
  pass->product_stride = pass->tiles() * PaddedChannels(shape_.out);
}

void Convolution::TransformTile(const Pass& pass, int64_t tile) const {
  const int64_t in_rows = pass.call.rows + 2 * reach();
  const int64_t first = FirstRow(tile);
  std::array<const float*, kMostTileRows> rows;
  for (int64_t i = 0; i < fast_->inputs; ++i) {
    const int64_t row = first + i * shape_.dilation;
    rows[static_cast<size_t>(i)] = row < in_rows ? pass.call.in + row * pass.call.in_row : zeros_.data();
  }
  const int64_t channels = PaddedChannels(shape_.in);
  fast_->functions.forward(
      {rows.data(), pass.points + (tile - pass.begin) * channels, pass.point_stride, channels});
}

void Convolution::MultiplyPoint(const Pass& pass, int64_t point, int64_t begin, int64_t end) const {
  const int64_t in = PaddedChannels(shape_.in);
  const int64_t out = PaddedChannels(shape_.out);
  matrices_[static_cast<size_t>(point)].Multiply(
      {pass.points + point * pass.point_stride, in, shape_.dilation * in, pass.tiles(),
       pass.products + point * pass.product_stride, out, nullptr, false},
      begin, end);
}

void Convolution::FinishTile(const Pass& pass, int64_t tile) const {
  const Call& call = pass.call;
  const int64_t first = FirstRow(tile);
  std::array<float*, kMostTileRows> rows;
  std::array<const float*, kMostTileRows> residual;
  int64_t outputs = 0;
  for (; outputs < fast_->outputs; ++outputs) {
    const int64_t row = first + outputs * shape_.dilation;
    if (row >= call.rows) break;
    rows[static_cast<size_t>(outputs)] = call.out + row * call.out_row;
    if (call.residual != nullptr)
      residual[static_cast<size_t>(outputs)] = call.residual + row * call.residual_row;
  }
  const int64_t channels = PaddedChannels(shape_.out);
  fast_->functions.inverse({pass.products + (tile - pass.begin) * channels, pass.product_stride, call.bias,
                            scale_, call.residual != nullptr ? residual.data() : nullptr, rows.data(),
                            outputs, channels});
}

void Convolution::ApplyByTiles(const Call& call, Workers* workers) const {
  const int64_t tiles = Tiles(call.rows);
  const int64_t tile_floats = fast_->points() * (PaddedChannels(shape_.in) + PaddedChannels(shape_.out));
  const int64_t fitting = std::clamp(kBlockFloats / tile_floats / 9 * 9, kLeastTiles, kMostTiles);
  const int64_t shares =
      std::max<int64_t>(CeilDiv(tiles, fitting), std::min<int64_t>(workers->count(), tiles));
  const int64_t block = CeilDiv(tiles, shares);
  workers->Run(CeilDiv(tiles, block), [&](int64_t item, int worker) {
    Pass pass = {.call = call, .begin = item * block, .end = std::min(tiles, (item + 1) * block)};
    Layout(&pass);
    const int64_t point_floats = fast_->points() * pass.point_stride;
    pass.points = workers->Scratch(worker, point_floats + fast_->points() * pass.product_stride);
    pass.products = pass.points + point_floats;
    for (int64_t tile = pass.begin; tile < pass.end + ExtraTiles(); ++tile) TransformTile(pass, tile);
    for (int64_t point = 0; point < fast_->points(); ++point) {
      MultiplyPoint(pass, point, 0, matrices_[static_cast<size_t>(point)].panels());
    }
    for (int64_t tile = pass.begin; tile < pass.end; ++tile) FinishTile(pass, tile);
  });
}

void Convolution::ApplyByPoints(const Call& call, Workers* workers) const {
  const int64_t tiles = Tiles(call.rows);
  const int64_t panels = matrices_[0].panels();
  const int64_t share = std::max<int64_t>(1, panels / 4);
  const int64_t shares = CeilDiv(panels, share);
  const int64_t per_pass = CeilDiv(tiles, CeilDiv(tiles, kPassTiles));
  for (int64_t begin = 0; begin < tiles; begin += per_pass) {
    Pass pass = {.call = call, .begin = begin, .end = std::min(tiles, begin + per_pass)};
    Layout(&pass);
    const int64_t point_floats = fast_->points() * pass.point_stride;
    pass.points = workers->SharedScratch(point_floats + fast_->points() * pass.product_stride);
    pass.products = pass.points + point_floats;
    const auto for_tiles = [&](int64_t end, void (Convolution::*step)(const Pass&, int64_t) const) {
      workers->Run(CeilDiv(end - begin, kTilesOfItem), [&](int64_t item, int /*worker*/) {
        const int64_t first = begin + item * kTilesOfItem;
        for (int64_t tile = first; tile < std::min(first + kTilesOfItem, end); ++tile)
          (this->*step)(pass, tile);
      });
    };
    for_tiles(pass.end + ExtraTiles(), &Convolution::TransformTile);
    workers->Run(fast_->points() * shares, [&](int64_t item, int /*worker*/) {
      const int64_t first = item % shares * share;
      MultiplyPoint(pass, item / shares, first, std::min(first + share, panels));
    });
    for_tiles(pass.end, &Convolution::FinishTile);
  }
}

}  // namespace waveshift::cpu
