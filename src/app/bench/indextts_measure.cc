// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/indextts_measure.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <utility>

#include "app/bench/indextts_work.h"
#include "app/bench/machine_measure.h"
#include "app/bench/stopwatch.h"
#include "base/large_file.h"
#include "runtime/cpu/workers.h"
#include "tts/indextts/gpt/cells.h"
#include "tts/indextts/gpt/code_search.h"
#include "tts/indextts/gpt/embedder.h"
#include "tts/indextts/gpt/network.h"
#include "tts/indextts/gpt/noise.h"
#include "tts/indextts/loaded_model.h"
#include "tts/indextts/vocoder/vocoder_model.h"
#include "tts/indextts/voice/conformer.h"
#include "tts/indextts/voice/log_mel.h"
#include "tts/indextts/voice/perceiver.h"
#include "tts/indextts/voice/prompt_audio.h"
#include "tts/indextts/voice/speaker_encoder.h"

namespace waveshift::app {
namespace {

using tts::indextts::NetworkStep;

constexpr int kBeams = 3;
constexpr double kSampleSeconds = 10;
constexpr int64_t kTextTokens = 48;
constexpr int64_t kCodes = 117;
constexpr int kSearchSteps = 200;

// A voice that glides, so that every band hears something.
std::vector<float> Sample(const tts::indextts::Architecture& architecture) {
  const double rate = static_cast<double>(architecture.mel.sample_rate_hz);
  const double longest = 0.9 * tts::indextts::PromptLimitsOf(architecture).longest_seconds;
  std::vector<float> samples(static_cast<size_t>(std::min(kSampleSeconds, longest) * rate));
  for (size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    samples[i] = static_cast<float>(0.3 * std::sin(2 * M_PI * (150 * t + 40 * std::sin(3 * t))));
  }
  return samples;
}

// Numbers between -1 and 1 that are all different.
std::vector<float> Numbers(int64_t count) {
  const tts::indextts::CounterNoise noise(1);
  std::vector<float> numbers(static_cast<size_t>(count));
  for (size_t i = 0; i < numbers.size(); ++i) {
    numbers[i] = static_cast<float>(2 * noise.Uniform(0, static_cast<int64_t>(i)) - 1);
  }
  return numbers;
}

class IndexTtsMeasure {
 public:
  IndexTtsMeasure(const IndexTtsMeasureOptions& options, const std::stop_token& stop)
      : options_(options), stop_(stop) {}

  StatusOr<std::vector<BenchRow>> Run(const std::string& path) {
    WS_RETURN_IF_ERROR(Load(path));
    WS_RETURN_IF_ERROR(MeasureVoice());
    WS_RETURN_IF_ERROR(MeasurePrefix());
    for (const int lines : options_.batches) WS_RETURN_IF_ERROR(MeasureStep(lines));
    for (const int lines : options_.batches) WS_RETURN_IF_ERROR(MeasureSearch(lines));
    WS_RETURN_IF_ERROR(MeasureVocoder());
    for (const int lines : options_.batches) AddTotals(lines);
    // Before what needs memory of its own.
    AddRow("peak_memory", "MiB", {PeakMemoryMib(), PeakMemoryMib()});
    if (device_->kind() == ggml::DeviceKind::kCpu) {
      const MachineLimits limits = MeasureMachine(options_.threads);
      SetShares(rows_, limits.gflops, limits.gbytes);
    }
    return std::move(rows_);
  }

 private:
  Status Load(const std::string& path);
  Status LoadParts(const std::string& path);
  void SetSizes();
  Status MeasureVoice();
  Status MeasurePrefix();
  Status MeasureRows(const char* measure, int64_t rows, int64_t before, NetworkStep::Want want);
  Status MeasureStep(int lines);
  Status Step(std::vector<tts::indextts::LineCells>& lines, int step);
  Status MeasureSearch(int lines);
  Status MeasureVocoder();
  void AddTotals(int lines);

  void Tell(const char* what) {
    const double stages = 6 + 2 * static_cast<double>(options_.batches.size());
    if (options_.progress) options_.progress(std::min(1.0, stages_++ / stages), subject_ + " " + what);
  }
  // The rounds of a stage.
  StatusOr<BenchRounds> Timed(const std::function<Status()>& run) {
    return TimedTimes(options_.rounds, [&](int) { return run(); });
  }
  static StatusOr<BenchRounds> TimedTimes(int times, const std::function<Status(int)>& run) {
    std::vector<double> seconds;
    std::vector<double> processor;
    for (int i = 0; i < times; ++i) {
      const Stopwatch watch;
      WS_RETURN_IF_ERROR(run(i));
      seconds.push_back(watch.Seconds());
      processor.push_back(watch.ProcessorSeconds());
    }
    BenchRounds rounds = Summary(std::move(seconds));
    rounds.processor_s = Summary(std::move(processor)).best;
    return rounds;
  }
  void AddRow(const std::string& measure, const char* unit, const BenchRounds& rounds,
              const BenchWork& work = {}, int lines = 0) {
    rows_.push_back({.bench = "indextts",
                     .subject = subject_,
                     .threads = options_.threads,
                     .lines = lines,
                     .measure = measure,
                     .unit = unit,
                     .value = rounds.best,
                     .median = rounds.median,
                     .processor_s = rounds.processor_s,
                     .work = work});
    if (std::string_view(unit) == "s") seconds_[{measure, lines}] = rounds;
  }
  const tts::indextts::GptSizes& sizes() const { return model_->architecture().gpt; }
  int64_t prefix() const { return model_->architecture().perceiver.latents + text_rows_; }
  double CellReads(int64_t positions) const {
    return static_cast<double>(positions * CellBytes(sizes(), ggml::TensorType::kF16));
  }

  const IndexTtsMeasureOptions& options_;
  const std::stop_token& stop_;
  std::unique_ptr<tts::indextts::ComputeDevice> device_;
  std::shared_ptr<const tts::indextts::LoadedModel> model_;
  std::unique_ptr<tts::indextts::Embedder> embedder_;
  std::unique_ptr<tts::indextts::GptNetwork> network_;
  std::shared_ptr<const tts::indextts::VocoderModel> vocoder_;
  std::string subject_;
  int64_t text_rows_ = 0;
  int64_t codes_ = 0;
  int steps_ = 0;
  int64_t cells_ = 0;
  std::vector<float> inputs_;
  std::vector<float> results_;
  std::map<std::pair<std::string, int>, BenchRounds> seconds_;  // by measure and lines
  std::vector<BenchRow> rows_;
  int stages_ = 0;
};

Status IndexTtsMeasure::Load(const std::string& path) {
  // Every page is touched once, so that the disk is not what is measured.
  WS_ASSIGN_OR_RETURN(const InputFile file, InputFile::Open(path));
  WS_RETURN_IF_ERROR(file.Sha256Hex().status());
  if (stop_.stop_requested()) return Cancelled("stopped");
  const Stopwatch watch;
  WS_RETURN_IF_ERROR(LoadParts(path));
  AddRow("load", "s", {watch.Seconds(), watch.Seconds()});
  return OkStatus();
}

Status IndexTtsMeasure::LoadParts(const std::string& path) {
  WS_ASSIGN_OR_RETURN(
      device_, tts::indextts::ComputeDevice::Open({.kind = options_.device, .threads = options_.threads}));
  WS_ASSIGN_OR_RETURN(model_, tts::indextts::LoadedModel::Load(
                                  path, device_->graphs(),
                                  options_.ggml_network ? tts::indextts::LoadedModel::Parts::kAll
                                                        : tts::indextts::LoadedModel::Parts::kForGraphs));
  SetSizes();
  Tell("load");
  const std::shared_ptr<const ggml::GgufFile> file(model_, &model_->file());
  embedder_ = std::make_unique<tts::indextts::Embedder>(file, sizes());
  const tts::indextts::NetworkOptions cells = {.cells = cells_};
  auto network = options_.ggml_network ? MakeGgmlNetwork(model_->weights(), device_->graphs(), sizes(), cells)
                                       : MakeNetwork(file, model_->weights(), *device_, sizes(), cells);
  WS_RETURN_IF_ERROR(network.status());
  network_ = *std::move(network);
  WS_ASSIGN_OR_RETURN(vocoder_, tts::indextts::LoadVocoder(file, device_->kind(), options_.threads));
  if (!vocoder_->fallback_reason().empty()) return FailedPrecondition(vocoder_->fallback_reason());
  return OkStatus();
}

void IndexTtsMeasure::SetSizes() {
  const ggml::StoredTensor* matrix = model_->file().FindTensor("gpt.blocks.0.ff.up.weight");
  subject_ = model_->architecture().version + " " + std::string(TypeName(matrix->type));
  text_rows_ = std::min(kTextTokens, sizes().max_text_tokens) + 3;  // start, stop, and the first code's
  codes_ = std::min(kCodes, sizes().max_codes);
  steps_ = std::min(options_.steps, static_cast<int>(std::max<int64_t>(1, codes_ / 2)));
  const int most = *std::max_element(options_.batches.begin(), options_.batches.end());
  cells_ = std::max<int64_t>(most * (prefix() + codes_ / 2 + int64_t{kBeams} * steps_), prefix() + codes_);
}

Status IndexTtsMeasure::MeasureVoice() {
  namespace indextts = tts::indextts;
  const indextts::Architecture& a = model_->architecture();
  const std::vector<float> sound = Sample(a);
  indextts::LogMel mel;
  std::vector<float> heard;
  Tell("voice");
  cpu::Workers workers(options_.threads);
  WS_ASSIGN_OR_RETURN(const BenchRounds log_mel, Timed([&]() -> Status {
                        WS_ASSIGN_OR_RETURN(mel, ComputeLogMel(sound, a.mel, &workers));
                        return OkStatus();
                      }));
  AddRow("log_mel", "s", log_mel);
  WS_ASSIGN_OR_RETURN(const BenchRounds conformer, Timed([&]() -> Status {
                        WS_ASSIGN_OR_RETURN(heard, RunConformer(*model_, device_->graphs(), mel, stop_));
                        return OkStatus();
                      }));
  const auto work = [&](double flop, const char* prefix) {
    return BenchWork{flop, WeightBytes(model_->file(), prefix)};
  };
  AddRow("conformer", "s", conformer, work(ConformerFlop(a, mel.frames), "conformer."));
  WS_ASSIGN_OR_RETURN(const BenchRounds perceiver,
                      Timed([&] { return RunPerceiver(*model_, device_->graphs(), heard, stop_).status(); }));
  AddRow("perceiver", "s", perceiver, work(PerceiverFlop(a, mel.frames), "perceiver."));
  WS_ASSIGN_OR_RETURN(const BenchRounds speaker, Timed([&] {
                        return RunSpeakerEncoder(*model_, device_->graphs(), mel, stop_).status();
                      }));
  AddRow("speaker_encoder", "s", speaker, work(SpeakerEncoderFlop(a, mel.frames), "speaker."));
  return OkStatus();
}

Status IndexTtsMeasure::MeasurePrefix() {
  const int64_t latents = model_->architecture().perceiver.latents;
  WS_RETURN_IF_ERROR(MeasureRows("gpt_voice", latents, 0, NetworkStep::Want::kCells));
  WS_RETURN_IF_ERROR(MeasureRows("gpt_text", text_rows_, latents, NetworkStep::Want::kLastLogits));
  return MeasureRows("second_pass", codes_, prefix(), NetworkStep::Want::kHidden);
}

// Rows that follow each other, behind `before` others.
Status IndexTtsMeasure::MeasureRows(const char* measure, int64_t rows, int64_t before,
                                    NetworkStep::Want want) {
  Tell(measure);
  tts::indextts::CellPool pool(cells_);
  tts::indextts::LineCells cells(&pool);
  if (!cells.AddCommon(before + rows)) return Internal("bench: too few cells");
  inputs_ = Numbers(rows * sizes().width);
  const bool logits = want == NetworkStep::Want::kLastLogits;
  results_.resize(want == NetworkStep::Want::kCells ? 0
                  : logits                          ? static_cast<size_t>(sizes().codes)
                                                    : inputs_.size());
  const NetworkStep::Group group = {.cells = cells.cells(), .sees = {}};
  WS_ASSIGN_OR_RETURN(const BenchRounds rounds, Timed([&] {
                        return network_->Compute(
                            {.rows = rows, .inputs = inputs_, .groups = std::span(&group, 1), .want = want},
                            results_, stop_);
                      }));
  double bytes = WeightBytes(model_->file(), "gpt.blocks.") + CellReads(before);
  if (logits) bytes += WeightBytes(model_->file(), "gpt.code_head.");
  AddRow(measure, "s", rounds, {GptFlop(sizes(), rows, before, logits ? 1 : 0), bytes});
  return OkStatus();
}

// In the middle of the codes, so that a step costs what it does on average.
Status IndexTtsMeasure::MeasureStep(int lines) {
  Tell("gpt_step");
  tts::indextts::CellPool pool(cells_);
  std::vector<tts::indextts::LineCells> cells;
  cells.reserve(static_cast<size_t>(lines));
  const int64_t before = prefix() + codes_ / 2 - steps_ / 2;
  for (int i = 0; i < lines; ++i) {
    if (!cells.emplace_back(&pool).AddCommon(before)) return Internal("bench: too few cells");
  }
  WS_ASSIGN_OR_RETURN(const BenchRounds rounds,
                      TimedTimes(steps_, [&](int step) { return Step(cells, step); }));
  const int64_t positions = before + steps_ / 2;
  const double bytes = WeightBytes(model_->file(), "gpt.blocks.") +
                       WeightBytes(model_->file(), "gpt.code_head.") + CellReads(lines * positions);
  AddRow("gpt_step", "s", rounds, {GptStepFlop(sizes(), int64_t{lines} * kBeams, positions), bytes}, lines);
  return OkStatus();
}

Status IndexTtsMeasure::Step(std::vector<tts::indextts::LineCells>& lines, int step) {
  constexpr std::array<int32_t, kBeams> kParents = {0, 0, 1};
  const size_t rows = lines.size() * kBeams;
  const auto width = static_cast<size_t>(sizes().width);
  inputs_.resize(rows * width);
  results_.resize(rows * static_cast<size_t>(sizes().codes));
  std::vector<NetworkStep::Group> groups;
  for (tts::indextts::LineCells& line : lines) {
    if (!line.Continue(kParents)) return Internal("bench: too few cells");
    groups.push_back({line.cells(), line.sees()});
  }
  for (size_t row = 0; row < rows; ++row) {
    embedder_->CodeRow(static_cast<int32_t>(row) % static_cast<int32_t>(sizes().codes),
                       codes_ / 2 - steps_ / 2 + step, std::span(inputs_).subspan(row * width, width));
  }
  return network_->Compute(
      {.rows = kBeams, .inputs = inputs_, .groups = groups, .want = NetworkStep::Want::kAllLogits}, results_,
      stop_);
}

// On logits that are all different; as Generator has its lines search.
Status IndexTtsMeasure::MeasureSearch(int lines) {
  Tell("search");
  const tts::indextts::CodeSet codes = {sizes().codes, static_cast<int32_t>(sizes().start_code),
                                        static_cast<int32_t>(sizes().stop_code)};
  std::vector<float> logits = Numbers(kBeams * codes.count);
  for (float& logit : logits) logit *= 5;
  std::vector<std::unique_ptr<tts::indextts::CodeSearch>> searches;
  for (int line = 0; line < lines; ++line) {
    WS_ASSIGN_OR_RETURN(auto search,
                        tts::indextts::CodeSearch::Start({.beams = kBeams, .max_codes = kSearchSteps}, codes,
                                                         std::make_shared<tts::indextts::CounterNoise>(1)));
    // The first time the beams have one row in common.
    WS_RETURN_IF_ERROR(search->Advance(std::span(logits).first(static_cast<size_t>(codes.count))));
    searches.push_back(std::move(search));
  }
  cpu::Workers workers(options_.threads);
  std::vector<double> seconds;
  std::vector<Status> statuses(searches.size());
  while (!searches.front()->done()) {
    const Stopwatch watch;
    workers.Run(lines, [&](int64_t line, int /*worker*/) {
      const auto i = static_cast<size_t>(line);
      statuses[i] = searches[i]->Advance(logits);
    });
    seconds.push_back(watch.Seconds());
    for (const Status& status : statuses) WS_RETURN_IF_ERROR(status);
  }
  if (seconds.empty()) return Internal("bench: the search ended with its first code");
  AddRow("search", "s", Summary(std::move(seconds)), {}, lines);
  return OkStatus();
}

Status IndexTtsMeasure::MeasureVocoder() {
  Tell("vocoder");
  WS_ASSIGN_OR_RETURN(const auto voice,
                      vocoder_->MakeVoice(std::vector<float>(
                          static_cast<size_t>(model_->architecture().speaker.width), 0.05F)));
  WS_ASSIGN_OR_RETURN(const auto session, vocoder_->Open({.threads = options_.threads}));
  const std::vector<float> latents = Numbers(codes_ * vocoder_->latent_width());
  std::vector<double> first;
  WS_ASSIGN_OR_RETURN(const BenchRounds rounds, Timed([&] {
                        bool heard = false;
                        const Stopwatch watch;
                        const auto sink = [&](std::span<const float>) {
                          if (!std::exchange(heard, true)) first.push_back(watch.Seconds());
                        };
                        return session->Speak(voice, latents, sink, stop_);
                      }));
  AddRow("vocoder", "s", rounds, {vocoder_->operations(codes_), static_cast<double>(vocoder_->bytes())});
  AddRow("vocoder_first_audio", "s", Summary(std::move(first)));
  return OkStatus();
}

void IndexTtsMeasure::AddTotals(int lines) {
  const auto total = [&](double BenchRounds::*which) {
    const auto of = [&](const char* measure, int of_lines) { return seconds_[{measure, of_lines}].*which; };
    const double step = of("gpt_step", lines) + of("search", lines);
    const double code = step / lines;
    return std::pair(lines / step, of("gpt_text", 0) + static_cast<double>(codes_) * code +
                                       of("second_pass", 0) + of("vocoder", 0));
  };
  const auto [codes_best, best] = total(&BenchRounds::best);
  const auto [codes_median, median] = total(&BenchRounds::median);
  const double spoken = static_cast<double>(codes_ * sizes().samples_per_code) /
                        static_cast<double>(model_->architecture().mel.sample_rate_hz);
  AddRow("codes", "codes/s", {codes_best, codes_median}, {}, lines);
  AddRow("rtf", "s/s", {best / spoken, median / spoken}, {}, lines);
}

}  // namespace

StatusOr<std::vector<BenchRow>> MeasureIndexTts(const std::string& model,
                                                const IndexTtsMeasureOptions& options,
                                                const std::stop_token& stop) {
  return IndexTtsMeasure(options, stop).Run(model);
}

}  // namespace waveshift::app
