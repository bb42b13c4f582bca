// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/output_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/files.h"

namespace waveshift::app {
namespace {

using ::testing::HasSubstr;

class OutputFolderTest : public testing::Test {
 protected:
  std::string Path(const std::string& name) const { return folder_.path() + "/" + name; }
  std::string Write(const std::string& name) const {
    std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path());
    EXPECT_TRUE(WriteFileAtomic(Path(name), "mine").ok());
    return Path(name);
  }
  std::string Refusal(const std::vector<std::string>& inputs) const {
    const Status status = CheckOutputFolder(folder_.path(), inputs);
    EXPECT_TRUE(status.ok() || status.code() == StatusCode::kInvalidArgument);
    return Message(status);
  }
  ScratchDirectory folder_ = ScratchDirectory::Make().value();
};

TEST_F(OutputFolderTest, InputsMayLieBesideTheOutputs) {
  EXPECT_EQ(Refusal({Write("talk.mp4"), Write("subtitles/talk.srt"), Write("video/talk.mp4"), ""}), "");
  EXPECT_TRUE(CheckOutputFolder(Path("new"), {Path("talk.mp4")}).ok());
}

TEST_F(OutputFolderTest, AnInputThatWouldBeOverwrittenIsNamed) {
  std::filesystem::create_directory(Path(".waveshift"));  // an earlier dub's folder
  for (const char* name : {"dubbed.mp4", "subtitles.srt", "report.json", "video/segment_00000.ts",
                           "lines/0001_A.wav", ".waveshift/lines/a.wav"}) {
    EXPECT_THAT(Refusal({Write("talk.mp4"), Write(name)}), HasSubstr(name));
  }
  EXPECT_THAT(Refusal({Path("video/../dubbed.mp4")}), HasSubstr("dubbed.mp4"));
}

TEST_F(OutputFolderTest, LinksAreFollowed) {
  std::filesystem::create_directory(Path(".waveshift"));
  Write("dubbed.mp4");
  std::filesystem::create_symlink("dubbed.mp4", Path("talk.mp4"));
  EXPECT_THAT(Refusal({Path("talk.mp4")}), HasSubstr("talk.mp4"));
  const auto other = ScratchDirectory::Make();
  ASSERT_TRUE(other.ok());
  std::filesystem::create_directory_symlink(folder_.path(), other->path() + "/link");
  EXPECT_FALSE(CheckOutputFolder(other->path() + "/link", {Path("dubbed.mp4")}).ok());
}

TEST_F(OutputFolderTest, AFolderThatIsNoDubsIsLeftAloneWhereNamesClash) {
  Write("talk.mp4");
  Write("notes/report.json");
  EXPECT_EQ(Refusal({}), "");
  Write("video/segment_00000.ts");
  EXPECT_THAT(Refusal({}), HasSubstr("video/segment_00000.ts"));
  std::filesystem::create_directory(Path(".waveshift"));
  EXPECT_EQ(Refusal({}), "");
}

TEST_F(OutputFolderTest, AFinishedDubHasALanguage) {
  EXPECT_EQ(LanguageOfDub(folder_.path()), "");
  for (const auto& [report, language] : std::vector<std::pair<std::string, std::string>>{
           {R"({"status": "completed", "target_language": "es"})", "es"},
           {R"({"status": "failed", "target_language": "es"})", ""},
           {R"({"status": "completed", "target_language": 5})", ""},
           {R"({"status": 1})", ""},
           {"[]", ""},
           {"no JSON", ""}}) {
    ASSERT_TRUE(WriteFileAtomic(Path("report.json"), report).ok());
    EXPECT_EQ(LanguageOfDub(folder_.path()), language) << report;
  }
}

TEST_F(OutputFolderTest, AFileIsNoFolder) {
  EXPECT_THAT(Message(CheckOutputFolder(Write("taken"), {})), HasSubstr("is not a folder"));
}

}  // namespace
}  // namespace waveshift::app
