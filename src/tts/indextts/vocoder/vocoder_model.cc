// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/vocoder/vocoder_model.h"

namespace waveshift::tts::indextts {
namespace {

// Of the first and the last convolution.
constexpr int64_t kOuterKernel = 7;

// A multiplication and an addition of each weight.
double PerRow(int64_t in, int64_t out, int64_t kernel) { return 2 * static_cast<double>(in * out * kernel); }

}  // namespace

double VocoderModel::operations(int64_t codes) const {
  const VocoderSizes& vocoder = sizes_.vocoder;
  auto rows = static_cast<double>(codes);
  int64_t channels = vocoder.channels;
  double sum = rows * PerRow(latent_width(), channels, kOuterKernel);
  for (size_t stage = 0; stage < vocoder.rates.size(); ++stage) {
    sum += rows * PerRow(channels, channels / 2, vocoder.kernels[stage]);
    channels /= 2;
    rows *= static_cast<double>(vocoder.rates[stage]);
    const auto units = static_cast<double>(2 * vocoder.block_dilations.size());
    for (const int64_t kernel : vocoder.block_kernels)
      sum += rows * units * PerRow(channels, channels, kernel);
  }
  return sum + rows * PerRow(channels, 1, kOuterKernel);
}

}  // namespace waveshift::tts::indextts
