// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/hls/playlists.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace waveshift::media::hls {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(MediaPlaylistTest, TsEventWhileGrowing) {
  MediaPlaylist playlist{.target_duration_s = 7, .segments = {{"0000.ts", 6.006}, {"0001.ts", 5.9726666}}};
  EXPECT_EQ(FormatMediaPlaylist(playlist),
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:7\n#EXT-X-MEDIA-SEQUENCE:0\n"
            "#EXT-X-PLAYLIST-TYPE:EVENT\n#EXTINF:6.006000,\n0000.ts\n#EXTINF:5.972667,\n0001.ts\n");
  playlist.ended = true;
  EXPECT_THAT(FormatMediaPlaylist(playlist), EndsWith("0001.ts\n#EXT-X-ENDLIST\n"));
}

TEST(MediaPlaylistTest, FragmentedMp4NamesItsInitSegmentOnce) {
  const MediaPlaylist playlist{
      .target_duration_s = 6, .init_uri = "in it.mp4", .segments = {{"a.m4s", 6}, {"b.m4s", 6}}};
  const std::string text = FormatMediaPlaylist(playlist);
  EXPECT_THAT(text, HasSubstr("#EXT-X-VERSION:7\n"));
  const size_t map = text.find("#EXT-X-MAP:URI=\"in%20it.mp4\"\n");
  ASSERT_NE(map, std::string::npos);
  EXPECT_LT(map, text.find("#EXTINF"));
  EXPECT_EQ(text.find("#EXT-X-MAP", map + 1), std::string::npos);
}

TEST(MediaPlaylistTest, GrowsOnlyAtItsEnd) {
  MediaPlaylist playlist{.target_duration_s = 6, .segments = {{"a.ts", 6}}};
  const std::string before = FormatMediaPlaylist(playlist);
  playlist.segments.push_back({"b.ts", 5});
  EXPECT_EQ(FormatMediaPlaylist(playlist).substr(0, before.size()), before);
}

TEST(TargetDurationTest, RoundsToTheNearest) {
  EXPECT_EQ(TargetDuration({}), 1);
  EXPECT_EQ(TargetDuration({0.2}), 1);
  EXPECT_EQ(TargetDuration({6.0, 6.49}), 6);
  EXPECT_EQ(TargetDuration({6.5}), 7);
  EXPECT_EQ(TargetDuration({6.4999999}), 7);  // is written as 6.500000
  EXPECT_EQ(TargetDuration({1.0, 9.999}), 10);
}

MultivariantPlaylist Example() {
  return {.video_uri = "video/index.m3u8",
          .video_codec = "avc1.64001F",
          .width = 1280,
          .height = 720,
          .frame_rate = 30000.0 / 1001,
          .peak_bits_per_second = 2500000,
          .average_bits_per_second = 1900000,
          .audio = {{.name = "English", .language = "en", .uri = "audio/dub.m3u8", .is_default = true},
                    {.name = "Original", .language = "", .uri = "audio/orig.m3u8"}},
          .subtitles = {{.name = "English", .language = "en", .uri = "subtitles/en.m3u8"}}};
}

TEST(MultivariantPlaylistTest, WholeText) {
  EXPECT_EQ(
      FormatMultivariantPlaylist(Example()),
      "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-INDEPENDENT-SEGMENTS\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT="
      "YES,"
      "CHANNELS=\"2\",URI=\"audio/dub.m3u8\"\n"
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Original\",DEFAULT=NO,AUTOSELECT=YES,"
      "CHANNELS=\"2\",URI=\"audio/orig.m3u8\"\n"
      "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subtitles\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=NO,"
      "AUTOSELECT=YES,FORCED=NO,URI=\"subtitles/en.m3u8\"\n"
      "#EXT-X-STREAM-INF:BANDWIDTH=2500000,AVERAGE-BANDWIDTH=1900000,CODECS=\"avc1.64001F,mp4a.40.2\","
      "RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO=\"audio\",SUBTITLES=\"subtitles\",CLOSED-CAPTIONS=NONE\n"
      "video/index.m3u8\n");
}

TEST(MultivariantPlaylistTest, NamesFromOutsideCannotBreakOut) {
  MultivariantPlaylist playlist = Example();
  playlist.audio[0].name = "a\",URI=\"evil\n#EXT-X-ENDLIST";
  playlist.audio[1].language = "en\"\n";
  playlist.fragmented_mp4 = true;
  const std::string text = FormatMultivariantPlaylist(playlist);
  EXPECT_THAT(text, HasSubstr("NAME=\"a',URI='evil #EXT-X-ENDLIST\""));
  EXPECT_THAT(text, Not(HasSubstr("LANGUAGE=\"en'")));
  EXPECT_THAT(text, HasSubstr("#EXT-X-VERSION:7\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 8);
}

TEST(MultivariantPlaylistTest, SameNamesAndTwoDefaultsAreMended) {
  MultivariantPlaylist playlist = Example();
  playlist.audio[1].name = "English";
  playlist.audio[1].is_default = true;
  const std::string text = FormatMultivariantPlaylist(playlist);
  EXPECT_THAT(text, HasSubstr("NAME=\"English 2\",DEFAULT=NO"));
}

TEST(MultivariantPlaylistTest, WithoutAudioThereIsNoAudioCodec) {
  MultivariantPlaylist playlist = Example();
  playlist.audio.clear();
  playlist.subtitles.clear();
  const std::string text = FormatMultivariantPlaylist(playlist);
  EXPECT_THAT(text, Not(HasSubstr("mp4a")));
  EXPECT_THAT(text, Not(HasSubstr("AUDIO")));
  EXPECT_THAT(text, Not(HasSubstr("SUBTITLES")));
}

TEST(EncodeUriPathTest, KeepsUnreservedAndSlashes) {
  EXPECT_EQ(EncodeUriPath("audio/a-b_c.~1.ts"), "audio/a-b_c.~1.ts");
  EXPECT_EQ(EncodeUriPath("a b?#%\"\n:中"), "a%20b%3F%23%25%22%0A%3A%E4%B8%AD");
}

}  // namespace
}  // namespace waveshift::media::hls
