// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For flags whose value is a number with a fraction.
#ifndef WAVESHIFT_APP_CLI_NUMBER_FLAG_H_
#define WAVESHIFT_APP_CLI_NUMBER_FLAG_H_

#include <CLI/CLI.hpp>

namespace waveshift::app {

// A check of CLI11: a number in [low, high]. CLI11's own Range lets NaN pass.
CLI::Validator NumberFrom(double low, double high);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_NUMBER_FLAG_H_
