// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Whole calls of the reference ("infer" in cases.json): tokens of each sentence to codes, to the 16-bit
// samples that came back.
#include <algorithm>
#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

#include "tts/indextts/gpt/noise.h"
#include "tts/indextts/parity/generation.h"
#include "tts/indextts/vocoder/vocoder_model.h"

namespace waveshift::tts::indextts {
namespace {

using Json = nlohmann::json;
using Codes = std::vector<int32_t>;

// Largest difference of a 16-bit sample in 32-bit arithmetic; of coarser models the share of the largest.
constexpr double kSampleTolerance = 2;
// The reference's faster call speaks so many neighbouring sentences as one sequence.
constexpr size_t kSentencesTogether = 2;

struct Sentence {
  Codes codes;
  Codes clean;
  int draws = 0;
};

struct WholeCall {
  std::string name;
  size_t together = 1;
  std::vector<Sentence> sentences;
  std::vector<LineRequest> requests;
};

WholeCall ReadCall(const Json& each, const std::shared_ptr<const VoiceRows>& voice) {
  WholeCall call;
  call.name = each.at("name").get<std::string>();
  call.together = each.at("function") == "infer_fast" ? kSentencesTogether : 1;
  for (const Json& sentence : each.at("sentences")) {
    LineRequest request;
    request.text_ids = sentence.at("ids").get<Codes>();
    request.voice = voice;
    request.sampling.max_codes = each.at("max_mel_tokens").get<int>();
    request.noise = std::make_shared<CounterNoise>(sentence.at("seed").get<uint64_t>());
    request.bound_by_text = false;
    call.requests.push_back(std::move(request));
    call.sentences.push_back({sentence.at("codes").get<Codes>(), sentence.at("codes_clean").get<Codes>(),
                              sentence.at("draws").get<int>()});
  }
  return call;
}

int16_t ToInt16(float sample) {
  return static_cast<int16_t>(std::clamp(sample * 32767.0F, -32767.0F, 32767.0F));
}

// The samples of all sentences, some of them spoken as one sequence.
StatusOr<std::vector<int16_t>> SpeakAll(const ParityInput& input, const std::vector<LineResult>& results,
                                        size_t together) {
  WS_ASSIGN_OR_RETURN(const auto vocoder, ParityVocoder(input));
  WS_ASSIGN_OR_RETURN(const auto embedding, input.golden.Floats("ecapa_embedding"));
  WS_ASSIGN_OR_RETURN(const auto voice, vocoder->MakeVoice(embedding));
  WS_ASSIGN_OR_RETURN(const auto session, vocoder->Open({}));
  std::vector<int16_t> samples;
  const auto append = [&](std::span<const float> piece) {
    std::transform(piece.begin(), piece.end(), std::back_inserter(samples), ToInt16);
  };
  for (size_t i = 0; i < results.size(); i += together) {
    std::vector<float> latents;
    for (size_t k = i; k < std::min(i + together, results.size()); ++k) {
      latents.insert(latents.end(), results[k].latents.begin(), results[k].latents.end());
    }
    WS_RETURN_IF_ERROR(session->Speak(voice, latents, append, input.stop));
  }
  return samples;
}

// The row of the final samples.
StatusOr<ParityRow> CompareSamples(const ParityInput& input, const std::string& name,
                                   const std::vector<int16_t>& found) {
  ParityRow row{.name = name, .scale = 1, .tolerance = kSampleTolerance};
  WS_ASSIGN_OR_RETURN(const NpyArray array, input.golden.Array(name));
  const auto* wanted = std::get_if<std::vector<int16_t>>(&array.values);
  if (wanted == nullptr || wanted->size() != found.size()) {
    row.note = "the folder's tensor has the shape " + ggml::ShapeText(array.shape) + ", the model spoke " +
               std::to_string(found.size()) + " samples";
    return row;
  }
  double largest = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    row.error = std::max(row.error, std::abs(static_cast<double>(found[i]) - (*wanted)[i]));
    largest = std::max(largest, std::abs(static_cast<double>((*wanted)[i])));
  }
  if (!PromisesSequences(input)) {
    row.scale = largest;
    row.tolerance = kTolerance16;
  }
  row.ok = row.error <= row.tolerance * row.scale;
  return row;
}

Status CheckCall(const ParityInput& input, WholeCall call, ParityRow* codes, std::vector<ParityRow>* rows) {
  WS_ASSIGN_OR_RETURN(const auto results, GenerateAll(input, std::move(call.requests)));
  bool all_same = true;
  for (size_t i = 0; i < results.size(); ++i) {
    const Sentence& wanted = call.sentences[i];
    const bool same = results[i].status.ok() && results[i].codes == wanted.codes &&
                      results[i].clean == wanted.clean &&
                      (!PromisesSequences(input) || results[i].draws == wanted.draws);
    all_same &= same;
    if (!same) codes->different.push_back(call.name + "[" + std::to_string(i) + "]");
    ++codes->cases;
  }
  if (!all_same) {
    ParityRow row{.name = call.name, .note = "other codes, so the samples are not compared"};
    row.ok = !PromisesSequences(input);
    rows->push_back(std::move(row));
    return OkStatus();
  }
  WS_ASSIGN_OR_RETURN(const auto samples, SpeakAll(input, results, call.together));
  WS_ASSIGN_OR_RETURN(ParityRow row, CompareSamples(input, call.name, samples));
  rows->push_back(std::move(row));
  return OkStatus();
}

Status CheckCalls(const ParityInput& input, std::vector<ParityRow>* rows) {
  WS_ASSIGN_OR_RETURN(std::vector<float> conditioning, input.golden.Floats("perceiver_out"));
  const auto voice = std::make_shared<const VoiceRows>(std::move(conditioning));
  std::vector<WholeCall> calls;
  try {
    const Json cases = Json::parse(input.golden.cases());
    for (const Json& each : cases.at("infer")) calls.push_back(ReadCall(each, voice));
  } catch (const Json::exception& error) {
    return InvalidArgument(input.golden.CasesPath() + ": infer: " + error.what());
  }
  ParityRow codes{.name = "infer.codes"};
  std::vector<ParityRow> samples;
  for (WholeCall& call : calls) {
    const std::string name = call.name;
    const Status status = CheckCall(input, std::move(call), &codes, &samples);
    if (EndsParity(status)) return status;
    if (!status.ok()) samples.push_back(FailedRow(name, status));
  }
  JudgeCases(input, &codes);
  rows->push_back(std::move(codes));
  std::move(samples.begin(), samples.end(), std::back_inserter(*rows));
  return OkStatus();
}

}  // namespace

Status CheckSpeech(const ParityInput& input, std::vector<ParityRow>* rows) {
  const Status status = CheckCalls(input, rows);
  if (EndsParity(status)) return status;
  if (!status.ok()) rows->push_back(FailedRow("infer", status));
  return OkStatus();
}

}  // namespace waveshift::tts::indextts
