// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_ENGINES_H_
#define WAVESHIFT_APP_CLI_ENGINES_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "service/task_manager.h"

namespace waveshift::app {

// The engines in this build, best first.
std::vector<std::string> EngineNames();

// The engine that a word of the contract stands for: "espeak" for "auto", "" for "none". FailedPrecondition
// for one that other builds have, InvalidArgument for a word that is none.
StatusOr<std::string> ResolveEngine(std::string_view word);

// The engine that a word of --engine or WAVESHIFT_ENGINE stands for: "auto" is the best one that is ready and
// speaks the language ("" = any); "none" gives an empty Engine. InvalidArgument for an unknown word,
// FailedPrecondition when it is not in this build or not ready, with how to mend it.
StatusOr<service::Engine> MakeEngine(std::string_view word, std::string_view language);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_ENGINES_H_
