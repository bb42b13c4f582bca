// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: where a muxer's bytes go. One AVIO for the muxer's whole life, behind it one file
// after another, or memory.
#ifndef WAVESHIFT_MEDIA_MUX_OUTPUT_H_
#define WAVESHIFT_MEDIA_MUX_OUTPUT_H_

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "base/status.h"

struct AVIOContext;

namespace waveshift::media {

// One thread at a time. The muxer that writes to avio() must be gone before this is.
class MuxOutput {
 public:
  static StatusOr<std::unique_ptr<MuxOutput>> Make();
  // Memory only, in which the muxer may go back and write over what it wrote.
  static StatusOr<std::unique_ptr<MuxOutput>> MakeSeekable();
  ~MuxOutput();
  MuxOutput(const MuxOutput&) = delete;
  MuxOutput& operator=(const MuxOutput&) = delete;

  AVIOContext* avio() const { return avio_; }

  // What is written from now on goes to `path` (made anew). NotFound, Internal "PATH: ...".
  Status OpenFile(const std::string& path);
  // Flushes and closes it. Internal "PATH: No space left on device" when any byte since OpenFile() was not
  // written.
  Status CloseFile();
  // Bytes written to the current file, or to the last one.
  int64_t bytes() const { return bytes_; }

  // What was written while no file was open. The buffer is empty afterwards.
  std::string TakeMemory();

 private:
  MuxOutput() = default;
  static StatusOr<std::unique_ptr<MuxOutput>> MakeWith(bool seekable);
  static int Write(void* self, uint8_t* data, int size);
  static int64_t Seek(void* self, int64_t offset, int whence);

  AVIOContext* avio_ = nullptr;
  std::FILE* file_ = nullptr;
  std::string path_;
  std::string memory_;
  size_t position_ = 0;  // in memory_
  int64_t bytes_ = 0;
  int error_number_ = 0;  // errno of the first write that failed
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_MUX_OUTPUT_H_
