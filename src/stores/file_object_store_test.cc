// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What only files can get wrong: symbolic links, processes that die, folders that others write in.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "stores/object_store.h"

namespace waveshift::stores {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
constexpr std::chrono::seconds kMinute{60};

class FileObjectStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    auto scratch = ScratchDirectory::Make();
    ASSERT_TRUE(scratch.ok());
    scratch_ = std::make_unique<ScratchDirectory>(*std::move(scratch));
    root_ = scratch_->path() + "/objects";
    auto store = OpenFileObjectStore(root_);
    ASSERT_TRUE(store.ok()) << Message(store.status());
    store_ = *std::move(store);
    outside_ = scratch_->path() + "/outside";
    ASSERT_TRUE(WriteFileAtomic(outside_ + "/secret", "secret").ok());
  }
  std::string SecretOutside() const { return ReadFile(outside_ + "/secret", 100).value(); }
  size_t TemporaryFiles() const {
    const std::string folder = root_ + "/.waveshift/store/tmp";
    return fs::exists(folder) ? static_cast<size_t>(std::distance(fs::directory_iterator(folder), {})) : 0;
  }

  std::unique_ptr<ScratchDirectory> scratch_;
  std::string root_;
  std::string outside_;
  std::unique_ptr<ObjectStore> store_;
};

TEST_F(FileObjectStoreTest, ObjectsArePlainFiles) {
  ASSERT_TRUE(store_->Put("a/b.txt", "text", {}).ok());
  EXPECT_EQ(ReadFile(root_ + "/a/b.txt", 10).value(), "text");
  EXPECT_EQ(store_->Materialize("a/b.txt", "unused").value(), fs::canonical(root_).string() + "/a/b.txt");
  EXPECT_THAT(store_->Describe(), HasSubstr(fs::canonical(root_).string()));
  ASSERT_TRUE(WriteFileAtomic(root_ + "/made/elsewhere.txt", "too").ok());
  EXPECT_EQ(store_->Get("made/elsewhere.txt", 10).value(), "too");
  EXPECT_EQ(store_->List("")->size(), 2U);
}

TEST_F(FileObjectStoreTest, AChangeFromOutsideChangesTheEtag) {
  const std::string before = store_->Put("k", "12345", {})->etag;
  std::ofstream(root_ + "/k") << "54321";
  EXPECT_NE(store_->Head("k")->etag, before);
  EXPECT_EQ(store_->Put("k", "x", {.only_if_etag = before}).status().code(), StatusCode::kAlreadyExists);
}

TEST_F(FileObjectStoreTest, LinksLeadNowhere) {
  fs::create_symlink(outside_, root_ + "/folder");
  fs::create_symlink(outside_ + "/secret", root_ + "/file");
  fs::create_symlink("/nowhere", root_ + "/dangling");
  for (const std::string key : {"folder/secret", "file", "dangling"}) {
    EXPECT_EQ(store_->Get(key, 100).status().code(), StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(store_->GetRange(key, 0, 100).status().code(), StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(store_->Head(key).status().code(), StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(store_->Materialize(key, scratch_->path()).status().code(), StatusCode::kInvalidArgument)
        << key;
    const auto put = store_->Put(key, "overwritten", {});
    EXPECT_EQ(put.status().code(), StatusCode::kInvalidArgument) << key;
    EXPECT_THAT(Message(put.status()), HasSubstr("symbolic link")) << key;
    EXPECT_EQ(store_->Put(key, "overwritten", {.only_if_absent = true}).status().code(),
              StatusCode::kInvalidArgument)
        << key;
  }
  EXPECT_FALSE(store_->Put("folder/new", "x", {}).ok());
  EXPECT_FALSE(store_->Delete("folder/secret").ok());
  EXPECT_FALSE(store_->List("folder/").ok());
  EXPECT_TRUE(store_->List("")->empty());
  EXPECT_TRUE(store_->Delete("file").ok());  // the link, not what it points to
  EXPECT_FALSE(fs::is_symlink(root_ + "/file"));
  EXPECT_EQ(SecretOutside(), "secret");
  EXPECT_EQ(std::distance(fs::directory_iterator(outside_), {}), 1);
}

TEST_F(FileObjectStoreTest, TheStoresOwnFolderMayNotBeALinkEither) {
  fs::create_symlink(outside_, root_ + "/.waveshift");
  EXPECT_FALSE(store_->Put("k", "x", {}).ok());
  EXPECT_FALSE(store_->AcquireLease("k", "me", kMinute).ok());
  EXPECT_EQ(std::distance(fs::directory_iterator(outside_), {}), 1);
}

TEST_F(FileObjectStoreTest, TheRootMayBeALink) {
  fs::create_symlink(root_, scratch_->path() + "/alias");
  auto alias = OpenFileObjectStore(scratch_->path() + "/alias");
  ASSERT_TRUE(alias.ok());
  ASSERT_TRUE((*alias)->Put("k", "x", {}).ok());
  EXPECT_EQ(store_->Get("k", 10).value(), "x");
}

TEST_F(FileObjectStoreTest, PipesAndFoldersAreNoObjects) {
  ASSERT_EQ(::mkfifo((root_ + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(store_->Get("pipe", 10).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store_->Put("pipe", "x", {}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(store_->List("")->empty());
  fs::create_directories(root_ + "/empty");
  EXPECT_TRUE(store_->Put("empty", "an empty folder is in nobody's way", {}).ok());
}

TEST_F(FileObjectStoreTest, TheStoresOwnFilesAreInvisible) {
  ASSERT_TRUE(store_->Put(".waveshift/state.json", "{}", {}).ok());
  const auto lease = store_->AcquireLease("l", "me", kMinute);
  ASSERT_TRUE(lease.ok());
  EXPECT_EQ(store_->List("")->size(), 1U);
  EXPECT_EQ(store_->List(".waveshift/store/")->size(), 0U);
  for (const std::string key : {".waveshift/store", ".waveshift/store/lock", ".waveshift/store/tmp/x"}) {
    EXPECT_EQ(store_->Put(key, "x", {}).status().code(), StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(store_->Get(key, 10).status().code(), StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(store_->Delete(key).code(), StatusCode::kInvalidArgument) << key;
  }
  ASSERT_TRUE(DeletePrefix(*store_, ".waveshift/").ok());
  EXPECT_TRUE((*lease)->Renew().ok());
}

TEST_F(FileObjectStoreTest, NothingIsLeftOfWritesThatFailAndOfFoldersThatAreEmpty) {
  ASSERT_TRUE(store_->Put("k", "x", {}).ok());
  EXPECT_FALSE(store_->Put("k", "y", {.only_if_absent = true}).ok());
  EXPECT_FALSE(store_->Put("k/below", "y", {}).ok());
  EXPECT_FALSE(store_->Put("new/folder/k", "y", {.only_if_etag = "none"}).ok());
  EXPECT_EQ(TemporaryFiles(), 0U);
  EXPECT_FALSE(fs::exists(root_ + "/new"));
  ASSERT_TRUE(store_->Put("deep/er/k", "x", {}).ok());
  ASSERT_TRUE(store_->Delete("deep/er/k").ok());
  EXPECT_FALSE(fs::exists(root_ + "/deep"));
  EXPECT_TRUE(fs::exists(root_));
}

TEST_F(FileObjectStoreTest, DeletingNothingMakesNothing) {
  ASSERT_TRUE(store_->Delete("none").ok());
  ASSERT_TRUE(store_->List("")->empty());
  EXPECT_TRUE(fs::is_empty(root_));
}

TEST_F(FileObjectStoreTest, OldTemporaryFilesAreSweptWhenTheStoreIsOpened) {
  ASSERT_TRUE(store_->Put("k", "x", {}).ok());
  const std::string folder = root_ + "/.waveshift/store/tmp/";
  std::ofstream(folder + "old") << "left by a crash";
  std::ofstream(folder + "new") << "being written";
  fs::last_write_time(folder + "old", fs::file_time_type::clock::now() - std::chrono::hours(2));
  ASSERT_TRUE(OpenFileObjectStore(root_).ok());
  EXPECT_FALSE(fs::exists(folder + "old"));
  EXPECT_TRUE(fs::exists(folder + "new"));
}

TEST_F(FileObjectStoreTest, PutFileMovesWhatItCan) {
  const std::string file = scratch_->path() + "/file";
  ASSERT_TRUE(WriteFileAtomic(file, "moved").ok());
  struct stat before = {};
  struct stat after = {};
  ASSERT_EQ(::stat(file.c_str(), &before), 0);
  ASSERT_TRUE(store_->PutFile("k", file, {}).ok());
  ASSERT_EQ(::stat((root_ + "/k").c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(FileObjectStoreTest, PutFileCopiesLinksAndFilesWithTwoNames) {
  fs::create_symlink(outside_ + "/secret", scratch_->path() + "/link");
  ASSERT_TRUE(store_->PutFile("from-link", scratch_->path() + "/link", {}).ok());
  EXPECT_FALSE(fs::is_symlink(root_ + "/from-link"));
  EXPECT_EQ(store_->Get("from-link", 100).value(), "secret");
  EXPECT_EQ(SecretOutside(), "secret");

  const std::string one = scratch_->path() + "/one";
  ASSERT_TRUE(WriteFileAtomic(one, "twice").ok());
  fs::create_hard_link(one, scratch_->path() + "/two");
  ASSERT_TRUE(store_->PutFile("twice", one, {}).ok());
  std::ofstream(scratch_->path() + "/two") << "later";
  EXPECT_EQ(store_->Get("twice", 100).value(), "twice");
}

TEST_F(FileObjectStoreTest, PutFileFromAnotherFileSystem) {
  std::error_code error;
  const fs::path shm = "/dev/shm";
  struct stat a = {};
  struct stat b = {};
  ASSERT_EQ(::stat(shm.c_str(), &a), 0) << "this test needs a second file system at /dev/shm";
  ASSERT_EQ(::stat(root_.c_str(), &b), 0);
  ASSERT_NE(a.st_dev, b.st_dev) << "this test needs a second file system at /dev/shm";
  const auto elsewhere = ScratchDirectory::Make(shm.string());
  ASSERT_TRUE(elsewhere.ok());
  const std::string file = elsewhere->path() + "/file";
  ASSERT_TRUE(WriteFileAtomic(file, std::string(3 << 20, 'c')).ok());
  EXPECT_EQ(store_->PutFile("k", file, {.only_if_etag = "none"}).status().code(), StatusCode::kAlreadyExists);
  EXPECT_TRUE(fs::exists(file));
  ASSERT_TRUE(store_->PutFile("k", file, {}).ok());
  EXPECT_EQ(store_->Get("k", 1 << 23)->size(), size_t{3} << 20);
  EXPECT_FALSE(fs::exists(file));
  EXPECT_EQ(TemporaryFiles(), 0U);
}

TEST_F(FileObjectStoreTest, AFileIsNoStore) {
  const std::string file = scratch_->path() + "/file";
  ASSERT_TRUE(WriteFileAtomic(file, "x").ok());
  const auto store = OpenFileObjectStore(file);
  EXPECT_FALSE(store.ok());
  EXPECT_THAT(Message(store.status()), HasSubstr(file));
}

TEST_F(FileObjectStoreTest, ALeaseWhoseFileWasRemovedIsLost) {
  auto lease = store_->AcquireLease("l", "me", kMinute);
  ASSERT_TRUE(lease.ok());
  fs::remove_all(root_ + "/.waveshift");
  EXPECT_EQ((*lease)->Renew().code(), StatusCode::kAlreadyExists);
  auto next = store_->AcquireLease("l", "you", kMinute);
  ASSERT_TRUE(next.ok());
  lease->reset();  // must not take the other's away
  EXPECT_TRUE((*next)->Renew().ok());
  EXPECT_FALSE(store_->AcquireLease("l", "they", kMinute).ok());
}

// A process of its own, because only the death of a process shows what its locks do.
class Child {
 public:
  explicit Child(const std::function<void(int ready)>& body) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(ends[0]);
      body(ends[1]);
      for (;;) ::pause();
    }
    ::close(ends[1]);
    ready_ = ends[0];
  }
  ~Child() {
    Kill();
    ::close(ready_);
  }
  // What the child wrote when it was ready: one character.
  char WaitForWord() const {
    char word = 0;
    return ::read(ready_, &word, 1) == 1 ? word : '\0';
  }
  void Kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  int ready_ = -1;
};

TEST_F(FileObjectStoreTest, ALeaseEndsAtOnceWhenItsProcessIsKilled) {
  Child child([&](int ready) {
    auto store = OpenFileObjectStore(root_);
    static std::unique_ptr<Lease> lease;
    auto taken =
        store.ok() ? (*store)->AcquireLease("journal/t/lease", "the child", kMinute) : Internal("no store");
    const char word = taken.ok() ? 'y' : 'n';
    if (taken.ok()) lease = *std::move(taken);
    if (::write(ready, &word, 1) != 1) ::_exit(1);
    for (;;) ::pause();  // the store and the lease stay
  });
  ASSERT_EQ(child.WaitForWord(), 'y');
  const auto refused = store_->AcquireLease("journal/t/lease", "the parent", kMinute);
  EXPECT_EQ(refused.status().code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(Message(refused.status()), HasSubstr("the child"));
  child.Kill();
  const auto taken = store_->AcquireLease("journal/t/lease", "the parent", kMinute);
  EXPECT_TRUE(taken.ok()) << Message(taken.status());
}

TEST_F(FileObjectStoreTest, AProcessThatIsKilledInAWriteLeavesTheOldObjectAndNoLock) {
  ASSERT_TRUE(store_->Put("k", "old", {}).ok());
  Child child([&](int ready) {
    auto store = OpenFileObjectStore(root_);
    const char word = store.ok() ? 'y' : 'n';
    if (::write(ready, &word, 1) != 1 || !store.ok()) ::_exit(1);
    const std::string large(4 << 20, 'n');
    for (;;) (*store)->Put("k", large, {}).status().IgnoreError();
  });
  ASSERT_EQ(child.WaitForWord(), 'y');
  child.Kill();
  const auto bytes = store_->Get("k", 1 << 23);
  ASSERT_TRUE(bytes.ok());
  EXPECT_TRUE(*bytes == "old" || *bytes == std::string(4 << 20, 'n'));
  EXPECT_TRUE(store_->Put("k", "new", {}).ok());
  EXPECT_EQ(store_->List("")->size(), 1U);
}

TEST_F(FileObjectStoreTest, ConditionsHoldBetweenProcesses) {
  constexpr int kEach = 20;
  ASSERT_TRUE(store_->Put("counter", "0", {}).ok());
  const auto count = [](ObjectStore& store) {
    for (int done = 0; done < kEach;) {
      const auto head = store.Head("counter");
      const auto bytes = store.Get("counter", 100);
      if (!head.ok() || !bytes.ok()) return false;
      if (store.Put("counter", std::to_string(std::stoi(*bytes) + 1), {.only_if_etag = head->etag}).ok())
        ++done;
    }
    return true;
  };
  Child child([&](int ready) {
    auto store = OpenFileObjectStore(root_);
    const char word = store.ok() && count(**store) ? 'y' : 'n';
    if (::write(ready, &word, 1) != 1) ::_exit(1);
  });
  EXPECT_TRUE(count(*store_));
  EXPECT_EQ(child.WaitForWord(), 'y');
  EXPECT_EQ(store_->Get("counter", 100).value(), std::to_string(2 * kEach));
}

// Permissions mean nothing to root: for as long as this lives such a process acts as an ordinary user who
// owns `folder`.
class OrdinaryUser {
 public:
  explicit OrdinaryUser(const fs::path& folder) : was_root_(::geteuid() == 0) {
    if (!was_root_) return;
    // The scratch folder around it is closed to others, and to the group, which stays root's.
    fs::permissions(folder.parent_path(), fs::perms::group_exec | fs::perms::others_exec,
                    fs::perm_options::add);
    EXPECT_EQ(::chown(folder.c_str(), kNobody, kNobody), 0);
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      EXPECT_EQ(::chown(entry.path().c_str(), kNobody, kNobody), 0);
    }
    EXPECT_EQ(::seteuid(kNobody), 0);
  }
  ~OrdinaryUser() {
    if (was_root_) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;

 private:
  static constexpr uid_t kNobody = 65534;
  const bool was_root_;
};

TEST_F(FileObjectStoreTest, AFolderThatMayNotBeWrittenSaysSo) {
  ASSERT_TRUE(store_->Put("k", "x", {}).ok());
  const OrdinaryUser user(root_);
  fs::permissions(root_, fs::perms::owner_read | fs::perms::owner_exec);
  fs::permissions(root_ + "/.waveshift/store/tmp", fs::perms::owner_read | fs::perms::owner_exec);
  const auto store = OpenFileObjectStore(root_);
  ASSERT_TRUE(store.ok());
  EXPECT_EQ((*store)->Get("k", 10).value(), "x");
  EXPECT_EQ((*store)->Put("k", "y", {}).status().code(), StatusCode::kInvalidArgument);
  fs::permissions(root_, fs::perms::owner_all);
  fs::permissions(root_ + "/.waveshift/store/tmp", fs::perms::owner_all);
}

}  // namespace
}  // namespace waveshift::stores
