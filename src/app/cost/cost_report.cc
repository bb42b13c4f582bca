// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cost/cost_report.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace waveshift::app {
namespace {

using Json = nlohmann::ordered_json;

std::string Number(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

// As short as it can be: "8", "0.25".
std::string Short(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

using Line = std::vector<std::string>;

// Columns as wide as their widest cell; the first two to the left, numbers to the right.
std::string Aligned(const std::vector<Line>& lines) {
  constexpr size_t kLeftColumns = 2;
  std::vector<size_t> widths;
  for (const Line& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string text;
  for (const Line& line : lines) {
    std::string row;
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - line[i].size(), ' ');
      row += (i == 0 ? "" : "  ") + (i < kLeftColumns ? line[i] + padding : padding + line[i]);
    }
    while (row.ends_with(' ')) row.pop_back();
    text += row + "\n";
  }
  return text;
}

std::string WorkloadLine(const Workload& w) {
  std::string text = Number(w.busy_hours, 2) + " h of work a day";
  if (w.video_minutes > 0) text += " (" + Short(w.video_minutes) + " min of video)";
  if (w.cold_starts > 0)
    text += ", " + Short(w.cold_starts) + " cold starts of " + Short(w.cold_start_s) + " s";
  text +=
      w.idle_hours > 0 ? ", " + Number(w.idle_hours, 2) + " h in shallow hibernation" : ", nothing kept warm";
  return text + "; " + std::to_string(w.days) + " days; " + w.currency + "\n";
}

Line RowLine(const Workload& workload, const CostRow& row) {
  const std::string type = row.type + (row.verified ? "" : " ?");
  Line line = {type, row.card};
  if (!row.why_not.empty()) {
    line.push_back(row.why_not);
    return line;
  }
  line.insert(line.end(), {Short(row.vcpu), Short(row.memory_gb), Number(row.active_per_hour, 2),
                           Number(row.idle_per_hour, 2), Number(row.busy, 2), Number(row.cold_starts, 2),
                           Number(row.idle, 2), Number(row.calls + row.status, 2), Number(row.total, 2),
                           Number(row.always_active, 2)});
  if (row.per_video_minute) line.push_back(Number(*row.per_video_minute, 4));
  if (workload.server_price) {
    line.push_back(Number(*row.against_server, 2));
    line.push_back(Number(*row.break_even_hours, 1));
  }
  return line;
}

// Rows without figures would make the number columns as wide as their words.
std::string Table(const Workload& workload, const CostTable& table) {
  Line head = {"GPU type", "card", "vCPU", "GB",    "active/h", "idle/h",
               "work",     "cold", "idle", "calls", "MONTH",    "24 h active"};
  if (workload.video_minutes > 0) head.emplace_back("a video min");
  if (workload.server_price) head.insert(head.end(), {"vs server", "even at h/day"});
  std::vector<Line> lines = {head};
  std::string without;
  for (const CostRow& row : table.rows) {
    if (row.why_not.empty()) {
      lines.push_back(RowLine(workload, row));
    } else {
      without += row.type + " (" + row.card + "): " + row.why_not + "\n";
    }
  }
  return Aligned(lines) + without;
}

std::set<std::string> SourcesUsed(const Tariff& tariff, const Workload& workload, const CostTable& table) {
  std::set<std::string> keys = {tariff.cu_price_source, tariff.factors_source};
  if (workload.status_requests > 0) keys.insert(tariff.minimum_source);
  for (const CostRow& row : table.rows) {
    if (row.why_not.empty()) keys.insert(row.source);
  }
  return keys;
}

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json RowJson(const CostRow& row) {
  Json json = {{"gpu_type", row.type},
               {"card", row.card},
               {"gpu_memory_gb", row.gpu_memory_gb},
               {"source", row.source},
               {"verified", row.verified}};
  if (!row.why_not.empty()) {
    json["unavailable"] = row.why_not;
    return json;
  }
  json["vcpu"] = row.vcpu;
  json["memory_gb"] = row.memory_gb;
  json["active_cu_per_s"] = row.active_cu_s;
  json["idle_cu_per_s"] = row.idle_cu_s;
  json["active_per_hour"] = row.active_per_hour;
  json["idle_per_hour"] = row.idle_per_hour;
  json["month"] = {{"work", row.busy},
                   {"cold_starts", row.cold_starts},
                   {"idle", row.idle},
                   {"calls", row.calls},
                   {"status", row.status},
                   {"total", row.total},
                   {"always_active", row.always_active}};
  json["per_video_minute"] = OrNull(row.per_video_minute);
  json["against_server"] = OrNull(row.against_server);
  json["break_even_hours_per_day"] = OrNull(row.break_even_hours);
  return json;
}

Json WorkloadJson(const Workload& w) {
  return {{"busy_hours", w.busy_hours},
          {"video_minutes", w.video_minutes > 0 ? Json(w.video_minutes) : Json(nullptr)},
          {"cold_starts", w.cold_starts},
          {"cold_start_s", w.cold_start_s},
          {"idle_hours", w.idle_hours},
          {"calls", w.calls},
          {"vcpu", w.vcpu},
          {"memory_gb", w.memory_gb},
          {"disk_gb", w.disk_gb},
          {"status_requests", w.status_requests},
          {"days", w.days},
          {"other_cu", w.other_cu},
          {"multiplier", w.multiplier},
          {"server_price", OrNull(w.server_price)}};
}

}  // namespace

std::string CostReportText(const Tariff& tariff, const Workload& workload, const CostTable& table) {
  std::string text = tariff.name + "\n" + WorkloadLine(workload) + "\n" + Table(workload, table) + "\n";
  for (const std::string& note : table.notes) text += note + "\n";
  for (const std::string& key : SourcesUsed(tariff, workload, table)) {
    const PriceSource& source = tariff.sources.at(key);
    text += "source " + key + ": " + source.title + " (" + source.date + ")\n";
  }
  return text;
}

std::string CostReportJson(const Tariff& tariff, const Workload& workload, const CostTable& table) {
  Json rows = Json::array();
  for (const CostRow& row : table.rows) rows.push_back(RowJson(row));
  Json sources = Json::object();
  for (const std::string& key : SourcesUsed(tariff, workload, table)) {
    const PriceSource& source = tariff.sources.at(key);
    sources[key] = {{"title", source.title}, {"date", source.date}, {"verified", source.verified}};
  }
  const Json json = {{"tariff", tariff.name},
                     {"currency", workload.currency},
                     {"workload_per_day", WorkloadJson(workload)},
                     {"gpus", std::move(rows)},
                     {"notes", table.notes},
                     {"sources", std::move(sources)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace waveshift::app
