// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/output_keys.h"

#include <algorithm>

#include "pipeline/listening.h"

namespace waveshift::pipeline {
namespace {

constexpr size_t kLineDigits = 4;  // at least

// Each takes what it names off the front of `text`; false when something else stands there.
bool Skip(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

bool SkipDigits(std::string_view& text, size_t least = 1) {
  const size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(count);
  return count >= least;
}

// "segment_00007.ts", "init_2.mp4": a later copy has its number behind a line.
bool IsSegmentName(std::string_view name) {
  if (Skip(name, "init")) return (!Skip(name, "_") || SkipDigits(name)) && name == ".mp4";
  if (!Skip(name, "segment_") || !SkipDigits(name)) return false;
  if (Skip(name, "_") && !SkipDigits(name)) return false;
  return name == ".ts" || name == ".m4s" || name == ".vtt";
}

}  // namespace

std::vector<std::string> FinalKeys(const OutputLayout& layout) {
  std::vector<std::string> keys = {layout.mp4_key,
                                   layout.subtitles_prefix + "subtitles.srt",
                                   layout.subtitles_prefix + "subtitles.vtt",
                                   layout.subtitles_prefix + "subtitles.ass",
                                   layout.report_prefix + "report.json",
                                   layout.report_prefix + "report.html"};
  for (const std::string& path : ListeningPaths()) keys.push_back(layout.report_prefix + path);
  return keys;
}

bool IsStreamKey(std::string_view hls_prefix, std::string_view key) {
  constexpr std::string_view kPlaylist = "playlist.m3u8";
  if (!Skip(key, hls_prefix)) return false;
  if (key == kPlaylist) return true;
  for (const std::string_view folder : {"video/", "audio/dubbed/", "audio/original/", "subtitles/"}) {
    if (Skip(key, folder)) return key == kPlaylist || IsSegmentName(key);
  }
  return false;
}

// "0007_Anna.wav", "reference_1_Anna.wav".
bool IsLineKey(std::string_view lines_prefix, std::string_view key) {
  if (!Skip(key, lines_prefix)) return false;
  const bool numbered = Skip(key, "reference_") ? SkipDigits(key) : SkipDigits(key, kLineDigits);
  return numbered && key.starts_with("_") && key.ends_with(".wav") && key.find('/') == std::string_view::npos;
}

bool IsOutputKey(const OutputLayout& layout, std::string_view key) {
  const std::vector<std::string> final_keys = FinalKeys(layout);
  return key.starts_with(layout.journal_prefix) || IsStreamKey(layout.hls_prefix, key) ||
         IsLineKey(layout.lines_prefix, key) ||
         std::find(final_keys.begin(), final_keys.end(), key) != final_keys.end();
}

Status DeleteKeptLines(const OutputLayout& layout, stores::ObjectStore& store) {
  WS_ASSIGN_OR_RETURN(const auto objects, store.List(layout.lines_prefix));
  for (const auto& object : objects) {
    if (IsLineKey(layout.lines_prefix, object.key)) WS_RETURN_IF_ERROR(store.Delete(object.key));
  }
  return OkStatus();
}

}  // namespace waveshift::pipeline
