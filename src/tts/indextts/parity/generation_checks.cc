// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The GPT: its tensors, and the codes that each way of searching finds ("generation" in cases.json).
#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include <nlohmann/json.hpp>

#include "tts/indextts/gpt/clean_codes.h"
#include "tts/indextts/gpt/noise.h"
#include "tts/indextts/parity/generation.h"

namespace waveshift::tts::indextts {
namespace {

using Json = nlohmann::json;
using Codes = std::vector<int32_t>;
using Values = std::vector<float>;

constexpr std::array<std::string_view, 1> kGpt = {"gpt."};
// Enough for the longest line of the models that are published.
constexpr int64_t kCells = 4000;
constexpr int kLinesAtOnce = 8;
constexpr uint64_t kNoiseSeed = 12345;

// Rows through the network one behind the other, as a single line would have it.
class Feeder {
 public:
  Feeder(const ParityInput& input, ParityGpt* gpt) : input_(input), gpt_(*gpt) {}

  Values CodeRow(int32_t code, int64_t position) const {
    Values row(static_cast<size_t>(sizes().width));
    gpt_.embedder->CodeRow(code, position, row);
    return row;
  }
  // Everything that was fed before stays in sight.
  StatusOr<Values> Feed(const Values& inputs, NetworkStep::Want want, int64_t values) {
    const auto rows = static_cast<int64_t>(inputs.size()) / sizes().width;
    const auto first = static_cast<int32_t>(seen_.size());
    seen_.resize(seen_.size() + static_cast<size_t>(rows));
    std::iota(seen_.begin() + first, seen_.end(), first);
    if (static_cast<int64_t>(seen_.size()) > gpt_.network->cells()) return OutOfRange("gpt: too many rows");
    const NetworkStep::Group group = {.cells = seen_, .sees = {}};
    Values result(static_cast<size_t>(values));
    WS_RETURN_IF_ERROR(gpt_.network->Compute(
        {.rows = rows, .inputs = inputs, .groups = std::span(&group, 1), .want = want}, result, input_.stop));
    return result;
  }
  void Forget() { seen_.clear(); }
  const GptSizes& sizes() const { return input_.model.architecture().gpt; }

 private:
  const ParityInput& input_;
  ParityGpt& gpt_;
  Codes seen_;
};

void Append(Values* to, const Values& what) { to->insert(to->end(), what.begin(), what.end()); }

Status CheckLogits(const ParityInput& input, ParityGpt* gpt, double tolerance, std::vector<ParityRow>* rows) {
  Feeder feeder(input, gpt);
  const GptSizes& sizes = feeder.sizes();
  WS_ASSIGN_OR_RETURN(Values inputs, input.golden.Floats("perceiver_out"));
  WS_ASSIGN_OR_RETURN(const auto ids, input.golden.Ints("text_ids"));
  WS_ASSIGN_OR_RETURN(const Values text, gpt->embedder->TextRows(ids));
  Append(&inputs, text);
  const auto prefix_rows = static_cast<int64_t>(inputs.size()) / sizes.width;
  rows->push_back(CompareTensor(&input.golden, "prefix_emb", inputs, {prefix_rows, sizes.width}, tolerance));
  Append(&inputs, feeder.CodeRow(static_cast<int32_t>(sizes.start_code), 0));
  WS_ASSIGN_OR_RETURN(const Values first, feeder.Feed(inputs, NetworkStep::Want::kLastLogits, sizes.codes));
  rows->push_back(CompareTensor(&input.golden, "prefill_logits", first, {sizes.codes}, tolerance));
  WS_ASSIGN_OR_RETURN(const Codes codes, input.golden.Ints("forced_codes"));
  Values forced;
  int64_t position = 2;  // 1 is never used
  for (const int32_t code : codes) {
    WS_ASSIGN_OR_RETURN(const Values logits, feeder.Feed(feeder.CodeRow(code, position++),
                                                         NetworkStep::Want::kAllLogits, sizes.codes));
    Append(&forced, logits);
  }
  rows->push_back(CompareTensor(&input.golden, "forced_logits", forced,
                                {static_cast<int64_t>(codes.size()), sizes.codes}, tolerance));
  return OkStatus();
}

// The second pass of NAME's text and codes.
Status CheckLatents(const ParityInput& input, ParityGpt* gpt, const std::string& name, double tolerance,
                    std::vector<ParityRow>* rows) {
  Feeder feeder(input, gpt);
  const int64_t width = feeder.sizes().width;
  const std::string before = name == "latents" ? "" : name + "_";
  WS_ASSIGN_OR_RETURN(Values inputs, input.golden.Floats("perceiver_out"));
  WS_ASSIGN_OR_RETURN(const auto ids, input.golden.Ints(before + "text_ids"));
  WS_ASSIGN_OR_RETURN(const Codes codes, input.golden.Ints(before + "codes"));
  WS_ASSIGN_OR_RETURN(const Values text, gpt->embedder->TextRows(ids));
  Append(&inputs, text);
  for (size_t i = 0; i < codes.size(); ++i) {
    const int32_t code = i == 0 ? static_cast<int32_t>(feeder.sizes().start_code) : codes[i - 1];
    Append(&inputs, feeder.CodeRow(code, static_cast<int64_t>(i)));
  }
  WS_ASSIGN_OR_RETURN(Values hidden,
                      feeder.Feed(inputs, NetworkStep::Want::kHidden, static_cast<int64_t>(inputs.size())));
  const auto kept = static_cast<int64_t>(codes.size());
  hidden.erase(hidden.begin(), hidden.end() - kept * width);
  rows->push_back(CompareTensor(&input.golden, name, hidden, {kept, width}, tolerance));
  return OkStatus();
}

struct Case {
  std::string id;
  Codes codes;
  int draws = -1;  // -1: not compared
};

struct Cases {
  std::vector<Case> wanted;
  std::vector<LineRequest> requests;
};

void AddSingle(const Json& generation, const std::shared_ptr<const VoiceRows>& voice, Cases* cases) {
  for (const Json& each : generation.at("cases")) {
    auto ids = generation.at("text_ids").at(each.at("text_ids").get<std::string>()).get<Codes>();
    cases->requests.push_back(GoldenRequest(each, std::move(ids), voice, 0));
    cases->wanted.push_back(
        {each.at("id").get<std::string>(), each.at("codes").get<Codes>(), each.value("draws", -1)});
  }
}

// Rows of one call: the reference fills the shorter ones up with stop codes and draws for all of them.
void AddBatches(const Json& generation, const std::shared_ptr<const VoiceRows>& voice, const GptSizes& sizes,
                Cases* cases) {
  const auto stop = static_cast<int32_t>(sizes.stop_code);
  for (const Json& each : generation.at("batch_cases")) {
    for (size_t row = 0; row < each.at("text_ids").size(); ++row) {
      auto ids = generation.at("text_ids").at(each.at("text_ids")[row].get<std::string>()).get<Codes>();
      const auto first = static_cast<int64_t>(row) * each.at("num_beams").get<int64_t>() * sizes.codes;
      cases->requests.push_back(GoldenRequest(each, std::move(ids), voice, first));
      auto codes = each.at("codes").at(row).get<Codes>();
      const auto end = std::find(codes.begin(), codes.end(), stop);
      if (end != codes.end()) codes.erase(end + 1, codes.end());
      cases->wanted.push_back(
          {each.at("id").get<std::string>() + "[" + std::to_string(row) + "]", std::move(codes)});
    }
  }
}

Status CheckSequenceCases(const ParityInput& input, std::vector<ParityRow>* rows) {
  WS_ASSIGN_OR_RETURN(Values conditioning, input.golden.Floats("perceiver_out"));
  const auto voice = std::make_shared<const VoiceRows>(std::move(conditioning));
  Cases cases;
  try {
    const Json generation = Json::parse(input.golden.cases()).at("generation");
    AddSingle(generation, voice, &cases);
    AddBatches(generation, voice, input.model.architecture().gpt, &cases);
  } catch (const Json::exception& error) {
    return InvalidArgument(input.golden.CasesPath() + ": generation: " + error.what());
  }
  WS_ASSIGN_OR_RETURN(const auto results, GenerateAll(input, std::move(cases.requests)));
  ParityRow row{.name = "generation"};
  row.cases = static_cast<int64_t>(results.size());
  for (size_t i = 0; i < results.size(); ++i) {
    const Case& wanted = cases.wanted[i];
    const bool same_draws = wanted.draws < 0 || !PromisesSequences(input) || results[i].draws == wanted.draws;
    if (!results[i].status.ok() || results[i].codes != wanted.codes || !same_draws)
      row.different.push_back(wanted.id);
  }
  JudgeCases(input, &row);
  rows->push_back(std::move(row));
  return OkStatus();
}

Status CheckCleaning(const ParityInput& input, std::vector<ParityRow>* rows) {
  ParityRow row{.name = "remove_long_silence"};
  const auto stop = static_cast<int32_t>(input.model.architecture().gpt.stop_code);
  try {
    const Json cases = Json::parse(input.golden.cases());
    for (const Json& each : cases.at("remove_long_silence")) {
      for (size_t i = 0; i < each.at("codes").size(); ++i) {
        auto wanted = each.at("out").at(i).get<Codes>();
        wanted.resize(std::min(wanted.size(), each.at("lengths").at(i).get<size_t>()));
        if (CleanCodes(each.at("codes")[i].get<Codes>(), stop) != wanted)
          row.different.push_back(std::to_string(row.cases));
        ++row.cases;
      }
    }
  } catch (const Json::exception& error) {
    return InvalidArgument(input.golden.CasesPath() + ": remove_long_silence: " + error.what());
  }
  row.ok = row.cases > 0 && row.different.empty();
  if (row.cases == 0) row.note = "cases.json has no such cases";
  rows->push_back(std::move(row));
  return OkStatus();
}

// What the noise is made of, in 64 bits: the same numbers.
Status CheckUniform(const ParityInput& input, std::vector<ParityRow>* rows) {
  const std::string name = "noise_check_uniform";
  if (!input.golden.Has(name)) return OkStatus();
  WS_ASSIGN_OR_RETURN(const NpyArray array, input.golden.Array(name));
  const auto* wanted = std::get_if<std::vector<double>>(&array.values);
  if (wanted == nullptr) return InvalidArgument(name + ": is not float64");
  const CounterNoise noise(kNoiseSeed);
  ParityRow row{.name = name, .scale = 1};
  for (size_t i = 0; i < wanted->size(); ++i) {
    row.error = std::max(row.error, std::abs(noise.Uniform(0, static_cast<int64_t>(i)) - (*wanted)[i]));
  }
  row.ok = row.error == 0;
  rows->push_back(std::move(row));
  return OkStatus();
}

Status CheckNoiseTensors(const ParityInput& input, std::vector<ParityRow>* rows) {
  const CounterNoise noise(kNoiseSeed);
  for (const auto& [name, step] :
       {std::pair<std::string, int64_t>("noise_check", 0), {"noise_check_step7", 7}}) {
    WS_ASSIGN_OR_RETURN(const Values wanted, input.golden.Floats(name));
    Values found;
    for (size_t i = 0; i < wanted.size(); ++i)
      found.push_back(noise.Exponential(step, static_cast<int64_t>(i)));
    // One unit in the last place of the largest value.
    rows->push_back(CompareTensor(&input.golden, name, found, {static_cast<int64_t>(found.size())}, 1.2e-7));
  }
  return CheckUniform(input, rows);
}

// Runs a check; what fails becomes a row.
template <typename Check>
Status Guarded(const std::string& name, std::vector<ParityRow>* rows, const Check& check) {
  const Status status = check();
  if (EndsParity(status)) return status;
  if (!status.ok()) rows->push_back(FailedRow(name, status));
  return OkStatus();
}

}  // namespace

StatusOr<ParityGpt> MakeParityGpt(const ParityInput& input) {
  ParityGpt gpt;
  // Both read the file that the model keeps open; neither outlives this run.
  const std::shared_ptr<const ggml::GgufFile> file(std::shared_ptr<const void>(), &input.model.file());
  const GptSizes& sizes = input.model.architecture().gpt;
  gpt.embedder = std::make_unique<Embedder>(file, sizes);
  WS_ASSIGN_OR_RETURN(gpt.network, MakeNetwork(file, input.model.weights(), input.device, sizes,
                                               {.cells = kCells, .cell_type = ggml::TensorType::kF32}));
  return gpt;
}

LineRequest GoldenRequest(const Json& each, Codes ids, const std::shared_ptr<const VoiceRows>& voice,
                          int64_t first_index) {
  LineRequest request;
  request.text_ids = std::move(ids);
  request.voice = voice;
  request.sampling = {.sample = each.at("do_sample").get<bool>(),
                      .beams = each.at("num_beams").get<int>(),
                      .temperature = each.at("temperature").get<double>(),
                      .top_k = each.at("top_k").get<int>(),
                      .top_p = each.at("top_p").get<double>(),
                      .repetition_penalty = each.at("repetition_penalty").get<double>(),
                      .length_penalty = each.at("length_penalty").get<double>(),
                      .typical_mass = each.value("typical_mass", 0.0),
                      .max_codes = each.at("max_new").get<int>()};
  request.noise = std::make_shared<CounterNoise>(each.value("seed", uint64_t{0}), first_index);
  request.bound_by_text = false;
  request.want_latents = false;
  return request;
}

StatusOr<std::vector<LineResult>> GenerateAll(const ParityInput& input, std::vector<LineRequest> requests) {
  WS_ASSIGN_OR_RETURN(ParityGpt gpt, MakeParityGpt(input));
  Generator generator(std::move(gpt.network), gpt.embedder.get(), input.model.architecture(),
                      {.most_lines = kLinesAtOnce}, nullptr);
  std::vector<LineResult> results(requests.size());
  std::map<int64_t, size_t> places;
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto line = generator.Add(std::move(requests[i]));
    if (line.ok()) places[*line] = i;
    results[i].status = line.status();
  }
  while (!generator.idle()) {
    WS_RETURN_IF_ERROR(generator.Step(input.stop));
    for (auto& line : generator.TakeFinished()) results[places.at(line.line)] = std::move(line.result);
  }
  return results;
}

bool PromisesSequences(const ParityInput& input) { return ToleranceOf(input, kGpt) == kTolerance32; }

void JudgeCases(const ParityInput& input, ParityRow* row) {
  row->ok = row->cases > 0 && row->different.empty();
  if (row->ok || row->cases == 0 || PromisesSequences(input)) return;
  row->ok = true;
  row->note = "the same codes are promised of a GPT in 32 bits only";
}

Status CheckNoise(const ParityInput& input, std::vector<ParityRow>* rows) {
  return Guarded("noise_check", rows, [&] { return CheckNoiseTensors(input, rows); });
}

Status CheckGpt(const ParityInput& input, std::vector<ParityRow>* rows) {
  const double tolerance = ToleranceOf(input, kGpt);
  WS_ASSIGN_OR_RETURN(ParityGpt gpt, MakeParityGpt(input));
  WS_RETURN_IF_ERROR(
      Guarded("prefill_logits", rows, [&] { return CheckLogits(input, &gpt, tolerance, rows); }));
  for (const std::string& name : input.golden.names()) {
    // "latents", "latents2", ...
    if (!name.starts_with("latents") || name.find('_') != std::string::npos) continue;
    WS_RETURN_IF_ERROR(Guarded(name, rows, [&] { return CheckLatents(input, &gpt, name, tolerance, rows); }));
  }
  return OkStatus();
}

Status CheckSequences(const ParityInput& input, std::vector<ParityRow>* rows) {
  WS_RETURN_IF_ERROR(Guarded("remove_long_silence", rows, [&] { return CheckCleaning(input, rows); }));
  return Guarded("generation", rows, [&] { return CheckSequenceCases(input, rows); });
}

}  // namespace waveshift::tts::indextts
