// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/line_fitter.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "alignment/planner.h"
#include "base/hash.h"
#include "pipeline/line_room.h"
#include "pipeline/render.h"
#include "pipeline/takes.h"
#include "text/language.h"
#include "voices/syllables.h"

namespace waveshift::pipeline {
namespace {

using nlohmann::json;

constexpr int kRounds = 2;             // of shortening and speaking again
constexpr double kShorterTake = 0.97;  // a take must be this much shorter to be worth other words
constexpr double kSureLength = 1.1;    // a prediction must be beyond the room by this much
constexpr double kFillShare = 0.85;    // of its slot that a lengthened line should fill

double SyllablesOf(std::string_view text) { return std::max(0.5, voices::EstimateSyllables(text).syllables); }

Shortening ShorteningOf(simplify::Method method) {
  if (method == simplify::Method::kRules) return Shortening::kRules;
  return method == simplify::Method::kLlm ? Shortening::kLlm : Shortening::kNone;
}

}  // namespace

// The suggestions of the model, kept with the job.
class LineFitter::JournalCache : public simplify::SuggestionCache {
 public:
  explicit JournalCache(Journal& journal) : journal_(journal) {}
  std::optional<std::string> Get(const std::string& key) override {
    return journal_.LoadNote("suggestions-" + key);
  }
  void Put(const std::string& key, const std::string& value) override {
    journal_.SaveNote("suggestions-" + key, value).IgnoreError();  // only costs a request next time
  }

 private:
  Journal& journal_;
};

// A line that is being fitted.
struct LineFitter::Pending {
  size_t index = 0;
  Samples natural = 0;  // length of its words as they are now: measured, or predicted
  bool changed = false;
};

LineFitter::LineFitter(const JobSpec& spec, const JobDeps& deps, PreparedJob& job, Journal& journal,
                       LengthModel lengths)
    : spec_(spec),
      deps_(deps),
      job_(job),
      journal_(journal),
      lengths_(std::move(lengths)),
      cache_(std::make_unique<JournalCache>(journal)),
      shortener_(simplify::MakeShortener(spec.options.shortening.shortener, deps.chat_model, cache_.get())),
      decided_(job.lines.size(), false) {
  std::set<std::string> names;
  for (size_t i = 0; i < job_.lines.size(); ++i) {
    decision_names_.push_back(DecisionName(i));
    names.insert(job_.lines[i].line.speaker);
  }
  names_.assign(names.begin(), names.end());
}

LineFitter::~LineFitter() = default;

std::string LineFitter::DecisionName(size_t index) const {
  const LineState& state = job_.lines[index];
  if (state.status != LineStatus::kToSpeak) return "";
  const ShorteningOptions& options = spec_.options.shortening;
  FieldHasher hasher;
  hasher.Add(state.take_key).Add(static_cast<long long>(Room(index))).Add(SpeedLeftOf(state));
  hasher.Add(static_cast<long long>(state.slot_end - state.slot_start));
  hasher.Add(options.lengthen ? 1LL : 0LL).Add(options.shortener.use_rules ? 1LL : 0LL);
  hasher.Add(std::string_view(deps_.chat_model != nullptr ? deps_.chat_model->id() : ""));
  return "words-" + hasher.Hex();
}

Samples LineFitter::Room(size_t index) const {
  return RoomOf(job_.lines, index, job_.plan.length, alignment::PlannerOptions().min_gap);
}

double LineFitter::SpeedLeftOf(const LineState& state) const {
  return SpeedLeft(spec_.options.max_speed, state.request.voice.natural_rate * state.request.speed);
}

void LineFitter::Use(LineState& state, const std::string& text, simplify::Method method) const {
  state.request.text = text;
  state.take_key = TakeKey(*deps_.synthesizer, state.request);
  state.shortening = ShorteningOf(method);
}

void LineFitter::ApplyEarlierDecisions() {
  for (size_t i = 0; i < job_.lines.size(); ++i) {
    if (decision_names_[i].empty()) continue;
    const auto note = journal_.LoadNote(decision_names_[i]);
    const json value = note ? json::parse(*note, nullptr, /*allow_exceptions=*/false) : json();
    if (!value.is_object() || !value.value("text", json()).is_string()) continue;
    const auto text = value["text"].get<std::string>();
    const json method = value.value("method", json());
    const json before = value.value("natural_before", json());
    const json after = value.value("natural_after", json());
    if (!text::HasSayableWords(text) || !method.is_number_unsigned() || method > 2 ||
        !before.is_number_integer() || !after.is_number_integer())
      continue;
    LineState& state = job_.lines[i];
    Use(state, text, static_cast<simplify::Method>(method.get<int>()));
    state.natural_before = before.get<Samples>();
    state.natural_after = after.get<Samples>();
    decided_[i] = true;
  }
}

Status LineFitter::Decide(size_t index) {
  const LineState& state = job_.lines[index];
  decided_[index] = true;
  const json value = {{"text", state.request.text},
                      {"method", static_cast<unsigned>(state.shortening)},
                      {"natural_before", state.natural_before},
                      {"natural_after", state.natural_after}};
  const Status saved =
      journal_.SaveNote(decision_names_[index], value.dump(-1, ' ', false, json::error_handler_t::replace));
  if (!saved.ok()) return FailedPrecondition("the journal cannot be written: " + Message(saved));
  return OkStatus();
}

Status LineFitter::BeforeSpeaking(size_t first, size_t end, const std::stop_token& stop) {
  if (!lengths_.predict) return OkStatus();
  PendingLines lines;
  for (size_t i = first; i < end; ++i) {
    const LineState& state = job_.lines[i];
    if (state.status != LineStatus::kToSpeak || decided_[i] || journal_.HasTake(state.take_key)) continue;
    const Samples natural = lengths_.predict(state, state.request.text);
    const auto surely = static_cast<Samples>(static_cast<double>(natural) / kSureLength);
    if (natural > 0 && IsHopeless(surely, Room(i), SpeedLeftOf(state))) lines.push_back({i, natural});
  }
  if (lines.empty()) return OkStatus();
  simplify::Batch batch{.language = spec_.target_language, .names = names_};
  for (const Pending& pending : lines) batch.lines.push_back(Describe(pending, batch.aim));
  const auto predict = [&](const simplify::LineToFit& line, std::string_view text) {
    return static_cast<double>(lengths_.predict(job_.lines[static_cast<size_t>(line.id)], text));
  };
  WS_ASSIGN_OR_RETURN(const auto result, shortener_->Fit(batch, predict, stop));
  if (!result.problem.empty()) problems_.push_back(result.problem);
  for (size_t n = 0; n < lines.size(); ++n) {
    const simplify::FittedLine& fitted = result.lines[n];
    if (fitted.method == simplify::Method::kNone) continue;
    LineState& state = job_.lines[lines[n].index];
    Use(state, fitted.text, fitted.method);
    state.natural_before = lines[n].natural;
  }
  return OkStatus();
}

Status LineFitter::AfterSpeaking(size_t first, size_t end, const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(PendingLines lines, Measure(first, end));
  WS_RETURN_IF_ERROR(RestoreWhatFits(lines, stop));
  PendingLines too_long, too_short;
  std::vector<size_t> considered;
  const bool lengthens = spec_.options.shortening.lengthen && deps_.chat_model != nullptr;
  for (const Pending& line : lines) {
    const LineState& state = job_.lines[line.index];
    if (IsHopeless(line.natural, Room(line.index), SpeedLeftOf(state))) {
      too_long.push_back(line);
    } else if (lengthens && !line.changed && state.shortening == Shortening::kNone &&
               IsFarTooShort(line.natural, state.slot_end - state.slot_start)) {
      too_short.push_back(line);
    } else if (state.shortening == Shortening::kNone && !line.changed) {
      continue;
    }
    considered.push_back(line.index);
  }
  for (int round = 0; round < kRounds && !too_long.empty(); ++round) {
    WS_RETURN_IF_ERROR(Round(too_long, simplify::Aim::kShorter, stop));
    std::erase_if(too_long, [this](const Pending& line) {
      return !line.changed ||
             !IsHopeless(line.natural, Room(line.index), SpeedLeftOf(job_.lines[line.index]));
    });
  }
  if (!too_short.empty()) WS_RETURN_IF_ERROR(Round(too_short, simplify::Aim::kLonger, stop));
  for (const size_t index : considered) WS_RETURN_IF_ERROR(Decide(index));
  return OkStatus();
}

StatusOr<LineFitter::PendingLines> LineFitter::Measure(size_t first, size_t end) const {
  PendingLines lines;
  for (size_t i = first; i < end; ++i) {
    LineState& state = job_.lines[i];
    if (state.status != LineStatus::kToSpeak || !journal_.HasTake(state.take_key)) continue;
    if (decided_[i] && !lengths_.observe) continue;
    const auto take = journal_.LoadTake(state.take_key);
    if (!take.ok()) continue;  // damaged: it is spoken once more where it is used
    const Samples natural = NaturalLength(*take);
    if (lengths_.observe) lengths_.observe(state, natural);
    if (decided_[i]) continue;
    if (state.shortening != Shortening::kNone) state.natural_after = natural;
    lines.push_back({i, natural});
  }
  return lines;
}

// A line that was shortened on a prediction that proved wrong gets its own words back.
Status LineFitter::RestoreWhatFits(PendingLines& lines, const std::stop_token& stop) {
  std::vector<LineState> trials;
  std::vector<Pending*> owners;
  for (Pending& line : lines) {
    const LineState& state = job_.lines[line.index];
    if (state.shortening == Shortening::kNone) continue;
    const double ratio = SyllablesOf(state.line.translation) / SyllablesOf(state.request.text);
    const auto whole = static_cast<Samples>(static_cast<double>(line.natural) * ratio);
    if (IsHopeless(whole, Room(line.index), SpeedLeftOf(state))) continue;
    trials.push_back(state);
    Use(trials.back(), state.line.translation, simplify::Method::kNone);
    owners.push_back(&line);
  }
  WS_ASSIGN_OR_RETURN(const auto naturals, SpeakAll(trials, stop));
  for (size_t n = 0; n < trials.size(); ++n) {
    LineState& state = job_.lines[owners[n]->index];
    if (naturals[n] <= 0 || IsHopeless(naturals[n], Room(owners[n]->index), SpeedLeftOf(state))) continue;
    Use(state, state.line.translation, simplify::Method::kNone);
    state.natural_before = state.natural_after = 0;
    owners[n]->natural = naturals[n];
    owners[n]->changed = true;
  }
  return OkStatus();
}

simplify::LineToFit LineFitter::Describe(const Pending& pending, simplify::Aim aim) const {
  const LineState& state = job_.lines[pending.index];
  const Samples slot = state.slot_end - state.slot_start;
  const double target = aim == simplify::Aim::kShorter
                            ? static_cast<double>(ComfortableLength(Room(pending.index), SpeedLeftOf(state)))
                            : kFillShare * static_cast<double>(slot);
  simplify::LineToFit line{.id = static_cast<int64_t>(pending.index),
                           .text = state.line.translation,
                           .original = state.line.original,
                           .speaker = state.line.speaker,
                           .target = target,
                           .units = SyllablesOf(state.line.translation)};
  if (pending.index > 0) line.before = job_.lines[pending.index - 1].line.translation;
  if (pending.index + 1 < job_.lines.size()) line.after = job_.lines[pending.index + 1].line.translation;
  return line;
}

Status LineFitter::Round(PendingLines& lines, simplify::Aim aim, const std::stop_token& stop) {
  simplify::Batch batch{.aim = aim, .language = spec_.target_language, .names = names_};
  for (Pending& pending : lines) {
    pending.changed = false;
    batch.lines.push_back(Describe(pending, aim));
  }
  // The take tells how long a syllable of this line is in this voice.
  const auto predict = [&](const simplify::LineToFit& line, std::string_view text) {
    const auto index = static_cast<size_t>(line.id);
    const auto own = std::find_if(lines.begin(), lines.end(),
                                  [index](const Pending& pending) { return pending.index == index; });
    return static_cast<double>(own->natural) * SyllablesOf(text) /
           SyllablesOf(job_.lines[index].request.text);
  };
  WS_ASSIGN_OR_RETURN(const auto result, shortener_->Fit(batch, predict, stop));
  if (!result.problem.empty()) problems_.push_back(result.problem);
  return SpeakAgain(lines, result.lines, aim, stop);
}

Status LineFitter::SpeakAgain(PendingLines& lines, const std::vector<simplify::FittedLine>& fitted,
                              simplify::Aim aim, const std::stop_token& stop) {
  std::vector<LineState> trials;
  std::vector<Pending*> owners;
  for (size_t n = 0; n < lines.size(); ++n) {
    const LineState& state = job_.lines[lines[n].index];
    if (fitted[n].method == simplify::Method::kNone || fitted[n].text == state.request.text) continue;
    trials.push_back(state);
    Use(trials.back(), fitted[n].text, fitted[n].method);
    owners.push_back(&lines[n]);
  }
  WS_ASSIGN_OR_RETURN(const auto naturals, SpeakAll(trials, stop));
  for (size_t n = 0; n < trials.size(); ++n) {
    Pending& pending = *owners[n];
    LineState& state = job_.lines[pending.index];
    const bool better =
        aim == simplify::Aim::kShorter
            ? static_cast<double>(naturals[n]) < kShorterTake * static_cast<double>(pending.natural)
            : naturals[n] > pending.natural && naturals[n] <= Room(pending.index);
    if (naturals[n] <= 0 || !better) continue;
    if (state.natural_before == 0) state.natural_before = pending.natural;
    state.request = trials[n].request;
    state.take_key = trials[n].take_key;
    state.shortening = trials[n].shortening;
    state.natural_after = pending.natural = naturals[n];
    pending.changed = true;
  }
  return OkStatus();
}

// The natural length of each trial's take, which is in the journal then; 0 of one that could not be spoken.
StatusOr<std::vector<Samples>> LineFitter::SpeakAll(const std::vector<LineState>& trials,
                                                    const std::stop_token& stop) {
  std::vector<tts::SpeakRequest> requests;
  std::vector<const LineState*> asked;
  std::set<std::string> keys;
  for (const LineState& trial : trials) {
    if (journal_.HasTake(trial.take_key) || !keys.insert(trial.take_key).second) continue;
    requests.push_back(trial.request);
    asked.push_back(&trial);
  }
  Status broken;
  const auto keep = [&](size_t n, StatusOr<tts::SpokenLine> line) {
    const Status kept = KeepTake(journal_, *asked[n], std::move(line));
    if (EndsJob(kept)) broken = kept;
  };
  if (!requests.empty()) {
    const Status status = deps_.synthesizer->Synthesize(requests, keep, stop);
    if (EndsJob(status)) return status;
    WS_RETURN_IF_ERROR(broken);
  }
  std::vector<Samples> naturals;
  for (const LineState& trial : trials) {
    const auto take = journal_.HasTake(trial.take_key) ? journal_.LoadTake(trial.take_key) : NotFound("");
    naturals.push_back(take.ok() ? NaturalLength(*take) : 0);
  }
  return naturals;
}

}  // namespace waveshift::pipeline
