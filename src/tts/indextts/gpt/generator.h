// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// From text tokens and a voice to codes and latents, for many lines at once: the weights, which decide how
// long a step takes, are read once for all of them. Lines come and go at any step. What becomes of a line
// does not depend on which others are there, nor on how often it had to begin again for want of memory: the
// same request gives the same codes.
#ifndef WAVESHIFT_TTS_INDEXTTS_GPT_GENERATOR_H_
#define WAVESHIFT_TTS_INDEXTTS_GPT_GENERATOR_H_

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "runtime/cpu/workers.h"
#include "tts/indextts/architecture.h"
#include "tts/indextts/gpt/cells.h"
#include "tts/indextts/gpt/clean_codes.h"
#include "tts/indextts/gpt/code_search.h"
#include "tts/indextts/gpt/embedder.h"
#include "tts/indextts/gpt/network.h"

namespace waveshift::tts::indextts {

// The voice's rows of the prefix, [latents, width], from the Perceiver. Lines of one voice give the same
// object: its keys and values are computed once and shared.
using VoiceRows = std::vector<float>;

struct LineRequest {
  std::vector<int32_t> text_ids;  // of one sentence, without start and stop
  std::shared_ptr<const VoiceRows> voice;
  SamplingOptions sampling;
  std::shared_ptr<const NoiseSource> noise;  // may be nullptr when nothing is drawn
  // Also end at MostCodes of the text.
  bool bound_by_text = true;
  bool want_latents = true;
};

struct LineResult {
  // Of this line alone: Internal when the network computed no numbers.
  Status status;
  std::vector<int32_t> codes;  // as generated, with the stop code when there was one
  std::vector<int32_t> clean;  // CleanCodes of them
  CodeFault fault = CodeFault::kNone;
  int draws = 0;
  std::vector<float> latents;  // [clean.size(), width], for the vocoder
};

struct GeneratorOptions {
  int most_lines = 4;  // that run at once
  int threads = 1;     // that choose codes for several lines at once; 0 = as many as this process may use
};

// Makes another network when the first one has no memory left, for example on the processor.
using NetworkMaker = std::function<StatusOr<std::unique_ptr<GptNetwork>>()>;

// One thread at a time.
class Generator {
 public:
  // `fallback` may be empty. The embedder must outlive the generator.
  Generator(std::unique_ptr<GptNetwork> network, const Embedder* embedder, const Architecture& architecture,
            const GeneratorOptions& options, NetworkMaker fallback);
  ~Generator();

  // Takes a line; gives its number. InvalidArgument, OutOfRange: a token that the model does not know, a text
  // or a number of codes that is too large for the model or the cells, wrong options, a voice of the wrong
  // size.
  StatusOr<int64_t> Add(LineRequest request);

  // Takes a line back that has not ended; nothing happens when there is none of that number.
  void Remove(int64_t line);

  // Whether no line waits or runs.
  bool idle() const { return waiting_.empty() && running_.empty(); }
  int running() const { return static_cast<int>(running_.size()); }
  // How many may run at once; half of what it was after each time that memory was short.
  int most_lines() const { return most_lines_; }
  // Why the fallback is in use; "" when it is not.
  const std::string& fallback_reason() const { return fallback_reason_; }

  // One code more for each running line; waiting ones begin first, as many as have room. When the device has
  // no memory left, half of the lines wait again; when it has none again, the fallback goes on from the
  // beginning of each line. An error (Cancelled, ResourceExhausted without a fallback, a device that fails)
  // leaves all lines waiting: they begin again with the next Step.
  Status Step(const std::stop_token& stop);

  // Lines that ended, in the order in which they did.
  struct Finished {
    int64_t line = 0;
    LineResult result;
  };
  std::vector<Finished> TakeFinished();

 private:
  struct Voice;
  struct Line;
  using LineList = std::list<std::unique_ptr<Line>>;

  Status TryStep(const std::stop_token& stop);
  Status Admit(const std::stop_token& stop);
  bool HasRoomToBegin(const Line& line);
  Status Begin(Line* line, const std::stop_token& stop);
  StatusOr<Voice*> FindVoice(const std::shared_ptr<const VoiceRows>& rows, const std::stop_token& stop);
  Status Continue();
  Status DecodeAll(const std::stop_token& stop);
  Status Decode(std::span<Line* const> lines, const std::stop_token& stop);
  Status FinishDone(const std::stop_token& stop);
  Status Complete(Line* line, LineResult* result, const std::stop_token& stop);
  Status MakeLatents(Line* line, LineResult* result, const std::stop_token& stop);
  Status ComputeRows(const LineCells& cells, std::span<const float> inputs, NetworkStep::Want want,
                     std::span<float> result, const std::stop_token& stop);
  bool ForgetVoice(const VoiceRows* keep);
  bool PostponeYoungest();
  void Postpone(std::unique_ptr<Line> line);
  void PostponeAll();
  Status MakeDoWithLess(const Status& status);
  int64_t CellsNeeded(const LineRequest& request) const;
  size_t Width() const { return static_cast<size_t>(architecture_.gpt.width); }

  const Embedder* embedder_;
  const Architecture architecture_;
  const CodeSet codes_;
  std::unique_ptr<GptNetwork> network_;
  NetworkMaker fallback_;
  std::string fallback_reason_;
  std::unique_ptr<CellPool> pool_;
  std::list<Voice> voices_;  // the last used at the end
  LineList waiting_;         // by number, as running_
  LineList running_;
  std::vector<Finished> finished_;
  int most_lines_;
  int64_t next_line_ = 0;
  bool memory_was_short_ = false;
  bool crowded_ = false;  // a line had to make room for others; no more begin until one has ended
  cpu::Workers searchers_;
  std::vector<float> inputs_;
  std::vector<float> logits_;
  std::vector<NetworkStep::Group> groups_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_GPT_GENERATOR_H_
