// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The tasks of the WaveShift product where they lie: in Cloudflare D1, over its REST API.
#ifndef WAVESHIFT_STORES_D1_D1_TASK_STORE_H_
#define WAVESHIFT_STORES_D1_D1_TASK_STORE_H_

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "base/status.h"
#include "net/rate_budget.h"
#include "net/retry.h"
#include "stores/task_store.h"

namespace waveshift::stores {

struct D1Options {
  std::string api_base_url = "https://api.cloudflare.com/client/v4";
  std::string account_id;
  std::string database_id;
  std::string api_token;  // never in a message
  // Write progress, started_at and completed_at too. Without, only status and error_message are written, as
  // the original engine did.
  bool write_progress = true;
  std::chrono::milliseconds request_timeout{35000};  // D1 itself ends a request after 30 s
  int max_attempts = 7;
  std::chrono::milliseconds first_delay{500};
  // How long one call may take with all its attempts: looks (Get, List), for which somebody waits, and the
  // rest.
  std::chrono::milliseconds look_patience{30000};
  std::chrono::milliseconds patience{120000};
  // 1,200 requests in 5 minutes for everything that uses the token (1.3); this is this program's share.
  net::RateLimits limits{.per_second = 2, .burst = 300};
  net::RetryClock clock;  // for tests
  // Ends calls under way (Cancelled); later ones, which write how a task ended, have a few seconds.
  std::stop_token stop;
};

// Contacts nobody; the schema is looked at before the first statement. Unavailable and the other codes of
// task_store.h keep apart what failed; NotFound always means the task.
std::unique_ptr<TaskStore> MakeD1TaskStore(D1Options options);

}  // namespace waveshift::stores

#endif  // WAVESHIFT_STORES_D1_D1_TASK_STORE_H_
