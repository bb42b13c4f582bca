// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Segments and the MP4 of real files, of every kind that the segmenters treat differently.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <regex>

#include "media/output_test_tools.h"

namespace waveshift::media {
namespace {

using ::testing::StartsWith;

constexpr double kFrameSeconds = 1024.0 / 48000;

struct SourceCase {
  std::string name;
  std::string file;  // its ending decides the container
  std::vector<std::string> arguments;
  bool copy = true;
};

std::ostream& operator<<(std::ostream& out, const SourceCase& c) { return out << c.name; }

const std::vector<std::string>& X264() {
  static const std::vector<std::string> arguments = {"-c:v",      "libx264",  "-preset",
                                                     "ultrafast", "-pix_fmt", "yuv420p"};
  return arguments;
}

std::vector<std::string> Plus(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<SourceCase> Sources() {
  const std::vector<std::string> picture = {"-f", "lavfi", "-i",
                                            "testsrc2=size=320x180:rate=25:duration=9.4"};
  const std::vector<std::string> odd = {"-f", "lavfi", "-i", "testsrc2=size=321x181:rate=25:duration=7"};
  const std::vector<std::string> film = {"-f", "lavfi", "-i",
                                         "testsrc2=size=320x180:rate=24000/1001:duration=9.4"};
  const std::vector<std::string> vary = {
      "-vf",
      "select='not(between(mod(n\\,11)\\,3\\,5))',setpts=PTS+0.013*sin(N)/TB",
      "-fps_mode",
      "passthrough",
      "-enc_time_base",
      "1/90000"};
  return {
      {"ClosedGop", "a.mp4", Plus(picture, Plus(X264(), {"-g", "30", "-bf", "2"}))},
      {"OpenGop", "a.mkv", Plus(film, Plus(X264(), {"-g", "36", "-bf", "3", "-x264-params", "open-gop=1"}))},
      {"VariableRate", "a.mp4", Plus(picture, Plus(vary, Plus(X264(), {"-g", "30", "-bf", "2"})))},
      {"TsSource", "a.ts", Plus(picture, Plus(X264(), {"-g", "30", "-bf", "2"}))},
      {"AviSource", "a.avi", Plus(picture, Plus(X264(), {"-g", "30", "-bf", "0"}))},
      {"Hevc", "a.mp4",
       Plus(picture, {"-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
                      "log-level=none:keyint=30:bframes=3:open-gop=1"})},
      {"Vp9", "a.mkv",
       Plus(film, {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "40"})},
      {"Mpeg4", "a.avi", Plus(picture, {"-c:v", "mpeg4", "-g", "30", "-bf", "2"}), false},
      {"OddSize", "b.avi", Plus(odd, {"-c:v", "mpeg4", "-g", "50"}), false},
  };
}

class OutputTest : public ::testing::TestWithParam<SourceCase> {
 protected:
  void SetUp() override {
    auto scratch = ScratchDirectory::Make();
    ASSERT_TRUE(scratch.ok());
    scratch_.emplace(std::move(scratch).value());
    source_ = dir() + "/" + GetParam().file;
    Ffmpeg(Plus(GetParam().arguments, {source_}));
    dub_ = MakeDub(source_, dir() + "/out", {.copy = GetParam().copy});
    WritePlaylists(dub_, dir() + "/out");
    ASSERT_FALSE(HasFailure());
  }
  const std::string& dir() const { return scratch_->path(); }

  std::string JoinVideo() {
    Join(dub_.video.paths, dir() + "/video.bin");
    return dir() + "/video.bin";
  }

  // What is promised of every kind of source.
  void SegmentsAreWholeAndInStep();
  void EverySegmentStartsWithAKeyPictureAtItsPlannedTimeAndDecodesAlone();
  void CopiedPicturesAreTheSameBits();
  void AResumedVideoContinuesTheClock();
  void TheMp4StartsTogetherAndKeepsThePictures();

  std::optional<ScratchDirectory> scratch_;
  std::string source_;
  Dub dub_;
};

// Times of pictures on the timeline, in order of showing.
std::vector<double> Times(const std::vector<ProbedPacket>& packets, double zero) {
  std::vector<double> times;
  for (const ProbedPacket& packet : packets) {
    // AVI says nothing; those sources have 25 pictures a second.
    const double unsaid = static_cast<double>(times.size()) / 25;
    times.push_back(std::isnan(packet.pts) ? unsaid : packet.pts - zero);
  }
  std::sort(times.begin(), times.end());
  return times;
}

void OutputTest::SegmentsAreWholeAndInStep() {
  ASSERT_GE(dub_.plan.segments.size(), 3U);
  const std::vector<ProbedPacket> video = ProbePackets(JoinVideo(), "v:0");
  const std::vector<double> times = Times(video, kProgrammeOffsetSeconds);
  ASSERT_FALSE(times.empty());
  EXPECT_NEAR(times[0], 0, 2e-5);
  const std::vector<ProbedPacket> in_source = ProbePackets(source_, "v:0");
  ASSERT_EQ(video.size(), in_source.size());
  std::vector<double> wanted = Times(in_source, 0);
  const double zero = wanted[0];
  for (size_t i = 0; i < times.size(); ++i) {
    ASSERT_NEAR(times[i], wanted[i] - zero, 1.01e-3) << "picture " << i;
  }
  for (size_t i = 1; i < video.size(); ++i) EXPECT_GT(video[i].dts, video[i - 1].dts) << "packet " << i;

  Join(dub_.sound.paths, dir() + "/sound.bin");
  const std::vector<ProbedPacket> sound = ProbePackets(dir() + "/sound.bin", "a:0");
  ASSERT_FALSE(sound.empty());
  EXPECT_NEAR(sound[0].pts, kProgrammeOffsetSeconds - kFrameSeconds, 1e-4);
  for (size_t i = 1; i < sound.size(); ++i) EXPECT_NEAR(sound[i].pts - sound[i - 1].pts, kFrameSeconds, 1e-4);
  EXPECT_NEAR(sound.back().pts + kFrameSeconds - kProgrammeOffsetSeconds,
              SecondsFromSamples(dub_.plan.length), kFrameSeconds);
}

void OutputTest::EverySegmentStartsWithAKeyPictureAtItsPlannedTimeAndDecodesAlone() {
  const size_t inits = dub_.has_init ? 1 : 0;
  ASSERT_EQ(dub_.video.paths.size(), dub_.plan.segments.size() + inits);
  for (size_t i = 0; i < dub_.plan.segments.size(); ++i) {
    std::vector<std::string> files(dub_.video.paths.begin(),
                                   dub_.video.paths.begin() + static_cast<ptrdiff_t>(inits));
    files.push_back(dub_.video.paths[i + inits]);
    Join(files, dir() + "/one.bin");
    const std::vector<ProbedPacket> packets = ProbePackets(dir() + "/one.bin", "v:0");
    ASSERT_FALSE(packets.empty());
    EXPECT_TRUE(packets[0].key) << "segment " << i;
    EXPECT_NEAR(Times(packets, kProgrammeOffsetSeconds)[0], SecondsFromSamples(dub_.plan.segments[i].start),
                1.1e-3)
        << "segment " << i;
    if (dub_.plan.copy) {
      EXPECT_EQ(static_cast<int64_t>(packets.size()), dub_.plan.segments[i].packets);
    }
    Ffmpeg({"-i", dir() + "/one.bin", "-frames:v", "3", "-f", "null", "-"});
    if (!dub_.has_init) {
      const auto bytes = ReadFile(dub_.video.paths[i], 1 << 30);
      ASSERT_TRUE(bytes.ok());
      EXPECT_EQ(bytes->size() % 188, 0U);
      EXPECT_THAT(*bytes, StartsWith("G"));
    }
  }
}

void OutputTest::CopiedPicturesAreTheSameBits() {
  const std::vector<std::string> wanted = PictureHashes(source_, dub_.info.video->codec);
  const std::vector<std::string> got =
      PictureHashes(JoinVideo(), dub_.plan.copy ? dub_.info.video->codec : "h264");
  ASSERT_EQ(got.size(), wanted.size());
  if (dub_.plan.copy) {
    EXPECT_EQ(got, wanted);
  } else {
    EXPECT_NE(got, wanted);
    EXPECT_THAT(dub_.video_codec, StartsWith("avc1."));
    EXPECT_EQ(dub_.width % 2, 0);
    EXPECT_EQ(dub_.height % 2, 0);
  }
}

void OutputTest::AResumedVideoContinuesTheClock() {
  const size_t first = dub_.plan.segments.size() / 2;
  ASSERT_GT(first, 0U);
  const Dub again = MakeDub(source_, dir() + "/again", {.copy = GetParam().copy, .first_segment = first});
  std::vector<std::string> files(
      dub_.video.paths.begin(),
      dub_.video.paths.begin() + static_cast<ptrdiff_t>(first + (dub_.has_init ? 1 : 0)));
  files.insert(files.end(), again.video.paths.begin() + (dub_.has_init ? 1 : 0), again.video.paths.end());
  Join(files, dir() + "/resumed.bin");
  const std::vector<ProbedPacket> one = ProbePackets(JoinVideo(), "v:0");
  const std::vector<ProbedPacket> two = ProbePackets(dir() + "/resumed.bin", "v:0");
  const std::vector<double> times = Times(one, 0);
  const std::vector<double> resumed = Times(two, 0);
  ASSERT_EQ(times.size(), resumed.size());
  for (size_t i = 0; i < times.size(); ++i) ASSERT_NEAR(times[i], resumed[i], 1e-6) << "picture " << i;
  for (size_t i = 1; i < two.size(); ++i) EXPECT_GT(two[i].dts, two[i - 1].dts) << "packet " << i;
  if (dub_.plan.copy) {
    EXPECT_EQ(PictureHashes(dir() + "/resumed.bin", dub_.info.video->codec),
              PictureHashes(source_, dub_.info.video->codec));
  }
}

void OutputTest::TheMp4StartsTogetherAndKeepsThePictures() {
  Mp4Request request{.source = &dub_.info,
                     .plan = &dub_.plan,
                     .dubbed = dub_.sound,
                     .dubbed_language = "en",
                     .original = dub_.sound,
                     .original_language = "zh",
                     .subtitles = {{.start_ms = 500, .end_ms = 2500, .text = "one"},
                                   {.start_ms = 2000, .end_ms = 4000, .text = "two"}},
                     .output_path = dir() + "/final.mp4"};
  if (!dub_.plan.copy) request.encoded_video = dub_.video;
  const Status written = WriteMp4(request, {});
  ASSERT_TRUE(written.ok()) << Message(written);

  const std::vector<ProbedPacket> video = ProbePackets(request.output_path, "v:0");
  const std::vector<double> wanted = Times(ProbePackets(source_, "v:0"), 0);
  const std::vector<double> times = Times(video, 0);
  ASSERT_EQ(times.size(), wanted.size());
  EXPECT_NEAR(times[0], 0, 2e-5);
  for (size_t i = 0; i < times.size(); ++i)
    ASSERT_NEAR(times[i], wanted[i] - wanted[0], 1.01e-3) << "picture " << i;
  const std::string codec = dub_.plan.copy ? dub_.info.video->codec : "h264";
  EXPECT_EQ(PictureHashes(request.output_path, codec), PictureHashes(JoinVideo(), codec));

  for (const char* track : {"a:0", "a:1"}) {
    const std::vector<float> sound = DecodeSound(request.output_path, track);
    const auto frames = static_cast<Samples>(sound.size() / 2);
    EXPECT_NEAR(static_cast<double>(frames), static_cast<double>(dub_.plan.length), kAacFrame) << track;
    const std::vector<float> truth = TestSound(0, frames);
    double error = 0;
    double power = 0;
    for (size_t i = 48000; i < 2 * 96000; ++i) {
      error += std::pow(sound[i] - truth[i], 2);
      power += std::pow(truth[i], 2);
    }
    EXPECT_LT(error, 0.01 * power) << track << ": the sound is not where it was";
  }
  // Its index is in front, and every packet can be decoded.
  const auto head = ReadFile(request.output_path, 1 << 30);
  ASSERT_TRUE(head.ok());
  EXPECT_LT(head->find("moov"), head->find("mdat"));
  Ffmpeg({"-xerror", "-i", request.output_path, "-map", "0:v", "-map", "0:a", "-f", "null", "-"});
  const std::string srt = std::regex_replace(
      Ffmpeg({"-i", request.output_path, "-map", "0:s:0", "-f", "srt", "-"}), std::regex("<[^>]*>|\r"), "");
  EXPECT_NE(srt.find("00:00:00,500 --> 00:00:02,000\none\n"), std::string::npos) << srt;
  EXPECT_NE(srt.find("00:00:02,000 --> 00:00:02,500\none\ntwo\n"), std::string::npos) << srt;
  EXPECT_NE(srt.find("00:00:02,500 --> 00:00:04,000\ntwo\n"), std::string::npos) << srt;
}

// One test, because making the source and its dub costs more than looking at them.
TEST_P(OutputTest, KeepsEveryPromise) {
  {
    SCOPED_TRACE("SegmentsAreWholeAndInStep");
    SegmentsAreWholeAndInStep();
  }
  {
    SCOPED_TRACE("EverySegmentStartsWithAKeyPictureAtItsPlannedTimeAndDecodesAlone");
    EverySegmentStartsWithAKeyPictureAtItsPlannedTimeAndDecodesAlone();
  }
  {
    SCOPED_TRACE("CopiedPicturesAreTheSameBits");
    CopiedPicturesAreTheSameBits();
  }
  {
    SCOPED_TRACE("AResumedVideoContinuesTheClock");
    AResumedVideoContinuesTheClock();
  }
  {
    SCOPED_TRACE("TheMp4StartsTogetherAndKeepsThePictures");
    TheMp4StartsTogetherAndKeepsThePictures();
  }
}

INSTANTIATE_TEST_SUITE_P(Sources, OutputTest, ::testing::ValuesIn(Sources()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace waveshift::media
