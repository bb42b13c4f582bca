// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/mp4_text.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "media/mp4_boxes.h"
#include "media/segmenter.h"

extern "C" {
#include <libavutil/mem.h>
}

namespace waveshift::media {
namespace {

constexpr int kTicksPerSecond = 1000;
constexpr size_t kMaxTextBytes = 65535;

// At most `max_bytes` of UTF-8, cut between characters.
std::string_view Head(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  size_t end = max_bytes;
  while (end > 0 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

// The sample description behind its header: white, at the bottom centre, no box of its own. Font and size are
// the ones that players and converters take for "unstyled": others would come out of them as markup around
// every text.
std::string TextDescription() {
  BoxWriter out;
  out.U32(0);    // display flags
  out.U8(1);     // centred
  out.U8(0xFF);  // at the bottom
  out.U32(0);    // background: transparent
  out.Zeros(8);  // box: the whole track's
  out.Zeros(4);  // style for characters 0 to 0
  out.U16(1);    // font
  out.U8(0);     // plain
  out.U8(16);    // size
  out.U32(0xFFFFFFFF);
  out.Begin("ftab");
  out.U16(1);
  out.U16(1);
  out.U8(5);
  out.Bytes("Arial");
  out.End();
  return out.bytes();
}

StatusOr<std::string> TextInit(int width, int height) {
  const CodecParametersPtr parameters(avcodec_parameters_alloc());
  const std::string description = TextDescription();
  if (!parameters) return Internal("out of memory");
  parameters->codec_type = AVMEDIA_TYPE_SUBTITLE;
  parameters->codec_id = AV_CODEC_ID_MOV_TEXT;
  parameters->width = width;
  parameters->height = height;
  parameters->extradata =
      static_cast<uint8_t*>(av_mallocz(description.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (parameters->extradata == nullptr) return Internal("out of memory");
  std::memcpy(parameters->extradata, description.data(), description.size());
  parameters->extradata_size = static_cast<int>(description.size());
  const MuxStream stream{.parameters = parameters.get(), .time_base = {1, kTicksPerSecond}};
  WS_ASSIGN_OR_RETURN(const auto muxer, SegmentMuxer::Make(SegmentContainer::kFragmentedMp4, stream, false));
  return muxer->init_segment();
}

class TextSamples : public SampleSource {
 public:
  TextSamples(std::string init, std::vector<TextPiece> pieces)
      : init_(std::move(init)), pieces_(std::move(pieces)) {}

  const std::string& init() const override { return init_; }

  StatusOr<bool> Peek(Mp4Sample& sample, const std::stop_token& stop) override {
    if (stop.stop_requested()) return Cancelled("stopped");
    if (at_ >= pieces_.size()) return false;
    const TextPiece& piece = pieces_[at_];
    sample = {.dts = int64_t{kProgrammeOffsetSeconds} * kTicksPerSecond + piece.start_ms,
              .duration = static_cast<uint32_t>(piece.end_ms - piece.start_ms),
              .size = static_cast<uint32_t>(2 + Head(piece.text, kMaxTextBytes).size())};
    return true;
  }

  Status Take(std::string& data) override {
    const std::string_view text = Head(pieces_[at_++].text, kMaxTextBytes);
    BoxWriter out;
    out.U16(static_cast<uint32_t>(text.size()));
    out.Bytes(text);
    data += out.bytes();
    return OkStatus();
  }

 private:
  const std::string init_;
  const std::vector<TextPiece> pieces_;
  size_t at_ = 0;
};

}  // namespace

std::vector<TextPiece> TextPieces(const std::vector<text::Cue>& cues, int64_t length_ms) {
  std::vector<const text::Cue*> order;
  std::vector<int64_t> borders = {0, std::max<int64_t>(1, length_ms)};
  for (const text::Cue& cue : cues) {
    const int64_t start = std::clamp<int64_t>(cue.start_ms, 0, borders[1]);
    const int64_t end = std::clamp<int64_t>(cue.end_ms, 0, borders[1]);
    if (start >= end || cue.text.empty()) continue;
    order.push_back(&cue);
    borders.push_back(start);
    borders.push_back(end);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const text::Cue* a, const text::Cue* b) { return a->start_ms < b->start_ms; });
  std::sort(borders.begin(), borders.end());
  borders.erase(std::unique(borders.begin(), borders.end()), borders.end());
  std::vector<TextPiece> pieces;
  std::vector<const text::Cue*> shown;
  size_t next = 0;
  for (size_t i = 0; i + 1 < borders.size(); ++i) {
    const int64_t at = borders[i];
    std::erase_if(shown, [at](const text::Cue* cue) { return cue->end_ms <= at; });
    for (; next < order.size() && order[next]->start_ms <= at; ++next) shown.push_back(order[next]);
    std::string text;
    for (const text::Cue* cue : shown) text.append(text.empty() ? "" : "\n").append(cue->text);
    if (!pieces.empty() && pieces.back().text == text && text.empty()) {
      pieces.back().end_ms = borders[i + 1];
    } else {
      pieces.push_back({at, borders[i + 1], std::move(text)});
    }
  }
  return pieces;
}

StatusOr<std::unique_ptr<SampleSource>> OpenTextSamples(const std::vector<text::Cue>& cues, Samples length,
                                                        int width, int height) {
  WS_ASSIGN_OR_RETURN(std::string init, TextInit(width, height));
  const auto length_ms = static_cast<int64_t>(MsFromSamples(length));
  return std::make_unique<TextSamples>(std::move(init), TextPieces(cues, length_ms));
}

}  // namespace waveshift::media
