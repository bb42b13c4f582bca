// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/shortening.h"

#include <chrono>
#include <utility>

#include "config/settings.h"

namespace waveshift::app {

StatusOr<ShorteningSetup> MakeShortening(const config::Settings& settings) {
  const config::ShorteningSettings& wanted = settings.shortening;
  const config::TranslationSettings& provider = settings.translation;
  ShorteningSetup setup;
  setup.options.enabled = wanted.mode != "none";
  setup.options.lengthen = wanted.lengthen;
  setup.options.shortener.max_requests = wanted.max_requests;
  setup.options.shortener.max_tokens = wanted.max_tokens;
  if (wanted.mode == "none" || wanted.mode == "rules") return setup;
  if (!provider.ApiKey().is_set() && !provider.WorksWithoutKey()) {
    if (wanted.mode == "auto" && !provider.model_is_explicit) return setup;
    return FailedPrecondition(std::string(simplify::ApiKeyNameOf(provider.model)) +
                              " is missing; TRANSLATION_MODEL=" + provider.model +
                              " needs it (WAVESHIFT_SHORTENING=rules does without a provider)");
  }
  setup.http = std::make_unique<net::HttpClient>();
  simplify::ChatOptions options{.provider = provider.model,
                                .base_url = provider.BaseUrl(),
                                .api_key = provider.ApiKey(),
                                .model = provider.ModelName(),
                                .time_limit = std::chrono::seconds(wanted.timeout_s)};
  options.retry.budget = 3 * options.time_limit;
  setup.model = simplify::MakeChatModel(std::move(options), *setup.http);
  return setup;
}

std::string DescribeShortening(const config::Settings& settings, const ShorteningSetup& setup) {
  if (!setup.options.enabled) return "off";
  if (!setup.model) return "rules alone";
  return setup.model->id() + " at " + settings.translation.BaseUrl();
}

}  // namespace waveshift::app
