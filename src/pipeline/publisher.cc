// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/publisher.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <set>
#include <utility>

#include "media/segmenter.h"
#include "pipeline/output_keys.h"
#include "text/language.h"

namespace waveshift::pipeline {
namespace {

using media::hls::MediaPlaylist;

constexpr std::chrono::seconds kShortestRewrite{1};
constexpr char kSegmentCaching[] = "public, max-age=31536000, immutable";
constexpr char kPlaylistCaching[] = "no-cache";
constexpr char kVideo[] = "video";
constexpr char kDubbed[] = "audio/dubbed";
constexpr char kOriginal[] = "audio/original";
constexpr char kSubtitles[] = "subtitles";
constexpr char kPlaylistName[] = "playlist.m3u8";
// Versions of playlists take at most this share of what is uploaded, where that is possible (see
// PlaylistsAreDue).
constexpr int64_t kSegmentBytesPerPlaylistByte = 200;
constexpr int kMostTries = 1000;  // to find a name that is not taken

// "" for the first copy, "_2" for the second.
std::string CopyMark(int copy) { return copy == 1 ? "" : "_" + std::to_string(copy); }
std::string InitName(int copy) { return "init" + CopyMark(copy) + ".mp4"; }

// What a rendition needs at most over half a target duration or more (RFC 8216 section 4.3.4.2), and on the
// whole.
struct BitRates {
  double peak = 0;
  double average = 0;
};
BitRates RatesOf(const std::vector<double>& seconds, const std::vector<int64_t>& bytes, int target_s) {
  BitRates rates;
  double all_bits = 0;
  double all_seconds = 0;
  double any_peak = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const double bits = static_cast<double>(bytes[i]) * 8;
    all_bits += bits;
    all_seconds += seconds[i];
    const double rate = bits / std::max(seconds[i], 1e-3);
    any_peak = std::max(any_peak, rate);
    if (seconds[i] >= 0.5 * target_s) rates.peak = std::max(rates.peak, rate);
  }
  if (rates.peak == 0) rates.peak = any_peak;
  rates.average = all_seconds > 0 ? all_bits / all_seconds : 0;
  return rates;
}

}  // namespace

Publisher::Publisher(stores::ObjectStore& store, Journal& journal, const media::VideoPlan& plan,
                     PublisherOptions options)
    : store_(store), journal_(journal), plan_(plan), options_(std::move(options)) {
  const std::string ending = media::SegmentExtension(options_.container);
  std::vector<double> video_seconds;
  std::vector<Samples> starts;
  for (const auto& segment : plan_.segments) {
    starts.push_back(segment.start);
    video_seconds.push_back(SecondsFromSamples(segment.end - segment.start));
  }
  const std::vector<double> audio_seconds = media::AudioSegmentSeconds(starts, plan_.length);
  renditions_.push_back({kVideo, ending, video_seconds, {}});
  renditions_.push_back({kDubbed, ending, audio_seconds, {}});
  if (options_.has_original) renditions_.push_back({kOriginal, ending, audio_seconds, {}});
  if (options_.has_subtitles) renditions_.push_back({kSubtitles, "vtt", video_seconds, {}});
  std::vector<double> all = video_seconds;
  all.insert(all.end(), audio_seconds.begin(), audio_seconds.end());
  target_duration_s_ = media::hls::TargetDuration(all);
}

std::string Publisher::SegmentName(const Rendition& rendition, size_t index, int copy) {
  char number[24];
  std::snprintf(number, sizeof number, "%05zu", index);
  return std::string("segment_") + number + CopyMark(copy) + "." + rendition.ending;
}

std::string Publisher::Key(const Rendition& rendition, const std::string& name) const {
  return options_.hls_prefix + rendition.folder + "/" + name;
}

StatusOr<std::map<std::string, int64_t>> Publisher::Present() const {
  std::map<std::string, int64_t> present;
  for (const char* folder : {"video/", "audio/", "subtitles/"}) {
    WS_ASSIGN_OR_RETURN(const auto objects, store_.List(options_.hls_prefix + folder));
    for (const auto& object : objects) {
      // Other people's files may lie there too.
      if (IsStreamKey(options_.hls_prefix, object.key)) present[object.key] = object.size_bytes;
    }
  }
  return present;
}

size_t Publisher::CountWhole(const JournalState& state, const std::map<std::string, int64_t>& present,
                             size_t limit) const {
  limit = std::min({limit, static_cast<size_t>(state.published_segments), plan_.segments.size()});
  const auto is_there = [&](const Rendition& r, const std::string& name) {
    const auto it = present.find(Key(r, name));
    return it != present.end() && it->second > 0;
  };
  for (const Rendition& r : renditions_) {
    const auto copies = state.copies.find(r.folder);
    if (copies == state.copies.end()) return 0;
    if (HasInitOf(r) && !is_there(r, InitName(copies->second.init))) return 0;
    limit = std::min(limit, copies->second.segments.size());
    size_t whole = 0;
    while (whole < limit && is_there(r, SegmentName(r, whole, copies->second.segments[whole]))) ++whole;
    limit = whole;
  }
  return limit;
}

StatusOr<size_t> Publisher::Resume(const std::optional<JournalState>& state, size_t limit) {
  WS_ASSIGN_OR_RETURN(const auto present, Present());
  published_ = 0;
  if (state && state->fingerprint == options_.fingerprint) published_ = CountWhole(*state, present, limit);
  for (Rendition& r : renditions_) {
    r.bytes.clear();
    r.copies = {};
    if (published_ == 0) continue;
    r.copies = state->copies.at(r.folder);
    r.copies.segments.resize(published_);
    for (size_t i = 0; i < published_; ++i) r.bytes.push_back(present.at(Key(r, SegmentName(r, i))));
  }
  const std::string multivariant = options_.hls_prefix + kPlaylistName;
  if (published_ == 0) {
    WS_RETURN_IF_ERROR(store_.Delete(multivariant));
  } else {
    multivariant_published_ = store_.Head(multivariant).ok();
  }
  return published_;
}

Status Publisher::PublishInitOf(Rendition& rendition, const std::string& bytes) {
  if (published_ > 0) return OkStatus();  // the one of the segments that stay
  while (true) {
    const stores::PutOptions options{.cache_control = kSegmentCaching, .only_if_absent = true};
    const Status status =
        store_.Put(Key(rendition, InitName(rendition.copies.init)), bytes, options).status();
    if (status.code() != StatusCode::kAlreadyExists || rendition.copies.init >= kMostTries) return status;
    ++rendition.copies.init;
  }
}

Status Publisher::PublishInit(const std::string& video, const std::string& dubbed,
                              const std::string& original) {
  for (Rendition& r : renditions_) {
    if (!HasInitOf(r)) continue;
    const std::string& bytes = r.folder == kVideo ? video : r.folder == kDubbed ? dubbed : original;
    WS_RETURN_IF_ERROR(PublishInitOf(r, bytes));
  }
  return OkStatus();
}

Status Publisher::PutSegment(Rendition& rendition, size_t index, const SegmentParts& parts) {
  const std::string& path = rendition.folder == kVideo    ? parts.video_path
                            : rendition.folder == kDubbed ? parts.dubbed_path
                                                          : parts.original_path;
  const stores::PutOptions options{.cache_control = kSegmentCaching, .only_if_absent = true};
  for (int copy = 1;; ++copy) {
    const std::string key = Key(rendition, SegmentName(rendition, index, copy));
    const auto stored = rendition.folder == kSubtitles ? store_.Put(key, parts.subtitles, options)
                                                       : store_.PutFile(key, path, options);
    if (stored.ok()) {
      rendition.bytes.push_back(stored->size_bytes);
      rendition.copies.segments.push_back(copy);
      segment_bytes_ += stored->size_bytes;
    }
    if (stored.status().code() != StatusCode::kAlreadyExists || copy >= kMostTries) return stored.status();
  }
}

Status Publisher::PublishSegment(size_t index, const SegmentParts& parts) {
  if (index != published_) return Internal("segment " + std::to_string(index) + " is published out of order");
  for (Rendition& r : renditions_) WS_RETURN_IF_ERROR(PutSegment(r, index, parts));
  ++published_;
  if (!PlaylistsAreDue()) return OkStatus();
  WS_RETURN_IF_ERROR(WritePlaylists(false));
  if (!multivariant_published_) WS_RETURN_IF_ERROR(WriteMultivariant(false));
  return OkStatus();
}

// A playlist grows with every segment, and each version is uploaded whole: in a long video, versions a second
// would be bytes without use. Players look again after a target duration.
bool Publisher::PlaylistsAreDue() const {
  if (!multivariant_published_) return true;
  const auto passed = std::chrono::steady_clock::now() - last_playlists_;
  if (passed < kShortestRewrite) return false;
  return playlist_bytes_ < segment_bytes_ / kSegmentBytesPerPlaylistByte ||
         passed >= std::chrono::seconds(target_duration_s_);
}

JournalState Publisher::State(bool complete) const {
  JournalState state{options_.fingerprint, static_cast<int64_t>(published_), complete};
  for (const Rendition& r : renditions_) state.copies[r.folder] = r.copies;
  return state;
}

Status Publisher::WritePlaylists(bool ended) {
  // The journal first: after a kill it must not know fewer segments than a playlist names.
  WS_RETURN_IF_ERROR(journal_.SaveState(State(false)));
  for (const Rendition& r : renditions_) {
    MediaPlaylist playlist;
    playlist.target_duration_s = target_duration_s_;
    playlist.init_uri = HasInitOf(r) ? InitName(r.copies.init) : "";
    for (size_t i = 0; i < published_; ++i) playlist.segments.push_back({SegmentName(r, i), r.seconds[i]});
    playlist.ended = ended;
    const std::string text = media::hls::FormatMediaPlaylist(playlist);
    playlist_bytes_ += static_cast<int64_t>(text.size());
    const stores::PutOptions options{.cache_control = kPlaylistCaching};
    WS_RETURN_IF_ERROR(store_.Put(Key(r, kPlaylistName), text, options).status());
  }
  last_playlists_ = std::chrono::steady_clock::now();
  return OkStatus();
}

Status Publisher::WriteMultivariant(bool exact) {
  BitRates audio;
  BitRates video{static_cast<double>(plan_.peak_bits_per_second),
                 static_cast<double>(plan_.average_bits_per_second)};
  media::hls::MultivariantPlaylist playlist;
  for (const Rendition& r : renditions_) {
    const BitRates rates = RatesOf(r.seconds, r.bytes, target_duration_s_);
    if (r.folder == kVideo && exact) video = rates;
    if (r.folder == kDubbed || r.folder == kOriginal) {
      audio.peak = std::max(audio.peak, rates.peak);
      audio.average = std::max(audio.average, rates.average);
    }
  }
  playlist.video_uri = std::string(kVideo) + "/" + kPlaylistName;
  playlist.video_codec = options_.video_codec;
  playlist.width = options_.width;
  playlist.height = options_.height;
  playlist.frame_rate = plan_.frame_rate;
  playlist.peak_bits_per_second = static_cast<int64_t>(video.peak + audio.peak) + 1;
  playlist.average_bits_per_second = static_cast<int64_t>(video.average + audio.average) + 1;
  playlist.fragmented_mp4 = HasInit();
  const std::string dubbed_name = text::LanguageName(options_.dubbed_language) + " (dubbed)";
  playlist.audio.push_back(
      {dubbed_name, options_.dubbed_language, std::string(kDubbed) + "/" + kPlaylistName, true, 2});
  if (options_.has_original) {
    const std::string name = options_.original_language.empty()
                                 ? "Original"
                                 : text::LanguageName(options_.original_language) + " (original)";
    playlist.audio.push_back(
        {name, options_.original_language, std::string(kOriginal) + "/" + kPlaylistName, false, 2});
  }
  if (options_.has_subtitles) {
    playlist.subtitles.push_back({text::LanguageName(options_.dubbed_language), options_.dubbed_language,
                                  std::string(kSubtitles) + "/" + kPlaylistName});
  }
  const stores::PutOptions options{.cache_control = kPlaylistCaching};
  WS_RETURN_IF_ERROR(
      store_
          .Put(options_.hls_prefix + kPlaylistName, media::hls::FormatMultivariantPlaylist(playlist), options)
          .status());
  multivariant_published_ = true;
  return OkStatus();
}

Status Publisher::Finish() {
  if (published_ != plan_.segments.size()) return Internal("the stream is finished before its last segment");
  WS_RETURN_IF_ERROR(WritePlaylists(true));
  WS_RETURN_IF_ERROR(WriteMultivariant(true));
  return RemoveLeftovers();
}

Status Publisher::RemoveLeftovers() {
  WS_ASSIGN_OR_RETURN(const auto present, Present());
  std::set<std::string> wanted;
  for (const Rendition& r : renditions_) {
    wanted.insert(Key(r, kPlaylistName));
    for (const std::string& key : RenditionKeys(r.folder)) wanted.insert(key);
  }
  for (const auto& [key, size] : present) {
    if (!wanted.contains(key)) WS_RETURN_IF_ERROR(store_.Delete(key));
  }
  return OkStatus();
}

std::vector<std::string> Publisher::RenditionKeys(const std::string& rendition) const {
  std::vector<std::string> keys;
  for (const Rendition& r : renditions_) {
    if (r.folder != rendition) continue;
    if (HasInitOf(r)) keys.push_back(Key(r, InitName(r.copies.init)));
    for (size_t i = 0; i < published_; ++i) keys.push_back(Key(r, SegmentName(r, i)));
  }
  return keys;
}

}  // namespace waveshift::pipeline
