// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Objects in and out.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/files.h"
#include "service/media_inputs.h"
#include "service/ranges.h"
#include "service/service_internal.h"

namespace waveshift::service {
namespace {

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// Playlists grow; segments never change once they are published; everything else is asked for again with its
// ETag.
std::string CacheControl(const std::string& key, bool has_token) {
  const bool is_segment = key.compare(0, 4, "hls/") == 0 && !EndsWith(key, ".m3u8");
  if (!is_segment) return "no-cache";
  return std::string(has_token ? "private" : "public") + ", max-age=31536000, immutable";
}

void AddCors(Response& response) {
  response.SetHeader("Access-Control-Allow-Origin", "*");
  response.SetHeader("Access-Control-Expose-Headers",
                     "Content-Length, Content-Range, Accept-Ranges, ETag, X-Request-Id");
}

// Takes an upload into a file of its own.
class Upload {
 public:
  explicit Upload(std::string path) : path_(std::move(path)), file_(std::fopen(path_.c_str(), "wbx")) {}
  ~Upload() {
    if (file_ != nullptr) std::fclose(file_);
  }
  Upload(const Upload&) = delete;
  Upload& operator=(const Upload&) = delete;

  Status Open() const { return file_ == nullptr ? ErrnoStatus(errno, "upload: " + path_) : OkStatus(); }
  Status Write(std::string_view piece) {
    size_ += static_cast<int64_t>(piece.size());
    if (std::fwrite(piece.data(), 1, piece.size(), file_) == piece.size()) return OkStatus();
    return Internal("the upload could not be written: " + Message(ErrnoStatus(errno, "disk")));
  }
  Status Close() {
    if (std::fclose(std::exchange(file_, nullptr)) == 0) return OkStatus();
    return Internal("the upload could not be written: " + Message(ErrnoStatus(errno, "disk")));
  }
  int64_t size() const { return size_; }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  std::FILE* file_ = nullptr;
  int64_t size_ = 0;
};

// A content type from outside is kept only when it cannot be anything but one.
bool IsPlainContentType(std::string_view type) {
  if (type.empty() || type.size() > 100 || type.find('/') == std::string_view::npos) return false;
  return type.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+.-;= ") ==
         std::string_view::npos;
}

}  // namespace

Response Service::PutObject(Call& call) {
  const std::string& key = call.argument;
  if (!IsPublicKey(key)) return call.Error(422, "invalid_field", "key: is not a valid object key");
  if (IsResultKey(key)) {
    return call.Error(422, "invalid_field",
                      "key: results of the engine lie there; upload to another place, like uploads/");
  }
  if (!call.request.has_body)
    return call.Error(400, "bad_request", "the object's bytes are needed as the body");
  auto scratch = ScratchDirectory::Make(options_.scratch_directory);
  if (!scratch.ok()) return call.Error(scratch.status());
  Upload upload(scratch->path() + "/upload");
  Status status = upload.Open();
  if (!status.ok()) return call.Error(500, "internal", Message(status));
  status = (*call.body)([&](std::string_view piece) {
    if (upload.size() + static_cast<int64_t>(piece.size()) > options_.max_object_bytes) {
      return OutOfRange("the object is larger than " + std::to_string(options_.max_object_bytes) + " bytes");
    }
    return upload.Write(piece);
  });
  const Status closed = upload.Close();
  if (status.ok()) status = closed;
  if (!status.ok()) return call.Error(status);
  // A body that was sent compressed has been unpacked on the way.
  const bool is_as_sent = call.request.Header("content-encoding").empty();
  if (is_as_sent && call.request.content_length && *call.request.content_length != upload.size()) {
    return call.Error(400, "bad_request", "the body is shorter than its Content-Length");
  }
  stores::PutOptions put;
  if (const std::string type = call.request.Header("content-type");
      IsPlainContentType(type) && type != "application/octet-stream" &&
      type != "application/x-www-form-urlencoded") {
    put.content_type = type;
  }
  const auto info = deps_.objects->PutFile(key, upload.path(), put);
  if (!info.ok()) return call.Error(info.status());
  return JsonResponse(
      201, Json{{"key", key}, {"size_bytes", info->size_bytes}, {"url", "/media/" + EncodePath(key)}});
}

Response Service::GetMedia(Call& call) {
  if (!IsPublicKey(call.argument)) {
    Response response = call.Error(404, "not_found", "there is no such object");
    AddCors(response);
    return response;
  }
  Response response = ServeObject(call, call.argument);
  AddCors(response);
  // Whatever was uploaded cannot act as a page of this server.
  response.SetHeader("Content-Security-Policy", "sandbox allow-scripts");
  return response;
}

Response Service::MediaPreflight(Call&) {
  Response response;
  response.status = 204;
  AddCors(response);
  response.SetHeader("Access-Control-Allow-Methods", "GET, HEAD");
  response.SetHeader("Access-Control-Allow-Headers", "Range, Authorization, If-None-Match");
  response.SetHeader("Access-Control-Max-Age", "86400");
  return response;
}

Response Service::ServeObject(Call& call, const std::string& key) {
  const auto info = deps_.objects->Head(key);
  if (info.status().code() == StatusCode::kNotFound)
    return call.Error(404, "not_found", "there is no such object");
  if (!info.ok()) return call.Error(info.status());
  const std::string etag = "\"" + info->etag + "\"";
  Response response;
  response.SetHeader("ETag", etag);
  response.SetHeader("Cache-Control", CacheControl(key, !options_.api_token.empty()));
  response.SetHeader("Accept-Ranges", "bytes");
  if (MatchesEtag(call.request.Header("if-none-match"), etag)) {
    response.status = 304;
    return response;
  }
  std::string range_header = call.request.Header("range");
  const std::string if_range = call.request.Header("if-range");
  if (!if_range.empty() && if_range != etag) range_header.clear();
  const ByteRange range = call.request.method == "GET" ? ParseRange(range_header, info->size_bytes)
                                                       : ParseRange("", info->size_bytes);
  const std::string size = std::to_string(info->size_bytes);
  if (range.kind == ByteRange::Kind::kUnsatisfiable) {
    response = call.Error(416, "range_not_satisfiable", "the range begins behind the object's end");
    response.SetHeader("Content-Range", "bytes */" + size);
    return response;
  }
  response.SetHeader("Content-Type", stores::ContentTypeOf(key));
  response.object = ObjectSlice{key, info->etag, range.offset, range.length};
  if (range.kind == ByteRange::Kind::kPart) {
    response.status = 206;
    response.SetHeader("Content-Range", "bytes " + std::to_string(range.offset) + "-" +
                                            std::to_string(range.offset + range.length - 1) + "/" + size);
  }
  return response;
}

}  // namespace waveshift::service
