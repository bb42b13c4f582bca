// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_message.h"

#include <gtest/gtest.h>

#include "base/files.h"

namespace waveshift::net {
namespace {

TEST(RedactedUrl, HidesWhatMayBeSecret) {
  EXPECT_EQ(RedactedUrl("https://user:pass@example.com/a/b?key=secret#part"), "https://example.com/a/b");
  EXPECT_EQ(RedactedUrl("https://example.com?key=secret"), "https://example.com");
  EXPECT_EQ(RedactedUrl("https://a@b@example.com/x@y"), "https://example.com/x@y");
  EXPECT_EQ(RedactedUrl("http://host/a\nb\x01\xFF"), "http://host/a?b??");
  EXPECT_EQ(RedactedUrl(""), "");
  EXPECT_LE(RedactedUrl("http://h/" + std::string(9999, 'x')).size(), 203U);
}

TEST(StatusOfHttp, EveryStatusHasACode) {
  EXPECT_TRUE(StatusOfHttp(200, "x").ok());
  EXPECT_TRUE(StatusOfHttp(206, "x").ok());
  const std::pair<int, StatusCode> codes[] = {
      {304, StatusCode::kFailedPrecondition}, {400, StatusCode::kInvalidArgument},
      {401, StatusCode::kUnauthenticated},    {403, StatusCode::kPermissionDenied},
      {404, StatusCode::kNotFound},           {408, StatusCode::kDeadlineExceeded},
      {409, StatusCode::kAlreadyExists},      {412, StatusCode::kAlreadyExists},
      {413, StatusCode::kOutOfRange},         {418, StatusCode::kInvalidArgument},
      {429, StatusCode::kResourceExhausted},  {500, StatusCode::kUnavailable},
      {501, StatusCode::kUnimplemented},      {502, StatusCode::kUnavailable},
      {504, StatusCode::kDeadlineExceeded},   {599, StatusCode::kUnavailable}};
  for (const auto& [http, code] : codes) EXPECT_EQ(StatusOfHttp(http, "x").code(), code) << http;
  EXPECT_EQ(Message(StatusOfHttp(429, "xAI")), "xAI: HTTP 429 Too Many Requests");
}

TEST(HttpResponse, HeaderNamesHaveNoCase) {
  const HttpResponse response{.status = 200, .headers = {{"Content-TYPE", "a"}, {"content-type", "b"}}};
  EXPECT_EQ(response.Header("content-type"), "a");
  EXPECT_EQ(response.Header("content"), "");
}

TEST(FileBody, GivesTheFileAgainAfterRewind) {
  const auto folder = ScratchDirectory::Make();
  ASSERT_TRUE(folder.ok());
  const std::string path = folder->path() + "/body";
  ASSERT_TRUE(WriteFileAtomic(path, "abcdef").ok());
  const auto body = OpenFileBody(path);
  ASSERT_TRUE(body.ok());
  EXPECT_EQ((*body)->size_bytes(), 6);
  char bytes[4];
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ((*body)->Read(bytes, 4).value(), 4U);
    EXPECT_EQ(std::string(bytes, 4), "abcd");
    EXPECT_EQ((*body)->Read(bytes, 4).value(), 2U);
    EXPECT_EQ((*body)->Read(bytes, 4).value(), 0U);
    ASSERT_TRUE((*body)->Rewind().ok());
  }
  ASSERT_TRUE(WriteFileAtomic(path, "abc").ok());
  ASSERT_TRUE((*body)->Rewind().ok());
  EXPECT_EQ((*body)->Read(bytes, 4).value(), 3U);
  EXPECT_EQ((*body)->Read(bytes, 4).status().code(), StatusCode::kDataLoss);
  EXPECT_EQ(OpenFileBody(path + "no").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(OpenFileBody(folder->path()).status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace waveshift::net
