// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: an R2 store whose server fails as planned, and what the tests of it share. Not linked into the
// program.
#ifndef WAVESHIFT_STORES_R2_R2_FAULTS_TESTING_H_
#define WAVESHIFT_STORES_R2_R2_FAULTS_TESTING_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>

#include "stores/test_peer.h"

namespace waveshift::stores {

inline PeerJson S3Error(int status, const std::string& code) {
  return {{"do", "answer"},
          {"status", status},
          {"headers", {{"content-type", "application/xml"}}},
          {"body", "<?xml version=\"1.0\"?><Error><Code>" + code +
                       "</Code><Message>test-access-key</Message></Error>"}};
}

inline std::string Noise(size_t size, uint32_t seed = 1) {
  std::minstd_rand random(seed);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random() >> 8);
  return bytes;
}

class R2Faults : public testing::Test {
 protected:
  void SetUp() override {
    peer_.Reset("");
    store_ = MakeR2ObjectStore(peer_.R2());
    scratch_ = std::make_unique<ScratchDirectory>(ScratchDirectory::Make().value());
    before_ = peer_.Log().size();
  }
  // Uploads go in parts early.
  R2Options InParts() {
    R2Options options = peer_.R2();
    options.multipart_above_bytes = 1'000'000;
    options.part_bytes = int64_t{5} << 20;
    return options;
  }
  size_t Requests() { return peer_.Log().size() - before_; }
  void Fail(PeerJson fault, int times = 1) {
    fault["times"] = times;
    peer_.Plan(PeerJson::array({fault}));
    before_ = peer_.Log().size();
  }
  void FailNothing() {
    peer_.Plan(PeerJson::array());
    before_ = peer_.Log().size();
  }
  std::string File(const std::string& name, const std::string& bytes) {
    const std::string path = scratch_->path() + "/" + name;
    EXPECT_TRUE(WriteFileAtomic(path, bytes).ok());
    return path;
  }
  std::string Stored(const std::string& key) {
    FailNothing();
    const auto bytes = MakeR2ObjectStore(peer_.R2())->Get(key, 1 << 28);
    return bytes.ok() ? *bytes : "(" + std::string(CodeWord(bytes.status())) + ")";
  }
  int64_t OpenUploads() { return peer_.Ask("uploads", PeerJson::object())["open"]; }
  // What the peer has sent, since the last Fail.
  int64_t BytesOfGets() {
    int64_t bytes = 0;
    const auto log = peer_.Log();
    for (size_t i = before_; i < log.size(); ++i) bytes += log[i]["sent"].get<int64_t>();
    return bytes;
  }

  CloudflarePeer& peer_ = CloudflarePeer::Get();
  std::unique_ptr<ObjectStore> store_;
  std::unique_ptr<ScratchDirectory> scratch_;
  size_t before_ = 0;
};

}  // namespace waveshift::stores

#endif  // WAVESHIFT_STORES_R2_R2_FAULTS_TESTING_H_
