// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/gpt/network.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <gtest/gtest.h>

#include "tts/indextts/gpt/golden_gpt_test_tools.h"

namespace waveshift::tts::indextts {
namespace {

using ggml::TensorType;
using Values = std::vector<float>;
using Cells = std::vector<int32_t>;

Cells Range(int32_t first, int64_t count) {
  Cells cells(static_cast<size_t>(count));
  std::iota(cells.begin(), cells.end(), first);
  return cells;
}

class NetworkBase : public testing::Test {
 protected:
  void Use(NetworkKind kind, TensorType type, TensorType cell_type = TensorType::kF32) {
    model_ = &Golden(type);
    network_ = model_->Network(kind, 512, cell_type);
  }
  int64_t Width() const { return model_->architecture.gpt.width; }

  // Rows that follow each other behind what `seen` has; they get the next cells.
  Values Run(const Values& inputs, NetworkStep::Want want, int64_t values, Cells* seen) {
    const auto rows = static_cast<int64_t>(inputs.size()) / Width();
    const Cells own = Range(next_cell_, rows);
    next_cell_ += static_cast<int32_t>(rows);
    seen->insert(seen->end(), own.begin(), own.end());
    const NetworkStep::Group group = {.cells = *seen, .sees = {}};
    Values result(static_cast<size_t>(values));
    const Status status = network_->Compute(
        {.rows = rows, .inputs = inputs, .groups = std::span(&group, 1), .want = want}, result, {});
    EXPECT_TRUE(status.ok()) << status;
    return result;
  }
  // Voice and text of the golden prefix.
  Values Prefix() const {
    Values rows = GoldenFloats("perceiver_out");
    const Values text = model_->embedder->TextRows(GoldenInts("text_ids")).value();
    rows.insert(rows.end(), text.begin(), text.end());
    return rows;
  }
  Values CodeRow(int32_t code, int64_t position) const {
    Values row(static_cast<size_t>(Width()));
    model_->embedder->CodeRow(code, position, row);
    return row;
  }
  Values Begin(Cells* seen) {
    Values inputs = Prefix();
    const Values start = CodeRow(64, 0);
    inputs.insert(inputs.end(), start.begin(), start.end());
    return Run(inputs, NetworkStep::Want::kLastLogits, 66, seen);
  }
  Values Forced(Cells* seen) {
    Values all;
    int64_t position = 2;
    for (const int32_t code : GoldenInts("forced_codes")) {
      const Values logits = Run(CodeRow(code, position++), NetworkStep::Want::kAllLogits, 66, seen);
      all.insert(all.end(), logits.begin(), logits.end());
    }
    return all;
  }
  // The second pass in one piece, or behind the prefix that is there already.
  Values Latents(const std::string& prefix, bool prefix_first) {
    Values inputs = GoldenFloats("perceiver_out");
    const Values text =
        model_->embedder->TextRows(GoldenInts(prefix == "latents" ? "text_ids" : prefix + "_text_ids"))
            .value();
    inputs.insert(inputs.end(), text.begin(), text.end());
    Cells seen;
    if (prefix_first) {
      Run(inputs, NetworkStep::Want::kCells, 0, &seen);
      inputs.clear();
    }
    const Cells codes = GoldenInts(prefix == "latents" ? "codes" : prefix + "_codes");
    for (size_t i = 0; i < codes.size(); ++i) {
      const Values row = CodeRow(i == 0 ? 64 : codes[i - 1], static_cast<int64_t>(i));
      inputs.insert(inputs.end(), row.begin(), row.end());
    }
    Values hidden = Run(inputs, NetworkStep::Want::kHidden, static_cast<int64_t>(inputs.size()), &seen);
    hidden.erase(hidden.begin(), hidden.end() - static_cast<std::ptrdiff_t>(codes.size()) *
                                                    static_cast<std::ptrdiff_t>(Width()));
    return hidden;
  }
  void ExpectGolden(double bound) {
    Cells seen;
    EXPECT_LT(RelativeError(Begin(&seen), GoldenFloats("prefill_logits")), bound);
    EXPECT_LT(RelativeError(Forced(&seen), GoldenFloats("forced_logits")), bound);
    for (const bool prefix_first : {false, true}) {
      EXPECT_LT(RelativeError(Latents("latents", prefix_first), GoldenFloats("latents")), bound);
      EXPECT_LT(RelativeError(Latents("latents2", prefix_first), GoldenFloats("latents2")), bound);
    }
  }

  const GoldenModel* model_ = nullptr;
  std::unique_ptr<GptNetwork> network_;
  int32_t next_cell_ = 0;
};

class Network : public NetworkBase, public testing::WithParamInterface<NetworkKind> {
 protected:
  void SetUp() override { WS_SKIP_WITHOUT(GetParam()); }
};

TEST_P(Network, PrefixIsTheReferences) {
  Use(GetParam(), TensorType::kF32);
  EXPECT_LT(RelativeError(Prefix(), GoldenFloats("prefix_emb")), 1e-6);
}

TEST_P(Network, ComputesTheReferencesNumbersInF32) {
  Use(GetParam(), TensorType::kF32);
  ExpectGolden(1e-5);
}

TEST_P(Network, ComputesTheReferencesNumbersInF16) {
  Use(GetParam(), TensorType::kF16, TensorType::kF16);
  ExpectGolden(2e-2);
}

// Eight bits for a matrix of 64 x 64 values: far from what 1280 x 1280 average out.
TEST_P(Network, ComputesNearlyTheReferencesNumbersInQ8) {
  Use(GetParam(), TensorType::kQ8_0, TensorType::kF16);
  ExpectGolden(5e-2);
}

// Only the rows of 256 values are in four bits, the others in eight.
TEST_P(Network, ComputesAboutTheReferencesNumbersInQ4) {
  Use(GetParam(), TensorType::kQ4_K, TensorType::kF16);
  ExpectGolden(1e-1);
}

// A line's beams, with cells of their own behind a prefix.
struct Line {
  Cells cells;
  std::vector<uint32_t> sees;
  Values inputs;
};

class Batches : public NetworkBase, public testing::WithParamInterface<std::tuple<NetworkKind, TensorType>> {
 protected:
  void SetUp() override { WS_SKIP_WITHOUT(std::get<0>(GetParam())); }
  Line MakeLine(int64_t prefix_rows, size_t beams, int seed) {
    Line line;
    Values prefix = Prefix();
    prefix.resize(static_cast<size_t>(prefix_rows * Width()));
    Run(prefix, NetworkStep::Want::kCells, 0, &line.cells);
    line.sees.assign(line.cells.size(), 0xffffffff);
    for (size_t step = 0; step < 2; ++step) {
      for (size_t beam = 0; beam < beams; ++beam) {
        line.cells.push_back(next_cell_++);
        line.sees.push_back(1u << beam);
      }
    }
    for (size_t i = 0; i < beams; ++i) {
      const Values row = CodeRow(static_cast<int32_t>((7 * i + static_cast<size_t>(seed)) % 64), 3);
      line.inputs.insert(line.inputs.end(), row.begin(), row.end());
    }
    return line;
  }
  Values Decode(const std::vector<const Line*>& lines, size_t beams) {
    Values inputs;
    std::vector<NetworkStep::Group> groups;
    for (const Line* line : lines) {
      inputs.insert(inputs.end(), line->inputs.begin(), line->inputs.end());
      groups.push_back({line->cells, line->sees});
    }
    Values logits(lines.size() * beams * 66);
    EXPECT_TRUE(network_
                    ->Compute({.rows = static_cast<int64_t>(beams),
                               .inputs = inputs,
                               .groups = groups,
                               .want = NetworkStep::Want::kAllLogits},
                              logits, {})
                    .ok());
    return logits;
  }
};

// Not a bit of a line's logits depends on who else is computed, nor on how long the others are.
TEST_P(Batches, ALineDoesNotDependOnOthers) {
  Use(std::get<0>(GetParam()), std::get<1>(GetParam()), TensorType::kF16);
  for (const size_t beams : {size_t{1}, size_t{2}, size_t{3}, size_t{5}}) {
    next_cell_ = 0;
    std::vector<Line> lines;
    for (int i = 0; i < 6; ++i) lines.push_back(MakeLine(i % 2 == 0 ? 20 : 46, beams, i));
    Line& longest = lines.back();  // past the first block of cells
    longest.cells.insert(longest.cells.begin(), 40, longest.cells.front());
    longest.sees.insert(longest.sees.begin(), 40, 0xffffffff);
    std::vector<const Line*> all;
    for (const Line& line : lines) all.push_back(&line);
    const Values together = Decode(all, beams);
    for (size_t count = 1; count <= lines.size(); ++count) {
      const Values some = Decode({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)}, beams);
      EXPECT_EQ(some, Values(together.begin(), together.begin() + static_cast<std::ptrdiff_t>(some.size())))
          << beams << " beams, " << count << " lines";
    }
  }
}

constexpr NetworkKind kKinds[] = {NetworkKind::kCpu, NetworkKind::kGgml, NetworkKind::kCuda};

INSTANTIATE_TEST_SUITE_P(Kinds, Batches,
                         testing::Combine(testing::ValuesIn(kKinds),
                                          testing::Values(TensorType::kF32, TensorType::kF16,
                                                          TensorType::kQ8_0)),
                         [](const auto& each) {
                           return KindName(std::get<0>(each.param)) + "_" +
                                  std::string(ggml::TypeName(std::get<1>(each.param)));
                         });
INSTANTIATE_TEST_SUITE_P(Kinds, Network, testing::ValuesIn(kKinds),
                         [](const auto& each) { return KindName(each.param); });

// Beams that see the same cells get the same as rows of lines of their own.
TEST_P(Network, BeamsSeeTheirOwnCellsOnly) {
  Use(GetParam(), TensorType::kF32);
  Cells prefix;
  Begin(&prefix);
  std::vector<Values> alone;
  for (const int32_t code : {3, 17}) {
    Cells seen = prefix;
    Run(CodeRow(code, 2), NetworkStep::Want::kCells, 0, &seen);
    alone.push_back(Run(CodeRow(code + 1, 3), NetworkStep::Want::kAllLogits, 66, &seen));
  }
  Cells cells = prefix;
  std::vector<uint32_t> sees(prefix.size(), 0xffffffff);
  Values logits(2 * 66);
  for (const int32_t step : {0, 1}) {
    Values inputs = CodeRow(3 + step, 2 + step);
    const Values second = CodeRow(17 + step, 2 + step);
    inputs.insert(inputs.end(), second.begin(), second.end());
    for (const uint32_t bit : {1u, 2u}) {
      cells.push_back(next_cell_++);
      sees.push_back(bit);
    }
    const NetworkStep::Group group = {cells, sees};
    ASSERT_TRUE(network_
                    ->Compute({.rows = 2,
                               .inputs = inputs,
                               .groups = std::span(&group, 1),
                               .want = NetworkStep::Want::kAllLogits},
                              logits, {})
                    .ok());
  }
  // Our own kernels: to the bit, wherever the cells lie.
  if (GetParam() != NetworkKind::kGgml) {
    EXPECT_EQ(Values(logits.begin(), logits.begin() + 66), alone[0]);
    EXPECT_EQ(Values(logits.begin() + 66, logits.end()), alone[1]);
  }
  EXPECT_LT(RelativeError(Values(logits.begin(), logits.begin() + 66), alone[0]), 1e-5);
  EXPECT_LT(RelativeError(Values(logits.begin() + 66, logits.end()), alone[1]), 1e-5);
}

TEST_P(Network, StopsWhenAsked) {
  Use(GetParam(), TensorType::kF32);
  std::stop_source stop;
  stop.request_stop();
  const Cells cells = {0};
  const NetworkStep::Group group = {.cells = cells, .sees = {}};
  const Values inputs(static_cast<size_t>(Width()));
  const Status status = network_->Compute(
      {.rows = 1, .inputs = inputs, .groups = std::span(&group, 1), .want = NetworkStep::Want::kCells}, {},
      stop.get_token());
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
}

// As many threads as there are, and twice as many: the same bits.
TEST(CpuNetwork, ThreadsDoNotMatter) {
  const GoldenModel& model = Golden(TensorType::kQ8_0);
  Cells cells = Range(0, 46);
  const NetworkStep::Group group = {.cells = cells, .sees = {}};
  Values inputs = GoldenFloats("prefix_emb");
  std::vector<Values> found;
  for (const int threads : {1, 2, 5}) {
    const auto network = MakeCpuNetwork(model.file, model.architecture.gpt, threads, {.cells = 50}).value();
    found.emplace_back(inputs.size());
    ASSERT_TRUE(network
                    ->Compute({.rows = 46,
                               .inputs = inputs,
                               .groups = std::span(&group, 1),
                               .want = NetworkStep::Want::kHidden},
                              found.back(), {})
                    .ok());
    EXPECT_EQ(found.back(), found.front());
  }
}

TEST(MakeNetwork, TakesOurOwnKernelsOnTheProcessor) {
  const GoldenModel& model = Golden(TensorType::kF32);
  const auto device = ComputeDevice::Open({.kind = ggml::DeviceKind::kCpu, .threads = 1}).value();
  const auto network =
      MakeNetwork(model.file, *model.weights, *device, model.architecture.gpt, {.cells = 7}).value();
  EXPECT_EQ(network->cells(), 7);
  // A head of 48 values has no kernel; ggml computes it.
  GptSizes sizes = model.architecture.gpt;
  sizes.width = 96;
  sizes.heads = 2;
  EXPECT_EQ(MakeCpuNetwork(model.file, sizes, 1, {.cells = 7}).status().code(), StatusCode::kUnimplemented);
  EXPECT_TRUE(MakeNetwork(model.file, *model.weights, *device, sizes, {.cells = 7}).ok());
}

TEST(Embedder, SaysWhatItCannotRead) {
  const GoldenModel& model = Golden(TensorType::kF32);
  EXPECT_EQ(Message(model.embedder->TextRows(Cells{5, 200}).status()),
            "text token 200 is not in the model's vocabulary");
  EXPECT_EQ(Message(model.embedder->TextRows(Cells{-1}).status()),
            "text token -1 is not in the model's vocabulary");
  EXPECT_EQ(Message(model.embedder->TextRows(Cells(61, 5)).status()),
            "a sentence has 61 tokens, the model can read 60");
  EXPECT_EQ(model.embedder->TextRows(Cells(60, 5)).value().size(), 62u * 64u);
}

}  // namespace
}  // namespace waveshift::tts::indextts
