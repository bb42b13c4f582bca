// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "separation/deepfilter/deepfilter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <vector>

#include "audio/wav.h"
#include "base/files.h"
#include "separation/deepfilter/test_model.h"

namespace waveshift::separation {
namespace {

using testing::HasSubstr;

std::vector<float> Golden(const char* file) {
  const auto sound = audio::ReadWav(std::string(WAVESHIFT_SOURCE_DIR "/tests/golden/deepfilter/") + file);
  EXPECT_TRUE(sound.ok()) << Message(sound.status());
  return sound.ok() ? sound->samples : std::vector<float>();
}

// Both sides: `left` and `right` times the same sound.
std::vector<float> Stereo(const std::vector<float>& mono, float left, float right) {
  std::vector<float> stereo;
  for (const float value : mono) {
    stereo.push_back(left * value);
    stereo.push_back(right * value);
  }
  return stereo;
}

std::vector<float> Side(const audio::StereoBuffer& sound, size_t side) {
  std::vector<float> mono;
  for (size_t i = side; i < sound.interleaved.size(); i += 2) mono.push_back(sound.interleaved[i]);
  return mono;
}

void Append(const audio::StereoBuffer& part, audio::StereoBuffer& whole) {
  whole.interleaved.insert(whole.interleaved.end(), part.interleaved.begin(), part.interleaved.end());
}

double Energy(std::span<const float> values) {
  double energy = 0;
  for (const float value : values) energy += static_cast<double>(value) * value;
  return energy;
}

double DifferenceDb(std::span<const float> is, std::span<const float> should) {
  double difference = 0;
  for (size_t i = 0; i < should.size(); ++i)
    difference += std::pow(static_cast<double>(is[i]) - should[i], 2);
  return 10 * std::log10(difference / Energy(should) + 1e-20);
}

class DeepFilterTest : public testing::Test {
 protected:
  void SetUp() override { WS_SKIP_WITHOUT_DEEPFILTER(); }

  // The programme in parts of `frames` frames each.
  static Separated Separate(const std::vector<float>& stereo, size_t frames, int threads = 1,
                            StereoMode mode = StereoMode::kMidSide) {
    Separated whole;
    const auto separator =
        MakeDeepFilter({.folder = TestDeepFilterFolder(), .threads = threads, .stereo = mode});
    const auto stream = separator->Start();
    EXPECT_TRUE(stream.ok()) << Message(stream.status());
    if (!stream.ok()) return whole;
    const auto take = [&](const StatusOr<Separated>& part) {
      ASSERT_TRUE(part.ok()) << Message(part.status());
      EXPECT_EQ(part->speech.frames(), part->background.frames());
      Append(part->speech, whole.speech);
      Append(part->background, whole.background);
    };
    for (size_t i = 0; i < stereo.size(); i += 2 * frames) {
      take((*stream)->Add(std::span(stereo).subspan(i, std::min(2 * frames, stereo.size() - i))));
    }
    take((*stream)->Finish());
    return whole;
  }
};

TEST_F(DeepFilterTest, GivesWhatTheAuthorsLibraryGives) {
  const std::vector<float> input = Golden("input.flac");
  std::vector<float> golden = Golden("speech.flac");
  for (float& value : golden) value *= 2;  // kept at half its level
  ASSERT_EQ(input.size(), golden.size());
  const std::vector<float> speech = Side(Separate(Stereo(input, 1, 1), 4096).speech, 0);
  ASSERT_EQ(speech.size(), golden.size());
  struct Part {
    const char* name;
    double begin_s;
    double end_s;
  };
  for (const Part& part : {Part{"speech", 0.0, 2.5}, Part{"music", 3, 4}, Part{"clipped", 4, 5.5},
                           Part{"eight channels", 5.5, 7}}) {
    const auto begin = static_cast<size_t>(part.begin_s * 48000);
    const size_t count = static_cast<size_t>(part.end_s * 48000) - begin;
    const double difference_db =
        DifferenceDb(std::span(speech).subspan(begin, count), std::span(golden).subspan(begin, count));
    EXPECT_LT(difference_db, -80) << part.name;
    RecordProperty(part.name, std::to_string(difference_db));
  }
  // Digital silence: the library's is below a step of 24 bits, and so is ours.
  const auto silence = std::span(speech).subspan(48000 * 27 / 10, 48000 * 2 / 10);
  EXPECT_LT(*std::max_element(silence.begin(), silence.end()), 1e-6F);
  EXPECT_GT(*std::min_element(silence.begin(), silence.end()), -1e-6F);
}

TEST_F(DeepFilterTest, DoesNotDependOnHowTheInputIsCutNorOnThreads) {
  std::vector<float> input = Golden("input.flac");
  input.resize(48000 * 26 / 10 + 137);
  std::vector<float> stereo = Stereo(input, 0.9F, 0.4F);
  for (size_t i = 1; i < stereo.size(); i += 2) stereo[i] += 0.1F * std::sin(static_cast<float>(i) * 0.02F);
  const Separated once = Separate(stereo, stereo.size());
  ASSERT_EQ(once.speech.interleaved.size(), stereo.size());
  const Separated cut = Separate(stereo, 1001, 2);
  EXPECT_EQ(once.speech.interleaved, cut.speech.interleaved);
  EXPECT_EQ(once.background.interleaved, cut.background.interleaved);
}

TEST_F(DeepFilterTest, SpeechAndBackgroundGiveTheProgrammeBack) {
  std::vector<float> input = Golden("input.flac");
  input.resize(48000);
  const std::vector<float> stereo = Stereo(input, 1, 0.5F);
  for (const StereoMode mode : {StereoMode::kMidSide, StereoMode::kLeftRight}) {
    const Separated result = Separate(stereo, 4800, 1, mode);
    ASSERT_EQ(result.speech.interleaved.size(), stereo.size());
    std::vector<float> sum(stereo.size());
    for (size_t i = 0; i < sum.size(); ++i) {
      sum[i] = result.speech.interleaved[i] + result.background.interleaved[i];
    }
    EXPECT_LT(DifferenceDb(sum, stereo), -120);
  }
}

TEST_F(DeepFilterTest, KeepsTheStereoImage) {
  std::vector<float> input = Golden("input.flac");
  input.resize(size_t{48000} * 2);
  for (const StereoMode mode : {StereoMode::kMidSide, StereoMode::kLeftRight}) {
    const Separated middle = Separate(Stereo(input, 0.8F, 0.8F), 48000, 1, mode);
    EXPECT_EQ(Side(middle.speech, 0), Side(middle.speech, 1));
    const Separated left = Separate(Stereo(input, 1, 0.25F), 48000, 1, mode);
    const double level_db = 10 * std::log10(Energy(Side(left.speech, 0)) / Energy(Side(left.speech, 1)));
    EXPECT_NEAR(level_db, 12.04, 1) << (mode == StereoMode::kMidSide ? "mid/side" : "left/right");
  }
}

TEST_F(DeepFilterTest, GivesAsManySamplesAsItGot) {
  for (const size_t frames : {0, 1, 479, 480, 481, 960, 5000}) {
    const Separated result = Separate(std::vector<float>(2 * frames, 0.1F), 333);
    EXPECT_EQ(result.speech.frames(), static_cast<int64_t>(frames));
    EXPECT_EQ(result.background.frames(), static_cast<int64_t>(frames));
  }
}

TEST_F(DeepFilterTest, SurvivesValuesThatAreNoSamples) {
  std::vector<float> stereo(48000, 0.01F);
  stereo[100] = std::numeric_limits<float>::quiet_NaN();
  stereo[301] = std::numeric_limits<float>::infinity();
  stereo[401] = -1e30F;
  const Separated result = Separate(stereo, 480);
  ASSERT_EQ(result.speech.interleaved.size(), stereo.size());
  for (const float value : result.speech.interleaved) ASSERT_TRUE(std::isfinite(value));
  EXPECT_NEAR(result.speech.interleaved[100] + result.background.interleaved[100], 0, 1e-5);
  EXPECT_NEAR(result.speech.interleaved[301] + result.background.interleaved[301], 100, 1e-4);
}

TEST_F(DeepFilterTest, SoundComesOutAsPromisedAndStopEndsIt) {
  const auto separator = MakeDeepFilter({.folder = TestDeepFilterFolder(), .threads = 1});
  EXPECT_THAT(separator->version(), HasSubstr("model "));
  const auto stream = separator->Start();
  ASSERT_TRUE(stream.ok()) << Message(stream.status());
  int64_t in = 0;
  int64_t out = 0;
  for (; in < 48000 * 3; in += 480) {
    EXPECT_LE(in - out, 48000 * 104 / 100);
    const auto part = (*stream)->Add(std::vector<float>(960, 0.02F));
    ASSERT_TRUE(part.ok()) << Message(part.status());
    out += part->speech.frames();
  }
  std::stop_source source;
  source.request_stop();
  const auto stopped = (*stream)->Finish(source.get_token());
  EXPECT_EQ(stopped.status().code(), StatusCode::kCancelled);
}

TEST(DeepFilter, SaysWhatIsMissing) {
  const auto folder = ScratchDirectory::Make();
  ASSERT_TRUE(folder.ok());
  const auto separator = MakeDeepFilter({.folder = folder->path()});
  EXPECT_EQ(separator->CheckReady().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(separator->CheckReady()), HasSubstr("waveshift models pull deepfilternet3"));
  EXPECT_EQ(separator->Start().status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(separator->version(), HasSubstr("missing"));
}

}  // namespace
}  // namespace waveshift::separation
