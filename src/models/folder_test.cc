// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/folder.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <future>

#include "base/hash.h"
#include "models/folder_lock.h"
#include "models/test_files.h"

namespace waveshift::models {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class ModelFolderTest : public FolderTest {
 protected:
  ModelFolderTest() {
    model_.name = "voice";
    model_.files = {{.path = "v/net.onnx", .size_bytes = 3, .sha256 = Sha256Hex("net")},
                    {.path = "v/new.pth", .size_bytes = 100},
                    {.path = "v/LICENSE", .size_bytes = 4, .sha256 = Sha256Hex("free"), .optional = true}};
  }
  FileState StateNow() { return LookAt(model_, Path("m")).state; }
  ModelReport VerifyNow() { return *Verify(model_, Path("m"), {}, {}); }
  Model model_;
};

TEST_F(ModelFolderTest, StatesFollowWhatIsThere) {
  EXPECT_EQ(StateNow(), FileState::kAbsent);
  Write("m/v/net.onnx.part", "n");
  EXPECT_EQ(StateNow(), FileState::kPartial);
  Write("m/v/net.onnx", "net");
  EXPECT_EQ(StateNow(), FileState::kPartial);
  Write("m/v/new.pth", "whatever it is");
  EXPECT_EQ(StateNow(), FileState::kPresent);  // without the optional one
  Write("m/v/LICENSE", "freedom");
  EXPECT_EQ(StateNow(), FileState::kDamaged);
  EXPECT_EQ(LookAt(model_, Path("m")).files[2].detail, "has 7 bytes instead of 4");
  Write("m/v/LICENSE", "free");
  Write("m/v/new.pth", "");
  EXPECT_EQ(LookAt(model_, Path("m")).files[1].detail, "is empty");
  fs::remove(Path("m/v/new.pth"));
  fs::create_directory(Path("m/v/new.pth"));
  EXPECT_EQ(LookAt(model_, Path("m")).files[1].detail, "is no plain file");
}

TEST_F(ModelFolderTest, VerifyReadsEveryByte) {
  Write("m/v/net.onnx", "net");
  Write("m/v/new.pth", "first");
  EXPECT_EQ(VerifyNow().state, FileState::kPresent);
  EXPECT_EQ(VerifyNow().files[1].detail, "nothing to compare it with");
  Write("m/v/net.onnx", "nEt");
  EXPECT_EQ(VerifyNow().state, FileState::kDamaged);
  EXPECT_THAT(VerifyNow().files[0].detail, HasSubstr("SHA-256"));
  EXPECT_EQ(StateNow(), FileState::kPresent);  // the quick look cannot see it
  Write("m/v/net.onnx", "net");
  // A hash that was recorded at the first download counts from then on.
  ASSERT_TRUE(RecordSha256(Path("m/v/new.pth"), Sha256Hex("first")).ok());
  EXPECT_EQ(ReadAll(Path("m/v/new.pth.sha256")), Sha256Hex("first") + "  new.pth\n");
  EXPECT_EQ(VerifyNow().files[1].detail, "");
  Write("m/v/new.pth", "other");
  EXPECT_EQ(VerifyNow().files[1].state, FileState::kDamaged);
  // An engine would refuse a network with a wrong hash beside it.
  Write("m/v/new.pth", "first");
  ASSERT_TRUE(RecordSha256(Path("m/v/net.onnx"), Sha256Hex("another")).ok());
  EXPECT_THAT(VerifyNow().files[0].detail, HasSubstr("another hash beside it"));
}

TEST_F(ModelFolderTest, VerifyCountsBytesAndStops) {
  Write("m/v/net.onnx", "net");
  Write("m/v/new.pth", "first");
  int64_t bytes = 0;
  ASSERT_TRUE(Verify(model_, Path("m"), [&](int64_t more) { bytes += more; }, {}).ok());
  EXPECT_EQ(bytes, 8);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(Verify(model_, Path("m"), {}, stop.get_token()).status().code(), StatusCode::kCancelled);
}

TEST_F(ModelFolderTest, RemoveTakesWhatTheCatalogueNamesAndNothingElse) {
  Write("m/v/net.onnx", "net");
  Write("m/v/net.onnx.sha256", "hash");
  Write("m/v/new.pth.part", "ne");
  Write("m/v/new.pth.part.json", "{}");
  Write("m/v/mine.onnx", "mine");
  Write("m/other/x", "x");
  const auto removed = Remove(model_, Path("m"));
  ASSERT_TRUE(removed.ok()) << removed.status();
  EXPECT_THAT(removed->paths,
              ElementsAre("v/net.onnx", "v/net.onnx.sha256", "v/new.pth.part", "v/new.pth.part.json"));
  EXPECT_EQ(removed->bytes, 3 + 4 + 2 + 2);
  EXPECT_EQ(ReadAll(Path("m/v/mine.onnx")), "mine");
  EXPECT_EQ(ReadAll(Path("m/other/x")), "x");
  fs::remove(Path("m/v/mine.onnx"));
  Write("m/v/net.onnx", "net");
  ASSERT_TRUE(Remove(model_, Path("m")).ok());
  EXPECT_FALSE(fs::exists(Path("m/v")));  // it was empty
  EXPECT_TRUE(fs::exists(Path("m/other")));
  EXPECT_TRUE(Remove(model_, Path("m"))->paths.empty());
}

TEST_F(ModelFolderTest, RemoveDoesNotLeaveTheFolderThroughALink) {
  Write("outside/net.onnx", "somebody else's");
  fs::create_directory(Path("m"));
  fs::create_directory_symlink(Path("outside"), Path("m/v"));
  const auto removed = Remove(model_, Path("m"));
  EXPECT_EQ(removed.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(removed.status()), HasSubstr("m/v: is a symbolic link"));
  EXPECT_EQ(ReadAll(Path("outside/net.onnx")), "somebody else's");
  // A link in the file's place goes, what it leads to stays.
  fs::remove(Path("m/v"));
  fs::create_directory(Path("m/v"));
  fs::create_symlink(Path("outside/net.onnx"), Path("m/v/net.onnx"));
  ASSERT_TRUE(Remove(model_, Path("m")).ok());
  EXPECT_FALSE(fs::is_symlink(Path("m/v/net.onnx")));
  EXPECT_EQ(ReadAll(Path("outside/net.onnx")), "somebody else's");
}

TEST_F(ModelFolderTest, TheLockLetsOneInAtATime) {
  auto first = FolderLock::Take(Path("m"), {}, {});
  ASSERT_TRUE(first.ok()) << first.status();
  std::promise<void> waits;
  auto second = std::async(std::launch::async,
                           [&] { return FolderLock::Take(Path("m"), [&] { waits.set_value(); }, {}); });
  waits.get_future().wait();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(FolderLock::Take(Path("m"), {}, stop.get_token()).status().code(), StatusCode::kCancelled);
  { const FolderLock released = *std::move(first); }
  EXPECT_TRUE(second.get().ok());
}

}  // namespace
}  // namespace waveshift::models
