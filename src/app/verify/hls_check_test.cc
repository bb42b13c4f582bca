// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/verify/hls_check.h"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/verify/verify_test_tools.h"

namespace waveshift::app {
namespace {

using net::TestConnection;
using net::TestRequest;
using ::testing::HasSubstr;
using Outcome = VerifyCheck::Outcome;

struct File {
  std::string type;
  std::string bytes;
};

constexpr char kPlaylistType[] = "application/vnd.apple.mpegurl";

// A stream of two segments of video, sound and subtitles that a server keeps in memory.
class HlsCheckTest : public ::testing::Test {
 protected:
  HlsCheckTest() {
    const std::string media =
        "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6.0,\n0.SUFFIX\n#EXTINF:2.0,\n1.SUFFIX\n#EXT-X-ENDLIST\n";
    files_["playlist.m3u8"] = {
        kPlaylistType,
        "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"English\",URI=\"audio/playlist.m3u8\"\n"
        "#EXT-X-MEDIA:TYPE=SUBTITLES,NAME=\"English\",URI=\"text/playlist.m3u8\"\n"
        "#EXT-X-STREAM-INF:BANDWIDTH=1\nvideo/playlist.m3u8\n"};
    for (const char* folder : {"video", "audio", "text"}) {
      const bool is_text = std::string(folder) == "text";
      const std::string suffix = is_text ? "vtt" : "ts";
      std::string playlist = media;
      for (size_t at = 0; (at = playlist.find("SUFFIX")) != std::string::npos;)
        playlist.replace(at, 6, suffix);
      const std::string place = std::string(folder) + "/";
      files_[place + "playlist.m3u8"] = {kPlaylistType, playlist};
      for (const char* name : {"0.", "1."})
        files_[place + name + suffix] = {is_text ? "text/vtt" : "video/mp2t",
                                         is_text ? "WEBVTT\n\n" : "\x47" + std::string(187, 'x')};
    }
  }

  static constexpr char kRoot[] = "/base/media/hls/t1/";

  bool Serve(const TestRequest& request, const TestConnection& to) {
    const std::string target = request.Target();
    if (!target.starts_with(kRoot)) return false;
    const auto it = files_.find(target.substr(std::string(kRoot).size()));
    if (it == files_.end()) {
      FakeInstance::Error(request, to, 404, "not_found");
      return true;
    }
    const std::string cors = with_cors_ ? "Access-Control-Allow-Origin: *\r\n" : "";
    const std::string headers = "Content-Type: " + it->second.type + "\r\n" + cors;
    if (request.Method() == "HEAD") {
      to.Send("HTTP/1.1 200 X\r\n" + headers + "Content-Length: " + std::to_string(it->second.bytes.size()) +
              "\r\n\r\n");
    } else if (!FakeInstance::HeaderOf(request, "Range").empty()) {
      to.Reply(206, it->second.bytes.substr(0, 64), headers);
    } else {
      to.Reply(200, it->second.bytes, headers);
    }
    return true;
  }

  VerifyReport Check(const HlsCheckOptions& options = {}) {
    const FakeInstance instance("tok",
                                [this](const auto& request, const auto& to) { return Serve(request, to); });
    Prober prober(instance.Url(), "tok", {});
    VerifyReport report;
    report.reachable = true;
    CheckHls(prober, PlaylistUrl(instance.Url(), "/media/hls/t1/playlist.m3u8").value(), options, report);
    requests_ = instance.server().Requests();
    return report;
  }
  void ExpectFailure(const std::string& name, const std::string& detail) {
    const VerifyReport report = Check();
    EXPECT_EQ(CheckNamed(report, name).outcome, Outcome::kFailed) << VerifyReportText(report, false);
    EXPECT_THAT(CheckNamed(report, name).detail, HasSubstr(detail));
    EXPECT_FALSE(report.passed());
  }

  std::map<std::string, File> files_;
  std::vector<TestRequest> requests_;
  bool with_cors_ = true;
};

TEST_F(HlsCheckTest, AGoodStreamPasses) {
  const VerifyReport report = Check();
  EXPECT_TRUE(report.passed()) << VerifyReportText(report, true);
  EXPECT_EQ(report.checks.size(), 5u);
  EXPECT_EQ(CheckNamed(report, "hls: durations").detail, "all last 8.00 s");
  EXPECT_THAT(CheckNamed(report, "hls: segments").detail, HasSubstr("6 are there"));
  for (const auto& [path, file] : files_) {
    const bool was_asked = std::any_of(requests_.begin(), requests_.end(), [&](const TestRequest& request) {
      return request.Target() == kRoot + path && request.HasHeader("Authorization: Bearer tok");
    });
    EXPECT_TRUE(was_asked) << path;
  }
}

TEST_F(HlsCheckTest, WhatIsMissingIsNamed) {
  files_.erase("audio/1.ts");
  files_.erase("video/0.ts");
  ExpectFailure("hls: segments", "/audio/1.ts: HTTP 404 (and 1 more)");
}

TEST_F(HlsCheckTest, EmptyAndWrongSegments) {
  files_["video/0.ts"].bytes.clear();
  ExpectFailure("hls: segments", "/video/0.ts: says no length");
  files_["video/0.ts"].bytes = "<html>";
  ExpectFailure("hls: segments", "its first bytes are not what its name promises");
}

TEST_F(HlsCheckTest, ARenditionThatIsTooShort) {
  files_["audio/playlist.m3u8"].bytes =
      "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXTINF:6.0,\n0.ts\n#EXTINF:1.5,\n1.ts\n#EXT-X-ENDLIST\n";
  ExpectFailure("hls: durations", "audio \"English\" lasts 7.50 s, the video 8.00 s");
}

TEST_F(HlsCheckTest, APlaylistWithoutEnd) {
  std::string& text = files_["audio/playlist.m3u8"].bytes;
  text.resize(text.find("#EXT-X-ENDLIST"));
  ExpectFailure("hls: playlists", "no EXT-X-ENDLIST");
}

TEST_F(HlsCheckTest, ASegmentLongerThanItsTarget) {
  files_["video/playlist.m3u8"].bytes =
      "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:6.0,\n0.ts\n#EXTINF:2.0,\n1.ts\n#EXT-X-ENDLIST\n";
  ExpectFailure("hls: playlists", "longer than EXT-X-TARGETDURATION");
}

TEST_F(HlsCheckTest, AMissingRenditionAndOneWithoutVideo) {
  files_.erase("text/playlist.m3u8");
  ExpectFailure("hls: playlists", "text/playlist.m3u8: HTTP 404");
  files_["playlist.m3u8"].bytes = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,NAME=\"a\",URI=\"audio/playlist.m3u8\"\n";
  ExpectFailure("hls: playlists", "no video stream");
}

TEST_F(HlsCheckTest, NeverLeavesTheStreamsFolder) {
  for (const char* uri : {"../../../api/tasks", "/base/api/tasks", "http://127.0.0.1:1/a.ts",
                          "http://169.254.169.254/latest/", "file:///etc/passwd"}) {
    files_["video/playlist.m3u8"].bytes =
        "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:8.0,\n" + std::string(uri) + "\n#EXT-X-ENDLIST\n";
    ExpectFailure("hls: segments", "\" leads ");
    for (const TestRequest& request : requests_)
      EXPECT_TRUE(request.Target().starts_with(kRoot)) << request.Target();
  }
}

TEST_F(HlsCheckTest, HugeAndSenselessPlaylists) {
  files_["video/playlist.m3u8"].bytes = std::string(5 << 20, '#');
  ExpectFailure("hls: playlists", "larger than 4194304 bytes");
  files_["video/playlist.m3u8"].bytes = "<html>";
  ExpectFailure("hls: playlists", "line 1: is no playlist");
}

TEST_F(HlsCheckTest, ContentTypesAndCors) {
  files_["video/1.ts"].type = "text/plain";
  ExpectFailure("hls: content types", "/video/1.ts: \"text/plain\"");
  with_cors_ = false;
  ExpectFailure("hls: CORS", "/playlist.m3u8");
}

TEST_F(HlsCheckTest, EndsWhenTheTimeIsUp) {
  const VerifyReport report = Check({.end = std::chrono::steady_clock::now() - std::chrono::seconds(1)});
  EXPECT_THAT(CheckNamed(report, "hls: segments").detail, HasSubstr("the time was up after 0 segments"));
}

TEST(PlaylistUrl, OnlyWhereItMayBe) {
  const InstanceUrl here = ParseInstanceUrl("https://api.example/base").value();
  EXPECT_EQ(*PlaylistUrl(here, "/media/hls/a/playlist.m3u8"),
            "https://api.example/base/media/hls/a/playlist.m3u8");
  EXPECT_EQ(*PlaylistUrl(here, "https://media.example/hls/a/playlist.m3u8"),
            "https://media.example/hls/a/playlist.m3u8");
  for (const char* bad : {"http://media.example/a.m3u8", "file:///etc/passwd", "media/a", "",
                          "//media.example/a", "https://u@media.example/a"})
    EXPECT_FALSE(PlaylistUrl(here, bad).ok()) << bad;
  const InstanceUrl local = ParseInstanceUrl("http://127.0.0.1:8000").value();
  EXPECT_TRUE(PlaylistUrl(local, "http://127.0.0.1:9000/bucket/a.m3u8").ok());
}

}  // namespace
}  // namespace waveshift::app
