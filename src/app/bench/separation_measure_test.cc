// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/separation_measure.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "app/bench/random_mdx.h"
#include "audio/wav.h"
#include "base/files.h"
#include "separation/mdx/mdx.h"

namespace waveshift::app {
namespace {

std::vector<float> Noise(size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> values(0, 0.1F);
  std::vector<float> noise(count);
  for (float& value : noise) value = values(random);
  return noise;
}

// Speech in the middle, music that is different on both sides.
SeparationSources Sources() {
  SeparationSources sources;
  for (const float value : Noise(48000, 1)) sources.speech.insert(sources.speech.end(), {value, value});
  sources.music = Noise(96000, 2);
  return sources;
}

// Gives the speech of programmes of Sources(): it knows that music's sides are each other's.
class Knowing : public separation::Separator {
 public:
  std::string_view name() const override { return "knowing"; }
  std::string version() const override { return "1"; }
  Status CheckReady() const override { return OkStatus(); }
  StatusOr<std::unique_ptr<separation::SeparationStream>> Start() const override {
    return std::unique_ptr<separation::SeparationStream>(std::make_unique<Stream>());
  }

 private:
  class Stream : public separation::SeparationStream {
   public:
    StatusOr<separation::Separated> Add(std::span<const float> sound, const std::stop_token&) override {
      separation::Separated parts;
      parts.speech.interleaved.assign(sound.begin(), sound.end());
      parts.background.interleaved.assign(sound.size(), 0.001F);
      return parts;
    }
    StatusOr<separation::Separated> Finish(const std::stop_token&) override {
      return separation::Separated();
    }
  };
};

std::map<std::string, double> Values(const std::vector<BenchRow>& rows, const std::string& programme) {
  std::map<std::string, double> values;
  for (const BenchRow& row : rows) {
    if (row.programme == programme) values[row.measure] = row.value;
  }
  return values;
}

TEST(SiSdr, IsTheRatioOfSignalToWhatIsElse) {
  const std::vector<float> signal = Noise(48000, 1);
  const std::vector<float> other = Noise(48000, 2);
  std::vector<float> heard(signal.size());
  for (size_t i = 0; i < heard.size(); ++i) heard[i] = 3 * (signal[i] + 0.1F * other[i]);
  EXPECT_NEAR(SiSdrDb(heard, signal), 20, 0.1);
  EXPECT_GT(SiSdrDb(signal, signal), 100);
  EXPECT_EQ(SiSdrDb(std::vector<float>(signal.size()), signal), -INFINITY);
}

TEST(SeparationProgramme, HasTheLevelsThatItsNameSays) {
  const auto programme = MixSources(Sources(), true, -5);
  EXPECT_EQ(programme.name, "stereo, -5 dB");
  EXPECT_NEAR(SiSdrDb(programme.mixture, programme.speech), -5, 0.2);
  const auto mono = MixSources(Sources(), false, 10);
  EXPECT_EQ(mono.name, "mono, +10 dB");
  EXPECT_NEAR(SiSdrDb(mono.mixture, mono.speech), 10, 0.2);
  for (size_t i = 0; i < mono.music.size(); i += 2) ASSERT_EQ(mono.music[i], mono.music[i + 1]);
}

TEST(SeparationProgramme, MusicOfItsOwnIsStereoAndDoesNotEnd) {
  const auto music = MakeMusic(480000);
  double both = 0;
  double left = 0;
  double right = 0;
  for (size_t i = 0; i < music.size(); i += 2) {
    ASSERT_LT(std::abs(music[i]), 2);
    both += music[i] * music[i + 1];
    left += music[i] * music[i];
    right += music[i + 1] * music[i + 1];
  }
  EXPECT_LT(both / std::sqrt(left * right), 0.9);
  EXPECT_GT(left, 100);
  EXPECT_EQ(music, MakeMusic(480000));
}

TEST(SeparationProgramme, ReadsFilesAndNamesWhatIsWrong) {
  const auto folder = ScratchDirectory::Make().value();
  const auto write = [&](const char* name, size_t samples) {
    const std::string path = folder.path() + "/" + name;
    const audio::MonoBuffer sound{16000, Noise(samples, 3)};
    EXPECT_TRUE(WriteFileAtomic(path, audio::EncodeWav(sound, audio::WavFormat::kPcm16).value()).ok());
    return path;
  };
  const std::string speech = write("speech.wav", 32000);
  const auto sources = LoadSources(speech, write("music.wav", 48000), 1.5, {});
  ASSERT_TRUE(sources.ok()) << Message(sources.status());
  EXPECT_EQ(sources->speech.size(), 2U * 72000);
  EXPECT_EQ(sources->music.size(), 2U * 72000);
  const auto shorter = LoadSources(speech, write("short.wav", 16000), 10, {});
  EXPECT_EQ(shorter.status().code(), StatusCode::kInvalidArgument);
  EXPECT_NE(Message(shorter.status()).find("short.wav"), std::string::npos);
  EXPECT_FALSE(LoadSources(folder.path() + "/none.wav", "", 10, {}).ok());
}

TEST(SeparationMeasure, RowsOfASeparator) {
  const auto rows =
      MeasureSeparator(Knowing(), "knowing", Sources(), {.threads = 1, .minutes = {0.1, 0.2}}, {});
  ASSERT_TRUE(rows.ok()) << Message(rows.status());
  for (const char* programme : {"mono, +10 dB", "stereo, -5 dB"}) {
    const auto values = Values(*rows, programme);
    EXPECT_EQ(values.at("speech"), values.at("speech_before")) << programme;
    EXPECT_LT(values.at("background"), values.at("background_before"));
    EXPECT_GT(values.at("sum_error"), -60);
  }
  const auto stereo = Values(*rows, "stereo");
  EXPECT_GT(stereo.at("rtf"), 0);
  EXPECT_GT(stereo.at("memory_0.1_min"), 1);
  EXPECT_GE(stereo.at("memory_0.2_min"), stereo.at("memory_0.1_min"));
}

TEST(SeparationMeasure, CentreFindsSpeechThatIsThereAndDuckFindsNothing) {
  const auto centre = Values(MeasureWithoutModel("centre", Sources()), "stereo, +0 dB");
  const auto duck = Values(MeasureWithoutModel("duck", Sources()), "stereo, +0 dB");
  EXPECT_NEAR(duck.at("speech"), 0, 0.2);
  EXPECT_NEAR(centre.at("speech"), 3, 0.3);  // half of the music's energy is in the middle
  // In mono the rest of the middle is silence.
  EXPECT_FALSE(Values(MeasureWithoutModel("centre", Sources()), "mono, +0 dB").contains("background"));
}

// A small network of the family runs, and what comes out is numbers.
TEST(RandomMdx, IsAModelThatRuns) {
  const auto folder = ScratchDirectory::Make().value();
  const std::string path = folder.path() + "/small.onnx";
  ASSERT_TRUE(
      WriteFileAtomic(path, RandomMdxBytes({.bins = 128, .spectra = 32, .channels = 4, .levels = 2})).ok());
  ASSERT_TRUE(WriteFileAtomic(folder.path() + "/small.json",
                              R"({"mdx_n_fft_scale_set": 480, "hop_length": 120, "mdx_dim_f_set": 128,
                                  "mdx_dim_t_set": 5})")
                  .ok());
  const auto separator = separation::MakeMdx({.model_path = path, .threads = 1});
  const auto rows = MeasureSeparator(*separator, "mdx", Sources(), {.threads = 1, .quality = false}, {});
  ASSERT_TRUE(rows.ok()) << Message(rows.status());
  EXPECT_LT(Values(*rows, "mono, +10 dB").at("sum_error"), -60);
}

}  // namespace
}  // namespace waveshift::app
