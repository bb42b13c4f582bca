// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// ECAPA-TDNN on the processor's own kernels. Everything is [time, channels].
#include <algorithm>
#include <cmath>
#include <string>

#include "tts/indextts/voice/cpu_layers.h"
#include "tts/indextts/voice/speaker_encoder.h"

namespace waveshift::tts::indextts {
namespace {

constexpr float kVarianceFloor = 1e-12F;
constexpr int64_t kBlocks = 3;

int64_t Padded(int64_t channels) { return cpu::PaddedChannels(channels); }

// Calls place(row) for each row of a sequence with `reach` mirrored rows on either side where row t of `time`
// belongs. Pre: reach < time.
template <class Place>
void ForMirrored(int64_t t, int64_t time, int64_t reach, const Place& place) {
  place(reach + t);
  if (t >= 1 && t <= reach) place(reach - t);
  const int64_t behind = time - 1 - t;
  if (behind >= 1 && behind <= reach) place(reach + time - 1 + behind);
}

class SpeakerNetwork {
 public:
  SpeakerNetwork(const CpuLayers& layers, const Architecture& architecture, int64_t time)
      : layers_(layers),
        sizes_(architecture.speaker),
        time_(time),
        channels_(sizes_.channels),
        row_(Padded(channels_)),
        group_(channels_ / sizes_.scale),
        group_row_(Padded(group_)),
        mixed_row_(Padded(sizes_.mixed_channels)),
        all_row_(std::max(kBlocks * channels_, mixed_row_)) {
    all_.GrowTo(time * all_row_);
    x_.GrowTo(time * std::max(row_, Padded(sizes_.attention)));
    y_.GrowTo(time * row_);
    z_.GrowTo(time * row_);
    mixed_.GrowTo(time * mixed_row_);
  }

  StatusOr<std::vector<float>> Run(const LogMel& mel, const std::stop_token& stop) {
    First(mel);
    for (int64_t block = 1; block <= kBlocks; ++block) {
      WS_RETURN_IF_ERROR(Block(block, stop));
    }
    TimeDelay("speaker.mix", {.a = all_.data(), .a_row = all_row_, .c = mixed_.data(), .c_row = mixed_row_});
    if (stop.stop_requested()) return Cancelled("stopped");
    std::vector<float> pooled = Pooled();
    const CpuLayers::Affine norm = layers_.BatchNorm("speaker.pool_norm");
    for (size_t i = 0; i < pooled.size(); ++i) pooled[i] = pooled[i] * norm.factor[i] + norm.offset[i];
    return OneRow(layers_.Find("speaker.out"), pooled);
  }

 private:
  // Convolution, rectifier and norm of each row; `then` gets finished parts.
  void TimeDelay(const std::string& name, cpu::WideProduct product) {
    const CpuLayers::Affine norm = layers_.BatchNorm(name + ".norm");
    const auto then = std::move(product.finish);
    product.rows = time_;
    product.finish = [&](int64_t row, int64_t row_end, int64_t column, int64_t column_end) {
      for (int64_t i = row; i < row_end; ++i) {
        layers_.operations().Rectify(
            {product.c + i * product.c_row + column, static_cast<size_t>(column_end - column)},
            norm.factor.data() + column, norm.offset.data() + column);
      }
      if (then) then(row, row_end, column, column_end);
    };
    layers_.Multiply(layers_.Find(name + ".conv"), product);
  }

  std::vector<float> OneRow(const CpuLayers::Layer& layer, const std::vector<float>& x) {
    std::vector<float> y(static_cast<size_t>(Padded(layer.matrix.columns)));
    layers_.Multiply(layer, {.a = x.data(), .rows = 1, .c = y.data(), .c_row = Padded(layer.matrix.columns)});
    y.resize(static_cast<size_t>(layer.matrix.columns));
    return y;
  }

  void First(const LogMel& mel) {
    const int64_t reach = layers_.Find("speaker.blocks.0.conv").matrix.taps / 2;
    std::vector<float> rows(static_cast<size_t>((time_ + 2 * reach) * mel.bands));
    for (int64_t t = 0; t < time_; ++t) {
      ForMirrored(t, time_, reach, [&](int64_t row) {
        for (int64_t band = 0; band < mel.bands; ++band) {
          rows[static_cast<size_t>(row * mel.bands + band)] =
              mel.values[static_cast<size_t>(band * mel.frames + t)];
        }
      });
    }
    TimeDelay("speaker.blocks.0",
              {.a = rows.data(), .a_row = mel.bands, .a_tap = mel.bands, .c = x_.data(), .c_row = row_});
  }

  // From what the block before made to this block's part of all_.
  Status Block(int64_t number, const std::stop_token& stop) {
    if (stop.stop_requested()) return Cancelled("stopped");
    const std::string name = "speaker.blocks." + std::to_string(number) + ".";
    const float* in = number == 1 ? x_.data() : all_.data() + (number - 2) * channels_;
    const int64_t in_row = number == 1 ? row_ : all_row_;
    TimeDelay(name + "tdnn_in", {.a = in, .a_row = in_row, .c = y_.data(), .c_row = row_});
    Groups(name + "res2.", number + 1);
    if (stop.stop_requested()) return Cancelled("stopped");
    TimeDelay(name + "tdnn_out", {.a = z_.data(), .a_row = row_, .c = y_.data(), .c_row = row_});
    const std::vector<float> weights = Squeezed(name);
    float* out = all_.data() + (number - 1) * channels_;
    layers_.ForRows(time_, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        for (int64_t i = 0; i < channels_; ++i) {
          out[t * all_row_ + i] =
              y_.data()[t * row_ + i] * weights[static_cast<size_t>(i)] + in[t * in_row + i];
        }
      }
    });
    return OkStatus();
  }

  // Res2Net, y_ to z_: the first group passes, each other one is convolved together with the one before.
  void Groups(const std::string& name, int64_t dilation) {
    // Of all convolutions alike: what one of them reads, with its mirrored ends, and what it makes.
    const int64_t reach = dilation * (layers_.Find(name + "0.conv").matrix.taps / 2);
    cpu::AlignedFloats in;
    cpu::AlignedFloats next;
    cpu::AlignedFloats out;
    in.GrowTo((time_ + 2 * reach) * group_row_);
    next.GrowTo((time_ + 2 * reach) * group_row_);
    out.GrowTo(time_ * group_row_);
    const auto put = [&](cpu::AlignedFloats* to, int64_t t, const float* a, const float* b, int64_t from,
                         int64_t end) {
      ForMirrored(t, time_, reach, [&](int64_t row) {
        float* values = to->data() + row * group_row_;
        for (int64_t i = from; i < end; ++i) values[i] = a[i] + (b == nullptr ? 0.0F : b[i]);
      });
    };
    layers_.ForRows(time_, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        std::copy_n(y_.data() + t * row_, group_, z_.data() + t * row_);
        put(&in, t, y_.data() + t * row_ + group_, nullptr, 0, group_);
      }
    });
    for (int64_t number = 1; number < sizes_.scale; ++number) {
      const auto keep = [&](int64_t row, int64_t row_end, int64_t column, int64_t column_end) {
        const int64_t last = std::min(column_end, group_);
        for (int64_t t = row; t < row_end; ++t) {
          const float* made = out.data() + t * group_row_;
          std::copy(made + column, made + last, z_.data() + t * row_ + number * group_ + column);
          if (number + 1 == sizes_.scale) continue;
          put(&next, t, made, y_.data() + t * row_ + (number + 1) * group_, column, last);
        }
      };
      TimeDelay(name + std::to_string(number - 1), {.a = in.data(),
                                                    .a_row = group_row_,
                                                    .a_tap = dilation * group_row_,
                                                    .c = out.data(),
                                                    .c_row = group_row_,
                                                    .finish = keep});
      std::swap(in, next);
    }
  }

  // What each channel of y_ counts, by its mean over time.
  std::vector<float> Squeezed(const std::string& name) {
    std::vector<float> mean(static_cast<size_t>(channels_));
    layers_.Measure(
        {.x = y_.data(), .x_row = row_, .rows = time_, .channels = channels_, .mean = mean.data()});
    std::vector<float> inside = OneRow(layers_.Find(name + "squeeze.down"), mean);
    for (float& each : inside) each = std::max(each, 0.0F);
    std::vector<float> weights = OneRow(layers_.Find(name + "squeeze.up"), inside);
    layers_.operations().Sigmoid(weights);
    return weights;
  }

  // Mean and deviation over time, weighted by attention: [2 mixed channels].
  std::vector<float> Pooled() {
    const int64_t channels = sizes_.mixed_channels;
    std::vector<float> pooled(static_cast<size_t>(2 * channels));
    cpu::RowOperations::Statistics statistics = {.x = mixed_.data(),
                                                 .x_row = mixed_row_,
                                                 .rows = time_,
                                                 .channels = channels,
                                                 .floor = kVarianceFloor,
                                                 .mean = pooled.data(),
                                                 .deviation = pooled.data() + channels};
    layers_.Measure(statistics);
    Score(pooled);
    statistics.scores = all_.data();
    statistics.scores_row = mixed_row_;
    layers_.Measure(statistics);
    return pooled;
  }

  // The attention's scores [time, mixed channels] into all_. The layer sees [x, mean, deviation] of each
  // frame; the last two are the same for all frames.
  void Score(const std::vector<float>& statistics) {
    const std::string name = "speaker.attention";
    const int64_t hidden_row = Padded(sizes_.attention);
    CpuLayers::Layer layer = layers_.Find(name + ".conv");
    layer.matrix.step = layer.matrix.depth;
    layer.matrix.depth = sizes_.mixed_channels;
    CpuLayers::Layer of_all = layer;
    of_all.matrix.values =
        static_cast<const char*>(layer.matrix.values) + sizes_.mixed_channels * layer.matrix.value_bytes();
    of_all.matrix.depth = 2 * sizes_.mixed_channels;
    const std::vector<float> common = OneRow(of_all, statistics);
    layer.bias = common.data();
    const CpuLayers::Affine norm = layers_.BatchNorm(name + ".norm");
    float* hidden = x_.data();
    cpu::WideProduct product = {
        .a = mixed_.data(), .a_row = mixed_row_, .rows = time_, .c = hidden, .c_row = hidden_row};
    product.finish = [&](int64_t row, int64_t row_end, int64_t column, int64_t column_end) {
      for (int64_t t = row; t < row_end; ++t) {
        const std::span<float> part(hidden + t * hidden_row + column,
                                    static_cast<size_t>(column_end - column));
        layers_.operations().Rectify(part, norm.factor.data() + column, norm.offset.data() + column);
        layers_.operations().Tanh(part);
      }
    };
    layers_.Multiply(layer, product);
    layers_.Multiply(
        layers_.Find(name + ".out"),
        {.a = hidden, .a_row = hidden_row, .rows = time_, .c = all_.data(), .c_row = mixed_row_});
  }

  const CpuLayers& layers_;
  const SpeakerSizes& sizes_;
  const int64_t time_;
  const int64_t channels_;
  const int64_t row_;  // padded
  const int64_t group_;
  const int64_t group_row_;
  const int64_t mixed_row_;
  const int64_t all_row_;
  cpu::AlignedFloats all_;    // what the three blocks make, side by side; later the attention's scores
  cpu::AlignedFloats x_;      // [time, row] of the first layer; later what the attention is made of
  cpu::AlignedFloats y_;      // [time, row]
  cpu::AlignedFloats z_;      // [time, row]
  cpu::AlignedFloats mixed_;  // [time, mixed_row]
};

}  // namespace

StatusOr<std::vector<float>> RunCpuSpeakerEncoder(const LoadedModel& model, const Processor& processor,
                                                  const LogMel& mel, const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(CheckSpeakerInput(model.architecture(), mel));
  if (stop.stop_requested()) return Cancelled("stopped");
  const CpuLayers layers(model.file(), processor);
  return SpeakerNetwork(layers, model.architecture(), mel.frames).Run(mel, stop);
}

}  // namespace waveshift::tts::indextts
