// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The MP4 is written without FFmpeg's own muxer for whole files: that one keeps 64 bytes a sample until the
// end (60 MB for two hours) and copies the file once more to bring its index to the front. Here room for the
// index is left in front, and a sample costs about five bytes.
#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <utility>

#include "media/av_internal.h"
#include "media/mp4_boxes.h"
#include "media/mp4_fragments.h"
#include "media/mp4_text.h"
#include "media/mp4_track.h"
#include "media/packet_source.h"
#include "media/rendition.h"
#include "media/rendition_packets.h"
#include "media/segmenter.h"
#include "text/language.h"

namespace waveshift::media {
namespace {

// How long a track's samples follow each other before the next track's.
constexpr double kInterleaveSeconds = 0.5;
constexpr int64_t kMdatHeader = 16;
constexpr int64_t kBoxHeader = 8;
constexpr size_t kMoveBlock = 1 << 20;
constexpr int kSoundGroup = 1;
constexpr int kSubtitleGroup = 2;

// The output file, written forward and, at the end, in its front.
class OutputFile {
 public:
  explicit OutputFile(std::string path) : path_(std::move(path)) {}
  ~OutputFile() {
    if (file_ != nullptr) std::fclose(file_);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  Status Open() {
    file_ = std::fopen(path_.c_str(), "w+be");
    return file_ != nullptr ? OkStatus() : ErrnoStatus(errno, path_);
  }
  Status Write(std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) return Failure();
    at_ += static_cast<int64_t>(bytes.size());
    return OkStatus();
  }
  Status Seek(int64_t to) {
    if (fseeko(file_, to, SEEK_SET) != 0) return Failure();
    at_ = to;
    return OkStatus();
  }
  int64_t at() const { return at_; }

  // Moves [from, end) on by `by` bytes.
  Status MoveTail(int64_t from, int64_t end, int64_t by) {
    std::string block;
    while (end > from) {
      const int64_t begin = std::max(from, end - static_cast<int64_t>(kMoveBlock));
      block.resize(static_cast<size_t>(end - begin));
      WS_RETURN_IF_ERROR(Seek(begin));
      if (std::fread(block.data(), 1, block.size(), file_) != block.size()) return Failure();
      WS_RETURN_IF_ERROR(Seek(begin + by));
      WS_RETURN_IF_ERROR(Write(block));
      end = begin;
    }
    return OkStatus();
  }

  Status Close() {
    std::FILE* file = std::exchange(file_, nullptr);
    if (std::fclose(file) != 0) return Failure();
    return OkStatus();
  }

 private:
  // A full disk is no fault of the caller's.
  Status Failure() const { return Internal(Message(ErrnoStatus(errno != 0 ? errno : EIO, path_))); }

  const std::string path_;
  std::FILE* file_ = nullptr;
  int64_t at_ = 0;
};

std::string FileType() {
  BoxWriter out;
  out.Begin("ftyp");
  out.Bytes("isom");
  out.U32(0x200);
  out.Bytes("isomiso2mp41");
  out.End();
  return out.bytes();
}

void WriteTitle(BoxWriter& out, const std::string& title) {
  if (title.empty()) return;
  out.Begin("udta");
  out.BeginFull("meta", 0, 0);
  out.BeginFull("hdlr", 0, 0);
  out.U32(0);
  out.Bytes("mdirappl");
  out.Zeros(9);
  out.End();
  out.Begin("ilst");
  out.Begin("\xA9nam");
  out.Begin("data");
  out.U32(1);  // UTF-8
  out.U32(0);
  out.Bytes(title);
  for (int i = 0; i < 4; ++i) out.End();
  out.End();
}

class Mp4Writer {
 public:
  explicit Mp4Writer(const Mp4Request& request) : request_(request), file_(request.output_path) {}

  Status Run(const std::stop_token& stop) {
    CaptureAvLog();
    WS_RETURN_IF_ERROR(OpenTracks());
    const std::string type = FileType();
    front_ = static_cast<int64_t>(type.size());
    reserved_ = Reserve();
    WS_RETURN_IF_ERROR(file_.Open());
    WS_RETURN_IF_ERROR(file_.Write(type));
    // Seeking over the room in front leaves zeros there.
    WS_RETURN_IF_ERROR(file_.Seek(front_ + reserved_ + kMdatHeader));
    WS_RETURN_IF_ERROR(WriteSamples(stop));
    WS_RETURN_IF_ERROR(WriteFront());
    return file_.Close();
  }

 private:
  struct Input {
    std::unique_ptr<SampleSource> source;
    Mp4Track track;
    bool ended = false;
  };

  Status Add(std::unique_ptr<SampleSource> source, Mp4Track::Options options) {
    WS_ASSIGN_OR_RETURN(Mp4Track track, Mp4Track::FromInit(source->init(), std::move(options)));
    inputs_.push_back({std::move(source), std::move(track)});
    return OkStatus();
  }

  // One of our own renditions, of either kind.
  StatusOr<std::unique_ptr<SampleSource>> OpenRendition(const RenditionFiles& files) const {
    if (request_.source->video->container == SegmentContainer::kFragmentedMp4)
      return OpenFragmentFiles(files);
    WS_ASSIGN_OR_RETURN(auto packets, OpenRenditionPackets(files));
    return OpenPacketSamples(std::move(packets), request_.plan->length);
  }

  StatusOr<std::unique_ptr<SampleSource>> OpenVideo() const {
    if (!request_.plan->copy) {
      if (!request_.encoded_video) return Internal("the encoded video is missing");
      return OpenRendition(*request_.encoded_video);
    }
    WS_ASSIGN_OR_RETURN(auto packets,
                        OpenCopySource(*request_.source, *request_.plan, SegmentContainer::kFragmentedMp4, 0,
                                       HiddenTimes::kKept));
    return OpenPacketSamples(std::move(packets), request_.plan->length);
  }

  Status OpenTracks() {
    if (request_.source == nullptr || request_.plan == nullptr || !request_.source->video) {
      return Internal("an MP4 needs a video and its plan");
    }
    WS_ASSIGN_OR_RETURN(auto video, OpenVideo());
    WS_RETURN_IF_ERROR(Add(std::move(video), {.name = "Video"}));
    WS_ASSIGN_OR_RETURN(auto dubbed, OpenRendition(request_.dubbed));
    WS_RETURN_IF_ERROR(Add(std::move(dubbed), {.language = text::Iso639Part2(request_.dubbed_language),
                                               .name = "Dubbed",
                                               .alternate_group = kSoundGroup}));
    if (request_.original) {
      WS_ASSIGN_OR_RETURN(auto original, OpenRendition(*request_.original));
      WS_RETURN_IF_ERROR(Add(std::move(original), {.language = text::Iso639Part2(request_.original_language),
                                                   .name = "Original",
                                                   .enabled = false,
                                                   .alternate_group = kSoundGroup}));
    }
    if (request_.subtitles.empty()) return OkStatus();
    const VideoStream& shape = *request_.source->video;
    const bool turned = shape.rotation_degrees % 180 != 0;
    WS_ASSIGN_OR_RETURN(auto subtitles, OpenTextSamples(request_.subtitles, request_.plan->length,
                                                        turned ? shape.height : shape.width,
                                                        turned ? shape.width : shape.height));
    return Add(std::move(subtitles), {.language = text::Iso639Part2(request_.dubbed_language),
                                      .name = "Subtitles",
                                      .enabled = false,
                                      .alternate_group = kSubtitleGroup});
  }

  // Room for the index: what it usually takes. When it is too little, the data moves.
  int64_t Reserve() const {
    constexpr double kBytesPerPicture = 14;
    constexpr double kBytesPerFrame = 4.5;
    constexpr int64_t kRest = 8192;
    const double seconds = SecondsFromSamples(request_.plan->length);
    const double pictures = seconds * std::clamp(request_.plan->frame_rate, 1.0, 1000.0);
    const double frames = seconds * kTimelineRateHz / kAacFrame * (request_.original ? 2 : 1);
    const double text = 24.0 * static_cast<double>(request_.subtitles.size());
    return kRest + static_cast<int64_t>(pictures * kBytesPerPicture + frames * kBytesPerFrame + text);
  }

  Status WriteSamples(const std::stop_token& stop) {
    std::string data;
    for (int64_t turn = 1;; ++turn) {
      bool all_ended = true;
      const double until = kProgrammeOffsetSeconds + kInterleaveSeconds * static_cast<double>(turn);
      for (Input& input : inputs_) {
        WS_RETURN_IF_ERROR(WriteUntil(input, until, data, stop));
        all_ended = all_ended && input.ended;
      }
      if (all_ended) return OkStatus();
    }
  }

  Status WriteUntil(Input& input, double seconds, std::string& data, const std::stop_token& stop) {
    const auto limit = static_cast<int64_t>(std::ceil(seconds * input.track.timescale()));
    while (!input.ended) {
      Mp4Sample sample;
      WS_ASSIGN_OR_RETURN(const bool more, input.source->Peek(sample, stop));
      input.ended = !more;
      if (!more || sample.dts >= limit) return OkStatus();
      data.clear();
      WS_RETURN_IF_ERROR(input.source->Take(data));
      input.track.Add(sample, file_.at());
      WS_RETURN_IF_ERROR(file_.Write(data));
    }
    return OkStatus();
  }

  // The movie box in pieces: as one string it would be twice in memory while it grows.
  std::vector<std::string> Index(int64_t shift) const {
    const Samples length = request_.plan->length;
    std::vector<std::string> pieces;
    BoxWriter head;
    head.BeginFull("mvhd", 1, 0);
    head.Zeros(16);
    head.U32(kMovieTimescale);
    head.U64(static_cast<uint64_t>(length));
    head.U32(0x10000);  // rate
    head.U16(0x100);    // volume
    head.Zeros(10);
    for (const uint32_t element : {0x10000U, 0U, 0U, 0U, 0x10000U, 0U, 0U, 0U, 0x40000000U})
      head.U32(element);
    head.Zeros(24);
    head.U32(static_cast<uint32_t>(inputs_.size() + 1));
    head.End();
    pieces.push_back(head.Take());
    for (size_t i = 0; i < inputs_.size(); ++i) {
      BoxWriter track;
      inputs_[i].track.Write(track, static_cast<uint32_t>(i + 1), shift, length);
      pieces.push_back(track.Take());
    }
    BoxWriter title;
    WriteTitle(title, request_.source->title);
    pieces.push_back(title.Take());
    BoxWriter movie;
    size_t size = kBoxHeader;
    for (const std::string& piece : pieces) size += piece.size();
    movie.U32(static_cast<uint32_t>(size));
    movie.Bytes("moov");
    pieces.insert(pieces.begin(), movie.Take());
    return pieces;
  }

  static int64_t SizeOf(const std::vector<std::string>& pieces) {
    int64_t size = 0;
    for (const std::string& piece : pieces) size += static_cast<int64_t>(piece.size());
    return size;
  }

  Status WriteFront() {
    const int64_t end = file_.at();
    int64_t shift = 0;
    std::vector<std::string> index = Index(shift);
    // A shift may make offsets wider and the index longer, once.
    while (SizeOf(index) + kBoxHeader > reserved_ + shift) {
      shift = SizeOf(index) + kBoxHeader - reserved_;
      index = Index(shift);
    }
    const int64_t data_begin = front_ + reserved_;
    if (shift > 0) WS_RETURN_IF_ERROR(file_.MoveTail(data_begin + kMdatHeader, end, shift));
    BoxWriter data;
    data.U32(1);
    data.Bytes("mdat");
    data.U64(static_cast<uint64_t>(end - data_begin));
    WS_RETURN_IF_ERROR(file_.Seek(front_));
    for (const std::string& piece : index) WS_RETURN_IF_ERROR(file_.Write(piece));
    BoxWriter rest;
    rest.Begin("free");
    rest.Zeros(static_cast<size_t>(reserved_ + shift - SizeOf(index) - kBoxHeader));
    rest.End();
    WS_RETURN_IF_ERROR(file_.Write(rest.bytes()));
    return file_.Write(data.bytes());
  }

  const Mp4Request& request_;
  OutputFile file_;
  std::vector<Input> inputs_;
  int64_t front_ = 0;     // bytes of ftyp
  int64_t reserved_ = 0;  // bytes kept for moov
};

}  // namespace

Status WriteMp4(const Mp4Request& request, const std::stop_token& stop) {
  return Mp4Writer(request).Run(stop);
}

}  // namespace waveshift::media
