// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/mux_output.h"

#include <algorithm>
#include <cerrno>
#include <utility>

extern "C" {
#include <libavformat/avio.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
}

namespace waveshift::media {
namespace {

constexpr int kBufferBytes = 1 << 16;

Status WriteError(int error_number, const std::string& path) {
  return Internal(Message(ErrnoStatus(error_number, path)));
}

}  // namespace

StatusOr<std::unique_ptr<MuxOutput>> MuxOutput::Make() { return MakeWith(/*seekable=*/false); }

StatusOr<std::unique_ptr<MuxOutput>> MuxOutput::MakeSeekable() { return MakeWith(/*seekable=*/true); }

StatusOr<std::unique_ptr<MuxOutput>> MuxOutput::MakeWith(bool seekable) {
  std::unique_ptr<MuxOutput> output(new MuxOutput);
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
  if (buffer == nullptr) return Internal("out of memory");
  output->avio_ = avio_alloc_context(buffer, kBufferBytes, 1, output.get(), nullptr, &MuxOutput::Write,
                                     seekable ? &MuxOutput::Seek : nullptr);
  if (output->avio_ == nullptr) {
    av_free(buffer);
    return Internal("out of memory");
  }
  output->avio_->seekable = seekable ? AVIO_SEEKABLE_NORMAL : 0;
  return output;
}

MuxOutput::~MuxOutput() {
  if (file_ != nullptr) std::fclose(file_);
  if (avio_ != nullptr) av_freep(&avio_->buffer);
  avio_context_free(&avio_);
}

int MuxOutput::Write(void* self, uint8_t* data, int size) {
  auto* output = static_cast<MuxOutput*>(self);
  const auto count = static_cast<size_t>(size);
  if (output->file_ == nullptr) {
    std::string& memory = output->memory_;
    const size_t over = std::min(count, memory.size() - output->position_);
    memory.replace(output->position_, over, reinterpret_cast<const char*>(data), count);
    output->position_ += count;
    return size;
  }
  if (std::fwrite(data, 1, count, output->file_) != count) {
    if (output->error_number_ == 0) output->error_number_ = errno != 0 ? errno : EIO;
    return AVERROR(output->error_number_);
  }
  output->bytes_ += size;
  return size;
}

int64_t MuxOutput::Seek(void* self, int64_t offset, int whence) {
  auto* output = static_cast<MuxOutput*>(self);
  const auto size = static_cast<int64_t>(output->memory_.size());
  if (whence == AVSEEK_SIZE) return size;
  if (whence == SEEK_CUR) offset += static_cast<int64_t>(output->position_);
  if (whence == SEEK_END) offset += size;
  if (offset < 0 || offset > size) return AVERROR(EINVAL);
  output->position_ = static_cast<size_t>(offset);
  return offset;
}

Status MuxOutput::OpenFile(const std::string& path) {
  if (file_ != nullptr) return Internal(path + ": " + path_ + " is still open");
  avio_flush(avio_);
  file_ = std::fopen(path.c_str(), "wbe");
  if (file_ == nullptr) return ErrnoStatus(errno, path);
  path_ = path;
  bytes_ = 0;
  error_number_ = 0;
  return OkStatus();
}

Status MuxOutput::CloseFile() {
  if (file_ == nullptr) return Internal("no segment file is open");
  avio_flush(avio_);
  std::FILE* file = std::exchange(file_, nullptr);
  if (std::fclose(file) != 0 && error_number_ == 0) error_number_ = errno != 0 ? errno : EIO;
  if (error_number_ != 0) return WriteError(error_number_, path_);
  return OkStatus();
}

std::string MuxOutput::TakeMemory() {
  avio_flush(avio_);
  position_ = 0;
  return std::exchange(memory_, {});
}

}  // namespace waveshift::media
