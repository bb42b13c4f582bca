// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/audio_track.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

extern "C" {
#include <libavutil/mathematics.h>
}

namespace waveshift::media {
namespace {

// How far before the wanted place decoding begins: every codec's memory (overlaps, bit reservoirs, noise
// states) is shorter.
constexpr double kWarmUpSeconds = 0.75;
constexpr double kLeastWarmUpSeconds = 0.25;
// Within how many packets the track's first time stamp must turn up.
constexpr size_t kMaxFirstPackets = 64;
// A demuxer that fails this often without a packet in between has nothing more to give.
constexpr int kMaxErrorsInARow = 100;

Status NoSuchTrack(const std::string& name, int index) {
  if (index < 0) return InvalidArgument(name + ": holds no sound");
  return InvalidArgument(name + ": stream " + std::to_string(index) + " is not a sound track");
}

}  // namespace

StatusOr<std::unique_ptr<AudioTrack>> AudioTrack::Make(AudioInput input, int stream_index,
                                                       double zero_seconds, Samples start, bool seek) {
  std::unique_ptr<AudioTrack> track(new AudioTrack);
  track->input_ = std::move(input);
  track->start_ = std::max<Samples>(0, start);
  WS_RETURN_IF_ERROR(track->Init(stream_index, zero_seconds, seek));
  return track;
}

Status AudioTrack::Init(int stream_index, double zero_seconds, bool seek) {
  AVFormatContext* context = input_.context.get();
  zero_seconds_ = zero_seconds;
  int index = stream_index;
  if (index < 0) index = av_find_best_stream(context, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (index < 0 || index >= static_cast<int>(context->nb_streams) ||
      context->streams[index]->codecpar->codec_type != AVMEDIA_TYPE_AUDIO) {
    return NoSuchTrack(input_.name, stream_index);
  }
  DiscardOthers(context, index);
  if (input_.io == nullptr) {
    WS_ASSIGN_OR_RETURN(mp4_, Mp4Packets::TakeOver(input_.name, index, input_.context));
  }
  stream_ = input_.context->streams[index];
  frame_.reset(av_frame_alloc());
  if (!frame_) return Internal("out of memory");
  WS_RETURN_IF_ERROR(OpenDecoder());
  WS_RETURN_IF_ERROR(ReadFirstPackets(zero_seconds));
  return seek ? SeekNear(zero_seconds) : OkStatus();
}

Status AudioTrack::OpenDecoder() {
  const AVCodecParameters& parameters = *stream_->codecpar;
  const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
  if (codec == nullptr) {
    return InvalidArgument(input_.name + ": there is no decoder for " +
                           avcodec_get_name(parameters.codec_id) + " sound");
  }
  decoder_.reset(avcodec_alloc_context3(codec));
  if (!decoder_) return Internal("out of memory");
  int error = avcodec_parameters_to_context(decoder_.get(), &parameters);
  if (error < 0) return AvInputStatus(error, input_.name);
  // The decoder cuts encoder delay off by itself and moves the time stamps with it, if it knows their unit.
  decoder_->pkt_timebase = stream_->time_base;
  decoder_->thread_count = 1;
  TakeLastAvError();
  error = avcodec_open2(decoder_.get(), codec, nullptr);
  return error < 0 ? AvInputStatus(error, input_.name) : OkStatus();
}

Status AudioTrack::ReadFirstPackets(double zero_seconds) {
  int64_t first = AV_NOPTS_VALUE;
  while (first == AV_NOPTS_VALUE && waiting_.size() < kMaxFirstPackets) {
    WS_ASSIGN_OR_RETURN(PacketPtr packet, Demux({}));
    if (packet == nullptr) break;
    first = packet->pts;
    waiting_.push_back(std::move(packet));
  }
  timeline_ =
      std::make_unique<AudioTimeline>(AudioTimeline::Options{.time_base = stream_->time_base,
                                                             .zero_seconds = zero_seconds,
                                                             .first_pts = first == AV_NOPTS_VALUE ? 0 : first,
                                                             .frame_size = stream_->codecpar->frame_size,
                                                             .start = start_});
  return OkStatus();
}

Status AudioTrack::SeekNear(double zero_seconds) {
  const double target = zero_seconds + SecondsFromSamples(start_) - kWarmUpSeconds;
  const auto ticks = static_cast<int64_t>(std::floor(target / av_q2d(stream_->time_base)));
  if (waiting_.empty() || waiting_.back()->pts == AV_NOPTS_VALUE || ticks <= waiting_.back()->pts)
    return OkStatus();
  if (mp4_) {
    WS_RETURN_IF_ERROR(Annotate(mp4_->Seek(ticks), input_.name));
  } else if (av_seek_frame(input_.context.get(), stream_->index, ticks, AVSEEK_FLAG_BACKWARD) < 0) {
    return OkStatus();  // then it is read through
  }
  waiting_.clear();
  demuxed_all_ = false;
  damaged_ = 0;
  return OkStatus();
}

StatusOr<bool> AudioTrack::SeekWasExact() {
  while (!timeline_->begun() && !finished_) WS_RETURN_IF_ERROR(Step({}));
  if (!timeline_->begun()) return false;
  const Samples latest = start_ - SamplesFromSeconds(kLeastWarmUpSeconds);
  return timeline_->exact() && timeline_->first_position() <= std::max<Samples>(latest, 0);
}

StatusOr<PacketPtr> AudioTrack::Demux(const std::stop_token& stop) {
  PacketPtr packet(av_packet_alloc());
  if (!packet) return Internal("out of memory");
  while (!demuxed_all_) {
    if (stop.stop_requested()) return Cancelled(input_.name + ": reading was stopped");
    const int error = mp4_ ? mp4_->Read(packet.get()) : ReadFrame(input_.context.get(), packet.get());
    if (error == AVERROR_EOF) break;
    const AVIOContext* io = input_.context->pb;
    const bool io_error = mp4_ ? error == AVERROR(EIO) : error < 0 && io != nullptr && io->error == error;
    if (io_error || error == AVERROR(ENOMEM)) return Annotate(AvStatus(error, "reading failed"), input_.name);
    if (error < 0) {
      if (++errors_in_a_row_ > kMaxErrorsInARow) break;
      ++damaged_;
      continue;
    }
    errors_in_a_row_ = 0;
    if (packet->stream_index == stream_->index) return packet;
    av_packet_unref(packet.get());
  }
  demuxed_all_ = true;
  return PacketPtr();
}

void AudioTrack::CountDamage(int64_t pts) {
  // What was only read to warm the decoder up does not count.
  if (pts != AV_NOPTS_VALUE) {
    const double seconds = static_cast<double>(pts) * av_q2d(stream_->time_base) - zero_seconds_;
    if (seconds < SecondsFromSamples(start_) - kLeastWarmUpSeconds) return;
  }
  ++damaged_;
}

Status AudioTrack::Decode(const AVPacket* packet) {
  const int64_t pts = packet != nullptr ? packet->pts : AV_NOPTS_VALUE;
  int error = avcodec_send_packet(decoder_.get(), packet);
  if (error == AVERROR(ENOMEM)) return AvStatus(error, input_.name);
  if (error < 0 && error != AVERROR_EOF) CountDamage(pts);
  while ((error = avcodec_receive_frame(decoder_.get(), frame_.get())) >= 0) {
    auto taken = timeline_->Push(*frame_);
    av_frame_unref(frame_.get());
    if (!taken.ok()) return Annotate(taken.status(), input_.name);
    if (!taken.value()) CountDamage(pts);
  }
  if (error == AVERROR(ENOMEM)) return AvStatus(error, input_.name);
  if (error != AVERROR(EAGAIN) && error != AVERROR_EOF) CountDamage(pts);
  return OkStatus();
}

Status AudioTrack::Step(const std::stop_token& stop) {
  PacketPtr packet;
  if (!waiting_.empty()) {
    packet = std::move(waiting_.front());
    waiting_.pop_front();
  } else {
    WS_ASSIGN_OR_RETURN(packet, Demux(stop));
  }
  if (packet != nullptr) return Decode(packet.get());
  WS_RETURN_IF_ERROR(Decode(nullptr));
  finished_ = true;
  return timeline_->Finish();
}

Status AudioTrack::Read(int64_t frames, std::vector<float>& interleaved, const std::stop_token& stop) {
  while (frames > 0) {
    frames -= timeline_->Take(frames, interleaved);
    if (frames <= 0) break;
    if (finished_) {
      interleaved.resize(interleaved.size() + 2 * static_cast<size_t>(frames), 0.0F);
      break;
    }
    WS_RETURN_IF_ERROR(Step(stop));
  }
  return OkStatus();
}

}  // namespace waveshift::media
