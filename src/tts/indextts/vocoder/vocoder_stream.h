// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// BigVGAN on the processor: one sequence of codes being spoken.
#ifndef WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_STREAM_H_
#define WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_STREAM_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/cpu/workers.h"
#include "tts/indextts/vocoder/row_queue.h"
#include "tts/indextts/vocoder/vocoder.h"

namespace waveshift::tts::indextts {

// Latents in, samples out, exactly samples_per_code() a code. Layers keep the last rows that their next piece
// reads again, so that nothing is computed twice, and the result does not depend on the pieces beyond the
// rounding of 32-bit floats; at the sequence's ends the model's own padding is used. Memory does not grow
// with the sequence: memory_bytes(). One thread at a time; the threads it starts are its own. About 2.9 GFLOP
// a code of the published models by the definition.
class VocoderStream final : public VocoderSession {
 public:
  VocoderStream(std::shared_ptr<const Vocoder> vocoder, VocoderStreamOptions options);
  VocoderStream(const VocoderStream&) = delete;
  VocoderStream& operator=(const VocoderStream&) = delete;
  ~VocoderStream() override;

  Status Speak(std::shared_ptr<const VocoderVoice> voice, std::span<const float> latents,
               const SampleSink& sink, const std::stop_token& stop) override;

  // The same in steps: Begin, Push as often as latents come, Finish. After an error only Begin may follow.
  void Begin(std::shared_ptr<const VocoderVoice> voice);
  Status Push(std::span<const float> latents, const SampleSink& sink, const std::stop_token& stop);
  Status Finish(const SampleSink& sink, const std::stop_token& stop);

  // What this stream holds beside the vocoder's weights.
  int64_t memory_bytes() const;
  // Where the time went since Begin, for measuring: the first convolution, each stage, what follows the last.
  const std::vector<double>& seconds() const { return seconds_; }

 private:
  struct UnitState {
    RowQueue activated_a;
    RowQueue convolved_a;
    RowQueue activated_b;
    RowQueue out;
  };
  struct StageState {
    RowQueue in;
    RowQueue up;
    std::vector<std::vector<UnitState>> blocks;
    cpu::AlignedFloats in_memory;
    int64_t rows_done = 0;  // of `in`
  };
  // Memory that the layers of all stages use in turn.
  struct Memory {
    cpu::AlignedFloats up;
    cpu::AlignedFloats activated;
    cpu::AlignedFloats convolved;
    cpu::AlignedFloats between[2];            // outputs of units inside a block
    std::vector<cpu::AlignedFloats> outputs;  // of blocks
  };

  void AddStages();
  Status PushPiece(std::span<const float> latents, bool last, const SampleSink& sink,
                   const std::stop_token& stop);
  Status RunStages(size_t stage, const SampleSink& sink, const std::stop_token& stop);
  void Upsample(size_t stage, int64_t rows);
  void RunBlocks(size_t stage);
  void RunUnit(const VocoderUnit& unit, const RowQueue& in, UnitState* state, cpu::AlignedFloats* out);
  void Average(size_t stage);
  void DetachStage(size_t stage);
  Status Output(const SampleSink& sink);
  bool MakeSamples();
  void Activate(const cpu::AntiAliasedSnake& snake, const RowQueue& in, RowQueue* out,
                cpu::AlignedFloats* memory);
  void Convolve(const cpu::Convolution& convolution, const cpu::AlignedFloats& bias, const RowQueue& in,
                const RowQueue* residual, RowQueue* out, cpu::AlignedFloats* memory);
  // What the stage's mean becomes: the next stage's input, or the end of the network's.
  RowQueue* NextOf(size_t stage) { return stage + 1 < stages_.size() ? &stages_[stage + 1].in : &mean_; }
  void Tap(const std::string& name, const RowQueue& queue, int64_t from, int64_t channels,
           std::span<const float> without = {}) const;
  template <typename Stream, typename Visitor>
  static void VisitQueues(Stream& stream, const Visitor& visit);

  const std::shared_ptr<const Vocoder> vocoder_;
  const VocoderStreamOptions options_;
  cpu::Workers workers_;
  std::shared_ptr<const VocoderVoice> voice_;
  RowQueue latents_;
  std::vector<StageState> stages_;
  RowQueue mean_;  // of the last stage's blocks
  RowQueue activated_;
  RowQueue wave_;  // one channel
  cpu::AlignedFloats latents_memory_;
  cpu::AlignedFloats mean_memory_;
  Memory memory_;
  std::vector<float> samples_;
  std::vector<double> seconds_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_VOCODER_VOCODER_STREAM_H_
