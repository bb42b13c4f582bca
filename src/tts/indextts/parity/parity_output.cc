// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "tts/indextts/parity/parity.h"

namespace waveshift::tts::indextts {
namespace {

using Json = nlohmann::ordered_json;

std::string Number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2e", value);
  return text;
}

std::string Padded(std::string text, size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

// error / scale; 0 / 0 is 0.
double Relative(const ParityRow& row) { return row.error == 0 ? 0 : row.error / row.scale; }

std::string Finding(const ParityRow& row) {
  if (!row.note.empty()) return row.note;
  if (!row.is_tensor()) {
    const std::string all = std::to_string(row.cases);
    if (row.different.empty()) return all + " identical";
    return std::to_string(row.different.size()) + " of " + all + " differ, first: " + row.different[0];
  }
  return "error " + Number(Relative(row)) + ", at most " + Number(row.tolerance) + ", scale " +
         Number(row.scale);
}

Json RowJson(const ParityRow& row) {
  Json json = {{"name", row.name}, {"ok", row.ok}};
  if (!row.note.empty()) {
    json["note"] = row.note;
  } else if (row.is_tensor()) {
    // JSON has no infinity: null.
    json["error"] = row.error;
    json["scale"] = row.scale;
    json["relative_error"] = Relative(row);
    json["tolerance"] = row.tolerance;
  } else {
    json["cases"] = row.cases;
    json["different"] = row.different;
  }
  return json;
}

}  // namespace

std::string ParityText(const ParityReport& report) {
  size_t width = 0;
  for (const ParityRow& row : report.rows) width = std::max(width, row.name.size());
  std::string text;
  size_t good = 0;
  for (const ParityRow& row : report.rows) {
    text += Padded(row.name, width) + (row.ok ? "  ok     " : "  FAILED ") + Finding(row) + "\n";
    good += row.ok ? 1 : 0;
  }
  text += std::to_string(good) + " of " + std::to_string(report.rows.size()) + " within their bounds";
  if (!report.not_compared.empty()) {
    text += "; not compared: " + std::to_string(report.not_compared.size()) + " tensors";
  }
  return text + "\n";
}

std::string ParityJson(const ParityReport& report) {
  Json rows = Json::array();
  for (const ParityRow& row : report.rows) rows.push_back(RowJson(row));
  const Json json = {{"ok", report.ok()}, {"rows", std::move(rows)}, {"not_compared", report.not_compared}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace waveshift::tts::indextts
