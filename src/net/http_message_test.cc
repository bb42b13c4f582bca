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

TEST(FileBody, APartOfAFile) {
  const auto folder = ScratchDirectory::Make();
  ASSERT_TRUE(folder.ok());
  const std::string path = folder->path() + "/body";
  ASSERT_TRUE(WriteFileAtomic(path, "abcdefgh").ok());
  const auto body = OpenFileBody(path, 2, 5);
  ASSERT_TRUE(body.ok());
  EXPECT_EQ((*body)->size_bytes(), 5);
  char bytes[8];
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ((*body)->Read(bytes, 8).value(), 5U);
    EXPECT_EQ(std::string(bytes, 5), "cdefg");
    EXPECT_EQ((*body)->Read(bytes, 8).value(), 0U);
    ASSERT_TRUE((*body)->Rewind().ok());
  }
  EXPECT_EQ((*OpenFileBody(path, 8, 0))->Read(bytes, 8).value(), 0U);
  for (const auto& [offset, length] :
       {std::pair<int64_t, int64_t>{-1, 2}, {0, -1}, {0, 9}, {9, 0}, {4, INT64_MAX}})
    EXPECT_EQ(OpenFileBody(path, offset, length).status().code(), StatusCode::kOutOfRange) << offset;
}

TEST(ParseHttpDate, AllThreeFormsAndNonsense) {
  const auto expected = std::chrono::system_clock::from_time_t(784111777);
  for (const char* form :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"})
    EXPECT_EQ(ParseHttpDate(form), expected) << form;
  for (const char* form : {"", "soon", "Sun, 99 Nov 1994 08:49:37 GMT"})
    EXPECT_FALSE(ParseHttpDate(form)) << form;
}

TEST(ParseHttpDate, YearsThatNoClockHoldsAreStillInTheFuture) {
  for (const char* form : {"Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 2263 00:00:00 GMT"}) {
    const auto date = ParseHttpDate(form);
    ASSERT_TRUE(date) << form;
    EXPECT_GT(*date, ParseHttpDate("Thu, 01 Jan 2262 00:00:00 GMT")) << form;
  }
}

}  // namespace
}  // namespace waveshift::net
