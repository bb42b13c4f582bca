// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What `waveshift serve` does differently on a function platform.
#ifndef WAVESHIFT_APP_CLI_SERVE_PLATFORM_H_
#define WAVESHIFT_APP_CLI_SERVE_PLATFORM_H_

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "app/cli/deployment.h"
#include "app/fc/gateway.h"
#include "app/fc/go_on.h"
#include "app/fc/warm_up.h"
#include "app/http/server.h"
#include "config/settings.h"
#include "service/service.h"

namespace waveshift::app {

// Which request works on which task now, so that a job's log lines name it. Any thread.
class TaskRequests {
 public:
  void Note(const std::string& task_id, const std::string& request_id, bool begins);
  // "" when no request works on it.
  std::string RequestOf(const std::string& task_id) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> requests_;
};

class ServePlatform {
 public:
  // Both outlive it.
  ServePlatform(const config::Settings& settings, const Deployment& deployment, std::stop_token stop);

  // What the service is told about execution, time limits and who may call.
  void Set(service::ServiceOptions& options) const;
  // Loading, going on later, and which request works on what.
  void Set(service::ServiceDeps& deps);
  // The platform keeps its connections and watches the time itself.
  void Set(HttpServerOptions& options) const;
  // Who answers: the service, on function compute behind a gateway. `service` outlives this.
  service::RequestHandler& Handler(service::Service& service);

  const TaskRequests& requests() const { return requests_; }

 private:
  const config::Settings& settings_;
  const std::stop_token stop_;
  WarmUp warm_up_;
  std::optional<GoOnCaller> go_on_;
  TaskRequests requests_;
  std::optional<FcGateway> gateway_;
};

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_SERVE_PLATFORM_H_
