// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where values come from: flags, environment, .env, defaults.
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <optional>
#include <utility>

#include "config/settings.h"

namespace waveshift::config {
namespace {

// Variables that only the platform sets. FC_FUNC_CODE_PATH, FC_RUNTIME_API, FC_FUNC_NAME and FC_REQUEST_ID
// are the original's words for "we are on function compute".
struct PlatformKey {
  const char* key;
  Platform platform;
};
constexpr std::array<PlatformKey, 13> kPlatformKeys = {{{"FC_FUNC_CODE_PATH", Platform::kFunctionCompute},
                                                        {"FC_RUNTIME_API", Platform::kFunctionCompute},
                                                        {"FC_FUNC_NAME", Platform::kFunctionCompute},
                                                        {"FC_REQUEST_ID", Platform::kFunctionCompute},
                                                        {"FC_FUNCTION_NAME", Platform::kFunctionCompute},
                                                        {"FC_INSTANCE_ID", Platform::kFunctionCompute},
                                                        {"K_SERVICE", Platform::kCloudRun},
                                                        {"AWS_LAMBDA_FUNCTION_NAME", Platform::kLambda},
                                                        {"AWS_LAMBDA_RUNTIME_API", Platform::kLambda},
                                                        {"SCF_FUNCTIONNAME", Platform::kScf},
                                                        {"SCF_RUNTIME_API", Platform::kScf},
                                                        {"RUNTIME_FUNC_NAME", Platform::kFunctionGraph},
                                                        {"RUNTIME_API_ADDR", Platform::kFunctionGraph}}};
// Where the platform says which port it wants.
constexpr std::array<const char*, 4> kPlatformPortKeys = {"FC_SERVER_PORT", "FC_CUSTOM_LISTEN_PORT", "PORT",
                                                          "AWS_LWA_PORT"};
// The original read them and did nothing with them.
constexpr std::array<const char*, 12> kWithoutEffect = {"BATCH_SIZE",
                                                        "TARGET_SPEAKER_AUDIO_DURATION",
                                                        "VAD_SR",
                                                        "HLS_STORAGE_BUCKET",
                                                        "SEGMENT_MINUTES",
                                                        "MIN_SEGMENT_MINUTES",
                                                        "MAX_BUFFER_DURATION",
                                                        "SIMPLIFICATION_BATCH_SIZE",
                                                        "MAX_PARALLEL_SEGMENTS",
                                                        "MEMORY_THRESHOLD_MB",
                                                        "SIMPLIFIER_ACTOR_NUM_CPUS",
                                                        "MEDIA_MIXER_ACTOR_NUM_CPUS"};
constexpr char kDefault[] = "default";

// Where a platform says nothing: the port that it then looks for.
int DefaultPort(Platform platform) {
  if (platform == Platform::kCloudRun || platform == Platform::kLambda) return 8080;
  return platform == Platform::kFunctionGraph ? 8000 : 9000;
}

std::string Variable(const Environment& environment, const std::string& key) {
  const auto it = environment.find(key);
  return it == environment.end() ? "" : it->second;
}

struct Found {
  std::string value;
  std::string origin;
};

}  // namespace

// Fills one Settings.
class Loader {
 public:
  Loader(const Environment& environment, const DotEnv& dotenv,
         const std::map<std::string, std::string>& flags)
      : environment_(environment), dotenv_(dotenv), flags_(flags) {}

  StatusOr<Settings> Load() {
    Registry registry;
    settings_.Register(registry);
    for (const auto& [key, value] : flags_) {
      if (registry.Find(key) == nullptr) return Internal("no configuration key is called " + key);
    }
    ApplyPlatformDefaults();
    for (const RegistryEntry& entry : registry.entries()) {
      const std::optional<Found> found = Find(entry);
      if (!found) continue;
      if (Status status = entry.parse(found->value); !status.ok()) {
        return Annotate(status, entry.key + " (" + found->origin + ")");
      }
      origins_[entry.key] = found->origin;
    }
    WS_RETURN_IF_ERROR(Finish());
    for (const RegistryEntry& entry : registry.entries()) {
      const auto origin = origins_.find(entry.key);
      settings_.values_.push_back({entry.key, entry.show(),
                                   origin == origins_.end() ? kDefault : origin->second, entry.help,
                                   entry.values});
    }
    NoteKeysWithoutEffect();
    return std::move(settings_);
  }

 private:
  std::optional<Found> FindKey(const std::string& key, const std::string& flag) const {
    if (const auto it = flags_.find(key); it != flags_.end() && !it->second.empty()) {
      return Found{it->second, flag.empty() ? "flag" : "flag " + flag};
    }
    if (std::string value = Variable(environment_, key); !value.empty())
      return Found{std::move(value), "environment"};
    if (const auto it = dotenv_.values.find(key); it != dotenv_.values.end() && !it->second.value.empty()) {
      return Found{it->second.value, dotenv_.name + " line " + std::to_string(it->second.line)};
    }
    return std::nullopt;
  }

  std::optional<Found> Find(const RegistryEntry& entry) const {
    if (auto found = FindKey(entry.key, entry.flag)) return found;
    for (const std::string& other : entry.also) {
      if (auto found = FindKey(other, "")) {
        found->origin += " (" + other + ")";
        return found;
      }
    }
    return std::nullopt;
  }

  void ApplyPlatformDefaults() {
    for (const PlatformKey& each : kPlatformKeys) {
      const bool is_first = settings_.platform == Platform::kNone;
      if (is_first && !Variable(environment_, each.key).empty()) settings_.platform = each.platform;
    }
    if (settings_.platform == Platform::kNone) return;
    platform_default_ = "default on " + std::string(PlatformName(settings_.platform));
    settings_.mix.cleanup_temp_files = true;
    settings_.mix.save_tts_audio = false;
    settings_.mix.cleanup_interval_batches = 2;
    settings_.log.format = "json";
    settings_.server.port = DefaultPort(settings_.platform);
    for (const char* key : {"CLEANUP_TEMP_FILES", "SAVE_TTS_AUDIO", "CLEANUP_INTERVAL",
                            "WAVESHIFT_LOG_FORMAT", "SERVER_PORT"}) {
      origins_[key] = platform_default_;
    }
  }

  Status Finish() {
    WS_RETURN_IF_ERROR(FinishPort());
    FinishHost();
    WS_RETURN_IF_ERROR(FinishFolders());
    const std::string& word = settings_.server.execution_word;
    settings_.execution = word == "inline"       ? Execution::kInline
                          : word == "background" ? Execution::kBackground
                                                 : Execution::kAuto;
    settings_.translation.model_is_explicit = origins_.contains("TRANSLATION_MODEL");
    WS_RETURN_IF_ERROR(settings_.Validate());
    // Said explicitly, it asks for the cloud even when it says what the default says.
    if (origins_.contains("CLOUDFLARE_API_BASE_URL") && !settings_.cloudflare.IsComplete()) {
      CloudflareSettings asked = settings_.cloudflare;
      asked.api_base_url.clear();
      return asked.Validate();
    }
    settings_.cloud_configured = settings_.cloudflare.IsComplete();
    return OkStatus();
  }

  Status FinishPort() {
    const bool is_default = !origins_.contains("SERVER_PORT") || origins_["SERVER_PORT"] == platform_default_;
    if (settings_.platform == Platform::kNone || !is_default) return OkStatus();
    for (const char* key : kPlatformPortKeys) {
      const std::string value = Variable(environment_, key);
      if (value.empty()) continue;
      Registry port;
      WS_RETURN_IF_ERROR(Annotate(port.Integer(key, &settings_.server.port, 1, 65535, "").parse(value),
                                  std::string(key) + " (environment)"));
      origins_["SERVER_PORT"] = "environment (" + std::string(key) + ")";
      return OkStatus();
    }
    return OkStatus();
  }

  void FinishHost() {
    settings_.host_is_explicit = origins_.contains("SERVER_HOST");
    if (settings_.host_is_explicit) return;
    // The platform reaches the server only there, so being on it counts as being told.
    const bool on_platform = settings_.platform != Platform::kNone;
    const bool open_to_all = on_platform || settings_.server.api_token.is_set();
    settings_.server.host = open_to_all ? "0.0.0.0" : "127.0.0.1";
    origins_["SERVER_HOST"] = on_platform   ? platform_default_
                              : open_to_all ? "default with a token"
                                            : "default without a token";
  }

  // "~/x" is what people write in .env, where no shell expands it.
  Status Absolute(const std::string& key, std::string& path) const {
    if (path.empty()) return OkStatus();
    if (path == "~" || path.starts_with("~/")) {
      const std::string user_home = Variable(environment_, "HOME");
      if (user_home.empty()) return FailedPrecondition(key + ": begins with ~, but HOME is not set");
      path = user_home + path.substr(1);
    }
    std::error_code error;
    const std::filesystem::path absolute = std::filesystem::absolute(path, error);
    if (error) return FailedPrecondition(key + ": " + error.message());
    path = absolute.lexically_normal().string();
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return OkStatus();
  }

  Status FinishFolders() {
    if (settings_.home.empty()) WS_RETURN_IF_ERROR(DefaultHome());
    WS_RETURN_IF_ERROR(Absolute("WAVESHIFT_HOME", settings_.home));
    if (settings_.model_dir.empty()) settings_.model_dir = settings_.home + "/models";
    WS_RETURN_IF_ERROR(Absolute("WAVESHIFT_MODEL_DIR", settings_.model_dir));
    WS_RETURN_IF_ERROR(Absolute("WAVESHIFT_MODEL_CATALOGUE", settings_.models.catalogue));
    return Absolute("AUDIO_SEPARATOR_MODEL_DIR", settings_.source_audio.separator_model_dir);
  }

  Status DefaultHome() {
    if (settings_.platform != Platform::kNone) {
      settings_.home = "/tmp/waveshift";
      origins_["WAVESHIFT_HOME"] = platform_default_;
      return OkStatus();
    }
    // The XDG base directory specification: a relative path there counts as not set.
    const std::string data = Variable(environment_, "XDG_DATA_HOME");
    const std::string user_home = Variable(environment_, "HOME");
    if (data.starts_with('/')) {
      settings_.home = data + "/waveshift";
    } else if (!user_home.empty()) {
      settings_.home = user_home + "/.local/share/waveshift";
    } else {
      return FailedPrecondition("WAVESHIFT_HOME: is not set, and neither is HOME; set one of them");
    }
    return OkStatus();
  }

  void NoteKeysWithoutEffect() {
    for (const char* key : kWithoutEffect) {
      if (const auto found = FindKey(key, "")) {
        settings_.notices.push_back(std::string(key) + " (" + found->origin +
                                    ") has no effect, as in the original engine");
      }
    }
  }

  const Environment& environment_;
  const DotEnv& dotenv_;
  const std::map<std::string, std::string>& flags_;
  Settings settings_;
  std::string platform_default_;  // origin of what the platform decides; "" on none
  std::map<std::string, std::string> origins_;
};

StatusOr<Settings> LoadSettings(const Environment& environment, const DotEnv& dotenv,
                                const std::map<std::string, std::string>& flags) {
  return Loader(environment, dotenv, flags).Load();
}

StatusOr<Settings> LoadProcessSettings(const std::map<std::string, std::string>& flags) {
  WS_ASSIGN_OR_RETURN(const DotEnv dotenv, ReadDotEnv(".env"));
  return LoadSettings(ProcessEnvironment(), dotenv, flags);
}

Environment ProcessEnvironment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace(text.substr(0, equals),
                        text.substr(equals + 1));  // of two the first counts, as for getenv
  }
  if (Variable(environment, "HOME").empty()) {
    passwd entry = {};
    passwd* result = nullptr;
    std::array<char, 4096> buffer;
    if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &result) == 0 && result != nullptr) {
      environment["HOME"] = result->pw_dir;
    }
  }
  return environment;
}

}  // namespace waveshift::config
