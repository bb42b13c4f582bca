// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/convolution.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

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

// 16-bit floats have few exponents: the power of two that brings weights of any layer to the upper end of
// what they can say, whatever the algorithm's factors are.
double HalfScale(const FastAlgorithm& fast, std::span<const float> weights) {
  double largest = 0;
  for (const float weight : weights) largest = std::max(largest, std::abs(static_cast<double>(weight)));
  double factor = 0;
  for (const std::vector<double>& row : fast.factors) {
    double sum = 0;
    for (const double f : row) sum += std::abs(f);
    factor = std::max(factor, sum);
  }
  constexpr double kUpperEnd = 16384;
  if (largest == 0) return 1;
  return std::exp2(std::clamp(std::floor(std::log2(kUpperEnd / (largest * factor))), -60.0, 60.0));
}

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

Convolution Convolution::Pack(Isa isa, const ConvolutionShape& shape, std::span<const float> weights,
                              ConvolutionMethod method, Workers* workers, WeightType type) {
  Convolution c;
  c.shape_ = shape;
  c.method_ = method == ConvolutionMethod::kAuto ? ChooseMethod(shape) : method;
  if (!CanDo(c.method_, shape.kernel)) c.method_ = ConvolutionMethod::kDirect;
  if (c.method_ == ConvolutionMethod::kDirect) {
    PackedMatrix& matrix = c.matrices_.emplace_back(isa, shape.kernel, shape.in, shape.out);
    std::vector<float> row(static_cast<size_t>(shape.out));
    for (int64_t i = 0; i < shape.in; ++i) {
      for (int64_t tap = 0; tap < shape.kernel; ++tap) {
        const float* from = weights.data() + i * shape.kernel + tap;
        for (size_t o = 0; o < row.size(); ++o)
          row[o] = from[static_cast<int64_t>(o) * shape.in * shape.kernel];
        matrix.SetRow(tap, i, row);
      }
    }
    return c;
  }
  c.fast_ = std::make_unique<const FastAlgorithm>(MakeAlgorithm(isa, c.method_, shape.kernel));
  c.zeros_ = AlignedFloats(PaddedChannels(shape.in));
  c.PackFast(isa, weights, type, workers);
  return c;
}

void Convolution::PackFast(Isa isa, std::span<const float> weights, WeightType type, Workers* workers) {
  const int64_t kernel = shape_.kernel;
  const auto outs = static_cast<size_t>(shape_.out);
  for (const int64_t segments : fast_->segments) {
    matrices_.emplace_back(isa, segments, shape_.in, shape_.out, type);
  }
  const double scale = matrices_[0].type() == WeightType::kF16 ? HalfScale(*fast_, weights) : 1;
  scale_ = static_cast<float>(1 / scale);
  // Each item has one channel of the input, and so writes rows that no other item writes.
  workers->Run(shape_.in, [&](int64_t in, int /*worker*/) {
    std::vector<double> taps(static_cast<size_t>(kernel) * outs);
    for (size_t o = 0; o < outs; ++o) {
      const float* from = weights.data() + (static_cast<int64_t>(o) * shape_.in + in) * kernel;
      for (int64_t j = 0; j < kernel; ++j) taps[static_cast<size_t>(j) * outs + o] = from[j];
    }
    std::vector<double> sum(outs);
    std::vector<float> row(outs);
    for (int64_t point = 0; point < fast_->points(); ++point) {
      const std::vector<double>& factors = fast_->factors[static_cast<size_t>(point)];
      PackedMatrix& matrix = matrices_[static_cast<size_t>(point)];
      for (int64_t segment = 0; segment < matrix.segments(); ++segment) {
        std::fill(sum.begin(), sum.end(), 0.0);
        const int64_t first = segment * fast_->taps;
        for (int64_t j = first; j < std::min(first + fast_->taps, kernel); ++j) {
          const double factor = scale * factors[static_cast<size_t>(j - first)];
          const double* values = taps.data() + static_cast<size_t>(j) * outs;
          for (size_t o = 0; o < outs; ++o) sum[o] += factor * values[o];
        }
        std::transform(sum.begin(), sum.end(), row.begin(), [](double v) { return static_cast<float>(v); });
        matrix.SetRow(segment, in, row);
      }
    }
  });
}

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
