// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The effective configuration. Flags win over the environment, the environment over .env in the working
// directory, .env over defaults; an empty value counts as not set. Names and meanings of the original engine
// are kept (contract.md section 5). Loading makes no folder and contacts nobody.
#ifndef WAVESHIFT_CONFIG_SETTINGS_H_
#define WAVESHIFT_CONFIG_SETTINGS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "config/dotenv.h"
#include "config/registry.h"
#include "config/secret.h"

namespace waveshift::config {

using Environment = std::map<std::string, std::string>;

// How a job's run relates to the request that starts it (WAVESHIFT_EXECUTION).
enum class Execution { kAuto, kInline, kBackground };

// Function platforms, told by their own variables in the environment.
enum class Platform { kNone, kFunctionCompute, kCloudRun, kLambda, kScf, kFunctionGraph };
// "function compute", "Cloud Run", ...; "" for kNone.
std::string_view PlatformName(Platform platform);

struct ServerSettings {
  // SERVER_HOST. By default 0.0.0.0 when an API token is set or on a function platform, else 127.0.0.1.
  std::string host;
  int port = 8000;               // SERVER_PORT; on a function platform its port by default
  int max_upload_mib = 65536;    // WAVESHIFT_MAX_UPLOAD_MIB: largest object that PUT /api/objects/ takes
  int speech_requests = 4;       // WAVESHIFT_SPEECH_REQUESTS: texts that POST /v1/audio/speech speaks at once
  int speech_characters = 4096;  // WAVESHIFT_SPEECH_CHARACTERS: longest of these texts
  int worker_requests = 16;      // WAVESHIFT_WORKER_REQUESTS: POST /synthesize at one time
  int worker_patience_s = 90;    // WAVESHIFT_WORKER_PATIENCE: such a request answers by then
  // MEDIA_URL_ALLOWED_HOSTS: other hosts that inputs may lie on, separated by commas or spaces.
  std::string media_url_allowed_hosts;
  int media_url_timeout_s = 300;         // MEDIA_URL_TIMEOUT: for one download from them
  Secret api_token;                      // WAVESHIFT_API_TOKEN; not set: open
  std::string failure_status = "error";  // TASK_FAILURE_STATUS: "error" or "failed"
  std::string execution_word = "auto";   // WAVESHIFT_EXECUTION
  // WAVESHIFT_ROLE: "control" answers what is asked about tasks and runs none, "all" does everything.
  std::string role = "all";
  int time_limit_s = 0;   // WAVESHIFT_TIME_LIMIT_S: of a request that runs a job; 0: the platform's
  int time_margin_s = 0;  // WAVESHIFT_TIME_MARGIN_S: how long before it jobs begin to end; 0: as suits it
  std::string self_url;   // WAVESHIFT_SELF_URL: where the server sends the request that goes on; "" = nowhere

  int64_t MaxUploadBytes() const { return int64_t{max_upload_mib} << 20; }
  std::vector<std::string> MediaUrlAllowedHosts() const;
  void Register(Registry& registry);
  Status Validate() const;
  std::string ToString() const;
};

struct LogSettings {
  std::string level = "info";   // LOG_LEVEL: debug, info, warning, error
  std::string format = "text";  // WAVESHIFT_LOG_FORMAT: text, json

  void Register(Registry& registry);
  Status Validate() const;
  std::string ToString() const;
};

// Cloudflare D1 and R2. Either all of the six keys without default are set, or no CLOUDFLARE_* key at all.
struct CloudflareSettings {
  std::string account_id;
  Secret api_token;
  std::string d1_database_id;
  Secret r2_access_key_id;
  Secret r2_secret_access_key;
  std::string r2_bucket_name;
  Secret r2_session_token;  // CLOUDFLARE_R2_SESSION_TOKEN: of temporary credentials
  std::string api_base_url = "https://api.cloudflare.com/client/v4";  // CLOUDFLARE_API_BASE_URL
  std::string
      r2_endpoint_url;  // R2_ENDPOINT_URL; "" = https://ACCOUNT[.JURISDICTION].r2.cloudflarestorage.com
  std::string r2_jurisdiction = "none";  // R2_JURISDICTION: none, eu, fedramp
  std::string r2_public_base_url;        // R2_PUBLIC_BASE_URL; "" = objects have no public address

  bool d1_write_progress = true;  // D1_WRITE_PROGRESS: progress, started_at and completed_at too
  int d1_timeout_s = 35;          // D1_TIMEOUT: of one request
  int d1_max_attempts = 7;        // D1_MAX_ATTEMPTS
  int r2_timeout_s = 30;          // R2_TIMEOUT: without a byte
  int r2_max_attempts = 7;        // R2_MAX_ATTEMPTS

  bool IsComplete() const;
  // FailedPrecondition names the missing keys when some of the six are set. (CLOUDFLARE_API_BASE_URL alone is
  // seen by LoadSettings.)
  Status Validate() const;
  std::string R2Endpoint() const;
  void Register(Registry& registry);
  std::string ToString() const;

 private:
  Status CheckNames() const;
};

// Who shortens a line that is too long (TRANSLATION_MODEL). Without any key nobody is asked.
struct TranslationSettings {
  std::string model = "deepseek";  // deepseek, gemini, grok, groq, openai
  bool model_is_explicit = false;  // somebody set TRANSLATION_MODEL
  Secret deepseek_api_key, gemini_api_key, xai_api_key, groq_api_key, openai_api_key;
  std::string deepseek_base_url = "https://api.deepseek.com";
  std::string gemini_base_url = "https://generativelanguage.googleapis.com/v1beta";
  std::string xai_base_url = "https://api.x.ai/v1";
  std::string groq_base_url = "https://api.groq.com/openai/v1";
  std::string openai_base_url = "https://api.openai.com/v1";
  std::string openai_model;  // required for TRANSLATION_MODEL=openai
  // The other providers' models; "" = the original engine's choice.
  std::string deepseek_model, gemini_model, xai_model, groq_model;

  const Secret& ApiKey() const;          // of the chosen one
  const std::string& BaseUrl() const;    // of the chosen one
  const std::string& ModelName() const;  // of the chosen one, "" = its default
  // True when the chosen one wants no key: an OpenAI-compatible server of somebody's own.
  bool WorksWithoutKey() const;
  void Register(Registry& registry);
  Status Validate() const;
  std::string ToString() const;
};

// What happens to lines whose speech cannot fit their time.
struct ShorteningSettings {
  // WAVESHIFT_SHORTENING: "auto" asks the provider of TRANSLATION_MODEL when its key is there, "llm" wants
  // it, "rules" takes out fillers and stutters only, "none" leaves every line as it is.
  std::string mode = "auto";
  bool lengthen = false;    // WAVESHIFT_LENGTHENING: lines far too short are said more fully
  int max_requests = 300;   // WAVESHIFT_SHORTENING_REQUESTS: to the provider, a job
  int max_tokens = 500000;  // WAVESHIFT_SHORTENING_TOKENS: of questions and answers, a job
  int timeout_s = 30;       // WAVESHIFT_SHORTENING_TIMEOUT: of one request

  void Register(Registry& registry);
  Status Validate() const;
  std::string ToString() const;
};

// The original's numbers for synthesis and mix.
struct MixSettings {
  int target_sample_rate_hz = 24000;  // TARGET_SR
  double vocals_volume = 1;      // VOCALS_VOLUME, gain of dubbed lines; 1: as loud as the original speech
  double background_volume = 1;  // BACKGROUND_VOLUME, gain of what lies under dubbed lines
  // WAVESHIFT_DUCKING: decibels by which what lies under dubbed lines is lowered; none: as suits it.
  std::optional<double> ducking_db;
  bool match_tone = true;  // WAVESHIFT_TONE_MATCH: lines get the treble of the original speech
  // WAVESHIFT_LOUDNESS: of the dubbed track; none: as loud as the original.
  std::optional<double> loudness_lufs;
  int audio_overlap_samples = 1024;      // AUDIO_OVERLAP: crossfade
  int silence_fade_ms = 25;              // SILENCE_FADE_MS: fade at cut edges
  double normalization_threshold = 0.9;  // NORMALIZATION_THRESHOLD: peak target
  int tts_batch_size = 3;                // TTS_BATCH_SIZE: lines a synthesis batch
  bool save_tts_audio = true;            // SAVE_TTS_AUDIO; off on function compute
  bool cleanup_temp_files = false;       // CLEANUP_TEMP_FILES; on on function compute
  bool enable_hls_storage = true;        // ENABLE_HLS_STORAGE
  bool cleanup_local_hls_files = true;   // CLEANUP_LOCAL_HLS_FILES
  int cleanup_interval_batches = 5;      // CLEANUP_INTERVAL; 2 on function compute

  void Register(Registry& registry);
  Status Validate() const;
  std::string ToString() const;
};

// Splitting speech from background, and the clips that voices are taken from.
struct SourceAudioSettings {
  // WAVESHIFT_BACKGROUND: what becomes of the original sound under the dub: "separate" takes its speech out,
  // "duck" lowers it, "none" silences it, "auto" separates when a model is there.
  std::string background = "auto";
  std::string separator = "auto";                           // WAVESHIFT_SEPARATOR: auto, mdx, deepfilter
  bool enable_vocal_separation = true;                      // ENABLE_VOCAL_SEPARATION
  std::string vocal_separation_model = "Kim_Vocal_2.onnx";  // VOCAL_SEPARATION_MODEL
  std::string vocal_separation_output_format = "WAV";       // VOCAL_SEPARATION_OUTPUT_FORMAT
  int vocal_separation_sample_rate_hz = 24000;              // VOCAL_SEPARATION_SAMPLE_RATE
  int vocal_separation_timeout_s = 300;                     // VOCAL_SEPARATION_TIMEOUT
  std::string separator_model_dir;         // AUDIO_SEPARATOR_MODEL_DIR; "" = the model folder
  int clip_goal_ms = 12000;                // AUDIO_CLIP_GOAL_DURATION_MS
  int clip_min_ms = 1000;                  // AUDIO_CLIP_MIN_DURATION_MS
  int clip_padding_ms = 200;               // AUDIO_CLIP_PADDING_MS
  bool clip_may_cross_non_speech = false;  // AUDIO_CLIP_ALLOW_CROSS_NON_SPEECH
  bool clip_per_line = false;              // AUDIO_CLIP_PER_LINE

  void Register(Registry& registry);
  Status Validate() const;
  std::string ToString() const;
};

// Where `waveshift models` takes models from.
struct ModelSettings {
  std::string catalogue;   // WAVESHIFT_MODEL_CATALOGUE: a file in place of the built-in one; "" = built in
  bool offline = false;    // WAVESHIFT_OFFLINE: nothing is fetched
  std::string mirror_url;  // WAVESHIFT_MODEL_MIRROR: asked first, by the path in the model folder
  std::string huggingface_url;  // WAVESHIFT_HUGGINGFACE_URL; "" = as the catalogue says
  std::string modelscope_url;   // WAVESHIFT_MODELSCOPE_URL; "" = as the catalogue says

  void Register(Registry& registry);
  Status Validate() const;
  std::string ToString() const;
};

// One line of `waveshift config`.
struct SettingValue {
  std::string key;
  std::string value;   // masked when secret
  std::string origin;  // "default", ".env line 12", "environment", "flag --port"
  std::string help;
  std::string values;  // RegistryEntry::values
};

struct Settings {
  std::string
      home;  // WAVESHIFT_HOME: the local stores; absolute; default: the per-user data folder + "/waveshift"
  std::string model_dir;        // WAVESHIFT_MODEL_DIR; default HOME/models
  std::string engine = "auto";  // WAVESHIFT_ENGINE: auto, indextts, kokoro, piper, espeak, none
  std::string device = "auto";  // WAVESHIFT_DEVICE: auto, cpu, cuda
  Execution execution = Execution::kAuto;
  ServerSettings server;
  LogSettings log;
  CloudflareSettings cloudflare;
  TranslationSettings translation;
  ShorteningSettings shortening;
  MixSettings mix;
  SourceAudioSettings source_audio;
  ModelSettings models;

  bool cloud_configured = false;        // all of CLOUDFLARE_* are there: stores are D1 and R2
  Platform platform = Platform::kNone;  // the platform's own variables are in the environment
  bool host_is_explicit = false;        // somebody set SERVER_HOST or its flag
  // For people: keys that are set and that the original read without effect, one line each.
  std::vector<std::string> notices;

  // Jobs run within the request that starts them (Execution::kAuto: where the platform freezes the process
  // after its answer).
  bool RunsInline() const;
  bool OnFunctionCompute() const { return platform == Platform::kFunctionCompute; }

  void Register(Registry& registry);
  Status Validate() const;
  std::string ToString() const;

  // Every key with its effective value and origin, in the order of registration.
  const std::vector<SettingValue>& Describe() const { return values_; }
  // The same as one JSON object: {"settings": [{"key", "value", "origin", "help", "values"}], "notices":
  // [...]}.
  std::string DescribeJson() const;
  // Values that must not show up in a log.
  std::vector<std::string> Secrets() const;

 private:
  friend class Loader;
  std::vector<SettingValue> values_;
};

// `flags`: configuration key -> value, for flags of the command line that stand for keys. Environment and
// .env keys that are not known are ignored (they belong to others). InvalidArgument and FailedPrecondition
// name the key and where it was set; no message holds a secret.
StatusOr<Settings> LoadSettings(const Environment& environment, const DotEnv& dotenv,
                                const std::map<std::string, std::string>& flags);

// With this process's environment and ./.env.
StatusOr<Settings> LoadProcessSettings(const std::map<std::string, std::string>& flags);

// This process's variables; HOME is looked up in the user database when it is not set. Call before other
// threads change the environment.
Environment ProcessEnvironment();

}  // namespace waveshift::config

#endif  // WAVESHIFT_CONFIG_SETTINGS_H_
