// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Speech in the form of OpenAI's API: /v1/audio/speech, /v1/audio/voices, /v1/models.
#include <algorithm>
#include <utility>

#include "base/base64.h"
#include "service/service_internal.h"
#include "service/speech_request.h"
#include "service/speech_stream.h"
#include "service/speech_voices.h"

namespace waveshift::service {
namespace {

// A place is free again after some sentences.
constexpr char kRetrySeconds[] = "1";

// OpenAI's kinds of errors.
std::string_view TypeOf(int status) {
  if (status == 429) return "requests";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

Json TextOrNull(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

// What the engine or the encoder says about a request, with the field that it is about.
SpeechError ErrorOf(const Status& status) {
  const std::string message = Message(status);
  if (status.code() == StatusCode::kInvalidArgument) {
    for (const std::string_view field : {"voice", "language", "speed"}) {
      const std::string head = std::string(field) + ": ";
      if (message.starts_with(head)) return WrongField(field, message.substr(head.size()), "invalid_value");
    }
    const std::string head = "text: ";
    return WrongField("input", message.starts_with(head) ? message.substr(head.size()) : message,
                      "invalid_value");
  }
  const bool stops = status.code() == StatusCode::kCancelled;
  return {.status = stops ? 503 : HttpStatusFor(status),
          .code = stops ? "not_ready" : std::string(CodeWord(status)),
          .message = stops ? "the server is shutting down" : message,
          .param = status.code() == StatusCode::kUnimplemented ? "response_format" : "",
          .openai_code = ""};
}

// Whatever can stand in a header.
std::string HeaderText(std::string_view text) {
  std::string plain(text.substr(0, 500));
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return plain;
}

std::string Event(const Json& json) { return "data: " + Dump(json) + "\n\n"; }

// The same bytes as OpenAI's events. Nothing counts tokens here.
BodyStream AsEvents(BodyStream sound) {
  return [sound = std::move(sound), ended = false]() mutable -> StatusOr<std::optional<std::string>> {
    if (ended) return std::optional<std::string>();
    auto bytes = sound();
    ended = !bytes.ok() || !bytes->has_value();
    if (!bytes.ok()) {
      const Json error = {{"message", Message(bytes.status())}, {"type", "server_error"}, {"code", nullptr}};
      return std::optional(Event(Json{{"type", "error"}, {"error", error}}));
    }
    if (!ended)
      return std::optional(Event({{"type", "speech.audio.delta"}, {"audio", EncodeBase64(**bytes)}}));
    const Json usage = {{"input_tokens", 0}, {"output_tokens", 0}, {"total_tokens", 0}};
    return std::optional(Event(Json{{"type", "speech.audio.done"}, {"usage", usage}}));
  };
}

std::string NoticeFor(const SpeechRequest& request, const Speaker& speaker, const SpeechStream& stream) {
  std::string notice = request.has_instructions ? "instructions are not followed" : "";
  const auto add = [&notice](const std::string& more) {
    if (!more.empty()) notice += (notice.empty() ? "" : "; ") + more;
  };
  add(speaker.engine.notice);
  for (const std::string& warning : stream.warnings()) add(warning);
  return notice;
}

Json VoiceJson(const tts::VoiceInfo& voice, const std::string& engine) {
  using Gender = tts::VoiceInfo::Gender;
  const std::string_view gender = voice.gender == Gender::kFemale ? "female"
                                  : voice.gender == Gender::kMale ? "male"
                                                                  : "";
  return Json{{"id", voice.name},
              {"name", voice.name},
              {"engine", engine},
              {"language", TextOrNull(voice.language)},
              {"gender", TextOrNull(gender)}};
}

Json ModelObject(const std::string& id, int64_t created) {
  return Json{{"id", id}, {"object", "model"}, {"created", created}, {"owned_by", "waveshift"}};
}

}  // namespace

void AddOpenAiError(Response& response, const SpeechError& error) {
  Json body = Json::parse(response.body, nullptr, false);
  body["error"] = {{"message", error.message},
                   {"type", TypeOf(error.status)},
                   {"param", TextOrNull(error.param)},
                   {"code", TextOrNull(error.openai_code)}};
  response.body = Dump(body) + "\n";
}

Response Service::ListModels(Call&) {
  Json models = Json::array();
  for (const std::string& name : deps_.speech.names) {
    if (deps_.speech.make(name, "").ok()) models.push_back(ModelObject(name, created_));
  }
  return JsonResponse(200, Json{{"object", "list"}, {"data", std::move(models)}});
}

Response Service::GetModel(Call& call) {
  const std::vector<std::string>& names = deps_.speech.names;
  const std::string& id = call.argument;
  const bool is_known = std::find(names.begin(), names.end(), id) != names.end();
  const std::string engine = is_known ? id : IsAnyModel(id) ? deps_.speech.preferred : "";
  if (!names.empty() && !engine.empty() && deps_.speech.make(engine, "").ok())
    return JsonResponse(200, ModelObject(id, created_));
  return call.Error(SpeechError{.status = 404,
                                .code = "not_found",
                                .message = "model: there is none of this name that can speak",
                                .param = "model",
                                .openai_code = "model_not_found"});
}

Response Service::ListVoices(Call&) {
  Json voices = Json::array();
  for (const std::string& name : deps_.speech.names) {
    const auto engine = deps_.speech.make(name, "");
    if (!engine.ok()) continue;
    for (const tts::VoiceInfo& voice : engine->synthesizer->Voices())
      voices.push_back(VoiceJson(voice, name));
  }
  return JsonResponse(200, Json{{"object", "list"}, {"voices", std::move(voices)}});
}

Response Service::CreateSpeech(Call& call) {
  Response refusal;
  const auto body = ReadJsonBody(call, refusal);
  if (!body.ok()) return refusal;
  SpeechRequest request;
  SpeechError error = ParseSpeechRequest(*body, options_.max_speech_characters, request);
  if (error.is_error()) return call.Error(error);
  if (const Status format = deps_.check_sound_format(request.format); !format.ok())
    return call.Error(ErrorOf(format));
  // Every stream holds a thread of the server and a part of its processors.
  auto slots = speech_streams_;
  if (slots->fetch_add(1) >= options_.max_speech_requests) {
    slots->fetch_sub(1);
    Response busy = call.Error(SpeechError{.status = 429,
                                           .code = "too_many",
                                           .message = "too many texts are being spoken; try again soon",
                                           .param = "",
                                           .openai_code = "rate_limit_exceeded"});
    busy.SetHeader("Retry-After", kRetrySeconds);
    return busy;
  }
  const std::shared_ptr<void> slot(nullptr, [slots](void*) { slots->fetch_sub(1); });
  Speaker speaker;
  error = ResolveSpeaker(request, deps_.speech, speaker);
  if (error.is_error()) return call.Error(error);
  return SpeechResponse(call, request, speaker, slot);
}

Response Service::SpeechResponse(Call& call, const SpeechRequest& request, const Speaker& speaker,
                                 const std::shared_ptr<void>& slot) {
  auto begun = SpeechStream::Begin(
      {.speaker = speaker, .text = request.input, .speed = request.speed, .format = request.format},
      speech_stop_.get_token());
  if (!begun.ok()) return call.Error(ErrorOf(begun.status()));
  const std::shared_ptr<SpeechStream> stream = *std::move(begun);
  Response response;
  response.SetHeader("Content-Type", request.as_events
                                         ? std::string("text/event-stream")
                                         : std::string(media::SoundContentType(request.format)));
  response.SetHeader("Cache-Control", "no-store");
  response.SetHeader("X-Accel-Buffering", "no");
  response.SetHeader("X-WaveShift-Engine", HeaderText(speaker.engine.synthesizer->name()));
  response.SetHeader("X-WaveShift-Voice", HeaderText(stream->voice()));
  response.SetHeader("X-WaveShift-Language", HeaderText(speaker.language));
  if (const std::string notice = NoticeFor(request, speaker, *stream); !notice.empty())
    response.SetHeader("X-WaveShift-Notice", HeaderText(notice));
  response.stream = [this, slot, stream, id = call.request_id]() {
    auto bytes = stream->Next();
    if (!bytes.ok() && deps_.log) deps_.log(id, "speech ended early: " + Message(bytes.status()));
    return bytes;
  };
  if (request.as_events) response.stream = AsEvents(std::move(response.stream));
  return response;
}

}  // namespace waveshift::service
