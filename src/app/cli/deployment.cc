// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/deployment.h"

#include <chrono>
#include <utility>

#include "app/cli/balance.h"
#include "app/cli/engines.h"
#include "app/cli/recordings.h"
#include "app/cli/separators.h"
#include "base/files.h"
#include "config/settings.h"
#include "pipeline/job.h"
#include "stores/d1/d1_task_store.h"
#include "stores/r2/r2_object_store.h"

namespace waveshift::app {

namespace {

using std::chrono::milliseconds;

// Of a look at each of the two stores, so that both fit into 3 s.
constexpr milliseconds kPromptLook{1400};
constexpr milliseconds kPromptDelay{200};
// A dead run's lease is over within a minute: the lifetime, and what the server's whole seconds hide.
constexpr std::chrono::seconds kCloudLease{45};
// D1 takes one progress write in 30 s (contract.md, section 4).
constexpr std::chrono::seconds kCloudProgress{30};

constexpr std::chrono::hours kAsLongAsItTakes{24};  // no platform lets a request take longer

stores::D1Options D1From(const config::CloudflareSettings& cloud, StorePatience patience,
                         const std::stop_token& stop) {
  stores::D1Options options;
  options.api_base_url = cloud.api_base_url;
  options.account_id = cloud.account_id;
  options.database_id = cloud.d1_database_id;
  options.api_token = cloud.api_token.reveal();
  options.write_progress = cloud.d1_write_progress;
  options.request_timeout = std::chrono::seconds(cloud.d1_timeout_s);
  options.max_attempts = cloud.d1_max_attempts;
  if (patience == StorePatience::kPrompt) {
    options.look_patience = kPromptLook;
    options.first_delay = kPromptDelay;
  }
  options.stop = stop;
  return options;
}

stores::R2Options R2From(const config::CloudflareSettings& cloud, StorePatience patience,
                         const std::stop_token& stop) {
  stores::R2Options options;
  options.endpoint_url = cloud.R2Endpoint();
  options.bucket = cloud.r2_bucket_name;
  options.credentials = {cloud.r2_access_key_id.reveal(), cloud.r2_secret_access_key.reveal(),
                         cloud.r2_session_token.reveal()};
  options.idle_timeout = std::chrono::seconds(cloud.r2_timeout_s);
  options.max_attempts = cloud.r2_max_attempts;
  if (patience == StorePatience::kPrompt) {
    options.look_patience = kPromptLook;
    options.first_delay = kPromptDelay;
  }
  options.stop = stop;
  return options;
}

StatusOr<std::shared_ptr<net::PublicFetcher>> FetcherFrom(const config::ServerSettings& server) {
  net::PublicFetchOptions options;
  options.allowed_hosts = server.MediaUrlAllowedHosts();
  if (options.allowed_hosts.empty()) return nullptr;
  for (const std::string& host : options.allowed_hosts)
    WS_RETURN_IF_ERROR(Annotate(net::CheckAllowedHost(host), "MEDIA_URL_ALLOWED_HOSTS"));
  options.timeouts.total = std::chrono::seconds(server.media_url_timeout_s);
  return std::make_shared<net::PublicFetcher>(std::move(options));
}

// As jobs have it: every speaker may have a recording.
service::EngineFactory JobEngines(const config::Settings& settings) {
  EngineChoice choice = ChoiceFrom(settings);
  choice.has_recordings = true;
  return [choice](const std::string& language) { return MakeEngine(choice, language); };
}

}  // namespace

StatusOr<Deployment> OpenDeployment(const config::Settings& settings, StorePatience patience,
                                    const std::stop_token& stop) {
  Deployment deployment;
  WS_ASSIGN_OR_RETURN(deployment.fetcher, FetcherFrom(settings.server));
  const Status made = MakeDirectories(settings.home);
  if (!made.ok()) return FailedPrecondition("WAVESHIFT_HOME: " + Message(made));
  if (settings.cloud_configured) {
    deployment.tasks = stores::MakeD1TaskStore(D1From(settings.cloudflare, patience, stop));
    deployment.objects = stores::MakeR2ObjectStore(R2From(settings.cloudflare, patience, stop));
  } else {
    WS_ASSIGN_OR_RETURN(deployment.tasks, stores::OpenSqliteTaskStore(settings.home + "/waveshift.db"));
    WS_ASSIGN_OR_RETURN(deployment.objects, stores::OpenFileObjectStore(settings.home + "/objects"));
  }
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
  if (settings.cloud_configured) {
    options.lease_lifetime = kCloudLease;
    options.progress_interval = kCloudProgress;
    options.public_base_url = settings.cloudflare.r2_public_base_url;
  }
  options.job.speak = settings.engine != "none";
  options.job.shortening = shortening.options;
  options.job.balance = BalanceFrom(settings);
  options.job.clips = ClipOptionsFrom(settings);
  options.public_base_url = settings.cloudflare.r2_public_base_url;
  options.max_input_bytes = settings.server.MaxUploadBytes();
  options.job.separation_limit_s = settings.source_audio.vocal_separation_timeout_s;
  service::TaskManagerDeps deps;
  deps.tasks = deployment.tasks.get();
  deps.objects = deployment.objects.get();
  deps.engine = JobEngines(settings);
  deps.fetcher = deployment.fetcher;
  deps.background = [background = BackgroundChoiceFrom(settings)] { return MakeBackground(background); };
  deps.run_job = &pipeline::RunJob;
  deps.chat_model = shortening.model.get();
  deps.voice_activity = MakeVoiceActivity(settings);
  deps.log = std::move(log);
  return std::make_unique<service::TaskManager>(std::move(options), std::move(deps));
}

std::unique_ptr<service::Worker> MakeWorker(const config::Settings& settings, const Deployment& deployment,
                                            const service::TaskManager& manager) {
  service::WorkerOptions options;
  options.public_base_url = settings.cloudflare.r2_public_base_url;
  options.patience = std::chrono::seconds(settings.server.worker_patience_s);
  // Where the platform freezes the process after an answer, nothing is left to go on behind it.
  if (settings.RunsInline()) options.patience = kAsLongAsItTakes;
  options.most_requests = settings.server.worker_requests;
  options.max_characters = settings.server.speech_characters;
  options.batch_size = static_cast<size_t>(settings.mix.tts_batch_size);
  options.scratch_parent = deployment.scratch_directory;
  service::WorkerDeps deps;
  deps.objects = deployment.objects.get();
  deps.tasks = deployment.tasks.get();
  deps.inputs = &manager.inputs();
  deps.engine = JobEngines(settings);
  return std::make_unique<service::Worker>(std::move(options), std::move(deps));
}

}  // namespace waveshift::app
