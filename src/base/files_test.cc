// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

namespace waveshift {
namespace {
namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    auto scratch = ScratchDirectory::Make();
    ASSERT_TRUE(scratch.ok()) << Message(scratch.status());
    scratch_.emplace(std::move(*scratch));
  }
  std::string At(const std::string& name) const { return scratch_->path() + "/" + name; }
  size_t Entries() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(scratch_->path()), fs::directory_iterator()));
  }
  std::optional<ScratchDirectory> scratch_;
};

TEST_F(FilesTest, WritesReadsAndLeavesNoTemporaryFile) {
  const std::string bytes("a\0b\xff", 4);
  ASSERT_TRUE(WriteFileAtomic(At("x"), bytes).ok());
  ASSERT_TRUE(WriteFileAtomic(At("x"), bytes + "2").ok());
  EXPECT_EQ(ReadFile(At("x"), 100).value(), bytes + "2");
  EXPECT_EQ(Entries(), 1u);
}

// In a container the process number is always the same, so a name made of it is one that a killed process
// may have left, or that a container beside this one is writing to.
TEST_F(FilesTest, TheTemporaryNameIsNotOneThatAnotherProcessOfThisNumberChose) {
  const std::string before = ".x." + std::to_string(::getpid()) + ".";
  for (int i = 0; i < 1000; ++i) std::ofstream(At(before + std::to_string(i) + ".tmp")) << "left";
  for (int i = 0; i < 10; ++i) {
    const Status written = WriteFileAtomic(At("x"), "whole");
    ASSERT_TRUE(written.ok()) << written;
  }
  EXPECT_EQ(ReadFile(At("x"), 100).value(), "whole");
}

TEST_F(FilesTest, WriteMakesParents) {
  ASSERT_TRUE(WriteFileAtomic(At("a/b/c.txt"), "hello").ok());
  EXPECT_EQ(ReadFile(At("a/b/c.txt"), 5).value(), "hello");
}

TEST_F(FilesTest, ReadSaysWhatIsWrongAndNamesTheFile) {
  ASSERT_TRUE(WriteFileAtomic(At("x"), "12345").ok());
  const auto large = ReadFile(At("x"), 4);
  EXPECT_EQ(large.status().code(), StatusCode::kOutOfRange);
  EXPECT_NE(Message(large.status()).find(At("x")), std::string::npos);
  const auto missing = ReadFile(At("nothing"), 4);
  EXPECT_EQ(missing.status().code(), StatusCode::kNotFound);
  EXPECT_NE(Message(missing.status()).find("nothing"), std::string::npos);
  EXPECT_EQ(ReadFile(scratch_->path(), 4).status().code(), StatusCode::kInvalidArgument);
}

TEST_F(FilesTest, ReadIsBoundedWhereTheSizeIsNotKnown) {
  EXPECT_EQ(ReadFile("/dev/zero", 1 << 20).status().code(), StatusCode::kOutOfRange);
}

TEST_F(FilesTest, ConcurrentWritersLeaveOneWholeFile) {
  std::vector<std::jthread> writers;
  for (char c = 'a'; c < 'e'; ++c) {
    writers.emplace_back([this, c] {
      for (int i = 0; i < 10; ++i) EXPECT_TRUE(WriteFileAtomic(At("x"), std::string(50000, c)).ok());
    });
  }
  writers.clear();
  const std::string got = ReadFile(At("x"), 1 << 20).value();
  EXPECT_EQ(got, std::string(50000, got.at(0)));
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(FilesTest, DevicesAreWrittenToAndStay) {
  const std::string pipe = At("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string heard;
  std::thread reader([&] { heard = ReadFile(pipe, 100).value_or("nothing"); });
  EXPECT_TRUE(WriteFileAtomic(pipe, "hello").ok());
  reader.join();
  EXPECT_EQ(heard, "hello");
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(FilesTest, LinksAreFollowedAndStay) {
  ASSERT_TRUE(WriteFileAtomic(At("folder/file"), "old").ok());
  fs::create_symlink("folder/file", At("link"));
  EXPECT_TRUE(WriteFileAtomic(At("link"), "new").ok());
  EXPECT_TRUE(fs::is_symlink(At("link")));
  EXPECT_EQ(ReadFile(At("folder/file"), 100).value_or(""), "new");
}

TEST_F(FilesTest, MoveReplacesTheTarget) {
  ASSERT_TRUE(WriteFileAtomic(At("from"), "new").ok());
  ASSERT_TRUE(WriteFileAtomic(At("deep/to"), "old").ok());
  ASSERT_TRUE(MoveFile(At("from"), At("deep/to")).ok());
  EXPECT_EQ(ReadFile(At("deep/to"), 10).value(), "new");
  EXPECT_FALSE(fs::exists(At("from")));
  EXPECT_EQ(MoveFile(At("gone"), At("to")).code(), StatusCode::kNotFound);
}

TEST_F(FilesTest, MoveToAnotherFileSystemCopiesWhole) {
  const auto other = ScratchDirectory::Make("/dev/shm");
  ASSERT_TRUE(other.ok()) << "this test needs a second file system at /dev/shm: " << Message(other.status());
  const std::string bytes(300000, 'q');
  ASSERT_TRUE(WriteFileAtomic(At("from"), bytes).ok());
  ASSERT_TRUE(MoveFile(At("from"), other->path() + "/to").ok());
  EXPECT_EQ(ReadFile(other->path() + "/to", 1 << 20).value(), bytes);
  EXPECT_FALSE(fs::exists(At("from")));
}

TEST_F(FilesTest, MakeDirectoriesTwiceIsFineAndAFileInTheWayIsNot) {
  EXPECT_TRUE(MakeDirectories(At("p/q")).ok());
  EXPECT_TRUE(MakeDirectories(At("p/q")).ok());
  ASSERT_TRUE(WriteFileAtomic(At("file"), "x").ok());
  EXPECT_FALSE(MakeDirectories(At("file")).ok());
  EXPECT_FALSE(MakeDirectories(At("file/below")).ok());
}

TEST_F(FilesTest, ScratchGoesWithItsContent) {
  std::string path;
  {
    auto inner = ScratchDirectory::Make(At("inner"));
    ASSERT_TRUE(inner.ok());
    path = inner->path();
    ASSERT_TRUE(WriteFileAtomic(path + "/a/b", "x").ok());
    const ScratchDirectory moved(std::move(*inner));
    EXPECT_EQ(moved.path(), path);
    EXPECT_TRUE(fs::exists(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(SafeRelativePath, AcceptsPlainOnesOnly) {
  for (const char* good : {"a", "a/b.ts", "hls/任务/x y.m3u8", ".well-known/x", "a..b"}) {
    EXPECT_TRUE(IsSafeRelativePath(good)) << good;
  }
  for (const char* bad :
       {"", "/etc/passwd", "../x", "a/../b", "a/..", "./a", "a/./b", "a//b", "a/", "a\\b", "a\nb"}) {
    EXPECT_FALSE(IsSafeRelativePath(bad)) << bad;
  }
  EXPECT_FALSE(IsSafeRelativePath(std::string_view("a\0b", 3)));
  EXPECT_FALSE(IsSafeRelativePath(std::string(1025, 'a')));
  EXPECT_FALSE(IsSafeRelativePath(std::string(256, 'a')));
}

TEST(SafeFileName, IsOnePartAndNeverCutsACharacter) {
  EXPECT_EQ(SafeFileName("Anna"), "Anna");
  EXPECT_EQ(SafeFileName(""), "");
  EXPECT_EQ(SafeFileName("../../etc/passwd"), "_._.._etc_passwd");
  EXPECT_EQ(SafeFileName("a\x01:b"), "a__b");
  EXPECT_EQ(SafeFileName("李雷李雷", 7), "李雷");
  for (const char* hostile : {"..", ".", "/", "\n", " ", "con.", "%2e%2e"}) {
    EXPECT_TRUE(IsSafeRelativePath(SafeFileName(hostile))) << hostile;
  }
}

}  // namespace
}  // namespace waveshift
