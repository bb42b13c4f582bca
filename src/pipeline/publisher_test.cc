// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/publisher.h"

#include <gtest/gtest.h>

#include <sstream>

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
  SegmentParts Parts(const std::string& bytes = "bytes of a segment") {
    SegmentParts parts;
    for (std::string* path : {&parts.video_path, &parts.dubbed_path, &parts.original_path}) {
      *path = scratch_.path() + "/part" + std::to_string(++count_);
      EXPECT_TRUE(WriteFileAtomic(*path, bytes).ok());
    }
    parts.subtitles = "WEBVTT\n\n";
    return parts;
  }
  std::string Text(const std::string& key) { return store_->Get(key, 1 << 20).value_or(""); }

  void PublishAll(const PublisherOptions& options) {
    Publisher publisher(*store_, journal_, plan_, options);
    ASSERT_TRUE(publisher.Resume(std::nullopt, 3).ok());
    ASSERT_TRUE(publisher.PublishInit("v", "d", "o").ok());
    for (size_t i = 0; i < 3; ++i) ASSERT_TRUE(publisher.PublishSegment(i, Parts()).ok());
    ASSERT_TRUE(publisher.Finish().ok());
  }
  // Every name in every playlist is an object.
  void ExpectEveryNameIsThere() {
    const auto objects = store_->List("hls/t/").value();
    for (const auto& object : objects) {
      if (!object.key.ends_with(".m3u8")) continue;
      const std::string folder = object.key.substr(0, object.key.rfind('/') + 1);
      std::istringstream lines(Text(object.key));
      for (std::string line; std::getline(lines, line);) {
        const size_t map = line.find("URI=\"");
        if (line.rfind("#EXT-X-MAP", 0) == 0) line = line.substr(map + 5, line.find('"', map + 5) - map - 5);
        if (line.empty() || line[0] == '#') continue;
        EXPECT_TRUE(store_->Head(folder + line).ok()) << folder + line;
      }
    }
  }

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

// The peak is that of segments of half a target duration and more (RFC 8216, 4.3.4.2); of the two sound
// tracks the larger one counts.
TEST_F(PublisherTest, BitRatesAreThoseOfTheStream) {
  plan_.segments.back().end = plan_.segments.back().start + SamplesFromMs(int64_t{500});
  plan_.length = plan_.segments.back().end;
  Publisher publisher(*store_, journal_, plan_, Options());
  ASSERT_TRUE(publisher.Resume(std::nullopt, 3).ok());
  const int64_t video_bytes[] = {60000, 30000, 90000};
  for (size_t i = 0; i < 3; ++i) {
    SegmentParts parts = Parts();
    ASSERT_TRUE(
        WriteFileAtomic(parts.video_path, std::string(static_cast<size_t>(video_bytes[i]), 'v')).ok());
    ASSERT_TRUE(WriteFileAtomic(parts.dubbed_path, std::string(i == 2 ? 1000 : 12000, 'd')).ok());
    ASSERT_TRUE(WriteFileAtomic(parts.original_path, std::string(500, 'o')).ok());
    ASSERT_TRUE(publisher.PublishSegment(i, parts).ok());
  }
  ASSERT_TRUE(publisher.Finish().ok());
  const auto number = [&](const std::string& key) {
    const std::string text = Text("hls/t/playlist.m3u8");
    return std::stod(text.substr(text.find(key) + key.size()));
  };
  EXPECT_NEAR(number("INF:BANDWIDTH="), 60000 * 8 / 6.0 + 12000 * 8 / 6.0, 500);
  EXPECT_NEAR(number("AVERAGE-BANDWIDTH="), 180000 * 8 / 12.5 + 25000 * 8 / 12.5, 500);
}

TEST_F(PublisherTest, FinishBeforeTheLastSegmentIsAnError) {
  Publisher publisher(*store_, journal_, plan_, Options());
  ASSERT_TRUE(publisher.Resume(std::nullopt, 3).ok());
  ASSERT_TRUE(publisher.PublishSegment(0, Parts()).ok());
  EXPECT_FALSE(publisher.Finish().ok());
  EXPECT_FALSE(publisher.PublishSegment(2, Parts()).ok());
}

// What somebody may have loaded is neither overwritten nor removed before the new stream is complete.
TEST_F(PublisherTest, ResumesOnlyWhatTheSameJobPublishedWhole) {
  PublishAll(Options());
  const auto state = journal_.LoadState().value();
  ASSERT_TRUE(state.has_value());
  ASSERT_TRUE(store_->Delete("hls/t/audio/dubbed/segment_00001.ts").ok());
  Publisher same(*store_, journal_, plan_, Options());
  EXPECT_EQ(same.Resume(state, 3).value(), 1U);
  const std::string before = Text("hls/t/video/segment_00001.ts");
  EXPECT_NE(before, "");
  ASSERT_TRUE(same.PublishSegment(1, Parts("of the second run")).ok());
  EXPECT_EQ(Text("hls/t/video/segment_00001.ts"), before);
  EXPECT_EQ(Text("hls/t/video/segment_00001_2.ts"), "of the second run");
  EXPECT_EQ(Text("hls/t/audio/dubbed/segment_00001.ts"), "of the second run");  // the name was free
  ASSERT_TRUE(same.PublishSegment(2, Parts()).ok());
  EXPECT_TRUE(store_->Head("hls/t/video/segment_00001.ts").ok());
  ASSERT_TRUE(same.Finish().ok());
  EXPECT_FALSE(store_->Head("hls/t/video/segment_00001.ts").ok());
  ExpectEveryNameIsThere();
  // A third run knows which copies are valid.
  Publisher third(*store_, journal_, plan_, Options());
  EXPECT_EQ(third.Resume(journal_.LoadState().value(), 3).value(), 3U);
  EXPECT_EQ(third.RenditionKeys("video")[1], "hls/t/video/segment_00001_2.ts");
}

TEST_F(PublisherTest, AnotherJobIsNeverMixedWithWhatIsThere) {
  for (const auto container : {media::SegmentContainer::kMpegTs, media::SegmentContainer::kFragmentedMp4}) {
    PublisherOptions first = Options();
    first.container = container;
    PublishAll(first);
    const std::string old_list = Text("hls/t/video/playlist.m3u8");
    PublisherOptions other = first;
    other.fingerprint = "another job";
    Publisher publisher(*store_, journal_, plan_, other);
    EXPECT_EQ(publisher.Resume(journal_.LoadState().value(), 3).value(), 0U);
    EXPECT_FALSE(store_->Head("hls/t/playlist.m3u8").ok());
    // Who plays the old stream can play it to its end.
    EXPECT_EQ(Text("hls/t/video/playlist.m3u8"), old_list);
    ExpectEveryNameIsThere();
    ASSERT_TRUE(publisher.PublishInit("v", "d", "o").ok());
    for (size_t i = 0; i < 3; ++i) {
      ASSERT_TRUE(publisher.PublishSegment(i, Parts("new")).ok());
      ExpectEveryNameIsThere();
    }
    EXPECT_EQ(Text("hls/t/video/playlist.m3u8").find("segment_00000."), std::string::npos);
    ASSERT_TRUE(publisher.Finish().ok());
    ExpectEveryNameIsThere();
    const auto objects = store_->List("hls/t/video/").value();
    for (const auto& object : objects) {
      if (object.key.find("segment") == std::string::npos) continue;
      EXPECT_EQ(Text(object.key), "new") << object.key;
    }
    ASSERT_TRUE(stores::DeletePrefix(*store_, "hls/t/").ok());
    ASSERT_TRUE(journal_.Clear().ok());
  }
}

// A run that was frozen goes on for a moment while its successor publishes.
TEST_F(PublisherTest, ALateRunDoesNotTouchTheSegmentsOfItsSuccessor) {
  Publisher late(*store_, journal_, plan_, Options());
  ASSERT_TRUE(late.Resume(std::nullopt, 3).ok());
  ASSERT_TRUE(late.PublishSegment(0, Parts()).ok());
  Publisher successor(*store_, journal_, plan_, Options());
  EXPECT_EQ(successor.Resume(journal_.LoadState().value(), 3).value(), 1U);
  ASSERT_TRUE(successor.PublishSegment(1, Parts("of the successor")).ok());
  ASSERT_TRUE(late.PublishSegment(1, Parts("late")).ok());
  ASSERT_TRUE(successor.PublishSegment(2, Parts()).ok());
  ASSERT_TRUE(successor.Finish().ok());
  EXPECT_EQ(Text("hls/t/video/segment_00001.ts"), "of the successor");
  EXPECT_FALSE(store_->Head("hls/t/video/segment_00001_2.ts").ok());
  ExpectEveryNameIsThere();
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
