// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/audio_timeline.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
}

namespace waveshift::media {
namespace {

constexpr int kMaxRate = 1 << 20;
constexpr int kMaxChannels = 64;
constexpr double kNoNormalization = 1e6;  // more than any sum of weights
// Time stamps further away than this are noise.
constexpr double kMaxSeconds = 1e7;

int64_t FloorMultiple(int64_t value, int64_t step) {
  const int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

// Weights of a mono track, and of layouts that FFmpeg has no matrix for: every channel equally in both.
Status SetEqualMatrix(SwrContext* resampler, int channels) {
  const std::vector<double> matrix(static_cast<size_t>(channels) * 2, 1.0 / channels);
  const int error = swr_set_matrix(resampler, matrix.data(), channels);
  return error < 0 ? AvStatus(error, "the channel matrix") : OkStatus();
}

}  // namespace

bool AudioTimeline::SameFormat(const AVFrame& frame) const {
  const uint64_t mask = frame.ch_layout.order == AV_CHANNEL_ORDER_NATIVE ? frame.ch_layout.u.mask : 0;
  return resampler_ != nullptr && frame.sample_rate == rate_ && frame.format == format_ &&
         frame.ch_layout.nb_channels == channels_ && mask == layout_;
}

bool AudioTimeline::HasTime(const AVFrame& frame) const {
  if (frame.pts == AV_NOPTS_VALUE) return false;
  const double ticks = static_cast<double>(frame.pts) - static_cast<double>(options_.first_pts);
  return std::abs(ticks * av_q2d(options_.time_base)) < kMaxSeconds;
}

// Coarse time bases round the place to a tick; a track whose packets all have one size can only begin a frame
// at a multiple of it.
AudioTimeline::InputPlace AudioTimeline::PlaceOf(const AVFrame& frame) const {
  const AVRational samples{1, frame.sample_rate};
  const int64_t rounded = av_rescale_q(frame.pts - options_.first_pts, options_.time_base, samples);
  const double ticks = 1.0 / (frame.sample_rate * av_q2d(options_.time_base));  // of a sample
  if (std::abs(ticks - std::round(ticks)) < 1e-9 && ticks > 0.5) return InputPlace{.sample = rounded};
  if (options_.frame_size <= 0) return InputPlace{.sample = rounded, .exact = false};
  // Measured at the frame's end: the decoder cuts priming off its front.
  const double size = options_.frame_size;
  const auto packets = std::llround(static_cast<double>(rounded + frame.nb_samples) / size);
  const int64_t on_grid = packets * options_.frame_size - frame.nb_samples;
  const double rounding = 1.1 / ticks + 1;
  if (std::abs(static_cast<double>(on_grid - rounded)) <= rounding) return InputPlace{.sample = on_grid};
  return InputPlace{.sample = rounded, .exact = false};
}

bool AudioTimeline::LiesAt(const AVFrame& frame, int64_t expected) const {
  if (!HasTime(frame)) return true;
  const double limit = std::max(kJitterSeconds, 1.5 * av_q2d(options_.time_base)) * rate_;
  const double place = (static_cast<double>(frame.pts) - static_cast<double>(options_.first_pts)) *
                       av_q2d(options_.time_base) * rate_;
  return std::abs(place - static_cast<double>(expected)) <= limit;
}

StatusOr<bool> AudioTimeline::Push(const AVFrame& frame) {
  const int channels = frame.ch_layout.nb_channels;
  if (frame.nb_samples <= 0 || frame.sample_rate <= 0 || frame.sample_rate > kMaxRate || channels <= 0 ||
      channels > kMaxChannels) {
    return false;
  }
  if (!SameFormat(frame)) {
    WS_RETURN_IF_ERROR(Believe());
    WS_RETURN_IF_ERROR(Place(frame, true));
    return true;
  }
  int64_t expected = expected_;
  for (const FramePtr& doubted : doubted_) expected += doubted->nb_samples;
  if (!LiesAt(frame, expected)) {
    WS_RETURN_IF_ERROR(Doubt(frame));
    return true;
  }
  // What was in doubt had wrong time stamps: this one is where counting led.
  for (const FramePtr& doubted : std::exchange(doubted_, {})) WS_RETURN_IF_ERROR(Place(*doubted, false));
  WS_RETURN_IF_ERROR(Place(frame, false));
  return true;
}

Status AudioTimeline::Doubt(const AVFrame& frame) {
  FramePtr kept(av_frame_clone(&frame));
  if (!kept) return Internal("out of memory");
  doubted_.push_back(std::move(kept));
  return doubted_.size() >= kDoubtFrames ? Believe() : OkStatus();
}

Status AudioTimeline::Believe() {
  const std::deque<FramePtr> believed = std::exchange(doubted_, {});
  for (const FramePtr& frame : believed) WS_RETURN_IF_ERROR(Place(*frame, !LiesAt(*frame, expected_)));
  return OkStatus();
}

Status AudioTimeline::Place(const AVFrame& frame, bool new_run) {
  if (new_run) {
    WS_RETURN_IF_ERROR(EndRun());
    WS_RETURN_IF_ERROR(StartRun(frame));
  }
  WS_RETURN_IF_ERROR(Convert(frame.extended_data, frame.nb_samples));
  expected_ += frame.nb_samples;
  return OkStatus();
}

Status AudioTimeline::StartRun(const AVFrame& frame) {
  const int64_t rate = frame.sample_rate;
  const int64_t common = std::gcd(rate, int64_t{kTimelineRateHz});
  const double first_seconds = static_cast<double>(options_.first_pts) * av_q2d(options_.time_base);
  const auto anchor = std::llround((first_seconds - options_.zero_seconds) * kTimelineRateHz);
  // Without a time stamp it follows what came before.
  int64_t place = begun_ ? av_rescale(output_ - anchor, rate, kTimelineRateHz) : 0;
  if (HasTime(frame)) {
    const InputPlace found = PlaceOf(frame);
    place = found.sample;
    exact_ = exact_ && found.exact;
  }
  WS_RETURN_IF_ERROR(MakeResampler(frame));
  const int64_t aligned = FloorMultiple(place, rate / common);
  output_ = anchor + aligned / (rate / common) * (kTimelineRateHz / common);
  expected_ = place;
  if (!begun_) first_position_ = anchor + av_rescale(place, kTimelineRateHz, rate);
  begun_ = true;
  if (place == aligned) return OkStatus();
  const int error = swr_inject_silence(resampler_.get(), static_cast<int>(place - aligned));
  return error < 0 ? AvStatus(error, "the resampler") : OkStatus();
}

Status AudioTimeline::MakeResampler(const AVFrame& frame) {
  rate_ = frame.sample_rate;
  format_ = frame.format;
  channels_ = frame.ch_layout.nb_channels;
  layout_ = frame.ch_layout.order == AV_CHANNEL_ORDER_NATIVE ? frame.ch_layout.u.mask : 0;
  AVChannelLayout in{};
  if (layout_ != 0) {
    av_channel_layout_from_mask(&in, layout_);
  } else {
    av_channel_layout_default(&in, channels_);
  }
  AVChannelLayout out = AV_CHANNEL_LAYOUT_STEREO;
  // A second try for layouts that FFmpeg has no matrix for.
  for (const bool equal : {channels_ == 1, true}) {
    SwrContext* raw = nullptr;
    int error = swr_alloc_set_opts2(&raw, &out, AV_SAMPLE_FMT_FLT, kTimelineRateHz, &in,
                                    static_cast<AVSampleFormat>(format_), rate_, 0, nullptr);
    resampler_.reset(raw);
    if (error < 0) return AvStatus(error, "the resampler");
    if (equal) WS_RETURN_IF_ERROR(SetEqualMatrix(raw, channels_));
    // The front channels keep their level, as a player's stereo has it: the sum may exceed 1.
    av_opt_set_double(raw, "rematrix_maxval", kNoNormalization, 0);
    error = swr_init(raw);
    if (error >= 0) return OkStatus();
    if (equal) return AvStatus(error, "the resampler");
  }
  return OkStatus();
}

Status AudioTimeline::Convert(const uint8_t* const* data, int count) {
  const int capacity = swr_get_out_samples(resampler_.get(), count);
  if (capacity < 0) return AvStatus(capacity, "the resampler");
  buffer_.resize(2 * static_cast<size_t>(std::max(capacity, 1)));
  auto* out = reinterpret_cast<uint8_t*>(buffer_.data());
  const int made =
      swr_convert(resampler_.get(), &out, std::max(capacity, 1), const_cast<const uint8_t**>(data), count);
  if (made < 0) return AvStatus(made, "the resampler");
  Append(buffer_.data(), made);
  return OkStatus();
}

Status AudioTimeline::EndRun() {
  if (resampler_ == nullptr) return OkStatus();
  Status flushed = Convert(nullptr, 0);
  resampler_.reset();
  return flushed;
}

Status AudioTimeline::Finish() {
  WS_RETURN_IF_ERROR(Believe());
  return EndRun();
}

void AudioTimeline::Append(const float* samples, int64_t count) {
  const int64_t late = std::clamp<int64_t>(next_ - output_, 0, count);
  output_ += count;
  samples += 2 * late;
  count -= late;
  if (count <= 0) return;
  const int64_t silence = output_ - count - next_;
  pieces_.push_back(Piece{.silence = silence, .samples = {samples, samples + 2 * count}});
  next_ = output_;
  ready_ += silence + count;
}

int64_t AudioTimeline::Take(int64_t frames, std::vector<float>& interleaved) {
  int64_t taken = 0;
  while (taken < frames && !pieces_.empty()) {
    Piece& piece = pieces_.front();
    const int64_t silence = std::min(piece.silence, frames - taken);
    interleaved.resize(interleaved.size() + 2 * static_cast<size_t>(silence), 0.0F);
    piece.silence -= silence;
    taken += silence;
    const size_t floats =
        std::min(piece.samples.size() - piece.taken, 2 * static_cast<size_t>(frames - taken));
    const auto from = piece.samples.begin() + static_cast<std::ptrdiff_t>(piece.taken);
    interleaved.insert(interleaved.end(), from, from + static_cast<std::ptrdiff_t>(floats));
    piece.taken += floats;
    taken += static_cast<int64_t>(floats / 2);
    if (piece.silence == 0 && piece.taken == piece.samples.size()) pieces_.pop_front();
  }
  ready_ -= taken;
  return taken;
}

}  // namespace waveshift::media
