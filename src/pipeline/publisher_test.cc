// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/publisher.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace waveshift::pipeline {
namespace {

class PublisherTest : public testing::Test {
 protected:
  PublisherTest() {
    for (int i = 0; i < 3; ++i) {
      plan_.segments.push_back(
          {.start = SamplesFromMs(int64_t{6000} * i), .end = SamplesFromMs(int64_t{6000} * (i + 1))});
    }
    plan_.length = SamplesFromMs(int64_t{18000});
    plan_.frame_rate = 25;
    plan_.peak_bits_per_second = 1000000;
    plan_.average_bits_per_second = 800000;
  }
  PublisherOptions Options() {
    return {.hls_prefix = "hls/t/",
            .video_codec = "avc1.64001F",
            .width = 640,
            .height = 360,
            .dubbed_language = "en",
            .original_language = "zh",
            .fingerprint = "print"};
  }
  SegmentParts Parts() {
    SegmentParts parts;
    for (std::string* path : {&parts.video_path, &parts.dubbed_path, &parts.original_path}) {
      *path = scratch_.path() + "/part" + std::to_string(++count_);
      EXPECT_TRUE(WriteFileAtomic(*path, "bytes of a segment").ok());
    }
    parts.subtitles = "WEBVTT\n\n";
    return parts;
  }
  std::string Text(const std::string& key) { return store_->Get(key, 1 << 20).value_or(""); }

  std::unique_ptr<stores::ObjectStore> store_ = stores::MakeMemoryObjectStore();
  Journal journal_{*store_, "journal/t/"};
  media::VideoPlan plan_;
  ScratchDirectory scratch_ = ScratchDirectory::Make().value();
  int count_ = 0;
};

TEST_F(PublisherTest, FirstSegmentMakesThePresentationPlayable) {
  Publisher publisher(*store_, journal_, plan_, Options());
  ASSERT_EQ(publisher.Resume(std::nullopt, 3).value(), 0U);
  EXPECT_FALSE(store_->Head("hls/t/playlist.m3u8").ok());
  ASSERT_TRUE(publisher.PublishSegment(0, Parts()).ok());
  const std::string list = Text("hls/t/video/playlist.m3u8");
  EXPECT_NE(list.find("segment_00000.ts"), std::string::npos);
  EXPECT_EQ(list.find("#EXT-X-ENDLIST"), std::string::npos);
  const std::string multivariant = Text("hls/t/playlist.m3u8");
  EXPECT_NE(multivariant.find("audio/dubbed/playlist.m3u8"), std::string::npos);
  EXPECT_NE(multivariant.find("audio/original/playlist.m3u8"), std::string::npos);
  EXPECT_NE(multivariant.find("subtitles/playlist.m3u8"), std::string::npos);
}

TEST_F(PublisherTest, PlaylistsAreRewrittenAtMostOnceASecondButAllIsThereAtTheEnd) {
  Publisher publisher(*store_, journal_, plan_, Options());
  ASSERT_TRUE(publisher.Resume(std::nullopt, 3).ok());
  for (size_t i = 0; i < 3; ++i) ASSERT_TRUE(publisher.PublishSegment(i, Parts()).ok());
  ASSERT_TRUE(publisher.Finish().ok());
  const std::string list = Text("hls/t/audio/dubbed/playlist.m3u8");
  EXPECT_NE(list.find("segment_00002.ts"), std::string::npos);
  EXPECT_NE(list.find("#EXT-X-ENDLIST"), std::string::npos);
  EXPECT_EQ(publisher.RenditionKeys("audio/dubbed").size(), 3U);
}

TEST_F(PublisherTest, FinishBeforeTheLastSegmentIsAnError) {
  Publisher publisher(*store_, journal_, plan_, Options());
  ASSERT_TRUE(publisher.Resume(std::nullopt, 3).ok());
  ASSERT_TRUE(publisher.PublishSegment(0, Parts()).ok());
  EXPECT_FALSE(publisher.Finish().ok());
  EXPECT_FALSE(publisher.PublishSegment(2, Parts()).ok());
}

TEST_F(PublisherTest, ResumesOnlyWhatTheSameJobPublishedWhole) {
  {
    Publisher publisher(*store_, journal_, plan_, Options());
    ASSERT_TRUE(publisher.Resume(std::nullopt, 3).ok());
    for (size_t i = 0; i < 3; ++i) ASSERT_TRUE(publisher.PublishSegment(i, Parts()).ok());
    ASSERT_TRUE(publisher.Finish().ok());
  }
  const auto state = journal_.LoadState().value();
  ASSERT_TRUE(state.has_value());
  ASSERT_TRUE(store_->Delete("hls/t/audio/dubbed/segment_00001.ts").ok());
  {
    Publisher same(*store_, journal_, plan_, Options());
    EXPECT_EQ(same.Resume(state, 3).value(), 1U);
    EXPECT_TRUE(store_->Head("hls/t/video/segment_00000.ts").ok());
    EXPECT_FALSE(store_->Head("hls/t/video/segment_00001.ts").ok());
  }
  PublisherOptions other = Options();
  other.fingerprint = "another job";
  Publisher publisher(*store_, journal_, plan_, other);
  EXPECT_EQ(publisher.Resume(state, 3).value(), 0U);
  EXPECT_FALSE(store_->Head("hls/t/video/segment_00000.ts").ok());
  EXPECT_FALSE(store_->Head("hls/t/playlist.m3u8").ok());
}

TEST_F(PublisherTest, ResumeKeepsToItsLimit) {
  Publisher publisher(*store_, journal_, plan_, Options());
  ASSERT_TRUE(publisher.Resume(std::nullopt, 3).ok());
  for (size_t i = 0; i < 3; ++i) ASSERT_TRUE(publisher.PublishSegment(i, Parts()).ok());
  ASSERT_TRUE(publisher.Finish().ok());
  Publisher later(*store_, journal_, plan_, Options());
  EXPECT_EQ(later.Resume(journal_.LoadState().value(), 2).value(), 2U);
}

}  // namespace
}  // namespace waveshift::pipeline
