// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: a folder, bytes that do not repeat, archives, and a small catalogue.
#ifndef WAVESHIFT_MODELS_TEST_FILES_H_
#define WAVESHIFT_MODELS_TEST_FILES_H_

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"

namespace waveshift::models {

inline std::string SomeBytes(size_t size, uint32_t seed = 1) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

struct TestEntry {
  std::string name;
  std::string bytes;
  mode_t type = AE_IFREG;  // AE_IFLNK: `bytes` is the target
};

enum class TestArchive { kTarGz, kZip };

// Written by libarchive's own writer.
inline void WriteArchive(const std::string& path, TestArchive form, const std::vector<TestEntry>& entries) {
  archive* const writer = archive_write_new();
  if (form == TestArchive::kTarGz) {
    archive_write_add_filter_gzip(writer);
    archive_write_set_format_pax_restricted(writer);
  } else {
    archive_write_set_format_zip(writer);
  }
  ASSERT_EQ(archive_write_open_filename(writer, path.c_str()), ARCHIVE_OK);
  for (const TestEntry& each : entries) {
    archive_entry* const entry = archive_entry_new();
    archive_entry_set_pathname(entry, each.name.c_str());
    archive_entry_set_filetype(entry, each.type);
    archive_entry_set_perm(entry, 0644);
    if (each.type == AE_IFLNK) archive_entry_set_symlink(entry, each.bytes.c_str());
    archive_entry_set_size(entry, each.type == AE_IFREG ? static_cast<int64_t>(each.bytes.size()) : 0);
    ASSERT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    if (each.type == AE_IFREG) archive_write_data(writer, each.bytes.data(), each.bytes.size());
    archive_entry_free(entry);
  }
  ASSERT_EQ(archive_write_close(writer), ARCHIVE_OK);
  archive_write_free(writer);
}

inline std::string ReadAll(const std::string& path) {
  auto bytes = ReadFile(path, int64_t{1} << 30);
  return bytes.ok() ? *std::move(bytes) : "(" + Message(bytes.status()) + ")";
}

// Each test has a folder of its own.
class FolderTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return scratch_.path() + "/" + name; }
  void Write(const std::string& name, std::string_view bytes) const {
    ASSERT_TRUE(WriteFileAtomic(Path(name), bytes).ok());
  }

 private:
  ScratchDirectory scratch_ = ScratchDirectory::Make().value();
};

}  // namespace waveshift::models

#endif  // WAVESHIFT_MODELS_TEST_FILES_H_
