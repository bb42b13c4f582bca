// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/vocoder/vocoder_stream.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

#include "base/files.h"
#include "tts/indextts/convert/converter.h"
#include "tts/indextts/convert/golden_test_tools.h"
#include "tts/indextts/parity/npy.h"

namespace waveshift::tts::indextts {
namespace {

using cpu::ConvolutionMethod;
using cpu::Isa;
using ggml::TensorType;

std::vector<float> GoldenValues(const std::string& name) {
  const auto array = ReadNpy(WAVESHIFT_SOURCE_DIR "/tests/golden/indextts/tensors/" + name + ".npy");
  EXPECT_TRUE(array.ok()) << array.status();
  return array.ok() ? std::get<std::vector<float>>(array->values) : std::vector<float>();
}

// The golden release converted with this type of weights, once per program.
const ggml::GgufFile& Model(TensorType type) {
  struct Made {
    ScratchDirectory folder = ScratchDirectory::Make().value();
    std::map<TensorType, std::shared_ptr<const ggml::GgufFile>> files;
  };
  static Made* const made = new Made;
  std::shared_ptr<const ggml::GgufFile>& file = made->files[type];
  if (file == nullptr) {
    const std::string release = made->folder.path() + "/release";
    const std::string model = made->folder.path() + "/model" + std::to_string(made->files.size()) + ".gguf";
    EXPECT_TRUE(CopyGoldenRelease(release).ok());
    EXPECT_TRUE(Convert(release, model, {.gpt_type = type, .other_type = type}).ok());
    file = ggml::GgufFile::Open(model).value();
  }
  return *file;
}

std::shared_ptr<const Vocoder> LoadVocoder(TensorType type, const VocoderOptions& options) {
  auto vocoder = Vocoder::Load(Model(type), options);
  EXPECT_TRUE(vocoder.ok()) << vocoder.status();
  return *std::move(vocoder);
}

std::shared_ptr<const VocoderVoice> GoldenVoice(const Vocoder& vocoder) {
  auto voice = vocoder.MakeVoice(GoldenValues("ecapa_embedding"));
  EXPECT_TRUE(voice.ok()) << voice.status();
  return *std::move(voice);
}

// Latents of the size that the golden ones have.
std::vector<float> Latents(const Vocoder& vocoder, int64_t codes) {
  std::vector<float> latents;
  for (int64_t i = 0; i < codes * vocoder.latent_width(); ++i) {
    latents.push_back(2 * std::sin(static_cast<float>((i * i) % 7919)));
  }
  return latents;
}

std::vector<float> Speak(const std::shared_ptr<const Vocoder>& vocoder, const std::vector<float>& latents,
                         VocoderStreamOptions options) {
  VocoderStream stream(vocoder, std::move(options));
  std::vector<float> samples;
  const Status status = stream.Speak(
      GoldenVoice(*vocoder), latents,
      [&](std::span<const float> piece) { samples.insert(samples.end(), piece.begin(), piece.end()); }, {});
  EXPECT_TRUE(status.ok()) << status;
  return samples;
}

double Difference(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return INFINITY;
  float most = 0;
  for (size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

double Scale(const std::vector<float>& a) {
  float most = 0;
  for (const float v : a) most = std::max(most, std::abs(v));
  return most;
}

// Everything that the layers made, as the golden files have it: [channel, row].
class Collector {
 public:
  VocoderTap Tap() {
    return [this](const VocoderRows& rows) {
      std::vector<std::vector<float>>& channels = values_[rows.name];
      channels.resize(static_cast<size_t>(rows.channels));
      for (size_t c = 0; c < channels.size(); ++c) {
        EXPECT_EQ(static_cast<int64_t>(channels[c].size()), rows.first_row) << rows.name;
        for (int64_t r = 0; r < rows.rows; ++r) {
          channels[c].push_back(rows.values[r * rows.step + static_cast<int64_t>(c)]);
        }
      }
    };
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    for (const auto& [name, values] : values_) names.push_back(name);
    return names;
  }
  std::vector<float> Values(const std::string& name) const {
    std::vector<float> all;
    for (const std::vector<float>& channel : values_.at(name))
      all.insert(all.end(), channel.begin(), channel.end());
    return all;
  }

 private:
  std::map<std::string, std::vector<std::vector<float>>> values_;
};

// The largest error of any tensor, relative to the tensor's scale.
double WorstError(TensorType type, Isa isa, ConvolutionMethod method, const VocoderStreamOptions& options) {
  const auto vocoder = LoadVocoder(type, {.isa = isa, .method = method});
  Collector collector;
  VocoderStreamOptions with_tap = options;
  with_tap.tap = collector.Tap();
  const std::vector<float> samples = Speak(vocoder, GoldenValues("latents"), with_tap);
  EXPECT_EQ(samples, collector.Values("waveform"));
  EXPECT_EQ(collector.Names().size(), 2u + 12u + 18u + 3u);
  double worst = 0;
  for (const std::string& name : collector.Names()) {
    const std::vector<float> wanted = GoldenValues(name == "waveform" ? name : "voc_" + name);
    const double error = Difference(collector.Values(name), wanted) / Scale(wanted);
    EXPECT_TRUE(std::isfinite(error)) << name;
    worst = std::max(worst, error);
  }
  return worst;
}

class VocoderParity : public testing::TestWithParam<std::tuple<Isa, ConvolutionMethod>> {};

TEST_P(VocoderParity, EveryLayerIsTheReferences) {
  const auto [isa, method] = GetParam();
  const double whole = WorstError(TensorType::kF32, isa, method, {});
  EXPECT_LT(whole, 3e-5);
  RecordProperty("error", std::to_string(whole));
  // In pieces of one code, with two threads and small blocks.
  EXPECT_LT(
      WorstError(TensorType::kF32, isa, method, {.threads = 2, .codes_of_piece = 1, .bytes_of_block = 4096}),
      3e-5);
}

TEST_P(VocoderParity, HalfPrecisionWeightsAreNear) {
  const auto [isa, method] = GetParam();
  const double error = WorstError(TensorType::kF16, isa, method, {});
  RecordProperty("error", std::to_string(error));
  EXPECT_LT(error, 2e-2);
  EXPECT_GT(error, 1e-6);  // the weights are different ones
}

// 16-bit weights are inaudible: the noise that they add lies 50 dB and more below the sound.
TEST(VocoderStreamTest, HalfPrecisionWeightsAddNoNoise) {
  const std::vector<float> wanted = GoldenValues("waveform");
  const std::vector<float> got =
      Speak(LoadVocoder(TensorType::kF16, {}), GoldenValues("latents"), {.threads = 1});
  ASSERT_EQ(got.size(), wanted.size());
  double signal = 0;
  double noise = 0;
  for (size_t i = 0; i < got.size(); ++i) {
    signal += std::pow(static_cast<double>(wanted[i]), 2);
    noise += std::pow(static_cast<double>(got[i]) - static_cast<double>(wanted[i]), 2);
  }
  const double decibels = 10 * std::log10(signal / noise);
  RecordProperty("decibels", std::to_string(decibels));
  EXPECT_GT(decibels, 50);
}

// Where the instructions have 16-bit floats; elsewhere they are kept in 32 bits.
TEST(VocoderStreamTest, WeightsOf16BitsTakeHalfTheMemory) {
  for (const Isa isa : cpu::AvailableIsas()) {
    const auto half = LoadVocoder(TensorType::kF16, {.isa = isa, .method = ConvolutionMethod::kFourier32});
    const auto full =
        LoadVocoder(TensorType::kF16,
                    {.isa = isa, .method = ConvolutionMethod::kFourier32, .weights = cpu::WeightType::kF32});
    const double share = static_cast<double>(half->bytes()) / static_cast<double>(full->bytes());
    if (isa == Isa::kBaseline) {
      EXPECT_EQ(share, 1);
    } else {
      EXPECT_LT(share, 0.6) << cpu::IsaName(isa);
    }
  }
}

std::string CaseName(const testing::TestParamInfo<std::tuple<Isa, ConvolutionMethod>>& param) {
  static constexpr const char* kNames[] = {"auto", "direct", "toom", "fourier16", "fourier32"};
  return std::string(cpu::IsaName(std::get<0>(param.param))) + "_" +
         kNames[static_cast<size_t>(std::get<1>(param.param))];
}

INSTANTIATE_TEST_SUITE_P(
    Isas, VocoderParity,
    testing::Combine(testing::ValuesIn(cpu::AvailableIsas()),
                     testing::Values(ConvolutionMethod::kAuto, ConvolutionMethod::kDirect,
                                     ConvolutionMethod::kToom, ConvolutionMethod::kFourier16,
                                     ConvolutionMethod::kFourier32)),
    CaseName);

TEST(VocoderStreamTest, PiecesMakeTheSameAsTheWhole) {
  for (const ConvolutionMethod method : {ConvolutionMethod::kDirect, ConvolutionMethod::kAuto}) {
    const auto vocoder = LoadVocoder(TensorType::kF32, {.method = method});
    for (const int64_t codes : {1, 2, 7, 120}) {
      const std::vector<float> latents = Latents(*vocoder, codes);
      const std::vector<float> whole =
          Speak(vocoder, latents, {.threads = 1, .codes_of_piece = 1000, .bytes_of_block = 1 << 30});
      ASSERT_EQ(static_cast<int64_t>(whole.size()), 1024 * codes);
      for (const int64_t piece : {1, 7, 50}) {
        const std::vector<float> pieces =
            Speak(vocoder, latents, {.threads = 2, .codes_of_piece = piece, .bytes_of_block = 10000 * piece});
        // Without fast algorithms each sum has one order, wherever its piece begins.
        const double allowed = method == ConvolutionMethod::kDirect ? 0 : 1e-5 * Scale(whole);
        EXPECT_LE(Difference(pieces, whole), allowed) << codes << " codes in pieces of " << piece;
      }
    }
  }
}

TEST(VocoderStreamTest, LatentsMayComeInAnySteps) {
  const auto vocoder = LoadVocoder(TensorType::kF32, {.method = ConvolutionMethod::kDirect});
  const std::vector<float> latents = Latents(*vocoder, 90);
  const std::vector<float> wanted = Speak(vocoder, latents, {});
  VocoderStream stream(vocoder, {.threads = 1});
  std::vector<float> samples;
  const SampleSink sink = [&](std::span<const float> piece) {
    samples.insert(samples.end(), piece.begin(), piece.end());
  };
  stream.Begin(GoldenVoice(*vocoder));
  const auto width = static_cast<size_t>(vocoder->latent_width());
  size_t codes = 0;
  for (const size_t step : {1, 0, 39, 2, 40, 8}) {
    ASSERT_TRUE(stream.Push(std::span(latents).subspan(codes * width, step * width), sink, {}).ok());
    codes += step;
    // What the last codes can still change waits, and no more.
    EXPECT_GE(samples.size() / 1024 + 38, codes);
  }
  EXPECT_LT(samples.size(), wanted.size());
  EXPECT_GT(samples.size(), wanted.size() / 2);
  ASSERT_TRUE(stream.Finish(sink, {}).ok());
  EXPECT_EQ(samples, wanted);
}

TEST(VocoderStreamTest, MemoryDoesNotGrowWithTheSequence) {
  const auto vocoder = LoadVocoder(TensorType::kF32, {});
  const auto voice = GoldenVoice(*vocoder);
  const auto memory_after = [&](int64_t codes) {
    VocoderStream stream(vocoder, {.threads = 1, .codes_of_piece = 8, .bytes_of_block = 1 << 16});
    EXPECT_TRUE(stream.Speak(voice, Latents(*vocoder, codes), [](std::span<const float>) {}, {}).ok());
    return stream.memory_bytes();
  };
  const int64_t after_long = memory_after(800);
  EXPECT_LE(after_long, memory_after(80));
  EXPECT_LT(after_long, 8 << 20);
}

TEST(VocoderStreamTest, ManyStreamsShareOneVocoder) {
  const auto vocoder = LoadVocoder(TensorType::kF32, {});
  const std::vector<float> latents = Latents(*vocoder, 40);
  const VocoderStreamOptions options = {.threads = 2, .codes_of_piece = 16};
  const std::vector<float> wanted = Speak(vocoder, latents, options);
  std::vector<std::vector<float>> made(4);
  {
    std::vector<std::jthread> threads;
    for (std::vector<float>& samples : made) {
      threads.emplace_back([&] { samples = Speak(vocoder, latents, options); });
    }
  }
  for (const std::vector<float>& samples : made) EXPECT_EQ(samples, wanted);
}

TEST(VocoderStreamTest, VoicesSoundDifferentAndOneStreamSpeaksBoth) {
  const auto vocoder = LoadVocoder(TensorType::kF32, {.method = ConvolutionMethod::kDirect});
  const std::vector<float> latents = Latents(*vocoder, 3);
  std::vector<float> embedding = GoldenValues("ecapa_embedding");
  const auto first = GoldenVoice(*vocoder);
  for (float& v : embedding) v = -v;
  const auto second = vocoder->MakeVoice(embedding).value();
  VocoderStream stream(vocoder, {.threads = 1});
  const auto speak = [&](const std::shared_ptr<const VocoderVoice>& voice) {
    std::vector<float> samples;
    EXPECT_TRUE(
        stream.Speak(voice, latents, [&](auto piece) { samples.assign(piece.begin(), piece.end()); }, {})
            .ok());
    return samples;
  };
  const std::vector<float> a = speak(first);
  const std::vector<float> b = speak(second);
  EXPECT_GT(Difference(a, b), 0.01 * Scale(a));
  EXPECT_EQ(speak(first), a);
}

TEST(VocoderStreamTest, StopsBetweenBlocksAndGoesOnAfterwards) {
  const auto vocoder = LoadVocoder(TensorType::kF32, {});
  const std::vector<float> latents = Latents(*vocoder, 200);
  VocoderStream stream(vocoder, {.threads = 1, .codes_of_piece = 10});
  const auto voice = GoldenVoice(*vocoder);
  std::stop_source stop;
  size_t samples = 0;
  const SampleSink sink = [&](std::span<const float> piece) {
    samples += piece.size();
    stop.request_stop();
  };
  EXPECT_EQ(stream.Speak(voice, latents, sink, stop.get_token()).code(), StatusCode::kCancelled);
  EXPECT_GT(samples, 0u);
  EXPECT_LT(samples, 1024u * 100);
  EXPECT_EQ(stream.Finish(sink, {}).code(), StatusCode::kFailedPrecondition);
  samples = 0;
  EXPECT_TRUE(stream.Speak(voice, latents, sink, {}).ok());
  EXPECT_EQ(samples, 1024u * 200);
}

// A copy of the golden model in which one weight's bytes are others.
TEST(VocoderStreamTest, SaysWhichWeightIsNotFinite) {
  for (const TensorType type : {TensorType::kF32, TensorType::kF16}) {
    const std::string path = Model(type).name();
    for (const std::string name : {"vocoder.conv_in.weight", "vocoder.up.1.weight",
                                   "vocoder.blocks.4.conv_b.2.weight", "vocoder.conv_out.bias"}) {
      std::string bytes = ReadFile(path, int64_t{1} << 30).value();
      const ggml::StoredTensor& tensor = *Model(type).FindTensor(name);
      const bool half = tensor.type == TensorType::kF16;
      const std::string infinite = half ? std::string("\x00\xFC", 2) : std::string("\x00\x00\x80\xFF", 4);
      const size_t last = static_cast<size_t>(tensor.offset) + tensor.bytes.size() - infinite.size();
      bytes.replace(last, infinite.size(), infinite);
      const auto file = ggml::GgufFile::Parse(bytes, "broken.gguf").value();
      const Status status = Vocoder::Load(*file, {}).status();
      EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
      EXPECT_EQ(Message(status), "broken.gguf: " + name + " has a value that is not finite");
    }
  }
}

TEST(VocoderStreamTest, SaysWhatIsWrong) {
  const auto vocoder = LoadVocoder(TensorType::kF32, {});
  VocoderStream stream(vocoder, {.threads = 1});
  size_t samples = 0;
  const SampleSink sink = [&](std::span<const float> piece) { samples += piece.size(); };
  const auto voice = GoldenVoice(*vocoder);
  EXPECT_EQ(Message(stream.Speak(voice, std::vector<float>(65), sink, {})),
            "the latents are 65 values, no rows of 64");
  EXPECT_EQ(Message(stream.Speak(voice, {}, sink, {})), "the latents are 0 values, no rows of 64");
  EXPECT_EQ(Message(vocoder->MakeVoice(std::vector<float>(15)).status()),
            "the speaker's vector has 15 values, not 16");
  EXPECT_EQ(Message(vocoder->MakeVoice(std::vector<float>(16, NAN)).status()),
            "the speaker's vector has a value that is not finite");
  std::vector<float> latents = Latents(*vocoder, 5);
  latents[100] = NAN;
  const Status status = stream.Speak(voice, latents, sink, {});
  EXPECT_EQ(status.code(), StatusCode::kInternal);
  EXPECT_EQ(Message(status), "the vocoder made samples that are not finite");
  EXPECT_EQ(samples, 0u);
}

}  // namespace
}  // namespace waveshift::tts::indextts
