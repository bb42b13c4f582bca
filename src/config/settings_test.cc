// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "config/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.h"

namespace waveshift::config {
namespace {

using testing::HasSubstr;
using testing::Not;

const Environment kPlain = {{"HOME", "/home/anna"}};

Environment With(Environment more, const Environment& instead = {}) {
  more.emplace("HOME", "/home/anna");
  for (const auto& [key, value] : instead) more[key] = value;
  return more;
}

Settings Load(const Environment& environment, std::string_view dotenv = "",
              const std::map<std::string, std::string>& flags = {}) {
  auto settings = LoadSettings(environment, ParseDotEnv(dotenv, ".env").value(), flags);
  EXPECT_TRUE(settings.ok()) << Message(settings.status());
  return settings.ok() ? *std::move(settings) : Settings{};
}

Status LoadError(const Environment& environment, std::string_view dotenv = "",
                 const std::map<std::string, std::string>& flags = {}) {
  return LoadSettings(environment, ParseDotEnv(dotenv, ".env").value(), flags).status();
}

SettingValue Described(const Settings& settings, const std::string& key) {
  for (const SettingValue& value : settings.Describe()) {
    if (value.key == key) return value;
  }
  return {};
}

TEST(Settings, Defaults) {
  const Settings s = Load(kPlain);
  EXPECT_EQ(s.home, "/home/anna/.local/share/waveshift");
  EXPECT_EQ(s.model_dir, "/home/anna/.local/share/waveshift/models");
  EXPECT_EQ(s.engine, "auto");
  EXPECT_EQ(s.device, "auto");
  EXPECT_EQ(s.server.host, "127.0.0.1");
  EXPECT_FALSE(s.host_is_explicit);
  EXPECT_EQ(s.server.port, 8000);
  EXPECT_EQ(s.server.failure_status, "error");
  EXPECT_EQ(s.execution, Execution::kAuto);
  EXPECT_FALSE(s.cloud_configured);
  EXPECT_EQ(s.platform, Platform::kNone);
  EXPECT_FALSE(s.RunsInline());
  EXPECT_EQ(s.mix.tts_batch_size, 3);
  EXPECT_EQ(s.mix.vocals_volume, 1);
  EXPECT_EQ(s.mix.background_volume, 1);
  EXPECT_FALSE(s.mix.ducking_db.has_value());
  EXPECT_FALSE(s.mix.loudness_lufs.has_value());
  EXPECT_TRUE(s.mix.save_tts_audio);
  EXPECT_FALSE(s.mix.cleanup_temp_files);
  EXPECT_EQ(s.source_audio.clip_goal_ms, 12000);
  EXPECT_EQ(s.source_audio.background, "auto");
  EXPECT_EQ(s.source_audio.separator, "auto");
  EXPECT_EQ(s.translation.model, "deepseek");
  for (const SettingValue& value : s.Describe()) EXPECT_THAT(value.origin, HasSubstr("default")) << value.key;
}

TEST(Settings, FlagsBeforeEnvironmentBeforeDotEnvBeforeDefaults) {
  const std::string dotenv = "SERVER_PORT=1001\nLOG_LEVEL=debug\nTTS_BATCH_SIZE=9\n";
  const Settings s =
      Load(With({{"SERVER_PORT", "1002"}, {"LOG_LEVEL", "ERROR"}}), dotenv, {{"SERVER_PORT", "1003"}});
  EXPECT_EQ(s.server.port, 1003);
  EXPECT_EQ(s.log.level, "error");
  EXPECT_EQ(s.mix.tts_batch_size, 9);
  EXPECT_EQ(Described(s, "SERVER_PORT").origin, "flag --port");
  EXPECT_EQ(Described(s, "LOG_LEVEL").origin, "environment");
  EXPECT_EQ(Described(s, "TTS_BATCH_SIZE").origin, ".env line 3");
  EXPECT_EQ(Described(s, "TTS_BATCH_SIZE").value, "9");
  EXPECT_EQ(Described(s, "VOCALS_VOLUME").origin, "default");
}

TEST(Settings, AnEmptyValueIsNotSet) {
  const Settings s = Load(With({{"SERVER_PORT", ""}, {"WAVESHIFT_ENGINE", ""}}),
                          "SERVER_PORT=77\nLOG_LEVEL=\n", {{"WAVESHIFT_DEVICE", ""}});
  EXPECT_EQ(s.server.port, 77);
  EXPECT_EQ(s.log.level, "info");
  EXPECT_EQ(s.engine, "auto");
}

TEST(Settings, NumbersThatMayBeNone) {
  const Settings s = Load(With({{"WAVESHIFT_DUCKING", "12.5"}}), "WAVESHIFT_LOUDNESS=-23\n");
  EXPECT_EQ(s.mix.ducking_db, 12.5);
  EXPECT_EQ(s.mix.loudness_lufs, -23);
  EXPECT_EQ(Described(s, "WAVESHIFT_LOUDNESS").value, "-23");
  const Settings off =
      Load(With({{"WAVESHIFT_LOUDNESS", "OFF"}, {"WAVESHIFT_DUCKING", "auto"}}), "WAVESHIFT_LOUDNESS=-23\n");
  EXPECT_FALSE(off.mix.loudness_lufs.has_value());
  EXPECT_FALSE(off.mix.ducking_db.has_value());
  EXPECT_EQ(Described(off, "WAVESHIFT_LOUDNESS").value, "off");
  EXPECT_EQ(Described(off, "WAVESHIFT_DUCKING").value, "auto");
  for (const char* value : {"loud", "-8", "-32", "nan", "-16 LUFS"}) {
    EXPECT_THAT(Message(LoadError(With({{"WAVESHIFT_LOUDNESS", value}}))),
                HasSubstr("WAVESHIFT_LOUDNESS (environment): must be off or a number from -31 to -9, not"));
  }
}

TEST(Settings, ErrorsNameKeyAndOrigin) {
  EXPECT_EQ(Message(LoadError(kPlain, "A=1\nSERVER_PORT=eighty\n")),
            "SERVER_PORT (.env line 2): must be a whole number from 0 to 65535, not \"eighty\"");
  EXPECT_THAT(Message(LoadError(With({{"VOCALS_VOLUME", "-1"}}))),
              HasSubstr("VOCALS_VOLUME (environment): must be a number"));
  EXPECT_THAT(
      Message(LoadError(kPlain, "", {{"WAVESHIFT_ENGINE", "loud"}})),
      HasSubstr("WAVESHIFT_ENGINE (flag --engine): must be auto, indextts, kokoro, piper, espeak or none"));
  EXPECT_THAT(Message(LoadError(With({{"TASK_FAILURE_STATUS", "completed"}}))),
              HasSubstr("TASK_FAILURE_STATUS"));
  EXPECT_THAT(Message(LoadError(With({{"SERVER_HOST", "a b"}}))), HasSubstr("SERVER_HOST"));
  EXPECT_THAT(Message(LoadError(With({{"AUDIO_CLIP_MIN_DURATION_MS", "13000"}}))),
              HasSubstr("AUDIO_CLIP_GOAL_DURATION_MS"));
  EXPECT_THAT(Message(LoadError(With({{"VOCAL_SEPARATION_MODEL", "../x"}}))),
              HasSubstr("VOCAL_SEPARATION_MODEL"));
  EXPECT_EQ(LoadError(kPlain, "", {{"NO_SUCH_KEY", "1"}}).code(), StatusCode::kInternal);
}

const Environment kCloud = {{"CLOUDFLARE_ACCOUNT_ID", "acc"},
                            {"CLOUDFLARE_API_TOKEN", "tok-123"},
                            {"CLOUDFLARE_D1_DATABASE_ID", "db"},
                            {"CLOUDFLARE_R2_ACCESS_KEY_ID", "kid-456"},
                            {"CLOUDFLARE_R2_SECRET_ACCESS_KEY", "sec-789"},
                            {"CLOUDFLARE_R2_BUCKET_NAME", "bucket"}};

TEST(Settings, ACompleteCloud) {
  const Settings s = Load(With(kCloud));
  EXPECT_TRUE(s.cloud_configured);
  EXPECT_EQ(s.cloudflare.R2Endpoint(), "https://acc.r2.cloudflarestorage.com");
  Environment more = With(kCloud);
  more["R2_ENDPOINT_URL"] = "http://127.0.0.1:9000/";
  EXPECT_EQ(Load(more).cloudflare.R2Endpoint(), "http://127.0.0.1:9000");
}

TEST(Settings, WhereTheBucketLies) {
  EXPECT_EQ(Load(With(kCloud, {{"R2_JURISDICTION", "EU"}})).cloudflare.R2Endpoint(),
            "https://acc.eu.r2.cloudflarestorage.com");
  EXPECT_EQ(Load(With(kCloud, {{"R2_JURISDICTION", "fedramp"}})).cloudflare.R2Endpoint(),
            "https://acc.fedramp.r2.cloudflarestorage.com");
  EXPECT_THAT(Message(LoadError(With(kCloud, {{"R2_JURISDICTION", "mars"}}))), HasSubstr("R2_JURISDICTION"));
  const Settings s =
      Load(With(kCloud, {{"CLOUDFLARE_R2_SESSION_TOKEN", "tmp-321"}, {"D1_WRITE_PROGRESS", "off"}}));
  EXPECT_EQ(s.cloudflare.r2_session_token.reveal(), "tmp-321");
  EXPECT_FALSE(s.cloudflare.d1_write_progress);
  EXPECT_THAT(s.ToString(), Not(HasSubstr("tmp-321")));
}

TEST(Settings, NamesThatBecomePartsOfAddressesArePlain) {
  for (const char* key :
       {"CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_D1_DATABASE_ID", "CLOUDFLARE_R2_BUCKET_NAME"}) {
    for (const char* value : {"a/b", "a?b", "a b", "a@b", "..", "a#"}) {
      const Status status = LoadError(With(kCloud, {{key, value}}));
      EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << key << value;
      EXPECT_THAT(Message(status), HasSubstr(key));
    }
  }
}

TEST(Settings, AHalfCloudNamesEachMissingKey) {
  for (const auto& [key, value] : kCloud) {
    Environment half = With(kCloud);
    half.erase(key);
    const Status status = LoadError(half);
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(Message(status), HasSubstr(key + " is missing"));
  }
  const Status one = LoadError(kPlain, "CLOUDFLARE_ACCOUNT_ID=acc\nCLOUDFLARE_API_TOKEN=\n");
  EXPECT_THAT(Message(one), HasSubstr("CLOUDFLARE_API_TOKEN, CLOUDFLARE_D1_DATABASE_ID"));
  EXPECT_THAT(Message(one), Not(HasSubstr("CLOUDFLARE_ACCOUNT_ID")));
  // Even the key with a default asks for the cloud.
  EXPECT_FALSE(LoadError(With({{"CLOUDFLARE_API_BASE_URL", "https://api.cloudflare.com/client/v4"}})).ok());
  EXPECT_FALSE(LoadError(With({{"CLOUDFLARE_API_BASE_URL", "http://localhost:1"}})).ok());
  EXPECT_THAT(Message(LoadError(With({{"R2_ENDPOINT_URL", "http://localhost:1"}}))),
              HasSubstr("CLOUDFLARE_API_TOKEN"));
  EXPECT_FALSE(LoadError(With({{"CLOUDFLARE_R2_SESSION_TOKEN", "t"}})).ok());
  EXPECT_TRUE(Load(With({{"R2_PUBLIC_BASE_URL", "https://media.example.com"}})).home.size() >
              0);  // of any store
}

TEST(Settings, SecretsShowNowhere) {
  Environment environment = With(kCloud);
  environment["WAVESHIFT_API_TOKEN"] = "a-very-long-token-for-the-server-xy";
  environment["OPENAI_API_KEY"] = "sk-openai";
  const Settings s = Load(environment);
  std::string all = s.ToString() + s.DescribeJson();
  for (const SettingValue& value : s.Describe()) all += value.value;
  for (const std::string secret : {"tok-123", "kid-456", "sec-789", "a-very-long-token", "sk-openai"}) {
    EXPECT_THAT(all, Not(HasSubstr(secret)));
  }
  EXPECT_EQ(Described(s, "WAVESHIFT_API_TOKEN").value, "******** (ends in xy)");
  EXPECT_EQ(Described(s, "CLOUDFLARE_API_TOKEN").value, "********");
  EXPECT_EQ(s.server.api_token.reveal(), "a-very-long-token-for-the-server-xy");
  EXPECT_EQ(s.Secrets().size(), 5U);
}

TEST(Settings, EverySecretKeyIsAmongSecrets) {
  Settings s;
  Registry registry;
  s.Register(registry);
  size_t count = 0;
  for (const RegistryEntry& entry : registry.entries()) {
    if (!entry.is_secret) continue;
    ++count;
    ASSERT_TRUE(entry.parse("secret-of-" + entry.key).ok());
  }
  EXPECT_EQ(s.Secrets().size(), count);
}

TEST(Settings, NoTwoEntriesHaveOneKey) {
  Settings s;
  Registry registry;
  s.Register(registry);
  std::map<std::string, int> seen;
  for (const RegistryEntry& entry : registry.entries()) EXPECT_EQ(++seen[entry.key], 1) << entry.key;
}

TEST(Settings, TheHostFollowsTheToken) {
  EXPECT_EQ(Load(With({{"WAVESHIFT_API_TOKEN", "t0ken"}})).server.host, "0.0.0.0");
  const Settings open = Load(With({{"SERVER_HOST", "0.0.0.0"}}));
  EXPECT_EQ(open.server.host, "0.0.0.0");
  EXPECT_TRUE(open.host_is_explicit);
  EXPECT_EQ(Load(With({{"WAVESHIFT_API_TOKEN", "t0ken"}, {"SERVER_HOST", "::1"}})).server.host, "::1");
}

TEST(Settings, Folders) {
  EXPECT_EQ(Load(With({{"XDG_DATA_HOME", "/data"}})).home, "/data/waveshift");
  EXPECT_EQ(Load(With({{"XDG_DATA_HOME", "relative"}})).home, "/home/anna/.local/share/waveshift");
  EXPECT_EQ(Load(With({{"WAVESHIFT_HOME", "~/ws/"}})).home, "/home/anna/ws");
  EXPECT_EQ(Load(With({{"WAVESHIFT_HOME", "/srv/../ws"}})).home, "/ws");
  EXPECT_EQ(Load(With({{"WAVESHIFT_HOME", "here"}})).home,
            (std::filesystem::current_path() / "here").string());
  EXPECT_EQ(Load(With({{"WAVESHIFT_HOME", "/ws"}, {"WAVESHIFT_MODEL_DIR", "/models"}})).model_dir, "/models");
  EXPECT_EQ(Load({{"WAVESHIFT_HOME", "/ws"}}).home, "/ws");
  const Status homeless = LoadError({});
  EXPECT_EQ(homeless.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(homeless), HasSubstr("WAVESHIFT_HOME"));
}

TEST(Settings, LoadingMakesNoFolder) {
  const auto scratch = ScratchDirectory::Make();
  ASSERT_TRUE(scratch.ok());
  const std::string home = scratch->path() + "/home";
  EXPECT_EQ(Load(With({{"WAVESHIFT_HOME", home}})).home, home);
  EXPECT_FALSE(std::filesystem::exists(home));
}

TEST(Settings, FunctionCompute) {
  const Settings s =
      Load(With({{"FC_FUNC_NAME", "dub"}, {"FC_CUSTOM_LISTEN_PORT", "9001"}, {"PORT", "8080"}}));
  EXPECT_TRUE(s.OnFunctionCompute());
  EXPECT_TRUE(s.RunsInline());
  EXPECT_EQ(s.server.port, 9001);
  EXPECT_EQ(Described(s, "SERVER_PORT").origin, "environment (FC_CUSTOM_LISTEN_PORT)");
  EXPECT_EQ(s.server.host, "0.0.0.0");
  EXPECT_EQ(s.home, "/tmp/waveshift");
  EXPECT_TRUE(s.mix.cleanup_temp_files);
  EXPECT_FALSE(s.mix.save_tts_audio);
  EXPECT_EQ(s.mix.cleanup_interval_batches, 2);
  EXPECT_EQ(Load(With({{"FC_INSTANCE_ID", "x"}})).server.port, 9000);
  EXPECT_EQ(Load(With({{"FC_INSTANCE_ID", "x"}, {"SERVER_PORT", "8000"}, {"PORT", "8080"}})).server.port,
            8000);
  EXPECT_TRUE(Load(With({{"FC_INSTANCE_ID", "x"}, {"SAVE_TTS_AUDIO", "true"}})).mix.save_tts_audio);
  EXPECT_THAT(Message(LoadError(With({{"FC_INSTANCE_ID", "x"}, {"PORT", "no"}}))),
              HasSubstr("PORT (environment)"));
  EXPECT_EQ(Load(With({{"PORT", "8080"}})).server.port, 8000);
}

TEST(Settings, OtherPlatforms) {
  struct Case {
    const char* key;
    Platform platform;
    int port;
    bool runs_inline;
  };
  for (const Case& c : {Case{"K_SERVICE", Platform::kCloudRun, 8080, false},
                        Case{"AWS_LAMBDA_FUNCTION_NAME", Platform::kLambda, 8080, true},
                        Case{"SCF_FUNCTIONNAME", Platform::kScf, 9000, true},
                        Case{"RUNTIME_FUNC_NAME", Platform::kFunctionGraph, 8000, true}}) {
    const Settings s = Load(With({{c.key, "dub"}}));
    EXPECT_EQ(s.platform, c.platform) << c.key;
    EXPECT_EQ(s.server.port, c.port) << c.key;
    EXPECT_EQ(s.server.host, "0.0.0.0") << c.key;
    EXPECT_EQ(s.RunsInline(), c.runs_inline) << c.key;
    EXPECT_EQ(s.log.format, "json") << c.key;
    EXPECT_EQ(s.home, "/tmp/waveshift") << c.key;
    EXPECT_EQ(Described(s, "SERVER_HOST").origin, "default on " + std::string(PlatformName(c.platform)));
    EXPECT_EQ(Load(With({{c.key, "dub"}, {"PORT", "7000"}, {"AWS_LWA_PORT", "7001"}})).server.port, 7000);
    EXPECT_EQ(Load(With({{c.key, "dub"}, {"AWS_LWA_PORT", "7001"}})).server.port, 7001);
  }
  const Environment fc = With({{"FC_FUNCTION_NAME", "dub"},
                               {"K_SERVICE", "x"},
                               {"FC_SERVER_PORT", "9100"},
                               {"FC_CUSTOM_LISTEN_PORT", "9200"},
                               {"SERVER_HOST", "127.0.0.1"}});
  EXPECT_EQ(Load(fc).platform, Platform::kFunctionCompute);
  EXPECT_EQ(Load(fc).server.port, 9100);
  EXPECT_EQ(Load(fc).server.host, "127.0.0.1");
}

TEST(Settings, ExecutionAndItsLimits) {
  EXPECT_TRUE(Load(With({{"WAVESHIFT_EXECUTION", "inline"}})).RunsInline());
  EXPECT_FALSE(Load(With({{"WAVESHIFT_EXECUTION", "background"}, {"FC_INSTANCE_ID", "i"}})).RunsInline());
  const Settings s = Load(With({{"WAVESHIFT_TIME_LIMIT_S", "7200"},
                                {"WAVESHIFT_TIME_MARGIN_S", "60"},
                                {"WAVESHIFT_SELF_URL", "https://dub.example.com/"}}));
  EXPECT_EQ(s.server.time_limit_s, 7200);
  EXPECT_EQ(s.server.time_margin_s, 60);
  EXPECT_EQ(s.server.self_url, "https://dub.example.com");
  EXPECT_THAT(Message(LoadError(With({{"WAVESHIFT_TIME_LIMIT_S", "86401"}}))),
              HasSubstr("WAVESHIFT_TIME_LIMIT_S"));
  EXPECT_THAT(Message(LoadError(With({{"WAVESHIFT_SELF_URL", "dub"}}))), HasSubstr("WAVESHIFT_SELF_URL"));
}

TEST(Settings, OtherNamesAndOpenAi) {
  const Settings s = Load(With({{"GROK_API_KEY", "grok-key"}, {"TRANSLATION_MODEL", "grok"}}));
  EXPECT_EQ(s.translation.ApiKey().reveal(), "grok-key");
  EXPECT_EQ(Described(s, "XAI_API_KEY").origin, "environment (GROK_API_KEY)");
  EXPECT_EQ(s.translation.BaseUrl(), "https://api.x.ai/v1");
  EXPECT_EQ(
      Load(With({{"GROK_API_KEY", "a-b-c"}, {"XAI_API_KEY", "d-e-f"}})).translation.xai_api_key.reveal(),
      "d-e-f");
  EXPECT_THAT(Message(LoadError(With({{"TRANSLATION_MODEL", "openai"}}))),
              HasSubstr("OPENAI_MODEL is missing"));
  EXPECT_TRUE(LoadError(With({{"TRANSLATION_MODEL", "openai"}, {"OPENAI_MODEL", "m"}})).ok());
}

TEST(Settings, WhoShortensAndHow) {
  const Settings s = Load(With({}));
  EXPECT_EQ(s.shortening.mode, "auto");
  EXPECT_FALSE(s.shortening.lengthen);
  EXPECT_FALSE(s.translation.model_is_explicit);
  EXPECT_FALSE(s.translation.WorksWithoutKey());
  EXPECT_EQ(s.translation.ModelName(), "");
  const Settings own = Load(With({{"TRANSLATION_MODEL", "OpenAI"},
                                  {"OPENAI_MODEL", "m"},
                                  {"OPENAI_BASE_URL", "http://127.0.0.1:8080/v1/"},
                                  {"WAVESHIFT_SHORTENING", "llm"}}));
  EXPECT_TRUE(own.translation.model_is_explicit);
  EXPECT_TRUE(own.translation.WorksWithoutKey());
  EXPECT_EQ(own.translation.ModelName(), "m");
  EXPECT_EQ(own.translation.BaseUrl(), "http://127.0.0.1:8080/v1");
  const Settings groq = Load(With({{"TRANSLATION_MODEL", "groq"}, {"GROQ_MODEL", "n"}}));
  EXPECT_EQ(groq.translation.ModelName(), "n");
  EXPECT_THAT(Message(LoadError(With({{"WAVESHIFT_SHORTENING", "always"}}))),
              HasSubstr("WAVESHIFT_SHORTENING"));
}

TEST(Settings, KeysWithoutEffectAreNoted) {
  const Settings s = Load(kPlain, "FOREIGN=1\nBATCH_SIZE=20\n");
  ASSERT_EQ(s.notices.size(), 1U);
  EXPECT_THAT(s.notices[0], HasSubstr("BATCH_SIZE (.env line 2)"));
}

TEST(Settings, DescribeAsJson) {
  const Settings s = Load(With({{"SERVER_HOST", "::1"}}));
  const auto json = nlohmann::json::parse(s.DescribeJson());
  ASSERT_EQ(json["settings"].size(), s.Describe().size());
  EXPECT_EQ(json["settings"][0]["key"], "WAVESHIFT_HOME");
  EXPECT_EQ(json["settings"][0]["value"], "/home/anna/.local/share/waveshift");
  EXPECT_EQ(json["settings"][0]["origin"], "default");
  EXPECT_EQ(json["settings"][0]["help"], "folder of the local stores");
  std::map<std::string, std::string> values;
  for (const auto& setting : json["settings"]) values[setting["key"]] = setting["values"];
  EXPECT_EQ(values["WAVESHIFT_DEVICE"], "auto, cpu, cuda");
  EXPECT_EQ(values["SERVER_PORT"], "0 to 65535");
  EXPECT_EQ(values["VOCALS_VOLUME"], "0 to 4");
  EXPECT_EQ(values["WAVESHIFT_DUCKING"], "auto, 0 to 60");
  EXPECT_EQ(values["WAVESHIFT_TONE_MATCH"], "true, false");
  EXPECT_EQ(values["WAVESHIFT_API_TOKEN"], "");
  EXPECT_THAT(s.ToString(), HasSubstr("SERVER_HOST=::1\n"));
  EXPECT_THAT(s.server.ToString(), HasSubstr("SERVER_HOST=::1\nSERVER_PORT=8000\n"));
}

TEST(Settings, OfThisProcess) {
  ASSERT_EQ(setenv("WAVESHIFT_ENGINE", "none", 1), 0);
  EXPECT_EQ(ProcessEnvironment().at("WAVESHIFT_ENGINE"), "none");
  ASSERT_EQ(unsetenv("WAVESHIFT_ENGINE"), 0);
  EXPECT_FALSE(ProcessEnvironment().contains("WAVESHIFT_ENGINE"));
}

TEST(Settings, WhereModelsComeFrom) {
  EXPECT_EQ(Load(kPlain).models.catalogue, "");
  EXPECT_FALSE(Load(kPlain).models.offline);
  const Settings s = Load(With({{"WAVESHIFT_MODEL_CATALOGUE", "~/mine.json"},
                                {"WAVESHIFT_OFFLINE", "yes"},
                                {"HF_ENDPOINT", "https://hf.example/"},
                                {"WAVESHIFT_MODEL_MIRROR", "http://mirror.lan/models"}}));
  EXPECT_EQ(s.models.catalogue, "/home/anna/mine.json");
  EXPECT_TRUE(s.models.offline);
  EXPECT_EQ(s.models.huggingface_url, "https://hf.example");
  EXPECT_EQ(s.models.mirror_url, "http://mirror.lan/models");
  EXPECT_EQ(Load(With({{"HF_ENDPOINT", "https://a"}, {"WAVESHIFT_HUGGINGFACE_URL", "https://b"}}))
                .models.huggingface_url,
            "https://b");
}

}  // namespace
}  // namespace waveshift::config
