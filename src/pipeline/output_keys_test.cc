// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/output_keys.h"

#include <gtest/gtest.h>

namespace waveshift::pipeline {
namespace {

TEST(IsOutputKeyTest, KnowsWhatAJobWrites) {
  const OutputLayout layout = LayoutForDirectory();
  for (const char* key :
       {"dubbed.mp4", "subtitles.srt", "report.json", "listen/mix.flac", "playlist.m3u8",
        "video/playlist.m3u8", "video/segment_00000.ts", "video/segment_123456_2.m4s", "video/init.mp4",
        "audio/dubbed/init_3.mp4", "audio/original/segment_00001.ts", "subtitles/segment_00001.vtt",
        "lines/0001_Anna.wav", "lines/12345_speaker.wav", "lines/0003_Anna.reference.wav",
        "lines/reference_1_A.wav", ".waveshift/state.json"}) {
    EXPECT_TRUE(IsOutputKey(layout, key)) << key;
  }
}

TEST(IsOutputKeyTest, LeavesOtherPeoplesFilesAlone) {
  const OutputLayout layout = LayoutForDirectory();
  for (const char* key : {"talk.mp4", "video/talk.mp4", "video/segment_one.ts", "video/segment_00000_.ts",
                          "video/segment_00000", "video/segment_.ts", "video/init_.mp4",
                          "video/old/segment_00000.ts", "audio/segment_00000.ts", "audio/speech.wav",
                          "subtitles/talk.srt", "lines/001_A.wav", "lines/take.wav", "lines/0001.wav",
                          "lines/old/0001_A.wav", "lines/0001_A.txt", "listen/song.flac", "report.txt", ""}) {
    EXPECT_FALSE(IsOutputKey(layout, key)) << key;
  }
}

TEST(IsOutputKeyTest, CountsFromTheTasksPrefixes) {
  const OutputLayout layout = LayoutForTask("t1");
  EXPECT_TRUE(IsOutputKey(layout, "hls/t1/video/segment_00000.ts"));
  EXPECT_TRUE(IsOutputKey(layout, "reports/t1/lines/0001_A.wav"));
  EXPECT_FALSE(IsOutputKey(layout, "hls/t2/video/segment_00000.ts"));
  EXPECT_FALSE(IsOutputKey(layout, "video/segment_00000.ts"));
}

}  // namespace
}  // namespace waveshift::pipeline
