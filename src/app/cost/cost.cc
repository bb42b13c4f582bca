// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cost/cost.h"

#include <algorithm>
#include <utility>

namespace waveshift::app {
namespace {

constexpr double kSecondsAnHour = 3600;
constexpr double kHoursADay = 24;

// The smallest size of a type that has what is asked for; nothing when none has.
std::optional<GpuSize> SizeFor(const GpuType& gpu, const Workload& workload) {
  for (const GpuSize& size : gpu.sizes) {
    if (size.vcpu < workload.vcpu || size.memory_gb < workload.memory_gb) continue;
    if (!gpu.is_free_size) return size;
    const double each = workload.memory_gb / workload.vcpu;
    if (each < gpu.least_gb_per_vcpu || each > gpu.most_gb_per_vcpu) continue;
    return GpuSize{workload.vcpu, workload.memory_gb};
  }
  return std::nullopt;
}

// CU of each part of a month's bill.
struct Units {
  double busy = 0, cold_starts = 0, idle = 0, calls = 0;
  double Sum() const { return busy + cold_starts + idle + calls; }
};

class RowMaker {
 public:
  RowMaker(const Tariff& tariff, const Workload& workload)
      : tariff_(tariff), workload_(workload), tiers_(tariff.cu_price.at(workload.currency)) {}

  CostRow Make(const GpuType& gpu, const GpuFactors& factors) const;
  double StatusCost() const;

 private:
  Units UnitsOf(const CostRow& row, double busy_hours) const;
  double Price(double units) const {
    return PriceOfUnits(tiers_, workload_.other_cu, units) * workload_.multiplier;
  }
  double HourPrice(double cu_s) const {
    const auto tier = std::find_if(tiers_.begin(), tiers_.end(),
                                   [&](const PriceTier& t) { return workload_.other_cu < t.up_to_cu; });
    return cu_s * kSecondsAnHour * tier->price * workload_.multiplier;
  }
  void Fill(CostRow& row) const;
  void Compare(CostRow& row) const;
  double BreakEvenHours(const CostRow& row) const;

  const Tariff& tariff_;
  const Workload& workload_;
  const std::vector<PriceTier>& tiers_;
};

Units RowMaker::UnitsOf(const CostRow& row, double busy_hours) const {
  const double days = workload_.days;
  return {.busy = busy_hours * kSecondsAnHour * days * row.active_cu_s,
          .cold_starts = workload_.cold_starts * workload_.cold_start_s * days * row.active_cu_s,
          .idle = workload_.idle_hours * kSecondsAnHour * days * row.idle_cu_s,
          .calls = workload_.calls * days * tariff_.cu_per_call};
}

double RowMaker::StatusCost() const {
  const double cu_s =
      workload_.status_vcpu * tariff_.cu_vcpu_s + workload_.status_memory_gb * tariff_.cu_memory_gb_s;
  const double requests = workload_.status_requests * workload_.days;
  const double units = requests * (workload_.status_ms / 1000 * cu_s + tariff_.cu_per_call);
  const auto minimum = tariff_.cpu_minimum_per_hour.find(workload_.currency);
  const double least = minimum == tariff_.cpu_minimum_per_hour.end() || workload_.status_requests == 0
                           ? 0
                           : minimum->second * workload_.status_hours * workload_.days;
  return std::max(Price(units), least * workload_.multiplier);
}

// The tiers apply to the sum; each part bears its share.
void RowMaker::Fill(CostRow& row) const {
  const Units units = UnitsOf(row, workload_.busy_hours);
  const double sum = units.Sum();
  const double each = sum > 0 ? Price(sum) / sum : 0;
  row.active_per_hour = HourPrice(row.active_cu_s);
  row.idle_per_hour = HourPrice(row.idle_cu_s);
  row.busy = units.busy * each;
  row.cold_starts = units.cold_starts * each;
  row.idle = units.idle * each;
  row.calls = units.calls * each;
  row.status = StatusCost();
  row.total = Price(sum) + row.status;
  row.always_active = Price(kHoursADay * kSecondsAnHour * workload_.days * row.active_cu_s);
}

double RowMaker::BreakEvenHours(const CostRow& row) const {
  constexpr int kSteps = 60;
  const auto total_at = [&](double hours) { return Price(UnitsOf(row, hours).Sum()) + row.status; };
  double low = 0, high = kHoursADay;
  if (total_at(low) >= *workload_.server_price) return 0;
  if (total_at(high) <= *workload_.server_price) return kHoursADay;
  for (int i = 0; i < kSteps; ++i) {
    const double middle = (low + high) / 2;
    (total_at(middle) < *workload_.server_price ? low : high) = middle;
  }
  return low;
}

void RowMaker::Compare(CostRow& row) const {
  if (workload_.video_minutes > 0)
    row.per_video_minute = row.total / (workload_.video_minutes * workload_.days);
  if (!workload_.server_price) return;
  row.against_server = row.total - *workload_.server_price;
  row.break_even_hours = BreakEvenHours(row);
}

CostRow RowMaker::Make(const GpuType& gpu, const GpuFactors& factors) const {
  CostRow row;
  row.type = gpu.type;
  row.card = gpu.card;
  row.gpu_memory_gb = gpu.gpu_memory_gb;
  row.source = factors.source;
  row.verified = tariff_.sources.at(factors.source).verified;
  const auto size = SizeFor(gpu, workload_);
  if (!size) {
    row.why_not = "no size with these vCPU and this memory";
    return row;
  }
  row.vcpu = size->vcpu;
  row.memory_gb = size->memory_gb;
  if (!row.verified && !workload_.with_unverified) {
    row.why_not = "no verified price";
    return row;
  }
  const double disk = std::max(0.0, workload_.disk_gb - tariff_.free_disk_gb) * tariff_.cu_disk_gb_s;
  const double held = row.memory_gb * tariff_.cu_memory_gb_s + disk;
  row.active_cu_s = gpu.gpu_memory_gb * factors.active + row.vcpu * tariff_.cu_vcpu_s + held;
  row.idle_cu_s = gpu.gpu_memory_gb * factors.idle + row.vcpu * tariff_.cu_vcpu_idle_s + held;
  Fill(row);
  Compare(row);
  return row;
}

void AddNotes(const Tariff& tariff, const Workload& workload, CostTable& table) {
  const bool has_minimum = tariff.cpu_minimum_per_hour.contains(workload.currency);
  if (workload.status_requests > 0 && !has_minimum)
    table.notes.push_back("status function: its least price an hour is not known in " + workload.currency);
  const bool has_hidden = std::any_of(table.rows.begin(), table.rows.end(),
                                      [](const CostRow& row) { return row.why_not == "no verified price"; });
  if (has_hidden)
    table.notes.emplace_back("--unverified shows prices that were not read in the vendor's own words");
  if (workload.multiplier != 1) table.notes.emplace_back("all prices times --multiplier");
  for (const auto& row : table.rows) {
    if (!row.verified && row.why_not.empty()) {
      table.notes.emplace_back("?: this price is not verified");
      break;
    }
  }
}

}  // namespace

double PriceOfUnits(const std::vector<PriceTier>& tiers, double before, double units) {
  double price = 0, from = before;
  const double end = before + units;
  for (const PriceTier& tier : tiers) {
    const double stop = std::min(end, tier.up_to_cu);
    if (stop <= from) continue;
    price += (stop - from) * tier.price;
    from = stop;
  }
  return price;
}

StatusOr<CostTable> ComputeCost(const Tariff& tariff, const Workload& workload) {
  if (!tariff.cu_price.contains(workload.currency)) {
    std::string known;
    for (const auto& [currency, tiers] : tariff.cu_price) known += (known.empty() ? "" : ", ") + currency;
    return InvalidArgument("currency " + workload.currency + ": the tariff has " + known);
  }
  const RowMaker maker(tariff, workload);
  CostTable table;
  for (const GpuType& gpu : tariff.gpus) {
    if (!workload.gpu_type.empty() && workload.gpu_type != gpu.type) continue;
    for (const GpuFactors& factors : gpu.factors) {
      const bool is_verified = tariff.sources.at(factors.source).verified;
      const bool is_best = gpu.factors.front().source == factors.source;
      if (is_verified || workload.with_unverified || is_best) table.rows.push_back(maker.Make(gpu, factors));
    }
  }
  if (table.rows.empty()) {
    std::string known;
    for (const GpuType& gpu : tariff.gpus) known += (known.empty() ? "" : ", ") + gpu.type;
    return InvalidArgument("GPU type " + workload.gpu_type + ": the tariff has " + known);
  }
  AddNotes(tariff, workload, table);
  return table;
}

}  // namespace waveshift::app
