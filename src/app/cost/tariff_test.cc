// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cost/tariff.h"

#include <functional>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace waveshift::app {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

TEST(Tariff, TheOneThatShips) {
  const auto tariff = ParseTariff(BuiltInTariff(), "built-in");
  ASSERT_TRUE(tariff.ok()) << Message(tariff.status());
  EXPECT_EQ(tariff->cu_price.size(), 2u);
  EXPECT_EQ(tariff->cu_price.at("CNY").size(), 3u);
  EXPECT_DOUBLE_EQ(tariff->cu_per_call, 0.0075);
  for (const GpuType& gpu : tariff->gpus) {
    EXPECT_GT(gpu.gpu_memory_gb, 0) << gpu.type;
    EXPECT_FALSE(gpu.sizes.empty()) << gpu.type;
  }
  for (const auto& [key, source] : tariff->sources) EXPECT_THAT(source.date, HasSubstr("20")) << key;
}

TEST(Tariff, NamesTheFieldThatIsWrong) {
  const std::pair<std::function<void(Json&)>, const char*> cases[] = {
      {[](Json& t) { t = Json::array(); }, "must be an object"},
      {[](Json& t) { t.erase("cu_price"); }, "cu_price: is missing"},
      {[](Json& t) { t["cu_price"]["CNY"] = 3; }, "cu_price.CNY: must be a list"},
      {[](Json& t) { t["cu_price"]["CNY"][1]["up_to_cu"] = 5; }, "cu_price.CNY[1].up_to_cu"},
      {[](Json& t) { t["cu_price"]["CNY"][0]["price"] = -1; }, "cu_price.CNY[0].price"},
      {[](Json& t) { t["cu_factors"]["vcpu_s"] = "much"; }, "cu_factors.vcpu_s"},
      {[](Json& t) { t["sources"]["copy-2026"].erase("date"); }, "sources.copy-2026.date"},
      {[](Json& t) { t["sources"]["copy-2026"]["verified"] = 1; }, "sources.copy-2026.verified"},
      {[](Json& t) { t["sources"] = 1; }, "sources"},
      {[](Json& t) { t["gpus"] = Json::array(); }, "gpus: must be a list"},
      {[](Json& t) { t["gpus"][0]["factors"][0]["source"] = "hearsay"; }, "gpus[0].factors[0].source"},
      {[](Json& t) { t["gpus"][1]["sizes"] = Json::array(); }, "gpus[1].sizes"},
      {[](Json& t) { t["gpus"][1]["factors"] = 7; }, "gpus[1].factors"},
      {[](Json& t) { t["gpus"][0].erase("type"); }, "gpus[0].type"}};
  for (const auto& [change, where] : cases) {
    Json json = Json::parse(BuiltInTariff());
    change(json);
    const auto tariff = ParseTariff(json.dump(), "mine.json");
    EXPECT_EQ(tariff.status().code(), StatusCode::kInvalidArgument) << where;
    EXPECT_THAT(Message(tariff.status()), HasSubstr(where));
    EXPECT_THAT(Message(tariff.status()), HasSubstr("mine.json")) << where;
  }
  EXPECT_THAT(Message(ParseTariff("{", "mine.json").status()), HasSubstr("is no JSON"));
}

}  // namespace
}  // namespace waveshift::app
