// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/media_inputs.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/hash.h"
#include "service/public_url.h"

namespace waveshift::service {
namespace {

constexpr std::streamsize kHashedBytes = 1 << 20;
constexpr std::array<std::string_view, 2> kPrivatePrefixes = {"journal/", ".waveshift/"};

bool IsUrl(std::string_view place) { return place.find("://") != std::string_view::npos; }

std::string WithoutSlash(std::string base) {
  while (base.ends_with('/')) base.pop_back();
  return base;
}

StatusOr<std::string> Sha256OfFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string buffer(kHashedBytes, '\0');
  Sha256 hash;
  while (file.read(buffer.data(), kHashedBytes), file.gcount() > 0)
    hash.Add({buffer.data(), static_cast<size_t>(file.gcount())});
  if (!file.eof()) return Internal(path + ": cannot be read");
  return hash.Hex();
}

// What the first key gives that there is an object for.
template <typename T>
StatusOr<T> FirstFound(const std::string& field, const std::vector<std::string>& keys,
                       const std::function<StatusOr<T>(const std::string&)>& read) {
  StatusOr<T> found = NotFound("");
  for (const std::string& key : keys) {
    found = read(key);
    if (found.status().code() != StatusCode::kNotFound) break;
  }
  if (found.status().code() == StatusCode::kNotFound)
    return NotFound(field + ": there is no object \"" + keys.front() + "\"");
  if (!found.ok()) return Annotate(found.status(), field);
  return found;
}

}  // namespace

bool IsPublicKey(const std::string& key) {
  return IsSafeRelativePath(key) &&
         std::none_of(kPrivatePrefixes.begin(), kPrivatePrefixes.end(),
                      [&](std::string_view prefix) { return key.starts_with(prefix); });
}

bool IsResultKey(const std::string& key) {
  const size_t first = key.find('/');
  const size_t second = first == std::string::npos ? first : key.find('/', first + 1);
  if (first == std::string::npos) return false;
  const std::string root = key.substr(0, first);
  if (root == "tts-audio") return true;
  if (second == std::string::npos) return false;
  const size_t third = key.find('/', second + 1);
  if (root == "users" && third != std::string::npos && key.substr(third).starts_with("/tts-audio/"))
    return true;
  const pipeline::OutputLayout layout = pipeline::LayoutForTask(key.substr(first + 1, second - first - 1));
  return key == layout.mp4_key || key.starts_with(layout.hls_prefix) ||
         key.starts_with(layout.subtitles_prefix) || key.starts_with(layout.report_prefix);
}

MediaInputs::MediaInputs(stores::ObjectStore* objects, std::string public_base_url,
                         std::shared_ptr<net::PublicFetcher> fetcher, int64_t max_file_bytes)
    : objects_(objects),
      public_base_url_(WithoutSlash(std::move(public_base_url))),
      fetcher_(std::move(fetcher)),
      max_file_bytes_(max_file_bytes) {}

bool MediaInputs::IsBelowBase(const std::string& place) const {
  return !public_base_url_.empty() && place.starts_with(public_base_url_ + "/");
}

bool MediaInputs::IsElsewhere(const std::string& place) const { return IsUrl(place) && !IsBelowBase(place); }

std::vector<std::string> MediaInputs::KeysOf(const std::string& place) const {
  std::vector<std::string> keys = {place};
  if (IsUrl(place)) keys = KeysOfPublicUrl(public_base_url_, place);
  std::erase_if(keys, [](const std::string& key) { return !IsPublicKey(key); });
  return keys;
}

Status MediaInputs::Check(const std::string& field, const std::string& place) const {
  if (IsElsewhere(place)) {
    const Status fetched = fetcher_ != nullptr ? fetcher_->CheckedUrl(place).status()
                                               : InvalidArgument("no host is on the list of allowed ones");
    if (fetched.ok()) return OkStatus();
    return InvalidArgument(
        field +
        ": must be an object key, an address below R2_PUBLIC_BASE_URL, or an https address "
        "of a host in MEDIA_URL_ALLOWED_HOSTS (" +
        Message(fetched) + ")");
  }
  if (KeysOf(place).empty()) return InvalidArgument(field + ": is not a valid object key");
  return OkStatus();
}

StatusOr<std::string> MediaInputs::FindObject(const std::string& field, const std::string& place) const {
  WS_RETURN_IF_ERROR(Check(field, place));
  if (IsElsewhere(place)) return std::string();
  return FirstFound<std::string>(field, KeysOf(place),
                                 [this](const std::string& key) -> StatusOr<std::string> {
                                   WS_RETURN_IF_ERROR(objects_->Head(key).status());
                                   return key;
                                 });
}

StatusOr<std::string> MediaInputs::Read(const std::string& field, const std::string& place, int64_t max_bytes,
                                        const std::stop_token& stop) const {
  WS_RETURN_IF_ERROR(Check(field, place));
  if (!IsElsewhere(place)) {
    const auto objects = objects_->WithStop(stop);
    return FirstFound<std::string>(field, KeysOf(place),
                                   [&](const std::string& key) { return objects->Get(key, max_bytes); });
  }
  auto bytes = fetcher_->Get(place, max_bytes, stop);
  if (!bytes.ok()) return Annotate(bytes.status(), field);
  return bytes;
}

StatusOr<pipeline::MediaFile> MediaInputs::Materialize(const std::string& field, const std::string& place,
                                                       const std::string& scratch,
                                                       const std::stop_token& stop) const {
  WS_RETURN_IF_ERROR(Check(field, place));
  if (!IsElsewhere(place)) {
    const auto objects = objects_->WithStop(stop);
    return FirstFound<pipeline::MediaFile>(
        field, KeysOf(place), [&](const std::string& key) -> StatusOr<pipeline::MediaFile> {
          WS_ASSIGN_OR_RETURN(const stores::ObjectInfo info, objects->Head(key));
          WS_ASSIGN_OR_RETURN(std::string path, objects->Materialize(key, scratch));
          return pipeline::MediaFile{std::move(path), key + " " + info.etag};
        });
  }
  const std::string path = scratch + "/fetched_" + field;
  if (const Status got = fetcher_->GetToFile(place, max_file_bytes_, path, stop); !got.ok())
    return Annotate(got, field);
  WS_ASSIGN_OR_RETURN(std::string sha256, Sha256OfFile(path));
  return pipeline::MediaFile{path, std::move(sha256)};
}

}  // namespace waveshift::service
