// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "stores/r2/lease_internal.h"

#include <algorithm>
#include <optional>
#include <random>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "stores/keys_internal.h"
#include "stores/r2/s3_xml_internal.h"

namespace waveshift::stores::internal {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

constexpr int64_t kMaxLeaseBytes = 16 << 10;
// Dates of HTTP count whole seconds.
constexpr std::chrono::seconds kDateError{1};
// What is believed of a lease that somebody else wrote; nobody takes one for longer than a minute.
constexpr std::chrono::hours kLongestLifetime{24};
// One try to write while others write too.
constexpr int kTries = 8;
constexpr char kConditionsKey[] = ".waveshift/store/conditions";
// A renewal that fails is tried again by its caller.
constexpr milliseconds kRenewalPatience{8000};

struct Record {
  std::string holder;
  std::string owner;  // UniqueName() of the lease object that wrote it
  bool is_free = false;
  std::string etag;
  bool has_run_out = false;
};

std::string BodyOf(const std::string& holder, const std::string& owner, int64_t number,
                   std::chrono::seconds lifetime, bool is_free) {
  const Json json = {{"holder", holder},
                     {"owner", owner},
                     {"number", number},  // so that no two writes have the same bytes, hence ETag
                     {"lifetime_s", lifetime.count()},
                     {"free", is_free}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// What is in a lease that somebody wrote; a broken one counts as free once it is old enough.
Record RecordOf(const net::HttpResponse& answer) {
  Record record;
  record.etag = BareEtag(answer.Header("ETag"));
  std::chrono::seconds lifetime{60};
  const Json json = Json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (json.is_object()) {
    record.holder = json.value("holder", Json("")).is_string() ? json.value("holder", "") : "";
    record.owner = json.value("owner", Json("")).is_string() ? json.value("owner", "") : "";
    record.is_free = json.contains("free") && json["free"] == true;
    if (json.contains("lifetime_s") && json["lifetime_s"].is_number_integer()) {
      lifetime = std::clamp<std::chrono::seconds>(std::chrono::seconds(json["lifetime_s"].get<int64_t>()),
                                                  std::chrono::seconds(0), kLongestLifetime);
    }
  }
  const auto now = net::ParseHttpDate(answer.Header("Date"));
  const auto written = net::ParseHttpDate(answer.Header("Last-Modified"));
  record.has_run_out = now && written && *now - *written > lifetime + kDateError;
  return record;
}

// Nothing when the object is not there.
StatusOr<std::optional<Record>> Read(S3Client& client, const std::string& place, milliseconds patience) {
  WS_ASSIGN_OR_RETURN(const S3Answer answer,
                      client.Send({.key = place, .max_response_bytes = kMaxLeaseBytes}, patience));
  if (answer.http.status == 404 && S3ErrorCode(answer.http.body) != "NoSuchBucket")
    return std::optional<Record>();
  WS_RETURN_IF_ERROR(StatusOfS3(answer.http, "lease"));
  return std::optional<Record>(RecordOf(answer.http));
}

// Writes if the object still is what `etag` says ("" = not there). The new ETag; "" when the condition
// failed.
StatusOr<std::string> Write(S3Client& client, const std::string& place, const std::string& body,
                            const std::string& etag, milliseconds patience) {
  S3Request request{.method = "PUT", .key = place, .body = body};
  request.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  if (etag.empty()) {
    request.headers.emplace_back("If-None-Match", "*");
  } else {
    request.headers.emplace_back("If-Match", "\"" + etag + "\"");
  }
  WS_ASSIGN_OR_RETURN(const S3Answer answer, client.Send(request, patience));
  // 404: what should be replaced is not there any more.
  if (answer.http.status == 412 || answer.http.status == 409 || answer.http.status == 404) {
    if (S3ErrorCode(answer.http.body) != "NoSuchBucket") return std::string();
  }
  WS_RETURN_IF_ERROR(StatusOfS3(answer.http, "lease"));
  const std::string written = BareEtag(answer.http.Header("ETag"));
  return written.empty() ? StatusOr<std::string>(Unavailable("lease: the store gave no ETag")) : written;
}

// A store that does not know conditions would give one lease to everybody. Some say so (501), some write all
// the same; so the second write of one object must be refused. It stays, and later processes ask once.
Status ProveConditions(S3Client& client) {
  if (client.obeys_conditions) return OkStatus();
  for (int i = 0; i < 2; ++i) {
    WS_ASSIGN_OR_RETURN(const std::string written,
                        Write(client, kConditionsKey, "{}", "", client.options().look_patience));
    if (written.empty()) {
      client.obeys_conditions = true;
      return OkStatus();
    }
  }
  return FailedPrecondition(
      "the store ignores conditions of writes (If-None-Match), by which two runs of one task "
      "are kept apart: R2 and S3 have them");
}

class S3Lease : public Lease {
 public:
  S3Lease(std::shared_ptr<S3Client> client, std::string place, std::string key, std::string holder,
          std::string owner, std::chrono::seconds lifetime, std::string etag)
      : client_(std::move(client)),
        place_(std::move(place)),
        key_(std::move(key)),
        holder_(std::move(holder)),
        owner_(std::move(owner)),
        lifetime_(lifetime),
        etag_(std::move(etag)) {}
  S3Lease(const S3Lease&) = delete;
  S3Lease& operator=(const S3Lease&) = delete;

  // What is lost cannot be let go, and what cannot be reached runs out by itself.
  ~S3Lease() override {
    if (!is_lost_) Replace(/*is_free=*/true, kRenewalPatience).IgnoreError();
  }

  Status Renew() override {
    if (is_lost_) return AlreadyExists("lease " + QuoteKey(key_) + " was lost");
    return Replace(/*is_free=*/false, kRenewalPatience);
  }

 private:
  Status Replace(bool is_free, milliseconds patience) {
    const std::string body = BodyOf(holder_, owner_, ++number_, lifetime_, is_free);
    for (int i = 0; i < 2; ++i) {
      WS_ASSIGN_OR_RETURN(const std::string etag, Write(*client_, place_, body, etag_, patience));
      if (!etag.empty()) {
        etag_ = etag;
        return OkStatus();
      }
      // Perhaps only the answer to a write of ours was lost.
      WS_ASSIGN_OR_RETURN(const auto present, Read(*client_, place_, patience));
      is_lost_ = !present || present->owner != owner_ || present->is_free;
      if (is_lost_ && present && present->owner == owner_) return OkStatus();  // it is let go
      if (is_lost_)
        return present ? LeaseIsHeld(key_, present->holder)
                       : AlreadyExists("lease " + QuoteKey(key_) + " was lost: its object was removed");
      if (present->etag == etag_)
        return Unavailable("lease " + QuoteKey(key_) + ": the store contradicts itself");
      etag_ = present->etag;
    }
    return Unavailable("lease " + QuoteKey(key_) + ": could not be renewed");
  }

  const std::shared_ptr<S3Client> client_;
  const std::string place_;
  const std::string key_;
  const std::string holder_;
  const std::string owner_;
  const std::chrono::seconds lifetime_;
  std::string etag_;
  int64_t number_ = 0;
  bool is_lost_ = false;
};

}  // namespace

std::string UniqueName() {
  std::random_device device;
  std::string bytes;
  for (int i = 0; i < 4; ++i) {
    const auto word = static_cast<uint32_t>(device());
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<char>(word >> shift));
  }
  return HexOf(bytes);
}

StatusOr<std::unique_ptr<Lease>> TakeS3Lease(std::shared_ptr<S3Client> client, const std::string& place,
                                             const std::string& key, const std::string& holder,
                                             std::chrono::seconds lifetime) {
  const milliseconds patience = client->options().look_patience;
  WS_RETURN_IF_ERROR(ProveConditions(*client));
  const std::string owner = UniqueName();
  const std::string body = BodyOf(holder, owner, 0, lifetime, /*is_free=*/false);
  std::string etag;  // most leases are new: a write is tried before a look
  for (int i = 0; i < kTries; ++i) {
    WS_ASSIGN_OR_RETURN(const std::string taken, Write(*client, place, body, etag, patience));
    if (!taken.empty())
      return std::make_unique<S3Lease>(std::move(client), place, key, holder, owner, lifetime, taken);
    WS_ASSIGN_OR_RETURN(const auto present, Read(*client, place, patience));
    if (!present) {
      etag.clear();
      continue;
    }
    if (present->owner == owner)  // the answer to our write was lost
      return std::make_unique<S3Lease>(std::move(client), place, key, holder, owner, lifetime, present->etag);
    if (!present->is_free && !present->has_run_out) return LeaseIsHeld(key, present->holder);
    etag = present->etag;
  }
  return LeaseIsHeld(key, "");
}

}  // namespace waveshift::stores::internal
