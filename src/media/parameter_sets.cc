// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/parameter_sets.h"

#include <cstdio>
#include <cstring>

#include "media/av_internal.h"

namespace waveshift::media {
namespace {

constexpr int kSlice = 1;
constexpr int kIdrSlice = 5;
constexpr int kSequenceParameterSet = 7;
constexpr int kPictureParameterSet = 8;
constexpr int kAccessUnitDelimiter = 9;

// Walks over the NAL units of a byte stream.
class NalWalker {
 public:
  explicit NalWalker(std::span<const uint8_t> bytes) : bytes_(bytes), at_(Find(0)) {}
  bool done() const { return at_ >= bytes_.size(); }
  int type() const { return bytes_[at_] & 31; }
  size_t start() const { return at_; }  // of the NAL's first byte, behind its start code
  void Next() { at_ = Find(at_); }

 private:
  // First byte behind the next start code at or after `from`.
  size_t Find(size_t from) const {
    for (size_t i = from; i + 3 < bytes_.size(); ++i) {
      if (bytes_[i] == 0 && bytes_[i + 1] == 0 && bytes_[i + 2] == 1) return i + 3;
    }
    return bytes_.size();
  }
  std::span<const uint8_t> bytes_;
  size_t at_;
};

}  // namespace

bool HasParameterSets(std::span<const uint8_t> annex_b) {
  bool sequence = false;
  bool picture = false;
  for (NalWalker nal(annex_b); !nal.done(); nal.Next()) {
    if (nal.type() >= kSlice && nal.type() <= kIdrSlice) break;
    sequence = sequence || nal.type() == kSequenceParameterSet;
    picture = picture || nal.type() == kPictureParameterSet;
  }
  return sequence && picture;
}

Status InsertParameterSets(AVPacket* packet, std::span<const uint8_t> parameter_sets) {
  const std::span<const uint8_t> bytes(packet->data, static_cast<size_t>(packet->size));
  // Where the access unit goes on behind its delimiter: at the next NAL's start code.
  size_t head = 0;
  NalWalker nal(bytes);
  if (!nal.done() && nal.type() == kAccessUnitDelimiter) {
    nal.Next();
    if (!nal.done()) {
      head = nal.start() - 3;
      if (head > 0 && bytes[head - 1] == 0) --head;
    }
  }
  PacketPtr whole(av_packet_alloc());
  if (!whole || av_new_packet(whole.get(), packet->size + static_cast<int>(parameter_sets.size())) < 0 ||
      av_packet_copy_props(whole.get(), packet) < 0) {
    return Internal("out of memory");
  }
  uint8_t* to = whole->data;
  std::memcpy(to, bytes.data(), head);
  std::memcpy(to + head, parameter_sets.data(), parameter_sets.size());
  std::memcpy(to + head + parameter_sets.size(), bytes.data() + head, bytes.size() - head);
  av_packet_unref(packet);
  av_packet_move_ref(packet, whole.get());
  return OkStatus();
}

std::string AvcCodecString(std::span<const uint8_t> annex_b) {
  for (NalWalker nal(annex_b); !nal.done(); nal.Next()) {
    if (nal.type() != kSequenceParameterSet || nal.start() + 3 >= annex_b.size()) continue;
    char text[16];
    std::snprintf(text, sizeof text, "avc1.%02X%02X%02X", annex_b[nal.start() + 1], annex_b[nal.start() + 2],
                  annex_b[nal.start() + 3]);
    return text;
  }
  return "";
}

}  // namespace waveshift::media
