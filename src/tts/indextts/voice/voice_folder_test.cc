// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/voice/voice_folder.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "base/files.h"

namespace waveshift::tts::indextts {
namespace {

namespace fs = std::filesystem;

class VoiceFolderTest : public testing::Test {
 protected:
  static Voice MakeVoice(char digit) {
    Voice voice;
    voice.key = std::string(64, digit);
    voice.conditioning.assign(static_cast<size_t>(Sizes().perceiver.latents * Sizes().gpt.width), 0.5F);
    voice.speaker.assign(static_cast<size_t>(Sizes().speaker.width), 0.25F);
    return voice;
  }
  static Architecture Sizes() {
    Architecture sizes;
    sizes.perceiver.latents = 4;
    sizes.gpt.width = 8;
    sizes.speaker.width = 16;
    return sizes;
  }
  std::string PathOf(char digit) const { return Path() + "/" + std::string(64, digit) + ".voice"; }
  std::string Path() const { return scratch_.path() + "/voices"; }
  bool IsKept(char digit) const { return fs::exists(PathOf(digit)); }
  void UsedBefore(char digit, int hours) const {
    fs::last_write_time(PathOf(digit), fs::file_time_type::clock::now() - std::chrono::hours(hours));
  }
  const int64_t bytes_ = static_cast<int64_t>(EncodeVoiceFile(MakeVoice('a')).size());
  ScratchDirectory scratch_ = ScratchDirectory::Make().value();
};

TEST_F(VoiceFolderTest, GivesBackWhatItKeeps) {
  const VoiceFolder folder(Path(), 1 << 20);
  EXPECT_EQ(folder.Read(std::string(64, 'a'), Sizes()).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(folder.Keep(MakeVoice('a')).ok());
  const auto voice = folder.Read(std::string(64, 'a'), Sizes());
  ASSERT_TRUE(voice.ok()) << voice.status();
  EXPECT_EQ(voice->conditioning, MakeVoice('a').conditioning);
  EXPECT_EQ(voice->speaker, MakeVoice('a').speaker);
}

TEST_F(VoiceFolderTest, WithoutAPathNothingIsKept) {
  const VoiceFolder folder("", 1 << 20);
  EXPECT_TRUE(folder.Keep(MakeVoice('a')).ok());
  EXPECT_EQ(folder.Read(std::string(64, 'a'), Sizes()).status().code(), StatusCode::kNotFound);
}

TEST_F(VoiceFolderTest, WhatWasNotUsedForLongestGivesWay) {
  const VoiceFolder folder(Path(), 3 * bytes_);
  for (const char each : {'a', 'b', 'c'}) ASSERT_TRUE(folder.Keep(MakeVoice(each)).ok());
  UsedBefore('a', 3);
  UsedBefore('b', 2);
  UsedBefore('c', 1);
  ASSERT_TRUE(folder.Read(std::string(64, 'a'), Sizes()).ok());  // used now
  ASSERT_TRUE(folder.Keep(MakeVoice('d')).ok());
  EXPECT_TRUE(IsKept('a'));
  EXPECT_FALSE(IsKept('b'));
  EXPECT_TRUE(IsKept('c'));
  EXPECT_TRUE(IsKept('d'));
}

TEST_F(VoiceFolderTest, TheLastOneIsKeptHoweverLittleRoomThereIs) {
  const VoiceFolder folder(Path(), 1);
  ASSERT_TRUE(folder.Keep(MakeVoice('a')).ok());
  ASSERT_TRUE(folder.Keep(MakeVoice('b')).ok());
  EXPECT_FALSE(IsKept('a'));
  EXPECT_TRUE(IsKept('b'));
}

TEST_F(VoiceFolderTest, OtherFilesAreNotItsBusiness) {
  const std::string note = Path() + "/note.txt", outside = scratch_.path() + "/outside.voice";
  ASSERT_TRUE(WriteFileAtomic(note, std::string(1000, 'x')).ok());
  ASSERT_TRUE(WriteFileAtomic(outside, "x").ok());
  fs::create_symlink(outside, Path() + "/link.voice");
  const VoiceFolder folder(Path(), 1);
  ASSERT_TRUE(folder.Keep(MakeVoice('a')).ok());
  EXPECT_TRUE(fs::exists(note));
  EXPECT_TRUE(fs::exists(outside));
  EXPECT_TRUE(fs::is_symlink(Path() + "/link.voice"));
  EXPECT_TRUE(IsKept('a'));
}

}  // namespace
}  // namespace waveshift::tts::indextts
