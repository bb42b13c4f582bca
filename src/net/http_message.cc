// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_message.h"

#include <curl/curl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <utility>

namespace waveshift::net {
namespace {

constexpr size_t kMaxShownUrlBytes = 200;
// What a clock that counts nanoseconds can hold (2262).
constexpr time_t kLatestDate = std::chrono::duration_cast<std::chrono::seconds>(
                                   std::chrono::system_clock::time_point::max().time_since_epoch())
                                   .count();

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool SameName(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return Lower(x) == Lower(y); });
}

class FileBody : public BodySource {
 public:
  FileBody(std::string path, int64_t offset, int64_t size)
      : path_(std::move(path)), offset_(offset), size_(size) {}

  int64_t size_bytes() const override { return size_; }
  Status Rewind() override {
    file_.close();
    file_.clear();
    file_.open(path_, std::ios::binary);
    if (file_ && offset_ > 0) file_.seekg(offset_);
    left_ = size_;
    return file_ ? OkStatus() : NotFound(path_ + ": cannot be opened for reading");
  }
  StatusOr<size_t> Read(char* to, size_t most) override {
    const auto wanted = static_cast<std::streamsize>(std::min<int64_t>(left_, static_cast<int64_t>(most)));
    if (wanted == 0) return size_t{0};
    file_.read(to, wanted);
    if (file_.gcount() == 0) return DataLoss(path_ + ": became shorter while it was sent");
    left_ -= file_.gcount();
    return static_cast<size_t>(file_.gcount());
  }

 private:
  std::string path_;
  int64_t offset_ = 0;
  int64_t size_ = 0;
  int64_t left_ = 0;
  std::ifstream file_;
};

StatusOr<int64_t> SizeOfFile(const std::string& path) {
  struct stat st = {};
  if (::stat(path.c_str(), &st) != 0) return ErrnoStatus(errno, path);
  if (!S_ISREG(st.st_mode)) return InvalidArgument(path + ": is not a file");
  return static_cast<int64_t>(st.st_size);
}

// The usual words for the statuses that people meet.
std::string_view ReasonOf(int status) {
  constexpr std::pair<int, std::string_view> kReasons[] = {{400, " Bad Request"},
                                                           {401, " Unauthorized"},
                                                           {402, " Payment Required"},
                                                           {403, " Forbidden"},
                                                           {404, " Not Found"},
                                                           {408, " Request Timeout"},
                                                           {409, " Conflict"},
                                                           {412, " Precondition Failed"},
                                                           {413, " Content Too Large"},
                                                           {416, " Range Not Satisfiable"},
                                                           {422, " Unprocessable Content"},
                                                           {429, " Too Many Requests"},
                                                           {500, " Internal Server Error"},
                                                           {502, " Bad Gateway"},
                                                           {503, " Service Unavailable"},
                                                           {504, " Gateway Timeout"}};
  for (const auto& [code, reason] : kReasons) {
    if (code == status) return reason;
  }
  return "";
}

StatusCode CodeOf(int status) {
  switch (status) {
    case 401:
      return StatusCode::kUnauthenticated;
    case 403:
      return StatusCode::kPermissionDenied;
    case 404:
    case 410:
      return StatusCode::kNotFound;
    case 408:
    case 504:
      return StatusCode::kDeadlineExceeded;
    case 409:
    case 412:
      return StatusCode::kAlreadyExists;
    case 413:
    case 416:
      return StatusCode::kOutOfRange;
    case 429:
      return StatusCode::kResourceExhausted;
    case 501:
      return StatusCode::kUnimplemented;
    default:
      break;
  }
  if (status >= 500) return StatusCode::kUnavailable;
  return status >= 400 ? StatusCode::kInvalidArgument : StatusCode::kFailedPrecondition;
}

}  // namespace

StatusOr<std::unique_ptr<BodySource>> OpenFileBody(const std::string& path) {
  WS_ASSIGN_OR_RETURN(const int64_t size, SizeOfFile(path));
  return OpenFileBody(path, 0, size);
}

StatusOr<std::unique_ptr<BodySource>> OpenFileBody(const std::string& path, int64_t offset, int64_t length) {
  WS_ASSIGN_OR_RETURN(const int64_t size, SizeOfFile(path));
  if (offset < 0 || length < 0 || offset > size || length > size - offset) {
    return OutOfRange(path + ": has " + std::to_string(size) + " bytes, which is not enough for " +
                      std::to_string(length) + " from " + std::to_string(offset));
  }
  auto body = std::make_unique<FileBody>(path, offset, length);
  WS_RETURN_IF_ERROR(body->Rewind());
  return std::unique_ptr<BodySource>(std::move(body));
}

std::optional<std::chrono::system_clock::time_point> ParseHttpDate(std::string_view value) {
  if (value.empty() || value.size() > 64) return std::nullopt;
  const time_t at = curl_getdate(std::string(value).c_str(), nullptr);
  if (at < 0) return std::nullopt;
  return std::chrono::system_clock::from_time_t(std::min(at, kLatestDate));
}

std::string HttpResponse::Header(std::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (SameName(header.name, name)) return header.value;
  }
  return "";
}

Status StatusOfHttp(int http_status, std::string_view what) {
  if (http_status >= 200 && http_status < 300) return OkStatus();
  const std::string message =
      std::string(what) + ": HTTP " + std::to_string(http_status) + std::string(ReasonOf(http_status));
  const StatusCode code = CodeOf(http_status);
  return code == StatusCode::kResourceExhausted ? Overloaded(message) : MakeStatus(code, message);
}

std::string RedactedUrl(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  std::string shown;
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) {
    shown = url.substr(0, scheme + 3);
    url.remove_prefix(scheme + 3);
  }
  const size_t host_end = std::min(url.find('/'), url.size());
  const size_t at = url.substr(0, host_end).rfind('@');
  shown += at == std::string_view::npos ? url : url.substr(at + 1);
  if (shown.size() > kMaxShownUrlBytes) shown = shown.substr(0, kMaxShownUrlBytes) + "...";
  for (char& c : shown) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u >= 0x7F) c = '?';
  }
  return shown;
}

}  // namespace waveshift::net
