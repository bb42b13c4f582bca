// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace waveshift {
namespace {

TEST(Status, MessageAndAnnotation) {
  const Status status = Annotate(NotFound("no such task"), "task 7");
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(Message(status), "task 7: no such task");
  EXPECT_TRUE(Annotate(OkStatus(), "anything").ok());
}

TEST(Status, ARemoteServiceThatIsOverloadedIsARemoteFailure) {
  const Status status = Annotate(WithMessage(Overloaded("x"), "D1: HTTP 429"), "task 7");
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(status), "task 7: D1: HTTP 429");
  EXPECT_EQ(ExitCodeFor(status), 5);
  EXPECT_EQ(HttpStatusFor(status), 429);
  EXPECT_TRUE(IsRetryable(status));
}

struct Expected {
  StatusCode code;
  int exit_code;
  int http_status;
  const char* word;
};

TEST(Status, CodesDecideExitAndHttpAsTheHeaderSays) {
  const Expected table[] = {
      {StatusCode::kOk, 0, 200, "ok"},
      {StatusCode::kInvalidArgument, 3, 400, "bad_request"},
      {StatusCode::kOutOfRange, 3, 413, "too_large"},
      {StatusCode::kNotFound, 3, 404, "not_found"},
      {StatusCode::kAlreadyExists, 1, 409, "conflict"},
      {StatusCode::kFailedPrecondition, 4, 503, "not_ready"},
      {StatusCode::kUnimplemented, 4, 501, "not_implemented"},
      {StatusCode::kUnauthenticated, 5, 401, "unauthorized"},
      {StatusCode::kPermissionDenied, 5, 403, "forbidden"},
      {StatusCode::kUnavailable, 5, 502, "upstream_failed"},
      {StatusCode::kDeadlineExceeded, 5, 504, "timeout"},
      {StatusCode::kResourceExhausted, 1, 429, "too_many"},
      {StatusCode::kCancelled, 130, 499, "cancelled"},
      {StatusCode::kInternal, 1, 500, "internal"},
      {StatusCode::kDataLoss, 1, 500, "internal"},
  };
  for (const Expected& row : table) {
    const Status status = MakeStatus(row.code, "x");
    EXPECT_EQ(ExitCodeFor(status), row.exit_code) << row.word;
    EXPECT_EQ(HttpStatusFor(status), row.http_status) << row.word;
    EXPECT_EQ(CodeWord(status), row.word);
  }
}

TEST(Status, OnlyPassingFaultsAreRetried) {
  EXPECT_TRUE(IsRetryable(Unavailable("")));
  EXPECT_TRUE(IsRetryable(DeadlineExceeded("")));
  EXPECT_TRUE(IsRetryable(ResourceExhausted("")));
  EXPECT_FALSE(IsRetryable(InvalidArgument("")));
  EXPECT_FALSE(IsRetryable(FailedPrecondition("")));
  EXPECT_FALSE(IsRetryable(Cancelled("")));
  EXPECT_FALSE(IsRetryable(OkStatus()));
}

TEST(Status, ErrnoNamesWhatAndWhy) {
  EXPECT_EQ(ErrnoStatus(ENOENT, "a.txt").code(), StatusCode::kNotFound);
  EXPECT_EQ(Message(ErrnoStatus(ENOENT, "a.txt")), "a.txt: No such file or directory");
  EXPECT_EQ(ErrnoStatus(EACCES, "a").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrnoStatus(EEXIST, "a").code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(ErrnoStatus(ENOSPC, "a").code(), StatusCode::kInternal);
}

StatusOr<std::unique_ptr<int>> Half(int n) {
  if (n % 2 != 0) return InvalidArgument("odd");
  return std::make_unique<int>(n / 2);
}

StatusOr<int> Quarter(int n) {
  WS_ASSIGN_OR_RETURN(const std::unique_ptr<int> half, Half(n));
  WS_ASSIGN_OR_RETURN(auto quarter, Half(*half));
  return *quarter;
}

Status CheckQuarter(int n) {
  WS_RETURN_IF_ERROR(Quarter(n).status());
  return OkStatus();
}

TEST(Status, MacrosPassErrorsOnAndMoveValues) {
  EXPECT_EQ(Quarter(12).value(), 3);
  EXPECT_EQ(Message(Quarter(6).status()), "odd");
  EXPECT_TRUE(CheckQuarter(8).ok());
  EXPECT_EQ(CheckQuarter(5).code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace waveshift
