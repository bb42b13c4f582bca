// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/segmenter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "base/process.h"
#include "media/audio_grid.h"
#include "media/mp4_text.h"
#include "media/output_test_tools.h"
#include "media/parameter_sets.h"

namespace waveshift::media {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(AudioGridTest, SegmentsBeginWithTheNearestFrame) {
  const std::vector<Samples> starts = {0, 1024 * 10 + 511, 1024 * 20 + 513};
  EXPECT_THAT(AudioSegmentFrames(starts, 1024 * 30), ElementsAre(-1, 10, 21, 30));
  EXPECT_THAT(AudioSegmentFrames(starts, 1024 * 30 + 1), ElementsAre(-1, 10, 21, 31));
  const auto frames = [](double count) { return DoubleNear(count * 1024 / 48000, 1e-12); };
  EXPECT_THAT(AudioSegmentSeconds(starts, 1024 * 30), ElementsAre(frames(11), frames(11), frames(9)));
  EXPECT_THAT(AudioSegmentSeconds({}, 1024), IsEmpty());
}

TEST(AudioGridTest, EverySegmentHasAFrameHoweverShort) {
  EXPECT_THAT(AudioSegmentFrames({0, 100, 200, 300}, 400), ElementsAre(-1, 0, 1, 2, 3));
  EXPECT_THAT(AudioSegmentFrames({0, 1024 * 100 - 300}, 1024 * 100), ElementsAre(-1, 99, 100));
  EXPECT_THAT(AudioSegmentFrames({0}, 1), ElementsAre(-1, 1));
}

TEST(TextPiecesTest, OverlapsStandInRows) {
  const std::vector<text::Cue> cues = {{.start_ms = 2000, .end_ms = 9000, .text = "b"},
                                       {.start_ms = 1000, .end_ms = 3000, .text = "a"},
                                       {.start_ms = 3500, .end_ms = 3500, .text = "never"}};
  std::vector<std::string> got;
  for (const TextPiece& piece : TextPieces(cues, 8000)) {
    got.push_back(std::to_string(piece.start_ms) + "-" + std::to_string(piece.end_ms) + " " + piece.text);
  }
  EXPECT_THAT(got, ElementsAre("0-1000 ", "1000-2000 a", "2000-3000 a\nb", "3000-8000 b"));
}

TEST(ParameterSetsTest, StandBehindTheDelimiter) {
  const std::vector<uint8_t> sets = {0, 0, 0, 1, 0x67, 0x64, 0x00, 0x1F, 0xAC, 0, 0, 1, 0x68, 0xEE};
  const std::vector<uint8_t> picture = {0, 0, 0, 1, 0x09, 0xF0, 0, 0, 0, 1, 0x65, 0x88, 0x84};
  EXPECT_EQ(AvcCodecString(sets), "avc1.64001F");
  EXPECT_EQ(AvcCodecString(picture), "");
  EXPECT_FALSE(HasParameterSets(picture));
  const PacketPtr packet(av_packet_alloc());
  ASSERT_EQ(av_new_packet(packet.get(), static_cast<int>(picture.size())), 0);
  std::copy(picture.begin(), picture.end(), packet->data);
  packet->pts = 7;
  ASSERT_TRUE(InsertParameterSets(packet.get(), sets).ok());
  const std::vector<uint8_t> got(packet->data, packet->data + packet->size);
  EXPECT_THAT(got, ElementsAre(0, 0, 0, 1, 0x09, 0xF0, 0, 0, 0, 1, 0x67, 0x64, 0x00, 0x1F, 0xAC, 0, 0, 1,
                               0x68, 0xEE, 0, 0, 0, 1, 0x65, 0x88, 0x84));
  EXPECT_TRUE(HasParameterSets(got));
  EXPECT_EQ(packet->pts, 7);
}

class SegmenterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto scratch = ScratchDirectory::Make();
    ASSERT_TRUE(scratch.ok());
    scratch_.emplace(std::move(scratch).value());
  }
  std::string In(const std::string& name) const { return scratch_->path() + "/" + name; }
  // Ten seconds of h264 with a key picture every second.
  std::string Source(const std::string& name = "a.mp4") const {
    Ffmpeg({"-f", "lavfi", "-i", "testsrc2=size=192x108:rate=25:duration=10", "-c:v", "libx264", "-preset",
            "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", In(name)});
    return In(name);
  }
  std::optional<ScratchDirectory> scratch_;
};

class SoundSeamTest : public SegmenterTest, public ::testing::WithParamInterface<SegmentContainer> {};

TEST_P(SoundSeamTest, AResumedEncodeJoinsWithoutAClick) {
  VideoPlan plan;
  plan.length = 12 * 48000 + 777;
  for (Samples at = 0; at < plan.length; at += 2 * 48000) plan.segments.push_back({.start = at});
  const RenditionFiles whole = EncodeSound(plan, GetParam(), In("whole"), 0, TestSound);
  const RenditionFiles rest = EncodeSound(plan, GetParam(), In("rest"), 4, TestSound);
  const size_t inits = GetParam() == SegmentContainer::kFragmentedMp4 ? 1 : 0;
  ASSERT_EQ(rest.paths.size(), plan.segments.size() - 4 + inits);
  std::vector<std::string> joined(whole.paths.begin(),
                                  whole.paths.begin() + static_cast<ptrdiff_t>(4 + inits));
  joined.insert(joined.end(), rest.paths.begin() + static_cast<ptrdiff_t>(inits), rest.paths.end());
  Join(whole.paths, In("whole.bin"));
  Join(joined, In("joined.bin"));
  const std::vector<float> a = DecodeSound(In("whole.bin"), "a:0");
  const std::vector<float> b = DecodeSound(In("joined.bin"), "a:0");
  ASSERT_EQ(a.size(), b.size());
  // 100 ms around the seam, and as a yardstick what the encoder itself does to the sound.
  const size_t seam = 2 * 8 * 48000;
  double difference = 0;
  double power = 0;
  for (size_t i = seam - 9600; i < seam + 9600; ++i) {
    difference += std::pow(a[i] - b[i], 2);
    power += std::pow(a[i], 2);
  }
  EXPECT_LT(difference, 1e-3 * power);
}

INSTANTIATE_TEST_SUITE_P(Containers, SoundSeamTest,
                         ::testing::Values(SegmentContainer::kMpegTs, SegmentContainer::kFragmentedMp4));

TEST_F(SegmenterTest, SoundMustBeAsLongAsItWasSaid) {
  AudioSegmenter::Options options{.starts = {0}, .length = 48000, .directory = scratch_->path()};
  const auto sink = [](const AudioSegment&) { return OkStatus(); };
  auto segmenter = AudioSegmenter::Open(options, sink);
  ASSERT_TRUE(segmenter.ok());
  EXPECT_TRUE((*segmenter)->Push(TestSound(0, 47000)).ok());
  EXPECT_FALSE((*segmenter)->Finish().ok());
  segmenter = AudioSegmenter::Open(options, sink);
  ASSERT_TRUE(segmenter.ok());
  EXPECT_FALSE((*segmenter)->Push(TestSound(0, 48001)).ok());
  options.first_segment = 1;
  EXPECT_FALSE(AudioSegmenter::Open(options, sink).ok());
}

TEST_F(SegmenterTest, AnErrorOfTheSinkStops) {
  AudioSegmenter::Options options{.starts = {0, 24000}, .length = 48000, .directory = scratch_->path()};
  auto segmenter = AudioSegmenter::Open(options, [](const AudioSegment&) { return Cancelled("enough"); });
  ASSERT_TRUE(segmenter.ok());
  Status status = (*segmenter)->Push(TestSound(0, 48000));
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  EXPECT_EQ((*segmenter)->Finish().code(), StatusCode::kCancelled);
}

TEST_F(SegmenterTest, AFullDiskIsAnErrorThatNamesTheFile) {
  const auto info = ProbeMedia(Source());
  ASSERT_TRUE(info.ok());
  const auto plan = PlanVideo(*info, 2, true, {});
  ASSERT_TRUE(plan.ok());
  const auto segmenter = VideoSegmenter::Open(*info, *plan, {});
  ASSERT_TRUE(segmenter.ok());
  const Status status = (*segmenter)->WriteNext("/dev/full", {});
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_THAT(Message(status), HasSubstr("/dev/full"));
  EXPECT_THAT(Message(status), HasSubstr("No space left"));
}

TEST_F(SegmenterTest, StopsWhenAsked) {
  const auto info = ProbeMedia(Source());
  ASSERT_TRUE(info.ok());
  const auto plan = PlanVideo(*info, 2, true, {});
  ASSERT_TRUE(plan.ok());
  const auto segmenter = VideoSegmenter::Open(*info, *plan, {});
  ASSERT_TRUE(segmenter.ok());
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ((*segmenter)->WriteNext(In("0.ts"), stop.get_token()).code(), StatusCode::kCancelled);
}

// A download or a disk that lost a few bytes: players show a flaw for a moment.
TEST_F(SegmenterTest, DamagedPicturesAreNoEnd) {
  Ffmpeg({"-f", "lavfi", "-i", "testsrc2=size=192x108:rate=25:duration=6", "-c:v", "libx264", "-preset",
          "ultrafast", "-g", "50", In("whole.mp4")});
  auto bytes = ReadFile(In("whole.mp4"), 1 << 28);
  ASSERT_TRUE(bytes.ok());
  const auto info = ProbeMedia(In("whole.mp4"));
  ASSERT_TRUE(info.ok());
  std::istringstream positions(
      RunProcess({.program = "ffprobe",
                  .arguments = {"-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pos", "-of",
                                "csv=p=0", In("whole.mp4")}},
                 {})
          ->output);
  std::vector<size_t> starts;
  for (std::string line; std::getline(positions, line);) starts.push_back(std::stoul(line));
  ASSERT_EQ(starts.size(), 150U);
  // The length of an ordinary picture, of one that a segment begins with, and the middle of a third.
  for (const size_t at : {starts[30], starts[50], starts[110] + 60}) bytes->replace(at, 40, 40, '\x55');
  ASSERT_TRUE(WriteFileAtomic(In("damaged.mp4"), *bytes).ok());
  const Dub dub = MakeDub(In("damaged.mp4"), In("out"), {});
  ASSERT_FALSE(HasFailure());
  EXPECT_EQ(dub.video.paths.size(), dub.plan.segments.size());
  Join(dub.video.paths, In("video.ts"));
  // The two of which no slice is left are no pictures any more.
  EXPECT_EQ(ProbePackets(In("video.ts"), "v:0").size(), 148U);
}

// Decoded pictures in order of showing, as an edit list has them.
std::vector<std::string> ShownPictures(const std::string& path) {
  std::istringstream lines(Ffmpeg(
      {"-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framehash", "-hash", "md5", "-"}));
  std::vector<std::string> hashes;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != '#') hashes.push_back(line.substr(line.rfind(' ') + 1));
  }
  return hashes;
}

struct HiddenCase {
  std::string name;
  std::vector<std::string> codec;
  double cut_s;
};

class HiddenPicturesTest : public SegmenterTest, public ::testing::WithParamInterface<HiddenCase> {};

// What cutting without a new encode leaves: pictures from the key picture on, hidden until the cut. HLS has
// no edit list to hide them.
TEST_P(HiddenPicturesTest, TakeNoTimeInSegments) {
  std::vector<std::string> make = {"-f", "lavfi", "-i", "testsrc2=size=192x108:rate=25:duration=16"};
  make.insert(make.end(), GetParam().codec.begin(), GetParam().codec.end());
  make.push_back(In("whole.mp4"));
  Ffmpeg(make);
  Ffmpeg({"-ss", std::to_string(GetParam().cut_s), "-i", In("whole.mp4"), "-c", "copy", In("cut.mp4")});
  const std::vector<std::string> wanted = ShownPictures(In("cut.mp4"));
  const Dub dub = MakeDub(In("cut.mp4"), In("out"), {});
  ASSERT_FALSE(dub.plan.hidden.pts.empty()) << "the test's file hides nothing";
  Join(dub.video.paths, In("video.bin"));

  std::vector<ProbedPacket> packets = ProbePackets(In("video.bin"), "v:0");
  ASSERT_EQ(packets.size(), wanted.size() + dub.plan.hidden.pts.size());
  EXPECT_EQ(PictureHashes(In("video.bin"), dub.info.video->codec),
            PictureHashes(In("cut.mp4"), dub.info.video->codec));
  for (size_t i = 0; i < packets.size(); ++i) {
    EXPECT_LE(packets[i].dts, packets[i].pts) << "packet " << i;
    if (i > 0) {
      EXPECT_GT(packets[i].dts, packets[i - 1].dts) << "packet " << i;
    }
  }
  std::sort(packets.begin(), packets.end(), [](const auto& a, const auto& b) { return a.pts < b.pts; });
  const size_t hidden = dub.plan.hidden.pts.size();
  EXPECT_GT(packets[0].pts, kProgrammeOffsetSeconds - 0.01);
  for (size_t i = 1; i < hidden; ++i) EXPECT_GT(packets[i].pts, packets[i - 1].pts) << "picture " << i;
  for (size_t i = 0; i < wanted.size(); ++i) {
    ASSERT_NEAR(packets[hidden + i].pts, kProgrammeOffsetSeconds + static_cast<double>(i) / 25, 2e-5);
  }
  std::vector<std::string> decoded = ShownPictures(In("video.bin"));
  ASSERT_GE(decoded.size(), wanted.size());
  decoded.erase(decoded.begin(), decoded.end() - static_cast<ptrdiff_t>(wanted.size()));
  EXPECT_EQ(decoded, wanted);
}

INSTANTIATE_TEST_SUITE_P(
    Files, HiddenPicturesTest,
    ::testing::Values(
        HiddenCase{"H264", {"-c:v", "libx264", "-preset", "ultrafast", "-g", "75", "-bf", "2"}, 2.3},
        // Hidden for longer than the programme's offset on the clock.
        HiddenCase{
            "OneKeyPicture", {"-c:v", "libx264", "-preset", "ultrafast", "-g", "9999", "-bf", "3"}, 12.1},
        HiddenCase{
            "Hevc",
            {"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=75:bframes=3"},
            2.3}),
    [](const auto& test) { return test.param.name; });

TEST_F(SegmenterTest, RotationIsKeptInSegmentsAndInTheMp4) {
  const std::string plain = Source("plain.mp4");
  Ffmpeg({"-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=270", In("turned.mp4")});
  const Dub dub = MakeDub(In("turned.mp4"), In("out"), {});
  ASSERT_EQ(dub.info.video->rotation_degrees, 90);
  ASSERT_TRUE(dub.has_init);
  Join(dub.video.paths, In("video.mp4"));
  const Status written = WriteMp4({.source = &dub.info,
                                   .plan = &dub.plan,
                                   .dubbed = dub.sound,
                                   .dubbed_language = "en",
                                   .output_path = In("final.mp4")},
                                  {});
  ASSERT_TRUE(written.ok()) << Message(written);
  for (const char* name : {"video.mp4", "final.mp4"}) {
    const auto info = ProbeMedia(In(name));
    ASSERT_TRUE(info.ok()) << name;
    EXPECT_EQ(info->video->rotation_degrees, 90) << name;
  }
}

// How many pictures hold two moments, as FFmpeg's detector sees it.
int64_t Combed(const std::string& path) {
  const std::string text =
      Ffmpeg({"-i", path, "-map", "0:v", "-vf", "idet,metadata=print:file=-", "-f", "null", "-"});
  int64_t count = 0;
  for (const char* order : {"multiple.current_frame=tff", "multiple.current_frame=bff"}) {
    for (size_t at = text.find(order); at != std::string::npos; at = text.find(order, at + 1)) ++count;
  }
  return count;
}

TEST_F(SegmenterTest, InterlacedVideoThatIsEncodedAnewHasNoCombs) {
  // Bars that move between the two moments of a picture.
  Ffmpeg({"-f", "lavfi", "-i",
          "nullsrc=s=320x192:r=50:d=5,geq=lum='40+170*lt(mod(X+5*N\\,67)\\,30)':cb=128:cr=128", "-vf",
          "tinterlace=interleave_top,fieldorder=tff", "-c:v", "mpeg2video", "-q:v", "3", "-flags",
          "+ildct+ilme", "-top", "1", "-bf", "2", In("source.ts")});
  const size_t pictures = ProbePackets(In("source.ts"), "v:0").size();
  ASSERT_GT(Combed(In("source.ts")), 100);
  const Dub dub = MakeDub(In("source.ts"), In("out"), {.copy = false});
  Join(dub.video.paths, In("video.ts"));
  EXPECT_LT(Combed(In("video.ts")), 3);
  std::vector<ProbedPacket> packets = ProbePackets(In("video.ts"), "v:0");
  ASSERT_EQ(packets.size(), pictures);
  std::sort(packets.begin(), packets.end(), [](const auto& a, const auto& b) { return a.pts < b.pts; });
  for (size_t i = 0; i < packets.size(); ++i) {
    ASSERT_NEAR(packets[i].pts, kProgrammeOffsetSeconds + static_cast<double>(i) / 25, 1e-3)
        << "picture " << i;
  }
  // From the middle on, as a job that goes on does.
  const size_t first = dub.plan.segments.size() / 2;
  const Dub rest = MakeDub(In("source.ts"), In("rest"), {.copy = false, .first_segment = first});
  Join(rest.video.paths, In("rest.ts"));
  const double start = kProgrammeOffsetSeconds + SecondsFromSamples(dub.plan.segments[first].start);
  const auto in_rest = ProbePackets(In("rest.ts"), "v:0");
  ASSERT_FALSE(in_rest.empty());
  EXPECT_NEAR(in_rest[0].pts, start, 1e-3);
  EXPECT_EQ(in_rest.size(),
            static_cast<size_t>(std::count_if(packets.begin(), packets.end(),
                                              [&](const auto& p) { return p.pts > start - 1e-3; })));
}

TEST_F(SegmenterTest, BurnedSubtitlesAreSeenAndATurnedPictureStandsUpright) {
  const std::string plain = Source("plain.mp4");
  Ffmpeg({"-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=270", In("turned.mp4")});
  // A name that the filter language would stumble over.
  const std::string ass = In("it's [a], test:1\\.ass");
  const std::string script =
      text::FormatAss({{.start_ms = 2000, .end_ms = 4000, .text = "MMMMMM"}}, 108, 192, "t");
  ASSERT_TRUE(WriteFileAtomic(ass, script).ok());
  const Dub with = MakeDub(In("turned.mp4"), In("with"), {.copy = false, .burn_ass_path = ass});
  const Dub without = MakeDub(In("turned.mp4"), In("without"), {.copy = false});
  EXPECT_EQ(with.width, 108);
  EXPECT_EQ(with.height, 192);
  Join(with.video.paths, In("with.mp4"));
  Join(without.video.paths, In("without.mp4"));
  const auto picture = [&](const std::string& name, const std::string& at) {
    return Ffmpeg({"-i", In(name), "-vf", "select='gte(t-" + at + "\\,0)'", "-frames:v", "1", "-f",
                   "rawvideo", "-pix_fmt", "gray", "-"});
  };
  const auto differing = [&](const std::string& at) {
    const std::string a = picture("with.mp4", at);
    const std::string b = picture("without.mp4", at);
    EXPECT_EQ(a.size(), 108U * 192U);
    EXPECT_EQ(a.size(), b.size());
    size_t count = 0;
    for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
      count += std::abs(static_cast<uint8_t>(a[i]) - static_cast<uint8_t>(b[i])) > 60;
    }
    return count;
  };
  EXPECT_GT(differing("3"), 50U);
  EXPECT_LT(differing("6"), 20U);
}

}  // namespace
}  // namespace waveshift::media
