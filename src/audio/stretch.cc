// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/stretch.h"

extern "C" {
#include <sonic.h>
}

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "audio/edges.h"

namespace waveshift::audio {
namespace {

constexpr double kSameTempo = 1e-4;
constexpr double kMaxSeconds = 600;
// libsonic holds 16-bit samples: the sound is brought to this peak on its way in, and back on its way out.
constexpr float kWorkingPeak = 0.95F;
// Silence behind the sound that pushes all of it out of libsonic (it looks ahead two periods of 65 Hz).
constexpr double kPushOutSeconds = 0.25;
constexpr double kVerbatimSeconds = 0.020;
constexpr double kCutFadeSeconds = 0.004;
constexpr int kMaxRounds = 4;

struct Destroyer {
  void operator()(sonicStream stream) const { sonicDestroyStream(stream); }
};
using Sonic = std::unique_ptr<sonicStreamStruct, Destroyer>;

// Runs `in` (peak <= 1) and silence behind it through libsonic.
StatusOr<std::vector<float>> RunSonic(std::span<const float> in, int rate_hz, double tempo) {
  const Sonic stream(sonicCreateStream(rate_hz, 1));
  if (!stream) return ResourceExhausted("no memory for stretching");
  sonicSetSpeed(stream.get(), static_cast<float>(tempo));
  std::vector<float> padded(in.begin(), in.end());
  padded.resize(in.size() + static_cast<size_t>(kPushOutSeconds * rate_hz), 0.0F);
  if (sonicWriteFloatToStream(stream.get(), padded.data(), static_cast<int>(padded.size())) == 0) {
    return ResourceExhausted("no memory for stretching");
  }
  std::vector<float> out(static_cast<size_t>(std::max(0, sonicSamplesAvailable(stream.get()))));
  const int n =
      out.empty() ? 0 : sonicReadFloatFromStream(stream.get(), out.data(), static_cast<int>(out.size()));
  out.resize(static_cast<size_t>(std::max(0, n)));
  return out;
}

// One behind the last sample that 16 bits can tell from silence.
size_t SoundEnd(std::span<const float> samples) {
  size_t end = samples.size();
  while (end > 0 && std::abs(samples[end - 1]) < 1.0F / 32767) --end;
  return end;
}

// `in` as exactly `length` samples, beginning exactly with in[0]. libsonic moves whole pitch periods, so its
// length is off by up to one of them: the tempo is corrected until the end of the sound lies inside, at most
// a few milliseconds early.
StatusOr<std::vector<float>> StretchBody(std::span<const float> in, int rate_hz, size_t length) {
  const double wanted = static_cast<double>(in.size()) / static_cast<double>(length);
  const auto scaled_end = static_cast<double>(SoundEnd(in)) / wanted;
  const double slack = 0.003 * rate_hz;
  std::vector<float> best;
  double best_miss = HUGE_VAL;
  double tempo = wanted;
  for (int round = 0; round < kMaxRounds; ++round) {
    WS_ASSIGN_OR_RETURN(std::vector<float> out, RunSonic(in, rate_hz, tempo));
    const auto end = static_cast<double>(SoundEnd(out));
    // What would be cut off weighs more than what is missing.
    const double over = std::max(0.0, end - static_cast<double>(length));
    const double miss = over * 100 + std::abs(end - scaled_end);
    if (miss < best_miss) {
      best_miss = miss;
      best = std::move(out);
    }
    if ((over == 0 && std::abs(end - scaled_end) <= slack) || end <= 0) break;
    tempo = std::clamp(tempo * end / std::max(1.0, scaled_end - slack / 4), 0.9 * wanted, 1.1 * wanted);
  }
  if (best.size() > length && SoundEnd(best) > length) {
    best.resize(length);
    ApplyFades(best, 0, static_cast<size_t>(kCutFadeSeconds * rate_hz));
  }
  best.resize(length, 0.0F);
  return best;
}

Status CheckInput(const MonoBuffer& buffer, double tempo) {
  if (!(tempo >= kMinTempo && tempo <= kMaxTempo)) {
    return InvalidArgument("a tempo of " + std::to_string(tempo) + " is outside 0.5 to 2");
  }
  if (buffer.sample_rate_hz < 8000 || buffer.sample_rate_hz > 192000) {
    return InvalidArgument("cannot stretch sound at " + std::to_string(buffer.sample_rate_hz) + " Hz");
  }
  if (buffer.seconds() > kMaxSeconds) return OutOfRange("cannot stretch more than 600 s at once");
  if (!std::all_of(buffer.samples.begin(), buffer.samples.end(), [](float s) { return std::isfinite(s); })) {
    return InvalidArgument("the sound to stretch holds samples that are not numbers");
  }
  return OkStatus();
}

// The quiet head before the first sound, scaled to `length` samples: its last part, or silence and all of it.
void AppendHead(std::span<const float> head, size_t length, std::vector<float>& out) {
  const size_t copied = std::min(length, head.size());
  out.resize(length - copied, 0.0F);
  out.insert(out.end(), head.end() - static_cast<ptrdiff_t>(copied), head.end());
}

StatusOr<MonoBuffer> StretchChecked(const MonoBuffer& buffer, size_t length) {
  MonoBuffer out{buffer.sample_rate_hz, {}};
  const std::span<const float> in(buffer.samples);
  const SoundRange sound = FindSound(in);
  if (sound.begin == sound.end || length == 0) {
    out.samples.resize(length, 0.0F);
    return out;
  }
  const double tempo = static_cast<double>(in.size()) / static_cast<double>(length);
  const auto head = static_cast<size_t>(sound.begin);
  const auto out_head =
      std::min(length, static_cast<size_t>(std::llround(static_cast<double>(head) / tempo)));
  AppendHead(in.first(head), out_head, out.samples);
  const auto body = in.subspan(head);
  const size_t out_body = length - out_head;
  const auto verbatim = std::min(
      {static_cast<size_t>(kVerbatimSeconds * buffer.sample_rate_hz), body.size() / 8, out_body / 8});
  out.samples.insert(out.samples.end(), body.begin(), body.begin() + static_cast<ptrdiff_t>(verbatim));
  const auto rest = body.subspan(verbatim);
  if (out_body == verbatim) return out;

  float peak = 0;
  for (const float s : rest) peak = std::max(peak, std::abs(s));
  const float scale = peak > 0 ? kWorkingPeak / peak : 1.0F;
  std::vector<float> scaled(rest.begin(), rest.end());
  for (float& s : scaled) s *= scale;
  WS_ASSIGN_OR_RETURN(const std::vector<float> stretched,
                      StretchBody(scaled, buffer.sample_rate_hz, out_body - verbatim));
  for (const float s : stretched) out.samples.push_back(s / scale);
  return out;
}

}  // namespace

StatusOr<MonoBuffer> Stretch(const MonoBuffer& buffer, double tempo) {
  WS_RETURN_IF_ERROR(CheckInput(buffer, tempo));
  if (std::abs(tempo - 1) <= kSameTempo) return buffer;
  return StretchChecked(
      buffer, static_cast<size_t>(std::llround(static_cast<double>(buffer.samples.size()) / tempo)));
}

StatusOr<MonoBuffer> StretchTo(const MonoBuffer& buffer, int64_t length) {
  if (length == static_cast<int64_t>(buffer.samples.size())) return buffer;
  if (length <= 0) return InvalidArgument("a sound cannot be stretched to nothing");
  WS_RETURN_IF_ERROR(
      CheckInput(buffer, static_cast<double>(buffer.samples.size()) / static_cast<double>(length)));
  return StretchChecked(buffer, static_cast<size_t>(length));
}

}  // namespace waveshift::audio
