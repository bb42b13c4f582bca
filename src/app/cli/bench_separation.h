// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// `waveshift bench separation`.
#ifndef WAVESHIFT_APP_CLI_BENCH_SEPARATION_H_
#define WAVESHIFT_APP_CLI_BENCH_SEPARATION_H_

#include <stop_token>
#include <string>
#include <vector>

#include "app/bench/bench_row.h"
#include "base/status.h"

namespace CLI {
class App;
}
namespace waveshift::config {
struct Settings;
}

namespace waveshift::app {

struct SeparationBenchFlags {
  std::vector<std::string> methods;  // none: all
  std::string speech;                // files; "": made by the bench
  std::string music;
  double seconds = 30;  // of them, at most
  std::vector<double> minutes = {10};
};
void AddSeparationFlags(CLI::App& command, SeparationBenchFlags& flags);

// Those that the flags name, or all.
std::vector<std::string> SeparationMethods(const SeparationBenchFlags& flags);
// Whether a method has a network, whose threads and memory are measured.
bool HasNetwork(const std::string& method);
// The flags for one method, as another process of this program takes them.
std::vector<std::string> SeparationArguments(const SeparationBenchFlags& flags, const std::string& method);
// That a method can be measured: what it needs is here.
Status CheckSeparationMethod(const std::string& method, const config::Settings& settings);

// One method in this process. MDX-Net without its file is measured with random weights, for its time only.
StatusOr<std::vector<BenchRow>> BenchSeparation(const SeparationBenchFlags& flags, const std::string& method,
                                                int threads, const std::string& device,
                                                const config::Settings& settings,
                                                const BenchProgress& progress, const std::stop_token& stop);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_BENCH_SEPARATION_H_
