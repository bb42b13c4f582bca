// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/generator.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <utility>

namespace waveshift::tts::indextts {

// Keys and values of a voice's rows, kept while there is room.
struct Generator::Voice {
  std::shared_ptr<const VoiceRows> rows;
  LineCells cells;
};

struct Generator::Line {
  Line(int64_t line_number, LineRequest line_request)
      : number(line_number), request(std::move(line_request)) {}

  int64_t number;
  LineRequest request;
  // While it runs:
  std::optional<LineCells> cells;
  size_t prefix = 0;  // how many of them are voice and text
  std::unique_ptr<CodeSearch> search;
  Status status;  // of the line alone
};

Generator::Generator(std::unique_ptr<GptNetwork> network, const Embedder* embedder,
                     const Architecture& architecture, const GeneratorOptions& options, NetworkMaker fallback)
    : embedder_(embedder),
      architecture_(architecture),
      codes_{architecture.gpt.codes, static_cast<int32_t>(architecture.gpt.start_code),
             static_cast<int32_t>(architecture.gpt.stop_code)},
      network_(std::move(network)),
      fallback_(std::move(fallback)),
      pool_(std::make_unique<CellPool>(network_->cells())),
      most_lines_(std::max(1, options.most_lines)),
      searchers_(options.threads) {}

// Lines and voices give their cells back to the pool.
Generator::~Generator() {
  PostponeAll();
  voices_.clear();
}

// The most that a line can take: each beam on a way of its own, or the second pass of a text that is read
// another way there.
int64_t Generator::CellsNeeded(const LineRequest& request) const {
  const auto text = static_cast<int64_t>(request.text_ids.size()) + 3;
  const int64_t codes = static_cast<int64_t>(request.sampling.max_codes) * request.sampling.beams;
  return architecture_.perceiver.latents + text + std::max(codes, request.sampling.max_codes + text);
}

StatusOr<int64_t> Generator::Add(LineRequest request) {
  const GptSizes& gpt = architecture_.gpt;
  const auto voice_values = static_cast<size_t>(architecture_.perceiver.latents * gpt.width);
  if (request.voice == nullptr || request.voice->size() != voice_values) {
    return InvalidArgument("gpt: the rows of a voice have the wrong size");
  }
  WS_RETURN_IF_ERROR(embedder_->TextRows(request.text_ids).status());
  if (request.bound_by_text) {
    request.sampling.max_codes =
        MostCodes(static_cast<int64_t>(request.text_ids.size()), request.sampling.max_codes);
  }
  if (request.sampling.max_codes > gpt.max_codes) {
    return OutOfRange("sampling: max_codes must be at most " + std::to_string(gpt.max_codes));
  }
  WS_RETURN_IF_ERROR(CodeSearch::Start(request.sampling, codes_, request.noise).status());
  if (CellsNeeded(request) > pool_->count()) {
    return OutOfRange("gpt: a line of " + std::to_string(request.sampling.max_codes) + " codes needs " +
                      std::to_string(CellsNeeded(request)) + " cells, there are " +
                      std::to_string(pool_->count()));
  }
  waiting_.push_back(std::make_unique<Line>(next_line_, std::move(request)));
  return next_line_++;
}

std::vector<Generator::Finished> Generator::TakeFinished() { return std::exchange(finished_, {}); }

Status Generator::Step(const std::stop_token& stop) {
  Status status = TryStep(stop);
  while (status.code() == StatusCode::kResourceExhausted) {
    WS_RETURN_IF_ERROR(MakeDoWithLess(status));
    status = TryStep(stop);
  }
  if (!status.ok()) PostponeAll();
  return status;
}

// The device has no memory left: first half of the lines wait, then the fallback takes over.
Status Generator::MakeDoWithLess(const Status& status) {
  const bool first_time = !std::exchange(memory_was_short_, true);
  if (first_time && most_lines_ > 1) {
    most_lines_ = (most_lines_ + 1) / 2;
    // All of them: what was being computed is lost.
    PostponeAll();
    return OkStatus();
  }
  PostponeAll();
  if (fallback_ == nullptr) return status;
  WS_ASSIGN_OR_RETURN(std::unique_ptr<GptNetwork> network, std::exchange(fallback_, nullptr)());
  voices_.clear();
  network_ = std::move(network);
  pool_ = std::make_unique<CellPool>(network_->cells());
  fallback_reason_ = Message(status);
  memory_was_short_ = false;
  return OkStatus();
}

Status Generator::TryStep(const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(Admit(stop));
  WS_RETURN_IF_ERROR(FinishDone(stop));
  WS_RETURN_IF_ERROR(Continue());
  WS_RETURN_IF_ERROR(DecodeAll(stop));
  return FinishDone(stop);
}

void Generator::Remove(int64_t line) {
  const auto same = [&](const std::unique_ptr<Line>& other) { return other->number == line; };
  const size_t waited = waiting_.remove_if(same);
  if (running_.remove_if(same) + waited > 0) crowded_ = false;
}

Status Generator::Admit(const std::stop_token& stop) {
  while (!waiting_.empty() && running() < most_lines_ && (!crowded_ || running_.empty())) {
    Line* line = waiting_.front().get();
    if (CellsNeeded(line->request) > pool_->count()) {
      finished_.push_back(
          {line->number, {.status = OutOfRange("gpt: a line needs more cells than there are")}});
      waiting_.pop_front();
      continue;
    }
    if (!HasRoomToBegin(*line)) return OkStatus();
    WS_RETURN_IF_ERROR(Begin(line, stop));
    running_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return OkStatus();
}

bool Generator::HasRoomToBegin(const Line& line) {
  const VoiceRows* voice = line.request.voice.get();
  const bool known = std::any_of(voices_.begin(), voices_.end(),
                                 [&](const Voice& each) { return each.rows.get() == voice; });
  const int64_t cells = (known ? 0 : architecture_.perceiver.latents) +
                        static_cast<int64_t>(line.request.text_ids.size()) + 3 + line.request.sampling.beams;
  while (pool_->free() < cells) {
    if (!ForgetVoice(voice)) return false;
  }
  return true;
}

// Voice and text, and the first codes.
Status Generator::Begin(Line* line, const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(Voice * voice, FindVoice(line->request.voice, stop));
  WS_ASSIGN_OR_RETURN(std::vector<float> inputs,
                      embedder_->TextRows(SpokenIds(line->request.text_ids, architecture_.gpt)));
  inputs.resize(inputs.size() + Width());
  embedder_->CodeRow(codes_.start, 0, std::span(inputs).last(Width()));
  WS_ASSIGN_OR_RETURN(line->search, CodeSearch::Start(line->request.sampling, codes_, line->request.noise));
  line->cells.emplace(pool_.get());
  line->cells->AddShared(voice->cells.cells());
  if (!line->cells->AddCommon(static_cast<int64_t>(inputs.size() / Width()))) {
    return Internal("gpt: a line began without room");
  }
  line->prefix = line->cells->size() - 1;
  logits_.resize(static_cast<size_t>(codes_.count));
  WS_RETURN_IF_ERROR(ComputeRows(*line->cells, inputs, NetworkStep::Want::kLastLogits, logits_, stop));
  line->status = line->search->Advance(logits_);
  return OkStatus();
}

StatusOr<Generator::Voice*> Generator::FindVoice(const std::shared_ptr<const VoiceRows>& rows,
                                                 const std::stop_token& stop) {
  const auto same = [&](const Voice& each) { return each.rows == rows; };
  if (const auto it = std::find_if(voices_.begin(), voices_.end(), same); it != voices_.end()) {
    voices_.splice(voices_.end(), voices_, it);
    return &voices_.back();
  }
  LineCells cells(pool_.get());
  if (!cells.AddCommon(architecture_.perceiver.latents)) return Internal("gpt: a voice has no room");
  WS_RETURN_IF_ERROR(ComputeRows(cells, *rows, NetworkStep::Want::kCells, {}, stop));
  voices_.push_back({rows, std::move(cells)});
  return &voices_.back();
}

// Rows that follow each other at the end of `cells`.
Status Generator::ComputeRows(const LineCells& cells, std::span<const float> inputs, NetworkStep::Want want,
                              std::span<float> result, const std::stop_token& stop) {
  const NetworkStep::Group group = {.cells = cells.cells(), .sees = {}};
  return network_->Compute({.rows = static_cast<int64_t>(inputs.size() / Width()),
                            .inputs = inputs,
                            .groups = std::span(&group, 1),
                            .want = want},
                           result, stop);
}

// Gives each running line the cells of its next codes. Where there are too few, voices that nobody speaks
// with go first, then the youngest line.
Status Generator::Continue() {
  auto it = running_.begin();
  while (it != running_.end()) {
    if ((*it)->cells->Continue((*it)->search->parents())) {
      ++it;
    } else if (!ForgetVoice(nullptr)) {
      if (running_.size() == 1) return Internal("gpt: a line alone has no room");
      if (std::next(it) == running_.end()) it = running_.end();
      PostponeYoungest();
    }
  }
  return OkStatus();
}

// Lines with the same number of beams are computed together.
Status Generator::DecodeAll(const std::stop_token& stop) {
  std::map<int, std::vector<Line*>> by_beams;
  for (const auto& line : running_) by_beams[line->request.sampling.beams].push_back(line.get());
  for (const auto& [beams, lines] : by_beams) WS_RETURN_IF_ERROR(Decode(lines, stop));
  return OkStatus();
}

Status Generator::Decode(std::span<Line* const> lines, const std::stop_token& stop) {
  const auto beams = static_cast<size_t>(lines.front()->request.sampling.beams);
  const size_t line_logits = beams * static_cast<size_t>(codes_.count);
  inputs_.resize(lines.size() * beams * Width());
  logits_.resize(lines.size() * line_logits);
  groups_.clear();
  std::span<float> rows = inputs_;
  for (const Line* line : lines) {
    // Position 1 is never used: the published models speak so (reference, section 5.2).
    const int64_t position = line->search->steps() + 1;
    for (const int32_t code : line->search->next_codes()) {
      embedder_->CodeRow(code, position, rows.first(Width()));
      rows = rows.subspan(Width());
    }
    groups_.push_back({line->cells->cells(), line->cells->sees()});
  }
  WS_RETURN_IF_ERROR(network_->Compute({.rows = static_cast<int64_t>(beams),
                                        .inputs = inputs_,
                                        .groups = groups_,
                                        .want = NetworkStep::Want::kAllLogits},
                                       logits_, stop));
  searchers_.Run(static_cast<int64_t>(lines.size()), [&](int64_t item, int /*worker*/) {
    const auto i = static_cast<size_t>(item);
    lines[i]->status = lines[i]->search->Advance(std::span(logits_).subspan(i * line_logits, line_logits));
  });
  return OkStatus();
}

// Takes the lines whose codes are complete out of the running ones.
Status Generator::FinishDone(const std::stop_token& stop) {
  const auto done = [](const std::unique_ptr<Line>& line) {
    return !line->status.ok() || line->search->done();
  };
  for (;;) {
    const auto it = std::find_if(running_.begin(), running_.end(), done);
    if (it == running_.end()) return OkStatus();
    std::unique_ptr<Line> line = std::move(*it);
    running_.erase(it);
    LineResult result = {.status = line->status};
    const Status status = result.status.ok() ? Complete(line.get(), &result, stop) : OkStatus();
    if (!status.ok()) {
      Postpone(std::move(line));
      return status;
    }
    finished_.push_back({line->number, std::move(result)});
    crowded_ = false;
  }
}

Status Generator::Complete(Line* line, LineResult* result, const std::stop_token& stop) {
  result->codes = line->search->Result();
  result->draws = line->search->draws();
  result->clean = CleanCodes(result->codes, codes_.stop);
  const bool stopped = !result->codes.empty() && result->codes.back() == codes_.stop;
  result->fault = FindFault(result->clean, stopped, static_cast<int64_t>(line->request.text_ids.size()));
  if (!line->request.want_latents || result->clean.empty()) return OkStatus();
  return MakeLatents(line, result, stop);
}

// The second pass (reference, section 6): voice and text are those of generation unless the text has start or
// stop tokens; the last code and the stop code are left out, since nothing of what is wanted sees them.
Status Generator::MakeLatents(Line* line, LineResult* result, const std::stop_token& stop) {
  const std::vector<int32_t>& ids = line->request.text_ids;
  std::vector<float> inputs;
  if (SpokenIds(ids, architecture_.gpt).size() == ids.size()) {
    line->cells->Drop(line->prefix);
  } else {
    line->cells->Drop(static_cast<size_t>(architecture_.perceiver.latents));
    WS_ASSIGN_OR_RETURN(inputs, embedder_->TextRows(ids));
  }
  const size_t text_values = inputs.size();
  inputs.resize(text_values + result->clean.size() * Width());
  for (size_t i = 0; i < result->clean.size(); ++i) {
    embedder_->CodeRow(i == 0 ? codes_.start : result->clean[i - 1], static_cast<int64_t>(i),
                       std::span(inputs).subspan(text_values + i * Width(), Width()));
  }
  while (!line->cells->AddCommon(static_cast<int64_t>(inputs.size() / Width()))) {
    if (!ForgetVoice(nullptr) && !PostponeYoungest()) return Internal("gpt: a second pass has no room");
  }
  std::vector<float> hidden(inputs.size());
  WS_RETURN_IF_ERROR(ComputeRows(*line->cells, inputs, NetworkStep::Want::kHidden, hidden, stop));
  hidden.erase(hidden.begin(), hidden.begin() + static_cast<std::ptrdiff_t>(text_values));
  if (!std::all_of(hidden.begin(), hidden.end(), [](float value) { return std::isfinite(value); })) {
    result->status = Internal("gpt: a latent is no finite number");
  }
  result->latents = std::move(hidden);
  return OkStatus();
}

// Frees the cells of the voice that was used longest ago and is not used by a line; false when there is none.
bool Generator::ForgetVoice(const VoiceRows* keep) {
  const auto idle = [&](const Voice& voice) {
    return voice.rows.get() != keep && pool_->users(voice.cells.cells().front()) == 1;
  };
  const auto it = std::find_if(voices_.begin(), voices_.end(), idle);
  if (it == voices_.end()) return false;
  voices_.erase(it);
  return true;
}

bool Generator::PostponeYoungest() {
  if (running_.empty()) return false;
  // Whoever makes room now would only be sent back again before somebody has ended.
  crowded_ = true;
  std::unique_ptr<Line> youngest = std::move(running_.back());
  running_.pop_back();
  Postpone(std::move(youngest));
  return true;
}

// It begins again later, with the same noise: nothing of it is lost but time.
void Generator::Postpone(std::unique_ptr<Line> line) {
  line->cells.reset();
  line->search.reset();
  line->status = OkStatus();
  const auto later = [&](const std::unique_ptr<Line>& other) { return other->number > line->number; };
  const auto place = std::find_if(waiting_.begin(), waiting_.end(), later);
  waiting_.insert(place, std::move(line));
}

void Generator::PostponeAll() {
  while (PostponeYoungest()) {
  }
  // A line that did not get to the end of its beginning waits already, but holds cells.
  for (const auto& line : waiting_) line->cells.reset();
  crowded_ = false;
}

}  // namespace waveshift::tts::indextts
