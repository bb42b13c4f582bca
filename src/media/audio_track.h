// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: the one implementation of AudioReader, over a file or over anything else that a
// demuxer reads.
#ifndef WAVESHIFT_MEDIA_AUDIO_TRACK_H_
#define WAVESHIFT_MEDIA_AUDIO_TRACK_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/media_time.h"
#include "base/status.h"
#include "media/audio_reader.h"
#include "media/audio_timeline.h"
#include "media/av_internal.h"
#include "media/mp4_packets.h"

namespace waveshift::media {

// What the track is read from. `io` (null for files) goes after the context that reads through it.
struct AudioInput {
  std::string name;  // for messages; a file's path
  std::shared_ptr<void> io;
  InputPtr context;
};

class AudioTrack : public AudioReader {
 public:
  // `stream_index` -1: the best. `seek`: jumps close to `start` instead of decoding all before it.
  static StatusOr<std::unique_ptr<AudioTrack>> Make(AudioInput input, int stream_index, double zero_seconds,
                                                    Samples start, bool seek);

  Status Read(int64_t frames, std::vector<float>& interleaved, const std::stop_token& stop) override;
  bool ended() const override { return finished_ && timeline_->ready() == 0; }
  int64_t damaged_packets() const override { return damaged_; }

  // After a seek: reads to the first frame. False when it does not lie exactly where it should, well before
  // `start`: the caller opens the track again and reads it through.
  StatusOr<bool> SeekWasExact();

 private:
  AudioTrack() = default;
  Status Init(int stream_index, double zero_seconds, bool seek);
  Status OpenDecoder();
  Status ReadFirstPackets(double zero_seconds);
  Status SeekNear(double zero_seconds);
  // Demuxes and decodes one packet, or finishes at the end.
  Status Step(const std::stop_token& stop);
  StatusOr<PacketPtr> Demux(const std::stop_token& stop);
  Status Decode(const AVPacket* packet);
  void CountDamage(int64_t pts);

  AudioInput input_;
  std::unique_ptr<Mp4Packets> mp4_;  // gives input_'s packets, when it can
  AVStream* stream_ = nullptr;
  CodecContextPtr decoder_;
  FramePtr frame_;
  std::unique_ptr<AudioTimeline> timeline_;
  std::deque<PacketPtr> waiting_;  // read ahead for the first time stamp
  Samples start_ = 0;
  double zero_seconds_ = 0;
  int64_t damaged_ = 0;
  int errors_in_a_row_ = 0;
  bool demuxed_all_ = false;
  bool finished_ = false;
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_AUDIO_TRACK_H_
