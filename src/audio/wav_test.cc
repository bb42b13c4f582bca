// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/wav.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "audio/test_signals.h"
#include "base/files.h"

namespace waveshift::audio {
namespace {

using testing::HasSubstr;

MonoBuffer Tone(int rate_hz = 48000) { return {rate_hz, testing_signals::Sine(440, 0.5, 4801, rate_hz)}; }

template <typename T>
void Append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// A 16-bit WAV file by hand, so that the reader is not tested by the writer alone.
std::string HandMade(int channels, int rate_hz, const std::vector<int16_t>& values, uint32_t claimed_bytes) {
  std::string bytes = "RIFF";
  Append<uint32_t>(bytes, 36 + claimed_bytes);
  bytes += "WAVEfmt ";
  Append<uint32_t>(bytes, 16);
  Append<uint16_t>(bytes, 1);
  Append<uint16_t>(bytes, static_cast<uint16_t>(channels));
  Append<uint32_t>(bytes, static_cast<uint32_t>(rate_hz));
  Append<uint32_t>(bytes, static_cast<uint32_t>(rate_hz * channels * 2));
  Append<uint16_t>(bytes, static_cast<uint16_t>(channels * 2));
  Append<uint16_t>(bytes, 16);
  bytes += "data";
  Append<uint32_t>(bytes, claimed_bytes);
  for (const int16_t v : values) Append(bytes, v);
  return bytes;
}

TEST(Wav, Float32KeepsEverySample) {
  MonoBuffer tone = Tone();
  tone.samples[5] = 1.5F;
  const auto bytes = EncodeWav(tone, WavFormat::kFloat32);
  ASSERT_TRUE(bytes.ok());
  const auto back = DecodeWav(*bytes, "x");
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->samples, tone.samples);
  EXPECT_EQ(back->sample_rate_hz, 48000);
}

TEST(Wav, Pcm16RoundsClipsAndStaysTheSameWhenCodedAgain) {
  MonoBuffer tone = Tone(22050);
  tone.samples[0] = 2.0F;
  tone.samples[1] = -2.0F;
  const auto bytes = EncodeWav(tone, WavFormat::kPcm16);
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(bytes->size(), 44 + 2 * tone.samples.size());
  const auto back = DecodeWav(*bytes, "x");
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->sample_rate_hz, 22050);
  EXPECT_FLOAT_EQ(back->samples[0], 32767.0F / 32768);
  EXPECT_FLOAT_EQ(back->samples[1], -1.0F);
  for (size_t i = 2; i < tone.samples.size(); ++i) {
    ASSERT_NEAR(back->samples[i], tone.samples[i], 0.5 / 32768 + 1e-7);
  }
  EXPECT_EQ(*EncodeWav(*back, WavFormat::kPcm16), *bytes);
}

TEST(Wav, MixesChannelsToOne) {
  const auto mono = DecodeWav(HandMade(2, 8000, {16384, 0, -16384, -16384}, 8), "two");
  ASSERT_TRUE(mono.ok());
  EXPECT_EQ(mono->samples, (std::vector<float>{0.25F, -0.5F}));
}

TEST(Wav, ReadsWhatIsThereWhateverTheHeaderClaims) {
  const auto more = DecodeWav(HandMade(1, 8000, {1, 2, 3}, 4000000000U), "liar");
  ASSERT_TRUE(more.ok()) << Message(more.status());
  EXPECT_EQ(more->samples.size(), 3U);
  EXPECT_EQ(DecodeWav(HandMade(1, 8000, {}, 1000), "empty").status().code(), StatusCode::kInvalidArgument);
}

TEST(Wav, EveryTruncationIsReadOrRefusedWithTheName) {
  const std::string whole = *EncodeWav({16000, std::vector<float>(50, 0.25F)}, WavFormat::kFloat32);
  for (size_t n = 0; n < whole.size(); ++n) {
    const auto result = DecodeWav(std::string_view(whole).substr(0, n), "cut.wav");
    if (!result.ok()) {
      EXPECT_EQ(result.status().code(), StatusCode::kInvalidArgument) << n;
      EXPECT_THAT(Message(result.status()), HasSubstr("cut.wav"));
    }
  }
}

TEST(Wav, EveryDamagedByteIsReadOrRefused) {
  const std::string whole = *EncodeWav({16000, std::vector<float>(50, 0.25F)}, WavFormat::kPcm16);
  for (size_t n = 0; n < 44; ++n) {
    for (const int value : {0, 1, 127, 255}) {
      std::string bytes = whole;
      bytes[n] = static_cast<char>(value);
      const auto result = DecodeWav(bytes, "damaged.wav");
      if (result.ok()) {
        EXPECT_LE(result->samples.size(), 200U);
      }
    }
  }
}

TEST(Wav, HoldsTheLimits) {
  const std::string bytes = *EncodeWav(Tone(), WavFormat::kPcm16);
  EXPECT_EQ(DecodeWav(bytes, "x", {.max_frames = 4800}).status().code(), StatusCode::kOutOfRange);
  EXPECT_TRUE(DecodeWav(bytes, "x", {.max_frames = 4801}).ok());
  const auto wide = DecodeWav(HandMade(40, 8000, std::vector<int16_t>(80), 160), "wide");
  EXPECT_EQ(wide.status().code(), StatusCode::kOutOfRange);
}

TEST(Wav, RefusesSamplesThatAreNotNumbers) {
  MonoBuffer tone = Tone();
  std::string bytes = *EncodeWav(tone, WavFormat::kFloat32);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(bytes.data() + bytes.size() - 8, &nan, sizeof(nan));
  EXPECT_EQ(DecodeWav(bytes, "x").status().code(), StatusCode::kInvalidArgument);
  tone.samples[3] = nan;
  EXPECT_EQ(EncodeWav(tone, WavFormat::kPcm16).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(EncodeWav({0, {0.0F}}, WavFormat::kPcm16).status().code(), StatusCode::kInvalidArgument);
}

TEST(Wav, ReadsFilesAndNamesThemInErrors) {
  const auto scratch = ScratchDirectory::Make();
  ASSERT_TRUE(scratch.ok());
  const std::string path = scratch->path() + "/tone.wav";
  ASSERT_TRUE(WriteFileAtomic(path, *EncodeWav(Tone(), WavFormat::kFloat32)).ok());
  const auto read = ReadWav(path);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->samples, Tone().samples);

  const auto missing = ReadWav(scratch->path() + "/none.wav");
  EXPECT_EQ(missing.status().code(), StatusCode::kNotFound);
  EXPECT_THAT(Message(missing.status()), HasSubstr("none.wav"));
  EXPECT_EQ(ReadWav(scratch->path()).status().code(), StatusCode::kInvalidArgument);
  const std::string text = scratch->path() + "/text.wav";
  ASSERT_TRUE(WriteFileAtomic(text, "this is not sound").ok());
  const auto not_sound = ReadWav(text);
  EXPECT_EQ(not_sound.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(not_sound.status()), HasSubstr("text.wav"));
}

}  // namespace
}  // namespace waveshift::audio
