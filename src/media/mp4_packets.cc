// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/mp4_packets.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
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
// In files whose tracks do not lie interleaved, the first packets of the last track are far away.
constexpr int64_t kMaxPacketsRead = 4096;

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

// Every entry of FFmpeg's index is the sample of the same number. It may lack the last samples: an edit list
// ends before them.
bool AgreesWithIndex(AVStream& stream, Mp4Tables& tables, Mp4TrackFacts& facts) {
  facts.count = avformat_index_get_entries_count(&stream);
  if (facts.count == 0 || facts.count > tables.sample_count()) return false;
  Mp4TableSample sample;
  for (int64_t i = 0; i < facts.count; ++i) {
    const auto more = tables.Next(sample);
    const AVIndexEntry* entry = avformat_index_get_entry(&stream, static_cast<int>(i));
    if (!more.ok() || !*more || entry == nullptr) return false;
    if (i == 0) facts.first_dts = entry->timestamp;
    const bool key = (entry->flags & AVINDEX_KEYFRAME) != 0;
    const bool hidden = (entry->flags & AVINDEX_DISCARD_FRAME) != 0;
    if (entry->pos != sample.position || entry->size != sample.size || key != sample.key ||
        entry->timestamp != facts.first_dts + sample.dts || (hidden && i >= kFirstPackets)) {
      return false;
    }
    const bool inside = sample.position <= tables.file_size() - sample.size;
    if (!inside || sample.size == 0 || std::abs(sample.composition_offset) > kMaxOffset) return false;
  }
  return tables.Rewind().ok();
}

bool SameAsTable(const AVPacket& packet, const Mp4TableSample& sample, const Mp4TrackFacts& facts) {
  const bool key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  const bool disposable = (packet.flags & AV_PKT_FLAG_DISPOSABLE) != 0;
  return packet.pos == sample.position && packet.size == sample.size && key == sample.key &&
         disposable == sample.disposable && packet.dts == facts.first_dts + sample.dts &&
         packet.pts - packet.dts - sample.composition_offset == facts.pts_shift;
}

// The first packets agree with the tables too.
bool AgreesWithPackets(const AVStream& stream, Mp4Tables& tables, Mp4TrackFacts& facts) {
  // FFmpeg looks into the frames of these, and knows how long the last one is.
  const AVCodecID codec = stream.codecpar->codec_id;
  const bool parsed = codec == AV_CODEC_ID_AC3 || codec == AV_CODEC_ID_EAC3;
  facts.end = parsed ? INT64_MIN : stream.duration;
  const bool offsets = tables.has_composition_offsets();
  const auto wanted = static_cast<size_t>(std::min(facts.count, kFirstPackets));
  if (facts.first.size() < wanted) return false;
  for (size_t i = 0; i < wanted; ++i) {
    const AVPacket& packet = *facts.first[i];
    Mp4TableSample sample;
    const auto more = tables.Next(sample);
    if (!more.ok() || !*more) return false;
    if (i == 0) {
      facts.pts_shift = packet.pts - packet.dts - sample.composition_offset;
      facts.usual_duration = packet.duration;
    }
    if (!SameAsTable(packet, sample, facts)) return false;
    const bool last = static_cast<int64_t>(i) + 1 == facts.count;
    if (!last && packet.duration != (offsets ? facts.usual_duration : sample.duration)) return false;
  }
  return true;
}

// The first packets of all tracks.
void ReadFirstPackets(AVFormatContext& input, std::map<int, Mp4TrackFacts>& tracks) {
  const auto complete = [](const auto& entry) {
    return static_cast<int64_t>(entry.second.first.size()) >= std::min(entry.second.count, kFirstPackets);
  };
  for (int64_t read = 0; read < kMaxPacketsRead; ++read) {
    if (std::all_of(tracks.begin(), tracks.end(), complete)) return;
    PacketPtr packet(av_packet_alloc());
    if (!packet || ReadFrame(&input, packet.get()) < 0) return;
    const auto track = tracks.find(packet->stream_index);
    if (track == tracks.end() || complete(*track)) continue;
    // FFmpeg's buffers may be shared; ours live long.
    if (av_packet_make_refcounted(packet.get()) < 0) return;
    track->second.first.push_back(std::move(packet));
  }
}

int64_t ChangedNs(const struct stat& status) {
  return int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

}  // namespace

std::shared_ptr<const Mp4Facts> StudyMp4(const std::string& path, const std::vector<int>& wanted,
                                         AVFormatContext& input) {
  struct stat status = {};
  if (!IsMp4(input) || ::stat(path.c_str(), &status) != 0) return nullptr;
  auto facts = std::make_shared<Mp4Facts>();
  facts->file_size = status.st_size;
  facts->changed_ns = ChangedNs(status);
  std::map<int, std::unique_ptr<Mp4Tables>> tables;
  for (const int index : wanted) {
    AVStream& stream = *input.streams[index];
    if (!IsPlain(stream) || stream.id <= 0) continue;
    auto opened = Mp4Tables::Open(path, static_cast<uint32_t>(stream.id));
    Mp4TrackFacts track{.track_id = static_cast<uint32_t>(stream.id)};
    if (!opened.ok() || !AgreesWithIndex(stream, **opened, track)) continue;
    tables[index] = std::move(*opened);
    facts->tracks[index] = std::move(track);
  }
  ReadFirstPackets(input, facts->tracks);
  for (const int index : wanted) {
    const auto track = facts->tracks.find(index);
    if (track == facts->tracks.end()) continue;
    if (!AgreesWithPackets(*input.streams[index], *tables[index], track->second)) facts->tracks.erase(track);
  }
  facts->streams = StreamsOf(input);
  return facts->tracks.empty() || !facts->streams ? nullptr : facts;
}

StatusOr<std::unique_ptr<Mp4Packets>> Mp4Packets::Open(const std::string& path,
                                                       std::shared_ptr<const Mp4Facts> facts, int index) {
  if (!facts || !facts->tracks.contains(index)) return nullptr;
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return ErrnoStatus(errno, path);
  if (status.st_size != facts->file_size || ChangedNs(status) != facts->changed_ns) {
    return InvalidArgument(path + ": was changed while it was being read");
  }
  std::unique_ptr<Mp4Packets> packets(new Mp4Packets);
  packets->track_ = &facts->tracks.at(index);
  packets->index_ = index;
  WS_ASSIGN_OR_RETURN(packets->tables_, Mp4Tables::Open(path, packets->track_->track_id));
  packets->streams_ = StreamsOf(*facts->streams);
  if (!packets->streams_) return Internal("out of memory");
  packets->facts_ = std::move(facts);
  return packets;
}

void Mp4Packets::Describe(const Mp4TableSample& sample, AVPacket* packet) const {
  packet->stream_index = index_;
  packet->pos = sample.position;
  packet->dts = track_->first_dts + sample.dts;
  packet->pts = packet->dts + sample.composition_offset + track_->pts_shift;
  packet->duration = tables_->has_composition_offsets() ? track_->usual_duration : sample.duration;
  if (next_ + 1 == track_->count && !tables_->has_composition_offsets()) {
    packet->duration = track_->end > packet->dts ? track_->end - packet->dts : track_->usual_duration;
  }
  packet->flags = (sample.key ? AV_PKT_FLAG_KEY : 0) | (sample.disposable ? AV_PKT_FLAG_DISPOSABLE : 0);
}

int Mp4Packets::Read(AVPacket* packet) {
  if (next_ >= track_->count) return AVERROR_EOF;
  Mp4TableSample sample;
  const auto more = tables_->Next(sample);
  // The tables agreed with FFmpeg's index when the file was studied.
  if (!more.ok() || !*more) return AVERROR_INVALIDDATA;
  if (next_ < static_cast<int64_t>(track_->first.size())) {
    return av_packet_ref(packet, track_->first[static_cast<size_t>(next_++)].get());
  }
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
  for (int64_t i = 0; i < track_->count; ++i) {
    WS_ASSIGN_OR_RETURN(const bool more, tables_->Next(sample));
    if (!more || track_->first_dts + sample.dts > dts) break;
    if (sample.key) target = i;
  }
  WS_RETURN_IF_ERROR(tables_->Rewind());
  for (next_ = 0; next_ < target; ++next_) {
    WS_ASSIGN_OR_RETURN(const bool more, tables_->Next(sample));
    if (!more) return DataLoss("the sample tables have changed");
  }
  return OkStatus();
}

}  // namespace waveshift::media
