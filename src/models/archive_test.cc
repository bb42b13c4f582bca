// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/archive.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "base/process.h"
#include "models/test_files.h"

namespace waveshift::models {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

class ArchiveTest : public FolderTest {
 protected:
  StatusOr<std::set<std::string>> Extract(const std::string& name, const std::vector<std::string>& members,
                                          int64_t most_bytes = 1 << 20) {
    std::vector<WantedMember> wanted;
    for (size_t i = 0; i < members.size(); ++i)
      wanted.push_back({members[i], Path("out" + std::to_string(i)), most_bytes});
    return ExtractMembers(Path(name), "package", wanted, {});
  }
};

TEST_F(ArchiveTest, TakesMembersOutOfBothForms) {
  const std::string big = SomeBytes(300000);
  for (const TestArchive form : {TestArchive::kTarGz, TestArchive::kZip}) {
    WriteArchive(Path("a"), form, {{"p/one.bin", big}, {"p/skipped", "x"}, {"p/two", "second"}});
    const auto found = Extract("a", {"p/two", "p/one.bin", "p/none"});
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_THAT(*found, UnorderedElementsAre("p/one.bin", "p/two"));
    EXPECT_EQ(ReadAll(Path("out0")), "second");
    EXPECT_EQ(ReadAll(Path("out1")), big);
    EXPECT_FALSE(std::filesystem::exists(Path("out2")));
  }
}

// An archive that another program wrote.
TEST_F(ArchiveTest, ReadsWhatGnuTarWrote) {
  Write("in/a file.bin", SomeBytes(70000));
  const auto made =
      RunProcess({.program = "tar", .arguments = {"-C", Path("in"), "-czf", Path("a.tgz"), "."}}, {});
  ASSERT_TRUE(made.ok() && made->exit_code == 0);
  ASSERT_TRUE(Extract("a.tgz", {"./a file.bin"}).ok());
  EXPECT_EQ(ReadAll(Path("out0")), SomeBytes(70000));
}

TEST_F(ArchiveTest, NamesInTheArchiveNeverBecomePaths) {
  WriteArchive(Path("a"), TestArchive::kTarGz,
               {{"../evil", "evil"}, {"/etc/evil", "evil"}, {"good", "good"}});
  ASSERT_TRUE(Extract("a", {"../evil", "good"}).ok());
  EXPECT_EQ(ReadAll(Path("out0")), "evil");
  EXPECT_FALSE(std::filesystem::exists(Path("../evil")));
}

TEST_F(ArchiveTest, LinksAreNoFiles) {
  WriteArchive(Path("a"), TestArchive::kTarGz, {{"link", "/etc/passwd", AE_IFLNK}, {"dir", "", AE_IFDIR}});
  const auto found = Extract("a", {"link", "dir"});
  ASSERT_TRUE(found.ok());
  EXPECT_TRUE(found->empty());
}

TEST_F(ArchiveTest, WhatIsTooLargeIsRefusedAndLeavesNothing) {
  WriteArchive(Path("a"), TestArchive::kZip, {{"bomb", std::string(200000, '\0')}});
  const auto found = Extract("a", {"bomb"}, 100000);
  EXPECT_EQ(found.status().code(), StatusCode::kOutOfRange);
  EXPECT_THAT(Message(found.status()), HasSubstr("bomb: is larger than 100000 bytes"));
  EXPECT_FALSE(std::filesystem::exists(Path("out0")));
}

TEST_F(ArchiveTest, DamageIsOneClearLine) {
  Write("text", "I am no archive at all, but long enough to be looked at.");
  EXPECT_EQ(Message(Extract("text", {"x"}).status()), "package: is no archive, or a damaged one");
  WriteArchive(Path("a"), TestArchive::kTarGz, {{"one", SomeBytes(500000)}, {"two", "2"}});
  const std::string whole = ReadAll(Path("a"));
  Write("cut", whole.substr(0, whole.size() / 2));
  EXPECT_EQ(Extract("cut", {"two"}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Extract("cut", {"one"}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_FALSE(std::filesystem::exists(Path("out0")));
  EXPECT_FALSE(Extract("nowhere", {"x"}).ok());
}

TEST_F(ArchiveTest, StopsWhenAsked) {
  WriteArchive(Path("a"), TestArchive::kZip, {{"one", "1"}});
  std::stop_source stop;
  stop.request_stop();
  const auto found = ExtractMembers(Path("a"), "package", {{"one", Path("out"), 10}}, stop.get_token());
  EXPECT_EQ(found.status().code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::models
