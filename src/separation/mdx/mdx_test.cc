// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/mdx/mdx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/process.h"
#include "separation/mdx/demixer.h"
#include "separation/mdx/test_model.h"

namespace waveshift::separation::mdx {
namespace {

using testing::HasSubstr;
constexpr size_t kTimes = 32;

std::vector<float> Noise(size_t count, float loudness) {
  std::mt19937 random(5);
  std::uniform_real_distribution<float> values(-loudness, loudness);
  std::vector<float> noise(count);
  for (float& value : noise) value = values(random);
  return noise;
}

std::vector<float> Tones(size_t frames) {
  std::vector<float> out;
  for (size_t i = 0; i < frames; ++i) {
    const double t = static_cast<double>(i) / 48000;
    out.push_back(static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * 1997 * t)));
    out.push_back(static_cast<float>(0.3 * std::cos(2 * std::numbers::pi * 7001 * t)));
  }
  return out;
}

std::string Raw(const std::vector<float>& values) {
  std::string bytes(4 * values.size(), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

class MdxTest : public testing::Test {
 protected:
  // The stem of a 44.1 kHz sound, handed over in parts.
  static std::vector<float> Demix(const std::string& path, const std::vector<float>& sound, size_t frames) {
    const auto model = Model::Load(path, 1, onnx::Device::kCpu);
    EXPECT_TRUE(model.ok()) << Message(model.status());
    if (!model.ok()) return {};
    Demixer demixer(*model);
    std::vector<float> stem;
    for (size_t i = 0; i < sound.size(); i += 2 * frames) {
      const auto part = std::span(sound).subspan(i, std::min(2 * frames, sound.size() - i));
      EXPECT_TRUE(demixer.Add(part, stem, {}).ok());
    }
    EXPECT_TRUE(demixer.Finish(stem, {}).ok());
    return stem;
  }

  static Separated Separate(const std::string& path, const std::vector<float>& stereo, size_t frames) {
    Separated whole;
    const auto stream = MakeMdx({.model_path = path, .threads = 1})->Start();
    EXPECT_TRUE(stream.ok()) << Message(stream.status());
    if (!stream.ok()) return whole;
    const auto append = [](const audio::StereoBuffer& from, audio::StereoBuffer& to) {
      to.interleaved.insert(to.interleaved.end(), from.interleaved.begin(), from.interleaved.end());
    };
    const auto take = [&](const StatusOr<Separated>& part) {
      ASSERT_TRUE(part.ok()) << Message(part.status());
      append(part->speech, whole.speech);
      append(part->background, whole.background);
    };
    for (size_t i = 0; i < stereo.size(); i += 2 * frames) {
      take((*stream)->Add(std::span(stereo).subspan(i, std::min(2 * frames, stereo.size() - i))));
    }
    take((*stream)->Finish());
    return whole;
  }

  // By tests/golden/mdx/reference.py.
  std::vector<float> Reference(const SmallNetwork& network, const std::string& more,
                               const std::vector<float>& sound) const {
    const auto write = [this](const char* name, const std::string& bytes) {
      EXPECT_TRUE(WriteFileAtomic(folder_.path() + "/" + name, bytes).ok());
    };
    write("parameters.json", kSmallParameters + more + "}");
    write("planes", Raw(network.planes));
    write("bias", Raw(network.bias));
    write("times", Raw(network.times));
    write("sound", Raw(sound));
    const auto ran =
        RunProcess({.program = "/usr/bin/python3",
                    .arguments = {WAVESHIFT_SOURCE_DIR "/tests/golden/mdx/reference.py", folder_.path()},
                    .time_limit = std::chrono::minutes(2)},
                   {});
    EXPECT_TRUE(ran.ok()) << Message(ran.status());
    if (!ran.ok()) return {};
    EXPECT_EQ(ran->exit_code, 0) << ran->error_output;
    const std::string bytes = ReadFile(folder_.path() + "/stem", 1 << 24).value_or("");
    std::vector<float> stem(bytes.size() / 4);
    std::memcpy(stem.data(), bytes.data(), 4 * stem.size());
    return stem;
  }

  ScratchDirectory folder_ = ScratchDirectory::Make().value();
};

TEST_F(MdxTest, GivesWhatAnIndependentImplementationGives) {
  const SmallNetwork network = RandomNetwork(kTimes);
  const auto sound = Noise(size_t{2} * 14011, 0.5F);
  for (const char* more : {"", R"(, "denoise": true, "compensate": 1.035)", R"(, "overlap": 0)"}) {
    SCOPED_TRACE(more);
    const auto should = Reference(network, more, sound);
    const auto is = Demix(WriteSmallModel(folder_.path(), network, more), sound, 4096);
    ASSERT_EQ(is.size(), sound.size());
    ASSERT_EQ(should.size(), sound.size());
    float loudest = 0;
    for (size_t i = 0; i < is.size(); ++i) {
      ASSERT_NEAR(is[i], should[i], 2e-5F) << i;
      loudest = std::max(loudest, std::abs(should[i] - sound[i]));
    }
    EXPECT_GT(loudest, 0.1F);  // the network does something
  }
}

TEST_F(MdxTest, DoesNotDependOnHowTheInputIsCut) {
  const std::string path = WriteSmallModel(folder_.path(), RandomNetwork(kTimes));
  auto sound = Noise(size_t{2} * 20011, 0.5F);
  sound[777] = std::numeric_limits<float>::quiet_NaN();
  sound[20000] = std::numeric_limits<float>::infinity();
  const Separated whole = Separate(path, sound, 20011);
  for (const size_t frames : {1U, 480U, 7001U}) {
    const Separated parts = Separate(path, sound, frames);
    EXPECT_EQ(parts.speech.interleaved, whole.speech.interleaved) << frames;
    EXPECT_EQ(parts.background.interleaved, whole.background.interleaved) << frames;
  }
}

TEST_F(MdxTest, EverySampleIsAtItsPlaceAndTheSumIsTheProgramme) {
  const auto sound = Tones(30001);
  for (const char* stem : {"Vocals", "Instrumental"}) {
    const std::string more = R"(, "primary_stem": ")" + std::string(stem) + "\"";
    const Separated result = Separate(WriteSmallModel(folder_.path(), Identity(kTimes), more), sound, 1000);
    ASSERT_EQ(result.speech.interleaved.size(), sound.size());
    ASSERT_EQ(result.background.interleaved.size(), sound.size());
    const auto& all = stem[0] == 'V' ? result.speech.interleaved : result.background.interleaved;
    for (size_t i = 0; i < sound.size(); ++i) {
      ASSERT_NEAR(result.speech.interleaved[i] + result.background.interleaved[i], sound[i], 1e-6F);
    }
    for (size_t i = 2000; i + 2000 < sound.size(); ++i) ASSERT_NEAR(all[i], sound[i], 2e-3F) << stem << i;
  }
}

TEST_F(MdxTest, NothingComesOfSilence) {
  const std::string path = WriteSmallModel(folder_.path(), RandomNetwork(kTimes));
  const Separated result = Separate(path, std::vector<float>(20000), 3000);
  ASSERT_EQ(result.speech.interleaved.size(), 20000U);
  EXPECT_TRUE(std::all_of(result.speech.interleaved.begin(), result.speech.interleaved.end(),
                          [](float value) { return value == 0; }));
}

TEST_F(MdxTest, SaysWhatIsMissingOrWrong) {
  const auto missing = MakeMdx({.model_path = folder_.path() + "/Kim_Vocal_2.onnx"});
  EXPECT_EQ(missing->CheckReady().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(missing->CheckReady()), HasSubstr("models pull kim-vocal-2"));
  EXPECT_THAT(missing->version(), HasSubstr("missing"));
  const std::string path = WriteSmallModel(folder_.path(), Identity(kTimes), R"(, "mdx_dim_f_set": 190)");
  const Status other = MakeMdx({.model_path = path})->CheckReady();
  EXPECT_EQ(other.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(other), HasSubstr("[1, 4, 190, 32]"));
  ASSERT_TRUE(WriteFileAtomic(path, "no model").ok());
  EXPECT_FALSE(MakeMdx({.model_path = path})->CheckReady().ok());
}

TEST_F(MdxTest, ItsVersionIsThatOfModelAndParameters) {
  const auto version = [&](const std::string& more) {
    return MakeMdx({.model_path = WriteSmallModel(folder_.path(), Identity(kTimes), more)})->version();
  };
  EXPECT_EQ(version(""), version(""));
  EXPECT_NE(version(""), version(R"(, "denoise": true)"));
}

TEST_F(MdxTest, StopsWhenAskedTo) {
  const auto separator =
      MakeMdx({.model_path = WriteSmallModel(folder_.path(), Identity(kTimes)), .threads = 1});
  const auto stream = separator->Start().value();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(stream->Add(Noise(40000, 0.5F), stop.get_token()).status().code(), StatusCode::kCancelled);
}

}  // namespace
}  // namespace waveshift::separation::mdx
