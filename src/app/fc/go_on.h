// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_FC_GO_ON_H_
#define WAVESHIFT_APP_FC_GO_ON_H_

#include <stop_token>
#include <string>

#include "base/status.h"
#include "net/http_client.h"

namespace waveshift::app {

// Sends this function the request that goes on with a task: an asynchronous invocation of its own HTTP
// trigger, which the platform keeps and delivers later. Any thread.
class GoOnCaller {
 public:
  // `self_url`: the trigger's address without a path; `api_token`: sent as bearer when it is set.
  GoOnCaller(std::string self_url, std::string api_token);
  // OK once the platform has taken it. Else what HTTP said, or Unavailable; the token is in no message.
  Status Send(const std::string& task_id, const std::stop_token& stop);

 private:
  const std::string self_url_;
  const std::string api_token_;
  net::HttpClient client_;
};

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_FC_GO_ON_H_
