// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/media_inputs.h"

#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/hash.h"
#include "net/test_tls_server.h"

namespace waveshift::service {
namespace {

using net::TestTlsServer;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class MediaInputsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(objects_->Put("users/u/a b/张 1.wav", "the clip", {}).ok());
    ASSERT_TRUE(objects_->Put("plain%20name", "percent", {}).ok());
    ASSERT_TRUE(objects_->Put("journal/t/state.json", "private", {}).ok());
    ASSERT_TRUE(objects_->Put(".waveshift/x", "private", {}).ok());
  }
  std::string Read(const std::string& place) {
    const auto bytes = inputs_.Read("audioSample", place, 100, {});
    return bytes.ok() ? *bytes : std::string(CodeWord(bytes.status()));
  }
  std::string CertificateFile() const { return folder_.path() + "/certificate.pem"; }

  ScratchDirectory folder_ = ScratchDirectory::Make().value();
  TestTlsServer server_{CertificateFile(), [](const std::string& target) {
                          return TestTlsServer::Reply(target == "/gone" ? 404 : 200, "from afar " + target);
                        }};
  std::unique_ptr<stores::ObjectStore> objects_ = stores::MakeMemoryObjectStore();
  MediaInputs inputs_{objects_.get(), "https://media.example/",
                      std::make_shared<net::PublicFetcher>(server_.FetchOptions()), 30};
};

TEST_F(MediaInputsTest, KeysAndAddressesBelowTheBaseAreObjects) {
  EXPECT_EQ(Read("users/u/a b/张 1.wav"), "the clip");
  EXPECT_EQ(Read("https://media.example/users/u/a b/张 1.wav"), "the clip");
  EXPECT_EQ(Read("https://media.example/users/u/a%20b/%E5%BC%A0%201.wav"), "the clip");
  EXPECT_EQ(Read("https://media.example/plain%20name"), "percent");
  EXPECT_EQ(Read("https://media.example/nothing"), "not_found");
  EXPECT_EQ(*inputs_.FindObject("f", "https://media.example/users/u/a%20b/张 1.wav"), "users/u/a b/张 1.wav");
  EXPECT_EQ(inputs_.FindObject("f", "nothing").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(inputs_.Read("f", "users/u/a b/张 1.wav", 3, {}).status().code(), StatusCode::kOutOfRange);
  const auto file =
      inputs_.Materialize("f", "https://media.example/users/u/a b/张 1.wav", folder_.path(), {});
  ASSERT_TRUE(file.ok()) << Message(file.status());
  EXPECT_EQ(*ReadFile(file->path, 100), "the clip");
  EXPECT_EQ(file->identity, "users/u/a b/张 1.wav " + objects_->Head("users/u/a b/张 1.wav")->etag);
}

TEST_F(MediaInputsTest, HostsOfTheListAreAsked) {
  EXPECT_EQ(Read(server_.Url("/a b.wav")), "from afar /a%20b.wav");
  EXPECT_EQ(Read(server_.Url("/gone")), "not_found");
  EXPECT_EQ(*inputs_.FindObject("f", server_.Url("/a")), "");
  const auto file = inputs_.Materialize("video_path", server_.Url("/v"), folder_.path(), {});
  ASSERT_TRUE(file.ok()) << Message(file.status());
  EXPECT_EQ(*ReadFile(file->path, 100), "from afar /v");
  EXPECT_EQ(file->identity, Sha256Hex("from afar /v"));
  const auto large =
      inputs_.Materialize("video_path", server_.Url("/" + std::string(40, 'v')), folder_.path(), {});
  EXPECT_EQ(large.status().code(), StatusCode::kOutOfRange);
}

TEST_F(MediaInputsTest, EverythingElseIsRefused) {
  for (const char* place :
       {"", "/etc/passwd", "../secret", "a//b", "file:///etc/passwd", "http://127.0.0.1/x",
        "https://other.example/x", "https://media.example.evil/x", "https://media.example",
        "https://media.example/", "http://media.example/x", "https://media.example/../secret",
        "journal/t/state.json", ".waveshift/x", "https://media.example/journal/t/state.json",
        "https://169.254.169.254/latest/meta-data", "https://[::1]/"}) {
    EXPECT_EQ(Read(place), "bad_request") << place;
    EXPECT_EQ(inputs_.FindObject("f", place).status().code(), StatusCode::kInvalidArgument) << place;
    EXPECT_EQ(inputs_.Materialize("f", place, folder_.path(), {}).status().code(),
              StatusCode::kInvalidArgument);
    const Status checked = inputs_.Check("audioSample", place);
    EXPECT_THAT(Message(checked), StartsWith("audioSample: ")) << place;
  }
  EXPECT_EQ(server_.accepted(), 0);
}

// Percent signs may be part of a key; decoded they lead nowhere that is not allowed.
TEST_F(MediaInputsTest, EncodedWaysAroundAreNoWays) {
  for (const char* place :
       {"https://media.example/%2e%2e/secret", "https://media.example/%6aournal/t/state.json",
        "https://media.example/%2ewaveshift/x", "https://media.example/a%2f%2e%2e%2fsecret"}) {
    EXPECT_EQ(Read(place), "not_found") << place;
  }
}

TEST_F(MediaInputsTest, WithoutAListOrABase) {
  const MediaInputs inputs(objects_.get(), "", nullptr, 30);
  EXPECT_TRUE(inputs.Check("f", "users/u/a b/张 1.wav").ok());
  const Status refused = inputs.Check("f", "https://media.example/users/u/a b/张 1.wav");
  EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(refused), HasSubstr("MEDIA_URL_ALLOWED_HOSTS"));
  EXPECT_THAT(Message(refused), HasSubstr("R2_PUBLIC_BASE_URL"));
}

}  // namespace
}  // namespace waveshift::service
