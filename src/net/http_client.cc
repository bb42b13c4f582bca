// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "net/http_client.h"

#include <cstdio>
#include <fstream>
#include <mutex>
#include <utility>
#include <vector>

#include "base/files.h"
#include "net/transfer_internal.h"

namespace waveshift::net {
namespace {

constexpr size_t kMostIdleHandles = 8;

// Once a process, before the first handle; libcurl wants it done by one thread alone.
void InitLibrary() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(code);
}

}  // namespace

// Handles that wait for the next request with their connections open; the one used last is taken first.
class HttpClient::Pool {
 public:
  std::unique_ptr<internal::Handle> Take() {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto handle = std::move(idle_.back());
        idle_.pop_back();
        return handle;
      }
    }
    return std::make_unique<internal::Handle>();
  }
  void GiveBack(std::unique_ptr<internal::Handle> handle) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kMostIdleHandles) idle_.push_back(std::move(handle));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<internal::Handle>> idle_;  // guarded by mutex_
};

HttpClient::HttpClient() : pool_(std::make_unique<Pool>()) { InitLibrary(); }
HttpClient::~HttpClient() = default;

StatusOr<HttpResponse> HttpClient::Send(const HttpRequest& request, const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(internal::CheckRequest(request));
  if (request.may_connect) {  // a kept connection was made without asking
    internal::Handle own;
    return internal::Transfer(own, request).Run(stop);
  }
  auto handle = pool_->Take();
  StatusOr<HttpResponse> response = internal::Transfer(*handle, request).Run(stop);
  pool_->GiveBack(std::move(handle));
  return response;
}

StatusOr<HttpResponse> HttpClient::SendToFile(const HttpRequest& request, const std::string& path,
                                              const std::stop_token& stop) {
  const std::string partial = path + ".part";
  std::ofstream file;
  HttpRequest streamed = request;
  streamed.sink = [&](std::string_view piece) {
    if (!file.is_open()) file.open(partial, std::ios::binary | std::ios::trunc);
    file.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    return file ? OkStatus() : Internal(partial + ": cannot be written");
  };
  auto response = Send(streamed, stop);
  if (response.ok() && response->is_success() && !file.is_open()) file.open(partial, std::ios::binary);
  const bool opened = file.is_open();
  if (opened) file.close();
  Status written = !opened || file ? OkStatus() : Internal(partial + ": cannot be written");
  if (response.ok() && response->is_success() && written.ok()) {
    written = SyncFile(partial);
    if (written.ok()) written = MoveFile(partial, path);
    if (written.ok()) return response;
  }
  if (opened) std::remove(partial.c_str());
  WS_RETURN_IF_ERROR(response.status());
  WS_RETURN_IF_ERROR(written);
  return response;
}

}  // namespace waveshift::net
