// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/hls_check.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "app/verify/playlist.h"

namespace waveshift::app {
namespace {

// Of a media playlist of a long video; the engine writes about 40 bytes a segment.
constexpr int64_t kMostPlaylistBytes = 4 << 20;
// A segment's beginning tells what it is; the rest is not read.
constexpr int64_t kHeadBytes = 64;
// A last segment of sound ends a frame of AAC behind the video's end, each side rounded.
constexpr double kMostDurationDifferenceS = 0.1;

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

bool IsOneOf(std::string type, std::initializer_list<std::string_view> wanted) {
  type = type.substr(0, type.find(';'));
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  while (!type.empty() && type.back() == ' ') type.pop_back();
  return std::find(wanted.begin(), wanted.end(), type) != wanted.end();
}

bool IsPlaylistType(const std::string& type) {
  return IsOneOf(
      type, {"application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/mpegurl", "audio/x-mpegurl"});
}

bool EndsWith(std::string_view url, std::string_view ending) {
  url = url.substr(0, url.find('?'));
  return url.size() > ending.size() && url.substr(url.size() - ending.size()) == ending;
}

bool IsSegmentType(const std::string& url, const std::string& type) {
  if (EndsWith(url, ".ts")) return IsOneOf(type, {"video/mp2t"});
  if (EndsWith(url, ".vtt")) return IsOneOf(type, {"text/vtt"});
  if (EndsWith(url, ".m4s") || EndsWith(url, ".mp4"))
    return IsOneOf(type, {"video/mp4", "audio/mp4", "video/iso.segment"});
  return !type.empty();
}

// Whether a segment begins as its name promises; what is not known passes.
bool LooksRight(const std::string& url, const std::string& head) {
  if (EndsWith(url, ".ts")) return !head.empty() && head[0] == 0x47;
  if (EndsWith(url, ".vtt")) return head.starts_with("WEBVTT") || head.starts_with("\xEF\xBB\xBFWEBVTT");
  const std::string box = head.size() >= 8 ? head.substr(4, 4) : "";
  if (EndsWith(url, ".mp4")) return box == "ftyp";
  if (EndsWith(url, ".m4s")) return box == "styp" || box == "moof" || box == "sidx";
  return true;
}

// The first of several problems, and how many there are.
struct Problems {
  std::string first;
  int count = 0;
  void Add(const std::string& what) {
    if (count++ == 0) first = what;
  }
  std::string Text() const {
    return first + (count > 1 ? " (and " + std::to_string(count - 1) + " more)" : "");
  }
};

struct FetchedRendition {
  NamedRendition named;
  std::string url;
  Playlist playlist;
  std::string Name() const {
    return named.kind + (named.name.empty() ? "" : " \"" + ShownText(named.name, 40) + "\"");
  }
};

class HlsChecker {
 public:
  HlsChecker(Prober& prober, std::string url, const HlsCheckOptions& options, VerifyReport& report)
      : prober_(prober), url_(std::move(url)), root_(FolderOf(url_)), options_(options), report_(report) {}
  void Run();

 private:
  std::optional<Playlist> Fetch(const std::string& url, std::string& problem);
  bool FetchRenditions(const Playlist& multivariant);
  void CheckPlaylists();
  void CheckDurations();
  void CheckSegments();
  std::string CheckSegment(const std::string& url);
  std::string CheckHead(const std::string& url);
  void CheckTypes();
  bool IsOutOfTime() const {
    return std::chrono::steady_clock::now() > options_.end || prober_.stop().stop_requested() ||
           prober_.gave_up();
  }
  void Look(const std::string& url, const Answer& answer, bool is_playlist);

  Prober& prober_;
  const std::string url_, root_;
  const HlsCheckOptions& options_;
  VerifyReport& report_;
  std::vector<FetchedRendition> renditions_;
  Problems wrong_types_, without_cors_;
  double bytes_ = 0;
};

// Content type and CORS of an answer, for the rows about them.
void HlsChecker::Look(const std::string& url, const Answer& answer, bool is_playlist) {
  const std::string type = answer.Header("Content-Type");
  const std::string shown = ShownText(net::RedactedUrl(url));
  if (is_playlist ? !IsPlaylistType(type) : !IsSegmentType(url, type))
    wrong_types_.Add(shown + ": \"" + ShownText(type, 60) + "\"");
  const std::string allowed = answer.Header("Access-Control-Allow-Origin");
  if (allowed != "*" && allowed != options_.web_origin)
    without_cors_.Add(shown + (allowed.empty() ? "" : ": only " + ShownText(allowed, 60)));
}

std::optional<Playlist> HlsChecker::Fetch(const std::string& url, std::string& problem) {
  const Answer answer = prober_.Ask(
      {.url = url, .headers = {{"Origin", options_.web_origin}}, .most_bytes = kMostPlaylistBytes});
  const std::string shown = ShownText(net::RedactedUrl(url));
  if (!answer.Is(200)) {
    problem = answer.transport.ok() ? shown + ": " + Explain(answer).what : Explain(answer).what;
    return std::nullopt;
  }
  Look(url, answer, true);
  auto playlist = ParsePlaylist(answer.body);
  if (playlist.ok()) return std::move(*playlist);
  problem = shown + ": " + Message(playlist.status());
  return std::nullopt;
}

bool HlsChecker::FetchRenditions(const Playlist& multivariant) {
  int videos = 0, audios = 0;
  for (const NamedRendition& named : multivariant.renditions) {
    videos += named.kind == "video" ? 1 : 0;
    audios += named.kind == "audio" ? 1 : 0;
    const auto url = ResolveWithin(url_, named.uri, root_);
    if (!url.ok()) {
      report_.Fail("hls: playlists", Message(url.status()));
      return false;
    }
    std::string problem;
    auto playlist = Fetch(*url, problem);
    if (!playlist) {
      report_.Fail("hls: playlists", problem);
      return false;
    }
    renditions_.push_back({named, *url, std::move(*playlist)});
  }
  if (videos > 0) return true;
  report_.Fail("hls: playlists",
               "the multivariant playlist names no video stream and " + std::to_string(audios) + " of sound");
  return false;
}

void HlsChecker::CheckPlaylists() {
  Problems problems;
  for (const FetchedRendition& rendition : renditions_) {
    const Playlist& playlist = rendition.playlist;
    if (!playlist.renditions.empty() || playlist.segments.empty())
      problems.Add(rendition.Name() + ": names no segment");
    if (!playlist.has_ended)
      problems.Add(rendition.Name() + ": has no EXT-X-ENDLIST, although the task is completed");
    for (const NamedSegment& segment : playlist.segments) {
      if (std::round(segment.seconds) > playlist.target_duration_s)
        problems.Add(rendition.Name() + ": a segment is longer than EXT-X-TARGETDURATION");
    }
  }
  if (problems.count > 0) return report_.Fail("hls: playlists", problems.Text());
  report_.Ok("hls: playlists", std::to_string(renditions_.size()) + " renditions, all ended");
}

// Every rendition is as long as the video; subtitles may end with their last cue.
void HlsChecker::CheckDurations() {
  double video_s = 0;
  for (const FetchedRendition& rendition : renditions_) {
    if (rendition.named.kind == "video") video_s = std::max(video_s, rendition.playlist.Seconds());
  }
  Problems problems;
  for (const FetchedRendition& rendition : renditions_) {
    const double difference = rendition.playlist.Seconds() - video_s;
    const bool is_text = rendition.named.kind == "subtitles";
    const bool is_off = is_text ? difference > rendition.playlist.target_duration_s
                                : std::abs(difference) > kMostDurationDifferenceS;
    if (is_off)
      problems.Add(rendition.Name() + " lasts " + Number(rendition.playlist.Seconds()) + " s, the video " +
                   Number(video_s) + " s");
  }
  if (problems.count > 0) return report_.Fail("hls: durations", problems.Text());
  report_.Ok("hls: durations", "all last " + Number(video_s) + " s");
}

// "" when the segment is there and not empty.
std::string HlsChecker::CheckSegment(const std::string& url) {
  const std::string shown = ShownText(net::RedactedUrl(url));
  const Answer answer =
      prober_.Ask({.method = "HEAD", .url = url, .headers = {{"Origin", options_.web_origin}}});
  if (!answer.transport.ok()) return Explain(answer).what;
  if (answer.status != 200) return shown + ": HTTP " + std::to_string(answer.status);
  Look(url, answer, false);
  const std::string length = answer.Header("Content-Length");
  if (length.empty() || length == "0" || length.size() > 15 ||
      length.find_first_not_of("0123456789") != std::string::npos)
    return shown + ": says no length";
  bytes_ += std::stod(length);
  return "";
}

// "" when it begins as its name promises and ranges are served.
std::string HlsChecker::CheckHead(const std::string& url) {
  const std::string shown = ShownText(net::RedactedUrl(url));
  const Answer answer = prober_.Ask({.url = url,
                                     .headers = {{"Range", "bytes=0-" + std::to_string(kHeadBytes - 1)}},
                                     .most_bytes = kHeadBytes});
  if (!answer.transport.ok()) return Explain(answer).what + " (a range was asked for)";
  if (answer.status != 206) return shown + ": HTTP " + std::to_string(answer.status) + " for a range";
  return LooksRight(url, answer.body) ? "" : shown + ": its first bytes are not what its name promises";
}

void HlsChecker::CheckSegments() {
  Problems problems;
  int seen = 0;
  for (const FetchedRendition& rendition : renditions_) {
    std::vector<std::string> uris;
    if (!rendition.playlist.init_uri.empty()) uris.push_back(rendition.playlist.init_uri);
    for (const NamedSegment& segment : rendition.playlist.segments) uris.push_back(segment.uri);
    for (size_t i = 0; i < uris.size(); ++i) {
      if (IsOutOfTime()) {
        const std::string why = prober_.gave_up() ? "the server stopped answering" : "the time was up";
        return report_.Fail("hls: segments", why + " after " + std::to_string(seen) + " segments" +
                                                 (problems.count > 0 ? "; " + problems.Text() : ""));
      }
      const auto url = ResolveWithin(rendition.url, uris[i], root_);
      std::string problem = url.ok() ? CheckSegment(*url) : Message(url.status());
      const bool is_edge = i == 0 || i + 1 == uris.size();
      if (problem.empty() && is_edge) problem = CheckHead(*url);
      if (!problem.empty()) problems.Add(problem);
      ++seen;
    }
  }
  if (problems.count > 0) return report_.Fail("hls: segments", problems.Text());
  report_.Ok("hls: segments", std::to_string(seen) + " are there, " + Number(bytes_ / 1e6) + " MB");
}

void HlsChecker::CheckTypes() {
  if (wrong_types_.count > 0) {
    report_.Fail("hls: content types", wrong_types_.Text(),
                 "let the store and the proxy keep the content types");
  } else {
    report_.Ok("hls: content types", "playlists and segments have theirs");
  }
  if (without_cors_.count == 0)
    return report_.Ok("hls: CORS", "a page of " + options_.web_origin + " may read it");
  const std::string remedy =
      "allow the page's origin: CORS rules of the bucket (GET, HEAD; header Range); --origin names the page";
  const bool is_elsewhere = !root_.starts_with(prober_.instance().origin + "/");
  if (is_elsewhere) return report_.Warn("hls: CORS", without_cors_.Text(), remedy);
  report_.Fail("hls: CORS", without_cors_.Text(), "let the proxy pass Access-Control-Allow-Origin");
}

void HlsChecker::Run() {
  std::string problem;
  const auto multivariant = Fetch(url_, problem);
  if (!multivariant) return report_.Fail("hls: playlists", problem);
  if (!FetchRenditions(*multivariant)) return;
  CheckPlaylists();
  CheckDurations();
  CheckSegments();
  CheckTypes();
}

}  // namespace

StatusOr<std::string> PlaylistUrl(const InstanceUrl& instance, const std::string& hls_playlist_url) {
  const std::string shown = "hls_playlist_url \"" + ShownText(hls_playlist_url, 80) + "\"";
  const bool is_path = hls_playlist_url.starts_with('/') && !hls_playlist_url.starts_with("//");
  const std::string url = is_path ? instance.base + hls_playlist_url : hls_playlist_url;
  const auto parts = net::SplitUrl(url);
  if (!parts.ok() || parts->has_user) return InvalidArgument(shown + ": is no URL");
  if (parts->Origin() == instance.origin || parts->scheme == "https" || instance.is_loopback) return url;
  return InvalidArgument(shown + ": leads to another server without TLS");
}

void CheckHls(Prober& prober, const std::string& url, const HlsCheckOptions& options, VerifyReport& report) {
  HlsChecker(prober, url, options, report).Run();
}

}  // namespace waveshift::app
