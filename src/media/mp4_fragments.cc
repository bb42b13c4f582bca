// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/mp4_fragments.h"

#include <cerrno>
#include <utility>

#include "base/files.h"
#include "media/mp4_boxes.h"

namespace waveshift::media {
namespace {

constexpr int64_t kMaxInitBytes = 16 << 20;
constexpr uint64_t kMaxMoofBytes = 64 << 20;
constexpr size_t kMaxSamples = 4 << 20;  // of one fragment
// How much of a packet stream is brought into a fragment at once.
constexpr double kFragmentSeconds = 0.5;

// Flags of tfhd and trun, and of samples (ISO/IEC 14496-12, 8.8.7 and 8.8.8).
constexpr uint32_t kTfhdBaseOffset = 0x1;
constexpr uint32_t kTfhdDescription = 0x2;
constexpr uint32_t kTfhdDuration = 0x8;
constexpr uint32_t kTfhdSize = 0x10;
constexpr uint32_t kTfhdFlags = 0x20;
constexpr uint32_t kTrunDataOffset = 0x1;
constexpr uint32_t kTrunFirstFlags = 0x4;
constexpr uint32_t kTrunDuration = 0x100;
constexpr uint32_t kTrunSize = 0x200;
constexpr uint32_t kTrunFlags = 0x400;
constexpr uint32_t kTrunOffset = 0x800;
constexpr uint32_t kNotSync = 0x10000;

struct Defaults {
  uint32_t duration = 0;
  uint32_t size = 0;
  uint32_t flags = 0;
};

Defaults ParseTfhd(std::string_view body) {
  BoxReader r(body);
  const uint32_t flags = r.U32() & 0xFFFFFF;
  r.Skip(4);  // track
  if (flags & kTfhdBaseOffset) r.Skip(8);
  if (flags & kTfhdDescription) r.Skip(4);
  Defaults d;
  if (flags & kTfhdDuration) d.duration = r.U32();
  if (flags & kTfhdSize) d.size = r.U32();
  if (flags & kTfhdFlags) d.flags = r.U32();
  return d;
}

Status ParseTrun(std::string_view body, const Defaults& defaults, int64_t& dts,
                 std::vector<Mp4Sample>& samples) {
  BoxReader r(body);
  const uint32_t flags = r.U32() & 0xFFFFFF;
  const uint32_t count = r.U32();
  if (count > kMaxSamples) return DataLoss("a movie fragment has too many samples");
  if (flags & kTrunDataOffset) r.Skip(4);
  const uint32_t first_flags = flags & kTrunFirstFlags ? r.U32() : defaults.flags;
  for (uint32_t i = 0; i < count && r.ok(); ++i) {
    Mp4Sample sample;
    sample.dts = dts;
    sample.duration = flags & kTrunDuration ? r.U32() : defaults.duration;
    sample.size = flags & kTrunSize ? r.U32() : defaults.size;
    const uint32_t own_flags = flags & kTrunFlags ? r.U32() : i == 0 ? first_flags : defaults.flags;
    sample.key = (own_flags & kNotSync) == 0;
    if (flags & kTrunOffset) sample.composition_offset = static_cast<int32_t>(r.U32());
    dts += sample.duration;
    samples.push_back(sample);
  }
  return r.ok() ? OkStatus() : DataLoss("a movie fragment is cut off");
}

// Where a fragment's bytes lie.
class FileFragments : public SampleSource {
 public:
  explicit FileFragments(RenditionFiles files) : files_(std::move(files)) {}
  ~FileFragments() override { Close(); }

  Status Init() {
    if (files_.paths.empty()) return Internal("a rendition has no files");
    WS_ASSIGN_OR_RETURN(init_, ReadFile(files_.paths[0], kMaxInitBytes));
    next_file_ = 1;
    return OkStatus();
  }
  const std::string& init() const override { return init_; }

  StatusOr<bool> Peek(Mp4Sample& sample, const std::stop_token& stop) override {
    if (stop.stop_requested()) return Cancelled("stopped");
    while (at_ >= samples_.size()) {
      if (file_ == nullptr && !OpenNext().ok()) return failure_;
      if (file_ == nullptr) return false;
      WS_ASSIGN_OR_RETURN(const bool more, ReadFragment());
      if (!more) Close();
    }
    sample = samples_[at_];
    return true;
  }

  Status Take(std::string& data) override {
    const size_t size = samples_[at_++].size;
    const size_t before = data.size();
    data.resize(before + size);
    return Read(data.data() + before, size);
  }

 private:
  const std::string& path() const { return files_.paths[next_file_ - 1]; }
  void Close() {
    if (file_ != nullptr) std::fclose(file_);
    file_ = nullptr;
  }

  // Leaves file_ null at the end of the rendition.
  Status OpenNext() {
    failure_ = OkStatus();
    if (next_file_ >= files_.paths.size()) return failure_;
    file_ = std::fopen(files_.paths[next_file_].c_str(), "rbe");
    if (file_ == nullptr) failure_ = ErrnoStatus(errno, files_.paths[next_file_]);
    ++next_file_;
    return failure_;
  }

  Status Read(char* to, size_t size) {
    if (std::fread(to, 1, size, file_) == size) return OkStatus();
    return DataLoss(path() + ": the segment is cut off");
  }

  // The next moof, up to its mdat's first byte; false at the end of the file.
  StatusOr<bool> ReadFragment() {
    samples_.clear();
    at_ = 0;
    while (true) {
      char header[8];
      const size_t got = std::fread(header, 1, sizeof header, file_);
      if (got == 0 && std::feof(file_)) return false;
      if (got != sizeof header) return DataLoss(path() + ": the segment is cut off");
      const uint32_t size = BoxReader({header, 4}).U32();
      const std::string_view type(header + 4, 4);
      // The segments are our own muxer's: no box is larger than 4 GB.
      if (size < sizeof header) return DataLoss(path() + ": a broken box");
      if (type == "mdat") {
        if (samples_.empty()) return DataLoss(path() + ": data without a description");
        uint64_t all = 0;
        for (const Mp4Sample& sample : samples_) all += sample.size;
        if (all != size - sizeof header) return DataLoss(path() + ": a fragment does not describe its data");
        return true;
      }
      if (size > kMaxMoofBytes) return DataLoss(path() + ": a box is too large");
      std::string body(size - sizeof header, '\0');
      WS_RETURN_IF_ERROR(Read(body.data(), body.size()));
      if (type != "moof") continue;
      auto samples = ParseFragment(body);
      if (!samples.ok()) return Annotate(samples.status(), path());
      samples_ = std::move(samples).value();
    }
  }

  const RenditionFiles files_;
  std::string init_;
  size_t next_file_ = 0;
  std::FILE* file_ = nullptr;
  Status failure_;
  std::vector<Mp4Sample> samples_;
  size_t at_ = 0;
};

class PacketSamples : public SampleSource {
 public:
  Status Init(std::unique_ptr<PacketSource> source, Samples length) {
    WS_ASSIGN_OR_RETURN(packets_, TimedPackets::Make(std::move(source), length));
    WS_ASSIGN_OR_RETURN(
        muxer_, SegmentMuxer::Make(SegmentContainer::kFragmentedMp4, packets_->source().stream(), false));
    packet_.reset(av_packet_alloc());
    return packet_ ? OkStatus() : Internal("out of memory");
  }
  const std::string& init() const override { return muxer_->init_segment(); }

  StatusOr<bool> Peek(Mp4Sample& sample, const std::stop_token& stop) override {
    if (at_ >= samples_.size()) {
      WS_RETURN_IF_ERROR(NextFragment(stop));
      if (samples_.empty()) return false;
    }
    sample = samples_[at_];
    return true;
  }

  Status Take(std::string& data) override {
    const size_t size = samples_[at_++].size;
    data += data_.substr(0, size);
    data_.remove_prefix(size);
    return OkStatus();
  }

 private:
  Status NextFragment(const std::stop_token& stop) {
    samples_.clear();
    at_ = 0;
    const auto span = static_cast<int64_t>(kFragmentSeconds * packets_->source().stream().time_base.den);
    int64_t begin = INT64_MIN;
    while (true) {
      WS_ASSIGN_OR_RETURN(const AVPacket* next, packets_->Peek(stop));
      if (next == nullptr || (begin != INT64_MIN && next->dts >= begin + span)) break;
      if (begin == INT64_MIN) begin = next->dts;
      WS_RETURN_IF_ERROR(packets_->Pop(packet_.get(), stop));
      WS_RETURN_IF_ERROR(muxer_->Write(packet_.get()));
    }
    if (begin == INT64_MIN) return OkStatus();
    WS_ASSIGN_OR_RETURN(fragment_, muxer_->TakeSegment());
    WS_ASSIGN_OR_RETURN(samples_, ParseFragment(FindBox(fragment_, "moof").body));
    data_ = FindBox(fragment_, "mdat").body;
    uint64_t all = 0;
    for (const Mp4Sample& sample : samples_) all += sample.size;
    return all == data_.size() && !samples_.empty() ? OkStatus()
                                                    : Internal("a fragment does not describe its data");
  }

  std::unique_ptr<TimedPackets> packets_;
  std::unique_ptr<SegmentMuxer> muxer_;
  PacketPtr packet_;
  std::string fragment_;
  std::string_view data_;  // of fragment_: what is not taken yet
  std::vector<Mp4Sample> samples_;
  size_t at_ = 0;
};

}  // namespace

StatusOr<std::vector<Mp4Sample>> ParseFragment(std::string_view moof) {
  std::vector<Mp4Sample> samples;
  const Box traf = FindBox(moof, "traf");
  const Box tfdt = FindBox(traf.body, "tfdt");
  if (tfdt.type.empty()) return DataLoss("a movie fragment without a decode time");
  BoxReader reader(tfdt.body);
  const bool wide = reader.U32() >> 24 == 1;
  auto dts = static_cast<int64_t>(wide ? reader.U64() : reader.U32());
  const Defaults defaults = ParseTfhd(FindBox(traf.body, "tfhd").body);
  for (const Box& box : Boxes(traf.body)) {
    if (box.type == "trun") WS_RETURN_IF_ERROR(ParseTrun(box.body, defaults, dts, samples));
  }
  return samples;
}

StatusOr<std::unique_ptr<SampleSource>> OpenFragmentFiles(const RenditionFiles& files) {
  auto source = std::make_unique<FileFragments>(files);
  WS_RETURN_IF_ERROR(source->Init());
  return source;
}

StatusOr<std::unique_ptr<SampleSource>> OpenPacketSamples(std::unique_ptr<PacketSource> source,
                                                          Samples length) {
  auto samples = std::make_unique<PacketSamples>();
  WS_RETURN_IF_ERROR(samples->Init(std::move(source), length));
  return samples;
}

}  // namespace waveshift::media
