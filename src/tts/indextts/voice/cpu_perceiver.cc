// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The Perceiver on the processor's own kernels. Latents are few, what they listen to is much: instead of
// making keys and values of everything that is heard, as the layers are written, each head's key matrix
// multiplies the queries and its value matrix the sums, which is the same by associativity and half the work.
#include <algorithm>
#include <cmath>
#include <string>

#include "tts/indextts/voice/cpu_layers.h"
#include "tts/indextts/voice/perceiver.h"

namespace waveshift::tts::indextts {
namespace {

constexpr float kNormFloor = 1e-12F;

int64_t Padded(int64_t channels) { return cpu::PaddedChannels(channels); }

struct LatentLayers {
  CpuLayers::Layer q, kv, out, up, down;
};

class Listening {
 public:
  Listening(const CpuLayers& layers, const Architecture& architecture, int64_t time)
      : layers_(layers),
        sizes_(architecture.perceiver),
        width_(architecture.gpt.width),
        row_(Padded(width_)),
        rows_(sizes_.latents + time),
        inner_(sizes_.heads * sizes_.head_width),
        inner_row_(Padded(inner_) + cpu::kChannelMultiple),
        scores_row_(Padded(rows_)),
        wide_row_(Padded(2 * sizes_.feed_forward)),
        context_(layers.Find("perceiver.context")) {
    seen_.GrowTo(rows_ * row_);
    asked_.GrowTo(asked_rows() * row_);
    scores_.GrowTo(asked_rows() * scores_row_);
    inside_.GrowTo(sizes_.latents * std::max(inner_row_, wide_row_));
    for (int64_t i = 0; i < sizes_.layers; ++i) {
      const std::string name = "perceiver.layers." + std::to_string(i) + ".";
      blocks_.push_back({layers.Find(name + "q"), layers.Find(name + "kv"), layers.Find(name + "out"),
                         layers.Find(name + "ff.up"), layers.Find(name + "ff.down")});
    }
  }

  Status Run(std::span<const float> heard, int64_t heard_width, const std::stop_token& stop) {
    const float* latents = layers_.Vector("perceiver.latents");
    for (int64_t i = 0; i < sizes_.latents; ++i) std::copy_n(latents + i * width_, width_, Latent(i));
    layers_.Multiply(context_, {.a = heard.data(),
                                .a_row = heard_width,
                                .rows = rows_ - sizes_.latents,
                                .c = seen_.data() + sizes_.latents * row_,
                                .c_row = row_,
                                .next = &blocks_[0].q.matrix});
    for (size_t i = 0; i < blocks_.size(); ++i) {
      if (stop.stop_requested()) return Cancelled("stopped");
      Attend(blocks_[i]);
      if (stop.stop_requested()) return Cancelled("stopped");
      FeedForward(blocks_[i], i + 1 < blocks_.size() ? &blocks_[i + 1].q.matrix : nullptr);
    }
    return OkStatus();
  }

  // Of length sqrt(width), times the norm's weights.
  std::vector<float> Latents() {
    std::vector<float> result(static_cast<size_t>(sizes_.latents * width_));
    const float* weight = layers_.Vector("perceiver.norm.weight");
    for (int64_t i = 0; i < sizes_.latents; ++i) {
      double square = 0;
      for (int64_t j = 0; j < width_; ++j) square += static_cast<double>(Latent(i)[j]) * Latent(i)[j];
      const auto length = std::max(static_cast<float>(std::sqrt(square)), kNormFloor);
      const float factor = std::sqrt(static_cast<float>(width_)) / length;
      for (int64_t j = 0; j < width_; ++j) {
        result[static_cast<size_t>(i * width_ + j)] = Latent(i)[j] * factor * weight[j];
      }
    }
    return result;
  }

 private:
  // They are the first rows of what they see.
  float* Latent(int64_t i) { return seen_.data() + i * row_; }
  int64_t asked_rows() const { return sizes_.heads * sizes_.latents; }

  void Attend(const LatentLayers& block) {
    float* q = inside_.data();
    layers_.Multiply(block.q, {.a = seen_.data(),
                               .a_row = row_,
                               .rows = sizes_.latents,
                               .c = q,
                               .c_row = inner_row_,
                               .next = &block.kv.matrix});
    Ask(block.kv.matrix, q);
    const cpu::WideMatrix keys = {.values = seen_.data(), .columns = rows_, .depth = width_, .step = row_};
    layers_.Multiply({keys, nullptr}, {.a = asked_.data(),
                                       .a_row = row_,
                                       .rows = asked_rows(),
                                       .c = scores_.data(),
                                       .c_row = scores_row_,
                                       .next = &block.out.matrix});
    Weigh();
    const cpu::WideMatrix values = {.order = cpu::WideMatrix::Order::kRows,
                                    .values = seen_.data(),
                                    .columns = width_,
                                    .depth = rows_,
                                    .step = row_};
    layers_.Multiply({values, nullptr}, {.a = scores_.data(),
                                         .a_row = scores_row_,
                                         .rows = asked_rows(),
                                         .c = asked_.data(),
                                         .c_row = row_,
                                         .next = &block.up.matrix});
    Answer(block.kv.matrix, inside_.data());
    layers_.Multiply(block.out, {.a = inside_.data(),
                                 .a_row = inner_row_,
                                 .rows = sizes_.latents,
                                 .c = seen_.data(),
                                 .c_row = row_,
                                 .accumulate = true});
  }

  // One head's part of the matrix, [head width, width].
  cpu::WideMatrix PartOf(const cpu::WideMatrix& kv, int64_t first) const {
    cpu::WideMatrix part = kv;
    part.values = static_cast<const char*>(kv.values) + first * width_ * kv.value_bytes();
    part.columns = sizes_.head_width;
    return part;
  }

  // asked = each head's queries times its key matrix. Keys lie before values in the matrix.
  void Ask(const cpu::WideMatrix& kv, const float* q) {
    layers_.ForHeads(sizes_.heads, [&](int64_t head, cpu::Workers* alone) {
      cpu::WideMatrix keys = PartOf(kv, head * sizes_.head_width);
      keys.order = cpu::WideMatrix::Order::kRows;
      keys.columns = width_;
      keys.depth = sizes_.head_width;
      MultiplyWide(layers_.isa(), keys,
                   {.a = q + head * sizes_.head_width,
                    .a_row = inner_row_,
                    .rows = sizes_.latents,
                    .c = asked_.data() + head * sizes_.latents * row_,
                    .c_row = row_},
                   alone);
    });
  }

  // Softmax of the scores.
  void Weigh() {
    const float scale = 1 / std::sqrt(static_cast<float>(sizes_.head_width));
    const auto count = static_cast<size_t>(rows_);
    layers_.ForRows(asked_rows(), [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const std::span<float> scores(scores_.data() + row * scores_row_, count);
        const float factor = 1 / layers_.operations().Exp(scores, scale);
        for (float& each : scores) each *= factor;
      }
    });
  }

  // y = each head's sums of what is seen (in asked_) times its value matrix; heads side by side. A head's
  // product has padding, so it goes through memory of its own.
  void Answer(const cpu::WideMatrix& kv, float* y) {
    layers_.ForHeads(sizes_.heads, [&](int64_t head, cpu::Workers* alone) {
      const int64_t head_row = Padded(sizes_.head_width);
      std::vector<float> result(static_cast<size_t>(sizes_.latents * head_row));
      MultiplyWide(layers_.isa(), PartOf(kv, inner_ + head * sizes_.head_width),
                   {.a = asked_.data() + head * sizes_.latents * row_,
                    .a_row = row_,
                    .rows = sizes_.latents,
                    .c = result.data(),
                    .c_row = head_row},
                   alone);
      for (int64_t i = 0; i < sizes_.latents; ++i) {
        std::copy_n(result.data() + i * head_row, sizes_.head_width,
                    y + i * inner_row_ + head * sizes_.head_width);
      }
    });
  }

  // Half of what comes up is the gate, behind the other half.
  void FeedForward(const LatentLayers& block, const cpu::WideMatrix* next) {
    const int64_t inner = sizes_.feed_forward;
    layers_.Multiply(block.up, {.a = seen_.data(),
                                .a_row = row_,
                                .rows = sizes_.latents,
                                .c = inside_.data(),
                                .c_row = wide_row_,
                                .next = &block.down.matrix});
    layers_.ForRows(sizes_.latents, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        float* row = inside_.data() + i * wide_row_;
        layers_.operations().GateGelu({row, static_cast<size_t>(inner)}, row + inner, row);
      }
    });
    layers_.Multiply(block.down, {.a = inside_.data(),
                                  .a_row = wide_row_,
                                  .rows = sizes_.latents,
                                  .c = seen_.data(),
                                  .c_row = row_,
                                  .accumulate = true,
                                  .next = next});
  }

  const CpuLayers& layers_;
  const PerceiverSizes& sizes_;
  const int64_t width_;
  const int64_t row_;   // padded
  const int64_t rows_;  // that are seen: latents, then what was heard
  const int64_t inner_;
  const int64_t inner_row_;
  const int64_t scores_row_;
  const int64_t wide_row_;
  cpu::AlignedFloats seen_;    // [rows, row]
  cpu::AlignedFloats asked_;   // [heads, latents, row]
  cpu::AlignedFloats scores_;  // [heads, latents, scores_row]
  cpu::AlignedFloats inside_;  // queries, values or the feed-forward's inside, a row for each latent
  CpuLayers::Layer context_;
  std::vector<LatentLayers> blocks_;
};

}  // namespace

StatusOr<std::vector<float>> RunCpuPerceiver(const LoadedModel& model, const Processor& processor,
                                             std::span<const float> heard, const std::stop_token& stop) {
  const int64_t width = model.architecture().conformer.width;
  const CpuLayers layers(model.file(), processor);
  Listening listening(layers, model.architecture(), static_cast<int64_t>(heard.size()) / width);
  WS_RETURN_IF_ERROR(listening.Run(heard, width, stop));
  return listening.Latents();
}

}  // namespace waveshift::tts::indextts
