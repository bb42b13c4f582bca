// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/resample.h"

#include <soxr.h>

#include <string>

namespace waveshift::audio {
namespace {

bool IsUsableRate(int hz) { return hz >= 1000 && hz <= 768000; }

}  // namespace

int64_t ResampledLength(int64_t count, int from_hz, int to_hz) {
  const int64_t whole = count / from_hz;
  const int64_t rest = count % from_hz;
  return whole * to_hz + (2 * rest * to_hz + from_hz) / (2 * int64_t{from_hz});
}

StatusOr<MonoBuffer> Resample(const MonoBuffer& buffer, int sample_rate_hz) {
  for (const int hz : {buffer.sample_rate_hz, sample_rate_hz}) {
    if (!IsUsableRate(hz))
      return InvalidArgument("a sample rate of " + std::to_string(hz) + " Hz is not usable");
  }
  if (buffer.sample_rate_hz == sample_rate_hz) return buffer;
  MonoBuffer out{sample_rate_hz, {}};
  const int64_t length =
      ResampledLength(static_cast<int64_t>(buffer.samples.size()), buffer.sample_rate_hz, sample_rate_hz);
  out.samples.resize(static_cast<size_t>(length));
  if (out.samples.empty()) return out;
  const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
  const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  size_t made = 0;
  const soxr_error_t error =
      soxr_oneshot(buffer.sample_rate_hz, sample_rate_hz, 1, buffer.samples.data(), buffer.samples.size(),
                   nullptr, out.samples.data(), out.samples.size(), &made, &io, &quality, &runtime);
  if (error != nullptr) return Internal(std::string("resampling failed: ") + error);
  // What soxr leaves open at the end (a sample at most) stays zero.
  return out;
}

}  // namespace waveshift::audio
