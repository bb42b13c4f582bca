// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <fstream>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "base/hash.h"
#include "stores/keys_internal.h"
#include "stores/r2/lease_internal.h"
#include "stores/r2/s3_xml_internal.h"
#include "stores/r2/transfers_internal.h"

namespace waveshift::stores::internal {
namespace {

constexpr int64_t kMib = int64_t{1} << 20;
constexpr int64_t kMaxSinglePut = 4995 * kMib * 1024 / 1000;  // 4.995 GiB
constexpr int64_t kSmallestPart = 5 * kMib;
constexpr int64_t kMostParts = 10000;
constexpr size_t kReadBytes = size_t{1} << 20;

struct FileHashes {
  int64_t size = 0;
  std::string sha256;
  std::vector<std::string> parts;  // SHA-256 of each part
};

// One pass over the file.
StatusOr<FileHashes> HashFile(const std::string& path, int64_t size, int64_t part_bytes) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return ErrnoStatus(errno, path);
  FileHashes hashes{.size = size};
  Sha256 whole;
  Sha256 part;
  std::string buffer(kReadBytes, '\0');
  for (int64_t at = 0; at < size;) {
    const int64_t part_left = part_bytes - at % part_bytes;
    const auto wanted = std::min({static_cast<int64_t>(kReadBytes), size - at, part_left});
    file.read(buffer.data(), wanted);
    if (file.gcount() != wanted) return DataLoss(path + ": became shorter while it was read");
    const std::string_view piece(buffer.data(), static_cast<size_t>(wanted));
    whole.Add(piece);
    part.Add(piece);
    at += wanted;
    if (at % part_bytes == 0 || at == size) hashes.parts.push_back(part.Hex());
  }
  hashes.sha256 = whole.Hex();
  return hashes;
}

// As many equal parts as fit into the limit.
int64_t PartBytes(const R2Options& options, int64_t size) {
  const int64_t least = (size + kMostParts - 1) / kMostParts;
  const int64_t rounded = (least + kMib - 1) / kMib * kMib;
  return std::max({options.part_bytes, rounded, kSmallestPart});
}

StatusOr<ObjectInfo> UploadWhole(S3Client& client, const FileUpload& upload, const FileHashes& hashes) {
  const std::string& key = upload.key;
  WS_ASSIGN_OR_RETURN(const auto source, net::OpenFileBody(upload.path, 0, hashes.size));
  S3Request request{.method = "PUT", .key = key, .headers = upload.headers};
  request.headers.emplace_back(kShaHeader, hashes.sha256);
  request.before_attempt = upload.before_commit;
  request.source = source.get();
  request.payload_hash = hashes.sha256;
  WS_ASSIGN_OR_RETURN(const S3Answer answer, client.Send(request, client.options().patience));
  const std::string what = "object " + QuoteKey(key);
  if (answer.http.status == 412 && answer.repeated) {
    // Perhaps the condition does not hold because an attempt of ours, whose answer was lost, was carried out.
    WS_ASSIGN_OR_RETURN(const S3Answer head,
                        client.Send({.method = "HEAD", .key = key}, client.options().patience));
    const auto own = std::find_if(request.headers.begin(), request.headers.end(),
                                  [](const auto& header) { return header.first == kWriteHeader; });
    if (head.http.is_success() && own != request.headers.end() &&
        head.http.Header(kWriteHeader) == own->second)
      return InfoFromHeaders(key, head.http);
  }
  Status status = StatusOfS3(answer.http, what);
  // What a store may say of If-Match where there is nothing.
  if (status.code() == StatusCode::kNotFound) status = AlreadyExists(what + " is not there any more");
  WS_RETURN_IF_ERROR(status);
  ObjectInfo info = InfoFromHeaders(key, answer.http);
  info.size_bytes = hashes.size;
  return info;
}

// The upload with the condition that the object still is what it is now. The lease is asked for behind this
// look, so what is seen is not yet of its next holder.
StatusOr<FileUpload> OnWhatIsThere(S3Client& client, FileUpload upload) {
  WS_ASSIGN_OR_RETURN(const S3Answer head,
                      client.Send({.method = "HEAD", .key = upload.key}, client.options().patience));
  if (head.http.status == 404) {
    upload.headers.emplace_back("If-None-Match", "*");
  } else {
    WS_RETURN_IF_ERROR(StatusOfS3(head.http, "object " + QuoteKey(upload.key)));
    upload.headers.emplace_back("If-Match", "\"" + BareEtag(head.http.Header("ETag")) + "\"");
  }
  upload.headers.emplace_back(kWriteHeader, UniqueName());
  return upload;
}

// Unfinished uploads of a key. None where the store cannot list them.
StatusOr<std::vector<std::string>> UnfinishedUploads(S3Client& client, const std::string& key) {
  std::vector<std::string> ids;
  UploadsPage page;
  do {
    S3Request request;
    request.query = {{"uploads", ""}, {"prefix", key}, {"encoding-type", "url"}};
    if (!page.next_key.empty()) {
      request.query.emplace_back("key-marker", page.next_key);
      request.query.emplace_back("upload-id-marker", page.next_id);
    }
    WS_ASSIGN_OR_RETURN(const S3Answer answer, client.Send(request, client.options().patience));
    if (answer.http.status == 501 || answer.http.status == 405) return ids;
    WS_RETURN_IF_ERROR(StatusOfS3(answer.http, "uploads of " + QuoteKey(key)));
    const std::string last = page.next_key + "/" + page.next_id;
    WS_ASSIGN_OR_RETURN(page, ParseUploadsPage(answer.http.body));
    for (const auto& [of_key, id] : page.uploads) {
      if (of_key == key) ids.push_back(id);
    }
    if (!page.next_key.empty() && page.next_key + "/" + page.next_id == last)
      return Unavailable("uploads of " + QuoteKey(key) + ": the list does not go on");
  } while (!page.next_key.empty());
  return ids;
}

class MultipartUpload {
 public:
  MultipartUpload(S3Client& client, const FileUpload& upload, const FileHashes& hashes, int64_t part_bytes)
      : client_(client),
        key_(upload.key),
        path_(upload.path),
        before_commit_(upload.before_commit),
        yields_to_next_holder_(upload.yields_to_next_holder),
        what_("object " + QuoteKey(key_)),
        hashes_(hashes),
        part_bytes_(part_bytes),
        etags_(hashes.parts.size()) {}

  StatusOr<ObjectInfo> Run(SignedHeaders headers) {
    if (yields_to_next_holder_) WS_RETURN_IF_ERROR(EndOthers());
    WS_RETURN_IF_ERROR(Create(std::move(headers)));
    Status status = SendParts();
    if (status.ok()) {
      auto completed = Complete();
      if (completed.ok()) return completed;
      status = completed.status();
    }
    Abort();
    return status;
  }

 private:
  // Those of a holder before this one, which may be about to complete them, and what crashes left.
  Status EndOthers() {
    if (before_commit_) WS_RETURN_IF_ERROR(before_commit_());
    WS_ASSIGN_OR_RETURN(const std::vector<std::string> ids, UnfinishedUploads(client_, key_));
    for (const std::string& id : ids) {
      S3Request request{.method = "DELETE", .key = key_, .query = {{"uploadId", id}}};
      request.before_attempt = before_commit_;
      WS_ASSIGN_OR_RETURN(const S3Answer answer, client_.Send(request, client_.options().patience));
      // 404: it has ended by itself.
      if (answer.http.status != 404) WS_RETURN_IF_ERROR(StatusOfS3(answer.http, what_));
    }
    return OkStatus();
  }

  Status Create(SignedHeaders headers) {
    headers.emplace_back(kShaHeader, hashes_.sha256);
    WS_ASSIGN_OR_RETURN(
        const S3Answer answer,
        client_.SendChecked(
            {.method = "POST", .key = key_, .query = {{"uploads", ""}}, .headers = std::move(headers)}, what_,
            client_.options().patience));
    WS_ASSIGN_OR_RETURN(const XmlElement xml, ParseXml(answer.http.body));
    upload_id_ = xml.Text("UploadId");
    return upload_id_.empty() ? Unavailable(what_ + ": the store gave no id for the upload") : OkStatus();
  }

  Status SendParts() {
    std::vector<std::jthread> workers;
    const int count =
        std::min<int>(std::max(1, client_.options().parallel_parts), static_cast<int>(etags_.size()));
    workers.reserve(static_cast<size_t>(count));
    for (int i = 0; i < count; ++i) workers.emplace_back([this] { SendSomeParts(); });
    workers.clear();
    return first_error_;
  }

  void SendSomeParts() {
    while (true) {
      const size_t index = next_part_++;
      if (index >= etags_.size() || failed_) return;
      const Status status = SendPart(index);
      if (status.ok()) continue;
      const std::lock_guard lock(mutex_);
      failed_ = true;
      if (first_error_.ok()) first_error_ = status;
    }
  }

  Status SendPart(size_t index) {
    const int64_t offset = static_cast<int64_t>(index) * part_bytes_;
    WS_ASSIGN_OR_RETURN(const auto source,
                        net::OpenFileBody(path_, offset, std::min(part_bytes_, hashes_.size - offset)));
    S3Request request{.method = "PUT",
                      .key = key_,
                      .query = {{"partNumber", std::to_string(index + 1)}, {"uploadId", upload_id_}}};
    request.source = source.get();
    request.payload_hash = hashes_.parts[index];
    WS_ASSIGN_OR_RETURN(const S3Answer answer,
                        client_.SendChecked(request, what_, client_.options().patience));
    etags_[index] = BareEtag(answer.http.Header("ETag"));
    return etags_[index].empty() ? Unavailable(what_ + ": the store gave a part no ETag") : OkStatus();
  }

  StatusOr<ObjectInfo> Complete() {
    S3Request request{.method = "POST", .key = key_, .query = {{"uploadId", upload_id_}}};
    request.headers.emplace_back("Content-Type", "application/xml");
    request.body = CompleteBody(etags_);
    request.before_attempt = before_commit_;
    const auto answer = client_.Send(request, client_.options().patience);
    Status status = answer.ok() ? StatusOfS3(answer->http, what_) : answer.status();
    if (status.ok()) {
      WS_ASSIGN_OR_RETURN(const XmlElement xml, ParseXml(answer->http.body));
      ObjectInfo info = InfoFromHeaders(key_, answer->http);
      info.etag = BareEtag(xml.Text("ETag"));
      info.size_bytes = hashes_.size;
      if (!info.etag.empty()) return info;
      status = Unavailable(what_ + ": the store gave no ETag");
    }
    // The answer may have been lost after the object was made: the object itself says.
    const auto head = client_.Send({.method = "HEAD", .key = key_}, client_.options().patience);
    if (head.ok() && head->http.is_success() && head->http.Header(kShaHeader) == hashes_.sha256)
      return InfoFromHeaders(key_, head->http);
    return status;
  }

  // What is left of it costs money; after seven days the store would throw it away itself.
  void Abort() {
    client_
        .Send({.method = "DELETE", .key = key_, .query = {{"uploadId", upload_id_}}},
              client_.options().look_patience)
        .status()
        .IgnoreError();
  }

  S3Client& client_;
  const std::string key_;
  const std::string path_;
  const std::function<Status()> before_commit_;
  const bool yields_to_next_holder_;
  const std::string what_;
  const FileHashes& hashes_;
  const int64_t part_bytes_;
  std::string upload_id_;
  std::vector<std::string> etags_;  // each written by the thread that sent the part
  std::atomic<size_t> next_part_{0};
  std::atomic<bool> failed_{false};
  std::mutex mutex_;
  Status first_error_;  // guarded by mutex_ while threads run
};

}  // namespace

StatusOr<ObjectInfo> UploadFile(S3Client& client, const FileUpload& upload) {
  const std::string& path = upload.path;
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return ErrnoStatus(errno, path);
  if (!S_ISREG(info.st_mode)) return InvalidArgument(path + ": is no plain file");
  const int64_t size = info.st_size;
  const bool in_parts = size > client.options().multipart_above_bytes && !upload.is_conditional;
  if (!in_parts && size > kMaxSinglePut)
    return OutOfRange("object " + QuoteKey(upload.key) + ": has " + std::to_string(size) +
                      " bytes, too many for a write with a condition");
  const int64_t part_bytes = PartBytes(client.options(), size);
  WS_ASSIGN_OR_RETURN(const FileHashes hashes, HashFile(path, size, part_bytes));
  if (!in_parts && upload.yields_to_next_holder && !upload.is_conditional) {
    WS_ASSIGN_OR_RETURN(const FileUpload conditional, OnWhatIsThere(client, upload));
    return UploadWhole(client, conditional, hashes);
  }
  if (!in_parts) return UploadWhole(client, upload, hashes);
  return MultipartUpload(client, upload, hashes, part_bytes).Run(upload.headers);
}

}  // namespace waveshift::stores::internal
