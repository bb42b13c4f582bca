// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/zip_archive.h"

#include <cstring>

#include <gtest/gtest.h>

#include "base/files.h"
#include "tts/indextts/convert/checkpoint_test_tools.h"

namespace waveshift::tts::indextts {
namespace {

class ZipArchive : public testing::Test {
 protected:
  ZipArchive() {
    ZipWriter zip = ZipWriter::Create(path_).value();
    EXPECT_TRUE(zip.AddFile("a/one", "first").ok());
    EXPECT_TRUE(zip.AddFile("a/two", std::string(1000, 'x')).ok());
    EXPECT_TRUE(zip.Finish().ok());
    good_ = ReadFile(path_, 1 << 20).value();
  }
  StatusOr<std::map<std::string, ZipEntry>> Read(const std::string& bytes) const {
    EXPECT_TRUE(WriteFileAtomic(path_, bytes).ok());
    WS_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(path_));
    return ReadZipEntries(file);
  }
  void ExpectRefused(const std::string& bytes, const std::string& words) const {
    const Status status = Read(bytes).status();
    EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << words;
    EXPECT_TRUE(Message(status).starts_with(path_ + ": ")) << status;
    EXPECT_NE(Message(status).find(words), std::string::npos) << status;
  }
  // The good archive with other bytes at `offset` behind the last place of `mark`.
  std::string Changed(std::string_view mark, size_t offset, std::string_view bytes) const {
    std::string out = good_;
    return out.replace(out.rfind(mark) + offset, bytes.size(), bytes);
  }

  ScratchDirectory scratch_ = ScratchDirectory::Make().value();
  std::string path_ = scratch_.path() + "/x.pth";
  std::string good_;
};

TEST_F(ZipArchive, FindsTheFiles) {
  const auto entries = Read(good_);
  ASSERT_TRUE(entries.ok()) << entries.status();
  ASSERT_EQ(entries->size(), 2u);
  const ZipEntry one = entries->at("a/one");
  EXPECT_EQ(good_.substr(static_cast<size_t>(one.offset), static_cast<size_t>(one.size)), "first");
  EXPECT_EQ(entries->at("a/two").size, 1000);
}

TEST_F(ZipArchive, ReadsWhatTorchWrote) {
  const std::string path = WAVESHIFT_SOURCE_DIR "/tests/golden/indextts/torch/flat.pth";
  const auto entries = ReadZipEntries(InputFile::Open(path).value());
  ASSERT_TRUE(entries.ok()) << entries.status();
  EXPECT_EQ(entries->size(), 14u);
  const ZipEntry order = entries->at("flat/byteorder");
  EXPECT_EQ(InputFile::Open(path)->ReadAt(order.offset, order.size).value(), "little");
}

TEST_F(ZipArchive, EveryTruncationIsRefused) {
  for (size_t size = 0; size < good_.size(); size += 7)
    EXPECT_FALSE(Read(good_.substr(0, size)).ok()) << size;
}

TEST_F(ZipArchive, WhatIsNoArchiveIsRefused) {
  ExpectRefused("", "is no ZIP file");
  ExpectRefused(std::string(1000, 'x'), "is no ZIP file");
  ExpectRefused(good_ + "x", "is no ZIP file");
}

TEST_F(ZipArchive, CompressedAndEncryptedFilesAreRefused) {
  ExpectRefused(Changed("PK\x01\x02", 10, "\x08"), "a/two is compressed");
  ExpectRefused(Changed("PK\x01\x02", 8, "\x09"), "a/two is encrypted");
}

TEST_F(ZipArchive, NamesThatLeaveTheFolderAreRefused) {
  ExpectRefused(Changed("PK\x01\x02", 46, "../.."), "odd name");
  ExpectRefused(Changed("PK\x01\x02", 46, "/etc/"), "odd name");
}

TEST_F(ZipArchive, SizesAndPlacesAreChecked) {
  const size_t extra = 46 + 5 + 4;
  ExpectRefused(Changed("PK\x01\x02", extra, "\xff"), "two sizes");
  ExpectRefused(Changed("PK\x01\x02", extra, std::string(16, '\x7f')), "behind the end");
  ExpectRefused(Changed("PK\x01\x02", extra + 16, "\x01"), "does not agree");
  ExpectRefused(Changed("PK\x01\x02", extra + 22, "\x7f"), "behind the end");
  // Both files' entries lead to the same header.
  std::string twice = good_;
  twice.replace(twice.rfind("a/two"), 5, "a/one");
  twice.replace(twice.rfind("PK\x01\x02") + extra + 16, 8, std::string(8, '\0'));
  ExpectRefused(twice, "overlap");
}

TEST_F(ZipArchive, TheDirectoryLiesInside) {
  ExpectRefused(Changed("PK\x06\x06", 40, "\xff\xff"), "does not lie inside");
  ExpectRefused(Changed("PK\x06\x06", 32, "\x03"), "directory of the archive is broken");
  ExpectRefused(Changed("PK\x06\x06", 38, "\x01"), "does not lie inside");
  ExpectRefused(Changed("PK\x06\x06", 55, "\x80"), "does not lie inside");
  ExpectRefused(Changed("PK\x06\x07", 8, std::string(8, '\xff')), "does not lie inside");
  ExpectRefused(Changed("PK\x06\x07", 8, std::string(8, '\0')), "no zip64 record");
  ExpectRefused(Changed("PK\x05\x06", 4, "\x01"), "several parts");
}

}  // namespace
}  // namespace waveshift::tts::indextts
