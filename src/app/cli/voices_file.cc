// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/voices_file.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/yaml.h>

#include "base/files.h"
#include "text/language.h"

namespace waveshift::app {
namespace {

constexpr int64_t kMaxBytes = 1 << 20;

StatusOr<VoiceChoice> ParseChoice(const YAML::Node& node, const std::string& where) {
  if (!node.IsMap())
    return InvalidArgument(where +
                           " must be an object such as {\"engine\": \"espeak\", \"voice\": \"en-us+f3\"}");
  VoiceChoice choice;
  for (const auto& field : node) {
    const auto key = field.first.as<std::string>();
    if (!field.second.IsScalar()) return InvalidArgument(where + "." + key + " must be a text");
    const auto value = field.second.as<std::string>();
    if (key == "engine") {
      choice.engine = value;
    } else if (key == "voice") {
      choice.voice = value;
    } else if (key == "reference") {
      choice.reference = value;
    } else {
      return InvalidArgument(where + ": unknown field '" + key + "' (engine, voice, reference)");
    }
  }
  return choice;
}

}  // namespace

StatusOr<std::map<std::string, VoiceChoice>> ParseVoices(std::string_view bytes, std::string_view name) {
  const std::string file(name);
  if (!text::IsValidUtf8(bytes)) return InvalidArgument(file + ": is not UTF-8");
  try {
    const YAML::Node root = YAML::Load(std::string(bytes));
    if (!root.IsMap()) return InvalidArgument(file + ": must be an object by speaker");
    std::map<std::string, VoiceChoice> voices;
    for (const auto& entry : root) {
      const auto speaker = entry.first.as<std::string>();
      WS_ASSIGN_OR_RETURN(voices[speaker], ParseChoice(entry.second, file + ": speaker '" + speaker + "'"));
    }
    return voices;
  } catch (const YAML::DeepRecursion&) {  // the library's own guard of the stack
    return InvalidArgument(file + ": is nested too deep");
  } catch (const YAML::Exception& error) {
    return InvalidArgument(file + ": line " + std::to_string(error.mark.line + 1) + ": " + error.msg);
  }
}

StatusOr<std::map<std::string, VoiceChoice>> LoadVoices(const std::string& path) {
  WS_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kMaxBytes));
  return ParseVoices(bytes, path);
}

}  // namespace waveshift::app
