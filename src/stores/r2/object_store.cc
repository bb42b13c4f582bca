// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <utility>

#include "base/files.h"
#include "base/hash.h"
#include "stores/keys_internal.h"
#include "stores/r2/lease_internal.h"
#include "stores/r2/r2_object_store.h"
#include "stores/r2/s3_client_internal.h"
#include "stores/r2/s3_xml_internal.h"
#include "stores/r2/transfers_internal.h"

namespace waveshift::stores {
namespace {

using internal::QuoteKey;
using internal::S3Answer;
using internal::S3Client;
using internal::S3Request;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr char kOwnPrefix[] = ".waveshift/store/";
constexpr char kLeasePrefix[] = ".waveshift/store/leases/";
// What nobody said how to cache may be kept, but is asked for again: a second run writes the same key.
constexpr char kDefaultCaching[] = "no-cache";
constexpr size_t kMostPacedKeys = 1000;

Status CheckOwnKey(const std::string& key) {
  WS_RETURN_IF_ERROR(internal::CheckKey(key));
  if (!key.starts_with(kOwnPrefix)) return OkStatus();
  return InvalidArgument("key " + QuoteKey(key) + ": " + kOwnPrefix + " is the store's own");
}

// Keeps two writes of one key apart.
class KeyPacer {
 public:
  KeyPacer(milliseconds interval, net::RetryClock clock) : interval_(interval), clock_(std::move(clock)) {}
  void Wait(const std::string& key, const std::stop_token& stop) {
    if (interval_.count() <= 0) return;
    milliseconds wait{0};
    {
      const std::lock_guard lock(mutex_);
      const auto now = clock_.now();
      if (next_.size() >= kMostPacedKeys)
        std::erase_if(next_, [&](const auto& item) { return item.second <= now; });
      auto& next = next_[key];
      wait = std::chrono::ceil<milliseconds>(std::max(next, now) - now);
      next = std::max(next, now) + interval_;
    }
    if (wait.count() > 0) net::Wait(clock_, wait, stop);
  }
  // The interval counts from the end of a write: the server may have carried it out only then.
  void Done(const std::string& key) {
    if (interval_.count() <= 0) return;
    const std::lock_guard lock(mutex_);
    auto& next = next_[key];
    next = std::max(next, clock_.now() + interval_);
  }

 private:
  const milliseconds interval_;
  const net::RetryClock clock_;
  std::mutex mutex_;
  std::map<std::string, SteadyClock::time_point> next_;
};

class R2ObjectStore : public ObjectStore {
 public:
  R2ObjectStore(R2Options options, std::shared_ptr<net::HttpClient> http, std::shared_ptr<KeyPacer> pacer)
      : options_(std::make_shared<const R2Options>(std::move(options))),
        http_(std::move(http)),
        // The client outlives the store where a lease does, and its options with it.
        client_(std::shared_ptr<S3Client>(new S3Client(*options_, http_),
                                          [kept = options_](S3Client* c) { delete c; })),
        pacer_(std::move(pacer)) {}

  StatusOr<ObjectInfo> Put(const std::string& key, std::string_view bytes,
                           const PutOptions& options) override;
  StatusOr<ObjectInfo> PutFile(const std::string& key, const std::string& path,
                               const PutOptions& options) override;
  StatusOr<std::string> Get(const std::string& key, int64_t max_bytes) override;
  StatusOr<std::string> GetRange(const std::string& key, int64_t offset, int64_t length) override;
  StatusOr<std::string> Materialize(const std::string& key, const std::string& scratch_directory) override;
  StatusOr<ObjectInfo> Head(const std::string& key) override;
  StatusOr<std::vector<ObjectInfo>> List(const std::string& prefix) override;
  Status Delete(const std::string& key) override { return DeleteIf(key, {}); }
  Status DeleteIf(const std::string& key, const std::function<Status()>& may_delete) override;
  StatusOr<std::unique_ptr<Lease>> AcquireLease(const std::string& key, const std::string& holder,
                                                std::chrono::seconds lifetime) override;
  std::unique_ptr<ObjectStore> WithStop(const std::stop_token& stop) override {
    R2Options options = *options_;
    options.stop = stop;
    return std::make_unique<R2ObjectStore>(std::move(options), http_, pacer_);
  }
  std::string Describe() const override {
    return "bucket " + options_->bucket + " at " + net::RedactedUrl(options_->endpoint_url);
  }

 private:
  static std::string What(const std::string& key) { return "object " + QuoteKey(key); }
  SignedHeaders HeadersFor(const std::string& key, const PutOptions& options) const;

  const std::shared_ptr<const R2Options> options_;
  // Connections and pacer are also those of the stores that WithStop gave.
  const std::shared_ptr<net::HttpClient> http_;
  const std::shared_ptr<S3Client> client_;
  const std::shared_ptr<KeyPacer> pacer_;
};

SignedHeaders R2ObjectStore::HeadersFor(const std::string& key, const PutOptions& options) const {
  SignedHeaders headers = {
      {"Content-Type", options.content_type.empty() ? ContentTypeOf(key) : options.content_type},
      {"Cache-Control", options.cache_control.empty() ? kDefaultCaching : options.cache_control}};
  if (options.only_if_absent) headers.emplace_back("If-None-Match", "*");
  if (!options.only_if_etag.empty()) headers.emplace_back("If-Match", "\"" + options.only_if_etag + "\"");
  if (headers.size() > 2) headers.emplace_back(internal::kWriteHeader, internal::UniqueName());
  return headers;
}

// The words of CheckCondition, which every store uses.
Status ConditionFailed(const std::string& key, const PutOptions& options) {
  const ObjectInfo other;  // has another ETag than any
  return internal::CheckCondition(key, options, &other);
}

bool IsConditionFailure(const PutOptions& options, const Status& status) {
  const bool has_condition = options.only_if_absent || !options.only_if_etag.empty();
  // 404 is what a store may say of If-Match where there is nothing.
  return has_condition && (status.code() == StatusCode::kAlreadyExists ||
                           (status.code() == StatusCode::kNotFound && !options.only_if_etag.empty()));
}

StatusOr<ObjectInfo> R2ObjectStore::Put(const std::string& key, std::string_view bytes,
                                        const PutOptions& options) {
  WS_RETURN_IF_ERROR(CheckOwnKey(key));
  WS_RETURN_IF_ERROR(internal::CheckPutOptions(options));
  S3Request request{
      .method = "PUT", .key = key, .headers = HeadersFor(key, options), .body = std::string(bytes)};
  request.payload_hash = Sha256Hex(bytes);
  request.headers.emplace_back(internal::kShaHeader, request.payload_hash);
  request.before_attempt = options.before_commit;
  pacer_->Wait(key, options_->stop);
  const auto answer = client_->Send(request, options_->patience);
  pacer_->Done(key);
  WS_RETURN_IF_ERROR(answer.status());
  const Status status = internal::StatusOfS3(answer->http, What(key));
  if (IsConditionFailure(options, status)) {
    if (answer->repeated) {  // perhaps an attempt of ours, whose answer was lost, made the condition fail
      WS_ASSIGN_OR_RETURN(const S3Answer head,
                          client_->Send({.method = "HEAD", .key = key}, options_->patience));
      for (const auto& [name, value] : request.headers) {
        if (name == internal::kWriteHeader && head.http.is_success() && head.http.Header(name) == value)
          return internal::InfoFromHeaders(key, head.http);
      }
    }
    return ConditionFailed(key, options);
  }
  WS_RETURN_IF_ERROR(status);
  ObjectInfo info = internal::InfoFromHeaders(key, answer->http);
  info.size_bytes = static_cast<int64_t>(bytes.size());
  return info;
}

StatusOr<ObjectInfo> R2ObjectStore::PutFile(const std::string& key, const std::string& path,
                                            const PutOptions& options) {
  WS_RETURN_IF_ERROR(CheckOwnKey(key));
  WS_RETURN_IF_ERROR(internal::CheckPutOptions(options));
  pacer_->Wait(key, options_->stop);
  auto info = internal::UploadFile(*client_,
                                   {.key = key,
                                    .path = path,
                                    .headers = HeadersFor(key, options),
                                    .is_conditional = options.only_if_absent || !options.only_if_etag.empty(),
                                    .before_commit = options.before_commit,
                                    .yields_to_next_holder = options.yields_to_next_holder});
  pacer_->Done(key);
  if (info.status().code() == StatusCode::kAlreadyExists && IsConditionFailure(options, info.status()))
    return ConditionFailed(key, options);
  if (info.status().code() == StatusCode::kAlreadyExists)
    return AlreadyExists(What(key) + " has been changed by somebody else");
  WS_RETURN_IF_ERROR(info.status());
  struct stat named = {};
  if (::lstat(path.c_str(), &named) == 0 && S_ISREG(named.st_mode)) ::unlink(path.c_str());
  return info;
}

StatusOr<std::string> R2ObjectStore::Get(const std::string& key, int64_t max_bytes) {
  WS_RETURN_IF_ERROR(CheckOwnKey(key));
  std::string bytes;
  S3Request request{.key = key};
  request.max_response_bytes = INT64_MAX;
  request.on_head = [&](const net::HttpResponse& head) {
    bytes.clear();  // of an attempt before
    const int64_t size = internal::InfoFromHeaders(key, head).size_bytes;
    return size > max_bytes ? internal::TooLarge(key, size, max_bytes) : OkStatus();
  };
  request.sink = [&](std::string_view piece) {
    bytes.append(piece);
    const auto size = static_cast<int64_t>(bytes.size());
    return size > max_bytes ? internal::TooLarge(key, size, max_bytes) : OkStatus();
  };
  WS_ASSIGN_OR_RETURN(const S3Answer answer, client_->Send(request, options_->patience));
  if (answer.http.status == 404 && internal::S3ErrorCode(answer.http.body) != "NoSuchBucket")
    return internal::NoSuchObject(key);
  WS_RETURN_IF_ERROR(internal::StatusOfS3(answer.http, What(key)));
  if (answer.http.body_bytes == 0) return std::string();
  WS_RETURN_IF_ERROR(internal::CheckHashes(answer.http, What(key), Md5().Add(bytes).Hex(), Sha256Hex(bytes)));
  return bytes;
}

StatusOr<std::string> R2ObjectStore::GetRange(const std::string& key, int64_t offset, int64_t length) {
  WS_RETURN_IF_ERROR(CheckOwnKey(key));
  WS_RETURN_IF_ERROR(internal::CheckRange(key, offset, length));
  if (length == 0) {
    WS_RETURN_IF_ERROR(Head(key).status());
    return std::string();
  }
  std::string bytes;
  int64_t skip = 0;
  S3Request request{.key = key};
  const int64_t last = length - 1 > INT64_MAX - offset ? INT64_MAX : offset + length - 1;
  request.headers = {{"Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(last)}};
  request.max_response_bytes = INT64_MAX;
  request.on_head = [&](const net::HttpResponse& head) {
    bytes.clear();
    skip = head.status == 206 ? 0 : offset;  // 200: the server gives all of it
    const std::string expected = "bytes " + std::to_string(offset) + "-";
    if (head.status == 206 && !head.Header("Content-Range").starts_with(expected))
      return Unavailable(What(key) + ": other bytes came than were asked for");
    return OkStatus();
  };
  request.sink = [&](std::string_view piece) {
    const auto skipped = std::min<int64_t>(skip, static_cast<int64_t>(piece.size()));
    skip -= skipped;
    piece.remove_prefix(static_cast<size_t>(skipped));
    bytes.append(piece.substr(0, static_cast<size_t>(length) - bytes.size()));
    return OkStatus();
  };
  WS_ASSIGN_OR_RETURN(const S3Answer answer, client_->Send(request, options_->patience));
  if (answer.http.status == 416) return std::string();  // it is there and shorter
  if (answer.http.status == 404 && internal::S3ErrorCode(answer.http.body) != "NoSuchBucket")
    return internal::NoSuchObject(key);
  WS_RETURN_IF_ERROR(internal::StatusOfS3(answer.http, What(key)));
  return answer.http.body_bytes == 0 ? std::string() : bytes;
}

StatusOr<std::string> R2ObjectStore::Materialize(const std::string& key,
                                                 const std::string& scratch_directory) {
  WS_RETURN_IF_ERROR(CheckOwnKey(key));
  WS_RETURN_IF_ERROR(MakeDirectories(scratch_directory));
  // The whole key may be longer than a file's name; its ending stays, for whoever goes by it.
  const std::string name = SafeFileName(key.substr(key.rfind('/') + 1), 60);
  const std::string path = scratch_directory + "/" + Sha256Hex(key).substr(0, 16) + "-" + name;
  WS_RETURN_IF_ERROR(internal::DownloadObject(*client_, key, path));
  return path;
}

StatusOr<ObjectInfo> R2ObjectStore::Head(const std::string& key) {
  WS_RETURN_IF_ERROR(CheckOwnKey(key));
  WS_ASSIGN_OR_RETURN(const S3Answer answer,
                      client_->Send({.method = "HEAD", .key = key}, options_->look_patience));
  if (answer.http.status == 404) return internal::NoSuchObject(key);
  WS_RETURN_IF_ERROR(internal::StatusOfS3(answer.http, What(key)));
  return internal::InfoFromHeaders(key, answer.http);
}

StatusOr<std::vector<ObjectInfo>> R2ObjectStore::List(const std::string& prefix) {
  WS_RETURN_IF_ERROR(internal::CheckPrefix(prefix));
  std::vector<ObjectInfo> found;
  std::string token;
  do {
    S3Request request;
    request.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"max-keys", "1000"}};
    if (!prefix.empty()) request.query.emplace_back("prefix", prefix);
    if (!token.empty()) request.query.emplace_back("continuation-token", token);
    WS_ASSIGN_OR_RETURN(const S3Answer answer,
                        client_->SendChecked(request, "bucket " + options_->bucket, options_->patience));
    WS_ASSIGN_OR_RETURN(internal::ListPage page, internal::ParseListPage(answer.http.body));
    for (ObjectInfo& info : page.objects) {
      // Keys that others wrote and no function here takes (folder markers and the like) are left out.
      if (info.key.starts_with(prefix) && CheckOwnKey(info.key).ok()) found.push_back(std::move(info));
    }
    if (!page.next_token.empty() && page.next_token == token)
      return Unavailable("bucket " + options_->bucket + ": the list does not go on");
    token = std::move(page.next_token);
  } while (!token.empty());
  std::sort(found.begin(), found.end(),
            [](const ObjectInfo& a, const ObjectInfo& b) { return a.key < b.key; });
  return found;
}

Status R2ObjectStore::DeleteIf(const std::string& key, const std::function<Status()>& may_delete) {
  WS_RETURN_IF_ERROR(CheckOwnKey(key));
  S3Request request{.method = "DELETE", .key = key};
  request.before_attempt = may_delete;
  WS_ASSIGN_OR_RETURN(const S3Answer answer, client_->Send(request, options_->patience));
  if (answer.http.status == 404 && internal::S3ErrorCode(answer.http.body) != "NoSuchBucket")
    return OkStatus();
  return internal::StatusOfS3(answer.http, What(key));
}

StatusOr<std::unique_ptr<Lease>> R2ObjectStore::AcquireLease(const std::string& key,
                                                             const std::string& holder,
                                                             std::chrono::seconds lifetime) {
  WS_RETURN_IF_ERROR(CheckOwnKey(key));
  WS_RETURN_IF_ERROR(internal::CheckHolder(holder));
  return internal::TakeS3Lease(client_, kLeasePrefix + Sha256Hex(key), key, holder, lifetime);
}

}  // namespace

std::unique_ptr<ObjectStore> MakeR2ObjectStore(R2Options options) {
  auto pacer = std::make_shared<KeyPacer>(options.key_write_interval, options.clock);
  return std::make_unique<R2ObjectStore>(std::move(options), std::make_shared<net::HttpClient>(),
                                         std::move(pacer));
}

}  // namespace waveshift::stores
