// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Prices of a function-compute platform that bills in units (CU), as dated data: share/tariff_fc.json, or a
// file in its form.
#ifndef WAVESHIFT_APP_COST_TARIFF_H_
#define WAVESHIFT_APP_COST_TARIFF_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace waveshift::app {

// Where figures come from.
struct PriceSource {
  std::string title;
  std::string date;       // "2024-12"
  bool verified = false;  // read in the vendor's own words
};

// What a unit costs up to so many units a month; the last one has no end.
struct PriceTier {
  double up_to_cu = 0;
  double price = 0;
};

struct GpuFactors {
  std::string source;  // key of Tariff::sources
  double active = 0;   // CU for each GB of the card's memory and second at work
  double idle = 0;     // the same, in shallow hibernation
};

struct GpuSize {
  double vcpu = 0;
  double memory_gb = 0;
};

struct GpuType {
  std::string type;  // "fc.gpu.tesla.1"
  std::string card;
  double gpu_memory_gb = 0;  // only whole cards can be had
  // The sizes that there are, smallest first. One with is_free_size: the most of each, any below.
  std::vector<GpuSize> sizes;
  bool is_free_size = false;
  double least_gb_per_vcpu = 0, most_gb_per_vcpu = 0;  // of free sizes
  std::vector<GpuFactors> factors;                     // those that are verified first
};

struct Tariff {
  std::string name;
  std::map<std::string, PriceSource> sources;
  std::map<std::string, std::vector<PriceTier>> cu_price;  // by currency
  std::string cu_price_source, factors_source, minimum_source;
  double cu_per_call = 0;
  double cu_vcpu_s = 0, cu_vcpu_idle_s = 0, cu_memory_gb_s = 0, cu_disk_gb_s = 0;
  double free_disk_gb = 0;
  std::map<std::string, double> cpu_minimum_per_hour;  // by currency; a CPU function costs at least this
  std::vector<GpuType> gpus;
};

// InvalidArgument names the file (`name`) and the field.
StatusOr<Tariff> ParseTariff(std::string_view json, std::string_view name);

// share/tariff_fc.json, as it is part of the program.
std::string_view BuiltInTariff();

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_COST_TARIFF_H_
