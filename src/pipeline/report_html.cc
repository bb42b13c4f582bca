// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "pipeline/report.h"
#include "pipeline/report_page.h"

namespace waveshift::pipeline {
namespace {

using nlohmann::json;

// Peaks as whole hundredths keep the page small.
json PeaksJson(const WaveformPeaks& peaks) {
  json out = json::array();
  for (const auto& [low, high] : peaks) {
    out.push_back(static_cast<int>(std::lround(low * 100)));
    out.push_back(static_cast<int>(std::lround(high * 100)));
  }
  return out;
}

json ListeningPeaks(const Listening& listening) {
  json out = json::array();
  for (const ListeningRow& row : listening.rows) out.push_back(PeaksJson(row.peaks));
  return out;
}

// Inside a script element only "</" and "<!--" could end it early; line separators are legal JSON but old
// parsers trip over them.
std::string EscapeForScript(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '<') {
      out += "\\u003c";
    } else if (text.substr(i, 3) == "\xE2\x80\xA8" || text.substr(i, 3) == "\xE2\x80\xA9") {
      out += text[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace

std::string FormatReportHtml(const ReportData& data, const std::string& report_json) {
  const json rest = {{"title", data.title},
                     {"original_peaks", PeaksJson(data.original_peaks)},
                     {"dubbed_peaks", PeaksJson(data.dubbed_peaks)},
                     {"listening_peaks", ListeningPeaks(data.listening)}};
  std::string html = kReportPage;
  const size_t mark = html.find(kReportDataMark);
  // The report goes in as text: as a tree of values it would be many times larger.
  std::string page = rest.dump(-1, ' ', false, json::error_handler_t::replace);
  page.pop_back();
  const std::string text = EscapeForScript(page + ",\"report\":" + report_json + "}");
  html.replace(mark, std::string_view(kReportDataMark).size(), text);
  return html;
}

}  // namespace waveshift::pipeline
