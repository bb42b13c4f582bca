// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/playlist.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "app/verify/verify_report.h"
#include "net/http_message.h"

namespace waveshift::app {
namespace {

constexpr double kLongestSegmentSeconds = 24 * 3600;

// A number of an attribute or tag, up to `end`; nothing when it is none or not in [0, a day].
std::optional<double> SecondsOf(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value) || value < 0 || value > kLongestSegmentSeconds) return std::nullopt;
  return value;
}

// The value of an attribute in NAME=value,NAME="value"; "" when it is not there.
std::string Attribute(std::string_view list, std::string_view name) {
  size_t at = 0;
  while (at < list.size()) {
    const size_t equals = list.find('=', at);
    if (equals == std::string_view::npos) return "";
    const bool is_it = list.substr(at, equals - at) == name;
    const bool is_quoted = equals + 1 < list.size() && list[equals + 1] == '"';
    const size_t from = equals + (is_quoted ? 2 : 1);
    const size_t end = is_quoted ? list.find('"', from) : list.find(',', from);
    const size_t stop = end == std::string_view::npos ? list.size() : end;
    if (is_it) return std::string(list.substr(from, stop - from));
    const size_t comma = list.find(',', stop);
    if (comma == std::string_view::npos) return "";
    at = comma + 1;
  }
  return "";
}

class PlaylistParser {
 public:
  StatusOr<Playlist> Parse(std::string_view text);

 private:
  Status Line(std::string_view line);
  Status Tag(std::string_view tag, std::string_view value);
  Status Uri(std::string_view uri);
  Status Bad(const std::string& why) const {
    return InvalidArgument("line " + std::to_string(number_) + ": " + why);
  }
  Status AddRendition(std::string kind, std::string name, std::string uri);

  Playlist playlist_;
  int number_ = 0;
  bool wants_stream_uri_ = false;
  std::optional<double> seconds_;  // of the next URI
};

Status PlaylistParser::AddRendition(std::string kind, std::string name, std::string uri) {
  if (playlist_.renditions.size() >= kMostRenditions)
    return OutOfRange("more than " + std::to_string(kMostRenditions) + " renditions");
  playlist_.renditions.push_back({std::move(kind), std::move(name), std::move(uri)});
  return OkStatus();
}

Status PlaylistParser::Tag(std::string_view tag, std::string_view value) {
  if (tag == "#EXTINF") {
    seconds_ = SecondsOf(value.substr(0, value.find(',')));
    return seconds_ ? OkStatus() : Bad("EXTINF has no duration");
  }
  if (tag == "#EXT-X-TARGETDURATION") {
    const auto target = SecondsOf(value);
    if (!target) return Bad("EXT-X-TARGETDURATION is no number");
    playlist_.target_duration_s = *target;
  } else if (tag == "#EXT-X-MAP") {
    playlist_.init_uri = Attribute(value, "URI");
    if (playlist_.init_uri.empty()) return Bad("EXT-X-MAP has no URI");
  } else if (tag == "#EXT-X-ENDLIST") {
    playlist_.has_ended = true;
  } else if (tag == "#EXT-X-STREAM-INF") {
    wants_stream_uri_ = true;
  } else if (tag == "#EXT-X-MEDIA") {
    const std::string type = Attribute(value, "TYPE");
    std::string uri = Attribute(value, "URI");
    if (uri.empty() || (type != "AUDIO" && type != "SUBTITLES")) return OkStatus();
    return AddRendition(type == "AUDIO" ? "audio" : "subtitles", Attribute(value, "NAME"), std::move(uri));
  }
  return OkStatus();
}

Status PlaylistParser::Uri(std::string_view uri) {
  if (std::exchange(wants_stream_uri_, false)) return AddRendition("video", "", std::string(uri));
  if (!seconds_) return Bad("a URI without EXTINF");
  if (playlist_.segments.size() >= kMostSegments)
    return OutOfRange("more than " + std::to_string(kMostSegments) + " segments");
  playlist_.segments.push_back({std::string(uri), *seconds_});
  seconds_.reset();
  return OkStatus();
}

Status PlaylistParser::Line(std::string_view line) {
  ++number_;
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  if (number_ == 1) return line == "#EXTM3U" ? OkStatus() : Bad("is no playlist: it must begin with #EXTM3U");
  if (line.empty()) return OkStatus();
  if (!line.starts_with('#')) return Uri(line);
  const size_t colon = line.find(':');
  return Tag(line.substr(0, colon), colon == std::string_view::npos ? "" : line.substr(colon + 1));
}

StatusOr<Playlist> PlaylistParser::Parse(std::string_view text) {
  do {
    const size_t end = text.find('\n');
    WS_RETURN_IF_ERROR(Line(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  } while (!text.empty());
  if (wants_stream_uri_ || seconds_) return Bad("a URI is missing behind the last tag");
  if (!playlist_.renditions.empty() && !playlist_.segments.empty())
    return Bad("renditions and segments in one playlist");
  return std::move(playlist_);
}

}  // namespace

double Playlist::Seconds() const {
  double sum = 0;
  for (const NamedSegment& segment : segments) sum += segment.seconds;
  return sum;
}

StatusOr<Playlist> ParsePlaylist(std::string_view text) { return PlaylistParser().Parse(text); }

std::string FolderOf(const std::string& url) {
  const std::string path = url.substr(0, url.find_first_of("?#"));
  return path.substr(0, path.rfind('/') + 1);
}

StatusOr<std::string> ResolveWithin(const std::string& playlist_url, const std::string& uri,
                                    const std::string& root) {
  const std::string shown = "\"" + ShownText(uri, 80) + "\"";
  const auto url = net::ResolveUrl(playlist_url, uri);
  if (!url.ok()) return InvalidArgument(shown + " is no URI");
  const auto parts = net::SplitUrl(*url);
  const auto root_parts = net::SplitUrl(root);
  if (!parts.ok() || !root_parts.ok() || parts->Origin() != root_parts->Origin() || parts->has_user)
    return InvalidArgument(shown + " leads to another server");
  // What is encoded may be taken for "/" and ".." behind a proxy.
  const std::string& path = parts->path;
  const bool is_hidden = path.find("%2f") != std::string::npos || path.find("%2F") != std::string::npos ||
                         path.find("%2e%2e") != std::string::npos ||
                         path.find("%2E%2E") != std::string::npos || path.find("%5c") != std::string::npos ||
                         path.find("%5C") != std::string::npos;
  if (is_hidden || !path.starts_with(root_parts->path))
    return InvalidArgument(shown + " leads out of the stream's folder");
  return *url;
}

}  // namespace waveshift::app
