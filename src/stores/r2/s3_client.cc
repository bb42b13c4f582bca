// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "stores/r2/s3_client_internal.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/hash.h"
#include "stores/r2/s3_xml_internal.h"

namespace waveshift::stores::internal {
namespace {

using std::chrono::milliseconds;

constexpr size_t kMaxErrorBytes = 64 << 10;
// Of calls that begin after a stop was requested.
constexpr milliseconds kLatePatience{4000};

struct CodeRow {
  std::string_view code;
  StatusCode status;
  std::string_view hint;
};
// Codes whose meaning their HTTP status does not say.
constexpr std::array<CodeRow, 14> kCodes = {{
    {"SignatureDoesNotMatch", StatusCode::kPermissionDenied, " (is CLOUDFLARE_R2_SECRET_ACCESS_KEY right?)"},
    {"InvalidAccessKeyId", StatusCode::kPermissionDenied, " (is CLOUDFLARE_R2_ACCESS_KEY_ID right?)"},
    {"Unauthorized", StatusCode::kPermissionDenied, " (is CLOUDFLARE_R2_ACCESS_KEY_ID right?)"},
    {"AccessDenied", StatusCode::kPermissionDenied, " (may the R2 key use CLOUDFLARE_R2_BUCKET_NAME?)"},
    {"RequestTimeTooSkewed", StatusCode::kFailedPrecondition, " (this machine's clock is wrong)"},
    {"NoSuchBucket", StatusCode::kFailedPrecondition, " (is CLOUDFLARE_R2_BUCKET_NAME right?)"},
    {"PermanentRedirect", StatusCode::kFailedPrecondition, " (is R2_ENDPOINT_URL or R2_JURISDICTION right?)"},
    {"NoSuchUpload", StatusCode::kUnavailable, ""},
    {"BadDigest", StatusCode::kDataLoss, ""},
    {"XAmzContentSHA256Mismatch", StatusCode::kDataLoss, ""},
    {"EntityTooLarge", StatusCode::kOutOfRange, ""},
    {"MetadataTooLarge", StatusCode::kOutOfRange, ""},
    {"InvalidObjectName", StatusCode::kInvalidArgument, ""},
    {"KeyTooLongError", StatusCode::kInvalidArgument, ""},
}};
// Transient whatever HTTP status they come with.
constexpr std::array<std::string_view, 8> kTransientCodes = {
    "InternalError",  "ServiceUnavailable", "SlowDown",         "TooManyRequests",
    "RequestTimeout", "ClientDisconnect",   "OperationAborted", "BadDigest"};

std::string CodeIn(const net::HttpResponse& response) {
  return response.body.size() > kMaxErrorBytes ? "" : S3ErrorCode(response.body);
}

Status StatusOfCode(const net::HttpResponse& response, const std::string& what, const std::string& code) {
  const std::string message =
      what + ": HTTP " + std::to_string(response.status) + (code.empty() ? "" : " " + code);
  for (const CodeRow& row : kCodes) {
    if (row.code == code) return MakeStatus(row.status, message + std::string(row.hint));
  }
  if (std::find(kTransientCodes.begin(), kTransientCodes.end(), code) != kTransientCodes.end() &&
      response.status != 429) {
    return Unavailable(message);
  }
  switch (response.status) {
    case 401:
    case 403:
      return MakeStatus(StatusCode::kPermissionDenied, message + " (are the keys CLOUDFLARE_R2_* right?)");
    case 400:
    case 405:
    case 411:
      return Internal(message);  // our request is at fault, not the user's input
    default:
      break;
  }
  const Status status = net::StatusOfHttp(response.status, what);
  return status.ok() ? Unavailable(message) : WithMessage(status, message);
}

}  // namespace

bool IsTransientS3(const net::HttpResponse& response) {
  // 499 is ClientDisconnect, also where no body says so.
  if (net::IsTransientHttp(response.status) || response.status == 499) return true;
  if (response.body.empty()) return false;
  const std::string code = CodeIn(response);
  return std::find(kTransientCodes.begin(), kTransientCodes.end(), code) != kTransientCodes.end();
}

Status StatusOfS3(const net::HttpResponse& response, const std::string& what) {
  const std::string code = response.body.empty() ? "" : CodeIn(response);
  if (response.is_success() && code.empty()) return OkStatus();
  return StatusOfCode(response, what, code);
}

S3Client::S3Client(const R2Options& options, std::shared_ptr<net::HttpClient> http)
    : options_(options), http_(std::move(http)) {
  const std::string& url = options.endpoint_url;
  const size_t scheme_end = url.find("://");
  const size_t host_begin = scheme_end == std::string::npos ? 0 : scheme_end + 3;
  const size_t host_end = std::min(url.find('/', host_begin), url.size());
  origin_ = url.substr(0, host_end);
  host_ = url.substr(host_begin, host_end - host_begin);
  base_path_ = url.substr(host_end);
  while (base_path_.ends_with('/')) base_path_.pop_back();
  // A port that goes without saying is not in the Host header.
  const std::string default_port = url.starts_with("https") ? ":443" : ":80";
  if (host_.ends_with(default_port)) host_.resize(host_.size() - default_port.size());
}

StatusOr<net::HttpResponse> S3Client::SendOnce(const S3Request& request, milliseconds total,
                                               const std::stop_token& stop) {
  const auto now = options_.clock.wall();
  SignableRequest signable;
  signable.method = request.method;
  signable.path = base_path_ + "/" + EncodeUri(options_.bucket, false);
  if (!request.key.empty()) signable.path += "/" + EncodeUri(request.key, true);
  signable.query = request.query;
  signable.headers = request.headers;
  signable.payload_hash = request.payload_hash.empty() ? Sha256Hex(request.body) : request.payload_hash;
  signable.headers.emplace_back("x-amz-content-sha256", signable.payload_hash);
  signable.headers.emplace_back("x-amz-date", AmzDate(now));
  if (!options_.credentials.session_token.empty())
    signable.headers.emplace_back("x-amz-security-token", options_.credentials.session_token);

  net::HttpRequest http{.method = request.method, .url = origin_ + signable.path};
  if (!request.query.empty()) http.url += "?" + EncodeQuery(request.query);
  for (const auto& [name, value] : signable.headers) http.headers.push_back({name, value});
  signable.headers.emplace_back("host", host_);  // libcurl writes it
  http.headers.push_back(
      {"Authorization", Authorization(signable, options_.credentials, options_.scope, now)});
  http.body = request.body;
  http.body_source = request.source;
  http.sink = request.sink;
  http.on_head = request.on_head;
  http.max_response_bytes = request.max_response_bytes;
  http.timeouts.idle = options_.idle_timeout;
  http.timeouts.total = std::max(milliseconds(0), total);
  return http_->Send(http, stop);
}

net::RetryPolicy S3Client::Policy(milliseconds patience) const {
  net::RetryPolicy policy{.max_attempts = options_.max_attempts, .first_delay = options_.first_delay};
  policy.longest_delay = options_.longest_delay;
  policy.budget = patience;
  policy.longest_retry_after = std::min(policy.longest_retry_after, patience);
  policy.retry_response = &IsTransientS3;
  return policy;
}

StatusOr<S3Answer> S3Client::Send(const S3Request& request, milliseconds patience) {
  S3Answer answer;
  bool may_be_done = false;
  const bool is_late = options_.stop.stop_requested();
  if (is_late) patience = std::min(patience, kLatePatience);
  const std::stop_token stop = is_late ? std::stop_token() : options_.stop;
  const auto end = options_.clock.now() + patience;
  Status refused;
  auto response = net::Retry(Policy(patience), options_.clock, stop, [&](int) -> StatusOr<net::HttpResponse> {
    if (request.before_attempt) refused = request.before_attempt();
    // Not one that is tried again.
    if (!refused.ok()) return Internal("refused");
    answer.repeated = may_be_done;
    may_be_done = true;
    // A file takes as long as its bytes need.
    if (request.source != nullptr) return SendOnce(request, milliseconds(0), stop);
    const auto left = std::chrono::duration_cast<milliseconds>(end - options_.clock.now());
    return SendOnce(request, std::max(milliseconds(1), left), stop);
  });
  if (!refused.ok()) return refused;
  if (!response.ok()) return response.status();
  answer.http = *std::move(response);
  answer.repeated = answer.repeated || answer.http.times_sent > 1;
  return answer;
}

StatusOr<S3Answer> S3Client::SendChecked(const S3Request& request, const std::string& what,
                                         milliseconds patience) {
  WS_ASSIGN_OR_RETURN(S3Answer answer, Send(request, patience));
  WS_RETURN_IF_ERROR(StatusOfS3(answer.http, what));
  return answer;
}

}  // namespace waveshift::stores::internal
