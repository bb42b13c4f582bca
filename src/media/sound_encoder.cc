// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/sound_encoder.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "media/av_internal.h"
#include "media/mux_output.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/dict.h>
}

namespace waveshift::media {
namespace {

// Samples of a frame of encoders that take any number.
constexpr int kPcmFrame = 2400;
// Ogg puts packets together into pages; a listener waits for a whole one.
constexpr char kOggPageMicroseconds[] = "200000";

struct Recipe {
  SoundFormat format;
  std::string_view name;
  std::string_view content_type;
  const char* encoder;
  const char* muxer;
  AVSampleFormat samples;
  int64_t bit_rate;  // 0: it is lossless
};
// Speech at 24 kHz in one channel: the rates at which listeners no longer tell it from the original.
constexpr std::array<Recipe, 6> kRecipes = {
    {{SoundFormat::kMp3, "mp3", "audio/mpeg", "libmp3lame", "mp3", AV_SAMPLE_FMT_FLTP, 96000},
     {SoundFormat::kOpus, "opus", "audio/ogg", "libopus", "ogg", AV_SAMPLE_FMT_FLT, 48000},
     {SoundFormat::kAac, "aac", "audio/aac", "aac", "adts", AV_SAMPLE_FMT_FLTP, 80000},
     {SoundFormat::kFlac, "flac", "audio/flac", "flac", "flac", AV_SAMPLE_FMT_S16, 0},
     {SoundFormat::kWav, "wav", "audio/wav", "pcm_s16le", "wav", AV_SAMPLE_FMT_S16, 0},
     {SoundFormat::kPcm, "pcm", "audio/pcm", "pcm_s16le", "s16le", AV_SAMPLE_FMT_S16, 0}}};

const Recipe& RecipeOf(SoundFormat format) {
  return *std::find_if(kRecipes.begin(), kRecipes.end(),
                       [&](const Recipe& recipe) { return recipe.format == format; });
}

Status Missing(const Recipe& recipe, const std::string& what) {
  return Unimplemented(std::string(recipe.name) + ": the FFmpeg libraries of this machine have no " + what);
}

struct MuxerDeleter {
  void operator()(AVFormatContext* context) const { avformat_free_context(context); }
};
struct Options {
  AVDictionary* entries = nullptr;
  ~Options() { av_dict_free(&entries); }
};

class AvSoundEncoder : public SoundEncoder {
 public:
  AvSoundEncoder(const Recipe& recipe, Purpose purpose) : recipe_(recipe), purpose_(purpose) {}

  Status Init();
  StatusOr<std::string> Push(std::span<const float> samples) override;
  StatusOr<std::string> Finish() override;

 private:
  Status OpenEncoder(bool global_header);
  Status OpenMuxer(const AVOutputFormat* format);
  Status Take(std::span<const float> samples);
  Status EncodeWaiting(size_t count);
  void Fill(std::span<const float> samples);
  Status Send(const AVFrame* frame);
  Status FinishAll();
  std::string TakeBytes();

  const Recipe& recipe_;
  const Purpose purpose_;
  std::unique_ptr<MuxOutput> output_;  // outlives the muxer
  std::unique_ptr<AVFormatContext, MuxerDeleter> muxer_;
  CodecContextPtr encoder_;
  FramePtr frame_;
  PacketPtr packet_;
  std::vector<float> waiting_;  // less than a frame between two calls
  size_t frame_size_ = 0;
  int64_t pushed_ = 0;  // samples that went into the encoder
  bool finished_ = false;
  Status failed_;
};

Status AvSoundEncoder::Init() {
  WS_RETURN_IF_ERROR(CheckSoundFormat(recipe_.format));
  auto output = purpose_ == Purpose::kFile ? MuxOutput::MakeSeekable() : MuxOutput::Make();
  WS_RETURN_IF_ERROR(output.status());
  output_ = *std::move(output);
  const AVOutputFormat* const format = av_guess_format(recipe_.muxer, nullptr, nullptr);
  WS_RETURN_IF_ERROR(OpenEncoder((format->flags & AVFMT_GLOBALHEADER) != 0));
  return OpenMuxer(format);
}

Status AvSoundEncoder::OpenEncoder(bool global_header) {
  const AVCodec* const codec = avcodec_find_encoder_by_name(recipe_.encoder);
  encoder_.reset(avcodec_alloc_context3(codec));
  frame_.reset(av_frame_alloc());
  packet_.reset(av_packet_alloc());
  if (!encoder_ || !frame_ || !packet_) return Internal("out of memory");
  encoder_->sample_rate = kSoundRateHz;
  encoder_->sample_fmt = recipe_.samples;
  encoder_->ch_layout = AV_CHANNEL_LAYOUT_MONO;
  encoder_->time_base = {1, kSoundRateHz};
  encoder_->thread_count = 1;
  encoder_->flags |= AV_CODEC_FLAG_BITEXACT;
  if (recipe_.bit_rate > 0) encoder_->bit_rate = recipe_.bit_rate;
  if (global_header) encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  const int error = avcodec_open2(encoder_.get(), codec, nullptr);
  if (error < 0) return AvStatus(error, recipe_.encoder);
  frame_size_ = static_cast<size_t>(encoder_->frame_size > 0 ? encoder_->frame_size : kPcmFrame);
  return OkStatus();
}

Status AvSoundEncoder::OpenMuxer(const AVOutputFormat* format) {
  AVFormatContext* raw = nullptr;
  int error = avformat_alloc_output_context2(&raw, format, nullptr, nullptr);
  if (error < 0) return AvStatus(error, recipe_.muxer);
  muxer_.reset(raw);
  raw->pb = output_->avio();
  raw->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  AVStream* const stream = avformat_new_stream(raw, nullptr);
  if (stream == nullptr) return Internal("out of memory");
  error = avcodec_parameters_from_context(stream->codecpar, encoder_.get());
  if (error < 0) return AvStatus(error, recipe_.muxer);
  stream->time_base = encoder_->time_base;
  Options options;
  av_dict_set(&options.entries, "page_duration", kOggPageMicroseconds, 0);
  // The frame that holds an MP3's length stands at its beginning and is written last.
  av_dict_set(&options.entries, "write_xing", purpose_ == Purpose::kFile ? "1" : "0", 0);
  av_dict_set(&options.entries, "id3v2_version", "0", 0);
  error = avformat_write_header(raw, &options.entries);
  return error < 0 ? AvStatus(error, recipe_.muxer) : OkStatus();
}

StatusOr<std::string> AvSoundEncoder::Push(std::span<const float> samples) {
  WS_RETURN_IF_ERROR(failed_);
  if (finished_) return Internal("sound is pushed behind the end");
  failed_ = Take(samples);
  WS_RETURN_IF_ERROR(failed_);
  return purpose_ == Purpose::kFile ? std::string() : TakeBytes();
}

StatusOr<std::string> AvSoundEncoder::Finish() {
  WS_RETURN_IF_ERROR(failed_);
  if (finished_) return Internal("the sound is finished twice");
  finished_ = true;
  failed_ = FinishAll();
  WS_RETURN_IF_ERROR(failed_);
  return TakeBytes();
}

Status AvSoundEncoder::Take(std::span<const float> samples) {
  if (!std::all_of(samples.begin(), samples.end(), [](float s) { return std::isfinite(s); })) {
    return InvalidArgument("the sound holds samples that are not numbers");
  }
  waiting_.insert(waiting_.end(), samples.begin(), samples.end());
  return EncodeWaiting(waiting_.size() / frame_size_ * frame_size_);
}

// Encodes the first `count` samples that wait.
Status AvSoundEncoder::EncodeWaiting(size_t count) {
  for (size_t at = 0; at < count; at += frame_size_) {
    const size_t n = std::min(frame_size_, count - at);
    // The encoder may hold on to the last frame's buffers.
    av_frame_unref(frame_.get());
    frame_->format = recipe_.samples;
    frame_->nb_samples = static_cast<int>(n);
    frame_->sample_rate = kSoundRateHz;
    frame_->ch_layout = AV_CHANNEL_LAYOUT_MONO;
    frame_->pts = pushed_;
    const int error = av_frame_get_buffer(frame_.get(), 0);
    if (error < 0) return AvStatus(error, recipe_.encoder);
    Fill(std::span<const float>(waiting_).subspan(at, n));
    pushed_ += static_cast<int64_t>(n);
    WS_RETURN_IF_ERROR(Send(frame_.get()));
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<ptrdiff_t>(count));
  return OkStatus();
}

// With one channel planar and packed samples are the same. 32768 steps a side, as audio::EncodeWav has them.
void AvSoundEncoder::Fill(std::span<const float> samples) {
  if (recipe_.samples != AV_SAMPLE_FMT_S16) {
    auto* const out = reinterpret_cast<float*>(frame_->data[0]);
    std::transform(samples.begin(), samples.end(), out, [](float s) { return std::clamp(s, -1.0F, 1.0F); });
    return;
  }
  auto* const out = reinterpret_cast<int16_t*>(frame_->data[0]);
  std::transform(samples.begin(), samples.end(), out, [](float s) {
    return static_cast<int16_t>(std::clamp(std::lrint(static_cast<double>(s) * 32768.0), -32768L, 32767L));
  });
}

Status AvSoundEncoder::Send(const AVFrame* frame) {
  int error = avcodec_send_frame(encoder_.get(), frame);
  if (error < 0) return AvStatus(error, recipe_.encoder);
  while ((error = avcodec_receive_packet(encoder_.get(), packet_.get())) >= 0) {
    packet_->stream_index = 0;
    av_packet_rescale_ts(packet_.get(), encoder_->time_base, muxer_->streams[0]->time_base);
    const int written = av_write_frame(muxer_.get(), packet_.get());
    av_packet_unref(packet_.get());
    if (written < 0) return AvStatus(written, recipe_.muxer);
  }
  return error == AVERROR(EAGAIN) || error == AVERROR_EOF ? OkStatus() : AvStatus(error, recipe_.encoder);
}

Status AvSoundEncoder::FinishAll() {
  WS_RETURN_IF_ERROR(EncodeWaiting(waiting_.size()));
  if (pushed_ == 0) return InvalidArgument("there is no sound to encode");
  WS_RETURN_IF_ERROR(Send(nullptr));
  const int error = av_write_trailer(muxer_.get());
  return error < 0 ? AvStatus(error, recipe_.muxer) : OkStatus();
}

std::string AvSoundEncoder::TakeBytes() {
  const bool holds_pages = (muxer_->oformat->flags & AVFMT_ALLOW_FLUSH) != 0;
  if (holds_pages && !finished_) av_write_frame(muxer_.get(), nullptr);
  return output_->TakeMemory();
}

}  // namespace

std::optional<SoundFormat> SoundFormatNamed(std::string_view word) {
  for (const Recipe& recipe : kRecipes) {
    if (recipe.name == word) return recipe.format;
  }
  return std::nullopt;
}

std::string_view SoundFormatName(SoundFormat format) { return RecipeOf(format).name; }

std::string_view SoundContentType(SoundFormat format) { return RecipeOf(format).content_type; }

Status CheckSoundFormat(SoundFormat format) {
  const Recipe& recipe = RecipeOf(format);
  if (avcodec_find_encoder_by_name(recipe.encoder) == nullptr) {
    return Missing(recipe, std::string("encoder ") + recipe.encoder);
  }
  if (av_guess_format(recipe.muxer, nullptr, nullptr) == nullptr) {
    return Missing(recipe, std::string("muxer ") + recipe.muxer);
  }
  return OkStatus();
}

StatusOr<std::unique_ptr<SoundEncoder>> SoundEncoder::Open(SoundFormat format, Purpose purpose) {
  CaptureAvLog();
  auto encoder = std::make_unique<AvSoundEncoder>(RecipeOf(format), purpose);
  WS_RETURN_IF_ERROR(encoder->Init());
  return encoder;
}

}  // namespace waveshift::media
