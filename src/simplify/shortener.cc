// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "simplify/shortener.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/hash.h"
#include "simplify/language_data.h"
#include "simplify/meaning.h"
#include "simplify/prompt.h"
#include "simplify/rule_trim.h"
#include "text/language.h"
#include "text/words.h"

namespace waveshift::simplify {
namespace {

using nlohmann::json;

constexpr double kWorthwhile = 0.97;  // a wording that is not shorter than this is no better
constexpr int kFailuresInARow = 2;    // after them the model is not asked again
constexpr size_t kMaxBytesPerRequest = 12000;
constexpr size_t kMaxCachedBytes = 64 << 10;
// Per share of the target that a wording is beyond it, or leaves empty; kept meaning counts 1.
constexpr double kOverrunWeight = 3.0;
constexpr double kUnderrunWeight = 0.5;
constexpr double kUnderrunWeightWhenLonger = 1.5;
constexpr double kLeastCoveredWhenLonger = 0.75;
constexpr double kLeastFromOriginalWhenLonger = 0.3;

double UnitsOf(const LineToFit& line, const std::string& language) {
  if (line.units > 0) return line.units;
  if (!DataOfLanguage(language).has_spaces) {
    double letters = 0;
    for (const auto& [script, count] : text::LettersByScript(line.text))
      letters += static_cast<double>(count);
    return std::max(letters, 1.0);
  }
  // About a vowel and a half a word in the languages with spaces.
  return std::max(1.0, 1.5 * static_cast<double>(text::SplitWords(line.text, language).size()));
}

class BudgetedShortener : public Shortener {
 public:
  BudgetedShortener(const ShortenerOptions& options, ChatModel* model, SuggestionCache* cache)
      : options_(options), model_(model), cache_(cache) {}

  StatusOr<FitResult> Fit(const Batch& batch, const PredictLength& predict,
                          const std::stop_token& stop) override {
    FitResult result;
    std::vector<Question> questions;
    for (const LineToFit& line : batch.lines) {
      result.lines.push_back(ByRules(batch, line, predict));
      const FittedLine& fitted = result.lines.back();
      const bool enough =
          batch.aim == Aim::kShorter ? fitted.predicted <= line.target : fitted.predicted >= line.target;
      if (!enough && model_ != nullptr) questions.push_back(Ask(batch, line, predict));
    }
    WS_ASSIGN_OR_RETURN(const auto wordings, Suggestions(batch, questions, result.problem, stop));
    for (size_t i = 0; i < batch.lines.size(); ++i) {
      const auto found = wordings.find(batch.lines[i].id);
      if (found != wordings.end()) Choose(batch, batch.lines[i], found->second, predict, result.lines[i]);
    }
    return result;
  }

 private:
  using Wordings = std::map<int64_t, std::vector<std::string>>;

  FittedLine ByRules(const Batch& batch, const LineToFit& line, const PredictLength& predict) const {
    FittedLine fitted{.id = line.id, .text = line.text, .predicted = predict(line, line.text)};
    if (!options_.use_rules || batch.aim != Aim::kShorter) return fitted;
    std::string trimmed = TrimByRules(line.text, batch.language);
    const double length = predict(line, trimmed);
    if (trimmed == line.text || !(length < fitted.predicted)) return fitted;
    return {.id = line.id, .method = Method::kRules, .text = std::move(trimmed), .predicted = length};
  }

  static Question Ask(const Batch& batch, const LineToFit& line, const PredictLength& predict) {
    const double share = std::clamp(line.target / std::max(predict(line, line.text), 1e-9), 0.05, 4.0);
    const double units = std::floor(UnitsOf(line, batch.language) * share);
    return {.line = &line,
            .level = LevelFor(share),
            .target_units = std::max<int64_t>(1, static_cast<int64_t>(units))};
  }

  // --- asking

  std::string KeyOf(const Batch& batch, const Question& question) const {
    FieldHasher hasher;
    hasher.Add(static_cast<long long>(kPromptVersion)).Add(std::string_view(model_->id()));
    hasher.Add(static_cast<long long>(batch.aim)).Add(batch.language).Add(LevelWord(question.level));
    hasher.Add(static_cast<long long>(question.target_units))
        .Add(static_cast<long long>(options_.candidates));
    const LineToFit& line = *question.line;
    hasher.Add(line.text).Add(line.original).Add(line.speaker).Add(line.before).Add(line.after);
    return hasher.Hex();
  }

  bool FromCache(const std::string& key, std::vector<std::string>& wordings) const {
    const auto value = cache_ != nullptr ? cache_->Get(key) : std::nullopt;
    if (!value || value->size() > kMaxCachedBytes) return false;
    const json list = json::parse(*value, nullptr, /*allow_exceptions=*/false);
    if (!list.is_array()) return false;
    for (const json& wording : list) {
      if (wording.is_string() && text::IsValidUtf8(wording.get<std::string>())) wordings.push_back(wording);
    }
    return true;
  }

  void ToCache(const std::string& key, const std::vector<std::string>& wordings) const {
    if (cache_ != nullptr)
      cache_->Put(key, json(wordings).dump(-1, ' ', false, json::error_handler_t::replace));
  }

  StatusOr<Wordings> Suggestions(const Batch& batch, const std::vector<Question>& questions,
                                 std::string& problem, const std::stop_token& stop) {
    Wordings all;
    std::vector<Question> pending;
    for (const Question& question : questions) {
      std::vector<std::string> known;
      if (FromCache(KeyOf(batch, question), known)) {
        all[question.line->id] = std::move(known);
      } else {
        pending.push_back(question);
      }
    }
    for (size_t from = 0; from < pending.size();) {
      const size_t to = RequestEnd(pending, from);
      const std::vector<Question> part(pending.begin() + static_cast<ptrdiff_t>(from),
                                       pending.begin() + static_cast<ptrdiff_t>(to));
      from = to;
      WS_RETURN_IF_ERROR(AskFor(batch, part, all, problem, stop));
    }
    return all;
  }

  // Asks for these lines and adds what comes back to `all`; an error only when stopped.
  Status AskFor(const Batch& batch, const std::vector<Question>& questions, Wordings& all,
                std::string& problem, const std::stop_token& stop) {
    auto wordings = AskModel(batch, questions, stop);
    if (wordings.status().code() == StatusCode::kCancelled) return wordings.status();
    if (wordings.status().code() == StatusCode::kPermissionDenied && !gave_up_ && questions.size() > 1) {
      // One of them is refused: the others shall not suffer from it.
      for (const Question& question : questions)
        WS_RETURN_IF_ERROR(AskFor(batch, {question}, all, problem, stop));
      return OkStatus();
    }
    if (!wordings.ok()) {
      Tell(Message(wordings.status()), problem);
      return OkStatus();
    }
    for (const Question& question : questions) {
      // A line without a usable wording is remembered as such.
      ToCache(KeyOf(batch, question), (*wordings)[question.line->id]);
    }
    all.merge(*wordings);
    return OkStatus();
  }

  size_t RequestEnd(const std::vector<Question>& questions, size_t from) const {
    size_t bytes = 0;
    size_t to = from;
    while (to < questions.size() && to - from < options_.lines_per_request) {
      bytes += questions[to].line->text.size() + questions[to].line->original.size();
      if (to > from && bytes > kMaxBytesPerRequest) break;
      ++to;
    }
    return to;
  }

  StatusOr<Wordings> AskModel(const Batch& batch, const std::vector<Question>& questions,
                              const std::stop_token& stop) {
    if (gave_up_) return FailedPrecondition("");
    const ChatPrompt prompt = BuildPrompt(batch, questions, options_.candidates);
    Status last;
    // An answer that cannot be read is asked for once more: models are not always alike.
    for (int attempt = 0; attempt < 2; ++attempt) {
      WS_RETURN_IF_ERROR(Spend());
      const auto answer = model_->Complete(prompt, stop);
      if (answer.status().code() == StatusCode::kCancelled) return answer.status();
      if (!answer.ok()) {
        Failed(answer.status());
        return answer.status();
      }
      tokens_ += answer->tokens;
      if (answer->refused)
        return MakeStatus(StatusCode::kPermissionDenied, model_->id() + ": declines some of these texts");
      auto wordings = ParseAnswer(answer->text, questions);
      if (wordings.ok()) {
        failures_ = 0;
        return wordings;
      }
      last = Unavailable(model_->id() + ": " + Message(wordings.status()));
    }
    Failed(last);
    return last;
  }

  Status Spend() {
    if (requests_ >= options_.max_requests)
      return ResourceExhausted("the job's budget of " + std::to_string(options_.max_requests) +
                               " requests is spent");
    if (tokens_ >= options_.max_tokens)
      return ResourceExhausted("the job's budget of " + std::to_string(options_.max_tokens) +
                               " tokens is spent");
    ++requests_;
    return OkStatus();
  }

  // What will not get better is not tried again; the rest only a few times.
  void Failed(const Status& status) {
    ++failures_;
    const bool hopeless = !IsRetryable(status);
    gave_up_ = gave_up_ || hopeless || failures_ >= kFailuresInARow;
  }

  void Tell(const std::string& message, std::string& problem) {
    if (message.empty() || !told_.insert(message).second) return;
    problem = "text shortening: " + message;
  }

  // --- choosing

  static MeaningOptions Checks(const Batch& batch, const LineToFit& line) {
    MeaningOptions options{.language = batch.language};
    for (const std::string& name : batch.names) {
      std::string folded = FoldedName(name, batch.language);
      // "A" and "She" may be speakers; as words they are none's name.
      if (folded.size() > 1 && !DataOfLanguage(batch.language).function_words.contains(folded))
        options.names.insert(std::move(folded));
    }
    // What is a name in another line is one here, too, also at a sentence's beginning.
    for (const std::string& text : {line.before, line.after})
      options.names.merge(NamesIn(text, batch.language));
    for (const LineToFit& other : batch.lines) options.names.merge(NamesIn(other.text, batch.language));
    if (batch.aim == Aim::kLonger) {
      options.least_covered = kLeastCoveredWhenLonger;
      options.least_from_original = kLeastFromOriginalWhenLonger;
    }
    return options;
  }

  // Kept meaning against what the length is beyond or short of the target.
  static double Score(Aim aim, double kept, double length, double target) {
    const double ratio = length / std::max(target, 1e-9);
    const double underrun = aim == Aim::kShorter ? kUnderrunWeight : kUnderrunWeightWhenLonger;
    return kept - kOverrunWeight * std::max(0.0, ratio - 1) - underrun * std::max(0.0, 1 - ratio);
  }

  static void Choose(const Batch& batch, const LineToFit& line, const std::vector<std::string>& wordings,
                     const PredictLength& predict, FittedLine& best) {
    const MeaningOptions checks = Checks(batch, line);
    const double now = predict(line, line.text);
    double best_score = Score(batch.aim, 1, best.predicted, line.target);
    for (const std::string& wording : wordings) {
      const double length = predict(line, wording);
      const bool better = batch.aim == Aim::kShorter
                              ? length > 0 && length < now * kWorthwhile
                              : length > now / kWorthwhile && length <= line.target * 1.05;
      if (!better || wording == best.text) continue;
      const Meaning meaning = CompareMeaning(line.text, wording, checks);
      const double score = Score(batch.aim, meaning.kept, length, line.target);
      if (!meaning.ok() || score <= best_score) continue;
      best_score = score;
      best = {
          .id = line.id, .method = Method::kLlm, .text = wording, .predicted = length, .kept = meaning.kept};
    }
  }

  const ShortenerOptions options_;
  ChatModel* const model_;
  SuggestionCache* const cache_;
  int requests_ = 0;
  int64_t tokens_ = 0;
  int failures_ = 0;  // in a row
  bool gave_up_ = false;
  std::set<std::string> told_;
};

}  // namespace

std::unique_ptr<Shortener> MakeShortener(const ShortenerOptions& options, ChatModel* model,
                                         SuggestionCache* cache) {
  return std::make_unique<BudgetedShortener>(options, model, cache);
}

}  // namespace waveshift::simplify
