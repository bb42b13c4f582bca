// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/deployment.h"

#include <utility>

#include "app/cli/balance.h"
#include "app/cli/engines.h"
#include "app/cli/recordings.h"
#include "app/cli/separators.h"
#include "base/files.h"
#include "config/settings.h"
#include "pipeline/job.h"

namespace waveshift::app {

StatusOr<Deployment> OpenDeployment(const config::Settings& settings) {
  if (settings.cloud_configured) {
    return FailedPrecondition(
        "CLOUDFLARE_*: this build has local stores only; take these keys out of the configuration");
  }
  Deployment deployment;
  const Status made = MakeDirectories(settings.home);
  if (!made.ok()) return FailedPrecondition("WAVESHIFT_HOME: " + Message(made));
  WS_ASSIGN_OR_RETURN(deployment.tasks, stores::OpenSqliteTaskStore(settings.home + "/waveshift.db"));
  WS_ASSIGN_OR_RETURN(deployment.objects, stores::OpenFileObjectStore(settings.home + "/objects"));
  deployment.scratch_directory = settings.home + "/tmp";
  WS_RETURN_IF_ERROR(MakeDirectories(deployment.scratch_directory));
  return deployment;
}

std::unique_ptr<service::TaskManager> MakeTaskManager(
    const config::Settings& settings, const Deployment& deployment, const ShorteningSetup& shortening,
    std::function<void(const std::string& task_id, bool is_error, const std::string& line)> log) {
  service::TaskManagerOptions options;
  options.failure_status = settings.server.failure_status;
  options.scratch_parent = deployment.scratch_directory;
  options.job.speak = settings.engine != "none";
  options.job.shortening = shortening.options;
  options.job.balance = BalanceFrom(settings);
  options.job.clips = ClipOptionsFrom(settings);
  options.public_base_url = settings.cloudflare.r2_public_base_url;
  options.job.separation_limit_s = settings.source_audio.vocal_separation_timeout_s;
  service::TaskManagerDeps deps;
  deps.tasks = deployment.tasks.get();
  deps.objects = deployment.objects.get();
  EngineChoice choice = ChoiceFrom(settings);
  choice.has_recordings = true;
  deps.engine = [choice](const std::string& language) { return MakeEngine(choice, language); };
  deps.background = [background = BackgroundChoiceFrom(settings)] { return MakeBackground(background); };
  deps.run_job = &pipeline::RunJob;
  deps.chat_model = shortening.model.get();
  deps.voice_activity = MakeVoiceActivity(settings);
  deps.log = std::move(log);
  return std::make_unique<service::TaskManager>(std::move(options), std::move(deps));
}

}  // namespace waveshift::app
