// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The Conformer on the processor's own kernels.
#include <algorithm>
#include <cmath>
#include <string>

#include "runtime/cpu/row_attention.h"
#include "tts/indextts/voice/conformer.h"
#include "tts/indextts/voice/cpu_layers.h"

namespace waveshift::tts::indextts {
namespace {

// Values of a row that the first layer's matrix takes at once.
constexpr int64_t kFeaturesAtOnce = 768;
// Rows of the first layer, and of the feed-forward's inside, that are in memory at once.
constexpr int64_t kMostRows = 1024;

int64_t Padded(int64_t channels) { return cpu::PaddedChannels(channels); }

// Every other band of each frame, and those between, so that a convolution with stride 2 reads in a row.
struct Planes {
  Planes(const LogMel& mel, int64_t first, int64_t frames) : row((mel.bands + 1) / 2) {
    even.resize(static_cast<size_t>(frames * row));
    odd.resize(static_cast<size_t>(frames * row));
    for (int64_t band = 0; band < mel.bands; ++band) {
      const float* from = mel.values.data() + band * mel.frames + first;
      float* to = (band % 2 == 0 ? even : odd).data() + band / 2;
      for (int64_t t = 0; t < frames; ++t) to[t * row] = from[t];
    }
  }
  int64_t row;
  std::vector<float> even;
  std::vector<float> odd;
};

// A 3x3 convolution with stride 2 over [time, bands], then one linear layer over all channels and bands. The
// convolution's result is never in memory as a whole: some channels at a time meet their part of the matrix.
class Subsampling {
 public:
  Subsampling(const CpuLayers& layers, const LogMel& mel, int64_t width)
      : layers_(layers),
        mel_(mel),
        width_(width),
        bands_((mel.bands - 1) / 2),
        at_once_(std::clamp<int64_t>(kFeaturesAtOnce / bands_, 1, width)),
        kernel_(layers.Values("conformer.embed.conv.weight", 9 * width)),
        bias_(layers.Vector("conformer.embed.conv.bias")),
        out_(layers.Find("conformer.embed.out")) {}

  // Rows of `out`, padded(width) apart. `next`: what will be multiplied then.
  Status Run(float* out, const cpu::WideMatrix* next, const std::stop_token& stop) {
    const int64_t rows = (mel_.frames - 1) / 2;
    const int64_t most = std::min(rows, kMostRows);
    picture_.GrowTo(most * at_once_ * bands_);
    for (int64_t first = 0; first < rows; first += most) {
      const int64_t count = std::min(most, rows - first);
      const Planes planes(mel_, 2 * first, 2 * count + 1);
      for (int64_t channel = 0; channel < width_; channel += at_once_) {
        if (stop.stop_requested()) return Cancelled("stopped");
        Convolve(planes, channel, count);
        Multiply(channel, count, out + first * Padded(width_), next);
      }
    }
    return OkStatus();
  }

 private:
  int64_t Channels(int64_t channel) const { return std::min(at_once_, width_ - channel); }

  void Convolve(const Planes& planes, int64_t channel, int64_t rows) {
    const int64_t features = Channels(channel) * bands_;
    layers_.ForRows(rows, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        cpu::RowOperations::Picture picture = {.weights = kernel_.data() + 9 * channel,
                                               .bias = bias_ + channel,
                                               .channels = Channels(channel),
                                               .bands = bands_,
                                               .y = picture_.data() + row * features};
        for (int64_t i = 0; i < 3; ++i) {
          picture.even[i] = planes.even.data() + (2 * row + i) * planes.row;
          picture.odd[i] = planes.odd.data() + (2 * row + i) * planes.row;
        }
        layers_.operations().Convolve(picture);
      }
    });
  }

  // The columns of the matrix for some channels.
  cpu::WideMatrix Part(int64_t channel) const {
    cpu::WideMatrix part = out_.matrix;
    part.values = static_cast<const char*>(out_.matrix.values) + channel * bands_ * out_.matrix.value_bytes();
    part.depth = Channels(channel) * bands_;
    part.step = out_.matrix.depth;
    return part;
  }

  void Multiply(int64_t channel, int64_t rows, float* out, const cpu::WideMatrix* next) {
    const int64_t features = Channels(channel) * bands_;
    const int64_t behind = channel + Channels(channel);
    const cpu::WideMatrix ahead = behind < width_ ? Part(behind) : *next;
    cpu::WideProduct product = {.a = picture_.data(),
                                .a_row = features,
                                .rows = rows,
                                .c = out,
                                .c_row = Padded(width_),
                                .accumulate = channel > 0,
                                .next = &ahead};
    if (behind == width_) {
      const float scale = std::sqrt(static_cast<float>(width_));
      product.finish = [&product, scale](int64_t row, int64_t row_end, int64_t column, int64_t column_end) {
        for (; row < row_end; ++row) {
          float* c = product.c + row * product.c_row;
          for (int64_t i = column; i < column_end; ++i) c[i] *= scale;
        }
      };
    }
    layers_.Multiply({Part(channel), channel == 0 ? out_.bias : nullptr}, product);
  }

  const CpuLayers& layers_;
  const LogMel& mel_;
  const int64_t width_;
  const int64_t bands_;    // of the result
  const int64_t at_once_;  // channels
  const std::vector<float> kernel_;
  const float* bias_;
  const CpuLayers::Layer out_;
  cpu::AlignedFloats picture_;  // [rows, channels at once, bands]
};

// The matrices of a block, in the order of their use.
struct BlockLayers {
  CpuLayers::Layer q, k, v, positions, out, conv_in, conv_out, up, down;
};

class Blocks {
 public:
  Blocks(const CpuLayers& layers, const ConformerSizes& sizes, int64_t time)
      : layers_(layers),
        sizes_(sizes),
        time_(time),
        width_(sizes.width),
        row_(Padded(sizes.width)),
        wide_row_(std::max(4 * row_, Padded(2 * sizes.width) + row_)),
        inner_row_(Padded(sizes.feed_forward)),
        positions_(layers.Values("conformer.positions", time * sizes.width)),
        key_bias_(static_cast<size_t>(sizes.heads * time)) {
    x_.GrowTo(time * row_);
    h_.GrowTo(time * row_);
    wide_.GrowTo(std::max(time * wide_row_, std::min(time, kMostRows) * inner_row_));
    for (int64_t i = 0; i < sizes.blocks; ++i) {
      const std::string name = NameOf(i);
      blocks_.push_back(
          {layers.Find(name + "attn.q"), layers.Find(name + "attn.k"), layers.Find(name + "attn.v"),
           layers.Find(name + "attn.pos"), layers.Find(name + "attn.out"), layers.Find(name + "conv.in"),
           layers.Find(name + "conv.out"), layers.Find(name + "ff.up"), layers.Find(name + "ff.down")});
    }
  }

  float* x() { return x_.data(); }
  const cpu::WideMatrix* first() const { return &blocks_[0].q.matrix; }

  Status Run(int64_t number, const std::stop_token& stop) {
    const std::string name = NameOf(number);
    const BlockLayers& block = blocks_[static_cast<size_t>(number)];
    const bool last = number + 1 == sizes_.blocks;
    const cpu::WideMatrix* next = last ? nullptr : &blocks_[static_cast<size_t>(number + 1)].q.matrix;
    if (stop.stop_requested()) return Cancelled("stopped");
    Attention(name, block);
    if (stop.stop_requested()) return Cancelled("stopped");
    Convolution(name, block);
    if (stop.stop_requested()) return Cancelled("stopped");
    FeedForward(name, block, next);
    layers_.LayerNorm(name + "norm_out", x_.data(), row_, time_, width_, x_.data(), row_);
    return OkStatus();
  }

  std::vector<float> Rows() const {
    std::vector<float> rows(static_cast<size_t>(time_ * width_));
    for (int64_t t = 0; t < time_; ++t) {
      std::copy_n(x_.data() + t * row_, width_, rows.begin() + static_cast<std::ptrdiff_t>(t * width_));
    }
    return rows;
  }
  std::vector<float> NormedRows() const {
    std::vector<float> rows(static_cast<size_t>(time_ * width_));
    layers_.LayerNorm("conformer.norm", x_.data(), row_, time_, width_, rows.data(), width_);
    return rows;
  }

 private:
  static std::string NameOf(int64_t block) { return "conformer.blocks." + std::to_string(block) + "."; }

  cpu::WideProduct Product(const float* a, float* c, const cpu::WideMatrix* next) const {
    return {.a = a, .a_row = row_, .rows = time_, .c = c, .c_row = row_, .next = next};
  }

  // ((q + u) k + (q + v) p) / sqrt(head width), p of the key's own position: that is q (k + p) plus a number
  // of each key, u k + v p.
  void Attention(const std::string& name, const BlockLayers& block) {
    float* q = wide_.data();
    float* k = q + time_ * row_;
    float* v = k + time_ * row_;
    float* p = v + time_ * row_;
    layers_.LayerNorm(name + "norm_attn", x_.data(), row_, time_, width_, h_.data(), row_);
    layers_.Multiply(block.q, Product(h_.data(), q, &block.k.matrix));
    layers_.Multiply(block.k, Product(h_.data(), k, &block.v.matrix));
    layers_.Multiply(block.v, Product(h_.data(), v, &block.positions.matrix));
    cpu::WideProduct of_positions = Product(positions_.data(), p, &block.out.matrix);
    of_positions.a_row = width_;
    layers_.Multiply(block.positions, of_positions);
    AddPositions(name, k, p);
    const int64_t head_width = width_ / sizes_.heads;
    AttendRows(layers_.isa(),
               {.q = q,
                .q_row = row_,
                .queries = time_,
                .k = k,
                .k_row = row_,
                .v = v,
                .v_row = row_,
                .keys = time_,
                .heads = sizes_.heads,
                .width = head_width,
                .scale = 1 / std::sqrt(static_cast<float>(head_width)),
                .key_bias = key_bias_.data(),
                .out = h_.data(),
                .out_row = row_},
               &layers_.workers());
    cpu::WideProduct out = Product(h_.data(), x_.data(), &block.conv_in.matrix);
    out.accumulate = true;
    layers_.Multiply(block.out, out);
  }

  // k += p, and each key's number.
  void AddPositions(const std::string& name, float* k, const float* p) {
    const float* u = layers_.Vector(name + "attn.bias_u");
    const float* v = layers_.Vector(name + "attn.bias_v");
    const int64_t head_width = width_ / sizes_.heads;
    layers_.ForRows(time_, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        for (int64_t head = 0; head < sizes_.heads; ++head) {
          const int64_t at = head * head_width;
          const auto count = static_cast<size_t>(head_width);
          key_bias_[static_cast<size_t>(head * time_ + t)] =
              layers_.operations().Dot({k + t * row_ + at, count}, u + at) +
              layers_.operations().Dot({p + t * row_ + at, count}, v + at);
        }
        for (int64_t i = 0; i < width_; ++i) k[t * row_ + i] += p[t * row_ + i];
      }
    });
  }

  void Convolution(const std::string& name, const BlockLayers& block) {
    const int64_t both_row = Padded(2 * width_);
    float* both = wide_.data();
    float* gated = both + time_ * both_row;
    layers_.LayerNorm(name + "norm_conv", x_.data(), row_, time_, width_, h_.data(), row_);
    cpu::WideProduct in = Product(h_.data(), both, &block.conv_out.matrix);
    in.c_row = both_row;
    layers_.Multiply(block.conv_in, in);
    layers_.ForRows(time_, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        const float* row = both + t * both_row;
        layers_.operations().GateSigmoid({row, static_cast<size_t>(width_)}, row + width_, gated + t * row_);
        std::fill_n(gated + t * row_ + width_, row_ - width_, 0.0F);
      }
    });
    Depthwise(name, gated);
    cpu::WideProduct out = Product(h_.data(), x_.data(), &block.up.matrix);
    out.accumulate = true;
    layers_.Multiply(block.conv_out, out);
  }

  // Over time, then norm and activation: gated rows to h_.
  void Depthwise(const std::string& name, const float* gated) {
    const int64_t taps = sizes_.kernel;
    const std::vector<float> stored = layers_.Values(name + "conv.depthwise.weight", width_ * taps);
    std::vector<float> weights(static_cast<size_t>(taps * row_));
    std::vector<float> bias(static_cast<size_t>(row_));
    std::copy_n(layers_.Vector(name + "conv.depthwise.bias"), width_, bias.begin());
    for (int64_t c = 0; c < width_; ++c) {
      for (int64_t j = 0; j < taps; ++j) {
        weights[static_cast<size_t>(j * row_ + c)] = stored[static_cast<size_t>(c * taps + j)];
      }
    }
    layers_.ForRows(time_, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        // What would lie outside is zero.
        const int64_t first = std::max<int64_t>(0, taps / 2 - t);
        const int64_t last = std::min(taps, time_ + taps / 2 - t);
        layers_.operations().Convolve(
            cpu::RowOperations::Depthwise{.x = gated + (t + first - taps / 2) * row_,
                                          .x_row = row_,
                                          .weights = weights.data() + first * row_,
                                          .taps = last - first,
                                          .bias = bias.data(),
                                          .channels = row_,
                                          .y = h_.data() + t * row_});
      }
    });
    layers_.LayerNorm(name + "conv.norm", h_.data(), row_, time_, width_, h_.data(), row_);
    layers_.ForRows(time_, [&](int64_t begin, int64_t end) {
      layers_.operations().Silu({h_.data() + begin * row_, static_cast<size_t>((end - begin) * row_)});
    });
  }

  void FeedForward(const std::string& name, const BlockLayers& block, const cpu::WideMatrix* next) {
    layers_.LayerNorm(name + "norm_ff", x_.data(), row_, time_, width_, h_.data(), row_);
    for (int64_t first = 0; first < time_; first += kMostRows) {
      const int64_t rows = std::min(kMostRows, time_ - first);
      cpu::WideProduct up = Product(h_.data() + first * row_, wide_.data(), &block.down.matrix);
      up.rows = rows;
      up.c_row = inner_row_;
      up.finish = [&](int64_t row, int64_t row_end, int64_t column, int64_t column_end) {
        for (; row < row_end; ++row) {
          layers_.operations().Silu(
              {wide_.data() + row * inner_row_ + column, static_cast<size_t>(column_end - column)});
        }
      };
      layers_.Multiply(block.up, up);
      cpu::WideProduct down = Product(wide_.data(), x_.data() + first * row_, next);
      down.a_row = inner_row_;
      down.rows = rows;
      down.accumulate = true;
      layers_.Multiply(block.down, down);
    }
  }

  const CpuLayers& layers_;
  const ConformerSizes& sizes_;
  const int64_t time_;
  const int64_t width_;
  const int64_t row_;  // padded
  const int64_t wide_row_;
  const int64_t inner_row_;
  cpu::AlignedFloats x_;     // [time, row]
  cpu::AlignedFloats h_;     // [time, row]
  cpu::AlignedFloats wide_;  // queries, keys, values and positions; what is gated; the feed-forward's inside
  const std::vector<float> positions_;  // [time, width]
  std::vector<float> key_bias_;         // [heads, time]
  std::vector<BlockLayers> blocks_;
};

}  // namespace

StatusOr<std::vector<float>> RunCpuConformer(const LoadedModel& model, const Processor& processor,
                                             const LogMel& mel, const std::stop_token& stop,
                                             ConformerTrace* trace) {
  const ConformerSizes& sizes = model.architecture().conformer;
  WS_RETURN_IF_ERROR(CheckConformerInput(model.architecture(), mel));
  const CpuLayers layers(model.file(), processor);
  Blocks blocks(layers, sizes, (mel.frames - 1) / 2);
  WS_RETURN_IF_ERROR(Subsampling(layers, mel, sizes.width).Run(blocks.x(), blocks.first(), stop));
  if (trace != nullptr) trace->subsampled = blocks.Rows();
  for (int64_t i = 0; i < sizes.blocks; ++i) {
    WS_RETURN_IF_ERROR(blocks.Run(i, stop));
    if (trace != nullptr) trace->blocks.push_back(blocks.Rows());
  }
  return blocks.NormedRows();
}

}  // namespace waveshift::tts::indextts
