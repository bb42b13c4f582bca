// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/sampling_options.h"

#include <cmath>
#include <string>

namespace waveshift::tts::indextts {
namespace {

constexpr int kMostCodes = 100000;

Status Wrong(const char* field, const char* allowed) {
  return InvalidArgument(std::string("sampling: ") + field + " must be " + allowed);
}

}  // namespace

Status CheckSampling(const SamplingOptions& options, const CodeSet& codes) {
  // Each beam offers two codes at least, so that twice as many candidates as beams can be drawn.
  if (options.beams < 1 || options.beams > kMostBeams || codes.count < int64_t{2} * options.beams) {
    return Wrong("beams", "from 1 to 16, and at most half the number of codes");
  }
  if (!(options.temperature > 0) || !std::isfinite(options.temperature)) {
    return Wrong("temperature", "above 0");
  }
  if (options.top_k < 0) return Wrong("top_k", "0 or more");
  if (!(options.top_p > 0) || options.top_p > 1) return Wrong("top_p", "above 0 and at most 1");
  if (!(options.repetition_penalty > 0) || !std::isfinite(options.repetition_penalty)) {
    return Wrong("repetition_penalty", "above 0");
  }
  if (!std::isfinite(options.length_penalty)) return Wrong("length_penalty", "a number");
  if (!(options.typical_mass >= 0) || options.typical_mass >= 1) {
    return Wrong("typical_mass", "from 0 to below 1");
  }
  if (options.max_codes < 1 || options.max_codes > kMostCodes) {
    return Wrong("max_codes", "from 1 to 100000");
  }
  return OkStatus();
}

}  // namespace waveshift::tts::indextts
