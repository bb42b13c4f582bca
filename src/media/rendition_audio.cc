// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A published audio rendition, its files read as one stream.
#include <cerrno>
#include <cstdio>
#include <utility>

#include "media/audio_track.h"
#include "media/rendition.h"
#include "media/segmenter.h"

extern "C" {
#include <libavformat/avio.h>
#include <libavutil/mem.h>
}

namespace waveshift::media {
namespace {

constexpr int kBufferBytes = 1 << 16;
constexpr int kTsSyncByte = 0x47;

// Files one behind the other, not seekable.
class Concatenation {
 public:
  static StatusOr<std::shared_ptr<Concatenation>> Make(std::vector<std::string> paths) {
    auto made = std::make_shared<Concatenation>();
    made->paths_ = std::move(paths);
    auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferBytes));
    if (buffer == nullptr) return Internal("out of memory");
    made->avio_ =
        avio_alloc_context(buffer, kBufferBytes, 0, made.get(), &Concatenation::Read, nullptr, nullptr);
    if (made->avio_ == nullptr) {
      av_free(buffer);
      return Internal("out of memory");
    }
    made->avio_->seekable = 0;
    return made;
  }
  Concatenation() = default;
  Concatenation(const Concatenation&) = delete;
  Concatenation& operator=(const Concatenation&) = delete;
  ~Concatenation() {
    if (file_ != nullptr) std::fclose(file_);
    if (avio_ != nullptr) av_freep(&avio_->buffer);
    avio_context_free(&avio_);
  }
  AVIOContext* avio() const { return avio_; }

 private:
  static int Read(void* self, uint8_t* data, int size) {
    auto* files = static_cast<Concatenation*>(self);
    while (true) {
      if (files->file_ == nullptr) {
        if (files->next_ >= files->paths_.size()) return AVERROR_EOF;
        errno = 0;
        files->file_ = std::fopen(files->paths_[files->next_++].c_str(), "rbe");
        // A segment that is gone is an error of reading, not the end.
        if (files->file_ == nullptr) return AVERROR(EIO);
      }
      const size_t count = std::fread(data, 1, static_cast<size_t>(size), files->file_);
      if (count > 0) return static_cast<int>(count);
      if (std::ferror(files->file_) != 0) return AVERROR(EIO);
      std::fclose(std::exchange(files->file_, nullptr));
    }
  }

  std::vector<std::string> paths_;
  size_t next_ = 0;
  std::FILE* file_ = nullptr;
  AVIOContext* avio_ = nullptr;
};

StatusOr<bool> IsTs(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) return ErrnoStatus(errno, path);
  const int first = std::fgetc(file);
  std::fclose(file);
  if (first == EOF) return InvalidArgument(path + ": the segment is empty");
  return first == kTsSyncByte;
}

}  // namespace

StatusOr<std::unique_ptr<AudioReader>> OpenAudioRendition(const RenditionFiles& files) {
  CaptureAvLog();
  if (files.paths.empty()) return InvalidArgument("the audio rendition has no segments");
  WS_ASSIGN_OR_RETURN(const bool ts, IsTs(files.paths[0]));
  WS_ASSIGN_OR_RETURN(std::shared_ptr<Concatenation> io, Concatenation::Make(files.paths));
  AVFormatContext* raw = avformat_alloc_context();
  if (raw == nullptr) return Internal("out of memory");
  raw->pb = io->avio();
  raw->flags |= AVFMT_FLAG_CUSTOM_IO;
  TakeLastAvError();
  const AVInputFormat* format = av_find_input_format(ts ? "mpegts" : "mov");
  int error = avformat_open_input(&raw, nullptr, format, nullptr);  // frees the context when it fails
  if (error < 0) return AvInputStatus(error, files.paths[0]);
  AudioInput input{.name = files.paths[0], .io = io, .context = InputPtr(raw)};
  error = avformat_find_stream_info(raw, nullptr);
  if (error < 0) return AvInputStatus(error, files.paths[0]);
  return AudioTrack::Make(std::move(input), -1, kProgrammeOffsetSeconds, 0, false);
}

}  // namespace waveshift::media
