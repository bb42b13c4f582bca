// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/vocoder/vocoder_stream.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <utility>

namespace waveshift::tts::indextts {
namespace {

constexpr int64_t kReach = cpu::AntiAliasedSnake::kReach;
constexpr int64_t kRowsOfItem = 2048;  // of work that is divided by rows

constexpr int64_t kCodesOfPiece = 64;

VocoderStreamOptions WithDefaults(VocoderStreamOptions options) {
  if (options.codes_of_piece <= 0) options.codes_of_piece = kCodesOfPiece;
  return options;
}

std::string Numbered(const char* prefix, size_t number) { return prefix + std::to_string(number); }

int64_t LastChannels(const Vocoder& vocoder) { return vocoder.conv_out().shape().in; }

// How many further rows a layer can make that needs `reach` rows behind each.
int64_t RowsToMake(const RowQueue& in, int64_t reach, int64_t made) {
  return std::max<int64_t>(0, (in.ended() ? in.end() : in.end() - reach) - made);
}

// Adds the time from here to the end of the scope.
class Stopwatch {
 public:
  explicit Stopwatch(double* seconds) : seconds_(seconds) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() { *seconds_ += std::chrono::duration<double>(Clock::now() - begin_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  double* const seconds_;
  const Clock::time_point begin_ = Clock::now();
};

}  // namespace

VocoderStream::VocoderStream(std::shared_ptr<const Vocoder> vocoder, VocoderStreamOptions options)
    : vocoder_(std::move(vocoder)),
      options_(WithDefaults(std::move(options))),
      workers_(options_.threads),
      latents_(vocoder_->latent_width(), vocoder_->conv_in().reach()),
      mean_(LastChannels(*vocoder_), 0),
      activated_(LastChannels(*vocoder_), vocoder_->conv_out().reach()),
      wave_(1, 0) {
  AddStages();
}

VocoderStream::~VocoderStream() = default;

void VocoderStream::AddStages() {
  size_t most_blocks = 0;
  for (const VocoderStage& stage : vocoder_->stages()) {
    const int64_t channels = stage.up.shape().out;
    StageState state = {
        .in = RowQueue(stage.up.shape().in, std::max(stage.up.reach_before(), stage.up.reach_after())),
        .up = RowQueue(channels, 0)};
    for (const VocoderBlock& block : stage.blocks) {
      std::vector<UnitState>& units = state.blocks.emplace_back();
      for (const VocoderUnit& unit : block) {
        units.push_back({RowQueue(channels, unit.conv_a.reach()), RowQueue(channels, 0),
                         RowQueue(channels, unit.conv_b.reach()), RowQueue(channels, 0)});
      }
    }
    most_blocks = std::max(most_blocks, stage.blocks.size());
    stages_.push_back(std::move(state));
  }
  memory_.outputs.resize(most_blocks);
}

template <typename Stream, typename Visitor>
void VocoderStream::VisitQueues(Stream& stream, const Visitor& visit) {
  visit(stream.latents_);
  for (auto& stage : stream.stages_) {
    visit(stage.in);
    visit(stage.up);
    for (auto& block : stage.blocks) {
      for (auto& unit : block) {
        visit(unit.activated_a);
        visit(unit.convolved_a);
        visit(unit.activated_b);
        visit(unit.out);
      }
    }
  }
  visit(stream.mean_);
  visit(stream.activated_);
  visit(stream.wave_);
}

void VocoderStream::Begin(std::shared_ptr<const VocoderVoice> voice) {
  voice_ = std::move(voice);
  VisitQueues(*this, [](RowQueue& queue) { queue.Reset(); });
  for (StageState& stage : stages_) stage.rows_done = 0;
  seconds_.assign(stages_.size() + 2, 0.0);
}

Status VocoderStream::Speak(std::shared_ptr<const VocoderVoice> voice, std::span<const float> latents,
                            const SampleSink& sink, const std::stop_token& stop) {
  const auto width = static_cast<size_t>(vocoder_->latent_width());
  if (latents.empty() || latents.size() % width != 0) {
    return InvalidArgument("the latents are " + std::to_string(latents.size()) + " values, no rows of " +
                           std::to_string(width));
  }
  Begin(std::move(voice));
  const auto codes = static_cast<int64_t>(latents.size() / width);
  const int64_t most = options_.codes_of_piece;
  const int64_t pieces = (codes + most - 1) / most;
  for (int64_t i = 0; i < pieces; ++i) {
    const auto begin = static_cast<size_t>(codes * i / pieces);
    const auto end = static_cast<size_t>(codes * (i + 1) / pieces);
    WS_RETURN_IF_ERROR(
        PushPiece(latents.subspan(begin * width, (end - begin) * width), i + 1 == pieces, sink, stop));
  }
  return OkStatus();
}

Status VocoderStream::Push(std::span<const float> latents, const SampleSink& sink,
                           const std::stop_token& stop) {
  const auto width = static_cast<size_t>(vocoder_->latent_width());
  if (latents.size() % width != 0) {
    return InvalidArgument("the latents are " + std::to_string(latents.size()) + " values, no rows of " +
                           std::to_string(width));
  }
  const size_t most = width * static_cast<size_t>(options_.codes_of_piece);
  for (size_t at = 0; at < latents.size(); at += most) {
    WS_RETURN_IF_ERROR(
        PushPiece(latents.subspan(at, std::min(most, latents.size() - at)), false, sink, stop));
  }
  return OkStatus();
}

Status VocoderStream::Finish(const SampleSink& sink, const std::stop_token& stop) {
  return PushPiece({}, true, sink, stop);
}

Status VocoderStream::PushPiece(std::span<const float> latents, bool last, const SampleSink& sink,
                                const std::stop_token& stop) {
  if (voice_ == nullptr) return FailedPrecondition("the vocoder was given latents before a voice");
  const int64_t width = vocoder_->latent_width();
  const int64_t codes = static_cast<int64_t>(latents.size()) / width;
  latents_.Attach(&latents_memory_, codes);
  float* to = latents_.Append(codes);
  for (int64_t i = 0; i < codes; ++i) {
    std::copy_n(latents.data() + i * width, width, to + i * latents_.row_floats());
  }
  if (last) latents_.End();
  StageState& first = stages_.front();
  const int64_t from = first.in.end();
  {
    const Stopwatch watch(&seconds_.front());
    Convolve(vocoder_->conv_in(), voice_->in, latents_, nullptr, &first.in, &first.in_memory);
  }
  latents_.Detach(first.in.end() - vocoder_->conv_in().reach());
  Tap("conv_pre", first.in, from, vocoder_->conv_in().shape().out, voice_->in_part);
  Tap("conv_pre_cond", first.in, from, vocoder_->conv_in().shape().out);
  Status status = RunStages(0, sink, stop);
  first.in.Detach(first.rows_done - vocoder_->stages().front().up.reach_before());
  if (!status.ok()) voice_ = nullptr;  // only Begin may follow
  return status;
}

Status VocoderStream::RunStages(size_t stage, const SampleSink& sink, const std::stop_token& stop) {
  if (stage == stages_.size()) return Output(sink);
  StageState& state = stages_[stage];
  const cpu::TransposedConvolution& up = vocoder_->stages()[stage].up;
  const auto row_bytes = static_cast<int64_t>(sizeof(float)) * state.up.row_floats() * up.shape().rate;
  const int64_t block_rows = std::max<int64_t>(1, options_.bytes_of_block / row_bytes);
  for (;;) {
    const int64_t possible = RowsToMake(state.in, up.reach_after(), state.rows_done);
    if (possible == 0 && state.in.ended() == state.up.ended()) return OkStatus();
    if (stop.stop_requested()) return Cancelled("stopped");
    {
      const Stopwatch watch(&seconds_[stage + 1]);
      Upsample(stage, std::min(possible, block_rows));
      RunBlocks(stage);
      Average(stage);
      DetachStage(stage);
    }
    WS_RETURN_IF_ERROR(RunStages(stage + 1, sink, stop));
    if (stage + 1 < stages_.size()) {
      stages_[stage + 1].in.Detach(stages_[stage + 1].rows_done -
                                   vocoder_->stages()[stage + 1].up.reach_before());
    } else {
      mean_.Detach(activated_.end() - kReach);
    }
  }
}

void VocoderStream::Upsample(size_t stage, int64_t rows) {
  StageState& state = stages_[stage];
  const cpu::TransposedConvolution& up = vocoder_->stages()[stage].up;
  const int64_t made = up.shape().rate * rows;
  const int64_t from = state.up.end();
  state.up.Attach(&memory_.up, made);
  float* to = state.up.Append(made);
  up.Apply({state.in.Row(state.rows_done - up.reach_before()), state.in.row_floats(), rows, to,
            state.up.row_floats(), voice_->stages[stage].data()},
           &workers_);
  state.rows_done += rows;
  if (state.in.ended() && state.rows_done == state.in.end()) state.up.End();
  Tap(Numbered("up_", stage), state.up, from, up.shape().out, voice_->stage_parts[stage]);
  Tap(Numbered("up_cond_", stage), state.up, from, up.shape().out);
}

void VocoderStream::RunBlocks(size_t stage) {
  StageState& state = stages_[stage];
  const VocoderStage& weights = vocoder_->stages()[stage];
  for (size_t i = 0; i < state.blocks.size(); ++i) {
    std::vector<UnitState>& units = state.blocks[i];
    const int64_t from = units.back().out.end();
    for (size_t u = 0; u < units.size(); ++u) {
      RowQueue& in = u == 0 ? state.up : units[u - 1].out;
      RunUnit(weights.blocks[i][u], in, &units[u],
              u + 1 == units.size() ? &memory_.outputs[i] : &memory_.between[u % 2]);
      if (u > 0) in.Detach(std::min(units[u].activated_a.end() - kReach, units[u].out.end()));
    }
    Tap(Numbered("res_", stage * state.blocks.size() + i), units.back().out, from, weights.up.shape().out);
  }
}

// Each layer makes as many rows as its input allows, and what the next piece needs again is kept.
void VocoderStream::RunUnit(const VocoderUnit& unit, const RowQueue& in, UnitState* state,
                            cpu::AlignedFloats* out) {
  UnitState& s = *state;
  Activate(unit.snake_a, in, &s.activated_a, &memory_.activated);
  Convolve(unit.conv_a, unit.bias_a, s.activated_a, nullptr, &s.convolved_a, &memory_.convolved);
  s.activated_a.Detach(s.convolved_a.end() - unit.conv_a.reach());
  Activate(unit.snake_b, s.convolved_a, &s.activated_b, &memory_.activated);
  s.convolved_a.Detach(s.activated_b.end() - kReach);
  Convolve(unit.conv_b, unit.bias_b, s.activated_b, &in, &s.out, out);
  s.activated_b.Detach(s.out.end() - unit.conv_b.reach());
}

void VocoderStream::Activate(const cpu::AntiAliasedSnake& snake, const RowQueue& in, RowQueue* out,
                             cpu::AlignedFloats* memory) {
  const int64_t begin = out->end();
  const int64_t rows = RowsToMake(in, kReach, begin);
  out->Attach(memory, rows);
  float* to = out->Append(rows);
  if (rows > 0) {
    snake.Apply({in.Row(in.first()), in.first(), in.row_floats(), begin, begin + rows,
                 in.ended() ? in.end() : -1, to, out->row_floats()},
                &workers_);
  }
  if (in.ended()) out->End();
}

void VocoderStream::Convolve(const cpu::Convolution& convolution, const cpu::AlignedFloats& bias,
                             const RowQueue& in, const RowQueue* residual, RowQueue* out,
                             cpu::AlignedFloats* memory) {
  const int64_t begin = out->end();
  const int64_t rows = RowsToMake(in, convolution.reach(), begin);
  out->Attach(memory, rows);
  float* to = out->Append(rows);
  if (rows > 0) {
    convolution.Apply({in.Row(begin - convolution.reach()), in.row_floats(), rows, to, out->row_floats(),
                       bias.data(), residual == nullptr ? nullptr : residual->Row(begin),
                       residual == nullptr ? 0 : residual->row_floats()},
                      &workers_);
  }
  if (in.ended()) out->End();
}

// The blocks have different reach, so their outputs end at different rows; the shortest decides.
void VocoderStream::Average(size_t stage) {
  StageState& state = stages_[stage];
  RowQueue* next = NextOf(stage);
  const int64_t begin = next->end();
  int64_t end = state.blocks.front().back().out.end();
  for (const auto& block : state.blocks) end = std::min(end, block.back().out.end());
  next->Attach(stage + 1 < stages_.size() ? &stages_[stage + 1].in_memory : &mean_memory_, end - begin);
  float* to = next->Append(end - begin);
  const int64_t row_floats = next->row_floats();
  const float share = 1.0F / static_cast<float>(state.blocks.size());
  workers_.Run((end - begin + kRowsOfItem - 1) / kRowsOfItem, [&](int64_t item, int /*worker*/) {
    const int64_t first = item * kRowsOfItem;
    const int64_t count = std::min(kRowsOfItem, end - begin - first) * row_floats;
    float* sum = to + first * row_floats;
    std::copy_n(state.blocks.front().back().out.Row(begin + first), count, sum);
    for (size_t i = 1; i < state.blocks.size(); ++i) {
      const float* values = state.blocks[i].back().out.Row(begin + first);
      for (int64_t k = 0; k < count; ++k) sum[k] += values[k];
    }
    for (int64_t k = 0; k < count; ++k) sum[k] *= share;
  });
  if (state.up.ended()) next->End();
  if (stage + 1 == stages_.size()) Tap("mean_last", *next, begin, LastChannels(*vocoder_));
}

void VocoderStream::DetachStage(size_t stage) {
  StageState& state = stages_[stage];
  const int64_t averaged = NextOf(stage)->end();
  int64_t keep = state.up.end();
  for (auto& block : state.blocks) {
    keep = std::min({keep, block.front().activated_a.end() - kReach, block.front().out.end()});
    block.back().out.Detach(averaged);
  }
  state.up.Detach(keep);
}

Status VocoderStream::Output(const SampleSink& sink) {
  const int64_t begin = wave_.end();
  if (!MakeSamples()) return Internal("the vocoder made samples that are not finite");
  if (samples_.empty()) return OkStatus();
  if (options_.tap) {
    options_.tap({"waveform", begin, static_cast<int64_t>(samples_.size()), 1, samples_.data(), 1});
  }
  sink(samples_);
  return OkStatus();
}

// The samples that can be made now; false when one is not finite.
bool VocoderStream::MakeSamples() {
  const Stopwatch watch(&seconds_.back());
  const int64_t begin = wave_.end();
  const int64_t activated = activated_.end();
  Activate(vocoder_->snake_out(), mean_, &activated_, &memory_.activated);
  Tap("post_act", activated_, activated, LastChannels(*vocoder_));
  Convolve(vocoder_->conv_out(), vocoder_->out_bias(), activated_, nullptr, &wave_, &memory_.convolved);
  activated_.Detach(wave_.end() - vocoder_->conv_out().reach());
  const int64_t rows = wave_.end() - begin;
  samples_.resize(static_cast<size_t>(rows));
  std::atomic<bool> finite{true};
  workers_.Run((rows + kRowsOfItem - 1) / kRowsOfItem, [&](int64_t item, int /*worker*/) {
    const float* row = wave_.Row(begin);
    for (int64_t i = item * kRowsOfItem; i < std::min(rows, (item + 1) * kRowsOfItem); ++i) {
      const float value = row[i * wave_.row_floats()];
      if (!std::isfinite(value)) finite = false;
      samples_[static_cast<size_t>(i)] = std::tanh(value);
    }
  });
  wave_.Detach(wave_.end());
  return finite;
}

void VocoderStream::Tap(const std::string& name, const RowQueue& queue, int64_t from, int64_t channels,
                        std::span<const float> without) const {
  if (!options_.tap || queue.end() == from) return;
  if (without.empty()) {
    options_.tap({name, from, queue.end() - from, channels, queue.Row(from), queue.row_floats()});
    return;
  }
  std::vector<float> values;
  for (int64_t row = from; row < queue.end(); ++row) {
    for (int64_t c = 0; c < channels; ++c) {
      values.push_back(queue.Row(row)[c] - without[static_cast<size_t>(c)]);
    }
  }
  options_.tap({name, from, queue.end() - from, channels, values.data(), channels});
}

int64_t VocoderStream::memory_bytes() const {
  int64_t bytes = workers_.scratch_bytes() + static_cast<int64_t>(samples_.capacity() * sizeof(float));
  VisitQueues(*this, [&](const RowQueue& queue) { bytes += queue.kept_bytes(); });
  const auto add = [&](const cpu::AlignedFloats& floats) {
    bytes += floats.size() * static_cast<int64_t>(sizeof(float));
  };
  for (const StageState& stage : stages_) add(stage.in_memory);
  for (const cpu::AlignedFloats* floats : {&latents_memory_, &mean_memory_, &memory_.up, &memory_.activated,
                                           &memory_.convolved, &memory_.between[0], &memory_.between[1]}) {
    add(*floats);
  }
  for (const cpu::AlignedFloats& floats : memory_.outputs) add(floats);
  return bytes;
}

}  // namespace waveshift::tts::indextts
