// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/media_info.h"

#include <algorithm>
#include <cmath>

#include "media/av_internal.h"
#include "media/codec_string.h"
#include "text/language.h"

extern "C" {
#include <libavutil/avutil.h>
#include <libavutil/display.h>
}

namespace waveshift::media {
namespace {

constexpr size_t kDisplayMatrixBytes = 9 * sizeof(int32_t);

int ClockwiseRotation(const AVStream& stream) {
  size_t size = 0;
  const uint8_t* bytes = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (bytes == nullptr || size < kDisplayMatrixBytes) return 0;
  const double counter_clockwise = av_display_rotation_get(reinterpret_cast<const int32_t*>(bytes));
  if (!std::isfinite(counter_clockwise)) return 0;
  const int quarters = static_cast<int>(std::lround(-counter_clockwise / 90.0));
  return ((quarters % 4 + 4) % 4) * 90;
}

VideoStream DescribeVideo(const AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  VideoStream video;
  video.index = stream.index;
  video.codec = avcodec_get_name(parameters.codec_id);
  video.width = parameters.width;
  video.height = parameters.height;
  video.rotation_degrees = ClockwiseRotation(stream);
  video.frame_rate = FrameRate(stream);
  video.hls_codec = HlsVideoCodec(parameters, video.frame_rate);
  video.can_copy = !video.hls_codec.empty();
  // TS has no place for a display matrix, and HLS wants the newer codecs in MP4.
  const bool ts = parameters.codec_id == AV_CODEC_ID_H264 && video.rotation_degrees == 0;
  video.container = ts || !video.can_copy ? SegmentContainer::kMpegTs : SegmentContainer::kFragmentedMp4;
  return video;
}

AudioStream DescribeAudio(const AVStream& stream) {
  AudioStream audio;
  audio.index = stream.index;
  audio.codec = avcodec_get_name(stream.codecpar->codec_id);
  audio.sample_rate_hz = stream.codecpar->sample_rate;
  audio.channels = stream.codecpar->ch_layout.nb_channels;
  const AVDictionaryEntry* language = av_dict_get(stream.metadata, "language", nullptr, 0);
  // "und" is how MP4 writes that there is no tag.
  if (language != nullptr && std::string(language->value) != "und") audio.language = language->value;
  return audio;
}

void ChooseStreams(const AVFormatContext& input, MediaInfo& info) {
  bool default_audio = false;
  for (unsigned i = 0; i < input.nb_streams; ++i) {
    const AVStream& stream = *input.streams[i];
    if (stream.codecpar->codec_id == AV_CODEC_ID_NONE) continue;
    if (stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !info.video && !IsCoverPicture(stream)) {
      info.video = DescribeVideo(stream);
    }
    if (stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO) {
      const bool is_default = (stream.disposition & AV_DISPOSITION_DEFAULT) != 0;
      if (!info.audio || (is_default && !default_audio)) info.audio = DescribeAudio(stream);
      default_audio = default_audio || is_default;
    }
  }
}

double Duration(const AVFormatContext& input) {
  if (input.duration != AV_NOPTS_VALUE)
    return std::max(0.0, static_cast<double>(input.duration) / AV_TIME_BASE);
  double longest = 0;
  for (unsigned i = 0; i < input.nb_streams; ++i) {
    const AVStream& stream = *input.streams[i];
    if (stream.duration != AV_NOPTS_VALUE) {
      longest = std::max(longest, static_cast<double>(stream.duration) * av_q2d(stream.time_base));
    }
  }
  return longest;
}

std::string TitleOf(const AVFormatContext& input) {
  const AVDictionaryEntry* title = av_dict_get(input.metadata, "title", nullptr, 0);
  if (title == nullptr || !text::IsValidUtf8(title->value)) return "";
  return text::CollapseWhitespace(title->value);
}

}  // namespace

StatusOr<MediaInfo> ProbeMedia(const std::string& path) {
  WS_ASSIGN_OR_RETURN(const InputPtr input, OpenInput(path, true));
  MediaInfo info;
  info.path = path;
  // "mov,mp4,m4a,3gp,3g2,mj2": the first is enough.
  const std::string names = input->iformat->name;
  info.format = names.substr(0, names.find(','));
  info.title = TitleOf(*input);
  info.duration_s = Duration(*input);
  if (input->start_time != AV_NOPTS_VALUE) {
    info.start_seconds = static_cast<double>(input->start_time) / AV_TIME_BASE;
  }
  ChooseStreams(*input, info);
  if (!info.video && !info.audio) return InvalidArgument(path + ": holds neither video nor audio");
  if (info.video && (info.video->width <= 0 || info.video->height <= 0)) {
    return InvalidArgument(path + ": the video's size cannot be made out; the file is damaged or cut off");
  }
  return info;
}

std::string FfmpegVersion() { return av_version_info(); }

}  // namespace waveshift::media
