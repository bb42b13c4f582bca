// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A search step by step: what it looked at, and with which scores.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "tts/indextts/gpt/cells.h"
#include "tts/indextts/gpt/code_search.h"
#include "tts/indextts/parity/generation.h"

namespace waveshift::tts::indextts {
namespace {

using Json = nlohmann::json;
using Codes = std::vector<int32_t>;
using Values = std::vector<float>;

constexpr std::array<std::string_view, 1> kGpt = {"gpt."};

// One line, alone, with a network of its own.
class TracedLine {
 public:
  TracedLine(const ParityInput& input, ParityGpt gpt)
      : input_(input),
        gpt_(std::move(gpt)),
        sizes_(input.model.architecture().gpt),
        pool_(gpt_.network->cells()),
        cells_(&pool_) {}

  // All candidates of all steps.
  StatusOr<std::vector<SearchCandidate>> Trace(const LineRequest& request) {
    const CodeSet codes = {.count = static_cast<int32_t>(sizes_.codes),
                           .start = static_cast<int32_t>(sizes_.start_code),
                           .stop = static_cast<int32_t>(sizes_.stop_code)};
    WS_ASSIGN_OR_RETURN(const auto search, CodeSearch::Start(request.sampling, codes, request.noise));
    WS_ASSIGN_OR_RETURN(Values logits, Begin(request));
    std::vector<SearchCandidate> seen;
    for (;;) {
      WS_RETURN_IF_ERROR(search->Advance(logits));
      seen.insert(seen.end(), search->candidates().begin(), search->candidates().end());
      if (search->done()) return seen;
      WS_ASSIGN_OR_RETURN(logits, Continue(*search));
    }
  }

 private:
  // Voice, text and start code; the logits behind them.
  StatusOr<Values> Begin(const LineRequest& request) {
    Values inputs = *request.voice;
    WS_ASSIGN_OR_RETURN(const Values text, gpt_.embedder->TextRows(request.text_ids));
    inputs.insert(inputs.end(), text.begin(), text.end());
    AddCode(static_cast<int32_t>(sizes_.start_code), 0, &inputs);
    if (!cells_.AddCommon(static_cast<int64_t>(inputs.size()) / sizes_.width)) {
      return OutOfRange("gpt: too many rows");
    }
    return Compute(inputs, {cells_.cells(), {}}, NetworkStep::Want::kLastLogits, 1);
  }
  StatusOr<Values> Continue(const CodeSearch& search) {
    if (!cells_.Continue(search.parents())) return OutOfRange("gpt: too many rows");
    Values inputs;
    for (const int32_t code : search.next_codes()) AddCode(code, search.steps() + 1, &inputs);
    return Compute(inputs, {cells_.cells(), cells_.sees()}, NetworkStep::Want::kAllLogits,
                   static_cast<int64_t>(search.next_codes().size()));
  }
  void AddCode(int32_t code, int64_t position, Values* inputs) const {
    const auto width = static_cast<size_t>(sizes_.width);
    inputs->resize(inputs->size() + width);
    gpt_.embedder->CodeRow(code, position, std::span(*inputs).last(width));
  }
  StatusOr<Values> Compute(const Values& inputs, const NetworkStep::Group& group, NetworkStep::Want want,
                           int64_t logit_rows) {
    Values logits(static_cast<size_t>(logit_rows * sizes_.codes));
    WS_RETURN_IF_ERROR(gpt_.network->Compute({.rows = static_cast<int64_t>(inputs.size()) / sizes_.width,
                                              .inputs = inputs,
                                              .groups = std::span(&group, 1),
                                              .want = want},
                                             logits, input_.stop));
    return logits;
  }

  const ParityInput& input_;
  const ParityGpt gpt_;
  const GptSizes& sizes_;
  CellPool pool_;
  LineCells cells_;
};

StatusOr<LineRequest> TracedRequest(const ParityInput& input) {
  WS_ASSIGN_OR_RETURN(Values conditioning, input.golden.Floats("perceiver_out"));
  const auto voice = std::make_shared<const VoiceRows>(std::move(conditioning));
  try {
    const Json generation = Json::parse(input.golden.cases()).at("generation");
    const auto wanted = generation.at("trace_case").get<std::string>();
    for (const Json& each : generation.at("cases")) {
      if (each.at("id") != wanted) continue;
      auto ids = generation.at("text_ids").at(each.at("text_ids").get<std::string>()).get<Codes>();
      return GoldenRequest(each, std::move(ids), voice, 0);
    }
    return InvalidArgument(input.golden.CasesPath() + ": generation: no case " + wanted);
  } catch (const Json::exception& error) {
    return InvalidArgument(input.golden.CasesPath() + ": generation: " + error.what());
  }
}

Status Compare(const ParityInput& input, const std::vector<SearchCandidate>& seen,
               std::vector<ParityRow>* rows) {
  WS_ASSIGN_OR_RETURN(const Codes tokens, input.golden.Ints("trace_tokens"));
  WS_ASSIGN_OR_RETURN(const Codes parents, input.golden.Ints("trace_parents"));
  ParityRow row{.name = "trace", .cases = static_cast<int64_t>(std::max(seen.size(), tokens.size()))};
  Values scores;
  for (size_t i = 0; i < static_cast<size_t>(row.cases); ++i) {
    const bool both = i < seen.size() && i < tokens.size() && i < parents.size();
    if (!both || seen[i].code != tokens[i] || seen[i].parent != parents[i])
      row.different.push_back(std::to_string(i));
    if (i < seen.size()) scores.push_back(seen[i].score);
  }
  const bool same = row.different.empty();
  JudgeCases(input, &row);
  rows->push_back(std::move(row));
  // Scores of other candidates are other numbers.
  if (!same) return OkStatus();
  WS_ASSIGN_OR_RETURN(const NpyArray wanted, input.golden.Array("trace_scores"));
  rows->push_back(
      CompareTensor(&input.golden, "trace_scores", scores, wanted.shape, ToleranceOf(input, kGpt)));
  return OkStatus();
}

Status Check(const ParityInput& input, std::vector<ParityRow>* rows) {
  WS_ASSIGN_OR_RETURN(const LineRequest request, TracedRequest(input));
  WS_ASSIGN_OR_RETURN(ParityGpt gpt, MakeParityGpt(input));
  TracedLine line(input, std::move(gpt));
  WS_ASSIGN_OR_RETURN(const auto seen, line.Trace(request));
  return Compare(input, seen, rows);
}

}  // namespace

Status CheckTrace(const ParityInput& input, std::vector<ParityRow>* rows) {
  // Folders of other makers need not have it.
  if (!input.golden.Has("trace_tokens")) return OkStatus();
  const Status status = Check(input, rows);
  if (EndsParity(status)) return status;
  if (!status.ok()) rows->push_back(FailedRow("trace", status));
  return OkStatus();
}

}  // namespace waveshift::tts::indextts
