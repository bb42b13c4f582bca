// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "runtime/cuda/device.h"
#include "runtime/cuda/packing.h"
#include "runtime/cuda/sound.h"
#include "tts/indextts/model_file.h"
#include "tts/indextts/tensor_list.h"
#include "tts/indextts/vocoder/vocoder_model.h"

namespace waveshift::tts::indextts {
namespace {

using cuda::Memory;
using cuda::Precision;

// Of the first and the last convolution.
constexpr int64_t kOuterKernel = 7;
constexpr int64_t kCodesOfPiece = 192;
constexpr int64_t kFewestCodes = 12;
// A sample depends on so many codes to either side (IndexTTS specification, section 8.5).
constexpr int64_t kReachCodes = 35;

std::string Numbered(const char* prefix, size_t number) { return prefix + std::to_string(number); }

struct Unit {
  cuda::AntiAliasedSnake snake_a;
  cuda::Convolution conv_a;
  Memory bias_a;
  cuda::AntiAliasedSnake snake_b;
  cuda::Convolution conv_b;
  Memory bias_b;
};
struct Stage {
  int64_t rate = 1;
  int64_t channels = 0;  // behind it
  cuda::Convolution up;
  std::vector<std::vector<Unit>> blocks;
};

class CudaVocoder final : public VocoderModel, public std::enable_shared_from_this<CudaVocoder> {
 public:
  using VocoderModel::VocoderModel;
  Status Load(const ggml::GgufFile& file);
  int64_t bytes() const override { return bytes_; }
  StatusOr<std::unique_ptr<VocoderSession>> Open(const VocoderStreamOptions& options) const override;

  Precision precision() const { return precision_; }
  const cuda::Convolution& conv_in() const { return conv_in_; }
  const std::vector<Stage>& stages() const { return stages_; }
  const cuda::AntiAliasedSnake& snake_out() const { return snake_out_; }
  const Memory& out_weights() const { return out_weights_; }
  const Memory& out_bias() const { return out_bias_; }
  int64_t last_channels() const { return stages_.back().channels; }

 private:
  StatusOr<cuda::Convolution> LoadConvolution(const ggml::GgufFile& file, const std::string& name,
                                              const cuda::ConvolutionShape& shape);
  StatusOr<cuda::AntiAliasedSnake> LoadSnake(const ggml::GgufFile& file, const std::string& name) const;
  StatusOr<Memory> LoadBias(const ggml::GgufFile& file, const std::string& name) const;
  StatusOr<Stage> LoadStage(const ggml::GgufFile& file, size_t index, int64_t channels);
  StatusOr<Unit> LoadUnit(const ggml::GgufFile& file, const std::string& block, size_t unit, int64_t channels,
                          int64_t kernel);
  Status LoadOut(const ggml::GgufFile& file, int64_t channels);

  Precision precision_ = Precision::kF16;
  std::vector<float> filter_;
  cuda::Convolution conv_in_;
  std::vector<Stage> stages_;
  cuda::AntiAliasedSnake snake_out_;
  Memory out_weights_;
  Memory out_bias_;
  int64_t bytes_ = 0;
};

StatusOr<cuda::Convolution> CudaVocoder::LoadConvolution(const ggml::GgufFile& file, const std::string& name,
                                                         const cuda::ConvolutionShape& shape) {
  WS_ASSIGN_OR_RETURN(const std::vector<float> weights, FiniteValues(file, name + ".weight"));
  WS_ASSIGN_OR_RETURN(cuda::Convolution made, cuda::Convolution::Upload(precision_, shape, weights));
  bytes_ += made.bytes();
  return made;
}

StatusOr<cuda::AntiAliasedSnake> CudaVocoder::LoadSnake(const ggml::GgufFile& file,
                                                        const std::string& name) const {
  WS_ASSIGN_OR_RETURN(const std::vector<float> alpha, FiniteValues(file, name + ".alpha"));
  WS_ASSIGN_OR_RETURN(const std::vector<float> beta, FiniteValues(file, name + ".beta"));
  auto snake = cuda::AntiAliasedSnake::Upload(alpha, beta, filter_);
  if (!snake.ok()) return Annotate(snake.status(), file.name() + ": " + name);
  return snake;
}

StatusOr<Memory> CudaVocoder::LoadBias(const ggml::GgufFile& file, const std::string& name) const {
  WS_ASSIGN_OR_RETURN(std::vector<float> bias, FiniteValues(file, name + ".bias"));
  bias.resize(static_cast<size_t>(cuda::PaddedChannels(static_cast<int64_t>(bias.size()))));
  return cuda::MemoryOf(std::span<const float>(bias));
}

StatusOr<Unit> CudaVocoder::LoadUnit(const ggml::GgufFile& file, const std::string& block, size_t unit,
                                     int64_t channels, int64_t kernel) {
  const std::string conv_a = Numbered((block + ".conv_a.").c_str(), unit);
  const std::string conv_b = Numbered((block + ".conv_b.").c_str(), unit);
  const std::string snake = block + ".snake.";
  Unit made;
  WS_ASSIGN_OR_RETURN(made.snake_a, LoadSnake(file, Numbered(snake.c_str(), 2 * unit)));
  WS_ASSIGN_OR_RETURN(
      made.conv_a,
      LoadConvolution(file, conv_a, {channels, channels, kernel, sizes().vocoder.block_dilations[unit]}));
  WS_ASSIGN_OR_RETURN(made.bias_a, LoadBias(file, conv_a));
  WS_ASSIGN_OR_RETURN(made.snake_b, LoadSnake(file, Numbered(snake.c_str(), 2 * unit + 1)));
  WS_ASSIGN_OR_RETURN(made.conv_b, LoadConvolution(file, conv_b, {channels, channels, kernel, 1}));
  WS_ASSIGN_OR_RETURN(made.bias_b, LoadBias(file, conv_b));
  return made;
}

// Stage `index` on rows of `channels`, which it halves.
StatusOr<Stage> CudaVocoder::LoadStage(const ggml::GgufFile& file, size_t index, int64_t channels) {
  const VocoderSizes& vocoder = sizes().vocoder;
  Stage stage;
  stage.rate = vocoder.rates[index];
  stage.channels = channels / 2;
  WS_ASSIGN_OR_RETURN(const std::vector<float> weights,
                      FiniteValues(file, Numbered("vocoder.up.", index) + ".weight"));
  WS_ASSIGN_OR_RETURN(
      stage.up, cuda::Convolution::UploadTransposed(
                    precision_, {channels, stage.channels, vocoder.kernels[index], 1}, stage.rate, weights));
  bytes_ += stage.up.bytes();
  const size_t blocks = vocoder.block_kernels.size();
  for (size_t i = 0; i < blocks; ++i) {
    const std::string name = Numbered("vocoder.blocks.", index * blocks + i);
    std::vector<Unit>& units = stage.blocks.emplace_back();
    for (size_t unit = 0; unit < vocoder.block_dilations.size(); ++unit) {
      WS_ASSIGN_OR_RETURN(Unit made, LoadUnit(file, name, unit, stage.channels, vocoder.block_kernels[i]));
      units.push_back(std::move(made));
    }
  }
  return stage;
}

// The last convolution's weights as [tap, channel].
Status CudaVocoder::LoadOut(const ggml::GgufFile& file, int64_t channels) {
  WS_ASSIGN_OR_RETURN(snake_out_, LoadSnake(file, "vocoder.snake_out"));
  WS_ASSIGN_OR_RETURN(const std::vector<float> weights, FiniteValues(file, "vocoder.conv_out.weight"));
  const int64_t padded = cuda::PaddedChannels(channels);
  std::vector<float> turned(static_cast<size_t>(kOuterKernel * padded));
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t tap = 0; tap < kOuterKernel; ++tap) {
      turned[static_cast<size_t>(tap * padded + c)] = weights[static_cast<size_t>(c * kOuterKernel + tap)];
    }
  }
  WS_ASSIGN_OR_RETURN(out_weights_, cuda::MemoryOf(std::span<const float>(turned)));
  WS_ASSIGN_OR_RETURN(out_bias_, LoadBias(file, "vocoder.conv_out"));
  return OkStatus();
}

Status CudaVocoder::Load(const ggml::GgufFile& file) {
  const size_t blocks = sizes().vocoder.block_kernels.size();
  if (blocks < 2 || blocks > 3) {
    return Unimplemented("vocoder: CUDA's own kernels average two or three blocks, not " +
                         std::to_string(blocks));
  }
  const ggml::StoredTensor* first = file.FindTensor("vocoder.conv_in.weight");
  precision_ = first->type == ggml::TensorType::kF32 ? Precision::kF32 : Precision::kF16;
  WS_ASSIGN_OR_RETURN(voices_, VoiceLayers::Load(file, sizes()));
  WS_ASSIGN_OR_RETURN(filter_, FiniteValues(file, std::string(kFilterName)));
  int64_t channels = sizes().vocoder.channels;
  WS_ASSIGN_OR_RETURN(conv_in_,
                      LoadConvolution(file, "vocoder.conv_in", {latent_width(), channels, kOuterKernel, 1}));
  for (size_t i = 0; i < sizes().vocoder.rates.size(); ++i, channels /= 2) {
    WS_ASSIGN_OR_RETURN(Stage stage, LoadStage(file, i, channels));
    stages_.push_back(std::move(stage));
  }
  return LoadOut(file, channels);
}

// Memory for the rows of a piece, which all stages use in turn.
class CudaSession final : public VocoderSession {
 public:
  CudaSession(std::shared_ptr<const CudaVocoder> vocoder, const VocoderStreamOptions& options)
      : vocoder_(std::move(vocoder)),
        tap_(options.tap),
        codes_of_piece_(options.codes_of_piece > 0 ? options.codes_of_piece : kCodesOfPiece) {}
  Status Speak(std::shared_ptr<const VocoderVoice> voice, std::span<const float> latents,
               const SampleSink& sink, const std::stop_token& stop) override;

 private:
  // Codes [begin, end) become samples; those of [from, to) are computed for it.
  struct Piece {
    int64_t from, begin, end, to;
  };
  Status SetVoice(std::shared_ptr<const VocoderVoice> voice);
  Status MakeRoom(int64_t codes);
  Status SpeakPiece(std::span<const float> latents, const Piece& piece, const SampleSink& sink);
  Status Compute(int64_t codes);
  Status RunStage(size_t index, int64_t rows, bool is_last);
  void RunBlock(const std::vector<Unit>& units, int64_t rows, void* out);
  Status Tap(const std::string& name, const void* rows, int64_t count, int64_t channels, int64_t padded,
             std::span<const float> without = {});
  Precision precision() const { return vocoder_->precision(); }

  const std::shared_ptr<const CudaVocoder> vocoder_;
  const VocoderTap tap_;
  int64_t codes_of_piece_;
  std::unique_ptr<cuda::Stream> stream_;
  std::shared_ptr<const VocoderVoice> voice_;
  Memory in_bias_;
  std::vector<Memory> stage_biases_;
  int64_t room_ = 0;  // codes
  cuda::PinnedMemory staged_;
  Memory latents_;
  Memory in_;  // of a stage
  Memory up_;
  Memory activated_;
  Memory convolved_;
  std::array<Memory, 2> between_;  // outputs of units inside a block
  std::array<Memory, 3> outputs_;  // of blocks
  Memory samples_;
};

Status CudaSession::SetVoice(std::shared_ptr<const VocoderVoice> voice) {
  if (voice == voice_) return OkStatus();
  voice_ = nullptr;
  const auto padded = [](const float* values, int64_t channels, int64_t times) {
    std::vector<float> bias;
    for (int64_t i = 0; i < times; ++i) {
      bias.insert(bias.end(), values, values + channels);
      bias.resize(static_cast<size_t>((i + 1) * cuda::PaddedChannels(channels)));
    }
    return cuda::MemoryOf(std::span<const float>(bias));
  };
  WS_ASSIGN_OR_RETURN(in_bias_, padded(voice->in.data(), vocoder_->conv_in().shape().out, 1));
  stage_biases_.clear();
  for (size_t i = 0; i < vocoder_->stages().size(); ++i) {
    const Stage& stage = vocoder_->stages()[i];
    WS_ASSIGN_OR_RETURN(Memory bias, padded(voice->stages[i].data(), stage.channels, stage.rate));
    stage_biases_.push_back(std::move(bias));
  }
  voice_ = std::move(voice);
  return OkStatus();
}

Status CudaSession::MakeRoom(int64_t codes) {
  if (codes <= room_) return OkStatus();
  room_ = 0;
  const int64_t value = BytesOf(precision());
  // Values of a code's rows.
  int64_t most = cuda::PaddedChannels(std::max(vocoder_->latent_width(), vocoder_->conv_in().shape().out));
  int64_t rate = 1;
  for (const Stage& stage : vocoder_->stages()) {
    rate *= stage.rate;
    most = std::max(most, rate * cuda::PaddedChannels(stage.channels));
  }
  const int64_t latents = codes * vocoder_->latent_width() * 4;
  const int64_t samples = codes * vocoder_->samples_per_code() * 4;
  WS_ASSIGN_OR_RETURN(staged_, cuda::PinnedMemory::Allocate(std::max(latents, samples)));
  WS_ASSIGN_OR_RETURN(latents_, Memory::Allocate(latents));
  WS_ASSIGN_OR_RETURN(samples_, Memory::Allocate(samples));
  for (Memory* memory : {&in_, &up_, &activated_, &convolved_, &between_[0], &between_[1], &outputs_[0],
                         &outputs_[1], &outputs_[2]}) {
    *memory = Memory();
    WS_ASSIGN_OR_RETURN(*memory, Memory::Allocate(codes * most * value));
  }
  room_ = codes;
  return OkStatus();
}

Status CudaSession::Speak(std::shared_ptr<const VocoderVoice> voice, std::span<const float> latents,
                          const SampleSink& sink, const std::stop_token& stop) {
  const auto width = static_cast<size_t>(vocoder_->latent_width());
  if (latents.empty() || latents.size() % width != 0) {
    return InvalidArgument("the latents are " + std::to_string(latents.size()) + " values, no rows of " +
                           std::to_string(width));
  }
  if (stream_ == nullptr) {
    WS_ASSIGN_OR_RETURN(stream_, cuda::Stream::Open());
  }
  WS_RETURN_IF_ERROR(SetVoice(std::move(voice)));
  const auto codes = static_cast<int64_t>(latents.size() / width);
  // A sequence that fits is computed at once; pieces compute what they depend on to either side again.
  Status room = MakeRoom(std::min(codes, codes_of_piece_ + 2 * kReachCodes));
  while (room.code() == StatusCode::kResourceExhausted && codes_of_piece_ > kFewestCodes) {
    codes_of_piece_ = std::max(kFewestCodes, codes_of_piece_ / 2);
    room = MakeRoom(std::min(codes, codes_of_piece_ + 2 * kReachCodes));
  }
  WS_RETURN_IF_ERROR(room);
  const int64_t step = codes <= room_ ? codes : codes_of_piece_;
  for (int64_t begin = 0; begin < codes; begin += step) {
    if (stop.stop_requested()) return Cancelled("stopped");
    const int64_t end = std::min(codes, begin + step);
    const Piece piece = {std::max<int64_t>(0, begin - kReachCodes), begin, end,
                         std::min(codes, end + kReachCodes)};
    WS_RETURN_IF_ERROR(SpeakPiece(latents, piece, sink));
  }
  return OkStatus();
}

Status CudaSession::SpeakPiece(std::span<const float> latents, const Piece& piece, const SampleSink& sink) {
  const int64_t width = vocoder_->latent_width();
  const int64_t codes = piece.to - piece.from;
  std::copy_n(latents.data() + piece.from * width, codes * width, staged_.as<float>());
  stream_->Upload(latents_.data(), staged_.as<float>(), 4 * codes * width);
  cuda::Arrange(stream_.get(), precision(), latents_.as<float>(), codes, width, activated_.data());
  WS_RETURN_IF_ERROR(Compute(codes));
  const int64_t samples = (piece.end - piece.begin) * vocoder_->samples_per_code();
  stream_->Download(staged_.as<char>(),
                    samples_.as<float>() + (piece.begin - piece.from) * vocoder_->samples_per_code(),
                    4 * samples);
  WS_RETURN_IF_ERROR(stream_->Wait());
  const std::span<const float> made(staged_.as<float>(), static_cast<size_t>(samples));
  if (!std::all_of(made.begin(), made.end(), [](float v) { return std::isfinite(v); })) {
    return Internal("the vocoder made samples that are not finite");
  }
  if (tap_) tap_({"waveform", piece.begin, samples, 1, made.data(), 1});
  sink(made);
  return OkStatus();
}

Status CudaSession::Compute(int64_t codes) {
  const cuda::Convolution& conv_in = vocoder_->conv_in();
  cuda::Convolve(stream_.get(),
                 {&conv_in, codes, activated_.data(), in_.data(), in_bias_.as<float>(), nullptr});
  const int64_t padded = cuda::PaddedChannels(conv_in.shape().out);
  WS_RETURN_IF_ERROR(Tap("conv_pre", in_.data(), codes, conv_in.shape().out, padded, voice_->in_part));
  WS_RETURN_IF_ERROR(Tap("conv_pre_cond", in_.data(), codes, conv_in.shape().out, padded));
  int64_t rows = codes;
  for (size_t i = 0; i < vocoder_->stages().size(); ++i) {
    WS_RETURN_IF_ERROR(RunStage(i, rows, i + 1 == vocoder_->stages().size()));
    rows *= vocoder_->stages()[i].rate;
  }
  const int64_t channels = vocoder_->last_channels();
  cuda::Activate(stream_.get(), vocoder_->snake_out(), precision(), in_.data(), rows, activated_.data());
  WS_RETURN_IF_ERROR(Tap("post_act", activated_.data(), rows, channels, cuda::PaddedChannels(channels)));
  cuda::MakeSamples(stream_.get(), {precision(), activated_.data(), rows, channels, kOuterKernel,
                                    vocoder_->out_weights().as<float>(), vocoder_->out_bias().as<float>(),
                                    samples_.as<float>()});
  return OkStatus();
}

// From rows in in_ to rate times as many there.
Status CudaSession::RunStage(size_t index, int64_t rows, bool is_last) {
  const Stage& stage = vocoder_->stages()[index];
  const int64_t padded = cuda::PaddedChannels(stage.channels);
  cuda::Convolve(stream_.get(),
                 {&stage.up, rows, in_.data(), up_.data(), stage_biases_[index].as<float>(), nullptr});
  rows *= stage.rate;
  WS_RETURN_IF_ERROR(
      Tap(Numbered("up_", index), up_.data(), rows, stage.channels, padded, voice_->stage_parts[index]));
  WS_RETURN_IF_ERROR(Tap(Numbered("up_cond_", index), up_.data(), rows, stage.channels, padded));
  std::vector<const void*> outputs;
  for (size_t i = 0; i < stage.blocks.size(); ++i) {
    RunBlock(stage.blocks[i], rows, outputs_[i].data());
    outputs.push_back(outputs_[i].data());
    WS_RETURN_IF_ERROR(Tap(Numbered("res_", index * stage.blocks.size() + i), outputs_[i].data(), rows,
                           stage.channels, padded));
  }
  cuda::Average(stream_.get(), precision(), outputs, rows * padded, in_.data());
  return is_last ? Tap("mean_last", in_.data(), rows, stage.channels, padded) : OkStatus();
}

void CudaSession::RunBlock(const std::vector<Unit>& units, int64_t rows, void* out) {
  const void* in = up_.data();
  for (size_t i = 0; i < units.size(); ++i) {
    const Unit& unit = units[i];
    void* to = i + 1 == units.size() ? out : between_[i % 2].data();
    cuda::Activate(stream_.get(), unit.snake_a, precision(), in, rows, activated_.data());
    cuda::Convolve(stream_.get(), {&unit.conv_a, rows, activated_.data(), convolved_.data(),
                                   unit.bias_a.as<float>(), nullptr});
    cuda::Activate(stream_.get(), unit.snake_b, precision(), convolved_.data(), rows, activated_.data());
    cuda::Convolve(stream_.get(), {&unit.conv_b, rows, activated_.data(), to, unit.bias_b.as<float>(), in});
    in = to;
  }
}

Status CudaSession::Tap(const std::string& name, const void* rows, int64_t count, int64_t channels,
                        int64_t padded, std::span<const float> without) {
  if (!tap_) return OkStatus();
  std::vector<float> values(static_cast<size_t>(count * padded));
  if (precision() == Precision::kF16) {
    std::vector<uint16_t> halves(values.size());
    stream_->Download(halves.data(), rows, 2 * count * padded);
    WS_RETURN_IF_ERROR(stream_->Wait());
    std::transform(halves.begin(), halves.end(), values.begin(), cuda::FloatOf);
  } else {
    stream_->Download(values.data(), rows, 4 * count * padded);
    WS_RETURN_IF_ERROR(stream_->Wait());
  }
  for (size_t i = 0; i < values.size() && !without.empty(); ++i) {
    const size_t channel = i % static_cast<size_t>(padded);
    if (channel < without.size()) values[i] -= without[channel];
  }
  tap_({name, 0, count, channels, values.data(), padded});
  return OkStatus();
}

StatusOr<std::unique_ptr<VocoderSession>> CudaVocoder::Open(const VocoderStreamOptions& options) const {
  return std::unique_ptr<VocoderSession>(std::make_unique<CudaSession>(shared_from_this(), options));
}

}  // namespace

StatusOr<std::shared_ptr<const VocoderModel>> LoadCudaVocoder(const ggml::GgufFile& file) {
  WS_RETURN_IF_ERROR(cuda::CheckDevice());
  WS_ASSIGN_OR_RETURN(const Architecture architecture, CheckModelFile(file));
  auto vocoder = std::make_shared<CudaVocoder>(architecture);
  WS_RETURN_IF_ERROR(vocoder->Load(file));
  return std::shared_ptr<const VocoderModel>(std::move(vocoder));
}

}  // namespace waveshift::tts::indextts
