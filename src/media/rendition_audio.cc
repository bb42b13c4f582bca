// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A published audio rendition, its files read as one stream.
#include <cerrno>
#include <cstdio>
#include <utility>

#include "media/audio_track.h"
#include "media/joined_files.h"
#include "media/rendition.h"
#include "media/segmenter.h"

namespace waveshift::media {
namespace {

constexpr int kTsSyncByte = 0x47;

StatusOr<bool> IsTs(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return ErrnoStatus(errno, path);
  const int first = std::fgetc(file);
  std::fclose(file);
  if (first == EOF) return InvalidArgument(path + ": the segment is empty");
  return first == kTsSyncByte;
}

}  // namespace

StatusOr<std::unique_ptr<AudioReader>> OpenAudioRendition(const RenditionFiles& files) {
  CaptureAvLog();
  if (files.paths.empty()) return InvalidArgument("the audio rendition has no segments");
  WS_ASSIGN_OR_RETURN(const bool ts, IsTs(files.paths[0]));
  WS_ASSIGN_OR_RETURN(std::shared_ptr<JoinedFiles> io, JoinedFiles::Open(files.paths));
  AVFormatContext* raw = avformat_alloc_context();
  if (raw == nullptr) return Internal("out of memory");
  raw->pb = io->avio();
  raw->flags |= AVFMT_FLAG_CUSTOM_IO;
  TakeLastAvError();
  const AVInputFormat* format = av_find_input_format(ts ? "mpegts" : "mov");
  int error = avformat_open_input(&raw, nullptr, format, nullptr);  // frees the context when it fails
  if (error < 0) return AvInputStatus(error, files.paths[0]);
  AudioInput input{.name = files.paths[0], .io = io, .context = InputPtr(raw)};
  error = avformat_find_stream_info(raw, nullptr);
  if (error < 0) return AvInputStatus(error, files.paths[0]);
  return AudioTrack::Make(std::move(input), -1, kProgrammeOffsetSeconds, 0, false);
}

}  // namespace waveshift::media
