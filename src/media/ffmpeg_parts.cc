// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/ffmpeg_parts.h"

#include <string_view>

#include "media/av_internal.h"

namespace waveshift::media {
namespace {

bool Present(std::string_view kind, const char* name) {
  if (kind == "encoder") return avcodec_find_encoder_by_name(name) != nullptr;
  if (kind == "filter") return avfilter_get_by_name(name) != nullptr;
  if (kind == "bitstream filter") return av_bsf_get_by_name(name) != nullptr;
  return av_guess_format(name, nullptr, nullptr) != nullptr;
}

}  // namespace

std::vector<FfmpegPart> CheckFfmpegParts() {
  constexpr const char* kReencoding = "codecs that HLS does not carry, and burned subtitles";
  std::vector<FfmpegPart> parts = {
      {"aac", "encoder", "the dubbed sound", true},
      {"mpegts", "muxer", "segments of H.264 video and of sound", true},
      {"mp4", "muxer", "segments of other video", true},
      {"h264_mp4toannexb", "bitstream filter", "segments of H.264 video", true},
      {"libx264", "encoder", kReencoding, false},
      {"scale", "filter", kReencoding, false},
      {"format", "filter", kReencoding, false},
      {"transpose", "filter", "turned video that is encoded anew", false},
      {"hflip", "filter", "turned video that is encoded anew", false},
      {"vflip", "filter", "turned video that is encoded anew", false},
      {"bwdif", "filter", "interlaced video that is encoded anew", false},
      {"settb", "filter", "interlaced video that is encoded anew", false},
      {"ass", "filter", "burned subtitles", false},
      {"libmp3lame", "encoder", "speech as mp3", false},
      {"mp3", "muxer", "speech as mp3", false},
      {"libopus", "encoder", "speech as opus", false},
      {"ogg", "muxer", "speech as opus", false},
      {"adts", "muxer", "speech as aac", false},
      {"flac", "encoder", "speech as flac", false},
      {"flac", "muxer", "speech as flac", false},
      {"pcm_s16le", "encoder", "speech as wav or pcm", false},
      {"wav", "muxer", "speech as wav", false},
      {"s16le", "muxer", "speech as pcm", false},
  };
  for (FfmpegPart& part : parts) part.present = Present(part.kind, part.name.c_str());
  return parts;
}

}  // namespace waveshift::media
