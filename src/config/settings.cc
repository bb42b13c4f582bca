// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The groups of settings: which key is which member, within which limits. How values get here is load.cc's
// business.
#include "config/settings.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace waveshift::config {
namespace {

constexpr int kMostMilliseconds = 600000;
constexpr int kMostSeconds = 86400;

}  // namespace

std::string_view PlatformName(Platform platform) {
  switch (platform) {
    case Platform::kFunctionCompute:
      return "function compute";
    case Platform::kCloudRun:
      return "Cloud Run";
    case Platform::kLambda:
      return "Lambda";
    case Platform::kScf:
      return "SCF";
    case Platform::kFunctionGraph:
      return "FunctionGraph";
    default:
      return "";
  }
}

// Cloud Run keeps the process running between requests when it is told to (always-on CPU).
bool Settings::RunsInline() const {
  if (execution != Execution::kAuto) return execution == Execution::kInline;
  return platform != Platform::kNone && platform != Platform::kCloudRun;
}

void ServerSettings::Register(Registry& r) {
  r.Text("SERVER_HOST", &host, "address to listen on").WithFlag("--host");
  r.Integer("SERVER_PORT", &port, 0, 65535, "port to listen on; 0 takes any free one").WithFlag("--port");
  r.Hidden("WAVESHIFT_API_TOKEN", &api_token, "bearer token that the HTTP API asks for");
  r.Integer("WAVESHIFT_MAX_UPLOAD_MIB", &max_upload_mib, 1, 1 << 24,
            "largest object that may be uploaded, MiB");
  r.Integer("WAVESHIFT_SPEECH_REQUESTS", &speech_requests, 1, 64,
            "texts that /v1/audio/speech speaks at once");
  r.Integer("WAVESHIFT_SPEECH_CHARACTERS", &speech_characters, 1, 1000000,
            "longest text that /v1/audio/speech takes");
  r.Integer("WAVESHIFT_WORKER_REQUESTS", &worker_requests, 1, 64, "requests that /synthesize serves at once");
  r.Integer("WAVESHIFT_WORKER_PATIENCE", &worker_patience_s, 1, 3600,
            "longest time until /synthesize answers, s");
  r.Text("MEDIA_URL_ALLOWED_HOSTS", &media_url_allowed_hosts, "other hosts that inputs may lie on");
  r.Integer("MEDIA_URL_TIMEOUT", &media_url_timeout_s, 1, kMostSeconds,
            "longest time for one download from them, s")
      .Also("TTS_DOWNLOAD_TIMEOUT");
  r.Word("WAVESHIFT_EXECUTION", &execution_word, {"auto", "inline", "background"},
         "whether a job runs within the request that starts it");
  r.Word("WAVESHIFT_ROLE", &role, {"all", "control"},
         "what this server does; control looks after tasks, but runs no job");
  r.Integer("WAVESHIFT_TIME_LIMIT_S", &time_limit_s, 0, kMostSeconds,
            "seconds that a request may run a job; 0: as the platform says");
  r.Integer("WAVESHIFT_TIME_MARGIN_S", &time_margin_s, 0, 3600,
            "seconds before the limit from which no line is begun; 0: as suits the limit");
  r.Url("WAVESHIFT_SELF_URL", &self_url, "this function's own address, for going on after the limit");
  r.Word("TASK_FAILURE_STATUS", &failure_status, {"error", "failed"}, "status word of a task that failed");
}

Status ServerSettings::Validate() const {
  for (const char c : host) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == ':' || c == '-' || c == '_' || c == '[' || c == ']' || c == '%';
    if (!fine)
      return InvalidArgument("SERVER_HOST: must be a host name or an IP address, not \"" +
                             host.substr(0, 80) + "\"");
  }
  return OkStatus();
}

std::vector<std::string> ServerSettings::MediaUrlAllowedHosts() const {
  std::vector<std::string> hosts;
  std::string one;
  for (const char c : media_url_allowed_hosts + ",") {
    const bool ends = c == ',' || c == ' ';
    if (!ends) one += c;
    if (ends && !one.empty()) hosts.push_back(std::exchange(one, {}));
  }
  return hosts;
}

std::string ServerSettings::ToString() const { return ShowGroup(*this); }

void LogSettings::Register(Registry& r) {
  r.Word("LOG_LEVEL", &level, {"debug", "info", "warning", "error", "critical"},
         "least important lines that are logged");
  r.Word("WAVESHIFT_LOG_FORMAT", &format, {"text", "json"}, "form of the log lines");
}

Status LogSettings::Validate() const { return OkStatus(); }

std::string LogSettings::ToString() const { return ShowGroup(*this); }

void CloudflareSettings::Register(Registry& r) {
  r.Text("CLOUDFLARE_ACCOUNT_ID", &account_id, "account of D1 and R2");
  r.Hidden("CLOUDFLARE_API_TOKEN", &api_token, "API token with D1 edit rights");
  r.Text("CLOUDFLARE_D1_DATABASE_ID", &d1_database_id, "database with the tasks");
  r.Hidden("CLOUDFLARE_R2_ACCESS_KEY_ID", &r2_access_key_id, "S3 key id of R2");
  r.Hidden("CLOUDFLARE_R2_SECRET_ACCESS_KEY", &r2_secret_access_key, "S3 secret of R2");
  r.Text("CLOUDFLARE_R2_BUCKET_NAME", &r2_bucket_name, "bucket with the media");
  r.Hidden("CLOUDFLARE_R2_SESSION_TOKEN", &r2_session_token,
           "S3 session token, when the key is a temporary one");
  r.Url("CLOUDFLARE_API_BASE_URL", &api_base_url, "where the D1 API is");
  r.Url("R2_ENDPOINT_URL", &r2_endpoint_url, "where R2's S3 API is");
  r.Word("R2_JURISDICTION", &r2_jurisdiction, {"none", "eu", "fedramp"}, "where the bucket must lie");
  r.Url("R2_PUBLIC_BASE_URL", &r2_public_base_url, "where everybody can read the bucket's objects");
  r.Switch("D1_WRITE_PROGRESS", &d1_write_progress,
           "write progress, started_at and completed_at of tasks in D1");
  r.Integer("D1_TIMEOUT", &d1_timeout_s, 1, 600, "seconds for one request to D1");
  r.Integer("D1_MAX_ATTEMPTS", &d1_max_attempts, 1, 50, "how often a request to D1 is tried");
  r.Integer("R2_TIMEOUT", &r2_timeout_s, 1, 600, "seconds without a byte from R2");
  r.Integer("R2_MAX_ATTEMPTS", &r2_max_attempts, 1, 50, "how often a request to R2 is tried");
}

bool CloudflareSettings::IsComplete() const {
  return !account_id.empty() && api_token.is_set() && !d1_database_id.empty() && r2_access_key_id.is_set() &&
         r2_secret_access_key.is_set() && !r2_bucket_name.empty();
}

Status CloudflareSettings::Validate() const {
  const std::pair<const char*, bool> keys[] = {
      {"CLOUDFLARE_ACCOUNT_ID", !account_id.empty()},
      {"CLOUDFLARE_API_TOKEN", api_token.is_set()},
      {"CLOUDFLARE_D1_DATABASE_ID", !d1_database_id.empty()},
      {"CLOUDFLARE_R2_ACCESS_KEY_ID", r2_access_key_id.is_set()},
      {"CLOUDFLARE_R2_SECRET_ACCESS_KEY", r2_secret_access_key.is_set()},
      {"CLOUDFLARE_R2_BUCKET_NAME", !r2_bucket_name.empty()}};
  std::string missing;
  size_t count = 0;
  for (const auto& [key, is_set] : keys) {
    if (is_set) continue;
    missing += (count++ == 0 ? "" : ", ") + std::string(key);
  }
  const bool wants_cloud = count < std::size(keys) || api_base_url != CloudflareSettings{}.api_base_url ||
                           !r2_endpoint_url.empty() || r2_session_token.is_set() || r2_jurisdiction != "none";
  if (count == 0) return CheckNames();
  if (!wants_cloud) return OkStatus();
  return FailedPrecondition(
      missing + (count == 1 ? " is" : " are") +
      " missing; set all six CLOUDFLARE_* keys to use D1 and R2, or none to use local stores");
}

// They become parts of addresses.
Status CloudflareSettings::CheckNames() const {
  const std::pair<const char*, const std::string&> names[] = {{"CLOUDFLARE_ACCOUNT_ID", account_id},
                                                              {"CLOUDFLARE_D1_DATABASE_ID", d1_database_id},
                                                              {"CLOUDFLARE_R2_BUCKET_NAME", r2_bucket_name}};
  for (const auto& [key, name] : names) {
    const bool plain =
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") ==
        std::string::npos;
    if (!plain || name.size() > 100 || name.front() == '.')
      return InvalidArgument(std::string(key) + ": must be letters, digits, '-', '_' and '.' only");
  }
  return OkStatus();
}

std::string CloudflareSettings::R2Endpoint() const {
  if (!r2_endpoint_url.empty()) return r2_endpoint_url;
  const std::string place = r2_jurisdiction == "none" ? "" : "." + r2_jurisdiction;
  return "https://" + account_id + place + ".r2.cloudflarestorage.com";
}

std::string CloudflareSettings::ToString() const { return ShowGroup(*this); }

void TranslationSettings::Register(Registry& r) {
  r.Word("TRANSLATION_MODEL", &model, {"deepseek", "gemini", "grok", "groq", "openai"},
         "who shortens lines that are too long");
  r.Hidden("DEEPSEEK_API_KEY", &deepseek_api_key, "key of DeepSeek");
  r.Url("DEEPSEEK_BASE_URL", &deepseek_base_url, "where DeepSeek is");
  r.Hidden("GEMINI_API_KEY", &gemini_api_key, "key of Gemini");
  r.Url("GEMINI_BASE_URL", &gemini_base_url, "where Gemini is");
  r.Hidden("XAI_API_KEY", &xai_api_key, "key of xAI (Grok)").Also("GROK_API_KEY");
  r.Url("XAI_BASE_URL", &xai_base_url, "where xAI is");
  r.Hidden("GROQ_API_KEY", &groq_api_key, "key of Groq");
  r.Url("GROQ_BASE_URL", &groq_base_url, "where Groq is");
  r.Hidden("OPENAI_API_KEY", &openai_api_key, "key of an OpenAI-compatible server");
  r.Url("OPENAI_BASE_URL", &openai_base_url, "where that server is");
  r.Text("OPENAI_MODEL", &openai_model, "model of that server");
  r.Text("DEEPSEEK_MODEL", &deepseek_model, "model of DeepSeek, when not deepseek-chat");
  r.Text("GEMINI_MODEL", &gemini_model, "model of Gemini, when not gemini-2.0-flash");
  r.Text("XAI_MODEL", &xai_model, "model of xAI, when not grok-3-mini-fast");
  r.Text("GROQ_MODEL", &groq_model, "model of Groq, when not Llama 4 Maverick");
}

Status TranslationSettings::Validate() const {
  if (model == "openai" && openai_model.empty()) {
    return FailedPrecondition("OPENAI_MODEL is missing; TRANSLATION_MODEL=openai needs it");
  }
  return OkStatus();
}

const Secret& TranslationSettings::ApiKey() const {
  if (model == "gemini") return gemini_api_key;
  if (model == "grok") return xai_api_key;
  if (model == "groq") return groq_api_key;
  return model == "openai" ? openai_api_key : deepseek_api_key;
}

const std::string& TranslationSettings::BaseUrl() const {
  if (model == "gemini") return gemini_base_url;
  if (model == "grok") return xai_base_url;
  if (model == "groq") return groq_base_url;
  return model == "openai" ? openai_base_url : deepseek_base_url;
}

const std::string& TranslationSettings::ModelName() const {
  if (model == "gemini") return gemini_model;
  if (model == "grok") return xai_model;
  if (model == "groq") return groq_model;
  return model == "openai" ? openai_model : deepseek_model;
}

bool TranslationSettings::WorksWithoutKey() const {
  return model == "openai" && openai_base_url != TranslationSettings{}.openai_base_url;
}

std::string TranslationSettings::ToString() const { return ShowGroup(*this); }

void ShorteningSettings::Register(Registry& r) {
  r.Word("WAVESHIFT_SHORTENING", &mode, {"auto", "llm", "rules", "none"},
         "how lines that are too long are shortened")
      .WithFlag("--shorten");
  r.Switch("WAVESHIFT_LENGTHENING", &lengthen, "say lines that are far too short more fully")
      .WithFlag("--lengthen");
  r.Integer("WAVESHIFT_SHORTENING_REQUESTS", &max_requests, 0, 1000000, "requests to the provider, a job");
  r.Integer("WAVESHIFT_SHORTENING_TOKENS", &max_tokens, 0, 2000000000, "tokens of the provider, a job");
  r.Integer("WAVESHIFT_SHORTENING_TIMEOUT", &timeout_s, 1, 600,
            "longest time for one request to the provider, s");
}

Status ShorteningSettings::Validate() const { return OkStatus(); }

std::string ShorteningSettings::ToString() const { return ShowGroup(*this); }

void MixSettings::Register(Registry& r) {
  r.Integer("TARGET_SR", &target_sample_rate_hz, 8000, 192000, "sample rate of synthesised speech, Hz");
  r.Number("VOCALS_VOLUME", &vocals_volume, 0, 4, "gain of the dubbed speech");
  r.Number("BACKGROUND_VOLUME", &background_volume, 0, 4, "gain of what lies under the dubbed speech");
  r.OptionalNumber("WAVESHIFT_DUCKING", &ducking_db, 0, 60, "auto",
                   "how much what lies under dubbed speech is lowered, dB");
  r.Switch("WAVESHIFT_TONE_MATCH", &match_tone, "give dubbed speech the treble of the original speech");
  r.OptionalNumber("WAVESHIFT_LOUDNESS", &loudness_lufs, -31, -9, "off", "loudness of the dubbed track, LUFS")
      .WithFlag("--loudness");
  r.Integer("AUDIO_OVERLAP", &audio_overlap_samples, 0, 1 << 20, "crossfade, samples");
  r.Integer("SILENCE_FADE_MS", &silence_fade_ms, 0, kMostMilliseconds, "fade at cut edges, ms");
  r.Number("NORMALIZATION_THRESHOLD", &normalization_threshold, 0.01, 1, "peak of the mix, 1 is full scale");
  r.Integer("TTS_BATCH_SIZE", &tts_batch_size, 1, 256, "lines in a synthesis batch");
  r.Switch("SAVE_TTS_AUDIO", &save_tts_audio, "keep each line's sound").Also("TTS_SAVE_AUDIO");
  r.Switch("CLEANUP_TEMP_FILES", &cleanup_temp_files, "remove a job's temporary files at its end");
  r.Switch("ENABLE_HLS_STORAGE", &enable_hls_storage, "put the HLS stream into the object store");
  r.Switch("CLEANUP_LOCAL_HLS_FILES", &cleanup_local_hls_files, "remove local segments once they are stored");
  r.Integer("CLEANUP_INTERVAL", &cleanup_interval_batches, 1, 1 << 20,
            "batches between two releases of memory");
}

Status MixSettings::Validate() const { return OkStatus(); }

std::string MixSettings::ToString() const { return ShowGroup(*this); }

void SourceAudioSettings::Register(Registry& r) {
  r.Word("WAVESHIFT_BACKGROUND", &background, {"auto", "separate", "duck", "none"},
         "what becomes of the original sound")
      .WithFlag("--background");
  r.Word("WAVESHIFT_SEPARATOR", &separator, {"auto", "mdx", "deepfilter"}, "what takes its speech out")
      .WithFlag("--separator");
  r.Switch("ENABLE_VOCAL_SEPARATION", &enable_vocal_separation, "split speech from background")
      .Also("TTS_ENABLE_AUDIO_SEPARATION");
  r.Text("VOCAL_SEPARATION_MODEL", &vocal_separation_model, "model file of the split");
  r.Word("VOCAL_SEPARATION_OUTPUT_FORMAT", &vocal_separation_output_format, {"WAV", "FLAC"},
         "format of the split parts");
  r.Integer("VOCAL_SEPARATION_SAMPLE_RATE", &vocal_separation_sample_rate_hz, 8000, 192000,
            "rate of the split parts, Hz");
  r.Integer("VOCAL_SEPARATION_TIMEOUT", &vocal_separation_timeout_s, 1, kMostSeconds,
            "longest time for the split, s");
  r.Text("AUDIO_SEPARATOR_MODEL_DIR", &separator_model_dir, "folder of the split's models");
  r.Integer("AUDIO_CLIP_GOAL_DURATION_MS", &clip_goal_ms, 100, kMostMilliseconds,
            "wanted length of a reference clip, ms");
  r.Integer("AUDIO_CLIP_MIN_DURATION_MS", &clip_min_ms, 0, kMostMilliseconds, "shortest reference clip, ms");
  r.Integer("AUDIO_CLIP_PADDING_MS", &clip_padding_ms, 0, kMostMilliseconds, "sound kept around a clip, ms");
  r.Switch("AUDIO_CLIP_ALLOW_CROSS_NON_SPEECH", &clip_may_cross_non_speech,
           "clips may run over what is no speech");
  r.Switch("AUDIO_CLIP_PER_LINE", &clip_per_line,
           "a line that is long and clean is cloned from its own recording");
}

Status SourceAudioSettings::Validate() const {
  if (clip_min_ms > clip_goal_ms) {
    return InvalidArgument("AUDIO_CLIP_MIN_DURATION_MS (" + std::to_string(clip_min_ms) +
                           ") must not be larger than AUDIO_CLIP_GOAL_DURATION_MS (" +
                           std::to_string(clip_goal_ms) + ")");
  }
  if (vocal_separation_model.find('/') != std::string::npos || vocal_separation_model == "..") {
    return InvalidArgument("VOCAL_SEPARATION_MODEL: must be a file name without a folder");
  }
  return OkStatus();
}

std::string SourceAudioSettings::ToString() const { return ShowGroup(*this); }

void ModelSettings::Register(Registry& r) {
  r.Text("WAVESHIFT_MODEL_CATALOGUE", &catalogue,
         "file that lists the models, in place of the built-in list");
  r.Switch("WAVESHIFT_OFFLINE", &offline, "models are never fetched").WithFlag("--offline");
  r.Url("WAVESHIFT_MODEL_MIRROR", &mirror_url, "server with the model folder's files, asked first");
  r.Url("WAVESHIFT_HUGGINGFACE_URL", &huggingface_url, "where Hugging Face is, or a mirror of it")
      .Also("HF_ENDPOINT");
  r.Url("WAVESHIFT_MODELSCOPE_URL", &modelscope_url, "where ModelScope is, or a mirror of it");
}

Status ModelSettings::Validate() const { return OkStatus(); }

std::string ModelSettings::ToString() const { return ShowGroup(*this); }

void Settings::Register(Registry& r) {
  r.Text("WAVESHIFT_HOME", &home, "folder of the local stores");
  r.Text("WAVESHIFT_MODEL_DIR", &model_dir, "folder of the models");
  r.Word("WAVESHIFT_ENGINE", &engine, {"auto", "indextts", "kokoro", "piper", "espeak", "none"}, "who speaks")
      .WithFlag("--engine");
  r.Word("WAVESHIFT_DEVICE", &device, {"auto", "cpu", "cuda"}, "what models run on").WithFlag("--device");
  server.Register(r);
  log.Register(r);
  cloudflare.Register(r);
  translation.Register(r);
  shortening.Register(r);
  mix.Register(r);
  source_audio.Register(r);
  models.Register(r);
}

Status Settings::Validate() const {
  WS_RETURN_IF_ERROR(server.Validate());
  WS_RETURN_IF_ERROR(log.Validate());
  WS_RETURN_IF_ERROR(cloudflare.Validate());
  WS_RETURN_IF_ERROR(translation.Validate());
  WS_RETURN_IF_ERROR(shortening.Validate());
  WS_RETURN_IF_ERROR(mix.Validate());
  WS_RETURN_IF_ERROR(source_audio.Validate());
  return models.Validate();
}

std::string Settings::ToString() const { return ShowGroup(*this); }

std::string Settings::DescribeJson() const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const SettingValue& value : values_) {
    list.push_back({{"key", value.key},
                    {"value", value.value},
                    {"origin", value.origin},
                    {"help", value.help},
                    {"values", value.values}});
  }
  const nlohmann::ordered_json all = {{"settings", std::move(list)}, {"notices", notices}};
  return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<std::string> Settings::Secrets() const {
  std::vector<std::string> all;
  for (const Secret* secret :
       {&server.api_token, &cloudflare.api_token, &cloudflare.r2_access_key_id,
        &cloudflare.r2_secret_access_key, &cloudflare.r2_session_token, &translation.deepseek_api_key,
        &translation.gemini_api_key, &translation.xai_api_key, &translation.groq_api_key,
        &translation.openai_api_key}) {
    if (secret->is_set()) all.push_back(secret->reveal());
  }
  return all;
}

}  // namespace waveshift::config
