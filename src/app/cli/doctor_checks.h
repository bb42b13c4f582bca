// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_DOCTOR_CHECKS_H_
#define WAVESHIFT_APP_CLI_DOCTOR_CHECKS_H_

#include <stop_token>
#include <string>
#include <vector>

namespace waveshift::app {

class CommandContext;

struct DoctorCheck {
  enum class Result { kOk, kWarning, kMissing };
  std::string name;  // "stores"
  Result result = Result::kOk;
  std::string detail;  // what was found
  std::string remedy;  // what to do; "" when there is nothing to do
};

// Looks at everything a job needs, without changing anything but a probe object that is removed again.
std::vector<DoctorCheck> RunDoctorChecks(CommandContext& context);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_DOCTOR_CHECKS_H_
