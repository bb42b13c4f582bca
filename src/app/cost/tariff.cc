// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cost/tariff.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

namespace waveshift::app {
namespace {

using Json = nlohmann::json;

constexpr double kMostCu = 1e15;

// Reads fields of one object; the first thing that is wrong is kept, so that the reader needs no checks
// between. `where` is the path in the file: "gpus[2].sizes".
class Fields {
 public:
  Fields(const Json& json, std::string where, Status& status)
      : json_(json), where_(std::move(where)), status_(status) {
    if (!json_.is_object()) Fail("", "must be an object");
  }
  double Number(const char* name, double most = kMostCu) {
    const Json* const value = Find(name);
    if (value == nullptr) return 0;
    const double number = value->is_number() ? value->get<double>() : -1;
    if (std::isfinite(number) && number >= 0 && number <= most) return number;
    Fail(name, "must be a number, 0 or more");
    return 0;
  }
  std::string Text(const char* name) {
    const Json* const value = Find(name);
    if (value == nullptr) return "";
    if (value->is_string() && !value->get<std::string>().empty()) return value->get<std::string>();
    Fail(name, "must be a text");
    return "";
  }
  const Json& Child(const char* name) {
    static const Json kNothing = Json::object();
    const Json* const value = Find(name);
    return value != nullptr ? *value : kNothing;
  }
  bool Has(const char* name) const { return json_.is_object() && json_.contains(name); }
  void Fail(const std::string& name, const std::string& why) {
    if (!status_.ok()) return;
    status_ = InvalidArgument(where_ + (where_.empty() || name.empty() ? "" : ".") + name + ": " + why);
  }

 private:
  const Json* Find(const char* name) {
    if (!json_.is_object()) return nullptr;
    const auto it = json_.find(name);
    if (it == json_.end()) Fail(name, "is missing");
    return it == json_.end() ? nullptr : &*it;
  }
  const Json& json_;
  const std::string where_;
  Status& status_;
};

class TariffReader {
 public:
  StatusOr<Tariff> Read(const Json& json);

 private:
  void ReadSources(Fields& root);
  void ReadPrices(Fields& root);
  void ReadFactors(Fields& root);
  void ReadGpu(const Json& json, const std::string& where);
  void ReadSizes(const Json& json, const std::string& where, GpuType& gpu);
  void ReadTiers(const Json& json, const std::string& currency);
  std::string Source(Fields& fields);

  Tariff tariff_;
  Status status_;
};

// A figure without a known source is no figure.
std::string TariffReader::Source(Fields& fields) {
  std::string source = fields.Text("source");
  if (!source.empty() && !tariff_.sources.contains(source)) fields.Fail("source", "is none of \"sources\"");
  return source;
}

void TariffReader::ReadSources(Fields& root) {
  const Json& sources = root.Child("sources");
  if (!sources.is_object()) return root.Fail("sources", "must be an object");
  for (const auto& [key, value] : sources.items()) {
    Fields fields(value, "sources." + key, status_);
    PriceSource source = {fields.Text("title"), fields.Text("date"), false};
    const Json& verified = fields.Child("verified");
    if (!verified.is_boolean()) fields.Fail("verified", "must be true or false");
    source.verified = verified.is_boolean() && verified.get<bool>();
    tariff_.sources.emplace(key, std::move(source));
  }
}

void TariffReader::ReadTiers(const Json& json, const std::string& currency) {
  const std::string where = "cu_price." + currency;
  std::vector<PriceTier> tiers;
  double before = 0;
  for (size_t i = 0; json.is_array() && i < json.size(); ++i) {
    Fields fields(json[i], where + "[" + std::to_string(i) + "]", status_);
    const bool is_last = i + 1 == json.size();
    const double end = is_last ? std::numeric_limits<double>::infinity() : fields.Number("up_to_cu");
    if (end <= before) fields.Fail("up_to_cu", "must be more than that of the tier before");
    tiers.push_back({end, fields.Number("price")});
    before = end;
  }
  if (tiers.empty() && status_.ok()) status_ = InvalidArgument(where + ": must be a list of tiers");
  tariff_.cu_price.emplace(currency, std::move(tiers));
}

void TariffReader::ReadPrices(Fields& root) {
  const Json& prices = root.Child("cu_price");
  Fields fields(prices, "cu_price", status_);
  tariff_.cu_price_source = Source(fields);
  for (const auto& [currency, tiers] : prices.items()) {
    if (currency != "source") ReadTiers(tiers, currency);
  }
  const Json& cpu = root.Child("cpu_function");
  Fields cpu_fields(cpu, "cpu_function", status_);
  tariff_.minimum_source = Source(cpu_fields);
  const Json& minimum = cpu_fields.Child("minimum_per_hour");
  Fields minimum_fields(minimum, "cpu_function.minimum_per_hour", status_);
  for (const auto& [currency, value] : minimum.items())
    tariff_.cpu_minimum_per_hour.emplace(currency, minimum_fields.Number(currency.c_str()));
}

void TariffReader::ReadFactors(Fields& root) {
  Fields fields(root.Child("cu_factors"), "cu_factors", status_);
  constexpr double kCalls = 10000;
  tariff_.factors_source = Source(fields);
  tariff_.cu_per_call = fields.Number("per_10000_calls") / kCalls;
  tariff_.cu_vcpu_s = fields.Number("vcpu_s");
  tariff_.cu_vcpu_idle_s = fields.Number("vcpu_idle_s");
  tariff_.cu_memory_gb_s = fields.Number("memory_gb_s");
  tariff_.cu_disk_gb_s = fields.Number("disk_gb_s");
  tariff_.free_disk_gb = fields.Number("free_disk_gb");
}

void TariffReader::ReadSizes(const Json& json, const std::string& where, GpuType& gpu) {
  gpu.is_free_size = json.is_object();
  if (gpu.is_free_size) {
    Fields fields(json, where, status_);
    gpu.sizes.push_back({fields.Number("most_vcpu"), fields.Number("most_memory_gb")});
    gpu.least_gb_per_vcpu = fields.Number("least_gb_per_vcpu");
    gpu.most_gb_per_vcpu = fields.Number("most_gb_per_vcpu");
    return;
  }
  for (size_t i = 0; json.is_array() && i < json.size(); ++i) {
    Fields fields(json[i], where + "[" + std::to_string(i) + "]", status_);
    gpu.sizes.push_back({fields.Number("vcpu"), fields.Number("memory_gb")});
  }
  if (gpu.sizes.empty() && status_.ok()) status_ = InvalidArgument(where + ": must name sizes");
}

void TariffReader::ReadGpu(const Json& json, const std::string& where) {
  Fields fields(json, where, status_);
  GpuType gpu;
  gpu.type = fields.Text("type");
  gpu.card = fields.Text("card");
  gpu.gpu_memory_gb = fields.Number("gpu_memory_gb");
  ReadSizes(fields.Child("sizes"), where + ".sizes", gpu);
  const Json& factors = fields.Child("factors");
  for (size_t i = 0; factors.is_array() && i < factors.size(); ++i) {
    Fields of(factors[i], where + ".factors[" + std::to_string(i) + "]", status_);
    std::string source = Source(of);
    gpu.factors.push_back({std::move(source), of.Number("active"), of.Number("idle")});
  }
  if (gpu.factors.empty()) fields.Fail("factors", "must name at least one source");
  if (!status_.ok()) return;
  std::stable_partition(gpu.factors.begin(), gpu.factors.end(),
                        [&](const GpuFactors& of) { return tariff_.sources.at(of.source).verified; });
  tariff_.gpus.push_back(std::move(gpu));
}

StatusOr<Tariff> TariffReader::Read(const Json& json) {
  Fields root(json, "", status_);
  WS_RETURN_IF_ERROR(status_);
  tariff_.name = root.Text("name");
  ReadSources(root);
  WS_RETURN_IF_ERROR(status_);
  ReadPrices(root);
  ReadFactors(root);
  const Json& gpus = root.Child("gpus");
  for (size_t i = 0; gpus.is_array() && i < gpus.size() && status_.ok(); ++i)
    ReadGpu(gpus[i], "gpus[" + std::to_string(i) + "]");
  if (tariff_.gpus.empty()) root.Fail("gpus", "must be a list of GPU types");
  WS_RETURN_IF_ERROR(status_);
  return std::move(tariff_);
}

}  // namespace

StatusOr<Tariff> ParseTariff(std::string_view text, std::string_view name) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return InvalidArgument(std::string(name) + ": is no JSON");
  auto tariff = TariffReader().Read(json);
  if (!tariff.ok()) return Annotate(tariff.status(), name);
  return tariff;
}

}  // namespace waveshift::app
