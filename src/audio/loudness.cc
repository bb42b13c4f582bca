// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/loudness.h"

#include <ebur128.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "audio/true_peak_internal.h"
#include "base/media_time.h"

namespace waveshift::audio {
namespace {

constexpr double kSilence = -std::numeric_limits<double>::infinity();
constexpr int kMinRateHz = 1000;
constexpr size_t kFramesAtOnce = 4096;

struct Destroyer {
  void operator()(ebur128_state* state) const { ebur128_destroy(&state); }
};
using State = std::unique_ptr<ebur128_state, Destroyer>;

State MakeState(int channels, int rate_hz, int mode) {
  return State(ebur128_init(static_cast<unsigned>(channels), static_cast<unsigned long>(rate_hz), mode));
}

// BS.1770's gating block, 400 ms: libebur128 hears nothing before it has as many frames as it makes of that,
// four rounded tenths of a second.
size_t GatingBlockFrames(int rate_hz) { return 4 * ((static_cast<size_t>(rate_hz) + 5) / 10); }

// Values that are not numbers would poison the filters for good.
void AddFinite(ebur128_state* state, std::span<const float> values, size_t channels) {
  std::vector<float> piece;
  const size_t frames = values.size() / channels;
  for (size_t done = 0; done < frames;) {
    const size_t n = std::min(kFramesAtOnce, frames - done);
    const auto part = values.subspan(done * channels, n * channels);
    piece.assign(part.begin(), part.end());
    for (float& v : piece) v = std::isfinite(v) ? v : 0.0F;
    ebur128_add_frames_float(state, piece.data(), n);
    done += n;
  }
}

double Integrated(std::span<const float> values, size_t channels, int rate_hz, bool dual_mono) {
  const size_t frames = values.size() / channels;
  if (frames == 0 || rate_hz < kMinRateHz) return kSilence;
  const State state = MakeState(static_cast<int>(channels), rate_hz, EBUR128_MODE_I);
  if (!state) return kSilence;
  if (dual_mono) ebur128_set_channel(state.get(), 0, EBUR128_DUAL_MONO);
  AddFinite(state.get(), values, channels);
  double lufs = kSilence;
  const size_t block = GatingBlockFrames(rate_hz);
  if (frames >= block) {
    if (ebur128_loudness_global(state.get(), &lufs) != EBUR128_SUCCESS) return kSilence;
    return lufs;
  }
  // The momentary window holds the sound and silence; its mean is spread over the sound's own length again.
  const std::vector<float> silence((block - frames) * channels, 0.0F);
  ebur128_add_frames_float(state.get(), silence.data(), block - frames);
  if (ebur128_loudness_momentary(state.get(), &lufs) != EBUR128_SUCCESS) return kSilence;
  lufs += 10 * std::log10(static_cast<double>(block) / static_cast<double>(frames));
  return lufs >= -70 ? lufs : kSilence;
}

}  // namespace

double IntegratedLoudness(const MonoBuffer& buffer, MonoAs meaning) {
  return Integrated(buffer.samples, 1, buffer.sample_rate_hz, meaning == MonoAs::kBothSides);
}

double IntegratedLoudness(const StereoBuffer& buffer) {
  return Integrated(buffer.interleaved, 2, kTimelineRateHz, false);
}

// The highest peak of one channel at and between its samples.
class LoudnessMeter::TruePeak {
 public:
  // `values`: every second one is this channel's, beginning with the first. Frames of silence stand before
  // the programme.
  void Add(std::span<const float> values) {
    const size_t frames = (values.size() + 1) / 2;
    const size_t held = sound_.size();
    sound_.resize(held + frames);
    for (size_t i = 0; i < frames; ++i) {
      const float v = values[2 * i];
      sound_[held + i] = std::isfinite(v) ? v : 0.0F;
    }
    Measure(sound_, interpolator_, peak_);
    sound_.erase(sound_.begin(), sound_.end() - static_cast<ptrdiff_t>(internal::kPeakTaps - 1));
  }

  // As if silence followed.
  float Peak() const {
    float peak = peak_;
    std::vector<float> tail = sound_;
    tail.resize(tail.size() + internal::kPeakTaps - 1);
    Measure(tail, interpolator_, peak);
    return peak;
  }

 private:
  static void Measure(const std::vector<float>& sound, const internal::PeakInterpolator& interpolator,
                      float& peak) {
    float loudest = 0;
    for (const float v : sound) loudest = std::max(loudest, std::abs(v));
    // Most pieces are too quiet for any peak between their samples to matter.
    if (loudest * interpolator.bound() <= peak || sound.size() < internal::kPeakTaps) return;
    std::vector<float> peaks(sound.size() - (internal::kPeakTaps - 1), 0.0F);
    interpolator.Raise(sound.data(), peaks.size(), peaks.data());
    peak = std::max(peak, *std::max_element(peaks.begin(), peaks.end()));
  }

  internal::PeakInterpolator interpolator_;
  std::vector<float> sound_ = std::vector<float>(internal::kPeakTaps - 1);  // not measured to its end yet
  float peak_ = 0;
};

// libebur128 measures true peaks too, but takes most of its time for it, however quiet the sound.
struct LoudnessMeter::Impl {
  State state;
  std::array<TruePeak, 2> peaks;
};

LoudnessMeter::LoudnessMeter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LoudnessMeter::~LoudnessMeter() = default;

std::unique_ptr<LoudnessMeter> LoudnessMeter::Make() {
  auto impl = std::make_unique<Impl>();
  impl->state = MakeState(2, kTimelineRateHz, EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_HISTOGRAM);
  return std::unique_ptr<LoudnessMeter>(new LoudnessMeter(std::move(impl)));
}

void LoudnessMeter::Add(std::span<const float> interleaved) {
  if (!impl_->state) return;
  AddFinite(impl_->state.get(), interleaved, 2);
  for (size_t done = 0; done + 1 < interleaved.size();) {
    const auto piece =
        interleaved.subspan(done, std::min(2 * kFramesAtOnce, interleaved.size() / 2 * 2 - done));
    impl_->peaks[0].Add(piece);
    impl_->peaks[1].Add(piece.subspan(1));
    done += piece.size();
  }
}

LoudnessSummary LoudnessMeter::Summary() const {
  LoudnessSummary summary{kSilence, kSilence, 0};
  ebur128_state* state = impl_->state.get();
  if (state == nullptr) return summary;
  ebur128_loudness_global(state, &summary.integrated_lufs);
  ebur128_loudness_range(state, &summary.loudness_range_lu);
  const double peak = std::max(impl_->peaks[0].Peak(), impl_->peaks[1].Peak());
  summary.true_peak_dbtp = peak > 0 ? 20 * std::log10(peak) : kSilence;
  return summary;
}

double SpeechGainDb(double measured_lufs, double target_lufs, double max_boost_db) {
  if (!std::isfinite(measured_lufs) || !std::isfinite(target_lufs)) return 0;
  return std::min(target_lufs - measured_lufs, max_boost_db);
}

double GainFromDb(double db) { return std::pow(10.0, db / 20); }

}  // namespace waveshift::audio
