// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/media_info.h"
#include "media/ffmpeg_parts.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "media/test_media.h"

namespace waveshift::media {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ProbeMediaTest : public MediaTest {
 protected:
  MediaInfo Probed(const std::string& path) {
    auto info = ProbeMedia(path);
    EXPECT_TRUE(info.ok()) << info.status();
    return info.ok() ? std::move(info).value() : MediaInfo{};
  }
  void ExpectRefused(const std::string& path, const std::string& reason) {
    const auto info = ProbeMedia(path);
    ASSERT_FALSE(info.ok());
    EXPECT_EQ(info.status().code(), StatusCode::kInvalidArgument) << info.status();
    EXPECT_THAT(Message(info.status()), StartsWith(path + ": "));
    EXPECT_THAT(Message(info.status()), HasSubstr(reason));
  }
};

TEST_F(ProbeMediaTest, H264AndAac) {
  const std::string path = Make(
      "a.mp4",
      "-f lavfi -i testsrc2=s=322x182:r=25:d=2 -f lavfi -i sine=r=44100:d=2 -c:v libx264 -preset veryfast "
      "-profile:v high -bf 2 -level 3.1 -pix_fmt yuv420p -c:a aac -ac 2 -metadata:s:a:0 language=deu");
  const MediaInfo info = Probed(path);
  EXPECT_EQ(info.path, path);
  EXPECT_EQ(info.format, "mov");
  EXPECT_NEAR(info.duration_s, 2.0, 0.05);
  ASSERT_TRUE(info.video);
  EXPECT_EQ(info.video->index, 0);
  EXPECT_EQ(info.video->codec, "h264");
  EXPECT_EQ(info.video->width, 322);
  EXPECT_EQ(info.video->height, 182);
  EXPECT_EQ(info.video->rotation_degrees, 0);
  EXPECT_DOUBLE_EQ(info.video->frame_rate, 25);
  EXPECT_TRUE(info.video->can_copy);
  EXPECT_EQ(info.video->container, SegmentContainer::kMpegTs);
  EXPECT_EQ(info.video->hls_codec, "avc1.64001F");
  ASSERT_TRUE(info.audio);
  EXPECT_EQ(info.audio->index, 1);
  EXPECT_EQ(info.audio->codec, "aac");
  EXPECT_EQ(info.audio->sample_rate_hz, 44100);
  EXPECT_EQ(info.audio->channels, 2);
  EXPECT_EQ(info.audio->language, "deu");
}

TEST_F(ProbeMediaTest, CodecStringsOfByteStreams) {
  Make("a.ts",
       "-f lavfi -i testsrc2=s=128x96:r=25:d=1 -c:v libx264 -preset ultrafast -profile:v baseline -level 3.0 "
       "-pix_fmt yuv420p");
  EXPECT_EQ(Probed(Path("a.ts")).video->hls_codec, "avc1.42C01E");
  EXPECT_FALSE(Probed(Path("a.ts")).audio);
  Make("b.avi",
       "-f lavfi -i testsrc2=s=128x96:r=25:d=1 -c:v libx264 -preset veryfast -profile:v main -level 3.0 "
       "-pix_fmt yuv420p");
  EXPECT_EQ(Probed(Path("b.avi")).video->hls_codec, "avc1.4D401E");
  EXPECT_TRUE(Probed(Path("b.avi")).video->can_copy);
}

TEST_F(ProbeMediaTest, HevcInMp4AndInTransportStream) {
  Make("a.mp4",
       "-f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v libx265 -preset ultrafast -x265-params log-level=none "
       "-pix_fmt yuv420p");
  const MediaInfo info = Probed(Path("a.mp4"));
  EXPECT_TRUE(info.video->can_copy);
  EXPECT_EQ(info.video->container, SegmentContainer::kFragmentedMp4);
  EXPECT_EQ(info.video->hls_codec, "hvc1.1.6.L60.90");
  Make("a.ts", "-i " + Path("a.mp4") + " -c copy");
  EXPECT_EQ(Probed(Path("a.ts")).video->hls_codec, info.video->hls_codec);
}

TEST_F(ProbeMediaTest, Vp9AndAv1) {
  Make("a.mkv",
       "-f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -pix_fmt "
       "yuv420p");
  const MediaInfo vp9 = Probed(Path("a.mkv"));
  EXPECT_TRUE(vp9.video->can_copy);
  EXPECT_EQ(vp9.format, "matroska");
  EXPECT_EQ(vp9.video->container, SegmentContainer::kFragmentedMp4);
  EXPECT_EQ(vp9.video->hls_codec, "vp09.00.11.08");
  Make("a.mp4", "-f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v libsvtav1 -preset 12 -pix_fmt yuv420p10le");
  EXPECT_THAT(Probed(Path("a.mp4")).video->hls_codec, testing::MatchesRegex("av01\\.0\\.0[0-9]M\\.10"));
}

TEST_F(ProbeMediaTest, WhatCannotBeCopied) {
  Make("a.avi",
       "-f lavfi -i testsrc2=s=128x96:r=25:d=1 -f lavfi -i sine=r=8000:d=1 -c:v mpeg4 -bf 2 -c:a pcm_s16le");
  const MediaInfo info = Probed(Path("a.avi"));
  EXPECT_EQ(info.video->codec, "mpeg4");
  EXPECT_FALSE(info.video->can_copy);
  EXPECT_EQ(info.video->hls_codec, "");
  EXPECT_EQ(info.audio->sample_rate_hz, 8000);
  EXPECT_EQ(info.audio->channels, 1);
  EXPECT_EQ(info.audio->language, "");
}

// The matrices that telephones write (QuickTime File Format: x' = a x + c y + t, y' = b x + d y + u, y down).
TEST_F(ProbeMediaTest, RotationIsClockwise) {
  const std::string path =
      Make("a.mp4", "-f lavfi -i testsrc2=s=128x96:r=25:d=1 -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
  const std::string flat = ReadFile(path, 1 << 20).value();
  const std::string one("\0\1\0\0", 4), minus_one("\xFF\xFF\0\0", 4), zero(4, '\0'), unity("\x40\0\0\0", 4);
  const auto matrix = [&](const std::string& a, const std::string& b, const std::string& c,
                          const std::string& d) { return a + b + zero + c + d + zero + zero + zero + unity; };
  const size_t at = flat.find(matrix(one, zero, zero, one), flat.find("tkhd"));
  ASSERT_NE(at, std::string::npos);
  const std::vector<std::pair<int, std::string>> cases = {{0, matrix(one, zero, zero, one)},
                                                          {90, matrix(zero, one, minus_one, zero)},
                                                          {180, matrix(minus_one, zero, zero, minus_one)},
                                                          {270, matrix(zero, minus_one, one, zero)}};
  for (const auto& [degrees, bytes] : cases) {
    std::string turned = flat;
    ASSERT_TRUE(WriteFileAtomic(path, turned.replace(at, bytes.size(), bytes)).ok());
    const MediaInfo info = Probed(path);
    EXPECT_EQ(info.video->rotation_degrees, degrees);
    EXPECT_EQ(info.video->width, 128);
    EXPECT_EQ(info.video->container,
              degrees == 0 ? SegmentContainer::kMpegTs : SegmentContainer::kFragmentedMp4);
  }
}

TEST_F(ProbeMediaTest, CoverPictureIsNoVideo) {
  Make("cover.png", "-f lavfi -i testsrc2=s=64x64:d=1 -frames:v 1");
  Make("song.m4a", "-f lavfi -i sine=d=1 -i " + Path("cover.png") +
                       " -map 0 -map 1 -c:a aac -c:v copy -disposition:v:0 attached_pic");
  const MediaInfo info = Probed(Path("song.m4a"));
  EXPECT_FALSE(info.video);
  EXPECT_TRUE(info.audio);
}

TEST_F(ProbeMediaTest, TheDefaultAudioIsChosen) {
  Make("a.mkv",
       "-f lavfi -i sine=d=1 -f lavfi -i sine=d=1 -map 0 -map 1 -c:a flac -disposition:a:0 0 "
       "-disposition:a:1 default");
  EXPECT_EQ(Probed(Path("a.mkv")).audio->index, 1);
}

TEST_F(ProbeMediaTest, StartOfTheClock) {
  Make("late.mkv",
       "-f lavfi -i testsrc2=s=128x96:r=25:d=1 -output_ts_offset 7 -c:v libx264 -preset ultrafast");
  EXPECT_NEAR(Probed(Path("late.mkv")).start_seconds, 7, 0.001);
}

TEST_F(ProbeMediaTest, WhatIsNoMediaFile) {
  ASSERT_TRUE(WriteFileAtomic(Path("words.txt"), std::string(5000, 'w')).ok());
  ExpectRefused(Path("words.txt"), "");
  ASSERT_TRUE(WriteFileAtomic(Path("words.mp4"), "These are only words.\n").ok());
  ExpectRefused(Path("words.mp4"), "Invalid data");
  ASSERT_TRUE(WriteFileAtomic(Path("empty.mp4"), "").ok());
  ExpectRefused(Path("empty.mp4"), "empty");
  ExpectRefused(scratch_->path(), "directory");
  ASSERT_EQ(::mkfifo(Path("pipe.mp4").c_str(), 0600), 0);
  ExpectRefused(Path("pipe.mp4"), "no plain file");
  Make("a.png", "-f lavfi -i testsrc2=s=64x64:d=1 -frames:v 1");
  ExpectRefused(Path("a.png"), "picture");
  Make("a.jpg", "-f lavfi -i testsrc2=s=64x64:d=1 -frames:v 1");
  ExpectRefused(Path("a.jpg"), "picture");
  ASSERT_TRUE(WriteFileAtomic(Path("a.srt"), "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n").ok());
  ExpectRefused(Path("a.srt"), "neither video nor audio");
  const auto missing = ProbeMedia(Path("missing.mp4"));
  EXPECT_EQ(missing.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(Message(missing.status()), StartsWith(Path("missing.mp4")));
}

TEST_F(ProbeMediaTest, CutOffBeforeTheIndex) {
  const std::string path =
      Make("a.mp4", "-f lavfi -i testsrc2=s=128x96:r=25:d=2 -c:v libx264 -preset ultrafast");
  CutOff(path, 0.5);
  ExpectRefused(path, "moov");
}

// A list of files must not make the program open what its owner may not see.
TEST_F(ProbeMediaTest, ListsOfOtherFilesAreRefused) {
  Make("part.ts", "-f lavfi -i testsrc2=s=128x96:r=25:d=1 -c:v libx264 -preset ultrafast");
  ASSERT_TRUE(WriteFileAtomic(Path("list.m3u8"), "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n" +
                                                     Path("part.ts") + "\n#EXT-X-ENDLIST\n")
                  .ok());
  ExpectRefused(Path("list.m3u8"), "list of other files");
  ASSERT_TRUE(WriteFileAtomic(Path("list.ffconcat"), "ffconcat version 1.0\nfile part.ts\n").ok());
  ExpectRefused(Path("list.ffconcat"), "list of other files");
}

TEST_F(ProbeMediaTest, NamesThatLookLikeProtocols) {
  Make("a.mp4", "-f lavfi -i testsrc2=s=128x96:r=25:d=1 -c:v libx264 -preset ultrafast");
  const std::string path = Path("http:x%03d.mp4");
  std::filesystem::rename(Path("a.mp4"), path);
  EXPECT_TRUE(ProbeMedia(path).ok());
}

TEST(FfmpegPartsTest, DebiansLibrariesHaveAll) {
  for (const FfmpegPart& part : CheckFfmpegParts())
    EXPECT_TRUE(part.present) << part.kind << " " << part.name;
}

TEST(FfmpegVersionTest, IsAVersion) {
  EXPECT_THAT(FfmpegVersion(), testing::ContainsRegex("[0-9]+\\.[0-9]+"));
}

}  // namespace
}  // namespace waveshift::media
