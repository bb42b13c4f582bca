// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Numbers about the running program in Prometheus' text form. A metric is declared once and then used through
// the pointer that the declaration gives; the pointer lives as long as the Metrics. All functions may be
// called from any thread.
#ifndef WAVESHIFT_TELEMETRY_METRICS_H_
#define WAVESHIFT_TELEMETRY_METRICS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"

namespace waveshift::telemetry {

// Each different set of values is one more time series: use words from short lists (route, status), never
// ids.
using Labels = std::map<std::string, std::string>;

// Only goes up.
class Counter {
 public:
  virtual ~Counter() = default;
  // Negative amounts and broken label names are ignored.
  virtual void Add(const Labels& labels, double amount = 1) = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(const Labels& labels, double value) = 0;
  virtual void Add(const Labels& labels, double amount) = 0;
};

class Histogram {
 public:
  virtual ~Histogram() = default;
  virtual void Observe(const Labels& labels, double value) = 0;
};

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // InvalidArgument when the name is no Prometheus name; AlreadyExists when it was declared before.
  StatusOr<Counter*> DeclareCounter(const std::string& name, const std::string& help);
  StatusOr<Gauge*> DeclareGauge(const std::string& name, const std::string& help);
  // `bounds`: upper ends of the buckets, strictly ascending, at least one.
  StatusOr<Histogram*> DeclareHistogram(const std::string& name, const std::string& help,
                                        std::vector<double> bounds);

  // The whole page of GET /metrics (text/plain; version=0.0.4).
  std::string ExpositionText() const;

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace waveshift::telemetry

#endif  // WAVESHIFT_TELEMETRY_METRICS_H_
