// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/bench_row.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "base/version.h"

namespace waveshift::app {
namespace {

using Json = nlohmann::ordered_json;

// To six significant digits: what is behind them is noise.
double Rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double scale = std::pow(10, 5 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

Json RowJson(const BenchRow& row) {
  Json json = {{"bench", row.bench},           {"subject", row.subject}, {"threads", row.threads},
               {"measure", row.measure},       {"unit", row.unit},       {"value", Rounded(row.value)},
               {"median", Rounded(row.median)}};
  if (!row.programme.empty()) json["programme"] = row.programme;
  if (row.lines > 0) json["lines"] = row.lines;
  if (row.processor_s > 0) json["processor_s"] = Rounded(row.processor_s);
  if (row.aim) {
    json["aim"] = *row.aim;
    json["aim_met"] = row.value <= *row.aim;
  }
  if (row.work.flop > 0) json["flop"] = row.work.flop;
  if (row.work.bytes > 0) json["bytes"] = row.work.bytes;
  if (row.unit == "s" && row.value > 0) {
    if (row.work.flop > 0) json["gflop_per_s"] = Rounded(1e-9 * row.work.flop / row.value);
    if (row.work.bytes > 0) json["gb_per_s"] = Rounded(1e-9 * row.work.bytes / row.value);
  }
  if (row.share_of_limit) json["share_of_limit"] = Rounded(*row.share_of_limit);
  return json;
}

BenchRow RowFrom(const Json& json) {
  BenchRow row;
  row.bench = json.at("bench").get<std::string>();
  row.subject = json.at("subject").get<std::string>();
  row.threads = json.at("threads").get<int>();
  row.measure = json.at("measure").get<std::string>();
  row.unit = json.at("unit").get<std::string>();
  row.value = json.at("value").get<double>();
  row.median = json.at("median").get<double>();
  row.lines = json.value("lines", 0);
  row.programme = json.value("programme", std::string());
  row.processor_s = json.value("processor_s", 0.0);
  if (json.contains("aim")) row.aim = json.at("aim").get<double>();
  row.work.flop = json.value("flop", 0.0);
  row.work.bytes = json.value("bytes", 0.0);
  if (json.contains("share_of_limit")) row.share_of_limit = json.at("share_of_limit").get<double>();
  return row;
}

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text),
                value < 0.001 || value >= 1e5 ? "%.3g"
                : value < 10                  ? "%.4f"
                                              : "%.1f",
                value);
  return text;
}

using Cells = std::array<std::string, 10>;

Cells CellsOf(const BenchRow& row) {
  const bool timed = row.unit == "s" && row.value > 0;
  Cells cells = {row.bench,
                 row.subject + (row.programme.empty() ? "" : ", " + row.programme),
                 std::to_string(row.threads),
                 row.lines > 0 ? std::to_string(row.lines) : "",
                 row.measure,
                 Number(row.value),
                 row.unit,
                 timed && row.work.flop > 0 ? Number(1e-9 * row.work.flop / row.value) : "",
                 timed && row.work.bytes > 0 ? Number(1e-9 * row.work.bytes / row.value) : "",
                 ""};
  if (row.share_of_limit) {
    char text[16];
    std::snprintf(text, sizeof(text), "%.0f%%", 100 * *row.share_of_limit);
    cells.back() = text;
  }
  if (row.aim) cells.back() = "aim " + Number(*row.aim) + (row.value <= *row.aim ? ", reached" : ", missed");
  return cells;
}

}  // namespace

BenchRounds Summary(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values.front(), values[values.size() / 2]};
}

double LeastSeconds(const BenchWork& work, double gflops, double gbytes) {
  return std::max(work.flop / (gflops * 1e9), work.bytes / (gbytes * 1e9));
}

void SetShares(std::vector<BenchRow>& rows, double gflops, double gbytes) {
  for (BenchRow& row : rows) {
    const double least = LeastSeconds(row.work, gflops, gbytes);
    if (row.unit == "s" && row.value > 0 && least > 0) row.share_of_limit = least / row.value;
  }
}

std::string BenchJson(const BenchReport& report) {
  Json json = {{"version", std::string(Version())}, {"rows", Json::array()}, {"skipped", Json::array()}};
  for (const BenchRow& row : report.rows) json["rows"].push_back(RowJson(row));
  for (const BenchSkip& skip : report.skipped) {
    json["skipped"].push_back({{"subject", skip.subject}, {"reason", skip.reason}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

StatusOr<BenchReport> ParseBenchJson(std::string_view text) {
  BenchReport report;
  try {
    const Json json = Json::parse(text);
    for (const Json& row : json.at("rows")) report.rows.push_back(RowFrom(row));
    for (const Json& skip : json.at("skipped")) {
      report.skipped.push_back({skip.at("subject").get<std::string>(), skip.at("reason").get<std::string>()});
    }
  } catch (const Json::exception& error) {
    return Internal(std::string("bench: what a measuring process printed is no report: ") + error.what());
  }
  return report;
}

std::string BenchTable(const BenchReport& report) {
  std::vector<Cells> table = {
      {"bench", "of", "threads", "lines", "measure", "value", "unit", "GFLOP/s", "GB/s", "of the limit"}};
  for (const BenchRow& row : report.rows) table.push_back(CellsOf(row));
  std::array<size_t, 10> widths = {};
  for (const Cells& cells : table) {
    for (size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], cells[i].size());
  }
  std::string text;
  for (const Cells& cells : table) {
    std::string line;
    for (size_t i = 0; i < cells.size(); ++i) {
      // Numbers stand at the right.
      const std::string space(widths[i] - cells[i].size(), ' ');
      const bool right = i == 2 || i == 3 || i == 5 || i == 7 || i == 8;
      line += (right ? space + cells[i] : cells[i] + space) + "  ";
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  for (const BenchSkip& skip : report.skipped) text += skip.subject + " left out: " + skip.reason + "\n";
  return text;
}

}  // namespace waveshift::app
