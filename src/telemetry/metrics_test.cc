// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace waveshift::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, Counters) {
  Metrics metrics;
  Counter* requests = metrics.DeclareCounter("waveshift_requests_total", "Requests answered.").value();
  requests->Add({{"route", "/api/health"}, {"status", "200"}});
  requests->Add({{"route", "/api/health"}, {"status", "200"}}, 2);
  requests->Add({{"route", "/a\"b\n"}, {"status", "404"}});
  requests->Add({{"route", "/api/health"}, {"status", "200"}}, -5);
  requests->Add({{"route", "/api/health"}, {"status", "200"}}, std::numeric_limits<double>::quiet_NaN());
  requests->Add({{"bad name", "x"}});
  const std::string text = metrics.ExpositionText();
  EXPECT_THAT(text, HasSubstr("# HELP waveshift_requests_total Requests answered.\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE waveshift_requests_total counter\n"));
  EXPECT_THAT(text, HasSubstr("waveshift_requests_total{route=\"/api/health\",status=\"200\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("route=\"/a\\\"b\\n\""));
  EXPECT_THAT(text, Not(HasSubstr("bad name")));
}

TEST(Metrics, Gauges) {
  Metrics metrics;
  Gauge* jobs = metrics.DeclareGauge("waveshift_jobs_running", "Jobs that run now.").value();
  jobs->Set({}, 5);
  jobs->Add({}, -2);
  EXPECT_THAT(metrics.ExpositionText(), HasSubstr("waveshift_jobs_running 3\n"));
}

TEST(Metrics, Histograms) {
  Metrics metrics;
  Histogram* seconds = metrics.DeclareHistogram("waveshift_seconds", "Time.", {0.1, 1, 10}).value();
  for (const double value : {0.05, 0.5, 0.6, 5.0, 50.0}) seconds->Observe({{"stage", "mix"}}, value);
  seconds->Observe({{"stage", "mix"}}, std::numeric_limits<double>::infinity());
  seconds->Observe({{"le", "mix"}}, 1);
  const std::string text = metrics.ExpositionText();
  EXPECT_THAT(text, HasSubstr("waveshift_seconds_bucket{stage=\"mix\",le=\"0.1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("waveshift_seconds_bucket{stage=\"mix\",le=\"1\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("waveshift_seconds_bucket{stage=\"mix\",le=\"+Inf\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("waveshift_seconds_count{stage=\"mix\"} 5\n"));
}

TEST(Metrics, WrongDeclarations) {
  Metrics metrics;
  for (const std::string name : {"", "1x", "a b", "a-b", "ü"}) {
    EXPECT_EQ(metrics.DeclareCounter(name, "").status().code(), StatusCode::kInvalidArgument) << name;
  }
  ASSERT_TRUE(metrics.DeclareCounter("a_total", "").ok());
  EXPECT_EQ(metrics.DeclareCounter("a_total", "").status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(metrics.DeclareGauge("a_total", "").status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(metrics.DeclareHistogram("h", "", {}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(metrics.DeclareHistogram("h", "", {1, 1}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(metrics.DeclareHistogram("h", "", {2, 1}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(metrics.DeclareHistogram("h", "", {1, 2}).ok());
}

TEST(Metrics, ManyThreadsCount) {
  Metrics metrics;
  Counter* counter = metrics.DeclareCounter("n_total", "").value();
  std::vector<std::jthread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 1000; ++i) counter->Add({{"kind", t % 2 == 0 ? "even" : "odd"}});
      EXPECT_FALSE(metrics.ExpositionText().empty());
    });
  }
  threads.clear();
  EXPECT_THAT(metrics.ExpositionText(), HasSubstr("n_total{kind=\"even\"} 4000\n"));
}

}  // namespace
}  // namespace waveshift::telemetry
