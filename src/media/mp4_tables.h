// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Inside this room only: the sample tables of one track of an MP4 or MOV file (ISO/IEC 14496-12, 8.6 and
// 8.7), walked through on the disk: memory does not depend on the number of samples.
#ifndef WAVESHIFT_MEDIA_MP4_TABLES_H_
#define WAVESHIFT_MEDIA_MP4_TABLES_H_

#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"

namespace waveshift::media {

struct Mp4TableSample {
  int64_t position = 0;  // of its bytes in the file
  int64_t size = 0;
  int64_t dts = 0;       // media ticks from the first sample
  int64_t duration = 0;  // media ticks to the next one
  int64_t composition_offset = 0;
  bool key = false;
  bool disposable = false;  // no other sample needs it, as the file says
};

// One thread at a time.
class Mp4Tables {
 public:
  // Of the track with this id in the movie box. Unimplemented for files without plain tables: fragments,
  // compressed movie boxes, compact sizes, several sample descriptions; InvalidArgument for damage.
  static StatusOr<std::unique_ptr<Mp4Tables>> Open(const std::string& path, uint32_t track_id);
  ~Mp4Tables();
  Mp4Tables(const Mp4Tables&) = delete;
  Mp4Tables& operator=(const Mp4Tables&) = delete;

  int64_t sample_count() const;
  bool has_composition_offsets() const;
  // The next sample in decoding order; false at the end. InvalidArgument when the tables contradict each
  // other.
  StatusOr<bool> Next(Mp4TableSample& sample);
  // Back to the first sample.
  Status Rewind();
  // Bytes of the file: sample.size of them at sample.position. DataLoss when they are not there.
  Status ReadBytes(const Mp4TableSample& sample, uint8_t* bytes) const;
  int64_t file_size() const;

 private:
  struct Impl;
  explicit Mp4Tables(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_MP4_TABLES_H_
