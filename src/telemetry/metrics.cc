// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "telemetry/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <mutex>
#include <set>
#include <string_view>
#include <utility>

namespace waveshift::telemetry {
namespace {

bool IsName(std::string_view name, bool colon_allowed) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (c == ':' && colon_allowed);
  });
}

// Names that begin with "__" are Prometheus' own; "le" names a histogram's buckets.
bool AreLabels(const Labels& labels) {
  return std::all_of(labels.begin(), labels.end(), [](const auto& label) {
    return IsName(label.first, false) && !label.first.starts_with("__") && label.first != "le";
  });
}

// Calls `use`; what the library throws (broken names, no memory) is dropped: nothing fails because it cannot
// be counted.
template <typename Use>
void Quietly(const Labels& labels, const Use& use) {
  if (!AreLabels(labels)) return;
  try {
    use();
  } catch (const std::exception&) {
    return;
  }
}

class PrometheusCounter : public Counter {
 public:
  explicit PrometheusCounter(prometheus::Family<prometheus::Counter>& family) : family_(family) {}
  void Add(const Labels& labels, double amount) override {
    if (!std::isfinite(amount) || amount < 0) return;
    Quietly(labels, [&] { family_.Add(labels).Increment(amount); });
  }

 private:
  prometheus::Family<prometheus::Counter>& family_;
};

class PrometheusGauge : public Gauge {
 public:
  explicit PrometheusGauge(prometheus::Family<prometheus::Gauge>& family) : family_(family) {}
  void Set(const Labels& labels, double value) override {
    Quietly(labels, [&] { family_.Add(labels).Set(value); });
  }
  void Add(const Labels& labels, double amount) override {
    Quietly(labels, [&] { family_.Add(labels).Increment(amount); });
  }

 private:
  prometheus::Family<prometheus::Gauge>& family_;
};

class PrometheusHistogram : public Histogram {
 public:
  PrometheusHistogram(prometheus::Family<prometheus::Histogram>& family, std::vector<double> bounds)
      : family_(family), bounds_(std::move(bounds)) {}
  void Observe(const Labels& labels, double value) override {
    if (!std::isfinite(value)) return;
    Quietly(labels, [&] { family_.Add(labels, bounds_).Observe(value); });
  }

 private:
  prometheus::Family<prometheus::Histogram>& family_;
  const prometheus::Histogram::BucketBoundaries bounds_;
};

}  // namespace

class Metrics::Impl {
 public:
  // Claims the name.
  Status Declare(const std::string& name) {
    if (!IsName(name, true))
      return InvalidArgument("metric \"" + name.substr(0, 80) + "\": is no Prometheus name");
    const std::lock_guard lock(mutex_);
    return names_.insert(name).second ? OkStatus() : AlreadyExists("metric " + name + " was declared before");
  }

  // Makes the metric of a claimed name.
  template <typename Interface, typename Make>
  StatusOr<Interface*> Keep(std::vector<std::unique_ptr<Interface>>& all, const std::string& name,
                            const Make& make) {
    try {
      std::unique_ptr<Interface> metric = make(registry_);
      const std::lock_guard lock(mutex_);
      all.push_back(std::move(metric));
      return all.back().get();
    } catch (const std::exception& e) {
      return Internal("metric " + name + ": " + e.what());
    }
  }

  prometheus::Registry registry_;
  std::mutex mutex_;
  std::set<std::string> names_;
  std::vector<std::unique_ptr<Counter>> counters_;
  std::vector<std::unique_ptr<Gauge>> gauges_;
  std::vector<std::unique_ptr<Histogram>> histograms_;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

StatusOr<Counter*> Metrics::DeclareCounter(const std::string& name, const std::string& help) {
  WS_RETURN_IF_ERROR(impl_->Declare(name));
  return impl_->Keep(impl_->counters_, name, [&](prometheus::Registry& registry) {
    return std::make_unique<PrometheusCounter>(
        prometheus::BuildCounter().Name(name).Help(help).Register(registry));
  });
}

StatusOr<Gauge*> Metrics::DeclareGauge(const std::string& name, const std::string& help) {
  WS_RETURN_IF_ERROR(impl_->Declare(name));
  return impl_->Keep(impl_->gauges_, name, [&](prometheus::Registry& registry) {
    return std::make_unique<PrometheusGauge>(
        prometheus::BuildGauge().Name(name).Help(help).Register(registry));
  });
}

StatusOr<Histogram*> Metrics::DeclareHistogram(const std::string& name, const std::string& help,
                                               std::vector<double> bounds) {
  const bool ascending = std::adjacent_find(bounds.begin(), bounds.end(),
                                            [](double a, double b) { return !(a < b); }) == bounds.end();
  const bool finite =
      std::all_of(bounds.begin(), bounds.end(), [](double bound) { return std::isfinite(bound); });
  if (bounds.empty() || !ascending || !finite) {
    return InvalidArgument("metric " + name.substr(0, 80) + ": the bounds of its buckets must ascend");
  }
  WS_RETURN_IF_ERROR(impl_->Declare(name));
  return impl_->Keep(impl_->histograms_, name, [&](prometheus::Registry& registry) {
    return std::make_unique<PrometheusHistogram>(
        prometheus::BuildHistogram().Name(name).Help(help).Register(registry), std::move(bounds));
  });
}

std::string Metrics::ExpositionText() const {
  try {
    return prometheus::TextSerializer().Serialize(impl_->registry_.Collect());
  } catch (const std::exception&) {
    return "";
  }
}

}  // namespace waveshift::telemetry
