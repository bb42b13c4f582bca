// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/tensor_list.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tts/indextts/convert/release_test_tools.h"

namespace waveshift::tts::indextts {
namespace {

struct Counts {
  int64_t entries = 0;
  int64_t values = 0;
};

Counts CountRelease(const Architecture& architecture, Part part) {
  Counts counts;
  for (const TestTensor& tensor : ReleaseTensors(architecture, part)) {
    int64_t values = 1;
    for (const int64_t extent : tensor.shape) values *= extent;
    ++counts.entries;
    counts.values += values;
  }
  return counts;
}

const TensorSpec& SpecOf(const std::vector<TensorSpec>& specs, const std::string& source) {
  for (const TensorSpec& spec : specs) {
    if (spec.source == source) return spec;
  }
  ADD_FAILURE() << source;
  return specs.front();
}

// The numbers of entries and values that instantiating the published configurations gives.
TEST(TensorList, HasWhatThePublishedModelsHave) {
  const Counts gpt15 = CountRelease(ArchitectureOf15(), Part::kGpt);
  EXPECT_EQ(gpt15.entries, 511);
  EXPECT_EQ(gpt15.values, 585535115);
  const Counts vocoder15 = CountRelease(ArchitectureOf15(), Part::kVocoder);
  EXPECT_EQ(vocoder15.entries, 1029);
  EXPECT_EQ(vocoder15.values, 133947857);
  EXPECT_EQ(CountRelease(ArchitectureOf10(), Part::kGpt).entries, 463);
  EXPECT_EQ(CountRelease(ArchitectureOf10(), Part::kVocoder).entries, 1029);
}

TEST(TensorList, NamesAreUniqueAndFitTheFormat) {
  std::set<std::string> names;
  std::set<std::string> sources;
  for (const TensorSpec& spec : TensorList(ArchitectureOf15())) {
    EXPECT_TRUE(sources.insert(spec.source).second) << spec.source;
    EXPECT_EQ(spec.name.empty(), spec.treatment == Treatment::kDrop) << spec.source;
    if (spec.name.empty()) continue;
    EXPECT_TRUE(names.insert(spec.name).second) << spec.name;
    EXPECT_LE(spec.name.size(), ggml::kMaxTensorName) << spec.name;
    EXPECT_GE(spec.shape.size(), 1u) << spec.name;
    EXPECT_LE(spec.shape.size(), ggml::kMaxDimensions) << spec.name;
  }
}

TEST(TensorList, NoValueIsLostOrAdded) {
  const auto product = [](const std::vector<int64_t>& shape) {
    int64_t values = 1;
    for (const int64_t extent : shape) values *= extent;
    return values;
  };
  for (const TensorSpec& spec : TensorList(ArchitectureOf10())) {
    if (spec.treatment == Treatment::kDrop) continue;
    EXPECT_EQ(product(spec.shape), product(spec.source_shape)) << spec.source;
  }
}

TEST(TensorList, TreatmentsAreThoseOfTheLayers) {
  const std::vector<TensorSpec> specs = TensorList(ArchitectureOf15());
  const TensorSpec& qkv = SpecOf(specs, "gpt.h.23.attn.c_attn.weight");
  EXPECT_EQ(qkv.treatment, Treatment::kTranspose);
  EXPECT_EQ(qkv.source_shape, (std::vector<int64_t>{1280, 3840}));
  EXPECT_EQ(qkv.shape, (std::vector<int64_t>{3840, 1280}));
  EXPECT_EQ(qkv.role, Role::kGptMatrix);
  const TensorSpec& up = SpecOf(specs, "ups.0.0.weight");
  EXPECT_EQ(up.treatment, Treatment::kFoldWeightNorm);
  EXPECT_EQ(up.shape, (std::vector<int64_t>{1536, 768, 8}));
  EXPECT_EQ(SpecOf(specs, "mel_head.weight").role, Role::kEmbedding);
  EXPECT_EQ(SpecOf(specs, "text_head.weight").treatment, Treatment::kDrop);
  EXPECT_EQ(SpecOf(specs, "cond_layer.weight").shape, (std::vector<int64_t>{1536, 512}));
  EXPECT_EQ(SpecOf(specs, "conditioning_encoder.embed.out.0.weight").shape,
            (std::vector<int64_t>{512, 25088}));
  int kept_filters = 0;
  int filters = 0;
  for (const TensorSpec& spec : specs) {
    filters += IsFilter(spec) ? 1 : 0;
    kept_filters += IsFilter(spec) && spec.treatment != Treatment::kDrop ? 1 : 0;
  }
  EXPECT_EQ(filters, 2 * 109);
  EXPECT_EQ(kept_filters, 1);
}

TEST(Architecture, SizesThatDoNotFitAreNamed) {
  const auto refusal = [](auto change) {
    Architecture a = ArchitectureOf15();
    EXPECT_TRUE(CheckArchitecture(a).ok());
    change(&a);
    return Message(CheckArchitecture(a));
  };
  EXPECT_EQ(refusal([](auto* a) { a->gpt.heads = 7; }), "gpt.width: is no multiple of gpt.heads");
  EXPECT_EQ(refusal([](auto* a) { a->gpt.layers = 0; }), "gpt.layers: 0 is not from 1 to 256");
  EXPECT_EQ(refusal([](auto* a) { a->gpt.layers = 1LL << 40; }),
            "gpt.layers: 1099511627776 is not from 1 to 256");
  EXPECT_EQ(refusal([](auto* a) { a->gpt.stop_code = 9000; }).substr(0, 14), "gpt.start_code");
  EXPECT_EQ(refusal([](auto* a) { a->vocoder.rates = {}; }), "vocoder.rates: wants 1 to 16 numbers");
  EXPECT_EQ(refusal([](auto* a) { a->vocoder.rates[0] = 2; }),
            "vocoder.rates: their product must be gpt.samples_per_code");
  EXPECT_EQ(refusal([](auto* a) { a->vocoder.kernels[0] = 7; }).substr(0, 15), "vocoder.kernels");
  EXPECT_EQ(refusal([](auto* a) { a->vocoder.channels = 96; }).substr(0, 16), "vocoder.channels");
  EXPECT_EQ(refusal([](auto* a) { a->vocoder.block_kernels[1] = 8; }), "vocoder.block_kernels: must be odd");
  EXPECT_EQ(refusal([](auto* a) { a->speaker.channels = 100; }).substr(0, 16), "speaker.channels");
}

}  // namespace
}  // namespace waveshift::tts::indextts
