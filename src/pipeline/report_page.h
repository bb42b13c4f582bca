// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_PIPELINE_REPORT_PAGE_H_
#define WAVESHIFT_PIPELINE_REPORT_PAGE_H_

namespace waveshift::pipeline {

// The page of report.html; kReportDataMark stands where its data goes (JSON inside a script element).
extern const char kReportPage[];
inline constexpr char kReportDataMark[] = "@REPORT_DATA@";

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_REPORT_PAGE_H_
