// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Figures by hand: each line of arithmetic stands beside what is expected.
#include "app/cost/cost.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "app/cost/cost_report.h"

namespace waveshift::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Tariff BuiltIn() { return ParseTariff(BuiltInTariff(), "built-in").value(); }

CostRow RowOf(const Workload& workload, const std::string& type,
              const std::string& source = "official-2024-12") {
  const CostTable table = ComputeCost(BuiltIn(), workload).value();
  for (const CostRow& row : table.rows) {
    if (row.type == type && row.source == source) return row;
  }
  ADD_FAILURE() << "no row " << type << " of " << source;
  return {};
}

constexpr char kT4[] = "fc.gpu.tesla.1";
constexpr char kAda[] = "fc.gpu.ada.1";

TEST(Cost, T4) {
  const CostRow row = RowOf({.busy_hours = 1, .vcpu = 8, .memory_gb = 32}, kT4);
  EXPECT_NEAR(row.active_cu_s, 46.4, 1e-9);         // 16 x 2.1 + 8 x 1 + 32 x 0.15
  EXPECT_NEAR(row.idle_cu_s, 12.8, 1e-9);           // 16 x 0.5 + 8 x 0 + 32 x 0.15
  EXPECT_NEAR(row.active_per_hour, 20.0448, 1e-6);  // 46.4 x 3600 x 0.00012
  EXPECT_NEAR(row.idle_per_hour, 5.5296, 1e-6);     // 12.8 x 3600 x 0.00012
  EXPECT_NEAR(row.busy, 601.344, 1e-6);             // 30 days; 5.0 M CU, all in the first tier
  EXPECT_NEAR(row.total, 601.344, 1e-6);
  EXPECT_TRUE(row.verified);
  const CostRow usd = RowOf({.busy_hours = 1, .currency = "USD"}, kT4);
  EXPECT_NEAR(usd.active_per_hour, 3.3408, 1e-9);  // 46.4 x 3600 x 0.000020
  const CostRow small = RowOf({.vcpu = 4, .memory_gb = 16}, kT4);
  EXPECT_NEAR(small.active_per_hour, 17.28, 1e-9);  // (33.6 + 4 + 2.4) x 3600 x 0.00012
}

TEST(Cost, Ada) {
  const CostRow official = RowOf({}, kAda);
  EXPECT_EQ(official.memory_gb, 64);              // 8 vCPU come with 64 GB
  EXPECT_NEAR(official.active_cu_s, 89.6, 1e-9);  // 48 x 1.5 + 8 + 9.6
  EXPECT_NEAR(official.active_per_hour, 38.7072, 1e-6);
  EXPECT_NEAR(official.idle_per_hour, 9.3312, 1e-6);  // (12 + 9.6) x 0.432
  const CostRow copy = RowOf({.with_unverified = true}, kAda, "copy-2026");
  EXPECT_NEAR(copy.active_per_hour, 42.8544, 1e-6);  // (81.6 + 8 + 9.6) x 0.432
  EXPECT_NEAR(copy.idle_per_hour, 8.2944, 1e-6);     // (9.6 + 9.6) x 0.432
  EXPECT_FALSE(copy.verified);
}

TEST(Cost, AMonthInParts) {
  const Workload workload = {.busy_hours = 2,
                             .video_minutes = 100,
                             .cold_starts = 10,
                             .cold_start_s = 20,
                             .idle_hours = 5,
                             .calls = 1000};
  const CostRow row = RowOf(workload, kT4);
  // CU: 2 x 3600 x 30 x 46.4 = 10 022 400; 200 x 30 x 46.4 = 278 400; 5 x 3600 x 30 x 12.8 = 6 912 000;
  // 30 000 calls x 75 / 10 000 = 225. All in the first tier.
  EXPECT_NEAR(row.busy, 1202.688, 1e-6);
  EXPECT_NEAR(row.cold_starts, 33.408, 1e-6);
  EXPECT_NEAR(row.idle, 829.44, 1e-6);
  EXPECT_NEAR(row.calls, 0.027, 1e-9);
  EXPECT_NEAR(row.total, 2065.563, 1e-6);
  EXPECT_NEAR(*row.per_video_minute, 2065.563 / 3000, 1e-9);
  EXPECT_NEAR(RowOf({.busy_hours = 2, .multiplier = 0.5}, kT4).total, 601.344, 1e-6);
}

TEST(Cost, Tiers) {
  const std::vector<PriceTier> tiers = BuiltIn().cu_price.at("CNY");
  EXPECT_DOUBLE_EQ(PriceOfUnits(tiers, 0, 100e6), 12000);     // 100 M x 0.00012
  EXPECT_DOUBLE_EQ(PriceOfUnits(tiers, 0, 600e6), 60000);     // + 400 M x 0.00010 + 100 M x 0.00008
  EXPECT_DOUBLE_EQ(PriceOfUnits(tiers, 450e6, 100e6), 9000);  // 50 M x 0.00010 + 50 M x 0.00008
  EXPECT_DOUBLE_EQ(PriceOfUnits(tiers, 0, 0), 0);
  // 24 h of T4 for 30 days: 46.4 x 86400 x 30 = 120 268 800 CU: 12000 + 20 268 800 x 0.0001.
  EXPECT_NEAR(RowOf({}, kT4).always_active, 14026.88, 1e-6);
  EXPECT_NEAR(RowOf({.other_cu = 100e6}, kT4).active_per_hour, 16.704, 1e-9);  // at 0.00010
}

TEST(Cost, DiskBeyondTheFreePart) {
  EXPECT_NEAR(RowOf({.disk_gb = 10}, kT4).active_cu_s, 46.875, 1e-9);  // 9.5 x 0.05 more
  EXPECT_NEAR(RowOf({.disk_gb = 0.2}, kT4).active_cu_s, 46.4, 1e-9);
}

TEST(Cost, StatusFunction) {
  // 100 000 x 30 requests of 50 ms on 0.25 vCPU and 0.5 GB: 3e6 x (0.05 x 0.325 + 0.0075) CU = 71 250 CU.
  Workload workload = {.status_requests = 100000, .status_hours = 1};
  EXPECT_NEAR(RowOf(workload, kT4).status, 8.55, 1e-9);
  workload.status_hours = 24;  // 24 x 30 x 0.01 = 7.2, less than that
  EXPECT_NEAR(RowOf(workload, kT4).status, 8.55, 1e-9);
  workload.status_requests = 1000;  // 0.0855, but at least 7.2
  EXPECT_NEAR(RowOf(workload, kT4).status, 7.2, 1e-9);
  workload.currency = "USD";
  EXPECT_NEAR(RowOf(workload, kT4).status, 0.01425, 1e-9);  // no least price is known there
  EXPECT_THAT(ComputeCost(BuiltIn(), workload)->notes.at(0), HasSubstr("not known in USD"));
}

TEST(Cost, AgainstAServer) {
  // Server 6013.44 a month = 300 h of T4 = 10 h a day.
  const CostRow row = RowOf({.busy_hours = 2, .server_price = 6013.44}, kT4);
  EXPECT_NEAR(*row.against_server, 1202.688 - 6013.44, 1e-6);
  EXPECT_NEAR(*row.break_even_hours, 10, 1e-6);
  EXPECT_EQ(*RowOf({.server_price = 1e6}, kT4).break_even_hours, 24);
  EXPECT_EQ(*RowOf({.idle_hours = 24, .server_price = 1}, kT4).break_even_hours, 0);
}

TEST(Cost, NothingUnverifiedIsClaimed) {
  const CostTable table = ComputeCost(BuiltIn(), {.busy_hours = 1}).value();
  int without = 0;
  for (const CostRow& row : table.rows) {
    EXPECT_TRUE(row.verified || row.why_not == "no verified price") << row.type;
    without += row.why_not.empty() ? 0 : 1;
  }
  EXPECT_EQ(without, 3);  // ada.2, ada.3, hopper.1
  const std::string text = CostReportText(BuiltIn(), {.busy_hours = 1}, table);
  EXPECT_THAT(text, HasSubstr("fc.gpu.hopper.1 (Hopper 96 GB): no verified price"));
  EXPECT_THAT(text, HasSubstr("--unverified"));
  EXPECT_THAT(text, HasSubstr("source official-2024-12"));
  EXPECT_THAT(text, Not(HasSubstr("copy-2026")));
  const Workload all = {.busy_hours = 1, .with_unverified = true};
  const CostTable full = ComputeCost(BuiltIn(), all).value();
  EXPECT_EQ(full.rows.size(), 6u);
  EXPECT_THAT(CostReportText(BuiltIn(), all, full), HasSubstr("fc.gpu.hopper.1 ?"));
}

TEST(Cost, SizesThatThereAre) {
  EXPECT_EQ(RowOf({.vcpu = 8, .memory_gb = 4}, kT4).why_not,
            "no size with these vCPU and this memory");  // under 1 GB each
  EXPECT_EQ(RowOf({.vcpu = 4, .memory_gb = 32}, kT4).why_not,
            "no size with these vCPU and this memory");  // over 4 GB each
  EXPECT_EQ(RowOf({.vcpu = 16, .memory_gb = 32}, kT4).why_not, "no size with these vCPU and this memory");
  EXPECT_EQ(RowOf({.vcpu = 9, .memory_gb = 32}, kAda).vcpu, 16);
  EXPECT_EQ(RowOf({.vcpu = 2, .memory_gb = 8}, kAda).vcpu, 4);
}

TEST(Cost, NamesWhatTheTariffLacks) {
  EXPECT_THAT(Message(ComputeCost(BuiltIn(), {.currency = "EUR"}).status()), HasSubstr("CNY, USD"));
  EXPECT_THAT(Message(ComputeCost(BuiltIn(), {.gpu_type = "x"}).status()), HasSubstr("fc.gpu.tesla.1"));
}

TEST(Cost, JsonHasEveryFigure) {
  const Workload workload = {.busy_hours = 1, .server_price = 5000, .gpu_type = kT4};
  const CostTable table = ComputeCost(BuiltIn(), workload).value();
  const auto json = nlohmann::json::parse(CostReportJson(BuiltIn(), workload, table));
  EXPECT_NEAR(json["gpus"][0]["month"]["total"].get<double>(), 601.344, 1e-6);
  EXPECT_NEAR(json["gpus"][0]["against_server"].get<double>(), 601.344 - 5000, 1e-6);
  EXPECT_EQ(json["sources"]["official-2024-12"]["verified"], true);
  EXPECT_EQ(json["currency"], "CNY");
}

}  // namespace
}  // namespace waveshift::app
