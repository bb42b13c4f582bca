// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_MEDIA_AUDIO_READER_H_
#define WAVESHIFT_MEDIA_AUDIO_READER_H_

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/media_time.h"
#include "base/status.h"

namespace waveshift::media {

// Any audio track as 48 kHz stereo float on the timeline, streamed. Sample 0 is `zero_seconds` of the file's
// own clock: earlier sound is cut, a late start and gaps (> 2 ms) between time stamps become silence,
// overlaps are cut, so that a sample's index is its true time. Multi-channel sound is mixed down by FFmpeg's
// standard matrix (front channels at their own level, centre and surround 3 dB lower), so it may exceed full
// scale. Memory: a few frames. One thread at a time.
class AudioReader {
 public:
  // Opens stream `stream_index` of `path` (-1: the best audio stream). `start` > 0 seeks: the first Read()
  // begins there, sample-exact (formats that cannot seek are read through). InvalidArgument when it holds no
  // audio or no decoder is there.
  static StatusOr<std::unique_ptr<AudioReader>> Open(const std::string& path, int stream_index,
                                                     double zero_seconds, Samples start = 0);
  virtual ~AudioReader() = default;

  // Appends the next `frames` stereo frames (interleaved). After the end of the track silence follows for
  // ever, and ended() is true. Damaged packets become silence and are counted. Only Cancelled or an I/O error
  // is an error.
  virtual Status Read(int64_t frames, std::vector<float>& interleaved, const std::stop_token& stop) = 0;
  virtual bool ended() const = 0;
  virtual int64_t damaged_packets() const = 0;
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_AUDIO_READER_H_
