// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What every object store must do, as one GoogleTest suite. A store's test includes this header once and
// instantiates the suite:
//   INSTANTIATE_TEST_SUITE_P(Files, ObjectStoreContract, testing::Values(ObjectStoreUnderTest{"files",
//   &MakeFilesForTest}), NameOfObjectStore);
#ifndef WAVESHIFT_STORES_OBJECT_STORE_CONTRACT_H_
#define WAVESHIFT_STORES_OBJECT_STORE_CONTRACT_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/files.h"
#include "stores/object_store.h"

namespace waveshift::stores {

// An empty store, seen by two processes that share it. `second` may be the same object where a store cannot
// be opened twice.
struct ObjectStorePair {
  ObjectStore* first = nullptr;
  ObjectStore* second = nullptr;
  std::vector<std::shared_ptr<void>>
      owners;  // what keeps both alive, e.g. a scratch folder; destroyed last to first
};

struct ObjectStoreUnderTest {
  std::string name;
  std::function<ObjectStorePair()> make;
  // An object cannot be a folder of other objects at once.
  bool has_folders = true;
  // Writes may have conditions, and leases with them. An S3 server without them (not R2) cannot run jobs.
  bool has_conditions = true;
};

inline std::string NameOfObjectStore(const testing::TestParamInfo<ObjectStoreUnderTest>& info) {
  return info.param.name;
}

class ObjectStoreContract : public testing::TestWithParam<ObjectStoreUnderTest> {
 protected:
  static constexpr std::chrono::seconds kMinute{60};

  void SetUp() override {
    pair_ = GetParam().make();
    ASSERT_NE(pair_.first, nullptr);
    ASSERT_NE(pair_.second, nullptr);
    auto scratch = ScratchDirectory::Make();
    ASSERT_TRUE(scratch.ok());
    scratch_ = std::make_unique<ScratchDirectory>(*std::move(scratch));
  }
  void TearDown() override {
    while (!pair_.owners.empty()) pair_.owners.pop_back();
  }

  ObjectStore& store() { return *pair_.first; }
  ObjectStore& other() { return *pair_.second; }
  const std::string& scratch() const { return scratch_->path(); }

  ObjectInfo Put(const std::string& key, std::string_view bytes, const PutOptions& options = {}) {
    auto info = store().Put(key, bytes, options);
    EXPECT_TRUE(info.ok()) << key << ": " << Message(info.status());
    return info.ok() ? *info : ObjectInfo{};
  }
  StatusCode PutCode(const std::string& key, std::string_view bytes, const PutOptions& options = {}) {
    return store().Put(key, bytes, options).status().code();
  }
  std::string Get(const std::string& key) {
    auto bytes = other().Get(key, 1 << 26);
    return bytes.ok() ? *bytes : "(" + std::string(CodeWord(bytes.status())) + ")";
  }
  std::vector<std::string> Keys(const std::string& prefix) {
    auto objects = other().List(prefix);
    EXPECT_TRUE(objects.ok()) << Message(objects.status());
    std::vector<std::string> keys;
    if (!objects.ok()) return keys;
    for (const ObjectInfo& object : *objects) keys.push_back(object.key);
    return keys;
  }
  std::string ScratchFile(const std::string& name, std::string_view bytes) {
    const std::string path = scratch() + "/" + name;
    EXPECT_TRUE(WriteFileAtomic(path, bytes).ok());
    return path;
  }

  // A store without conditional writes refuses them, and gives no lease: silence would let two runs work at
  // once.
  void ExpectNoConditions() {
    EXPECT_EQ(PutCode("conditional", "x", {.only_if_absent = true}), StatusCode::kUnimplemented);
    EXPECT_EQ(Get("conditional"), "(not_found)");
    EXPECT_EQ(store().AcquireLease("journal/t/lease", "me", kMinute).status().code(),
              StatusCode::kUnimplemented);
  }

  using Strings = std::vector<std::string>;

 private:
  ObjectStorePair pair_;
  std::unique_ptr<ScratchDirectory> scratch_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ObjectStoreContract);

TEST_P(ObjectStoreContract, WhatIsPutIsThere) {
  const std::string binary("\0\xFF\r\n\x1A bytes", 11);
  const ObjectInfo put = Put("a/b/c.bin", binary);
  EXPECT_EQ(put.key, "a/b/c.bin");
  EXPECT_EQ(put.size_bytes, 11);
  EXPECT_FALSE(put.etag.empty());
  EXPECT_EQ(Get("a/b/c.bin"), binary);
  const auto head = other().Head("a/b/c.bin");
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->etag, put.etag);
  EXPECT_EQ(head->size_bytes, 11);
  // A store may know no more of a write than when its answer was made.
  EXPECT_LE(std::abs(head->modified_ms - put.modified_ms), 2000);
  const int64_t now_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
  EXPECT_LT(std::abs(now_ms - put.modified_ms), 3600 * 1000);
}

TEST_P(ObjectStoreContract, EmptyObjects) {
  Put("empty", "");
  EXPECT_EQ(Get("empty"), "");
  EXPECT_EQ(other().Head("empty")->size_bytes, 0);
  EXPECT_EQ(other().GetRange("empty", 0, 10).value(), "");
}

TEST_P(ObjectStoreContract, MissingObjects) {
  Put("folder/file", "x");
  for (const std::string key : {"none", "folder", "folder/file/below", "no/such/folder"}) {
    EXPECT_EQ(store().Get(key, 10).status().code(), StatusCode::kNotFound) << key;
    EXPECT_EQ(store().GetRange(key, 0, 10).status().code(), StatusCode::kNotFound) << key;
    EXPECT_EQ(store().Head(key).status().code(), StatusCode::kNotFound) << key;
    EXPECT_EQ(store().Materialize(key, scratch()).status().code(), StatusCode::kNotFound) << key;
    EXPECT_TRUE(store().Delete(key).ok()) << key;
  }
  EXPECT_EQ(Get("folder/file"), "x");
}

TEST_P(ObjectStoreContract, BadKeysAreRefusedEverywhere) {
  const std::string file = ScratchFile("file", "x");
  const Strings bad = {"",
                       "/etc/passwd",
                       "../up",
                       "a/../b",
                       "a//b",
                       "a/",
                       ".",
                       "a/./b",
                       "a\\b",
                       "a\nb",
                       "\x7F",
                       "bad\xFFutf8",
                       std::string("nul\0x", 5),
                       std::string(1025, 'k')};
  for (const std::string& key : bad) {
    EXPECT_EQ(PutCode(key, "x"), StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(store().PutFile(key, file, {}).status().code(), StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(store().Get(key, 10).status().code(), StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(store().GetRange(key, 0, 1).status().code(), StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(store().Head(key).status().code(), StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(store().Materialize(key, scratch()).status().code(), StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(store().Delete(key).code(), StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(store().AcquireLease(key, "me", kMinute).status().code(), StatusCode::kInvalidArgument) << key;
  }
  EXPECT_EQ(store().List("../").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store().List("/").status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadFile(file, 10).value(), "x");
}

TEST_P(ObjectStoreContract, KeysOfAllKinds) {
  const Strings keys = {".hidden",
                        "-dash",
                        "a b/c d",
                        "speakers/张 三 (男).wav",
                        "percent%20",
                        "plus+eq=&?#",
                        std::string(200, 'n')};
  for (const std::string& key : keys) Put(key, key);
  for (const std::string& key : keys) EXPECT_EQ(Get(key), key);
  Strings sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(Keys(""), sorted);
}

TEST_P(ObjectStoreContract, ReplacingChangesTheEtagAlways) {
  std::set<std::string> etags;
  for (int i = 0; i < 50; ++i) {
    const std::string bytes = std::to_string(100 + i);  // of one size, as fast as it goes
    etags.insert(Put("k", bytes).etag);
    EXPECT_EQ(Get("k"), bytes);
  }
  EXPECT_EQ(etags.size(), 50U);
  EXPECT_EQ(Keys("").size(), 1U);
}

TEST_P(ObjectStoreContract, GetIsBounded) {
  Put("k", "12345");
  EXPECT_EQ(store().Get("k", 5).value(), "12345");
  const auto large = store().Get("k", 4);
  EXPECT_EQ(large.status().code(), StatusCode::kOutOfRange);
  EXPECT_NE(Message(large.status()).find("\"k\""), std::string::npos);
}

TEST_P(ObjectStoreContract, Ranges) {
  Put("k", "0123456789");
  EXPECT_EQ(store().GetRange("k", 0, 4).value(), "0123");
  EXPECT_EQ(store().GetRange("k", 8, 4).value(), "89");
  EXPECT_EQ(store().GetRange("k", 10, 4).value(), "");
  EXPECT_EQ(store().GetRange("k", 11, 4).value(), "");
  EXPECT_EQ(store().GetRange("k", 3, 0).value(), "");
  EXPECT_EQ(store().GetRange("k", 9, INT64_MAX).value(), "9");
  EXPECT_EQ(store().GetRange("k", INT64_MAX, INT64_MAX).value(), "");
  EXPECT_EQ(store().GetRange("k", -1, 4).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store().GetRange("k", 0, -1).status().code(), StatusCode::kInvalidArgument);
}

TEST_P(ObjectStoreContract, OnlyIfAbsent) {
  if (!GetParam().has_conditions) return ExpectNoConditions();
  Put("d/k", "first", {.only_if_absent = true});
  EXPECT_EQ(PutCode("d/k", "second", {.only_if_absent = true}), StatusCode::kAlreadyExists);
  EXPECT_EQ(Get("d/k"), "first");
  ASSERT_TRUE(store().Delete("d/k").ok());
  Put("d/k", "third", {.only_if_absent = true});
  EXPECT_EQ(Get("d/k"), "third");
}

TEST_P(ObjectStoreContract, OnlyIfEtag) {
  if (!GetParam().has_conditions) return ExpectNoConditions();
  const std::string first = Put("k", "first").etag;
  const std::string second = Put("k", "second", {.only_if_etag = first}).etag;
  EXPECT_EQ(PutCode("k", "third", {.only_if_etag = first}), StatusCode::kAlreadyExists);
  EXPECT_EQ(Get("k"), "second");
  EXPECT_EQ(PutCode("none", "x", {.only_if_etag = second}), StatusCode::kAlreadyExists);
  EXPECT_EQ(Get("none"), "(not_found)");
  EXPECT_EQ(PutCode("deep/none", "x", {.only_if_etag = second}), StatusCode::kAlreadyExists);
  EXPECT_EQ(PutCode("k", "x", {.only_if_absent = true, .only_if_etag = second}),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(Keys(""), Strings{"k"});
}

TEST_P(ObjectStoreContract, OfManyThatMayMakeAnObjectOneDoes) {
  if (!GetParam().has_conditions) return ExpectNoConditions();
  std::atomic<int> made{0};
  std::atomic<int> refused{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      ObjectStore& mine = i % 2 == 0 ? store() : other();
      const auto put = mine.Put("race/k", "thread " + std::to_string(i), {.only_if_absent = true});
      if (put.ok()) ++made;
      if (put.status().code() == StatusCode::kAlreadyExists) ++refused;
    });
  }
  threads.clear();
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 15);
}

TEST_P(ObjectStoreContract, NoIncrementIsLost) {
  if (!GetParam().has_conditions) return ExpectNoConditions();
  Put("counter", "0");
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      ObjectStore& mine = i % 2 == 0 ? store() : other();
      for (int done = 0; done < 10;) {
        const auto head = mine.Head("counter");
        const auto bytes = mine.Get("counter", 100);
        if (!head.ok() || !bytes.ok()) return;
        const auto put =
            mine.Put("counter", std::to_string(std::stoi(*bytes) + 1), {.only_if_etag = head->etag});
        if (put.ok()) ++done;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(Get("counter"), "40");
}

TEST_P(ObjectStoreContract, WhoMayNotWriteAnyMoreChangesNothing) {
  Put("k", "first");
  int asked = 0;
  const PutOptions refusing{.before_commit = [&] {
    ++asked;
    return AlreadyExists("somebody else holds it");
  }};
  const std::string path = ScratchFile("next", "next");
  EXPECT_EQ(PutCode("k", "second", refusing), StatusCode::kAlreadyExists);
  EXPECT_EQ(store().PutFile("k", path, refusing).status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(asked, 2);
  EXPECT_EQ(Get("k"), "first");
  EXPECT_EQ(ReadFile(path, 10).value(), "next");
  Put("k", "second", {.before_commit = [] { return OkStatus(); }});
  EXPECT_EQ(Get("k"), "second");
}

TEST_P(ObjectStoreContract, ReadersSeeWholeObjects) {
  const std::string a(200000, 'a');
  const std::string b(100000, 'b');
  Put("k", a);
  std::atomic<bool> stop{false};
  std::atomic<int> broken{0};
  std::atomic<int> reads{0};
  std::jthread reader([&] {
    while (!stop) {
      const auto bytes = other().Get("k", 1 << 20);
      if (!bytes.ok() || (*bytes != a && *bytes != b)) ++broken;
      ++reads;
    }
  });
  for (int i = 0; i < 20 || reads < 20; ++i) Put("k", i % 2 == 0 ? b : a);
  stop = true;
  reader.join();
  EXPECT_EQ(broken, 0);
}

TEST_P(ObjectStoreContract, PutFileTakesAFile) {
  std::string bytes(3 << 20, 'x');
  for (size_t i = 0; i < bytes.size(); i += 997) bytes[i] = static_cast<char>(i);
  const std::string path = ScratchFile("video.mp4", bytes);
  const auto info = store().PutFile("v/video.mp4", path, {});
  ASSERT_TRUE(info.ok()) << Message(info.status());
  EXPECT_EQ(info->size_bytes, static_cast<int64_t>(bytes.size()));
  EXPECT_EQ(Get("v/video.mp4"), bytes);
  EXPECT_EQ(other().Head("v/video.mp4")->etag, info->etag);

  const std::string next = ScratchFile("next", "next");
  EXPECT_EQ(store().PutFile("v/x", scratch() + "/missing", {}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store().PutFile("v/x", scratch(), {}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Keys("v/"), Strings{"v/video.mp4"});
  if (!GetParam().has_conditions) return;
  EXPECT_EQ(store().PutFile("v/video.mp4", next, {.only_if_absent = true}).status().code(),
            StatusCode::kAlreadyExists);
  EXPECT_EQ(ReadFile(next, 10).value(), "next");  // nothing changes
  ASSERT_TRUE(store().PutFile("v/video.mp4", next, {.only_if_etag = info->etag}).ok());
  EXPECT_EQ(Get("v/video.mp4"), "next");
}

TEST_P(ObjectStoreContract, MaterializeGivesALocalFile) {
  Put("a/b.txt", "content");
  const auto path = other().Materialize("a/b.txt", scratch());
  ASSERT_TRUE(path.ok()) << Message(path.status());
  EXPECT_EQ(ReadFile(*path, 100).value(), "content");
  EXPECT_EQ(Get("a/b.txt"), "content");
}

TEST_P(ObjectStoreContract, ManyMaterializeTheSameObjectAtOnce) {
  const std::string bytes(300000, 'm');
  Put("a/b.bin", bytes);
  std::atomic<int> fine{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const auto path = (t % 2 == 0 ? store() : other()).Materialize("a/b.bin", scratch());
      if (path.ok() && ReadFile(*path, 1 << 20).value_or("") == bytes) ++fine;
    });
  }
  threads.clear();
  EXPECT_EQ(fine, 8);
}

TEST_P(ObjectStoreContract, ListIsInOrderOfKeys) {
  for (const char* key : {"b", "a/2", "a/10", "a.txt", "a/1/x", "ab/c", ".waveshift/state.json", "中/文"})
    Put(key, key);
  EXPECT_EQ(Keys(""),
            (Strings{".waveshift/state.json", "a.txt", "a/1/x", "a/10", "a/2", "ab/c", "b", "中/文"}));
  EXPECT_EQ(Keys("a/"), (Strings{"a/1/x", "a/10", "a/2"}));
  EXPECT_EQ(Keys("a"), (Strings{"a.txt", "a/1/x", "a/10", "a/2", "ab/c"}));
  EXPECT_EQ(Keys("a/1"), (Strings{"a/1/x", "a/10"}));
  EXPECT_EQ(Keys("a/10"), Strings{"a/10"});
  EXPECT_EQ(Keys("a/10/"), Strings{});
  EXPECT_EQ(Keys("none/"), Strings{});
  EXPECT_EQ(Keys(".waveshift/"), Strings{".waveshift/state.json"});
  const auto listed = store().List("a/2");
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->at(0).etag, store().Head("a/2")->etag);
  EXPECT_EQ(listed->at(0).size_bytes, 3);
}

TEST_P(ObjectStoreContract, Delete) {
  Put("a/b/c", "1");
  Put("a/d", "2");
  EXPECT_TRUE(other().Delete("a/b/c").ok());
  EXPECT_TRUE(other().Delete("a/b/c").ok());
  EXPECT_EQ(Get("a/b/c"), "(not_found)");
  EXPECT_EQ(Get("a/d"), "2");
  EXPECT_TRUE(store().Delete("a/d").ok());
  EXPECT_EQ(Keys(""), Strings{});
  Put("a", "now a file");  // what lay below it is gone
  EXPECT_EQ(Get("a"), "now a file");
}

TEST_P(ObjectStoreContract, DeletePrefixDeletesNoMoreThanThat) {
  for (const char* key : {"a/1", "a/2/3", "ab", "b/1"}) Put(key, key);
  EXPECT_EQ(DeletePrefix(store(), "a").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(DeletePrefix(store(), "").code(), StatusCode::kInvalidArgument);
  ASSERT_TRUE(DeletePrefix(store(), "a/").ok());
  EXPECT_TRUE(DeletePrefix(store(), "a/").ok());
  EXPECT_EQ(Keys(""), (Strings{"ab", "b/1"}));
}

TEST_P(ObjectStoreContract, AnObjectIsNoFolder) {
  Put("a", "object");
  if (!GetParam().has_folders) {  // keys are flat: one may begin with another
    Put("a/b", "x");
    EXPECT_EQ(Get("a") + Get("a/b"), "objectx");
    return;
  }
  const auto below = store().Put("a/b", "x", {});
  EXPECT_EQ(below.status().code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(below.status()).find("nothing can lie below it"), std::string::npos)
      << Message(below.status());
  Put("c/d/e", "object");
  for (const char* key : {"c", "c/d"}) {
    const auto above = store().Put(key, "x", {});
    EXPECT_EQ(above.status().code(), StatusCode::kInvalidArgument);
    EXPECT_NE(Message(above.status()).find("other objects lie below it"), std::string::npos)
        << Message(above.status());
  }
  EXPECT_EQ(Keys(""), (Strings{"a", "c/d/e"}));
}

TEST_P(ObjectStoreContract, ManyWritersOfFoldersThatComeAndGo) {
  std::atomic<int> failed{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      ObjectStore& mine = t % 2 == 0 ? store() : other();
      const std::string key = "same/folder/" + std::to_string(t);
      for (int i = 0; i < 25; ++i) {
        if (!mine.Put(key, "x", {}).ok() || !mine.Get(key, 10).ok() || !mine.Delete(key).ok()) ++failed;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(Keys(""), Strings{});
}

TEST_P(ObjectStoreContract, LeasesExcludeEachOther) {
  if (!GetParam().has_conditions) return ExpectNoConditions();
  auto first = store().AcquireLease("journal/t/lease", "machine one", kMinute);
  ASSERT_TRUE(first.ok()) << Message(first.status());
  for (ObjectStore* any : {&store(), &other()}) {
    const auto second = any->AcquireLease("journal/t/lease", "machine two", kMinute);
    EXPECT_EQ(second.status().code(), StatusCode::kAlreadyExists);
    EXPECT_NE(Message(second.status()).find("machine one"), std::string::npos) << Message(second.status());
  }
  EXPECT_TRUE(other().AcquireLease("journal/u/lease", "machine two", kMinute).ok());
  EXPECT_TRUE((*first)->Renew().ok());
  first->reset();
  auto third = other().AcquireLease("journal/t/lease", "machine three", kMinute);
  ASSERT_TRUE(third.ok()) << Message(third.status());
  EXPECT_EQ(store().AcquireLease("journal/t/lease", "machine one", kMinute).status().code(),
            StatusCode::kAlreadyExists);
}

TEST_P(ObjectStoreContract, DeletingAFolderLeavesItsLeaseHeld) {
  if (!GetParam().has_conditions) return ExpectNoConditions();
  Put("journal/t/state", "x");
  auto lease = store().AcquireLease("journal/t/lease", "me", kMinute);
  ASSERT_TRUE(lease.ok());
  ASSERT_TRUE(DeletePrefix(store(), "journal/t/").ok());
  EXPECT_EQ(Keys(""), Strings{});
  EXPECT_TRUE((*lease)->Renew().ok());
  EXPECT_FALSE(other().AcquireLease("journal/t/lease", "you", kMinute).ok());
}

TEST_P(ObjectStoreContract, HoldersAreChecked) {
  EXPECT_EQ(store().AcquireLease("l", "", kMinute).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store().AcquireLease("l", "two\nlines", kMinute).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store().AcquireLease("l", std::string(501, 'h'), kMinute).status().code(),
            StatusCode::kInvalidArgument);
  if (!GetParam().has_conditions) return;
  EXPECT_TRUE(store().AcquireLease("l", std::string(500, 'h'), kMinute).ok());
}

TEST_P(ObjectStoreContract, OneOfManyThreadsHoldsALeaseAtATime) {
  if (!GetParam().has_conditions) return ExpectNoConditions();
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::atomic<int> taken{0};
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      ObjectStore& mine = t % 2 == 0 ? store() : other();
      for (int done = 0; done < 20;) {
        auto lease = mine.AcquireLease("l", "thread " + std::to_string(t), kMinute);
        if (!lease.ok()) {
          std::this_thread::yield();
          continue;
        }
        most = std::max(most.load(), ++inside);
        ++taken;
        ++done;
        --inside;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(taken, 160);
}

TEST_P(ObjectStoreContract, DescribesItself) { EXPECT_FALSE(store().Describe().empty()); }

}  // namespace waveshift::stores

#endif  // WAVESHIFT_STORES_OBJECT_STORE_CONTRACT_H_
