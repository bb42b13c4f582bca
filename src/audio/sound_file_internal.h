// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// libsndfile on files in memory, inside the room only.
#ifndef WAVESHIFT_AUDIO_SOUND_FILE_INTERNAL_H_
#define WAVESHIFT_AUDIO_SOUND_FILE_INTERNAL_H_

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace waveshift::audio::internal {

struct SoundFileCloser {
  void operator()(SNDFILE* file) const { sf_close(file); }
};
using SoundFile = std::unique_ptr<SNDFILE, SoundFileCloser>;

// A file in memory as libsndfile's virtual file.
struct MemoryFile {
  std::string_view in;
  std::string* out = nullptr;
  sf_count_t position = 0;

  sf_count_t size() const { return static_cast<sf_count_t>(out != nullptr ? out->size() : in.size()); }

  static sf_count_t Size(void* self) { return static_cast<MemoryFile*>(self)->size(); }

  static sf_count_t Seek(sf_count_t offset, int whence, void* self) {
    auto* file = static_cast<MemoryFile*>(self);
    const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file->position : file->size();
    if (offset < -base || offset > file->size() - base) return -1;
    return file->position = base + offset;
  }

  static sf_count_t Read(void* target, sf_count_t count, void* self) {
    auto* file = static_cast<MemoryFile*>(self);
    const char* data = file->out != nullptr ? file->out->data() : file->in.data();
    const sf_count_t n = std::clamp<sf_count_t>(count, 0, file->size() - file->position);
    if (n > 0) std::memcpy(target, data + file->position, static_cast<size_t>(n));
    file->position += n;
    return n;
  }

  static sf_count_t Write(const void* source, sf_count_t count, void* self) {
    auto* file = static_cast<MemoryFile*>(self);
    if (file->out == nullptr || count < 0) return 0;
    const auto end = static_cast<size_t>(file->position + count);
    if (file->out->size() < end) file->out->resize(end);
    std::memcpy(file->out->data() + file->position, source, static_cast<size_t>(count));
    file->position += count;
    return count;
  }

  static sf_count_t Tell(void* self) { return static_cast<MemoryFile*>(self)->position; }

  static SF_VIRTUAL_IO Io() { return {Size, Seek, Read, Write, Tell}; }
};

// 32768 steps a side, as the decoder divides: a decoded file encodes to the same bytes again.
inline int16_t ToPcm16(float sample) {
  return static_cast<int16_t>(std::clamp(std::lrint(static_cast<double>(sample) * 32768.0), -32768L, 32767L));
}

}  // namespace waveshift::audio::internal

#endif  // WAVESHIFT_AUDIO_SOUND_FILE_INTERNAL_H_
