// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/audio_reader.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "media/audio_track.h"

namespace waveshift::media {
namespace {

// Formats in which a seek lands on a packet whose time stamp is the true one. Others guess it from bytes, or
// count it from the start: they are read through.
bool SeeksExactly(const AVInputFormat& format) {
  const std::string_view names = format.name;
  constexpr std::string_view kExact[] = {"mov,mp4,m4a,3gp,3g2,mj2", "matroska,webm", "mpegts", "wav", "w64"};
  return std::find(std::begin(kExact), std::end(kExact), names) != std::end(kExact);
}

StatusOr<AudioInput> OpenFile(const std::string& path) {
  AudioInput input{.name = path};
  WS_ASSIGN_OR_RETURN(input.context, OpenInput(path, false));
  return input;
}

}  // namespace

StatusOr<std::unique_ptr<AudioReader>> AudioReader::Open(const std::string& path, int stream_index,
                                                         double zero_seconds, Samples start) {
  WS_ASSIGN_OR_RETURN(AudioInput input, OpenFile(path));
  const bool seek = start > 0 && SeeksExactly(*input.context->iformat);
  WS_ASSIGN_OR_RETURN(std::unique_ptr<AudioTrack> track,
                      AudioTrack::Make(std::move(input), stream_index, zero_seconds, start, seek));
  if (!seek) return track;
  WS_ASSIGN_OR_RETURN(const bool exact, track->SeekWasExact());
  if (exact) return track;
  WS_ASSIGN_OR_RETURN(AudioInput again, OpenFile(path));
  WS_ASSIGN_OR_RETURN(track, AudioTrack::Make(std::move(again), stream_index, zero_seconds, start, false));
  return track;
}

}  // namespace waveshift::media
