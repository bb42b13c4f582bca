// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <optional>
#include <utility>

#include "base/files.h"
#include "base/hash.h"
#include "stores/keys_internal.h"
#include "stores/r2/lease_internal.h"
#include "stores/r2/s3_xml_internal.h"
#include "stores/r2/transfers_internal.h"

namespace waveshift::stores::internal {
namespace {

// An object that changes each time it is asked for is given up.
constexpr int kMaxBeginnings = 4;

bool IsMd5(const std::string& etag) {
  return etag.size() == 32 && etag.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<int64_t> NumberOf(std::string_view text) {
  int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

// "bytes 100-199/200"
struct ContentRange {
  int64_t first = 0;
  int64_t total = 0;
};
std::optional<ContentRange> ParseContentRange(std::string_view text) {
  if (!text.starts_with("bytes ")) return std::nullopt;
  text.remove_prefix(6);
  const size_t dash = text.find('-');
  const size_t slash = text.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || slash < dash) return std::nullopt;
  const auto first = NumberOf(text.substr(0, dash));
  const auto total = NumberOf(text.substr(slash + 1));
  if (!first || !total) return std::nullopt;
  return ContentRange{*first, *total};
}

// A file that grows, with the hashes of what is in it.
class PartialFile {
 public:
  explicit PartialFile(std::string path) : path_(std::move(path)) {}
  ~PartialFile() {
    if (fd_ >= 0) ::close(fd_);
    if (!kept_) ::unlink(path_.c_str());
  }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  Status Begin() {
    if (fd_ < 0) fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd_ < 0) return ErrnoStatus(errno, path_);
    if (::ftruncate(fd_, 0) != 0 || ::lseek(fd_, 0, SEEK_SET) != 0) return ErrnoStatus(errno, path_);
    size_ = 0;
    md5_ = Md5();
    sha256_ = Sha256();
    return OkStatus();
  }
  Status Append(std::string_view bytes) {
    md5_.Add(bytes);
    sha256_.Add(bytes);
    size_ += static_cast<int64_t>(bytes.size());
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Internal(Message(ErrnoStatus(errno, path_)));
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return OkStatus();
  }
  // Not synced: it lies in a scratch folder, which nobody reads after a crash.
  Status MoveTo(const std::string& path) {
    if (::rename(path_.c_str(), path.c_str()) != 0) return ErrnoStatus(errno, path);
    kept_ = true;
    return OkStatus();
  }
  int64_t size() const { return size_; }
  Status Check(const net::HttpResponse& head, const std::string& what) {
    return CheckHashes(head, what, md5_.Hex(), sha256_.Hex());
  }

 private:
  const std::string path_;
  int fd_ = -1;
  int64_t size_ = 0;
  Md5 md5_;
  Sha256 sha256_;
  bool kept_ = false;
};

class Download {
 public:
  Download(S3Client& client, const std::string& key, const std::string& path)
      : client_(client), key_(key), what_("object " + QuoteKey(key)), file_(path) {}

  Status Run() {
    WS_RETURN_IF_ERROR(Restart());
    while (true) {
      const int64_t before = file_.size();
      const Status status = Attempts();
      if (status.ok()) return OkStatus();
      // Bytes came: a slow or shaky line is no reason to give up.
      if (!IsRetryable(status) || file_.size() <= before) return status;
    }
  }
  PartialFile& file() { return file_; }

 private:
  Status Restart() {
    if (++beginnings_ > kMaxBeginnings)
      return DataLoss(what_ + ": changes while it is read, or does not fit its hash");
    etag_.clear();
    total_ = -1;
    return file_.Begin();
  }

  // Asks until all is there, with the pauses of the retry policy.
  Status Attempts() {
    Status problem;
    const auto policy = [this] {
      net::RetryPolicy p = client_.Policy(client_.options().patience);
      p.retry_response = [this](const net::HttpResponse& r) { return again_ || IsTransientS3(r); };
      return p;
    }();
    const auto response = net::Retry(policy, client_.options().clock, client_.options().stop,
                                     [&](int) -> StatusOr<net::HttpResponse> {
                                       again_ = false;
                                       auto answer = Ask();
                                       if (answer.ok()) problem = Judge(*answer);
                                       return answer;
                                     });
    WS_RETURN_IF_ERROR(response.status());
    return problem;
  }

  StatusOr<net::HttpResponse> Ask() {
    S3Request request{.key = key_};
    if (!etag_.empty()) request.headers.emplace_back("If-Match", "\"" + etag_ + "\"");
    if (file_.size() > 0)
      request.headers.emplace_back("Range", "bytes=" + std::to_string(file_.size()) + "-");
    request.on_head = [this](const net::HttpResponse& head) { return TakeHead(head); };
    request.sink = [this](std::string_view piece) { return file_.Append(piece); };
    request.max_response_bytes = INT64_MAX;
    return client_.SendOnce(request, std::chrono::milliseconds(0), client_.options().stop);
  }

  Status TakeHead(const net::HttpResponse& head) {
    const int64_t have = file_.size();
    if (head.status == 206) {
      const auto range = ParseContentRange(head.Header("Content-Range"));
      if (!range || range->first != have || (total_ >= 0 && range->total != total_))
        return Unavailable(what_ + ": other bytes came than were asked for");
      total_ = range->total;
    } else {
      if (have > 0) WS_RETURN_IF_ERROR(file_.Begin());  // the server does not know ranges: all of it again
      total_ = NumberOf(head.Header("Content-Length")).value_or(-1);
    }
    etag_ = BareEtag(head.Header("ETag"));
    head_ = head;
    return OkStatus();
  }

  // What the whole answer means; `again_` when the loop shall ask once more.
  Status Judge(const net::HttpResponse& answer) {
    if (answer.status == 412 || answer.status == 416) {  // it is another object now
      again_ = true;
      const Status restarted = Restart();
      again_ = restarted.ok();
      return restarted.ok() ? StatusOfS3(answer, what_) : restarted;
    }
    if (answer.status == 404 && S3ErrorCode(answer.body) != "NoSuchBucket") return NoSuchObject(key_);
    WS_RETURN_IF_ERROR(StatusOfS3(answer, what_));
    if (answer.body_bytes == 0 && file_.size() == 0) head_ = answer;  // an empty object has no first piece
    if (total_ >= 0 && file_.size() != total_) {
      again_ = true;
      return Unavailable(what_ + ": " + std::to_string(file_.size()) + " of " + std::to_string(total_) +
                         " bytes came");
    }
    const Status checked = file_.Check(head_, what_);
    if (checked.ok()) return OkStatus();
    const Status restarted = Restart();
    again_ = restarted.ok();
    return checked;
  }

  S3Client& client_;
  const std::string key_;
  const std::string what_;
  PartialFile file_;
  std::string etag_;
  int64_t total_ = -1;
  net::HttpResponse head_;
  int beginnings_ = 0;
  bool again_ = false;
};

}  // namespace

Status CheckHashes(const net::HttpResponse& head, const std::string& what, const std::string& bytes_md5,
                   const std::string& bytes_sha256) {
  const std::string sha256 = head.Header(kShaHeader);
  if (!sha256.empty() && sha256 != bytes_sha256)
    return DataLoss(what + ": the bytes do not fit the SHA-256 they were stored with");
  const std::string etag = BareEtag(head.Header("ETag"));
  // With keys of a key service the ETag is something else.
  const bool is_plain = head.Header("x-amz-server-side-encryption").find("kms") == std::string::npos;
  if (sha256.empty() && is_plain && IsMd5(etag) && etag != bytes_md5)
    return DataLoss(what + ": the bytes do not fit their ETag");
  return OkStatus();
}

ObjectInfo InfoFromHeaders(const std::string& key, const net::HttpResponse& response) {
  ObjectInfo info;
  info.key = key;
  info.size_bytes = NumberOf(response.Header("Content-Length")).value_or(0);
  info.etag = BareEtag(response.Header("ETag"));
  const std::string modified = response.Header("Last-Modified");
  // An answer to PUT says only when it was made.
  const auto at = net::ParseHttpDate(modified.empty() ? response.Header("Date") : modified);
  if (at) {
    info.modified_ms = std::chrono::duration_cast<std::chrono::milliseconds>(at->time_since_epoch()).count();
  }
  return info;
}

Status DownloadObject(S3Client& client, const std::string& key, const std::string& path) {
  // Several threads may want the same object at once.
  Download download(client, key, path + "." + UniqueName() + ".part");
  WS_RETURN_IF_ERROR(download.Run());
  return download.file().MoveTo(path);
}

}  // namespace waveshift::stores::internal
