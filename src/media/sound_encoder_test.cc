// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/sound_encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "base/files.h"
#include "media/ffmpeg_parts.h"
#include "media/test_media.h"

namespace waveshift::media {
namespace {

using Purpose = SoundEncoder::Purpose;

// A tone of 440 Hz that swells and fades, so that a shift in time shows.
std::vector<float> Tone(size_t count) {
  std::vector<float> samples(count);
  for (size_t i = 0; i < count; ++i) {
    const double t = static_cast<double>(i) / kSoundRateHz;
    samples[i] = static_cast<float>(0.4 * std::sin(2 * std::numbers::pi * 440 * t) *
                                    (0.6 + 0.4 * std::sin(2 * std::numbers::pi * 3 * t)));
  }
  return samples;
}

std::string Encode(SoundFormat format, Purpose purpose, const std::vector<float>& samples, size_t piece) {
  auto encoder = SoundEncoder::Open(format, purpose);
  EXPECT_TRUE(encoder.ok()) << encoder.status();
  if (!encoder.ok()) return "";
  std::string bytes;
  for (size_t at = 0; at < samples.size(); at += piece) {
    const auto part = std::span<const float>(samples).subspan(at, std::min(piece, samples.size() - at));
    const auto made = (*encoder)->Push(part);
    EXPECT_TRUE(made.ok()) << made.status();
    if (made.ok()) bytes += *made;
  }
  const auto rest = (*encoder)->Finish();
  EXPECT_TRUE(rest.ok()) << rest.status();
  return rest.ok() ? bytes + *rest : bytes;
}

uint32_t LittleEndian32(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 0; i < 4; ++i)
    value |= static_cast<uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return value;
}

class SoundEncoderTest : public MediaTest {
 protected:
  // What the ffmpeg program hears in it, at kSoundRateHz.
  std::vector<float> Decode(SoundFormat format, const std::string& bytes) {
    const std::string name = "sound." + std::string(SoundFormatName(format));
    EXPECT_TRUE(WriteFileAtomic(Path(name), bytes).ok());
    const std::string how = format == SoundFormat::kPcm ? "-f s16le -ar 24000 -ac 1 " : "";
    const auto raw = ReadFile(Make("decoded.f32", how + "-i " + Path(name) + " -ar 24000 -ac 1 -f f32le"),
                              int64_t{1} << 30);
    EXPECT_TRUE(raw.ok()) << raw.status();
    std::vector<float> samples(raw.ok() ? raw->size() / sizeof(float) : 0);
    if (!samples.empty()) std::memcpy(samples.data(), raw->data(), samples.size() * sizeof(float));
    return samples;
  }
};

// At which delay `heard` is most like `sound`, in samples, and how like (at most 1).
std::pair<size_t, double> Delay(const std::vector<float>& heard, const std::vector<float>& sound) {
  std::pair<size_t, double> best{0, -1};
  for (size_t delay = 0; delay < 3000 && delay < heard.size(); ++delay) {
    double product = 0;
    double heard_energy = 0;
    double sound_energy = 0;
    for (size_t i = 0; i < sound.size() && i + delay < heard.size(); i += 7) {
      product += static_cast<double>(heard[i + delay]) * sound[i];
      heard_energy += static_cast<double>(heard[i + delay]) * heard[i + delay];
      sound_energy += static_cast<double>(sound[i]) * sound[i];
    }
    const double likeness = product / std::sqrt(heard_energy * sound_energy + 1e-9);
    if (likeness > best.second) best = {delay, likeness};
  }
  return best;
}

TEST(SoundFormats, HaveNamesAndTypes) {
  for (const SoundFormat format : kSoundFormats) {
    EXPECT_EQ(SoundFormatNamed(SoundFormatName(format)), format);
    EXPECT_TRUE(SoundContentType(format).starts_with("audio/"));
    EXPECT_TRUE(CheckSoundFormat(format).ok()) << CheckSoundFormat(format);
  }
  EXPECT_EQ(SoundFormatNamed("ogg"), std::nullopt);
  EXPECT_EQ(SoundFormatNamed(""), std::nullopt);
}

TEST(SoundFormats, TheDoctorKnowsWhatTheyNeed) {
  const std::vector<FfmpegPart> parts = CheckFfmpegParts();
  for (const SoundFormat format : kSoundFormats) {
    const std::string name(SoundFormatName(format));
    for (const char* kind : {"encoder", "muxer"}) {
      const bool is_listed = std::any_of(parts.begin(), parts.end(), [&](const FfmpegPart& part) {
        const bool is_for_all = part.required && part.name == "aac";
        return part.kind == kind && part.present &&
               (is_for_all || part.purpose.find(name) != std::string::npos);
      });
      EXPECT_TRUE(is_listed) << kind << " of " << name;
    }
  }
}

TEST_F(SoundEncoderTest, EveryFormatHoldsTheSound) {
  const std::vector<float> sound = Tone(50011);
  for (const SoundFormat format : kSoundFormats) {
    for (const Purpose purpose : {Purpose::kStream, Purpose::kFile}) {
      const std::vector<float> heard = Decode(format, Encode(format, purpose, sound, 7001));
      const std::string what =
          std::string(SoundFormatName(format)) + (purpose == Purpose::kFile ? " file" : " stream");
      const auto [delay, likeness] = Delay(heard, sound);
      EXPECT_GT(likeness, 0.98) << what;
      const bool marks_its_ends =
          format != SoundFormat::kAac && (format != SoundFormat::kMp3 || purpose == Purpose::kFile);
      if (marks_its_ends) {
        EXPECT_LE(delay, 2U) << what;
        EXPECT_NEAR(static_cast<double>(heard.size()), static_cast<double>(sound.size()), 2) << what;
      } else {
        // The encoder's own delay, and a last frame filled up with silence.
        EXPECT_LE(delay, 1200U) << what;
        EXPECT_GE(heard.size(), sound.size()) << what;
        EXPECT_LE(heard.size(), sound.size() + 2600) << what;
      }
    }
  }
}

TEST_F(SoundEncoderTest, WhatWasPushedCanBeHeardBeforeTheEnd) {
  const std::vector<float> sound = Tone(24000);
  for (const SoundFormat format : kSoundFormats) {
    auto encoder = SoundEncoder::Open(format, Purpose::kStream);
    ASSERT_TRUE(encoder.ok()) << encoder.status();
    const auto bytes = (*encoder)->Push(sound);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    // Encoders look up to two frames ahead.
    EXPECT_GT(Decode(format, *bytes).size(), sound.size() - 5000) << SoundFormatName(format);
  }
}

TEST_F(SoundEncoderTest, StreamsDoNotDependOnHowTheyAreCut) {
  const std::vector<float> sound = Tone(20000);
  for (const SoundFormat format : kSoundFormats) {
    if (format == SoundFormat::kOpus) continue;  // pages end where a piece ends
    EXPECT_TRUE(Encode(format, Purpose::kStream, sound, 20000) ==
                Encode(format, Purpose::kStream, sound, 333))
        << SoundFormatName(format);
  }
}

TEST_F(SoundEncoderTest, PcmIsTheSamplesRoundedAndClipped) {
  const std::vector<float> sound = {0, 0.5F, -0.5F, 1.0F, -1.0F, 1.5F, -3.0F, 1.0F / 32768, 0.4F / 32768};
  const std::string bytes = Encode(SoundFormat::kPcm, Purpose::kStream, sound, 2);
  const std::vector<int16_t> expected = {0, 16384, -16384, 32767, -32768, 32767, -32768, 1, 0};
  ASSERT_EQ(bytes.size(), expected.size() * 2);
  for (size_t i = 0; i < expected.size(); ++i) {
    const auto low = static_cast<unsigned char>(bytes[2 * i]);
    const auto high = static_cast<unsigned char>(bytes[2 * i + 1]);
    EXPECT_EQ(static_cast<int16_t>(low | high << 8), expected[i]) << i;
  }
}

TEST_F(SoundEncoderTest, AWavHeaderSaysWhatIsKnown) {
  const std::vector<float> sound = Tone(4801);
  const std::string stream = Encode(SoundFormat::kWav, Purpose::kStream, sound, 4801);
  const std::string file = Encode(SoundFormat::kWav, Purpose::kFile, sound, 4801);
  ASSERT_EQ(file.size(), 44 + 2 * sound.size());
  ASSERT_EQ(stream.size(), file.size());
  EXPECT_EQ(LittleEndian32(file, 4), file.size() - 8);
  EXPECT_EQ(LittleEndian32(file, 24), 24000U);
  EXPECT_EQ(LittleEndian32(file, 40), 2 * sound.size());
  // The greatest number stands for "as long as it comes".
  EXPECT_EQ(LittleEndian32(stream, 4), 0xFFFFFFFFU);
  EXPECT_EQ(LittleEndian32(stream, 40), 0xFFFFFFFFU);
  EXPECT_EQ(stream.substr(44), file.substr(44));
  EXPECT_EQ(stream.substr(44), Encode(SoundFormat::kPcm, Purpose::kStream, sound, 4801));
}

TEST_F(SoundEncoderTest, AFlacFileKnowsItsLength) {
  const std::vector<float> sound = Tone(30001);
  ASSERT_TRUE(WriteFileAtomic(Path("a.flac"), Encode(SoundFormat::kFlac, Purpose::kFile, sound, 999)).ok());
  EXPECT_EQ(Probe(Path("a.flac"), "a", "stream=codec_name,sample_rate,channels,duration_ts"),
            std::vector<std::string>{"flac,24000,1,30001"});
}

TEST(SoundEncoder, ErrorsAreSaidAndStay) {
  for (const SoundFormat format : kSoundFormats) {
    auto encoder = SoundEncoder::Open(format, Purpose::kStream);
    ASSERT_TRUE(encoder.ok());
    EXPECT_EQ((*encoder)->Finish().status().code(), StatusCode::kInvalidArgument);
    encoder = SoundEncoder::Open(format, Purpose::kFile);
    ASSERT_TRUE(encoder.ok());
    const std::vector<float> bad = {0, std::numeric_limits<float>::quiet_NaN()};
    EXPECT_EQ((*encoder)->Push(bad).status().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ((*encoder)->Push({}).status().code(), StatusCode::kInvalidArgument);
    encoder = SoundEncoder::Open(format, Purpose::kFile);
    ASSERT_TRUE(encoder.ok());
    EXPECT_TRUE((*encoder)->Push(Tone(100)).ok());
    EXPECT_TRUE((*encoder)->Finish().ok()) << SoundFormatName(format);
    EXPECT_FALSE((*encoder)->Push(Tone(100)).ok());
    EXPECT_FALSE((*encoder)->Finish().ok());
  }
}

}  // namespace
}  // namespace waveshift::media
