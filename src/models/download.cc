// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/download.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "models/catalogue_checks_internal.h"

namespace waveshift::models {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostRedirects = 8;
constexpr int kMostRestarts = 2;
// What must have come between two failures for the attempts to be counted anew.
constexpr int64_t kRealProgressBytes = 1 << 20;
// No function below gives it: the part is of another version, and the request has to be made again.
constexpr StatusCode kRestartCode = StatusCode::kAborted;

std::optional<int64_t> ParseNumber(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || value < 0)
    return std::nullopt;
  return value;
}

struct ContentRange {
  int64_t first = -1;  // -1 in "bytes */1234"
  int64_t total = -1;  // -1 in "bytes 0-9/*"
};

// RFC 9110, 14.4.
std::optional<ContentRange> ParseContentRange(std::string_view text) {
  if (!text.starts_with("bytes ")) return std::nullopt;
  text.remove_prefix(6);
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  ContentRange range;
  const std::string_view span = text.substr(0, slash);
  if (span != "*") {
    const auto first = ParseNumber(span.substr(0, span.find('-')));
    if (!first) return std::nullopt;
    range.first = *first;
  }
  if (text.substr(slash + 1) != "*") {
    const auto total = ParseNumber(text.substr(slash + 1));
    if (!total) return std::nullopt;
    range.total = *total;
  }
  return range;
}

// A weak one does not promise the same bytes.
std::string StrongEtag(const net::HttpResponse& response) {
  std::string etag = response.Header("ETag");
  if (etag.size() < 3 || etag.size() > 1000 || etag.front() != '"' || etag.back() != '"') return "";
  return etag;
}

// "64 hex digits", with or without quotes; anything else says nothing about the content.
std::string LinkedSha256(const net::HttpResponse& response) {
  std::string value = response.Header("X-Linked-Etag");
  if (value.size() == 66 && value.front() == '"' && value.back() == '"') value = value.substr(1, 64);
  return internal::IsSha256(value) ? value : "";
}

bool IsRedirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// One file: from request to request until it is whole.
class Transfer {
 public:
  Transfer(net::HttpClient& client, const DownloadRules& rules, const DownloadSpec& spec, PartFile& part,
           const DownloadProgress& on_progress)
      : client_(client),
        rules_(rules),
        spec_(spec),
        part_(part),
        on_progress_(on_progress),
        source_(SourceName(spec.url)) {}

  // The whole file, or why not; a 4xx or 5xx answer comes back as it is.
  StatusOr<net::HttpResponse> Attempt(const std::stop_token& stop);
  const std::string& server_sha256() const { return server_sha256_; }
  const std::string& source() const { return source_; }
  // What the whole file has, -1 when nobody knows.
  int64_t WholeBytes() const;

 private:
  StatusOr<net::HttpResponse> FollowRedirects(const std::stop_token& stop);
  net::HttpRequest Request(const std::string& url);
  Status OnHead(const net::HttpResponse& head);
  Status OnRange(const net::HttpResponse& head, PartOrigin& origin) const;
  Status OnPiece(std::string_view piece);
  Status CheckTotal(int64_t total) const;
  bool IsSameFile(const PartOrigin& origin) const;
  void NoteHop(const net::HttpResponse& response);
  Status OnUnsatisfiable(const net::HttpResponse& response);
  Status Fail(StatusCode code, const std::string& why) const {
    return MakeStatus(code, source_ + ": " + why);
  }

  net::HttpClient& client_;
  const DownloadRules& rules_;
  const DownloadSpec& spec_;
  PartFile& part_;
  const DownloadProgress& on_progress_;
  const std::string source_;
  std::string server_sha256_;
  int64_t linked_bytes_ = -1;
  bool head_seen_ = false;  // of an answer that has the file
  Clock::time_point window_began_;
  int64_t window_bytes_ = 0;
};

int64_t Transfer::WholeBytes() const {
  return spec_.exact_bytes >= 0 ? spec_.exact_bytes : part_.origin().total_bytes;
}

Status Transfer::CheckTotal(int64_t total) const {
  if (total < 0) return OkStatus();
  if (spec_.exact_bytes >= 0 && total != spec_.exact_bytes) {
    return Fail(StatusCode::kDataLoss, "has " + std::to_string(total) +
                                           " bytes, but the file that is known has " +
                                           std::to_string(spec_.exact_bytes));
  }
  if (spec_.exact_bytes < 0 && total > spec_.most_bytes) {
    return Fail(StatusCode::kDataLoss, "has " + std::to_string(total) + " bytes, at most " +
                                           std::to_string(spec_.most_bytes) + " are taken");
  }
  return OkStatus();
}

// What the part holds is a beginning of what this server sends, as far as anybody can tell before the end.
bool Transfer::IsSameFile(const PartOrigin& origin) const {
  if (part_.size_bytes() == 0) return true;
  const PartOrigin& before = part_.origin();
  if (before.total_bytes >= 0 && origin.total_bytes >= 0 && before.total_bytes != origin.total_bytes)
    return false;
  if (!spec_.sha256.empty()) return true;  // compared at the end
  if (!origin.sha256.empty() && !before.sha256.empty()) return origin.sha256 == before.sha256;
  return origin.source == before.source && !origin.etag.empty() && origin.etag == before.etag;
}

Status Transfer::OnRange(const net::HttpResponse& head, PartOrigin& origin) const {
  const auto range = ParseContentRange(head.Header("Content-Range"));
  if (!range || range->first != part_.size_bytes())
    return Fail(StatusCode::kUnavailable, "sent another range than it was asked for");
  if (range->total >= 0) origin.total_bytes = range->total;
  WS_RETURN_IF_ERROR(CheckTotal(origin.total_bytes));
  return IsSameFile(origin) ? OkStatus() : MakeStatus(kRestartCode, "another version");
}

Status Transfer::OnHead(const net::HttpResponse& head) {
  head_seen_ = true;
  NoteHop(head);
  PartOrigin origin{
      .source = source_, .etag = StrongEtag(head), .sha256 = server_sha256_, .total_bytes = linked_bytes_};
  if (head.status == 206) {
    WS_RETURN_IF_ERROR(OnRange(head, origin));
  } else {
    if (const auto length = ParseNumber(head.Header("Content-Length"))) origin.total_bytes = *length;
  }
  WS_RETURN_IF_ERROR(CheckTotal(origin.total_bytes));
  // A body that ends when the connection does could be cut off anywhere.
  const bool has_end = origin.total_bytes >= 0 || !head.Header("Transfer-Encoding").empty();
  if (!has_end && spec_.sha256.empty() && origin.sha256.empty())
    return Fail(StatusCode::kDataLoss, "says neither how long the file is nor its hash");
  if (head.status != 206) WS_RETURN_IF_ERROR(part_.Restart());
  return part_.SetOrigin(origin);
}

Status Transfer::OnPiece(std::string_view piece) {
  const int64_t most = spec_.exact_bytes >= 0 ? spec_.exact_bytes : spec_.most_bytes;
  if (part_.size_bytes() + static_cast<int64_t>(piece.size()) > most) {
    WS_RETURN_IF_ERROR(part_.Restart());
    return Fail(StatusCode::kDataLoss, "sends more than " + std::to_string(most) + " bytes");
  }
  WS_RETURN_IF_ERROR(part_.Append(piece));
  if (on_progress_) on_progress_(part_.size_bytes(), WholeBytes());
  window_bytes_ += static_cast<int64_t>(piece.size());
  const Clock::time_point now = Clock::now();
  if (now - window_began_ < rules_.slow_time) return OkStatus();
  if (window_bytes_ < rules_.slow_bytes) return Fail(StatusCode::kDeadlineExceeded, "sends too slowly");
  window_began_ = now;
  window_bytes_ = 0;
  return OkStatus();
}

// Sites that hand out large files from elsewhere say in the redirect what the file is.
void Transfer::NoteHop(const net::HttpResponse& response) {
  if (std::string sha256 = LinkedSha256(response); !sha256.empty()) server_sha256_ = std::move(sha256);
  if (const auto size = ParseNumber(response.Header("X-Linked-Size"))) linked_bytes_ = *size;
}

net::HttpRequest Transfer::Request(const std::string& url) {
  net::HttpRequest request{.url = url};
  request.headers.push_back({"Accept-Encoding", "identity"});
  if (part_.size_bytes() > 0) {
    request.headers.push_back({"Range", "bytes=" + std::to_string(part_.size_bytes()) + "-"});
    const PartOrigin& origin = part_.origin();
    if (origin.source == source_ && !origin.etag.empty() && url == spec_.url)
      request.headers.push_back({"If-Range", origin.etag});
  }
  request.max_response_bytes = std::numeric_limits<int64_t>::max();  // OnPiece knows what may come
  request.timeouts = rules_.timeouts;
  request.on_head = [this](const net::HttpResponse& head) { return OnHead(head); };
  request.sink = [this](std::string_view piece) { return OnPiece(piece); };
  return request;
}

StatusOr<net::HttpResponse> Transfer::FollowRedirects(const std::stop_token& stop) {
  std::string url = spec_.url;
  head_seen_ = false;
  window_began_ = Clock::now();
  window_bytes_ = 0;
  for (int hop = 0; hop <= kMostRedirects; ++hop) {
    WS_ASSIGN_OR_RETURN(net::HttpResponse response, client_.Send(Request(url), stop));
    if (response.is_success() && !head_seen_) return Fail(StatusCode::kDataLoss, "gave no bytes");
    if (!IsRedirect(response.status)) return response;
    NoteHop(response);
    WS_ASSIGN_OR_RETURN(std::string next, net::ResolveUrl(url, response.Header("Location")));
    if (url.starts_with("https://") && !next.starts_with("https://"))
      return Fail(StatusCode::kPermissionDenied, "redirects away from https, which is not followed");
    url = std::move(next);
  }
  return Fail(StatusCode::kUnavailable, "redirects too often");
}

// 416: the part is whole already, or it is of another version.
Status Transfer::OnUnsatisfiable(const net::HttpResponse& response) {
  const auto range = ParseContentRange(response.Header("Content-Range"));
  if (range) WS_RETURN_IF_ERROR(CheckTotal(range->total));
  if (range && range->total == part_.size_bytes()) return OkStatus();
  return MakeStatus(kRestartCode, "another version");
}

StatusOr<net::HttpResponse> Transfer::Attempt(const std::stop_token& stop) {
  for (int restarts = 0;; ++restarts) {
    if (part_.size_bytes() > std::max(spec_.exact_bytes, spec_.most_bytes))
      WS_RETURN_IF_ERROR(part_.Restart());
    if (spec_.exact_bytes >= 0 && part_.size_bytes() == spec_.exact_bytes)
      return net::HttpResponse{.status = 200};  // it only has to be compared
    auto response = FollowRedirects(stop);
    Status status = response.status();
    const bool had_part = part_.size_bytes() > 0;
    if (response.ok() && response->status == 416 && had_part) {
      status = OnUnsatisfiable(*response);
      if (status.ok()) return net::HttpResponse{.status = 200};
    }
    if (status.code() != kRestartCode) {
      WS_RETURN_IF_ERROR(status);
      return response;
    }
    if (restarts == kMostRestarts) return Fail(StatusCode::kUnavailable, "changes its file again and again");
    WS_RETURN_IF_ERROR(part_.Restart());
  }
}

// The file has come to its end as far as the server says; is it the one that was wanted?
StatusOr<Downloaded> Judge(const Transfer& transfer, const DownloadSpec& spec, PartFile& part) {
  Downloaded done{.server_sha256 = transfer.server_sha256()};
  if (done.server_sha256.empty()) done.server_sha256 = part.origin().sha256;
  const int64_t whole = transfer.WholeBytes();
  const int64_t bytes = part.size_bytes();
  std::string why;
  if (bytes == 0) {
    why = "gave no bytes";
  } else if (whole >= 0 && bytes != whole) {
    why = "gave " + std::to_string(bytes) + " bytes instead of " + std::to_string(whole);
  } else {
    done.sha256 = part.Sha256Hex();
    const std::string& wanted = spec.sha256.empty() ? done.server_sha256 : spec.sha256;
    if (wanted.empty() || done.sha256 == wanted) return done;
    why = "what was fetched is not the file that is known (SHA-256)";
  }
  WS_RETURN_IF_ERROR(part.Restart());
  return DataLoss(transfer.source() + ": " + why);
}

}  // namespace

std::string SourceName(const std::string& url) {
  std::string name = net::RedactedUrl(url);
  if (url.find('?') != std::string::npos) name += "?" + Sha256Hex(url).substr(0, 12);
  return name;
}

StatusOr<Downloaded> Downloader::Fetch(const DownloadSpec& spec, PartFile& part,
                                       const DownloadProgress& on_progress,
                                       const std::stop_token& stop) const {
  bool went_on = part.size_bytes() > 0;
  for (int64_t before = part.size_bytes();;) {
    Transfer transfer(client_, rules_, spec, part, on_progress);
    const auto response =
        net::Retry(rules_.retry, rules_.clock, stop, [&](int /*attempt*/) { return transfer.Attempt(stop); });
    const bool failed = !response.ok() || !response->is_success();
    if (!failed) {
      auto done = Judge(transfer, spec, part);
      // A part of an earlier time may be of another version; from its beginning the file may be right.
      if (done.ok() || !went_on || !part.write_failure().ok()) return done;
      went_on = false;
      before = 0;
      continue;
    }
    const Status status =
        response.ok() ? net::StatusOfHttp(response->status, SourceName(spec.url)) : response.status();
    if (!IsRetryable(status) || part.size_bytes() < before + kRealProgressBytes) return status;
    before = part.size_bytes();
  }
}

}  // namespace waveshift::models
