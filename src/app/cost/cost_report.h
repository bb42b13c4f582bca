// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_COST_COST_REPORT_H_
#define WAVESHIFT_APP_COST_COST_REPORT_H_

#include <string>

#include "app/cost/cost.h"

namespace waveshift::app {

// A table for people, with the sources of its figures.
std::string CostReportText(const Tariff& tariff, const Workload& workload, const CostTable& table);
std::string CostReportJson(const Tariff& tariff, const Workload& workload, const CostTable& table);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_COST_COST_REPORT_H_
