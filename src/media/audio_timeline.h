// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: decoded frames of any kind become 48 kHz stereo samples at their places on the
// timeline.
//
// Frames that follow each other form a run: one resampler, no positions but the run's first. A run ends where
// the frames' time stamps deviate by more than kJitterSeconds from the samples counted, or where the format
// changes; the next one begins at its own time stamp. So rounded time stamps do not make clicks, and nothing
// drifts. A deviation that is gone within kDoubtFrames frames is a wrong time stamp (FFmpeg counts Vorbis'
// changes of block size so).
//
// The resampler of a run starts (on a few zeros) at an input sample whose number is a multiple of the two
// rates' common period, counted from the track's first packet. Two readers that begin at different places
// therefore compute the same output samples.
#ifndef WAVESHIFT_MEDIA_AUDIO_TIMELINE_H_
#define WAVESHIFT_MEDIA_AUDIO_TIMELINE_H_

#include <cstdint>
#include <deque>
#include <vector>

#include "base/media_time.h"
#include "base/status.h"
#include "media/av_internal.h"

namespace waveshift::media {

// One thread at a time.
class AudioTimeline {
 public:
  static constexpr double kJitterSeconds = 0.002;
  static constexpr size_t kDoubtFrames = 4;

  struct Options {
    AVRational time_base{1, 1};  // of the frames' pts
    double zero_seconds = 0;     // the file's time at the timeline's zero
    int64_t first_pts = 0;       // of the track's first packet
    int frame_size = 0;          // samples per packet when that is fixed, else 0
    Samples start = 0;           // what lies before it is dropped
  };
  explicit AudioTimeline(const Options& options) : options_(options), next_(options.start) {}

  // Takes a decoded frame (not consumed). False when it makes no sense (no rate, no channels): nothing is
  // added then.
  StatusOr<bool> Push(const AVFrame& frame);
  // No more frames come: what the resampler still holds.
  Status Finish();

  // How many samples are ready.
  int64_t ready() const { return ready_; }
  // Moves at most `frames` of them to the end of `interleaved`; returns how many.
  int64_t Take(int64_t frames, std::vector<float>& interleaved);

  // True when every run's beginning could be placed exactly: its time stamp is exact, or lies on the grid of
  // frames counted from the first.
  bool exact() const { return exact_; }
  // True once a frame has been pushed; then where it began.
  bool begun() const { return begun_; }
  Samples first_position() const { return first_position_; }

 private:
  // A stretch of silence, then samples.
  struct Piece {
    int64_t silence = 0;
    std::vector<float> samples;
    size_t taken = 0;  // floats
  };
  struct InputPlace {
    int64_t sample = 0;  // at the input's rate, counted from first_pts
    bool exact = true;
  };

  bool SameFormat(const AVFrame& frame) const;
  bool HasTime(const AVFrame& frame) const;
  // True when its time stamp is that of input sample `expected`, or it has none.
  bool LiesAt(const AVFrame& frame, int64_t expected) const;
  // Takes a frame for whose place there is no doubt.
  Status Place(const AVFrame& frame, bool new_run);
  Status Doubt(const AVFrame& frame);
  // The frames in doubt are where their time stamps say.
  Status Believe();
  InputPlace PlaceOf(const AVFrame& frame) const;
  Status StartRun(const AVFrame& frame);
  Status EndRun();
  Status MakeResampler(const AVFrame& frame);
  Status Convert(const uint8_t* const* data, int count);
  void Append(const float* samples, int64_t count);

  const Options options_;
  ResamplerPtr resampler_;
  std::deque<FramePtr> doubted_;  // deviate, but perhaps only they
  int rate_ = 0;                  // of the run's input
  int format_ = -1;
  int channels_ = 0;
  uint64_t layout_ = 0;
  int64_t expected_ = 0;  // input sample that comes next, counted from first_pts
  Samples output_ = 0;    // where the resampler's next sample belongs
  Samples next_;          // end of what lies in pieces_
  std::deque<Piece> pieces_;
  int64_t ready_ = 0;
  std::vector<float> buffer_;
  bool exact_ = true;
  bool begun_ = false;
  Samples first_position_ = 0;
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_AUDIO_TIMELINE_H_
