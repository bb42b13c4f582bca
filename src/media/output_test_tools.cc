// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/output_test_tools.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/process.h"
#include "media/hls/playlists.h"

namespace waveshift::media {
namespace {

std::string Run(const std::string& program, std::vector<std::string> arguments) {
  const auto result = RunProcess({.program = program,
                                  .arguments = std::move(arguments),
                                  .time_limit = std::chrono::minutes(4),
                                  .max_output_bytes = int64_t{1} << 30},
                                 {});
  if (!result.ok()) {
    ADD_FAILURE() << Message(result.status());
    return "";
  }
  EXPECT_EQ(result->exit_code, 0) << result->error_output;
  return result->output;
}

double Number(const std::string& text) {
  return text.empty() || text == "N/A" ? std::nan("") : std::stod(text);
}

RenditionFiles EncodeVideo(Dub& dub, const std::string& directory, const DubOptions& options) {
  auto segmenter = VideoSegmenter::Open(
      dub.info, dub.plan, {.first_segment = options.first_segment, .burn_ass_path = options.burn_ass_path});
  if (!segmenter.ok()) {
    ADD_FAILURE() << Message(segmenter.status());
    return {};
  }
  dub.video_codec = (*segmenter)->hls_codec();
  dub.width = (*segmenter)->width();
  dub.height = (*segmenter)->height();
  RenditionFiles files;
  std::filesystem::create_directories(directory);
  if (!(*segmenter)->init_segment().empty()) {
    files.paths.push_back(directory + "/init.mp4");
    EXPECT_TRUE(WriteFileAtomic(files.paths[0], (*segmenter)->init_segment()).ok());
    dub.has_init = true;
  }
  for (size_t i = options.first_segment; i < dub.plan.segments.size(); ++i) {
    files.paths.push_back(directory + "/" + std::to_string(i) + "." +
                          SegmentExtension(dub.info.video->container));
    const Status written = (*segmenter)->WriteNext(files.paths.back(), {});
    EXPECT_TRUE(written.ok()) << Message(written);
  }
  return files;
}

hls::MediaPlaylist Listing(const RenditionFiles& files, bool has_init, const std::vector<double>& seconds) {
  hls::MediaPlaylist list;
  list.target_duration_s = hls::TargetDuration(seconds);
  size_t at = 0;
  for (const std::string& path : files.paths) {
    const std::string name = std::filesystem::path(path).filename();
    if (has_init && list.init_uri.empty()) {
      list.init_uri = name;
    } else {
      list.segments.push_back({name, seconds[at++]});
    }
  }
  list.ended = true;
  return list;
}

}  // namespace

std::string Ffmpeg(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"-hide_banner", "-nostdin", "-v", "error", "-y"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return Run("ffmpeg", all);
}

std::vector<ProbedPacket> ProbePackets(const std::string& path, const std::string& select) {
  const std::string text =
      Run("ffprobe", {"-v", "error", "-select_streams", select, "-show_entries",
                      "packet=pts_time,dts_time,duration_time,flags", "-of", "csv=p=0", path});
  std::vector<ProbedPacket> packets;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
    if (cells.size() < 4) continue;
    packets.push_back(
        {Number(cells[0]), Number(cells[1]), Number(cells[2]), cells[3].find('K') != std::string::npos});
  }
  return packets;
}

std::vector<std::string> PictureHashes(const std::string& path, const std::string& codec) {
  std::vector<std::string> arguments = {"-copyts", "-i", path, "-map", "0:v:0", "-c", "copy"};
  if (codec == "h264") {
    arguments.insert(arguments.end(), {"-bsf:v", "h264_mp4toannexb,filter_units=pass_types=1-5"});
  } else if (codec == "hevc") {
    arguments.insert(arguments.end(), {"-bsf:v", "hevc_mp4toannexb,filter_units=pass_types=0-31"});
  }
  arguments.insert(arguments.end(), {"-f", "framehash", "-hash", "md5", "-"});
  std::istringstream lines(Ffmpeg(arguments));
  std::vector<std::string> hashes;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    // stream, dts, pts, duration, size, hash, and what side data there is
    size_t at = 0;
    for (int column = 0; column < 5 && at != std::string::npos; ++column) at = line.find(',', at + 1);
    if (at == std::string::npos) continue;
    hashes.push_back(line.substr(at + 1, line.find(',', at + 1) - at - 1));
  }
  return hashes;
}

std::vector<float> DecodeSound(const std::string& path, const std::string& select) {
  const std::string bytes =
      Ffmpeg({"-i", path, "-map", "0:" + select, "-f", "f32le", "-ac", "2", "-ar", "48000", "-"});
  std::vector<float> samples(bytes.size() / sizeof(float));
  std::memcpy(samples.data(), bytes.data(), samples.size() * sizeof(float));
  return samples;
}

void Join(const std::vector<std::string>& files, const std::string& to) {
  std::ofstream out(to, std::ios::binary);
  for (const std::string& file : files) {
    std::ifstream in(file, std::ios::binary);
    ASSERT_TRUE(in.good()) << file;
    out << in.rdbuf();
  }
}

std::vector<float> TestSound(Samples from, Samples count) {
  std::vector<float> sound;
  sound.reserve(static_cast<size_t>(count) * 2);
  for (Samples i = from; i < from + count; ++i) {
    const double t = SecondsFromSamples(i);
    const double swell = 0.6 + 0.4 * std::sin(2 * M_PI * 0.31 * t);
    const double left = std::sin(2 * M_PI * 220 * t) + 0.5 * std::sin(2 * M_PI * 1375 * t);
    const double right = std::sin(2 * M_PI * 330 * t) + 0.5 * std::sin(2 * M_PI * 911 * t);
    sound.push_back(static_cast<float>(0.2 * swell * left));
    sound.push_back(static_cast<float>(0.2 * swell * right));
  }
  return sound;
}

RenditionFiles EncodeSound(const VideoPlan& plan, SegmentContainer container, const std::string& directory,
                           size_t first_segment,
                           const std::function<std::vector<float>(Samples, Samples)>& sound) {
  std::filesystem::create_directories(directory);
  AudioSegmenter::Options options{.container = container,
                                  .length = plan.length,
                                  .language = "eng",
                                  .first_segment = first_segment,
                                  .directory = directory};
  for (const PlannedSegment& segment : plan.segments) options.starts.push_back(segment.start);
  RenditionFiles files;
  size_t expected = first_segment;
  auto segmenter = AudioSegmenter::Open(options, [&](const AudioSegment& segment) {
    EXPECT_EQ(segment.index, expected++);
    EXPECT_NEAR(segment.seconds, AudioSegmentSeconds(options.starts, options.length).at(segment.index), 1e-9);
    EXPECT_EQ(segment.bytes, static_cast<int64_t>(std::filesystem::file_size(segment.path)));
    files.paths.push_back(segment.path);
    return OkStatus();
  });
  if (!segmenter.ok()) {
    ADD_FAILURE() << Message(segmenter.status());
    return {};
  }
  if (!(*segmenter)->init_segment().empty()) {
    files.paths.insert(files.paths.begin(), directory + "/init.mp4");
    EXPECT_TRUE(WriteFileAtomic(files.paths[0], (*segmenter)->init_segment()).ok());
  }
  for (Samples at = (*segmenter)->first_input(); at < plan.length;) {
    const Samples n = std::min<Samples>(7001, plan.length - at);  // no multiple of the encoder's frame
    const Status pushed = (*segmenter)->Push(sound(at, n));
    EXPECT_TRUE(pushed.ok()) << Message(pushed);
    at += n;
  }
  const Status finished = (*segmenter)->Finish();
  EXPECT_TRUE(finished.ok()) << Message(finished);
  EXPECT_EQ(expected, plan.segments.size());
  return files;
}

Dub MakeDub(const std::string& source, const std::string& directory, const DubOptions& options) {
  Dub dub;
  auto info = ProbeMedia(source);
  if (!info.ok()) {
    ADD_FAILURE() << Message(info.status());
    return dub;
  }
  dub.info = *info;
  auto plan = PlanVideo(dub.info, options.segment_seconds, options.copy, {});
  if (!plan.ok()) {
    ADD_FAILURE() << Message(plan.status());
    return dub;
  }
  dub.plan = *plan;
  dub.video = EncodeVideo(dub, directory + "/video", options);
  dub.sound = EncodeSound(dub.plan, dub.info.video->container, directory + "/audio", options.first_segment,
                          TestSound);
  return dub;
}

void WritePlaylists(const Dub& dub, const std::string& directory) {
  std::vector<double> video_seconds;
  std::vector<Samples> starts;
  for (const PlannedSegment& segment : dub.plan.segments) {
    video_seconds.push_back(SecondsFromSamples(segment.end - segment.start));
    starts.push_back(segment.start);
  }
  const std::vector<double> sound_seconds = AudioSegmentSeconds(starts, dub.plan.length);
  const auto write = [&](const std::string& name, const std::string& text) {
    EXPECT_TRUE(WriteFileAtomic(directory + "/" + name, text).ok());
  };
  write("video/index.m3u8", hls::FormatMediaPlaylist(Listing(dub.video, dub.has_init, video_seconds)));
  write("audio/index.m3u8", hls::FormatMediaPlaylist(Listing(dub.sound, dub.has_init, sound_seconds)));
  int64_t bytes = 0;
  for (const auto* files : {&dub.video, &dub.sound}) {
    for (const std::string& path : files->paths)
      bytes += static_cast<int64_t>(std::filesystem::file_size(path));
  }
  const auto rate =
      static_cast<int64_t>(static_cast<double>(bytes) * 8 / SecondsFromSamples(dub.plan.length));
  write(
      "playlist.m3u8",
      hls::FormatMultivariantPlaylist(
          {.video_uri = "video/index.m3u8",
           .video_codec = dub.video_codec,
           .width = dub.width,
           .height = dub.height,
           .frame_rate = dub.plan.frame_rate,
           .peak_bits_per_second = rate * 3 / 2,
           .average_bits_per_second = rate,
           .fragmented_mp4 = dub.has_init,
           .audio = {{.name = "Dubbed", .language = "en", .uri = "audio/index.m3u8", .is_default = true}}}));
}

}  // namespace waveshift::media
