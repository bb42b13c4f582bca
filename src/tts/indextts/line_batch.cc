// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/line_batch.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "audio/edges.h"
#include "audio/stretch.h"
#include "text/language.h"
#include "text/read_aloud.h"
#include "text/transcript.h"
#include "tts/indextts/gpt/clean_codes.h"
#include "tts/indextts/gpt/noise.h"

namespace waveshift::tts::indextts {
namespace {

constexpr int kAttempts = 3;
constexpr size_t kMostPieces = 120;  // of a sentence, as the published program has it
constexpr double kJointFadeSeconds = 0.002;
constexpr double kShortestSeconds = 0.04;  // about one code

// Numbers, dates and the like as words; what cannot be said becomes a warning.
std::string Aloud(std::string_view text, TextPath path, std::vector<std::string>& warnings) {
  auto spoken = text::ReadAloud(text, path == TextPath::kChinese ? "zh" : "en");
  if (!spoken.ok()) {
    warnings.push_back(Message(spoken.status()));
    return {};
  }
  warnings.insert(warnings.end(), spoken->warnings.begin(), spoken->warnings.end());
  return std::move(spoken->text);
}

std::string IdText(std::span<const int32_t> ids) {
  std::string text;
  for (const int32_t id : ids) text += std::to_string(id) + " ";
  return text;
}

}  // namespace

LineBatch::LineBatch(SpeakingModel* model, std::span<const SpeakRequest> requests, const SpokenSink& sink,
                     const LineBatchOptions& options)
    : model_(*model),
      requests_(requests),
      sink_(sink),
      options_(options),
      call_(&model->generator()),
      lines_(requests.size()) {}

Status LineBatch::Run(const std::stop_token& stop) {
  for (size_t i = 0; i < requests_.size(); ++i) {
    const Status status = Prepare(i, stop);
    if (status.code() == StatusCode::kCancelled) return status;
    if (!status.ok()) Fail(i, status);
  }
  while (!call_.idle()) {
    WS_ASSIGN_OR_RETURN(const Generator::Finished finished, call_.Next(stop));
    const auto found = places_.find(finished.line);
    const Place place = found->second;
    places_.erase(found);
    // A line that failed already may have other sentences on their way.
    if (lines_[place.line].is_answered) continue;
    const Status status = Take(place, finished.result, stop);
    if (status.code() == StatusCode::kCancelled) return status;
    if (!status.ok()) Fail(place.line, status);
  }
  return OkStatus();
}

Status LineBatch::Prepare(size_t index, const std::stop_token& stop) {
  if (stop.stop_requested()) return Cancelled("stopped");
  const SpeakRequest& request = requests_[index];
  Line& line = lines_[index];
  WS_ASSIGN_OR_RETURN(line.tempo, TempoOf(request));
  const double possible = std::clamp(line.tempo.factor, audio::kMinTempo, audio::kMaxTempo);
  if (possible != line.tempo.factor || line.tempo.is_cut) {
    line.warnings.push_back("indextts speaks at half to twice the voice's own tempo");
    line.tempo.factor = possible;
  }
  WS_ASSIGN_OR_RETURN(line.sentences, SentencesOf(request, line.warnings));
  WS_ASSIGN_OR_RETURN(line.speaker, SpeakerOf(request.voice, stop));
  line.missing = line.sentences.size();
  line.sounds.resize(line.sentences.size());
  for (size_t sentence = 0; sentence < line.sentences.size(); ++sentence) {
    WS_RETURN_IF_ERROR(Generate({.line = index, .sentence = sentence, .attempt = 0}));
  }
  return OkStatus();
}

StatusOr<std::vector<std::vector<int32_t>>> LineBatch::SentencesOf(const SpeakRequest& request,
                                                                   std::vector<std::string>& warnings) const {
  if (!text::IsValidUtf8(request.text)) return InvalidArgument("text: is not valid UTF-8");
  const auto aloud = [&](std::string_view text, TextPath path) { return Aloud(text, path, warnings); };
  const auto most = static_cast<size_t>(model_.architecture().gpt.max_text_tokens);
  WS_ASSIGN_OR_RETURN(const auto tokenized,
                      model_.tokenizer().TokenizeSentences(request.text, aloud,
                                                           {.max_pieces = std::min(kMostPieces, most - 2)}));
  std::vector<std::vector<int32_t>> sentences;
  for (const TokenizedSentence& sentence : tokenized) {
    std::string said;
    for (const std::string& piece : sentence.pieces) said += piece;
    if (!text::HasSayableWords(said)) continue;
    sentences.emplace_back(sentence.ids.begin(), sentence.ids.end());
  }
  if (sentences.empty()) return InvalidArgument("text: indextts finds nothing in it to say");
  return sentences;
}

StatusOr<SpeakingModel::Speaker> LineBatch::SpeakerOf(const VoiceSpec& voice, const std::stop_token& stop) {
  if (voice.reference_path.empty()) {
    return InvalidArgument("voice: indextts speaks in the voice of a recording, and none is given");
  }
  const auto known = speakers_.find(voice.reference_path);
  if (known != speakers_.end()) return known->second;
  auto speaker = model_.Hear(voice.reference_path, stop);
  if (!speaker.ok() && speaker.status().code() != StatusCode::kCancelled) {
    // A recording that cannot be used is the line's fault.
    speaker = InvalidArgument("voice: " + Message(speaker.status()));
  }
  return speakers_.emplace(voice.reference_path, std::move(speaker)).first->second;
}

Status LineBatch::Generate(const Place& place) {
  const Line& line = lines_[place.line];
  const std::vector<int32_t>& ids = line.sentences[place.sentence];
  LineRequest request;
  request.text_ids = ids;
  request.voice = line.speaker.rows;
  request.sampling.max_codes =
      std::min(request.sampling.max_codes, static_cast<int>(model_.architecture().gpt.max_codes));
  request.noise = std::make_shared<CounterNoise>(SeedFor(line.speaker.key, IdText(ids), place.attempt));
  WS_ASSIGN_OR_RETURN(const int64_t number, call_.Add(std::move(request)));
  places_[number] = place;
  return OkStatus();
}

// A sentence's codes: its sound, or another attempt.
Status LineBatch::Take(const Place& place, const LineResult& result, const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(result.status);
  const bool is_usable =
      result.fault == CodeFault::kNone || (options_.accept_faults && result.fault != CodeFault::kEmpty);
  if (!is_usable) {
    if (place.attempt + 1 < kAttempts) return Generate({place.line, place.sentence, place.attempt + 1});
    return Internal("indextts lost itself in this line, " + std::to_string(kAttempts) +
                    " times (the last time: " + FaultWord(result.fault) + ")");
  }
  Line& line = lines_[place.line];
  WS_ASSIGN_OR_RETURN(line.sounds[place.sentence], Vocode(line, result, stop));
  if (--line.missing == 0) Answer(place.line);
  return OkStatus();
}

StatusOr<audio::MonoBuffer> LineBatch::Vocode(const Line& line, const LineResult& result,
                                              const std::stop_token& stop) {
  audio::MonoBuffer sound{static_cast<int>(model_.architecture().mel.sample_rate_hz), {}};
  const auto append = [&](std::span<const float> samples) {
    sound.samples.insert(sound.samples.end(), samples.begin(), samples.end());
  };
  if (vocoder_ == nullptr) {
    WS_ASSIGN_OR_RETURN(vocoder_, model_.vocoder()->Open({.threads = options_.threads}));
  }
  WS_RETURN_IF_ERROR(vocoder_->Speak(line.speaker.vocoder_voice, result.latents, append, stop));
  const auto fade = static_cast<size_t>(kJointFadeSeconds * sound.sample_rate_hz);
  audio::ApplyFades(sound.samples, fade, fade);
  return audio::Stretch(sound, line.tempo.factor);
}

void LineBatch::Answer(size_t index) {
  Line& line = lines_[index];
  SpokenLine spoken;
  for (const audio::MonoBuffer& sound : line.sounds) AppendPiece(spoken.audio, sound, 0);
  line.sounds.clear();
  const double seconds = spoken.audio.seconds();
  const Status status = FinishTake(spoken.audio, {kShortestSeconds / 2, seconds});
  if (!status.ok()) return Fail(index, Internal("indextts: " + Message(status)));
  const VoiceSpec& voice = requests_[index].voice;
  spoken.voice = voice.name.empty() ? voice.reference_path : voice.name;
  spoken.warnings = std::move(line.warnings);
  const std::string fallback = model_.fallback_reason();
  if (!fallback.empty()) spoken.warnings.push_back("computed on the processor: " + fallback);
  line.is_answered = true;
  sink_(index, std::move(spoken));
}

void LineBatch::Fail(size_t index, const Status& status) {
  if (std::exchange(lines_[index].is_answered, true)) return;
  sink_(index, status);
}

}  // namespace waveshift::tts::indextts
