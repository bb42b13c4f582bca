// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/indextts_work.h"

namespace waveshift::app {
namespace {

using tts::indextts::Architecture;

// A matrix [out, in], or a convolution's for each of its outputs, times so many rows.
double Product(int64_t rows, int64_t out, int64_t in) {
  return 2 * static_cast<double>(rows) * static_cast<double>(out) * static_cast<double>(in);
}

int64_t SubsampledFrames(int64_t frames) { return (frames - 1) / 2; }

double GptLayersFlop(const tts::indextts::GptSizes& sizes, int64_t rows, double positions_seen) {
  // Queries, keys, values and output, and a feed-forward of four times the width.
  const double products = Product(rows, 12 * sizes.width, sizes.width);
  const double attention = 4 * positions_seen * static_cast<double>(sizes.width);
  return static_cast<double>(sizes.layers) * (products + attention);
}

}  // namespace

double ConformerFlop(const Architecture& architecture, int64_t frames) {
  const auto& c = architecture.conformer;
  const int64_t rows = SubsampledFrames(frames);
  const int64_t bands = (architecture.mel.bands - 1) / 2;
  // A 3x3 convolution of the spectrogram, then a matrix over all its bands.
  const double in = Product(rows * bands, c.width, 9) + Product(rows, c.width, c.width * bands);
  // Query, key, value, output, position; both pointwise convolutions; up and down.
  const double products = Product(rows, 8 * c.width, c.width) + Product(rows, 2 * c.feed_forward, c.width) +
                          Product(rows, c.width, c.kernel);
  // By key, by position, and the values.
  const double attention = 3 * Product(rows, rows, c.width);
  return in + static_cast<double>(c.blocks) * (products + attention);
}

double PerceiverFlop(const Architecture& architecture, int64_t frames) {
  const auto& p = architecture.perceiver;
  const int64_t width = architecture.gpt.width;
  const int64_t inner = p.heads * p.head_width;
  const int64_t rows = SubsampledFrames(frames);
  const int64_t seen = rows + p.latents;
  const double layer = Product(p.latents, 2 * inner, width) + Product(seen, 2 * inner, width) +
                       2 * Product(p.latents, seen, inner) + Product(p.latents, 3 * p.feed_forward, width);
  return Product(rows, width, architecture.conformer.width) + static_cast<double>(p.layers) * layer;
}

double SpeakerEncoderFlop(const Architecture& architecture, int64_t frames) {
  const auto& s = architecture.speaker;
  const int64_t group = s.channels / s.scale;
  const double block = Product(frames, 2 * s.channels, s.channels) +
                       Product(frames, (s.scale - 1) * group, group * 3) +
                       Product(1, 2 * s.channels, s.squeeze);
  const double pool = Product(frames, s.attention, 3 * s.mixed_channels) +
                      Product(frames, s.mixed_channels, s.attention) +
                      Product(1, s.width, 2 * s.mixed_channels);
  return Product(frames, s.channels, architecture.mel.bands * 5) + 3 * block +
         Product(frames, s.mixed_channels, 3 * s.channels) + pool;
}

double GptFlop(const tts::indextts::GptSizes& sizes, int64_t rows, int64_t before, int64_t logit_rows) {
  const auto count = static_cast<double>(rows);
  const double seen = count * static_cast<double>(before) + count * (count + 1) / 2;
  return GptLayersFlop(sizes, rows, seen) + Product(logit_rows, sizes.codes, sizes.width);
}

double GptStepFlop(const tts::indextts::GptSizes& sizes, int64_t rows, int64_t positions) {
  return GptLayersFlop(sizes, rows, static_cast<double>(rows * positions)) +
         Product(rows, sizes.codes, sizes.width);
}

double WeightBytes(const ggml::GgufFile& file, std::string_view prefix) {
  double bytes = 0;
  for (const ggml::StoredTensor& tensor : file.tensors()) {
    if (tensor.name.starts_with(prefix)) bytes += static_cast<double>(tensor.bytes.size());
  }
  return bytes;
}

}  // namespace waveshift::app
