// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/cost_command.h"

#include <cmath>
#include <memory>
#include <optional>
#include <string>

#include <CLI/CLI.hpp>

#include "app/cli/number_flag.h"
#include "app/cost/cost.h"
#include "app/cost/cost_report.h"
#include "base/files.h"

namespace waveshift::app {
namespace {

constexpr double kHoursADay = 24;
constexpr double kMinutesAnHour = 60;
constexpr double kMostCount = 1e9;
constexpr int64_t kMostTariffBytes = 1 << 20;

struct CostFlags {
  std::optional<double> hours, video_minutes, rtf, idle_hours, server_price;
  std::string idle = "none";
  std::string tariff;
  Workload workload;
  OutputFlags common;
};

// Work is said either in hours or in minutes of video and how long they take.
Status ReadWork(const CostFlags& flags, Workload& workload) {
  if (flags.hours && (flags.video_minutes || flags.rtf))
    return UsageError("--hours: not together with --video-minutes and --rtf");
  if (!flags.hours && !(flags.video_minutes && flags.rtf)) {
    return UsageError(
        "say how much is done a day: --hours H, or --video-minutes M and --rtf R (seconds of work for a "
        "second of "
        "video, as measured)");
  }
  workload.busy_hours = flags.hours ? *flags.hours : *flags.video_minutes * *flags.rtf / kMinutesAnHour;
  workload.video_minutes = flags.video_minutes.value_or(0);
  return OkStatus();
}

// What is neither work nor a start may hibernate.
Status ReadIdle(const CostFlags& flags, Workload& workload) {
  const double starts = workload.cold_starts * workload.cold_start_s / kMinutesAnHour / kMinutesAnHour;
  const double rest = kHoursADay - workload.busy_hours - starts;
  if (flags.idle == "none") {
    return flags.idle_hours ? UsageError("--idle-hours: only with --idle hibernate") : OkStatus();
  }
  workload.idle_hours = flags.idle_hours.value_or(std::max(0.0, rest));
  if (workload.idle_hours <= std::max(0.0, rest) + 1e-9) return OkStatus();
  return UsageError("--idle-hours: more than the day has left beside the work");
}

StatusOr<Workload> WorkloadOf(const CostFlags& flags) {
  Workload workload = flags.workload;
  WS_RETURN_IF_ERROR(ReadWork(flags, workload));
  if (workload.cold_starts > 0 && workload.cold_start_s == 0)
    return UsageError("--cold-starts: needs --cold-start-seconds, what a start takes (as measured)");
  WS_RETURN_IF_ERROR(ReadIdle(flags, workload));
  if (workload.status_hours > kHoursADay) return UsageError("--status-hours: at most 24");
  workload.server_price = flags.server_price;
  return workload;
}

StatusOr<Tariff> TariffOf(const std::string& path) {
  if (path.empty()) return ParseTariff(BuiltInTariff(), "built-in tariff");
  WS_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kMostTariffBytes));
  return ParseTariff(bytes, path);
}

Status RunCost(const CostFlags& flags) {
  WS_ASSIGN_OR_RETURN(const Workload workload, WorkloadOf(flags));
  WS_ASSIGN_OR_RETURN(const Tariff tariff, TariffOf(flags.tariff));
  WS_ASSIGN_OR_RETURN(const CostTable table, ComputeCost(tariff, workload));
  return PrintOut(flags.common.json ? CostReportJson(tariff, workload, table)
                                    : CostReportText(tariff, workload, table));
}

CLI::Validator AtMost(double most) { return NumberFrom(0, most); }

void AddWorkFlags(CLI::App& command, CostFlags& flags) {
  Workload& w = flags.workload;
  command.add_option("--hours", flags.hours, "Hours of GPU work a day")->check(AtMost(24 * 1000));
  command.add_option("--video-minutes", flags.video_minutes, "Minutes of video a day, with --rtf")
      ->check(AtMost(1e6));
  command.add_option("--rtf", flags.rtf, "Seconds of work for a second of video, as measured on such a GPU")
      ->check(AtMost(1000));
  command.add_option("--cold-starts", w.cold_starts, "Cold starts a day")->check(AtMost(1e6));
  command
      .add_option("--cold-start-seconds", w.cold_start_s, "Seconds of each that are billed (the initializer)")
      ->check(AtMost(3600));
  command
      .add_option("--idle", flags.idle,
                  "none: instances go when nothing runs; hibernate: one is kept in shallow hibernation")
      ->check(CLI::IsMember({"none", "hibernate"}))
      ->capture_default_str();
  command.add_option("--idle-hours", flags.idle_hours, "Hours a day of that (default: all that are left)")
      ->check(AtMost(24));
  command.add_option("--calls", w.calls, "Requests to the GPU function a day")->check(AtMost(kMostCount));
}

void AddFunctionFlags(CLI::App& command, CostFlags& flags) {
  Workload& w = flags.workload;
  command.add_option("--gpu", w.gpu_type, "Only this GPU type (default: all)");
  command.add_option("--vcpu", w.vcpu, "At least so many vCPU beside the GPU")
      ->check(AtMost(1000))
      ->capture_default_str();
  command.add_option("--memory-gb", w.memory_gb, "At least so much memory")
      ->check(AtMost(10000))
      ->capture_default_str();
  command.add_option("--disk-gb", w.disk_gb, "Disk of the instance; 0.5 is free")
      ->check(AtMost(1000))
      ->capture_default_str();
  command
      .add_option("--status-requests", w.status_requests,
                  "Requests a day to a CPU function that answers for status and health")
      ->check(AtMost(kMostCount));
  command.add_option("--status-ms", w.status_ms, "Time of each")->check(AtMost(1e6))->capture_default_str();
  command.add_option("--status-vcpu", w.status_vcpu, "Its vCPU")->check(AtMost(1000))->capture_default_str();
  command.add_option("--status-memory-gb", w.status_memory_gb, "Its memory")
      ->check(AtMost(1000))
      ->capture_default_str();
  command.add_option("--status-hours", w.status_hours, "Hours a day on which requests keep it awake")
      ->check(AtMost(24));
}

void AddPriceFlags(CLI::App& command, CostFlags& flags) {
  Workload& w = flags.workload;
  command
      .add_option("--server-price", flags.server_price,
                  "What an always-on server with such a GPU costs a month")
      ->check(AtMost(1e9));
  command.add_option("--currency", w.currency, "CNY or USD")
      ->check(CLI::IsMember({"CNY", "USD"}))
      ->capture_default_str();
  command.add_option("--days", w.days, "Days a month")->check(CLI::Range(1, 31))->capture_default_str();
  command
      .add_option("--other-cu", w.other_cu,
                  "CU a month that the account uses otherwise: cheaper tiers begin earlier")
      ->check(AtMost(1e13));
  command.add_option("--multiplier", w.multiplier, "Of all prices: a discount that you have")
      ->check(AtMost(100))
      ->capture_default_str();
  command.add_flag("--unverified", w.with_unverified,
                   "Also prices that were not read in the vendor's own words");
  command.add_option("--tariff", flags.tariff, "Prices from this file (the form of share/tariff_fc.json)");
}

}  // namespace

void RegisterCost(CLI::App& app, CommandContext& context) {
  auto flags = std::make_shared<CostFlags>();
  CLI::App* command =
      app.add_subcommand("cost", "What a workload costs on Function Compute, against an always-on server");
  AddWorkFlags(*command, *flags);
  AddFunctionFlags(*command, *flags);
  AddPriceFlags(*command, *flags);
  AddOutputFlags(*command, flags->common, WithProgress::kNo);
  command->callback([flags, &context] { context.action = [flags] { return RunCost(*flags); }; });
}

}  // namespace waveshift::app
