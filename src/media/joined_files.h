// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Files one after another as one stream of bytes for FFmpeg, which cannot go back. Inside this room only.
#ifndef WAVESHIFT_MEDIA_JOINED_FILES_H_
#define WAVESHIFT_MEDIA_JOINED_FILES_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"

extern "C" {
#include <libavformat/avio.h>
}

namespace waveshift::media {

// One thread at a time. Memory: a buffer of 64 KiB.
class JoinedFiles {
 public:
  // Opens each file when the one before it ends.
  static StatusOr<std::unique_ptr<JoinedFiles>> Open(std::vector<std::string> paths);
  ~JoinedFiles();
  JoinedFiles(const JoinedFiles&) = delete;
  JoinedFiles& operator=(const JoinedFiles&) = delete;

  // To be read by one AVFormatContext (AVFMT_FLAG_CUSTOM_IO), which must go first.
  AVIOContext* avio() const { return avio_; }
  // The first file that could not be read; FFmpeg has got AVERROR(EIO) then.
  const Status& status() const { return status_; }

 private:
  explicit JoinedFiles(std::vector<std::string> paths) : paths_(std::move(paths)) {}
  int ReadSome(uint8_t* to, int size);
  int Fail(int error_number, const std::string& path);
  void Close();

  const std::vector<std::string> paths_;
  size_t next_ = 0;
  std::FILE* file_ = nullptr;
  AVIOContext* avio_ = nullptr;
  Status status_;
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_JOINED_FILES_H_
