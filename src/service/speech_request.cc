// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "service/speech_request.h"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "service/json_object_internal.h"
#include "text/code_points.h"
#include "text/language.h"
#include "tts/wide_speed.h"

namespace waveshift::service {
namespace {

using Json = nlohmann::json;

constexpr size_t kLongestName = 256;
// A character outside the first plane is "\uD83D\uDE00" in JSON.
constexpr int64_t kBytesPerCharacter = 12;
constexpr int64_t kBytesBesides = 64 << 10;  // other fields

const Json* Find(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

SpeechError ReadName(const Json& object, const char* name, std::string& value) {
  const Json* const field = Find(object, name);
  if (field == nullptr) return WrongField(name, "is missing", "missing_required_parameter");
  if (!field->is_string()) return WrongField(name, "must be a string", "invalid_type");
  value = field->get<std::string>();
  if (value.empty()) return WrongField(name, "must not be empty", "invalid_value");
  if (value.size() > kLongestName) return WrongField(name, "is too long for a name", "invalid_value");
  return {};
}

// A name, or OpenAI's other form {"id": NAME}.
SpeechError ReadVoice(const Json& object, std::string& voice) {
  const Json* const field = Find(object, "voice");
  if (field == nullptr || !field->is_object()) return ReadName(object, "voice", voice);
  SpeechError error = ReadName(*field, "id", voice);
  return error.is_error() ? WrongField("voice", "as an object it must have an id", error.openai_code) : error;
}

SpeechError ReadInput(const Json& object, int max_characters, std::string& input) {
  const Json* const field = Find(object, "input");
  if (field == nullptr) return WrongField("input", "is missing", "missing_required_parameter");
  if (!field->is_string()) return WrongField("input", "must be a string", "invalid_type");
  input = field->get<std::string>();
  const size_t characters = text::ToCodePoints(input).size();
  if (characters > static_cast<size_t>(max_characters)) {
    return WrongField("input",
                      "has " + std::to_string(characters) + " characters, at most " +
                          std::to_string(max_characters) + " are spoken at once",
                      "string_above_max_length");
  }
  if (!text::HasSayableWords(input))
    return WrongField("input", "has neither a letter nor a digit to say", "invalid_value");
  return {};
}

SpeechError ReadFormat(const Json& object, media::SoundFormat& format) {
  const Json* const field = Find(object, "response_format");
  if (field == nullptr) return {};
  const auto named = field->is_string() ? media::SoundFormatNamed(field->get<std::string>()) : std::nullopt;
  if (!named)
    return WrongField("response_format", "must be mp3, opus, aac, flac, wav or pcm", "invalid_value");
  format = *named;
  return {};
}

SpeechError ReadSpeed(const Json& object, double& speed) {
  const Json* const field = Find(object, "speed");
  if (field == nullptr) return {};
  if (!field->is_number()) return WrongField("speed", "must be a number", "invalid_type");
  speed = field->get<double>();
  if (!(speed >= tts::kSlowestSpeed && speed <= tts::kFastestSpeed))
    return WrongField("speed", "must be from 0.25 to 4", "invalid_value");
  return {};
}

SpeechError ReadLanguage(const Json& object, std::string& language) {
  const Json* const field = Find(object, "language");
  if (field == nullptr) return {};
  if (!field->is_string()) return WrongField("language", "must be a string", "invalid_type");
  auto canonical = text::CanonicalLanguage(field->get<std::string>());
  if (!canonical.ok()) return WrongField("language", Message(canonical.status()), "invalid_value");
  language = *std::move(canonical);
  return {};
}

SpeechError ReadStreamFormat(const Json& object, bool& as_events) {
  const Json* const field = Find(object, "stream_format");
  if (field == nullptr) return {};
  as_events = *field == "sse";
  if (as_events || *field == "audio") return {};
  return WrongField("stream_format", "must be audio or sse", "invalid_value");
}

SpeechError ReadInstructions(const Json& object, bool& has_instructions) {
  const Json* const field = Find(object, "instructions");
  if (field == nullptr) return {};
  if (!field->is_string()) return WrongField("instructions", "must be a string", "invalid_type");
  has_instructions = !field->get_ref<const std::string&>().empty();
  return {};
}

}  // namespace

SpeechError WrongField(std::string_view field, std::string_view why, std::string_view openai_code) {
  return {.status = 400,
          .code = "invalid_field",
          .message = std::string(field) + ": " + std::string(why),
          .param = std::string(field),
          .openai_code = std::string(openai_code)};
}

int64_t LongestSpeechBody(int max_characters) { return kBytesBesides + kBytesPerCharacter * max_characters; }

SpeechError ParseSpeechRequest(std::string_view body, int max_characters, SpeechRequest& request) {
  Json object;
  const BodyError shape = ParseJsonObject(body, object);
  if (shape.kind != BodyError::Kind::kNone) {
    return {.status = 400, .code = "bad_request", .message = shape.detail, .param = "", .openai_code = ""};
  }
  SpeechError error = ReadName(object, "model", request.model);
  if (!error.is_error()) error = ReadInput(object, max_characters, request.input);
  if (!error.is_error()) error = ReadVoice(object, request.voice);
  if (!error.is_error()) error = ReadFormat(object, request.format);
  if (!error.is_error()) error = ReadSpeed(object, request.speed);
  if (!error.is_error()) error = ReadLanguage(object, request.language);
  if (!error.is_error()) error = ReadStreamFormat(object, request.as_events);
  if (!error.is_error()) error = ReadInstructions(object, request.has_instructions);
  return error;
}

}  // namespace waveshift::service
