// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_SHORTENING_H_
#define WAVESHIFT_APP_CLI_SHORTENING_H_

#include <memory>
#include <string>

#include "base/status.h"
#include "net/http_client.h"
#include "pipeline/job.h"
#include "simplify/chat_model.h"

namespace waveshift::config {
struct Settings;
}

namespace waveshift::app {

// Who shortens lines, and how: what a job is given.
struct ShorteningSetup {
  pipeline::ShorteningOptions options;
  std::unique_ptr<net::HttpClient> http;
  std::unique_ptr<simplify::ChatModel> model;  // null: rules alone, or nothing
};

// As WAVESHIFT_SHORTENING and TRANSLATION_MODEL say; contacts nobody. FailedPrecondition names the key that
// is missing: a provider that was asked for by name is never silently left out.
StatusOr<ShorteningSetup> MakeShortening(const config::Settings& settings);

// For people: "deepseek deepseek-chat at https://api.deepseek.com", "rules alone", "off".
std::string DescribeShortening(const config::Settings& settings, const ShorteningSetup& setup);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_SHORTENING_H_
