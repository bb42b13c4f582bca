// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/mp4_packets.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace waveshift::media {
namespace {

// So many packets come from FFmpeg: more than edit lists, priming and reordering reach.
constexpr int64_t kFirstPackets = 64;
// Offsets beyond this are damage that FFmpeg mends in its own way.
constexpr int64_t kMaxOffset = 1 << 28;

bool IsMp4(const AVFormatContext& input) {
  return input.iformat != nullptr && std::string_view(input.iformat->name) == "mov,mp4,m4a,3gp,3g2,mj2";
}

// Codecs whose packets are the file's samples, byte for byte, one to one.
bool IsPlain(const AVStream& stream) {
  switch (stream.codecpar->codec_id) {
    case AV_CODEC_ID_H264:
    case AV_CODEC_ID_HEVC:
    case AV_CODEC_ID_AAC:
    case AV_CODEC_ID_ALAC:
    case AV_CODEC_ID_AC3:
    case AV_CODEC_ID_EAC3:
      return true;
    default:
      return false;
  }
}

bool CopyStream(const AVStream& from, AVStream* to) {
  to->id = from.id;
  to->time_base = from.time_base;
  to->start_time = from.start_time;
  to->duration = from.duration;
  to->nb_frames = from.nb_frames;
  to->disposition = from.disposition;
  to->discard = from.discard;
  to->sample_aspect_ratio = from.sample_aspect_ratio;
  to->avg_frame_rate = from.avg_frame_rate;
  to->r_frame_rate = from.r_frame_rate;
  for (int i = 0; i < from.nb_side_data; ++i) {
    const AVPacketSideData& data = from.side_data[i];
    uint8_t* copy = av_stream_new_side_data(to, data.type, data.size);
    if (copy == nullptr) return false;
    std::memcpy(copy, data.data, data.size);
  }
  return av_dict_copy(&to->metadata, from.metadata, 0) >= 0 &&
         avcodec_parameters_copy(to->codecpar, from.codecpar) >= 0;
}

// The streams of `input` without its demuxer; null when memory is short.
InputPtr StreamsOf(const AVFormatContext& input) {
  InputPtr light(avformat_alloc_context());
  for (unsigned i = 0; light != nullptr && i < input.nb_streams; ++i) {
    AVStream* stream = avformat_new_stream(light.get(), nullptr);
    if (stream == nullptr || !CopyStream(*input.streams[i], stream)) return nullptr;
  }
  return light;
}

}  // namespace

StatusOr<std::unique_ptr<Mp4Packets>> Mp4Packets::TakeOver(const std::string& path, int index,
                                                           InputPtr& input) {
  AVStream& stream = *input->streams[index];
  if (!IsMp4(*input) || !IsPlain(stream) || stream.id <= 0) return nullptr;
  auto tables = Mp4Tables::Open(path, static_cast<uint32_t>(stream.id));
  if (!tables.ok()) return nullptr;
  std::unique_ptr<Mp4Packets> packets(new Mp4Packets);
  packets->tables_ = std::move(*tables);
  packets->index_ = index;
  if (!packets->AgreesWithIndex(stream)) return nullptr;
  if (packets->TakeFirstPackets(*input, stream)) {
    if (InputPtr light = StreamsOf(*input)) {
      input = std::move(light);
      return packets;
    }
  }
  // Packets have been read: begin anew.
  const bool generate_pts = (input->flags & AVFMT_FLAG_GENPTS) != 0;
  WS_ASSIGN_OR_RETURN(input, OpenInput(path, generate_pts));
  DiscardOthers(input.get(), index);
  return nullptr;
}

// Every entry of FFmpeg's index is the sample of the same number. It may lack the last samples: an edit list
// ends before them.
bool Mp4Packets::AgreesWithIndex(AVStream& stream) {
  count_ = avformat_index_get_entries_count(&stream);
  if (count_ == 0 || count_ > tables_->sample_count()) return false;
  Mp4TableSample sample;
  for (int64_t i = 0; i < count_; ++i) {
    const auto more = tables_->Next(sample);
    const AVIndexEntry* entry = avformat_index_get_entry(&stream, static_cast<int>(i));
    if (!more.ok() || !*more || entry == nullptr) return false;
    if (i == 0) first_dts_ = entry->timestamp;
    const bool key = (entry->flags & AVINDEX_KEYFRAME) != 0;
    const bool hidden = (entry->flags & AVINDEX_DISCARD_FRAME) != 0;
    if (entry->pos != sample.position || entry->size != sample.size || key != sample.key ||
        entry->timestamp != first_dts_ + sample.dts || (hidden && i >= kFirstPackets)) {
      return false;
    }
    const bool inside = sample.position <= tables_->file_size() - sample.size;
    if (!inside || sample.size == 0 || std::abs(sample.composition_offset) > kMaxOffset) return false;
  }
  return tables_->Rewind().ok();
}

bool Mp4Packets::SameAsTable(const AVPacket& packet, const Mp4TableSample& sample) const {
  const bool key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  const bool disposable = (packet.flags & AV_PKT_FLAG_DISPOSABLE) != 0;
  return packet.pos == sample.position && packet.size == sample.size && key == sample.key &&
         disposable == sample.disposable && packet.dts == first_dts_ + sample.dts &&
         packet.pts - packet.dts - sample.composition_offset == pts_shift_;
}

bool Mp4Packets::TakeFirstPackets(AVFormatContext& input, AVStream& stream) {
  const bool offsets = tables_->has_composition_offsets();
  // FFmpeg looks into the frames of these, and knows how long the last one is.
  const AVCodecID codec = stream.codecpar->codec_id;
  const bool parsed = codec == AV_CODEC_ID_AC3 || codec == AV_CODEC_ID_EAC3;
  end_ = parsed ? INT64_MIN : stream.duration;
  while (static_cast<int64_t>(first_.size()) < std::min(count_, kFirstPackets)) {
    PacketPtr packet(av_packet_alloc());
    if (!packet || ReadFrame(&input, packet.get()) < 0) return false;
    if (packet->stream_index != stream.index) continue;
    Mp4TableSample sample;
    const auto more = tables_->Next(sample);
    if (!more.ok() || !*more) return false;
    if (first_.empty()) {
      pts_shift_ = packet->pts - packet->dts - sample.composition_offset;
      usual_duration_ = packet->duration;
    }
    if (!SameAsTable(*packet, sample)) return false;
    const bool last = static_cast<int64_t>(first_.size()) + 1 == count_;
    if (!last && packet->duration != (offsets ? usual_duration_ : sample.duration)) return false;
    first_.push_back(std::move(packet));
  }
  return true;
}

void Mp4Packets::Describe(const Mp4TableSample& sample, AVPacket* packet) const {
  packet->stream_index = index_;
  packet->pos = sample.position;
  packet->dts = first_dts_ + sample.dts;
  packet->pts = packet->dts + sample.composition_offset + pts_shift_;
  packet->duration = tables_->has_composition_offsets() ? usual_duration_ : sample.duration;
  if (next_ + 1 == count_ && !tables_->has_composition_offsets()) {
    packet->duration = end_ > packet->dts ? end_ - packet->dts : usual_duration_;
  }
  packet->flags = (sample.key ? AV_PKT_FLAG_KEY : 0) | (sample.disposable ? AV_PKT_FLAG_DISPOSABLE : 0);
}

int Mp4Packets::Read(AVPacket* packet) {
  if (next_ >= count_) return AVERROR_EOF;
  if (next_ < static_cast<int64_t>(first_.size())) {
    // A reference: a seek may come back to it.
    return av_packet_ref(packet, first_[static_cast<size_t>(next_++)].get());
  }
  Mp4TableSample sample;
  const auto more = tables_->Next(sample);
  // The tables agreed with FFmpeg's index when they were read first.
  if (!more.ok() || !*more) return AVERROR_INVALIDDATA;
  const int error = av_new_packet(packet, static_cast<int>(sample.size));
  if (error < 0) return error;
  if (!tables_->ReadBytes(sample, packet->data).ok()) {
    av_packet_unref(packet);
    return AVERROR(EIO);
  }
  Describe(sample, packet);
  ++next_;
  return 0;
}

Status Mp4Packets::Seek(int64_t dts) {
  WS_RETURN_IF_ERROR(tables_->Rewind());
  Mp4TableSample sample;
  int64_t target = 0;
  for (int64_t i = 0; i < count_; ++i) {
    WS_ASSIGN_OR_RETURN(const bool more, tables_->Next(sample));
    if (!more || first_dts_ + sample.dts > dts) break;
    if (sample.key) target = i;
  }
  WS_RETURN_IF_ERROR(tables_->Rewind());
  const auto kept = static_cast<int64_t>(first_.size());
  for (int64_t i = 0; i < std::max(target, kept); ++i) {
    WS_ASSIGN_OR_RETURN(const bool more, tables_->Next(sample));
    if (!more) return DataLoss("the sample tables have changed");
  }
  next_ = target;
  return OkStatus();
}

}  // namespace waveshift::media
