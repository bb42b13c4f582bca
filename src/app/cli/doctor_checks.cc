// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/doctor_checks.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "app/cli/command.h"
#include "app/cli/deployment.h"
#include "app/cli/doctor_machine_checks.h"
#include "app/cli/engines.h"
#include "app/cli/model_store_commands.h"
#include "app/cli/recordings.h"
#include "app/cli/separators.h"
#include "app/cli/shortening.h"
#include "base/process.h"
#include "config/settings.h"
#include "media/ffmpeg_parts.h"
#include "media/media_info.h"
#include "separation/separator.h"
#include "service/task_state.h"

namespace waveshift::app {
namespace {

using Result = DoctorCheck::Result;

// A dub needs about as much room as its video, twice: segments and MP4.
constexpr int64_t kLittleSpace = int64_t{2} << 30;
constexpr int64_t kNoSpace = int64_t{100} << 20;

std::string Gib(int64_t bytes) {
  const int64_t tenths = bytes * 10 / (int64_t{1} << 30);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GiB";
}

// Keys of the environment and of .env that begin like ours, but are none: " WAVESHIFT_ENGIN".
std::string UnknownKeys(const config::Settings& settings) {
  std::set<std::string> known;
  for (const config::SettingValue& value : settings.Describe()) known.insert(value.key);
  std::set<std::string> seen;
  for (const auto& [key, value] : config::ProcessEnvironment()) seen.insert(key);
  if (const auto dotenv = config::ReadDotEnv(".env"); dotenv.ok()) {
    for (const auto& [key, value] : dotenv->values) seen.insert(key);
  }
  std::string unknown;
  for (const std::string& key : seen) {
    const bool is_ours = key.starts_with("WAVESHIFT_") || key.starts_with("CLOUDFLARE_");
    if (is_ours && !known.contains(key)) unknown += " " + key;
  }
  return unknown;
}

DoctorCheck CheckConfiguration(const StatusOr<const config::Settings*>& settings) {
  DoctorCheck check{"configuration", Result::kOk, "", ""};
  if (!settings.ok()) {
    check.result = Result::kMissing;
    check.detail = Message(settings.status());
    check.remedy = "mend this key in the environment or in .env; `waveshift config` shows all keys";
    return check;
  }
  check.detail =
      (*settings)->cloud_configured ? "Cloudflare D1 and R2" : "local stores in " + (*settings)->home;
  const std::string unknown = UnknownKeys(**settings);
  if ((*settings)->notices.empty() && unknown.empty()) return check;
  check.result = Result::kWarning;
  for (const std::string& notice : (*settings)->notices) check.detail += "; " + notice;
  if (unknown.empty()) return check;
  check.detail += "; not known:" + unknown;
  check.remedy = "look for a slip of the pen; `waveshift config` shows all keys";
  return check;
}

Status TryStores(const Deployment& deployment) {
  WS_RETURN_IF_ERROR(deployment.tasks->List(1, 0).status());
  const std::string name = "doctor-" + service::MakeUuid();
  // A task that is not there cannot be deleted, but whoever may not write is told so first.
  const Status deleted = deployment.tasks->Delete(name);
  if (deleted.code() != StatusCode::kNotFound) return deleted;
  // Without leases no job can run; the name is always the same, because some stores keep it.
  const auto lease = deployment.objects->AcquireLease("journal/doctor", name, std::chrono::seconds(10));
  if (!lease.ok() && lease.status().code() != StatusCode::kAlreadyExists) return lease.status();
  const std::string key = "journal/" + name;
  WS_RETURN_IF_ERROR(deployment.objects->Put(key, "probe", {}).status());
  const auto bytes = deployment.objects->Get(key, 100);
  // Leases and the journal stand on writes with a condition; some S3 servers take them and ignore it.
  const auto again = deployment.objects->Put(key, "other", {.only_if_absent = true});
  WS_RETURN_IF_ERROR(deployment.objects->Delete(key));
  WS_RETURN_IF_ERROR(bytes.status());
  if (*bytes != "probe") return DataLoss("an object did not come back as it was written");
  if (again.ok())
    return FailedPrecondition("the object store ignores the condition of a write (If-None-Match)");
  return again.status().code() == StatusCode::kAlreadyExists ? OkStatus() : again.status();
}

DoctorCheck CheckStores(const config::Settings& settings, const std::stop_token& stop) {
  DoctorCheck check{"stores", Result::kOk, "", ""};
  const auto deployment = OpenDeployment(settings, StorePatience::kPrompt, stop);
  const Status status = deployment.ok() ? TryStores(*deployment) : deployment.status();
  if (status.ok()) {
    check.detail =
        deployment->tasks->Describe() + ", " + deployment->objects->Describe() + ": readable and writable";
    return check;
  }
  check.result = Result::kMissing;
  check.detail = Message(status);
  check.remedy = settings.cloud_configured
                     ? "mend the key that is named, or try again; `waveshift config` shows all keys"
                     : "make " + settings.home + " writable, or set WAVESHIFT_HOME to a folder that is";
  return check;
}

DoctorCheck CheckEngine(const config::Settings& settings, const std::stop_token& stop) {
  DoctorCheck check{"engine", Result::kOk, "", ""};
  if (settings.engine == "none") {
    check.result = Result::kWarning;
    check.detail = "WAVESHIFT_ENGINE=none: nothing is spoken";
    return check;
  }
  const auto engine = MakeEngine(ChoiceFrom(settings), "");
  Status status = engine.status();
  if (status.ok()) {
    const tts::SpeakRequest request{.text = "All is well.", .language = "en"};
    const auto begin = std::chrono::steady_clock::now();
    const auto line = tts::SpeakOne(*engine->synthesizer, request, stop);
    status = line.status();
    if (status.ok()) {
      const auto ms = static_cast<int64_t>(line->audio.seconds() * 1000);
      const auto took =
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
      check.detail = std::string(engine->synthesizer->name()) + " " + engine->synthesizer->version() +
                     " spoke for " + std::to_string(ms) + " ms, which took " + std::to_string(took.count()) +
                     " ms";
      return check;
    }
  }
  check.result = Result::kMissing;
  check.detail = Message(status);
  check.remedy = FindProgram("espeak-ng").ok()
                     ? "install the package espeak-ng again"
                     : "install the package espeak-ng (apt-get install espeak-ng, or ./setup.sh)";
  return check;
}

// Nobody is contacted: a question costs money.
DoctorCheck CheckShortening(const config::Settings& settings) {
  DoctorCheck check{"shortening", Result::kOk, "", ""};
  const auto setup = MakeShortening(settings);
  if (setup.ok()) {
    check.detail = DescribeShortening(settings, *setup);
    return check;
  }
  check.result = Result::kMissing;
  check.detail = Message(setup.status());
  check.remedy = "set that key, or WAVESHIFT_SHORTENING=rules";
  return check;
}

std::string PullCommand(const std::vector<std::string>& names) {
  std::string command = "waveshift models pull";
  for (const std::string& name : names) command += " " + name;
  return command;
}

// One row for each engine of the build; that one has no model is no fault, as long as another speaks.
DoctorCheck CheckVoice(const config::Settings& settings, const std::string& name) {
  DoctorCheck check{"voice " + name, Result::kOk, "", ""};
  EngineChoice choice = ChoiceFrom(settings);
  choice.word = name;
  const auto engine = MakeEngine(choice, "");
  if (engine.ok()) {
    check.detail = engine->synthesizer->version();
    return check;
  }
  check.result = Result::kWarning;
  check.detail = Message(engine.status());
  check.remedy = "set WAVESHIFT_MODEL_DIR to the folder of the models";
  if (const auto missing = MissingDefaultModels(settings, name); !missing.empty())
    check.remedy = PullCommand(missing) + ", or " + check.remedy;
  return check;
}

// That nothing can be separated is no fault: the original sound is lowered then.
DoctorCheck CheckBackground(const config::Settings& settings) {
  DoctorCheck check{"background", Result::kOk, "", ""};
  const auto background = MakeBackground(BackgroundChoiceFrom(settings));
  if (!background.ok()) {
    check.result = Result::kMissing;
    check.detail = Message(background.status());
    check.remedy = "set WAVESHIFT_BACKGROUND=auto and WAVESHIFT_SEPARATOR=auto, or pull that model";
    return check;
  }
  if (background->separator != nullptr) {
    check.detail = std::string(background->separator->name()) + " (" + background->separator->version() + ")";
  } else {
    check.detail = background->mode == pipeline::BackgroundMode::kNone ? "silent under the dub"
                                                                       : "lowered under the dub";
  }
  if (background->notices.empty()) return check;
  check.result = Result::kWarning;
  for (const std::string& notice : background->notices) check.detail += "; " + notice;
  check.remedy = PullCommand({"deepfilternet3"});
  return check;
}

// Without it recordings to clone voices from are chosen by level.
DoctorCheck CheckVoiceActivity(const config::Settings& settings) {
  const auto vad = MakeVoiceActivity(settings);
  if (const Status ready = vad->CheckReady(); !ready.ok()) {
    return {"voice activity", Result::kWarning, Message(ready), PullCommand({"silero-vad"})};
  }
  return {"voice activity", Result::kOk, std::string(vad->name()) + " (" + vad->version() + ")", ""};
}

// What ships by default: voices, and what will split speech from the rest.
DoctorCheck CheckModels(const config::Settings& settings) {
  DoctorCheck check{"models", Result::kOk, "the default ones are in " + settings.model_dir, ""};
  if (const auto catalogue = CatalogueFor(settings); !catalogue.ok()) {
    check.result = Result::kWarning;
    check.detail = Message(catalogue.status());
    check.remedy = "mend the file, or leave WAVESHIFT_MODEL_CATALOGUE away";
    return check;
  }
  const auto missing = MissingDefaultModels(settings, "");
  if (missing.empty()) return check;
  check.result = Result::kWarning;
  check.detail = "not whole in " + settings.model_dir + ":";
  for (const std::string& name : missing) check.detail += " " + name;
  check.remedy = PullCommand(missing);
  return check;
}

DoctorCheck CheckFfmpeg() {
  DoctorCheck check{"ffmpeg", Result::kOk, "libraries " + media::FfmpegVersion(), ""};
  for (const media::FfmpegPart& part : media::CheckFfmpegParts()) {
    if (part.present) continue;
    check.detail += "; no " + part.kind + " " + part.name + " (" + part.purpose + ")";
    check.remedy = "use FFmpeg libraries that are built with what is missing (Debian's are)";
    if (part.required) check.result = Result::kMissing;
    if (check.result == Result::kOk) check.result = Result::kWarning;
  }
  return check;
}

DoctorCheck CheckSpace(const config::Settings& settings) {
  DoctorCheck check{"disk", Result::kOk, "", ""};
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(settings.home, error);
  if (error) {
    check.result = Result::kWarning;
    check.detail = settings.home + ": " + error.message();
    return check;
  }
  const auto free = static_cast<int64_t>(space.available);
  check.detail = Gib(free) + " free in " + settings.home;
  if (free >= kLittleSpace) return check;
  check.result = free < kNoSpace ? Result::kMissing : Result::kWarning;
  check.remedy = "free some space, or set WAVESHIFT_HOME to a larger disk";
  return check;
}

}  // namespace

std::vector<DoctorCheck> RunDoctorChecks(CommandContext& context) {
  const auto settings = context.Settings();
  std::vector<DoctorCheck> checks = {CheckConfiguration(settings), CheckFfmpeg()};
  if (!settings.ok()) return checks;
  checks.push_back(CheckPlatform(**settings));
  checks.push_back(CheckServer(**settings));
  checks.push_back(CheckComputeDevice(**settings));
  checks.push_back(CheckSubtitleFonts());
  if ((*settings)->cloud_configured) checks.push_back(CheckClock(**settings, context.stop()));
  checks.push_back(CheckStores(**settings, context.stop()));
  checks.push_back(CheckSpace(**settings));
  checks.push_back(CheckEngine(**settings, context.stop()));
  checks.push_back(CheckModels(**settings));
  for (const std::string& name : EngineNames()) checks.push_back(CheckVoice(**settings, name));
  checks.push_back(CheckBackground(**settings));
  checks.push_back(CheckVoiceActivity(**settings));
  checks.push_back(CheckShortening(**settings));
  return checks;
}

}  // namespace waveshift::app
