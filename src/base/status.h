// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The one way in which functions say that they failed. Codes decide three things, in one table (status.cc):
// the exit code of the program, the HTTP status of the server, and whether trying again can help.
//
//   code                meaning here                                             exit  HTTP
//   kInvalidArgument    bad input: file, transcript, field                          3   400
//   kOutOfRange         input larger than a stated limit                            3   413
//   kNotFound           no such task, file or object                                3   404
//   kAlreadyExists      somebody else holds it, or it is there already              1   409
//   kFailedPrecondition something needed is missing: program, model, configuration  4   503
//   kUnimplemented      this build cannot do it                                     4   501
//   kUnauthenticated    no or wrong token                                           5   401
//   kPermissionDenied   the outside refused us                                      5   403
//   kUnavailable        a remote service failed after retries                       5   502
//   kDeadlineExceeded   it took longer than it may                                  5   504
//   kResourceExhausted  too many at once (a remote service says so: exit 5)         1   429
//   kCancelled          somebody asked to stop                                    130   499
//   others              the job failed                                              1   500
#ifndef WAVESHIFT_BASE_STATUS_H_
#define WAVESHIFT_BASE_STATUS_H_

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace waveshift {

using Status = absl::Status;
using StatusCode = absl::StatusCode;
template <typename T>
using StatusOr = absl::StatusOr<T>;

inline Status OkStatus() { return absl::OkStatus(); }

// Makes a status; `message` is one line that names the file, field, line or key at fault, without a secret.
Status MakeStatus(StatusCode code, std::string_view message);
inline Status InvalidArgument(std::string_view m) { return MakeStatus(StatusCode::kInvalidArgument, m); }
inline Status OutOfRange(std::string_view m) { return MakeStatus(StatusCode::kOutOfRange, m); }
inline Status NotFound(std::string_view m) { return MakeStatus(StatusCode::kNotFound, m); }
inline Status AlreadyExists(std::string_view m) { return MakeStatus(StatusCode::kAlreadyExists, m); }
inline Status FailedPrecondition(std::string_view m) {
  return MakeStatus(StatusCode::kFailedPrecondition, m);
}
inline Status Unimplemented(std::string_view m) { return MakeStatus(StatusCode::kUnimplemented, m); }
inline Status Unavailable(std::string_view m) { return MakeStatus(StatusCode::kUnavailable, m); }
inline Status DeadlineExceeded(std::string_view m) { return MakeStatus(StatusCode::kDeadlineExceeded, m); }
inline Status ResourceExhausted(std::string_view m) { return MakeStatus(StatusCode::kResourceExhausted, m); }
// ResourceExhausted, said by a remote service after retries.
Status Overloaded(std::string_view message);
inline Status Cancelled(std::string_view m) { return MakeStatus(StatusCode::kCancelled, m); }
inline Status Internal(std::string_view m) { return MakeStatus(StatusCode::kInternal, m); }
inline Status DataLoss(std::string_view m) { return MakeStatus(StatusCode::kDataLoss, m); }

// The status' message as a std::string (Debian's Abseil has its own string_view).
std::string Message(const Status& status);

// A mark stays with a failed status and its annotations: something that one function says to another about
// it.
Status WithMark(Status status, const std::string& mark);
bool HasMark(const Status& status, const std::string& mark);

// The same status, with its marks, with another message, or with "context: " before its message. OK stays OK.
Status WithMessage(const Status& status, std::string_view message);
Status Annotate(const Status& status, std::string_view context);

// The table above.
int ExitCodeFor(const Status& status);
int HttpStatusFor(const Status& status);
// The contract's word for the code, e.g. "not_found".
std::string_view CodeWord(const Status& status);
// True when the same call may succeed later without anybody changing anything.
bool IsRetryable(const Status& status);

// From errno of a failed call: "WHAT: No such file or directory".
Status ErrnoStatus(int error_number, std::string_view what);

}  // namespace waveshift

#define WS_CONCAT_INNER_(a, b) a##b
#define WS_CONCAT_(a, b) WS_CONCAT_INNER_(a, b)
// Returns from the enclosing function when `expr` (a Status) is not OK.
#define WS_RETURN_IF_ERROR(expr)                                   \
  do {                                                             \
    if (::waveshift::Status ws_status = (expr); !ws_status.ok()) { \
      return ws_status;                                            \
    }                                                              \
  } while (false)
// WS_ASSIGN_OR_RETURN(auto x, F()): the value of a StatusOr, or return its status.
#define WS_ASSIGN_OR_RETURN(lhs, expr) WS_ASSIGN_OR_RETURN_(WS_CONCAT_(ws_or_, __LINE__), lhs, expr)
#define WS_ASSIGN_OR_RETURN_(tmp, lhs, expr) \
  auto tmp = (expr);                         \
  if (!tmp.ok()) {                           \
    return tmp.status();                     \
  }                                          \
  lhs = std::move(tmp).value()

#endif  // WAVESHIFT_BASE_STATUS_H_
