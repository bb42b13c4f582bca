// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/playlist.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "media/hls/playlists.h"

namespace waveshift::app {
namespace {

using ::testing::HasSubstr;

TEST(ParsePlaylist, ReadsWhatTheEngineWrites) {
  media::hls::MultivariantPlaylist multivariant;
  multivariant.video_uri = "video/playlist.m3u8";
  multivariant.video_codec = "avc1.64001F";
  multivariant.audio = {{"Español, \"dubbed\"", "es", "audio/dubbed/playlist.m3u8", true, 2},
                        {"English", "en", "audio/original/playlist.m3u8", false, 2}};
  multivariant.subtitles = {{"Español", "es", "subtitles/playlist.m3u8"}};
  const auto parsed = ParsePlaylist(media::hls::FormatMultivariantPlaylist(multivariant));
  ASSERT_TRUE(parsed.ok()) << Message(parsed.status());
  ASSERT_EQ(parsed->renditions.size(), 4u);
  EXPECT_EQ(parsed->renditions[0].kind, "audio");
  EXPECT_EQ(parsed->renditions[0].uri, "audio/dubbed/playlist.m3u8");
  EXPECT_EQ(parsed->renditions[2].kind, "subtitles");
  EXPECT_EQ(parsed->renditions[3].kind, "video");
  EXPECT_EQ(parsed->renditions[3].uri, "video/playlist.m3u8");
  EXPECT_TRUE(parsed->segments.empty());

  const auto media =
      ParsePlaylist(media::hls::FormatMediaPlaylist({.target_duration_s = 6,
                                                     .init_uri = "init.mp4",
                                                     .segments = {{"a.m4s", 5.5}, {"b c.m4s", 2.25}},
                                                     .ended = true}));
  ASSERT_TRUE(media.ok()) << Message(media.status());
  EXPECT_EQ(media->segments.size(), 2u);
  EXPECT_EQ(media->segments[1].uri, "b%20c.m4s");
  EXPECT_DOUBLE_EQ(media->Seconds(), 7.75);
  EXPECT_EQ(media->target_duration_s, 6);
  EXPECT_EQ(media->init_uri, "init.mp4");
  EXPECT_TRUE(media->has_ended);
}

TEST(ParsePlaylist, NamesTheLineThatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "line 1: is no playlist"},
      {"<html>", "line 1: is no playlist"},
      {"#EXTM3U\na.ts\n", "line 2: a URI without EXTINF"},
      {"#EXTM3U\n#EXTINF:abc,\na.ts\n", "line 2: EXTINF"},
      {"#EXTM3U\n#EXTINF:-1,\na.ts\n", "line 2: EXTINF"},
      {"#EXTM3U\n#EXTINF:1e999,\na.ts\n", "line 2: EXTINF"},
      {"#EXTM3U\n#EXTINF:nan,\na.ts\n", "line 2: EXTINF"},
      {"#EXTM3U\n#EXT-X-TARGETDURATION:x\n", "line 2: EXT-X-TARGETDURATION"},
      {"#EXTM3U\n#EXT-X-MAP:BYTERANGE=\"1\"\n", "line 2: EXT-X-MAP"},
      {"#EXTM3U\n#EXTINF:1,\n", "a URI is missing"},
      {"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n", "a URI is missing"},
      {"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv.m3u8\n#EXTINF:1,\na.ts\n", "renditions and segments"}};
  for (const auto& [text, why] : cases) {
    const auto parsed = ParsePlaylist(text);
    EXPECT_EQ(parsed.status().code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(Message(parsed.status()), HasSubstr(why)) << text;
  }
}

TEST(ParsePlaylist, HasLimits) {
  std::string many = "#EXTM3U\n";
  for (size_t i = 0; i <= kMostRenditions; ++i) many += "#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a\",URI=\"a.m3u8\"\n";
  EXPECT_EQ(ParsePlaylist(many).status().code(), StatusCode::kOutOfRange);
  std::string segments = "#EXTM3U\n";
  for (size_t i = 0; i <= kMostSegments; ++i) segments += "#EXTINF:1,\ns\n";
  EXPECT_EQ(ParsePlaylist(segments).status().code(), StatusCode::kOutOfRange);
}

TEST(ParsePlaylist, OddButRightFormsAreRead) {
  const auto parsed =
      ParsePlaylist("#EXTM3U\r\n#EXT-X-UNKNOWN:1\r\n\r\n# a comment\r\n#EXTINF:2\r\na.ts\r\n#EXT-X-ENDLIST");
  ASSERT_TRUE(parsed.ok()) << Message(parsed.status());
  EXPECT_EQ(parsed->segments.at(0).uri, "a.ts");
  EXPECT_TRUE(parsed->has_ended);
  const auto odd = ParsePlaylist("#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a,URI=\",URI=\"b.m3u8\n");
  ASSERT_TRUE(odd.ok());
  EXPECT_EQ(odd->renditions.at(0).uri, "b.m3u8");
}

TEST(ResolveWithin, StaysInTheStreamsFolder) {
  const std::string root = "https://host:8443/p/hls/id/";
  const std::string at = root + "audio/dubbed/playlist.m3u8";
  EXPECT_EQ(*ResolveWithin(at, "segment_0.ts", root), root + "audio/dubbed/segment_0.ts");
  EXPECT_EQ(*ResolveWithin(at, "../x/a%20b.ts", root), root + "audio/x/a%20b.ts");
  EXPECT_EQ(*ResolveWithin(at, "/p/hls/id/v.ts", root), root + "v.ts");
  EXPECT_EQ(*ResolveWithin(at, "https://HOST:8443/p/hls/id/v.ts", root), "https://HOST:8443/p/hls/id/v.ts");
  for (const char* bad :
       {"../../../other/a.ts", "/etc/passwd", "https://host/p/hls/id/a.ts", "http://host:8443/p/hls/id/a.ts",
        "//evil.example/a.ts", "https://user@host:8443/p/hls/id/a.ts", "file:///etc/passwd", "data:,x", "",
        "%2e%2e/%2e%2e/a.ts", "..%2f..%2fa.ts", "a%5c..%5cb"}) {
    EXPECT_EQ(ResolveWithin(at, bad, root).status().code(), StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_EQ(FolderOf("https://host/a/b.m3u8?x=/y/z"), "https://host/a/");
}

}  // namespace
}  // namespace waveshift::app
