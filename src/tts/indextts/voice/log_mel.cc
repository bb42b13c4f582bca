// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/voice/log_mel.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/fft.h"

namespace waveshift::tts::indextts {
namespace {

constexpr double kFloor = 1e-7;

double MelOf(double hz) { return 2595 * std::log10(1 + hz / 700); }
double HzOf(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

// The bins of one triangle that are not zero.
struct Triangle {
  size_t first = 0;
  std::vector<double> weights;
};

std::vector<Triangle> MakeTriangles(const MelSizes& mel) {
  const double highest = static_cast<double>(mel.sample_rate_hz) / 2;
  const double step = MelOf(highest) / static_cast<double>(mel.bands + 1);
  const auto bins = static_cast<size_t>(mel.fft / 2 + 1);
  std::vector<Triangle> triangles;
  for (int64_t band = 0; band < mel.bands; ++band) {
    const double left = HzOf(step * static_cast<double>(band));
    const double top = HzOf(step * static_cast<double>(band + 1));
    const double right = HzOf(step * static_cast<double>(band + 2));
    Triangle triangle;
    for (size_t bin = 0; bin < bins; ++bin) {
      const double hz = highest * static_cast<double>(bin) / static_cast<double>(bins - 1);
      const double weight = std::min((hz - left) / (top - left), (right - hz) / (right - top));
      if (weight <= 0) continue;
      if (triangle.weights.empty()) triangle.first = bin;
      triangle.weights.push_back(weight);
    }
    triangles.push_back(std::move(triangle));
  }
  return triangles;
}

// The window in the middle of a frame of mel.fft samples.
std::vector<double> MakeWindow(const MelSizes& mel) {
  std::vector<double> window(static_cast<size_t>(mel.fft), 0.0);
  const auto begin = static_cast<size_t>((mel.fft - mel.window) / 2);
  for (int64_t i = 0; i < mel.window; ++i) {
    const double turn = static_cast<double>(i) / static_cast<double>(mel.window);
    window[begin + static_cast<size_t>(i)] = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * turn);
  }
  return window;
}

// Sample `index` of a sound that is mirrored at both ends, without its end samples twice.
float Mirrored(std::span<const float> samples, int64_t index) {
  const auto last = static_cast<int64_t>(samples.size()) - 1;
  if (index < 0) index = -index;
  if (index > last) index = 2 * last - index;
  return samples[static_cast<size_t>(index)];
}

}  // namespace

StatusOr<LogMel> ComputeLogMel(std::span<const float> samples, const MelSizes& mel) {
  const auto count = static_cast<int64_t>(samples.size());
  if (count <= mel.fft / 2) {
    return InvalidArgument("a voice sample of " + std::to_string(count) +
                           " samples is shorter than half a window");
  }
  const std::vector<Triangle> triangles = MakeTriangles(mel);
  const std::vector<double> window = MakeWindow(mel);
  const audio::Fft fft(static_cast<size_t>(mel.fft));
  std::vector<audio::Complex> frame(fft.size());
  LogMel result{.bands = mel.bands, .frames = 1 + count / mel.hop, .values = {}};
  result.values.resize(static_cast<size_t>(result.bands * result.frames));
  for (int64_t t = 0; t < result.frames; ++t) {
    const int64_t begin = t * mel.hop - mel.fft / 2;
    for (size_t i = 0; i < frame.size(); ++i) {
      frame[i] = {window[i] * Mirrored(samples, begin + static_cast<int64_t>(i)), 0};
    }
    fft.Forward(frame);
    for (size_t band = 0; band < triangles.size(); ++band) {
      double sum = 0;
      const Triangle& triangle = triangles[band];
      for (size_t i = 0; i < triangle.weights.size(); ++i) {
        const audio::Complex& x = frame[triangle.first + i];
        sum += triangle.weights[i] * std::sqrt(x.re * x.re + x.im * x.im);
      }
      result.values[band * static_cast<size_t>(result.frames) + static_cast<size_t>(t)] =
          static_cast<float>(std::log(std::max(sum, kFloor)));
    }
  }
  return result;
}

}  // namespace waveshift::tts::indextts
