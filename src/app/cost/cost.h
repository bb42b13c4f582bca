// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What a workload costs a month on each GPU type of a tariff, against a server that always runs. Arithmetic
// only.
#ifndef WAVESHIFT_APP_COST_COST_H_
#define WAVESHIFT_APP_COST_COST_H_

#include <optional>
#include <string>
#include <vector>

#include "app/cost/tariff.h"
#include "base/status.h"

namespace waveshift::app {

// All a day unless it says otherwise.
struct Workload {
  double busy_hours = 0;     // of GPU work; video minutes x real-time factor / 60
  double video_minutes = 0;  // 0 = not known; only divides
  double cold_starts = 0;
  double cold_start_s = 0;  // of each: what is billed of it, the initializer (hooks cost like requests)
  double idle_hours = 0;    // an instance kept in shallow hibernation
  double calls = 0;         // of the GPU function
  double vcpu = 8;
  double memory_gb = 32;
  double disk_gb = 0.5;

  // The small CPU function beside it that answers for status and health; none without requests.
  double status_requests = 0;
  double status_ms = 50;  // of each
  double status_vcpu = 0.25;
  double status_memory_gb = 0.5;
  double status_hours = 0;  // hours on which it is kept awake by requests

  int days = 30;
  std::string currency = "CNY";
  double other_cu = 0;                 // a month, used by others in the account: the tiers begin behind them
  double multiplier = 1;               // of all prices: a discount somebody has
  std::optional<double> server_price;  // a month
  bool with_unverified = false;
  std::string gpu_type;  // only this one; "" = all
};

// A month, in the workload's currency.
struct CostRow {
  std::string type, card;
  double gpu_memory_gb = 0, vcpu = 0, memory_gb = 0;
  // "" when the figures below are there; else why they are not.
  std::string why_not;
  std::string source;  // key of Tariff::sources
  bool verified = false;
  double active_cu_s = 0, idle_cu_s = 0;
  double active_per_hour = 0, idle_per_hour = 0;  // at the first tier that applies
  double busy = 0, cold_starts = 0, idle = 0, calls = 0, status = 0;
  double total = 0;
  double always_active = 0;  // the same instance at work all day
  std::optional<double> per_video_minute;
  std::optional<double> against_server;    // total - server_price
  std::optional<double> break_even_hours;  // busy hours a day at which both cost the same; up to 24
};

struct CostTable {
  std::vector<CostRow> rows;
  std::vector<std::string> notes;  // for people: what was left out or assumed
};

// InvalidArgument: a currency or GPU type that the tariff lacks.
StatusOr<CostTable> ComputeCost(const Tariff& tariff, const Workload& workload);

// What units cost behind `before` others of the same month.
double PriceOfUnits(const std::vector<PriceTier>& tiers, double before, double units);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_COST_COST_H_
