// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/hls/playlists.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>
#include <string_view>

namespace waveshift::media::hls {
namespace {

// Players look a group up by its name; one of each kind is all that a presentation with one video needs.
constexpr std::string_view kAudioGroup = "audio";
constexpr std::string_view kSubtitleGroup = "subtitles";
constexpr std::string_view kAacCodec = "mp4a.40.2";

// printf would write the user's decimal comma.
std::string Decimal(double value, int digits) {
  std::array<char, 64> text;
  const double finite = std::isfinite(value) ? std::clamp(value, 0.0, 1e12) : 0.0;
  const auto result =
      std::to_chars(text.data(), text.data() + text.size(), finite, std::chars_format::fixed, digits);
  return std::string(text.data(), result.ptr);
}

// A quoted string may hold anything but quotes and line ends; control characters would be refused by strict
// readers.
std::string Quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += ' ';
    } else if (c == '"') {
      out += '\'';
    } else {
      out += c;
    }
  }
  return out + '"';
}

bool IsAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Letters and digits in parts of at most eight, the first of letters: what RFC 5646 tags look like.
bool LooksLikeLanguageTag(std::string_view tag) {
  size_t part = 0;
  bool first = true;
  for (const char c : tag) {
    if (c == '-') {
      if (part == 0 || (first && part < 2)) return false;
      part = 0;
      first = false;
    } else if (!IsAlphanumeric(c) || (first && c >= '0' && c <= '9') || ++part > 8) {
      return false;
    }
  }
  return part > 0 && (!first || part >= 2);
}

// The name, made different from those that were given before.
std::string UniqueName(const std::string& name, std::set<std::string>& taken) {
  const std::string base = name.empty() ? "Track" : name;
  std::string candidate = base;
  for (int n = 2; !taken.insert(candidate).second; ++n) candidate = base + " " + std::to_string(n);
  return candidate;
}

std::string MediaTag(std::string_view type, std::string_view group, const std::string& name,
                     const std::string& language, bool is_default) {
  std::string out = "#EXT-X-MEDIA:TYPE=";
  out.append(type).append(",GROUP-ID=").append(Quoted(group)).append(",NAME=").append(Quoted(name));
  if (LooksLikeLanguageTag(language)) out += ",LANGUAGE=" + Quoted(language);
  return out + (is_default ? ",DEFAULT=YES" : ",DEFAULT=NO") + ",AUTOSELECT=YES";
}

std::string StreamInf(const MultivariantPlaylist& playlist) {
  std::string codecs = playlist.video_codec;
  if (!playlist.audio.empty()) codecs.append(codecs.empty() ? "" : ",").append(kAacCodec);
  std::string out =
      "#EXT-X-STREAM-INF:BANDWIDTH=" + std::to_string(std::max<int64_t>(1, playlist.peak_bits_per_second));
  if (playlist.average_bits_per_second > 0) {
    out += ",AVERAGE-BANDWIDTH=" + std::to_string(playlist.average_bits_per_second);
  }
  if (!codecs.empty()) out += ",CODECS=" + Quoted(codecs);
  if (playlist.width > 0 && playlist.height > 0) {
    out += ",RESOLUTION=" + std::to_string(playlist.width) + "x" + std::to_string(playlist.height);
  }
  if (playlist.frame_rate > 0) out += ",FRAME-RATE=" + Decimal(playlist.frame_rate, 3);
  if (!playlist.audio.empty()) out += ",AUDIO=" + Quoted(kAudioGroup);
  if (!playlist.subtitles.empty()) out += ",SUBTITLES=" + Quoted(kSubtitleGroup);
  return out + ",CLOSED-CAPTIONS=NONE\n" + EncodeUriPath(playlist.video_uri) + "\n";
}

}  // namespace

std::string FormatMediaPlaylist(const MediaPlaylist& playlist) {
  // 3: fractional durations; EXT-X-MAP wants 6, and fMP4 segments are commonly announced as 7.
  std::string out = "#EXTM3U\n#EXT-X-VERSION:";
  out += playlist.init_uri.empty() ? "3" : "7";
  out += "\n#EXT-X-TARGETDURATION:" + std::to_string(std::max(1, playlist.target_duration_s));
  out += "\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:EVENT\n";
  if (!playlist.init_uri.empty()) {
    out += "#EXT-X-MAP:URI=" + Quoted(EncodeUriPath(playlist.init_uri)) + "\n";
  }
  for (const MediaSegment& segment : playlist.segments) {
    out += "#EXTINF:" + Decimal(segment.seconds, 6) + ",\n" + EncodeUriPath(segment.uri) + "\n";
  }
  if (playlist.ended) out += "#EXT-X-ENDLIST\n";
  return out;
}

int TargetDuration(const std::vector<double>& seconds) {
  // "The EXTINF duration of each Media Segment, when rounded to the nearest integer, MUST be less than or
  // equal to the Target Duration." What counts is the duration as it is written; a microsecond more keeps the
  // exact halves on the safe side.
  double longest = 0;
  for (const double s : seconds) {
    if (std::isfinite(s)) longest = std::max(longest, s);
  }
  return std::max(1, static_cast<int>(std::floor(std::min(longest, 1e6) + 0.5 + 1e-6)));
}

std::string FormatMultivariantPlaylist(const MultivariantPlaylist& playlist) {
  std::string out = "#EXTM3U\n#EXT-X-VERSION:";
  out += playlist.fragmented_mp4 ? "7" : "3";
  out += "\n#EXT-X-INDEPENDENT-SEGMENTS\n";
  std::set<std::string> names;
  bool default_given = false;  // at most one in a group
  for (const AudioRendition& audio : playlist.audio) {
    const bool is_default = audio.is_default && !default_given;
    default_given = default_given || is_default;
    out += MediaTag("AUDIO", kAudioGroup, UniqueName(audio.name, names), audio.language, is_default) +
           ",CHANNELS=" + Quoted(std::to_string(audio.channels)) +
           ",URI=" + Quoted(EncodeUriPath(audio.uri)) + "\n";
  }
  names.clear();
  for (const SubtitleRendition& subtitles : playlist.subtitles) {
    out +=
        MediaTag("SUBTITLES", kSubtitleGroup, UniqueName(subtitles.name, names), subtitles.language, false) +
        ",FORCED=NO,URI=" + Quoted(EncodeUriPath(subtitles.uri)) + "\n";
  }
  return out + StreamInf(playlist);
}

std::string EncodeUriPath(const std::string& path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(path.size());
  for (const char c : path) {
    if (IsAlphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '/') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

}  // namespace waveshift::media::hls
