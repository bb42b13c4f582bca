// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/video_plan.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <utility>

#include "media/cut_off.h"
#include "media/video_packets.h"

namespace waveshift::media {
namespace {

// How far before a multiple of the segment's length a picture may lie and still count as lying on it:
// containers round times to 1 ms.
constexpr double kRoundingSeconds = 0.0015;
// Shown pictures that are looked at before the timeline's zero is fixed; more than any codec reorders.
constexpr size_t kZeroLookAhead = 64;
// Pictures that end this much before the claimed end, in a file that ends before its claimed size, are a
// cut-off file.
constexpr double kCutOffSeconds = 1.0;
constexpr double kCutOffShare = 0.02;
// Longer than any video.
constexpr double kMaxLengthSeconds = 1e7;

// Container overhead. A TS packet has 188 bytes, 184 of them payload; a picture has a PES header and an
// access unit delimiter, a segment its tables. A fragment has its boxes and a row of 16 bytes for each
// sample.
constexpr int64_t kTsPacket = 188;
constexpr int64_t kTsPayload = 184;
constexpr int64_t kPesOverhead = 32;
constexpr int64_t kTsTables = 3 * kTsPacket;
constexpr int64_t kSampleRow = 16;
constexpr int64_t kFragmentBoxes = 160;

// A re-encode's rate before it is made: what x264 needs for good pictures, 0.07 bit a pixel, between what a
// slide show and a 4K film take. Its busiest segment takes twice that.
constexpr double kBitsPerPixel = 0.07;
constexpr double kMinEncodedRate = 200e3;
constexpr double kMaxEncodedRate = 20e6;

struct PacketFacts {
  int64_t pts = 0;
  int64_t dts = 0;
  int64_t duration = 0;
  int64_t size = 0;
  bool key = false;
  bool shown = true;
};

// A segment while it is being counted.
struct Counted {
  int64_t first_pts = INT64_MAX;  // of shown pictures
  int64_t first_dts = 0;
  int64_t packets = 0;
  int64_t bytes = 0;
  int64_t file_bytes = 0;
};

class Planner {
 public:
  Planner(const MediaInfo& info, double segment_seconds, bool copy)
      : info_(info), segment_seconds_(segment_seconds), copy_(copy) {}

  Status ReadAll(const std::stop_token& stop);
  StatusOr<VideoPlan> Finish();

 private:
  Status ReadPass(int64_t zero_hint, const std::stop_token& stop);
  void FixZero(int64_t zero_hint);
  void Take(const PacketFacts& packet);
  void TakeCopied(const PacketFacts& packet);
  void TakeEncoded(const PacketFacts& packet);
  void TakeTimes(const PacketFacts& packet);
  void TakeHidden(const PacketFacts& packet);
  int64_t Slot(int64_t pts) const;
  int64_t FileBytes(int64_t size) const;
  int64_t LastDuration() const;
  Status CheckCutOff() const;
  Samples Position(int64_t pts) const;
  double Seconds(int64_t ticks) const { return static_cast<double>(ticks) * av_q2d(time_base_); }
  std::vector<Counted> Merged();
  void FillRates(const std::vector<Counted>& counted, VideoPlan& plan) const;

  const MediaInfo& info_;
  const double segment_seconds_;
  const bool copy_;

  std::unique_ptr<VideoPacketReader> reader_;
  AVRational time_base_{1, 1};
  std::vector<PacketFacts> first_;  // until zero is fixed
  size_t first_shown_ = 0;
  bool zero_fixed_ = false;
  int64_t zero_ = 0;
  int64_t smallest_pts_ = INT64_MAX;
  int64_t highest_pts_ = INT64_MIN;  // and the one before it, and how long the highest is shown
  int64_t second_pts_ = INT64_MIN;
  int64_t highest_duration_ = 0;
  int64_t shown_ = 0;
  std::map<int64_t, Counted> slots_;  // of a re-encode, by multiple of the segment's length
  std::vector<Counted> segments_;     // of copied video
  HiddenPictures hidden_;
  int64_t next_slot_ = 1;
};

Status Planner::ReadAll(const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(ReadPass(AV_NOPTS_VALUE, stop));
  // A picture that comes late and lies before all others: now it is known.
  if (shown_ > 0 && smallest_pts_ < zero_) WS_RETURN_IF_ERROR(ReadPass(smallest_pts_, stop));
  return OkStatus();
}

Status Planner::ReadPass(int64_t zero_hint, const std::stop_token& stop) {
  first_.clear();
  slots_.clear();
  segments_.clear();
  hidden_ = {};
  first_shown_ = 0;
  zero_fixed_ = false;
  smallest_pts_ = INT64_MAX;
  highest_pts_ = second_pts_ = INT64_MIN;
  shown_ = 0;
  next_slot_ = 1;
  WS_ASSIGN_OR_RETURN(reader_, VideoPacketReader::Open(info_));
  time_base_ = reader_->time_base();
  PacketPtr packet(av_packet_alloc());
  if (!packet) return Internal("out of memory");
  while (true) {
    WS_ASSIGN_OR_RETURN(const bool more, reader_->Next(packet.get(), stop));
    if (!more) break;
    const PacketFacts facts{.pts = packet->pts,
                            .dts = packet->dts,
                            .duration = packet->duration,
                            .size = packet->size,
                            .key = (packet->flags & AV_PKT_FLAG_KEY) != 0,
                            .shown = (packet->flags & AV_PKT_FLAG_DISCARD) == 0};
    av_packet_unref(packet.get());
    if (zero_fixed_) {
      Take(facts);
      continue;
    }
    first_.push_back(facts);
    if (facts.shown && ++first_shown_ >= kZeroLookAhead) FixZero(zero_hint);
  }
  if (!zero_fixed_) FixZero(zero_hint);
  return OkStatus();
}

void Planner::FixZero(int64_t zero_hint) {
  zero_fixed_ = true;
  zero_ = zero_hint;
  if (zero_hint == AV_NOPTS_VALUE) {
    zero_ = INT64_MAX;
    for (const PacketFacts& packet : first_) {
      if (packet.shown) zero_ = std::min(zero_, packet.pts);
    }
    if (zero_ == INT64_MAX) zero_ = 0;
  }
  for (const PacketFacts& packet : first_) Take(packet);
  first_ = {};
}

void Planner::Take(const PacketFacts& packet) {
  TakeTimes(packet);
  if (copy_) {
    TakeCopied(packet);
  } else {
    TakeEncoded(packet);
  }
}

void Planner::TakeHidden(const PacketFacts& packet) {
  if (packet.pts < zero_) hidden_.pts.push_back(packet.pts);
  if (shown_ == 0) ++hidden_.leading_packets;
}

void Planner::TakeTimes(const PacketFacts& packet) {
  if (!packet.shown) return TakeHidden(packet);
  if (shown_++ == 0) hidden_.first_shown_dts = packet.dts;
  smallest_pts_ = std::min(smallest_pts_, packet.pts);
  if (packet.pts > highest_pts_) {
    second_pts_ = std::exchange(highest_pts_, packet.pts);
    highest_duration_ = packet.duration;
  } else if (packet.pts > second_pts_ && packet.pts < highest_pts_) {
    second_pts_ = packet.pts;
  }
}

// Which multiple of the segment's length lies at or before `pts`.
int64_t Planner::Slot(int64_t pts) const {
  const double slot = std::floor((Seconds(pts - zero_) + kRoundingSeconds) / segment_seconds_);
  return static_cast<int64_t>(std::clamp(slot, 0.0, 1e15));
}

int64_t Planner::FileBytes(int64_t size) const {
  if (info_.video->container == SegmentContainer::kFragmentedMp4) return size + kSampleRow;
  return (size + kPesOverhead + kTsPayload - 1) / kTsPayload * kTsPacket;
}

void Planner::TakeCopied(const PacketFacts& packet) {
  const int64_t slot = Slot(packet.pts);
  if (segments_.empty() || (packet.key && packet.shown && slot >= next_slot_)) {
    const bool mp4 = info_.video->container == SegmentContainer::kFragmentedMp4;
    segments_.push_back(Counted{.first_dts = packet.dts, .file_bytes = mp4 ? kFragmentBoxes : kTsTables});
    next_slot_ = slot + 1;
  }
  Counted& segment = segments_.back();
  if (packet.shown) segment.first_pts = std::min(segment.first_pts, packet.pts);
  ++segment.packets;
  segment.bytes += packet.size;
  segment.file_bytes += FileBytes(packet.size);
}

void Planner::TakeEncoded(const PacketFacts& packet) {
  if (!packet.shown) return;
  Counted& segment = slots_[Slot(packet.pts)];
  segment.first_pts = std::min(segment.first_pts, packet.pts);
  ++segment.packets;
}

Samples Planner::Position(int64_t pts) const {
  return av_rescale_q(pts - zero_, time_base_, AVRational{1, kTimelineRateHz});
}

// The last picture is shown as long as its packet says; without that, as long as the one before it.
int64_t Planner::LastDuration() const {
  if (highest_duration_ > 0) return highest_duration_;
  if (second_pts_ != INT64_MIN) return highest_pts_ - second_pts_;
  const double rate = info_.video->frame_rate > 0 ? info_.video->frame_rate : 25;
  return std::max<int64_t>(1, std::llround(1.0 / (rate * av_q2d(time_base_))));
}

Status Planner::CheckCutOff() const {
  const AVStream& stream = reader_->stream();
  const bool own = stream.duration != AV_NOPTS_VALUE && stream.duration > 0;
  double claimed = own ? Seconds(stream.duration) : info_.duration_s;
  // In AVI the duration is guessed from what is there; the header's count of ticks is not.
  if (info_.format == "avi") claimed = std::max(claimed, Seconds(stream.nb_frames));
  const double there = Seconds(highest_pts_ + LastDuration() - zero_);
  if (claimed - there <= std::max(kCutOffSeconds, kCutOffShare * claimed)) return OkStatus();
  if (!IsShorterThanPromised(info_.path, stream)) return OkStatus();
  char text[120];
  std::snprintf(text, sizeof text, ": cut off: the index promises %.1f s, only %.1f s are there", claimed,
                there);
  return InvalidArgument(info_.path + text);
}

// Segments in which nothing new is shown (hidden by an edit list, or time stamps that do not go on) belong to
// the one before.
std::vector<Counted> Planner::Merged() {
  if (!copy_) {
    for (auto& [slot, segment] : slots_) segments_.push_back(segment);
  }
  std::vector<Counted> merged;
  for (const Counted& segment : segments_) {
    const bool new_pictures = segment.first_pts != INT64_MAX;
    if (!merged.empty() &&
        (!new_pictures || Position(segment.first_pts) <= Position(merged.back().first_pts))) {
      Counted& before = merged.back();
      before.packets += segment.packets;
      before.bytes += segment.bytes;
      before.file_bytes += segment.file_bytes;
      continue;
    }
    merged.push_back(segment);
    // The first one begins at zero, whatever its own pictures say.
    if (merged.size() == 1) merged.back().first_pts = zero_;
  }
  return merged;
}

StatusOr<VideoPlan> Planner::Finish() {
  if (shown_ == 0) return InvalidArgument(info_.path + ": there is no picture in the video");
  WS_RETURN_IF_ERROR(CheckCutOff());
  VideoPlan plan;
  plan.copy = copy_;
  plan.zero_pts = zero_;
  plan.zero_seconds = Seconds(zero_);
  if (Seconds(highest_pts_ - zero_) > kMaxLengthSeconds) {
    return InvalidArgument(info_.path + ": the video's time stamps make no sense");
  }
  plan.length = Position(highest_pts_ + LastDuration());
  if (plan.length <= 0) return InvalidArgument(info_.path + ": the video has no length");
  plan.frame_rate = static_cast<double>(shown_) / SecondsFromSamples(plan.length);
  const std::vector<Counted> counted = Merged();
  for (size_t i = 0; i < counted.size(); ++i) {
    const bool last = i + 1 == counted.size();
    plan.segments.push_back(PlannedSegment{.start = Position(counted[i].first_pts),
                                           .end = last ? plan.length : Position(counted[i + 1].first_pts),
                                           .first_dts = counted[i].first_dts,
                                           .packets = counted[i].packets,
                                           .bytes = counted[i].bytes});
  }
  FillRates(counted, plan);
  if (copy_) {
    std::sort(hidden_.pts.begin(), hidden_.pts.end());
    plan.hidden = std::move(hidden_);
  }
  return plan;
}

void Planner::FillRates(const std::vector<Counted>& counted, VideoPlan& plan) const {
  if (!copy_) {
    const double pixels = static_cast<double>(info_.video->width) * info_.video->height;
    const double rate =
        std::clamp(pixels * plan.frame_rate * kBitsPerPixel, kMinEncodedRate, kMaxEncodedRate);
    plan.average_bits_per_second = std::llround(rate);
    plan.peak_bits_per_second = std::llround(2 * rate);
    return;
  }
  int64_t total = 0;
  double peak = 0;
  double peak_of_short = 0;  // when no segment is long enough to count
  for (size_t i = 0; i < counted.size(); ++i) {
    total += counted[i].file_bytes;
    const double seconds = SecondsFromSamples(plan.segments[i].end - plan.segments[i].start);
    if (seconds <= 0) continue;
    const double rate = 8.0 * static_cast<double>(counted[i].file_bytes) / seconds;
    double& which = seconds >= segment_seconds_ / 2 ? peak : peak_of_short;
    which = std::max(which, rate);
  }
  plan.peak_bits_per_second = std::llround(std::ceil(peak > 0 ? peak : peak_of_short));
  plan.average_bits_per_second =
      std::llround(8.0 * static_cast<double>(total) / SecondsFromSamples(plan.length));
}

}  // namespace

StatusOr<VideoPlan> PlanVideo(const MediaInfo& info, double segment_seconds, bool copy,
                              const std::stop_token& stop) {
  if (!info.video) return InvalidArgument(info.path + ": has no video");
  if (!(segment_seconds > 0) || !std::isfinite(segment_seconds)) {
    return InvalidArgument("the segments' length must be a positive number of seconds");
  }
  if (copy && !info.video->can_copy) {
    return InvalidArgument(info.path + ": " + info.video->codec + " video cannot live in HLS as it is");
  }
  Planner planner(info, segment_seconds, copy);
  WS_RETURN_IF_ERROR(planner.ReadAll(stop));
  return planner.Finish();
}

}  // namespace waveshift::media
