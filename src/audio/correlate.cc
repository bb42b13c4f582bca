// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/correlate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "audio/fft.h"

namespace waveshift::audio {
namespace {

constexpr size_t kFactor = 3;
constexpr double kReducedRateHz = static_cast<double>(kTimelineRateHz) / kFactor;
constexpr size_t kTaps = 63;
constexpr double kLowPassHz = 6400;
constexpr double kHighPassHz = 200;
constexpr double kFlatten = 0.9;

// Windowed-sinc low-pass (Hann), unity at 0 Hz.
std::array<float, kTaps> MakeLowPass() {
  std::array<double, kTaps> taps{};
  double sum = 0;
  for (size_t i = 0; i < kTaps; ++i) {
    const double d = static_cast<double>(i) - (kTaps - 1) / 2.0;
    const double x = 2 * kLowPassHz / kTimelineRateHz * d;
    const double sinc = d == 0 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
    taps[i] = sinc * (0.5 + 0.5 * std::cos(2 * std::numbers::pi * d / (kTaps + 1)));
    sum += taps[i];
  }
  std::array<float, kTaps> out{};
  for (size_t i = 0; i < kTaps; ++i) out[i] = static_cast<float>(taps[i] / sum);
  return out;
}

// Second-order Butterworth high-pass (bilinear transform), then a first difference that flattens speech's
// falling spectrum.
void HighPassAndFlatten(std::vector<float>& x) {
  const double w = std::tan(std::numbers::pi * kHighPassHz / kReducedRateHz);
  const double norm = 1 / (1 + std::numbers::sqrt2 * w + w * w);
  const double a1 = 2 * (w * w - 1) * norm;
  const double a2 = (1 - std::numbers::sqrt2 * w + w * w) * norm;
  double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
  for (float& s : x) {
    const double v = s;
    const double y = norm * (v - 2 * x1 + x2) - a1 * y1 - a2 * y2;
    s = static_cast<float>(y - kFlatten * y1);
    x2 = x1;
    x1 = v;
    y2 = y1;
    y1 = y;
  }
}

// 48 kHz to 16 kHz; sample m of the result lies at sample 3 m of `in`. `length` values are made; `in` is
// silent outside.
std::vector<float> Reduce(std::span<const float> in, size_t length) {
  static const std::array<float, kTaps> kLowPass = MakeLowPass();
  std::vector<float> padded((kTaps - 1) / 2, 0.0F);
  const size_t wanted = kFactor * length;
  const size_t used = std::min(in.size(), wanted + kTaps);
  padded.insert(padded.end(), in.begin(), in.begin() + static_cast<ptrdiff_t>(used));
  padded.resize(std::max(padded.size(), wanted) + kTaps, 0.0F);
  for (float& v : padded) v = std::isfinite(v) ? v : 0.0F;
  std::vector<float> out(length);
  for (size_t m = 0; m < length; ++m) {
    const float* x = padded.data() + kFactor * m;
    float sum = 0;
    for (size_t t = 0; t < kTaps; ++t) sum += kLowPass[t] * x[t];
    out[m] = sum;
  }
  HighPassAndFlatten(out);
  return out;
}

double Energy(std::span<const float> x) {
  double sum = 0;
  for (const float v : x) sum += static_cast<double>(v) * v;
  return sum;
}

// c[k] = sum over i of a[i] b[i + k] for k < lags. Pre: b.size() >= a.size() + lags - 1. Blocks of `a` share
// one inverse transform; a block of each is transformed at once, as real and imaginary part.
std::vector<double> Correlate(std::span<const float> a, std::span<const float> b, size_t lags) {
  size_t size = 1024;
  while (size < 4 * lags) size *= 2;
  const Fft fft(size);
  const size_t step = size - lags + 1;
  std::vector<Complex> data(size);
  std::vector<Complex> product(size);
  for (size_t from = 0; from < a.size(); from += step) {
    const size_t in_a = std::min(step, a.size() - from);
    const size_t in_b = std::min(size, b.size() - from);
    for (size_t i = 0; i < size; ++i) data[i] = {i < in_a ? a[from + i] : 0.0, i < in_b ? b[from + i] : 0.0};
    fft.Forward(data);
    for (size_t f = 0; f < size; ++f) {
      const Complex z = data[f];
      const Complex y = data[(size - f) % size];
      // A = (Z + conj Y) / 2, B = (Z - conj Y) / 2i
      const Complex fa{(z.re + y.re) / 2, (z.im - y.im) / 2};
      const Complex fb{(z.im + y.im) / 2, (y.re - z.re) / 2};
      product[f].re += fa.re * fb.re + fa.im * fb.im;
      product[f].im += fa.re * fb.im - fa.im * fb.re;
    }
  }
  // The inverse transform of a real result: the forward one of the conjugate.
  for (Complex& p : product) p.im = -p.im;
  fft.Forward(product);
  std::vector<double> out(lags);
  for (size_t k = 0; k < lags; ++k) out[k] = product[k].re / static_cast<double>(size);
  return out;
}

// Correlations become scores: divided by both energies, the signal's under the template at each lag.
void Normalise(std::vector<double>& scores, std::span<const float> sought, std::span<const float> signal) {
  const double floor = 1e-12 * static_cast<double>(sought.size());
  const double sought_energy = Energy(sought);
  double under = Energy(signal.first(sought.size()));
  for (size_t k = 0; k < scores.size(); ++k) {
    const bool silent = sought_energy <= floor || under <= floor;
    scores[k] = silent ? 0.0 : std::clamp(scores[k] / std::sqrt(sought_energy * under), -1.0, 1.0);
    if (k + 1 == scores.size()) break;
    const double leaves = signal[k];
    const double enters = signal[k + sought.size()];
    under = std::max(0.0, under + enters * enters - leaves * leaves);
  }
}

}  // namespace

Offset FindOffset(std::span<const float> sought, std::span<const float> signal, Samples max_lag) {
  if (max_lag < 0 || sought.size() < kFactor || signal.empty()) return {};
  const auto lags = static_cast<size_t>(2 * max_lag / static_cast<Samples>(kFactor)) + 1;
  const std::vector<float> a = Reduce(sought, (sought.size() + kFactor - 1) / kFactor);
  const std::vector<float> b = Reduce(signal, a.size() + lags - 1);
  std::vector<double> scores = Correlate(a, b, lags);
  Normalise(scores, a, b);
  const auto best = static_cast<size_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
  if (scores[best] <= 0) return {};
  double fraction = 0;
  if (best > 0 && best + 1 < lags) {
    const double before = scores[best - 1];
    const double behind = scores[best + 1];
    const double bend = before - 2 * scores[best] + behind;
    if (bend < 0) fraction = std::clamp(0.5 * (before - behind) / bend, -0.5, 0.5);
  }
  return {.samples = static_cast<double>(kFactor) * (static_cast<double>(best) + fraction) -
                     static_cast<double>(max_lag),
          .score = scores[best]};
}

}  // namespace waveshift::audio
