// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/mp4_track.h"

#include <algorithm>
#include <utility>

#include "media/segmenter.h"

namespace waveshift::media {
namespace {

// tkhd from its layer on (ISO/IEC 14496-12, 8.3.2): layer, group, volume, reserved, matrix, width, height.
constexpr size_t kTkhdTail = 2 + 2 + 2 + 2 + 36 + 4 + 4;
constexpr uint32_t kTrackEnabled = 1;
constexpr uint32_t kTrackInMovie = 2;

// Three letters of five bits each.
uint32_t PackLanguage(const std::string& code) {
  std::string letters = "und";
  if (code.size() == 3 &&
      std::all_of(code.begin(), code.end(), [](char c) { return c >= 'a' && c <= 'z'; })) {
    letters = code;
  }
  uint32_t packed = 0;
  for (const char c : letters) packed = (packed << 5) | static_cast<uint32_t>(c - 0x60);
  return packed;
}

}  // namespace

StatusOr<Mp4Track> Mp4Track::FromInit(const std::string& init, Options options) {
  Mp4Track track;
  track.options_ = std::move(options);
  const Box trak = FindBox(FindBox(init, "moov").body, "trak");
  const Box tkhd = FindBox(trak.body, "tkhd");
  const Box mdia = FindBox(trak.body, "mdia");
  BoxReader mdhd(FindBox(mdia.body, "mdhd").body);
  mdhd.Skip(mdhd.U32() >> 24 == 1 ? 16 : 8);
  track.timescale_ = mdhd.U32();
  BoxReader hdlr(FindBox(mdia.body, "hdlr").body);
  hdlr.Skip(8);
  track.handler_type_ = std::string(hdlr.rest().substr(0, 4));
  for (const Box& box : Boxes(FindBox(mdia.body, "minf").body)) {
    if (box.type == "stbl") {
      track.description_ = FindBox(box.body, "stsd").whole;
    } else if (box.type == "dinf") {
      track.data_information_ = box.whole;
    } else {
      track.media_header_ += box.whole;
    }
  }
  if (tkhd.body.size() < kTkhdTail || track.timescale_ == 0 || track.handler_type_.size() != 4 ||
      track.description_.empty() || track.data_information_.empty() || track.media_header_.empty()) {
    return DataLoss("an initialisation segment does not describe its track");
  }
  track.tkhd_tail_ = tkhd.body.substr(tkhd.body.size() - kTkhdTail);
  return track;
}

void Mp4Track::Count(std::deque<Run>& runs, int32_t value) {
  if (runs.empty() || runs.back().value != value) runs.push_back({0, value});
  ++runs.back().count;
}

void Mp4Track::Add(const Mp4Sample& sample, int64_t offset) {
  if (sizes_.empty()) first_dts_ = sample.dts;
  sizes_.push_back(sample.size);
  Count(durations_, static_cast<int32_t>(sample.duration));
  Count(offsets_, sample.composition_offset);
  duration_ += sample.duration;
  if (sample.key) keys_.push_back(static_cast<uint32_t>(sizes_.size()));
  if (offset != chunk_end_) chunks_.push_back({offset, 0});
  ++chunks_.back().samples;
  chunk_end_ = offset + sample.size;
}

void Mp4Track::Write(BoxWriter& out, uint32_t track_id, int64_t shift, Samples length) const {
  out.Begin("trak");
  WriteHeader(out, track_id, length);
  WriteEdits(out, length);
  WriteMedia(out, shift);
  out.Begin("udta");
  out.Begin("name");
  out.Bytes(options_.name);
  out.End();
  out.End();
  out.End();
}

void Mp4Track::WriteHeader(BoxWriter& out, uint32_t track_id, Samples length) const {
  out.BeginFull("tkhd", 1, kTrackInMovie | (options_.enabled ? kTrackEnabled : 0));
  out.Zeros(16);  // creation and modification: not told, so that the same job makes the same file
  out.U32(track_id);
  out.U32(0);
  out.U64(static_cast<uint64_t>(length));
  out.Zeros(8);
  out.Bytes(std::string_view(tkhd_tail_).substr(0, 2));
  out.U16(static_cast<uint32_t>(options_.alternate_group));
  out.Bytes(std::string_view(tkhd_tail_).substr(4));
  out.End();
}

// The timeline's zero lies kProgrammeOffsetSeconds on the samples' clock, which the file's own clock begins
// at the first decoding time.
void Mp4Track::WriteEdits(BoxWriter& out, Samples length) const {
  const int64_t zero = int64_t{kProgrammeOffsetSeconds} * timescale_ - first_dts_;
  // A track that begins late (subtitles never do): nothing is shown until then.
  const Samples late = zero < 0 ? -zero * kTimelineRateHz / timescale_ : 0;
  out.Begin("edts");
  out.BeginFull("elst", 1, 0);
  out.U32(late > 0 ? 2 : 1);
  if (late > 0) {
    out.U64(static_cast<uint64_t>(late));
    out.U64(static_cast<uint64_t>(int64_t{-1}));
    out.U32(0x10000);
  }
  out.U64(static_cast<uint64_t>(length - late));
  out.U64(static_cast<uint64_t>(std::max<int64_t>(0, zero)));
  out.U32(0x10000);
  out.End();
  out.End();
}

void Mp4Track::WriteMedia(BoxWriter& out, int64_t shift) const {
  out.Begin("mdia");
  out.BeginFull("mdhd", 1, 0);
  out.Zeros(16);
  out.U32(timescale_);
  out.U64(duration_);
  out.U16(PackLanguage(options_.language));
  out.U16(0);
  out.End();
  out.BeginFull("hdlr", 0, 0);
  out.U32(0);
  out.Bytes(handler_type_);
  out.Zeros(12);
  out.Bytes(options_.name);
  out.U8(0);
  out.End();
  out.Begin("minf");
  out.Bytes(media_header_);
  out.Bytes(data_information_);
  out.Begin("stbl");
  out.Bytes(description_);
  WriteTables(out, shift);
  out.End();
  out.End();
  out.End();
}

void Mp4Track::WriteTables(BoxWriter& out, int64_t shift) const {
  out.BeginFull("stts", 0, 0);
  out.U32(static_cast<uint32_t>(durations_.size()));
  for (const Run& run : durations_) {
    out.U32(run.count);
    out.U32(static_cast<uint32_t>(run.value));
  }
  out.End();
  if (std::any_of(offsets_.begin(), offsets_.end(), [](const Run& run) { return run.value != 0; })) {
    const bool negative =
        std::any_of(offsets_.begin(), offsets_.end(), [](const Run& run) { return run.value < 0; });
    out.BeginFull("ctts", negative ? 1 : 0, 0);
    out.U32(static_cast<uint32_t>(offsets_.size()));
    for (const Run& run : offsets_) {
      out.U32(run.count);
      out.U32(static_cast<uint32_t>(run.value));
    }
    out.End();
  }
  if (keys_.size() != sizes_.size()) {
    out.BeginFull("stss", 0, 0);
    out.U32(static_cast<uint32_t>(keys_.size()));
    for (const uint32_t key : keys_) out.U32(key);
    out.End();
  }
  out.BeginFull("stsz", 0, 0);
  out.U32(0);
  out.U32(static_cast<uint32_t>(sizes_.size()));
  for (const uint32_t size : sizes_) out.U32(size);
  out.End();
  WriteChunks(out, shift);
}

void Mp4Track::WriteChunks(BoxWriter& out, int64_t shift) const {
  BoxWriter runs;
  uint32_t count = 0;
  for (size_t i = 0; i < chunks_.size(); ++i) {
    if (i > 0 && chunks_[i].samples == chunks_[i - 1].samples) continue;
    runs.U32(static_cast<uint32_t>(i + 1));
    runs.U32(chunks_[i].samples);
    runs.U32(1);
    ++count;
  }
  out.BeginFull("stsc", 0, 0);
  out.U32(count);
  out.Bytes(runs.bytes());
  out.End();
  const bool wide = !chunks_.empty() && chunks_.back().offset + shift > int64_t{UINT32_MAX};
  out.BeginFull(wide ? "co64" : "stco", 0, 0);
  out.U32(static_cast<uint32_t>(chunks_.size()));
  for (const Chunk& chunk : chunks_) {
    const auto offset = static_cast<uint64_t>(chunk.offset + shift);
    if (wide) {
      out.U64(offset);
    } else {
      out.U32(static_cast<uint32_t>(offset));
    }
  }
  out.End();
}

}  // namespace waveshift::media
