// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/part_file.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "models/test_files.h"

namespace waveshift::models {
namespace {

using testing::HasSubstr;

class PartFileTest : public FolderTest {};

TEST_F(PartFileTest, GoesOnWhereTheLastOneStopped) {
  const std::string bytes = SomeBytes(3 << 20);
  {
    auto part = PartFile::Open(Path("a/f.bin"), {});
    ASSERT_TRUE(part.ok()) << part.status();
    ASSERT_TRUE(part->SetOrigin({"https://host/f", "\"e\"", std::string(64, 'b'), 3 << 20}).ok());
    ASSERT_TRUE(part->Append(std::string_view(bytes).substr(0, 2000000)).ok());
  }
  EXPECT_FALSE(std::filesystem::exists(Path("a/f.bin")));
  auto part = PartFile::Open(Path("a/f.bin"), {});
  EXPECT_EQ(part->size_bytes(), 2000000);
  EXPECT_EQ(part->origin().source, "https://host/f");
  EXPECT_EQ(part->origin().etag, "\"e\"");
  EXPECT_EQ(part->origin().sha256, std::string(64, 'b'));
  EXPECT_EQ(part->origin().total_bytes, 3 << 20);
  ASSERT_TRUE(part->Append(std::string_view(bytes).substr(2000000)).ok());
  EXPECT_EQ(part->Sha256Hex(), Sha256Hex(bytes));
  EXPECT_FALSE(part->Append("more").ok());
  ASSERT_TRUE(part->Commit().ok());
  EXPECT_EQ(ReadAll(Path("a/f.bin")), bytes);
  EXPECT_FALSE(std::filesystem::exists(Path("a/f.bin.part")));
  EXPECT_FALSE(std::filesystem::exists(Path("a/f.bin.part.json")));
}

TEST_F(PartFileTest, RestartForgetsEverything) {
  auto part = PartFile::Open(Path("f"), {});
  ASSERT_TRUE(part->SetOrigin({.source = "x"}).ok());
  ASSERT_TRUE(part->Append("wrong").ok());
  ASSERT_TRUE(part->Restart().ok());
  EXPECT_EQ(part->size_bytes(), 0);
  EXPECT_EQ(part->origin().source, "");
  ASSERT_TRUE(part->Append("right").ok());
  EXPECT_EQ(part->Sha256Hex(), Sha256Hex("right"));
}

TEST_F(PartFileTest, ARecordThatIsNotOursSaysNothing) {
  for (const std::string& record :
       {std::string("{"), std::string("[1]"), std::string("{\"source\": 3, \"sha256\": \"x\"}"),
        std::string(100000, ' ')}) {
    Write("f.part.json", record);
    const auto part = PartFile::Open(Path("f"), {});
    ASSERT_TRUE(part.ok());
    EXPECT_EQ(part->origin().source, "");
    EXPECT_EQ(part->origin().sha256, "");
  }
}

TEST_F(PartFileTest, LinksAreNotFollowed) {
  Write("victim", "precious");
  std::filesystem::create_symlink(Path("victim"), Path("f.part"));
  EXPECT_FALSE(PartFile::Open(Path("f"), {}).ok());
  EXPECT_EQ(ReadAll(Path("victim")), "precious");
}

// A limit on the size of files fails a write as a full disk does, in the middle.
TEST_F(PartFileTest, AFullDiskKeepsWhatHasCome) {
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto part = PartFile::Open(Path("f"), {});
  const rlimit small{100000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status status = part->Append(std::string(300000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_THAT(Message(status), HasSubstr("what has come is kept: make room, then pull again"));
  EXPECT_EQ(part->write_failure(), status);
  EXPECT_EQ(std::filesystem::file_size(Path("f.part")), 100000U);
  EXPECT_EQ(part->size_bytes(), 100000);
}

TEST_F(PartFileTest, ReadingWhatIsThereStopsWhenAsked) {
  Write("f.part", "something");
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(PartFile::Open(Path("f"), stop.get_token()).status().code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::models
