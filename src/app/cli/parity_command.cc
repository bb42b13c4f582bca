// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/parity_command.h"

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "app/cli/progress_printer.h"
#include "runtime/ggml/device.h"
#include "tts/indextts/compute_device.h"
#include "tts/indextts/loaded_model.h"
#include "tts/indextts/parity/parity.h"

namespace waveshift::app {
namespace {

struct ParityFlags {
  std::string model;
  std::string golden;
  std::string device = "auto";
  int threads = 0;
  OutputFlags common;
};

ggml::DeviceKind KindOf(const std::string& device) {
  if (device == "cpu") return ggml::DeviceKind::kCpu;
  return device == "cuda" ? ggml::DeviceKind::kCuda : ggml::DeviceKind::kAuto;
}

StatusOr<tts::indextts::ParityReport> Compare(const ParityFlags& flags, CommandContext& context,
                                              ProgressStyle style) {
  WS_ASSIGN_OR_RETURN(auto golden, tts::indextts::GoldenFolder::Open(flags.golden));
  WS_ASSIGN_OR_RETURN(const auto device, tts::indextts::ComputeDevice::Open(
                                             {.kind = KindOf(flags.device), .threads = flags.threads}));
  WS_ASSIGN_OR_RETURN(const auto model, tts::indextts::LoadedModel::Load(flags.model, device->graphs()));
  ProgressPrinter printer(style, std::cerr, StandardErrorColumns());
  return tts::indextts::RunParity({*model, *device, golden, context.stop()}, [&](double share) {
    printer.Update({.stage = "parity", .percent = 100 * share});
  });
}

Status Parity(const ParityFlags& flags, CommandContext& context) {
  const auto style =
      ChooseProgressStyle(flags.common.progress, flags.common.quiet, StandardErrorIsTerminal());
  if (!style.ok()) return UsageError(Message(style.status()));
  WS_ASSIGN_OR_RETURN(const auto report, Compare(flags, context, *style));
  WS_RETURN_IF_ERROR(PrintOut(flags.common.json ? ParityJson(report) + "\n" : ParityText(report)));
  if (report.ok()) return OkStatus();
  const auto bad =
      std::count_if(report.rows.begin(), report.rows.end(), [](const auto& row) { return !row.ok; });
  return Internal(flags.model + ": " + std::to_string(bad) + " of " + std::to_string(report.rows.size()) +
                  " comparisons with " + flags.golden + " are outside their bounds");
}

}  // namespace

void AddParityCommand(CLI::App& models, CommandContext& context) {
  auto flags = std::make_shared<ParityFlags>();
  CLI::App* command = models.add_subcommand(
      "parity", "Compares what a converted model computes with a folder of golden data");
  AddOutputFlags(*command, flags->common, WithProgress::kYes);
  command->add_option("MODEL", flags->model, "The GGUF file")->required();
  command->add_option("--golden", flags->golden, "The folder with prompt.wav, tensors/ and cases.json")
      ->required();
  command->add_option("--device", flags->device, "Where to compute")
      ->check(CLI::IsMember({"auto", "cpu", "cuda"}))
      ->capture_default_str();
  command->add_option("--threads", flags->threads, "0: as many as the machine has processors")
      ->check(CLI::Range(0, 512));
  command->callback(
      [flags, &context] { context.action = [flags, &context] { return Parity(*flags, context); }; });
}

}  // namespace waveshift::app
