// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/parity/parity.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tts/indextts/golden_model_test_tools.h"

namespace waveshift::tts::indextts {
namespace {

using testing::Contains;
using testing::HasSubstr;

class Parity : public testing::Test {
 protected:
  ParityReport Run(const std::string& folder, ggml::TensorType type = ggml::TensorType::kF32,
                   const ComputeDevice& device = TestComputeDevice()) {
    const auto model = LoadedModel::Load(GoldenModelPath(type), device.graphs()).value();
    auto golden = GoldenFolder::Open(folder).value();
    auto report = RunParity({*model, device, golden, {}}, [&](double share) { progress_.push_back(share); });
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : ParityReport();
  }
  static const ParityRow& RowOf(const ParityReport& report, const std::string& name) {
    static const ParityRow none;
    for (const ParityRow& row : report.rows) {
      if (row.name == name) return row;
    }
    ADD_FAILURE() << "no row " << name;
    return none;
  }
  // A copy of the golden folder that a test may change.
  std::string Copy() {
    std::filesystem::copy(kGoldenFolder, scratch_.path() + "/golden",
                          std::filesystem::copy_options::recursive);
    return scratch_.path() + "/golden";
  }
  ScratchDirectory scratch_ = ScratchDirectory::Make().value();
  std::vector<double> progress_;
};

TEST_F(Parity, TheGoldenModelIsWithinItsBounds) {
  const ParityReport report = Run(kGoldenFolder);
  EXPECT_TRUE(report.ok()) << ParityText(report);
  for (const char* name :
       {"audio_24k", "log_mel", "cond_subsampled", "cond_block_0", "cond_block_1", "cond_out",
        "perceiver_out", "ecapa_embedding", "resample_8000_out", "resample_48000_out"}) {
    const ParityRow& row = RowOf(report, name);
    EXPECT_EQ(row.tolerance, kTolerance32) << name;
    EXPECT_GT(row.scale, 0.01) << name;
    EXPECT_LT(row.error, 3e-5 * row.scale) << name;
  }
  EXPECT_EQ(RowOf(report, "gelu_erf_out").scale, 1);
  EXPECT_EQ(RowOf(report, "noise_check_uniform").error, 0);
  EXPECT_LT(RowOf(report, "snake_200_out").error, 1e-5);
  EXPECT_EQ(RowOf(report, "trace").cases, 34 * 6);
  EXPECT_LT(RowOf(report, "trace_scores").error, 1e-5 * RowOf(report, "trace_scores").scale);
  EXPECT_TRUE(report.not_compared.empty()) << report.not_compared.front();
  EXPECT_EQ(RowOf(report, "text.tokenize").cases, 44);
  EXPECT_TRUE(RowOf(report, "text.split").ok);
  EXPECT_EQ(progress_.back(), 1.0);
}

TEST_F(Parity, HalvesHaveTheBoundOfHalves) {
  const ParityReport report = Run(kGoldenFolder, ggml::TensorType::kF16);
  EXPECT_TRUE(report.ok()) << ParityText(report);
  EXPECT_EQ(RowOf(report, "cond_out").tolerance, kTolerance16);
  EXPECT_EQ(RowOf(report, "ecapa_embedding").tolerance, kTolerance16);
  EXPECT_EQ(RowOf(report, "log_mel").tolerance, kTolerance32);
  EXPECT_EQ(RowOf(report, "waveform").tolerance, kTolerance16);
}

TEST_F(Parity, QuantisedModelsHaveBoundsOfTheirOwn) {
  for (const auto& [type, tolerance] :
       {std::pair(ggml::TensorType::kQ8_0, kTolerance8), std::pair(ggml::TensorType::kQ4_K, kTolerance4)}) {
    const ParityReport report = Run(kGoldenFolder, type);
    EXPECT_TRUE(report.ok()) << ParityText(report);
    EXPECT_EQ(RowOf(report, "forced_logits").tolerance, tolerance);
    EXPECT_GT(RowOf(report, "forced_logits").error, 1e-3);
    EXPECT_EQ(RowOf(report, "cond_out").tolerance, kTolerance16);
  }
}

// GPT and vocoder by our own kernels there, the rest by ggml where its library is there, else here.
TEST_F(Parity, CudaComputesTheReferencesNumbers) {
  const auto device = ComputeDevice::Open({.kind = ggml::DeviceKind::kCuda, .threads = 1});
  if (!device.ok()) GTEST_SKIP() << "wants a build with CUDA and its device: " << Message(device.status());
  for (const auto type : {ggml::TensorType::kF32, ggml::TensorType::kF16}) {
    const ParityReport report = Run(kGoldenFolder, type, **device);
    EXPECT_TRUE(report.ok()) << ParityText(report);
    EXPECT_EQ(RowOf(report, "waveform").tolerance,
              type == ggml::TensorType::kF32 ? kTolerance32 : kTolerance16);
  }
}

TEST_F(Parity, EveryDifferenceIsFound) {
  const std::string folder = Copy();
  // Tensors of another model.
  const std::string tensors = folder + "/tensors/";
  std::filesystem::copy_file(tensors + "cond_block_0.npy", tensors + "cond_block_1.npy",
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::copy_file(tensors + "latents.npy", tensors + "ecapa_embedding.npy",
                             std::filesystem::copy_options::overwrite_existing);
  std::filesystem::remove(tensors + "perceiver_out.npy");
  std::string cases = ReadFile(folder + "/cases.json", 1 << 20).value();
  nlohmann::json json = nlohmann::json::parse(cases);
  json["text"]["tokenize"][3]["ids"][0] = 77;
  json["text"]["split"][0]["max"] = "four";
  ASSERT_TRUE(WriteFileAtomic(folder + "/cases.json", json.dump()).ok());

  const ParityReport report = Run(folder);
  EXPECT_FALSE(report.ok());
  EXPECT_FALSE(RowOf(report, "cond_block_1").ok);
  EXPECT_TRUE(RowOf(report, "cond_block_0").ok);
  EXPECT_THAT(RowOf(report, "ecapa_embedding").note, HasSubstr("[13, 64]"));
  EXPECT_THAT(RowOf(report, "perceiver_out").note, HasSubstr("perceiver_out.npy"));
  EXPECT_FALSE(RowOf(report, "perceiver_out").ok);
  ASSERT_EQ(RowOf(report, "text.tokenize").different.size(), 1u);
  EXPECT_TRUE(RowOf(report, "text.tokenize").different[0].starts_with("3: "));
  EXPECT_EQ(RowOf(report, "text.split").different.size(), 1u);
  size_t wrong = 0;
  for (const ParityRow& row : report.rows) wrong += row.ok ? 0 : 1;
  // Those five, and what is computed from the two tensors that are wrong: logits, two pairs of latents, the
  // waveform, the codes of every search and of whole calls, the search step by step.
  EXPECT_EQ(wrong, 12u);
  EXPECT_THAT(ParityText(report), HasSubstr("FAILED 1 of 44 differ, first: 3: "));
}

TEST_F(Parity, OutputForProgramsAndPeople) {
  ParityReport report;
  EXPECT_FALSE(report.ok());
  report.rows.push_back({.name = "a", .error = 1e-5, .scale = 2, .tolerance = 1e-4, .ok = true});
  report.rows.push_back({.name = "longer", .cases = 3, .different = {"1: x\xff"}});
  report.rows.push_back({.name = "b", .note = "missing"});
  report.not_compared = {"c"};
  EXPECT_EQ(ParityText(report),
            "a       ok     error 5.00e-06, at most 1.00e-04, scale 2.00e+00\n"
            "longer  FAILED 1 of 3 differ, first: 1: x\xff\n"
            "b       FAILED missing\n"
            "1 of 3 within their bounds; not compared: 1 tensors\n");
  const auto json = nlohmann::json::parse(ParityJson(report));
  EXPECT_EQ(json["ok"], false);
  EXPECT_EQ(json["rows"][0]["relative_error"], 5e-6);
  EXPECT_EQ(json["rows"][1]["different"].size(), 1u);
  EXPECT_EQ(json["rows"][2]["note"], "missing");
  EXPECT_EQ(json["not_compared"][0], "c");
}

TEST_F(Parity, FoldersThatAreNone) {
  EXPECT_EQ(GoldenFolder::Open(scratch_.path()).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(WriteFileAtomic(scratch_.path() + "/cases.json", "[]").ok());
  EXPECT_EQ(GoldenFolder::Open(scratch_.path()).status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(MakeDirectories(scratch_.path() + "/tensors").ok());
  auto golden = GoldenFolder::Open(scratch_.path());
  ASSERT_TRUE(golden.ok()) << golden.status();
  const auto model = GoldenModel(ggml::TensorType::kF32);
  EXPECT_EQ(RunParity({*model, TestComputeDevice(), *golden, {}}, nullptr).status().code(),
            StatusCode::kInvalidArgument);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(RunParity({*model, TestComputeDevice(), *golden, stop.get_token()}, nullptr).status().code(),
            StatusCode::kCancelled);
}

TEST_F(Parity, ValuesThatAreNoNumbersAreWrong) {
  auto golden = GoldenFolder::Open(kGoldenFolder).value();
  std::vector<float> found = golden.Floats("ecapa_embedding").value();
  EXPECT_TRUE(CompareTensor(&golden, "ecapa_embedding", found, {16}, 1e-6).ok);
  found[3] = std::nanf("");
  EXPECT_FALSE(CompareTensor(&golden, "ecapa_embedding", found, {16}, 1e9).ok);
  EXPECT_EQ(golden.Ints("text_ids").value().size(), 12u);
  EXPECT_EQ(golden.Ints("log_mel").status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(golden.Unused(), Contains("waveform"));
  EXPECT_THAT(golden.Unused(), testing::Not(Contains("text_ids")));
}

}  // namespace
}  // namespace waveshift::tts::indextts
