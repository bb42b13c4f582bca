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
  if (index > last) index = std::max<int64_t>(0, 2 * last - index);
  return samples[static_cast<size_t>(index)];
}

// The bands of two frames at a time: two real signals are the parts of a complex one, whose spectrum is taken
// apart again by its symmetry.
class FramePair {
 public:
  FramePair(std::span<const float> samples, const MelSizes& mel, LogMel* result)
      : samples_(samples),
        mel_(mel),
        result_(*result),
        triangles_(MakeTriangles(mel)),
        window_(MakeWindow(mel)),
        fft_(static_cast<size_t>(mel.fft)) {}

  // Frames 2 * pair and the one behind it.
  void Compute(int64_t pair) const {
    std::vector<audio::Complex> frame(fft_.size());
    const int64_t begin = 2 * pair * mel_.hop - mel_.fft / 2;
    for (size_t i = 0; i < frame.size(); ++i) {
      const int64_t at = begin + static_cast<int64_t>(i);
      // Behind the last frame nothing is asked for; what is there does not matter.
      frame[i] = {window_[i] * Mirrored(samples_, at), window_[i] * Mirrored(samples_, at + mel_.hop)};
    }
    fft_.Forward(frame);
    std::vector<double> first(fft_.size() / 2 + 1);
    std::vector<double> second(first.size());
    for (size_t k = 0; k < first.size(); ++k) {
      const audio::Complex& z = frame[k];
      const audio::Complex& mirror = frame[(fft_.size() - k) % fft_.size()];
      first[k] = Length(z.re + mirror.re, z.im - mirror.im) / 2;
      second[k] = Length(z.im + mirror.im, z.re - mirror.re) / 2;
    }
    Store(2 * pair, first);
    if (2 * pair + 1 < result_.frames) Store(2 * pair + 1, second);
  }

 private:
  static double Length(double re, double im) { return std::sqrt(re * re + im * im); }

  void Store(int64_t frame, const std::vector<double>& magnitudes) const {
    for (size_t band = 0; band < triangles_.size(); ++band) {
      double sum = 0;
      const Triangle& triangle = triangles_[band];
      for (size_t i = 0; i < triangle.weights.size(); ++i) {
        sum += triangle.weights[i] * magnitudes[triangle.first + i];
      }
      result_.values[band * static_cast<size_t>(result_.frames) + static_cast<size_t>(frame)] =
          static_cast<float>(std::log(std::max(sum, kFloor)));
    }
  }

  const std::span<const float> samples_;
  const MelSizes& mel_;
  LogMel& result_;
  const std::vector<Triangle> triangles_;
  const std::vector<double> window_;
  const audio::Fft fft_;
};

}  // namespace

StatusOr<LogMel> ComputeLogMel(std::span<const float> samples, const MelSizes& mel, cpu::Workers* workers) {
  const auto count = static_cast<int64_t>(samples.size());
  if (count <= mel.fft / 2) {
    return InvalidArgument("a voice sample of " + std::to_string(count) +
                           " samples is shorter than half a window");
  }
  LogMel result{.bands = mel.bands, .frames = 1 + count / mel.hop, .values = {}};
  result.values.resize(static_cast<size_t>(result.bands * result.frames));
  const FramePair pairs(samples, mel, &result);
  const int64_t number = (result.frames + 1) / 2;
  if (workers != nullptr) {
    workers->Run(number, [&](int64_t pair, int /*worker*/) { pairs.Compute(pair); });
  } else {
    for (int64_t pair = 0; pair < number; ++pair) pairs.Compute(pair);
  }
  return result;
}

}  // namespace waveshift::tts::indextts
