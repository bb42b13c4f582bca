// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/voice/voice_encoder.h"

#include <sys/stat.h>

#include <filesystem>
#include <limits>
#include <thread>

#include <gtest/gtest.h>

#include "audio/wav.h"
#include "tts/indextts/golden_model_test_tools.h"

namespace waveshift::tts::indextts {
namespace {

std::string GoldenClip() { return ReadFile(kGoldenFolder + "prompt.wav", 1 << 20).value(); }

// Clip number n: so many samples of a tone, each another sound.
std::string Clip(int number) {
  std::vector<float> samples;
  for (int i = 0; i < 3000 + number; ++i) samples.push_back(static_cast<float>(0.4 * std::sin(0.05 * i)));
  return audio::EncodeWav({24000, samples}, audio::WavFormat::kPcm16).value();
}

class VoiceEncoderTest : public testing::Test {
 protected:
  std::unique_ptr<VoiceEncoder> Encoder(VoiceEncoder::Options options,
                                        ggml::TensorType type = ggml::TensorType::kF32) {
    auto device = ggml::Device::Open({.kind = ggml::DeviceKind::kCpu, .threads = 1}).value();
    return std::make_unique<VoiceEncoder>(GoldenModel(type), std::move(device), std::move(options));
  }
  std::string Cache() const { return scratch_.path() + "/voices"; }
  std::vector<std::string> Files() const {
    std::vector<std::string> files;
    for (const auto& each : std::filesystem::directory_iterator(Cache())) files.push_back(each.path());
    return files;
  }
  ScratchDirectory scratch_ = ScratchDirectory::Make().value();
};

TEST_F(VoiceEncoderTest, GivesTheReferencesVoice) {
  const auto encoder = Encoder({});
  const auto voice = encoder->EncodeFile(kGoldenFolder + "prompt.wav");
  ASSERT_TRUE(voice.ok()) << voice.status();
  EXPECT_LT(RelativeError((*voice)->conditioning, GoldenFloats("perceiver_out")), 3e-5);
  EXPECT_LT(RelativeError((*voice)->speaker, GoldenFloats("ecapa_embedding")), 3e-5);
  EXPECT_EQ((*voice)->key, encoder->KeyOf(GoldenClip()));
  EXPECT_EQ(encoder->EncodeBytes(GoldenClip(), "again").value(), *voice);
  EXPECT_EQ(encoder->counts().computed, 1);
  EXPECT_EQ(encoder->counts().from_memory, 1);
}

TEST_F(VoiceEncoderTest, KeepsVoicesOnDisk) {
  const auto first = Encoder({.cache_folder = Cache()})->EncodeBytes(GoldenClip(), "a").value();
  ASSERT_EQ(Files().size(), 1u);
  const auto encoder = Encoder({.cache_folder = Cache()});
  const auto second = encoder->EncodeBytes(GoldenClip(), "a").value();
  EXPECT_EQ(encoder->counts().computed, 0);
  EXPECT_EQ(encoder->counts().from_disk, 1);
  EXPECT_EQ(second->key, first->key);
  EXPECT_EQ(second->conditioning, first->conditioning);
  EXPECT_EQ(second->speaker, first->speaker);
  // Another model's voice is another voice.
  const auto other = Encoder({.cache_folder = Cache()}, ggml::TensorType::kF16);
  EXPECT_NE(other->EncodeBytes(GoldenClip(), "a").value()->key, first->key);
  EXPECT_EQ(other->counts().computed, 1);
  EXPECT_EQ(Files().size(), 2u);
}

TEST_F(VoiceEncoderTest, DamagedFilesAreComputedAgain) {
  const auto right = Encoder({.cache_folder = Cache()})->EncodeBytes(GoldenClip(), "a").value();
  const std::string path = Files().at(0);
  const std::string good = ReadFile(path, 1 << 20).value();
  std::string flipped = good;
  flipped[200] = static_cast<char>(flipped[200] ^ 1);
  for (const std::string& bad : {std::string(), good.substr(0, good.size() - 1), good + "x", flipped,
                                 std::string(good.size(), '\0')}) {
    ASSERT_TRUE(WriteFileAtomic(path, bad).ok());
    const auto encoder = Encoder({.cache_folder = Cache()});
    const auto voice = encoder->EncodeBytes(GoldenClip(), "a");
    ASSERT_TRUE(voice.ok()) << voice.status();
    EXPECT_EQ(encoder->counts().computed, 1);
    EXPECT_EQ((*voice)->speaker, right->speaker);
    EXPECT_EQ(ReadFile(path, 1 << 20).value(), good);
  }
}

TEST_F(VoiceEncoderTest, AFolderThatCannotBeWrittenIsNoReasonNotToSpeak) {
  ASSERT_TRUE(WriteFileAtomic(scratch_.path() + "/file", "").ok());
  const auto encoder = Encoder({.cache_folder = scratch_.path() + "/file/voices"});
  EXPECT_TRUE(encoder->EncodeBytes(GoldenClip(), "a").ok());
  EXPECT_TRUE(encoder->EncodeBytes(GoldenClip(), "a").ok());
  EXPECT_EQ(encoder->counts().computed, 1);
}

TEST_F(VoiceEncoderTest, ForgetsTheLeastRecentlyUsed) {
  const auto encoder = Encoder({.most_in_memory = 2});
  const auto encode = [&](int number) { ASSERT_TRUE(encoder->EncodeBytes(Clip(number), "a").ok()); };
  encode(1);
  encode(2);
  encode(1);
  encode(3);  // 2 goes
  encode(1);
  EXPECT_EQ(encoder->counts().computed, 3);
  encode(2);
  EXPECT_EQ(encoder->counts().computed, 4);
}

TEST_F(VoiceEncoderTest, ManyThreadsComputeAVoiceOnce) {
  const auto encoder = Encoder({.cache_folder = Cache()});
  std::vector<std::thread> threads;
  std::vector<std::shared_ptr<const Voice>> voices(8);
  for (size_t i = 0; i < voices.size(); ++i) {
    threads.emplace_back([&, i] {
      const auto voice = encoder->EncodeBytes(Clip(static_cast<int>(i % 2)), "a");
      if (voice.ok()) voices[i] = *voice;
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(encoder->counts().computed, 2);
  for (size_t i = 0; i < voices.size(); ++i) {
    ASSERT_NE(voices[i], nullptr);
    EXPECT_EQ(voices[i], voices[i % 2]);
  }
  EXPECT_NE(voices[0]->speaker, voices[1]->speaker);
}

TEST_F(VoiceEncoderTest, ErrorsNameTheSampleAndAreNotRemembered) {
  const auto encoder = Encoder({.cache_folder = Cache()});
  EXPECT_EQ(encoder->EncodeFile(scratch_.path() + "/none.wav").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(encoder->EncodeFile(scratch_.path()).status().code(), StatusCode::kInvalidArgument);
  ASSERT_EQ(::mkfifo((scratch_.path() + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(encoder->EncodeFile(scratch_.path() + "/pipe").status().code(), StatusCode::kInvalidArgument);
  const auto status = encoder->EncodeBytes("no sound", "bob.wav").status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_TRUE(Message(status).starts_with("bob.wav: ")) << status;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(encoder->EncodeBytes(GoldenClip(), "a", stop.get_token()).status().code(),
            StatusCode::kCancelled);
  EXPECT_TRUE(encoder->EncodeBytes(GoldenClip(), "a").ok());
  EXPECT_EQ(encoder->counts().computed, 1);
}

TEST(VoiceFile, OnlyThatOfThisVoiceAndModel) {
  const Architecture sizes = GoldenModel(ggml::TensorType::kF32)->architecture();
  Voice voice{std::string(64, 'a'), std::vector<float>(32 * 64, 0.5F), std::vector<float>(16, -2.0F)};
  const auto decode = [&](const Voice& each, const std::string& key) {
    return DecodeVoiceFile(EncodeVoiceFile(each), key, sizes);
  };
  ASSERT_TRUE(decode(voice, voice.key).ok());
  EXPECT_EQ(decode(voice, voice.key)->conditioning, voice.conditioning);
  EXPECT_EQ(Message(decode(voice, std::string(64, 'b')).status()), "is the file of another voice");
  Voice longer = voice;
  longer.speaker.push_back(1);
  EXPECT_EQ(Message(decode(longer, voice.key).status()), "is not the file of a voice, or damaged");
  voice.speaker[3] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(Message(decode(voice, voice.key).status()), "holds what is no number");
}

}  // namespace
}  // namespace waveshift::tts::indextts
