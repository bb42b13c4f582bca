// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/audio_reader.h"

#include <algorithm>
#include <functional>
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

using InputOpener = std::function<StatusOr<AudioInput>()>;

StatusOr<std::unique_ptr<AudioReader>> OpenTrack(const InputOpener& open_input, int stream_index,
                                                 double zero_seconds, Samples start) {
  WS_ASSIGN_OR_RETURN(AudioInput input, open_input());
  const bool seek = start > 0 && (input.mp4 || SeeksExactly(*input.context->iformat));
  WS_ASSIGN_OR_RETURN(std::unique_ptr<AudioTrack> track,
                      AudioTrack::Make(std::move(input), stream_index, zero_seconds, start, seek));
  if (!seek) return track;
  WS_ASSIGN_OR_RETURN(const bool exact, track->SeekWasExact());
  if (exact) return track;
  WS_ASSIGN_OR_RETURN(AudioInput again, open_input());
  WS_ASSIGN_OR_RETURN(track, AudioTrack::Make(std::move(again), stream_index, zero_seconds, start, false));
  return track;
}

StatusOr<AudioInput> OpenFile(const std::string& path) {
  AudioInput input{.name = path};
  WS_ASSIGN_OR_RETURN(input.context, OpenInput(path, false));
  return input;
}

}  // namespace

StatusOr<std::unique_ptr<AudioReader>> AudioReader::Open(const std::string& path, int stream_index,
                                                         double zero_seconds, Samples start) {
  return OpenTrack([&] { return OpenFile(path); }, stream_index, zero_seconds, start);
}

StatusOr<std::unique_ptr<AudioReader>> AudioReader::Open(const MediaInfo& info, double zero_seconds,
                                                         Samples start) {
  if (!info.audio) return InvalidArgument(info.path + ": holds no sound");
  const int index = info.audio->index;
  const auto open_input = [&]() -> StatusOr<AudioInput> {
    WS_ASSIGN_OR_RETURN(auto packets, Mp4Packets::Open(info.path, info.mp4, index));
    if (!packets) return OpenFile(info.path);
    AudioInput input{.name = info.path, .context = packets->TakeStreams()};
    input.mp4 = std::move(packets);
    return input;
  };
  return OpenTrack(open_input, index, zero_seconds, start);
}

}  // namespace waveshift::media
