// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/codec_string.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include "media/parameter_sets.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace waveshift::media {
namespace {

constexpr int kHevcSequenceParameterSet = 33;
// general_profile_space .. general_level_idc: profile, compatibility, constraints, level.
constexpr size_t kHevcProfileBytes = 12;

std::span<const uint8_t> Extradata(const AVCodecParameters& parameters) {
  if (parameters.extradata == nullptr || parameters.extradata_size <= 0) return {};
  return {parameters.extradata, static_cast<size_t>(parameters.extradata_size)};
}

int BitDepth(const AVCodecParameters& parameters) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(parameters.format));
  return format == nullptr || format->nb_components < 1 ? 8 : format->comp[0].depth;
}

std::string Avc(const AVCodecParameters& parameters) {
  const std::span<const uint8_t> bytes = Extradata(parameters);
  // avcC: version 1, profile, flags, level, ..., number of sequence parameter sets, length of the first, its
  // NAL unit.
  constexpr size_t kFirstSet = 8;
  char text[32];
  if (bytes.size() >= kFirstSet + 4 && bytes[0] == 1) {
    const bool has_set = (bytes[5] & 31) > 0;
    const size_t at = has_set ? kFirstSet + 1 : 1;
    std::snprintf(text, sizeof text, "avc1.%02X%02X%02X", bytes[at], bytes[at + 1], bytes[at + 2]);
    return text;
  }
  std::string found = AvcCodecString(bytes);
  if (!found.empty()) return found;
  const int profile = parameters.profile & ~(FF_PROFILE_H264_CONSTRAINED | FF_PROFILE_H264_INTRA);
  if (parameters.profile <= 0 || parameters.level <= 0) return "";
  const int flags = (parameters.profile & FF_PROFILE_H264_CONSTRAINED) != 0 ? 0x40 : 0;
  std::snprintf(text, sizeof text, "avc1.%02X%02X%02X", profile & 255, flags, parameters.level & 255);
  return text;
}

// The profile, tier and level bytes of the first sequence parameter set of a byte stream, emulation
// prevention taken out.
std::vector<uint8_t> HevcProfileFromStream(std::span<const uint8_t> bytes) {
  for (size_t i = 0; i + 6 < bytes.size(); ++i) {
    if (bytes[i] != 0 || bytes[i + 1] != 0 || bytes[i + 2] != 1) continue;
    if (((bytes[i + 3] >> 1) & 63) != kHevcSequenceParameterSet) continue;
    std::vector<uint8_t> found;
    int zeros = 0;
    // Two bytes of NAL header, one of identifiers.
    for (size_t j = i + 6; j < bytes.size() && found.size() < kHevcProfileBytes; ++j) {
      const bool emulation = zeros >= 2 && bytes[j] == 3;
      zeros = bytes[j] == 0 ? zeros + 1 : 0;
      if (!emulation) found.push_back(bytes[j]);
    }
    return found;
  }
  return {};
}

std::string Hevc(const AVCodecParameters& parameters) {
  const std::span<const uint8_t> bytes = Extradata(parameters);
  std::vector<uint8_t> profile;
  if (bytes.size() > kHevcProfileBytes && bytes[0] == 1) {
    profile.assign(bytes.begin() + 1, bytes.begin() + 1 + kHevcProfileBytes);
  } else {
    profile = HevcProfileFromStream(bytes);
  }
  if (profile.size() < kHevcProfileBytes) return "";
  const char* const spaces[] = {"", "A", "B", "C"};
  uint32_t compatibility = 0;
  for (int bit = 0; bit < 32; ++bit) {
    const int byte = profile[1 + static_cast<size_t>(bit) / 8];
    if ((byte >> (7 - bit % 8)) & 1) compatibility |= uint32_t{1} << bit;
  }
  char text[80];
  std::snprintf(text, sizeof text, "hvc1.%s%d.%X.%c%d", spaces[profile[0] >> 6], profile[0] & 31,
                compatibility, (profile[0] >> 5 & 1) != 0 ? 'H' : 'L', profile[11]);
  std::string result(text);
  size_t last = 11;
  while (last > 5 && profile[last - 1] == 0) --last;
  for (size_t i = 5; i < last; ++i) {
    std::snprintf(text, sizeof text, ".%X", profile[i]);
    result += text;
  }
  return result;
}

// VP9 levels times ten (WebM "VP Codec ISO Media File Format Binding"): largest luma rate and picture.
struct Vp9Level {
  int level;
  int64_t samples_per_second;
  int64_t picture;
};
constexpr Vp9Level kVp9Levels[] = {
    {10, 829440, 36864},        {11, 2764800, 73728},      {20, 4608000, 122880},
    {21, 9216000, 245760},      {30, 20736000, 552960},    {31, 36864000, 983040},
    {40, 83558400, 2228224},    {41, 160432128, 2228224},  {50, 311951360, 8912896},
    {51, 588251136, 8912896},   {52, 1176502272, 8912896}, {60, 1176502272, 35651584},
    {61, 2353004544, 35651584}, {62, 4706009088, 35651584}};

std::string Vp9(const AVCodecParameters& parameters, double frame_rate) {
  const int64_t picture = int64_t{parameters.width} * parameters.height;
  const double rate = static_cast<double>(picture) * std::max(1.0, frame_rate);
  int level = parameters.level;
  if (level < 10 || level > 62) {
    level = std::end(kVp9Levels)[-1].level;
    for (const Vp9Level& one : kVp9Levels) {
      if (picture <= one.picture && rate <= static_cast<double>(one.samples_per_second)) {
        level = one.level;
        break;
      }
    }
  }
  const int depth = BitDepth(parameters);
  char text[32];
  std::snprintf(text, sizeof text, "vp09.%02d.%02d.%02d", std::clamp(parameters.profile, 0, 3), level, depth);
  return text;
}

std::string Av1(const AVCodecParameters& parameters) {
  const std::span<const uint8_t> bytes = Extradata(parameters);
  int profile = std::clamp(parameters.profile, 0, 2);
  int level = parameters.level >= 0 && parameters.level < 32 ? parameters.level : 8;
  bool high_tier = false;
  int depth = BitDepth(parameters);
  // av1C: marker and version, profile and level, tier and depth.
  if (bytes.size() >= 4 && bytes[0] == 0x81) {
    profile = bytes[1] >> 5;
    level = bytes[1] & 31;
    high_tier = (bytes[2] & 0x80) != 0;
    depth = (bytes[2] & 0x40) == 0 ? 8 : (bytes[2] & 0x20) != 0 ? 12 : 10;
  }
  char text[32];
  std::snprintf(text, sizeof text, "av01.%d.%02d%c.%02d", profile, level, high_tier ? 'H' : 'M', depth);
  return text;
}

}  // namespace

std::string HlsVideoCodec(const AVCodecParameters& parameters, double frame_rate) {
  switch (parameters.codec_id) {
    case AV_CODEC_ID_H264:
      return Avc(parameters);
    case AV_CODEC_ID_HEVC:
      return Hevc(parameters);
    case AV_CODEC_ID_VP9:
      return Vp9(parameters, frame_rate);
    case AV_CODEC_ID_AV1:
      return Av1(parameters);
    default:
      return "";
  }
}

}  // namespace waveshift::media
