// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// waveshift_indextts_bench FOLDER SIZE TYPE DEVICE THREADS BATCHES [--ggml] [--json]: what `waveshift bench
// indextts` measures, of a model with random weights that is made in FOLDER and removed again. SIZE is 1.0,
// 1.5 or tiny, TYPE f32, f16, q8_0 or q4_k, DEVICE cpu or cuda, BATCHES as in 1,8.
#include <cstdlib>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "app/bench/indextts_measure.h"
#include "app/bench/scratch_model.h"

namespace {

using waveshift::Status;
using waveshift::StatusOr;

StatusOr<waveshift::app::IndexTtsMeasureOptions> OptionsFrom(const std::vector<std::string>& arguments) {
  waveshift::app::IndexTtsMeasureOptions options;
  if (arguments[3] != "cpu" && arguments[3] != "cuda")
    return waveshift::InvalidArgument("DEVICE: cpu or cuda");
  options.device =
      arguments[3] == "cuda" ? waveshift::ggml::DeviceKind::kCuda : waveshift::ggml::DeviceKind::kCpu;
  options.threads = std::atoi(arguments[4].c_str());
  options.batches.clear();
  std::istringstream batches(arguments[5]);
  for (std::string batch; std::getline(batches, batch, ',');)
    options.batches.push_back(std::atoi(batch.c_str()));
  for (const int batch : options.batches) {
    if (batch < 1 || batch > 64) return waveshift::InvalidArgument("BATCHES: numbers from 1 to 64");
  }
  if (options.batches.empty() || options.threads < 1) {
    return waveshift::InvalidArgument("THREADS and BATCHES: numbers from 1 on");
  }
  options.ggml_network = std::set<std::string>(arguments.begin() + 6, arguments.end()).contains("--ggml");
  options.rounds = 5;
  options.steps = 50;
  return options;
}

Status Run(const std::vector<std::string>& arguments) {
  const auto type = waveshift::ggml::ParseType(arguments[2]);
  if (!type) return waveshift::InvalidArgument("TYPE: f32, f16, q8_0 or q4_k");
  WS_ASSIGN_OR_RETURN(const auto options, OptionsFrom(arguments));
  WS_ASSIGN_OR_RETURN(const auto model,
                      waveshift::app::ScratchModel::Make(arguments[0], arguments[1], *type, nullptr, {}));
  WS_ASSIGN_OR_RETURN(auto rows, waveshift::app::MeasureIndexTts(model.path(), options, {}));
  const waveshift::app::BenchReport report = {.rows = std::move(rows)};
  std::cout << (arguments.back() == "--json" ? BenchJson(report) + "\n" : BenchTable(report));
  return waveshift::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 6) {
    std::cerr
        << "usage: waveshift_indextts_bench FOLDER SIZE TYPE DEVICE THREADS BATCHES [--ggml] [--json]\n";
    return 2;
  }
  const Status status = Run(arguments);
  if (!status.ok()) std::cerr << waveshift::Message(status) << "\n";
  return status.ok() ? 0 : 1;
}
