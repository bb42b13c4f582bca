// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "base/status.h"

#include <array>
#include <cerrno>
#include <system_error>

#include "absl/strings/cord.h"

namespace waveshift {
namespace {

struct Row {
  StatusCode code;
  int exit_code;
  int http_status;
  std::string_view word;
  bool retryable;
};

constexpr std::array<Row, 13> kTable = {{
    {StatusCode::kOk, 0, 200, "ok", false},
    {StatusCode::kInvalidArgument, 3, 400, "bad_request", false},
    {StatusCode::kOutOfRange, 3, 413, "too_large", false},
    {StatusCode::kNotFound, 3, 404, "not_found", false},
    {StatusCode::kAlreadyExists, 1, 409, "conflict", false},
    {StatusCode::kFailedPrecondition, 4, 503, "not_ready", false},
    {StatusCode::kUnimplemented, 4, 501, "not_implemented", false},
    {StatusCode::kUnauthenticated, 5, 401, "unauthorized", false},
    {StatusCode::kPermissionDenied, 5, 403, "forbidden", false},
    {StatusCode::kUnavailable, 5, 502, "upstream_failed", true},
    {StatusCode::kDeadlineExceeded, 5, 504, "timeout", true},
    {StatusCode::kResourceExhausted, 1, 429, "too_many", true},
    {StatusCode::kCancelled, 130, 499, "cancelled", false},
}};
constexpr Row kOther = {StatusCode::kInternal, 1, 500, "internal", false};

constexpr char kRemoteMark[] = "waveshift/remote";

const Row& Find(const Status& status) {
  for (const Row& row : kTable) {
    if (row.code == status.code()) return row;
  }
  return kOther;
}

}  // namespace

Status MakeStatus(StatusCode code, std::string_view message) {
  return {code, absl::string_view(message.data(), message.size())};
}

std::string Message(const Status& status) {
  return std::string(status.message().data(), status.message().size());
}

Status WithMark(Status status, const std::string& mark) {
  status.SetPayload(mark, absl::Cord());
  return status;
}

bool HasMark(const Status& status, const std::string& mark) { return status.GetPayload(mark).has_value(); }

Status Overloaded(std::string_view message) { return WithMark(ResourceExhausted(message), kRemoteMark); }

Status WithMessage(const Status& status, std::string_view message) {
  if (status.ok()) return status;
  Status changed = MakeStatus(status.code(), message);
  status.ForEachPayload(
      [&](absl::string_view mark, const absl::Cord& content) { changed.SetPayload(mark, content); });
  return changed;
}

Status Annotate(const Status& status, std::string_view context) {
  return WithMessage(status, std::string(context) + ": " + Message(status));
}

int ExitCodeFor(const Status& status) {
  if (HasMark(status, kRemoteMark)) return Find(Unavailable("")).exit_code;
  return Find(status).exit_code;
}
int HttpStatusFor(const Status& status) { return Find(status).http_status; }
std::string_view CodeWord(const Status& status) { return Find(status).word; }
bool IsRetryable(const Status& status) { return Find(status).retryable; }

Status ErrnoStatus(int error_number, std::string_view what) {
  const std::string message = std::string(what) + ": " + std::generic_category().message(error_number);
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return NotFound(message);
    case EEXIST:
      return AlreadyExists(message);
    case EACCES:
    case EPERM:
    case EROFS:
    case EISDIR:
    case ENAMETOOLONG:
      return InvalidArgument(message);
    default:
      return Internal(message);
  }
}

}  // namespace waveshift
