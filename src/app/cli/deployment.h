// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Puts stores and the task manager together as the configuration says.
#ifndef WAVESHIFT_APP_CLI_DEPLOYMENT_H_
#define WAVESHIFT_APP_CLI_DEPLOYMENT_H_

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "app/cli/shortening.h"
#include "base/status.h"
#include "net/public_fetch.h"
#include "service/task_manager.h"
#include "service/worker.h"
#include "stores/object_store.h"
#include "stores/task_store.h"

namespace waveshift::config {
struct Settings;
}

namespace waveshift::app {

struct Deployment {
  std::unique_ptr<stores::TaskStore> tasks;
  std::unique_ptr<stores::ObjectStore> objects;
  // On the disk of the object store where it is local, so that finished files are moved, not copied.
  std::string scratch_directory;
  // For inputs on other hosts; null: none are allowed.
  std::shared_ptr<net::PublicFetcher> fetcher;
};

// Who waits for what a store in the cloud answers, hence how long a look may take when it is in trouble.
enum class StorePatience {
  kPrompt,   // somebody who asked a server or a command: 3 s in all
  kPatient,  // a job: half a minute
};

// Opens the configured stores; local ones are made when missing, ones in the cloud are not contacted yet.
// FailedPrecondition names a key that is missing, InvalidArgument MEDIA_URL_ALLOWED_HOSTS when it is wrong.
// `stop` ends what stores in the cloud are waiting for.
StatusOr<Deployment> OpenDeployment(const config::Settings& settings, StorePatience patience,
                                    const std::stop_token& stop);

// A manager over the stores, with the configured engine and shortening, that runs real jobs. Not begun. Its
// log goes to `log`, which may be empty. The others outlive the manager.
std::unique_ptr<service::TaskManager> MakeTaskManager(
    const config::Settings& settings, const Deployment& deployment, const ShorteningSetup& shortening,
    std::function<void(const std::string& task_id, bool is_error, const std::string& line)> log);

// Speaks sentence by sentence for the later product, over the same stores, with the engine of jobs. The
// others outlive it.
std::unique_ptr<service::Worker> MakeWorker(const config::Settings& settings, const Deployment& deployment,
                                            const service::TaskManager& manager);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_DEPLOYMENT_H_
