// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/joined_files.h"

#include <cerrno>
#include <utility>

extern "C" {
#include <libavutil/error.h>
#include <libavutil/mem.h>
}

namespace waveshift::media {
namespace {

constexpr int kBufferBytes = 1 << 16;

}  // namespace

StatusOr<std::unique_ptr<JoinedFiles>> JoinedFiles::Open(std::vector<std::string> paths) {
  std::unique_ptr<JoinedFiles> joined(new JoinedFiles(std::move(paths)));
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
  if (buffer == nullptr) return Internal("out of memory");
  const auto read = [](void* self, uint8_t* to, int size) {
    return static_cast<JoinedFiles*>(self)->ReadSome(to, size);
  };
  joined->avio_ = avio_alloc_context(buffer, kBufferBytes, 0, joined.get(), read, nullptr, nullptr);
  if (joined->avio_ == nullptr) {
    av_free(buffer);
    return Internal("out of memory");
  }
  return joined;
}

JoinedFiles::~JoinedFiles() {
  Close();
  if (avio_ != nullptr) av_freep(&avio_->buffer);
  avio_context_free(&avio_);
}

int JoinedFiles::ReadSome(uint8_t* to, int size) {
  while (true) {
    if (file_ == nullptr) {
      if (next_ >= paths_.size()) return AVERROR_EOF;
      const std::string& path = paths_[next_++];
      file_ = std::fopen(path.c_str(), "rbe");
      // A segment that is gone is an error of reading, not the end.
      if (file_ == nullptr) return Fail(errno, path);
    }
    const size_t got = std::fread(to, 1, static_cast<size_t>(size), file_);
    if (got > 0) return static_cast<int>(got);
    if (std::ferror(file_) != 0) return Fail(errno, paths_[next_ - 1]);
    Close();
  }
}

int JoinedFiles::Fail(int error_number, const std::string& path) {
  if (status_.ok()) status_ = ErrnoStatus(error_number, path);
  return AVERROR(EIO);
}

void JoinedFiles::Close() {
  if (file_ != nullptr) std::fclose(std::exchange(file_, nullptr));
}

}  // namespace waveshift::media
