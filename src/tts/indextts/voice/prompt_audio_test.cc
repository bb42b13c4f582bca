// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/voice/prompt_audio.h"

#include <cmath>
#include <cstring>
#include <limits>

#include <gtest/gtest.h>

#include "audio/wav.h"
#include "tts/indextts/golden_model_test_tools.h"
#include "tts/indextts/voice/log_mel.h"

namespace waveshift::tts::indextts {
namespace {

// The sizes of the published models that the front end looks at.
Architecture Published() {
  Architecture a;
  a.conformer.positions = 5000;
  return a;
}

std::vector<float> Tone(int64_t samples, int rate) {
  std::vector<float> tone;
  for (int64_t i = 0; i < samples; ++i) {
    tone.push_back(0.5F * static_cast<float>(std::sin(2 * M_PI * 440 * static_cast<double>(i) / rate)));
  }
  return tone;
}

std::string Wav(const std::vector<float>& samples, int rate) {
  return audio::EncodeWav({rate, samples}, audio::WavFormat::kFloat32).value();
}

// A RIFF file by hand: any number of bits and channels, any bytes as samples.
std::string RawWav(int channels, int rate, int bits, bool real, const std::string& data) {
  const auto number = [](uint32_t value, int bytes) {
    std::string out;
    for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
    return out;
  };
  const auto block = static_cast<uint32_t>(channels * bits / 8);
  const std::string format = number(real ? 3 : 1, 2) + number(static_cast<uint32_t>(channels), 2) +
                             number(static_cast<uint32_t>(rate), 4) +
                             number(static_cast<uint32_t>(rate) * block, 4) + number(block, 2) +
                             number(static_cast<uint32_t>(bits), 2);
  const std::string body =
      "WAVEfmt " + number(16, 4) + format + "data" + number(static_cast<uint32_t>(data.size()), 4) + data;
  return "RIFF" + number(static_cast<uint32_t>(body.size()), 4) + body;
}

std::string Refusal(const std::string& bytes, StatusCode code) {
  const auto samples = DecodePrompt(bytes, "a.wav", Published());
  EXPECT_EQ(samples.status().code(), code) << samples.status();
  return Message(samples.status());
}

TEST(Resample, IsThatOfTheReference) {
  for (const int rate : {8000, 16000, 22050, 44100, 48000}) {
    const std::string name = "resample_" + std::to_string(rate);
    const std::vector<float> out = ResampleLikeReference(GoldenFloats(name + "_in"), rate, 24000);
    EXPECT_LT(RelativeError(out, GoldenFloats(name + "_out")), 5e-6) << rate;
  }
}

TEST(Resample, AnyRate) {
  const std::vector<float> same = Tone(100, 24000);
  EXPECT_EQ(ResampleLikeReference(same, 24000, 24000), same);
  EXPECT_TRUE(ResampleLikeReference({}, 8000, 24000).empty());
  EXPECT_EQ(ResampleLikeReference(std::vector<float>(1, 1.0F), 8000, 24000).size(), 3u);
  EXPECT_EQ(ResampleLikeReference(std::vector<float>(1, 1.0F), 192000, 24000).size(), 1u);
  // No common divisor: 24000 phases. A tone stays a tone.
  const std::vector<float> out = ResampleLikeReference(Tone(44099, 44099), 44099, 24000);
  const std::vector<float> wanted = Tone(24000, 24000);
  ASSERT_EQ(out.size(), wanted.size());
  for (size_t i = 200; i < out.size() - 200; ++i) ASSERT_NEAR(out[i], wanted[i], 2e-3) << i;
}

TEST(Prompt, SoundAndSpectrogramAreThoseOfTheReference) {
  const std::string clip = ReadFile(kGoldenFolder + "prompt.wav", 1 << 20).value();
  const auto samples = DecodePrompt(clip, "prompt.wav", Published());
  ASSERT_TRUE(samples.ok()) << samples.status();
  EXPECT_LT(RelativeError(*samples, GoldenFloats("audio_24k")), 5e-6);
  const auto mel = ComputeLogMel(*samples, MelSizes{});
  ASSERT_TRUE(mel.ok()) << mel.status();
  EXPECT_EQ(mel->bands, 100);
  EXPECT_EQ(mel->frames, 122);
  EXPECT_LT(RelativeError(mel->values, GoldenFloats("log_mel")), 3e-5);
}

TEST(Prompt, SilenceHasTheFloor) {
  const auto mel = ComputeLogMel(std::vector<float>(2400, 0.0F), MelSizes{});
  ASSERT_TRUE(mel.ok()) << mel.status();
  EXPECT_EQ(mel->frames, 10);
  for (const float each : mel->values) ASSERT_FLOAT_EQ(each, std::log(1e-7F));
}

TEST(Prompt, AToneIsHeardInItsBand) {
  const auto mel = ComputeLogMel(Tone(24000, 24000), MelSizes{}).value();
  size_t loudest = 0;
  for (size_t band = 1; band < 100; ++band) {
    if (mel.values[band * 94 + 50] > mel.values[loudest * 94 + 50]) loudest = band;
  }
  // Band b has its top at (b + 1) / 101 of the mel scale.
  const double mels = 2595 * std::log10(1 + 440.0 / 700);
  const double highest = 2595 * std::log10(1 + 12000.0 / 700);
  EXPECT_NEAR(static_cast<double>(loudest), mels / highest * 101 - 1, 1.0);
}

TEST(Prompt, AnyRateChannelsAndBits) {
  const auto frames = [](const std::string& bytes) {
    const auto samples = DecodePrompt(bytes, "a.wav", Published());
    EXPECT_TRUE(samples.ok()) << samples.status();
    return samples.ok() ? samples->size() : 0;
  };
  EXPECT_EQ(frames(Wav(Tone(8000, 8000), 8000)), 24000u);
  EXPECT_EQ(frames(Wav(Tone(4800, 48000), 48000)), 2400u);  // 0.1 s
  EXPECT_EQ(frames(Wav(Tone(1000, 1000), 1000)), 24000u);
  EXPECT_EQ(frames(RawWav(1, 24000, 8, false, std::string(2400, '\x90'))), 2400u);
  // Stereo: the mean of both.
  std::string both;
  for (int i = 0; i < 2400; ++i) both += std::string("\x00\x40\x00\x20", 4);
  const auto stereo = DecodePrompt(RawWav(2, 24000, 16, false, both), "a.wav", Published());
  ASSERT_TRUE(stereo.ok()) << stereo.status();
  ASSERT_EQ(stereo->size(), 2400u);
  EXPECT_EQ((*stereo)[7], 0.375F);
  const auto low = DecodePrompt(RawWav(1, 24000, 8, false, std::string(2400, '\x40')), "a.wav", Published());
  EXPECT_EQ((*low)[9], -0.5F);
}

TEST(Prompt, WhatCannotBeHeardIsRefused) {
  EXPECT_EQ(Refusal(Wav(Tone(1023, 24000), 24000), StatusCode::kInvalidArgument),
            "a.wav: a voice sample of 0.04 s is too short (at least 0.04 s)");
  EXPECT_TRUE(DecodePrompt(Wav(Tone(1024, 24000), 24000), "a.wav", Published()).ok());
  EXPECT_EQ(Refusal(Wav({0.5F}, 24000), StatusCode::kInvalidArgument),
            "a.wav: a voice sample of 0.00 s is too short (at least 0.04 s)");
  EXPECT_EQ(Refusal(RawWav(1, 24000, 16, false, ""), StatusCode::kInvalidArgument),
            "a.wav: holds no samples");
  EXPECT_EQ(Refusal(Wav(Tone(120 * 8000, 8000), 8000), StatusCode::kOutOfRange),
            "a.wav: a voice sample of 120.00 s is too long (at most 106.69 s)");
  const float no_number = std::numeric_limits<float>::quiet_NaN();
  std::string data(4800 * 4, '\0');
  std::memcpy(data.data() + 4000, &no_number, sizeof no_number);
  EXPECT_EQ(Refusal(RawWav(1, 24000, 32, true, data), StatusCode::kInvalidArgument),
            "a.wav: holds samples that are not numbers");
  EXPECT_EQ(Refusal(Wav(std::vector<float>(4800, 32000.0F), 24000), StatusCode::kInvalidArgument),
            "a.wav: holds samples far outside -1 to 1");
  EXPECT_TRUE(Refusal("", StatusCode::kInvalidArgument).starts_with("a.wav: not a sound file"));
  EXPECT_TRUE(Refusal("hello", StatusCode::kInvalidArgument).starts_with("a.wav: not a sound file"));
}

TEST(Prompt, TheLongestAndShortestFitTheNetworks) {
  const PromptLimits limits = PromptLimitsOf(Published());
  const auto frames = [](double seconds) {
    return 1 + static_cast<int64_t>(std::llround(seconds * 24000)) / 256;
  };
  EXPECT_EQ((frames(limits.longest_seconds) - 1) / 2, 5000);
  EXPECT_EQ((frames(limits.longest_seconds + 1.0 / 24000) - 1) / 2, 5001);
  EXPECT_EQ(frames(limits.shortest_seconds), 5);
  EXPECT_EQ(frames(limits.shortest_seconds - 1.0 / 24000), 4);
  EXPECT_EQ(ComputeLogMel(std::vector<float>(512), MelSizes{}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(ComputeLogMel(std::vector<float>(513), MelSizes{}).ok());
}

}  // namespace
}  // namespace waveshift::tts::indextts
