// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests only: sources made by the ffmpeg program, whole dubs without speech, and what ffprobe and ffmpeg
// say about the results.
#ifndef WAVESHIFT_MEDIA_OUTPUT_TEST_TOOLS_H_
#define WAVESHIFT_MEDIA_OUTPUT_TEST_TOOLS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/files.h"
#include "media/media_info.h"
#include "media/rendition.h"
#include "media/segmenter.h"
#include "media/video_plan.h"

namespace waveshift::media {

// Runs `ffmpeg ARGUMENTS`; a failure fails the test with its output.
std::string Ffmpeg(const std::vector<std::string>& arguments);

struct ProbedPacket {
  double pts = 0;
  double dts = 0;
  double duration = 0;
  bool key = false;
};
// Packets in the file's order of stream `select` ("v:0", "a:1").
std::vector<ProbedPacket> ProbePackets(const std::string& path, const std::string& select);

// MD5 of every coded picture in decoding order, container dress taken off.
std::vector<std::string> PictureHashes(const std::string& path, const std::string& codec);

// One stream's samples as 48 kHz stereo float.
std::vector<float> DecodeSound(const std::string& path, const std::string& select);

// A file of `files` joined byte by byte.
void Join(const std::vector<std::string>& files, const std::string& to);

// The tone that stands for the mix: chords that come and go, so that seams can be heard.
std::vector<float> TestSound(Samples from, Samples count);

// A dub without speech.
struct Dub {
  MediaInfo info;
  VideoPlan plan;
  RenditionFiles video, sound;  // init segment first when there is one
  std::string video_codec;
  int width = 0, height = 0;
  bool has_init = false;
};
struct DubOptions {
  bool copy = true;
  double segment_seconds = 2;
  size_t first_segment = 0;
  std::string burn_ass_path;
};
// Plans, segments and encodes `source` into `directory`; a failure fails the test.
Dub MakeDub(const std::string& source, const std::string& directory, const DubOptions& options);
RenditionFiles EncodeSound(const VideoPlan& plan, SegmentContainer container, const std::string& directory,
                           size_t first_segment,
                           const std::function<std::vector<float>(Samples, Samples)>& sound);

// Playlists beside the segments: DIRECTORY/playlist.m3u8.
void WritePlaylists(const Dub& dub, const std::string& directory);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_OUTPUT_TEST_TOOLS_H_
