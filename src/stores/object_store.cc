// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "stores/object_store.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/files.h"
#include "stores/keys_internal.h"
#include "stores/object_store_view.h"
#include "text/language.h"

namespace waveshift::stores {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 28> kTypes = {{
    {"m3u8", "application/vnd.apple.mpegurl"},
    {"ts", "video/mp2t"},
    {"m4s", "video/iso.segment"},
    {"mp4", "video/mp4"},
    {"m4v", "video/mp4"},
    {"mov", "video/quicktime"},
    {"mkv", "video/x-matroska"},
    {"webm", "video/webm"},
    {"avi", "video/x-msvideo"},
    {"aac", "audio/aac"},
    {"m4a", "audio/mp4"},
    {"mp3", "audio/mpeg"},
    {"wav", "audio/wav"},
    {"flac", "audio/flac"},
    {"ogg", "audio/ogg"},
    {"opus", "audio/ogg"},
    {"vtt", "text/vtt; charset=utf-8"},
    {"srt", "application/x-subrip; charset=utf-8"},
    {"ass", "text/x-ssa; charset=utf-8"},
    {"txt", "text/plain; charset=utf-8"},
    {"json", "application/json"},
    {"html", "text/html; charset=utf-8"},
    {"css", "text/css; charset=utf-8"},
    {"js", "text/javascript; charset=utf-8"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"svg", "image/svg+xml"},
}};
constexpr size_t kMaxHolderBytes = 500;

}  // namespace

std::string ContentTypeOf(std::string_view key) {
  const size_t slash = key.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? key : key.substr(slash + 1);
  const size_t dot = name.rfind('.');
  std::string ending(dot == std::string_view::npos ? "" : name.substr(dot + 1));
  for (char& c : ending) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const auto& [known, type] : kTypes) {
    if (ending == known) return std::string(type);
  }
  return "application/octet-stream";
}

Status ObjectStore::DeleteIf(const std::string& key, const std::function<Status()>& may_delete) {
  WS_RETURN_IF_ERROR(may_delete());
  return Delete(key);
}

std::unique_ptr<ObjectStore> ObjectStore::WithStop(const std::stop_token& /*stop*/) {
  return std::make_unique<ObjectStoreView>(*this);
}

Status DeletePrefix(ObjectStore& store, const std::string& prefix) {
  if (!prefix.ends_with('/')) {
    return InvalidArgument("prefix " + internal::QuoteKey(prefix) + ": must end in '/' to be deleted");
  }
  WS_ASSIGN_OR_RETURN(const std::vector<ObjectInfo> objects, store.List(prefix));
  for (const ObjectInfo& object : objects) WS_RETURN_IF_ERROR(store.Delete(object.key));
  return OkStatus();
}

namespace internal {

std::string QuoteKey(std::string_view key) {
  std::string out = "\"";
  for (const char c : key.substr(0, 200)) {
    const auto u = static_cast<unsigned char>(c);
    out.push_back(u < 0x20 || u == 0x7F ? '?' : c);
  }
  return out + (key.size() > 200 ? "...\"" : "\"");
}

Status CheckKey(const std::string& key) {
  if (!IsSafeRelativePath(key) || !text::IsValidUtf8(key)) {
    return InvalidArgument(
        "key " + QuoteKey(key) +
        ": must be a relative path of at most 1024 bytes of UTF-8 without empty parts, \".\", \"..\", "
        "backslashes and control characters");
  }
  return OkStatus();
}

Status CheckPrefix(const std::string& prefix) {
  // With a letter behind it, every beginning of a key is a key.
  if (prefix.empty() || IsSafeRelativePath(prefix.substr(0, 1023) + "x")) {
    if (prefix.size() <= 1024 && text::IsValidUtf8(prefix)) return OkStatus();
  }
  return InvalidArgument("prefix " + QuoteKey(prefix) + ": must be the beginning of a key");
}

Status CheckPutOptions(const PutOptions& options) {
  if (options.only_if_absent && !options.only_if_etag.empty()) {
    return InvalidArgument("only_if_absent and only_if_etag exclude each other");
  }
  return OkStatus();
}

Status CheckCondition(const std::string& key, const PutOptions& options, const ObjectInfo* present) {
  if (options.only_if_absent && present != nullptr) {
    return AlreadyExists("object " + QuoteKey(key) + " is there already");
  }
  if (!options.only_if_etag.empty() && (present == nullptr || present->etag != options.only_if_etag)) {
    return AlreadyExists("object " + QuoteKey(key) +
                         (present == nullptr ? " is not there any more" : " was changed by somebody else"));
  }
  return OkStatus();
}

Status NoSuchObject(const std::string& key) { return NotFound("there is no object " + QuoteKey(key)); }

Status TooLarge(const std::string& key, int64_t size, int64_t max_bytes) {
  return OutOfRange("object " + QuoteKey(key) + ": has " + std::to_string(size) + " bytes, at most " +
                    std::to_string(max_bytes) + " are read");
}

Status CheckRange(const std::string& key, int64_t offset, int64_t length) {
  if (offset >= 0 && length >= 0) return OkStatus();
  return InvalidArgument("object " + QuoteKey(key) + ": a range cannot begin at " + std::to_string(offset) +
                         " or be " + std::to_string(length) + " bytes long");
}

Status CheckHolder(const std::string& holder) {
  const bool fine =
      !holder.empty() && holder.size() <= kMaxHolderBytes &&
      std::none_of(holder.begin(), holder.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return fine ? OkStatus()
              : InvalidArgument("a lease's holder must be 1 to 500 bytes without control characters");
}

Status LeaseIsHeld(const std::string& key, const std::string& holder) {
  return AlreadyExists("lease " + QuoteKey(key) + " is held by " +
                       (holder.empty() ? "somebody else" : holder));
}

}  // namespace internal
}  // namespace waveshift::stores
