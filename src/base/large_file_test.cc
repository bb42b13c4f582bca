// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/large_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/hash.h"

namespace waveshift {
namespace {

class LargeFile : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return scratch_.path() + "/" + name; }
  size_t FilesInFolder() const {
    const std::filesystem::directory_iterator files(scratch_.path());
    return static_cast<size_t>(std::distance(begin(files), end(files)));
  }
  ScratchDirectory scratch_ = ScratchDirectory::Make().value();
};

TEST_F(LargeFile, ReadsAtAnyPlace) {
  ASSERT_TRUE(WriteFileAtomic(Path("a"), "0123456789").ok());
  const auto file = InputFile::Open(Path("a"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->size(), 10);
  EXPECT_EQ(file->ReadAt(3, 4).value(), "3456");
  EXPECT_EQ(file->ReadAt(10, 0).value(), "");
  EXPECT_EQ(file->Sha256Hex().value(), Sha256Hex("0123456789"));
  const auto beyond = file->ReadAt(8, 4);
  EXPECT_EQ(beyond.status().code(), StatusCode::kDataLoss);
  EXPECT_NE(Message(beyond.status()).find("offset 10"), std::string::npos) << beyond.status();
}

// KiB of the mapping at this address that count as the process' memory.
int64_t ResidentKib(const char* address) {
  std::istringstream maps(ReadFile("/proc/self/smaps", 64 << 20).value());
  std::ostringstream begin;
  begin << std::hex << reinterpret_cast<uintptr_t>(address) << '-';
  bool inside = false;
  for (std::string line; std::getline(maps, line);) {
    inside = inside || line.starts_with(begin.str());
    if (inside && line.starts_with("Rss:")) return std::atoll(line.c_str() + 4);
  }
  return -1;
}

TEST_F(LargeFile, GivesUpPagesAndReadsThemAgain) {
  std::string content(size_t{8} << 20, 'x');
  content.back() = 'y';
  ASSERT_TRUE(WriteFileAtomic(Path("a"), content).ok());
  const auto file = MappedFile::Open(Path("a"));
  ASSERT_TRUE(file.ok()) << file.status();
  const std::string_view bytes = file->bytes();
  EXPECT_TRUE(bytes == content);
  EXPECT_GT(ResidentKib(bytes.data()), 4 << 10);
  // Half a page at either end may still be wanted by others, but large pages go as a whole.
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  file->GiveUp(bytes.substr(page / 2, bytes.size() - page));
  EXPECT_LE(ResidentKib(bytes.data()), static_cast<int64_t>(2 * page) >> 10);
  EXPECT_TRUE(bytes == content);
  file->GiveUp(bytes.substr(10, 20));  // no whole page
  file->GiveUp({bytes.data() + bytes.size(), 0});
  EXPECT_GT(ResidentKib(bytes.data()), 4 << 10);
}

TEST_F(LargeFile, OnlyPlainFilesAreOpened) {
  EXPECT_EQ(InputFile::Open(Path("none")).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(InputFile::Open(scratch_.path()).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(MappedFile::Open("/dev/zero").status().code(), StatusCode::kInvalidArgument);
}

TEST_F(LargeFile, MapsTheBytes) {
  ASSERT_TRUE(WriteFileAtomic(Path("a"), "mapped").ok());
  ASSERT_TRUE(WriteFileAtomic(Path("empty"), "").ok());
  auto first = MappedFile::Open(Path("a"));
  ASSERT_TRUE(first.ok()) << first.status();
  const MappedFile moved = std::move(first).value();
  EXPECT_EQ(moved.bytes(), "mapped");
  EXPECT_EQ(MappedFile::Open(Path("empty")).value().bytes(), "");
}

TEST_F(LargeFile, AppearsWholeOrNotAtAll) {
  const std::string path = Path("deep/er/file");
  {
    auto file = AtomicFile::Create(path);
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE(file->Append("xxx world").ok());
    EXPECT_FALSE(std::filesystem::exists(path));
    ASSERT_TRUE(file->Overwrite(0, "new").ok());
    EXPECT_EQ(file->size(), 9);
    ASSERT_TRUE(file->Commit().ok());
  }
  EXPECT_EQ(ReadFile(path, 100).value(), "new world");
  EXPECT_EQ(std::filesystem::status(path).permissions() & std::filesystem::perms::owner_write,
            std::filesystem::perms::owner_write);
}

TEST_F(LargeFile, WithoutCommitNothingIsLeft) {
  {
    auto file = AtomicFile::Create(Path("a"));
    ASSERT_TRUE(file.ok()) << file.status();
    ASSERT_TRUE(file->Append("half").ok());
    EXPECT_FALSE(std::filesystem::exists(Path("a")));
  }
  EXPECT_EQ(FilesInFolder(), 0u);
}

TEST_F(LargeFile, AnOldFileStaysUntilTheNewOneIsWhole) {
  ASSERT_TRUE(WriteFileAtomic(Path("a"), "old").ok());
  auto file = AtomicFile::Create(Path("a"));
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(file->Append("new").ok());
  EXPECT_EQ(ReadFile(Path("a"), 100).value(), "old");
  AtomicFile moved = std::move(file).value();
  ASSERT_TRUE(moved.Commit().ok());
  EXPECT_EQ(ReadFile(Path("a"), 100).value(), "new");
  EXPECT_EQ(FilesInFolder(), 1u);
}

// The process number is always the same in a container, so a name made of it may be a killed process's.
TEST_F(LargeFile, TheTemporaryNameIsNotOneThatAnotherProcessOfThisNumberChose) {
  const std::string before = ".a." + std::to_string(::getpid()) + ".";
  for (int i = 0; i < 100; ++i) std::ofstream(Path(before + std::to_string(i) + ".part")) << "left";
  auto file = AtomicFile::Create(Path("a"));
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE(file->Append("whole").ok());
  const Status committed = file->Commit();
  ASSERT_TRUE(committed.ok()) << committed;
  EXPECT_EQ(ReadFile(Path("a"), 100).value(), "whole");
}

TEST_F(LargeFile, AFolderInTheWayIsNamed) {
  ASSERT_TRUE(MakeDirectories(Path("taken")).ok());
  const auto file = AtomicFile::Create(Path("taken"));
  EXPECT_EQ(file.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Message(file.status()), Path("taken") + ": is a directory");
}

}  // namespace
}  // namespace waveshift
