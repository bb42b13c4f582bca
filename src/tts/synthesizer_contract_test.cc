// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The contract suite over every engine.
#include "tts/synthesizer_contract.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "tts/espeak/espeak.h"
#include "tts/kokoro/kokoro.h"
#include "tts/kokoro/voices.h"
#include "tts/piper/piper.h"
#include "tts/test_models.h"
#include "tts/test_networks.h"

namespace waveshift::tts {
namespace {

const std::vector<std::string> kEnglish = {"The quick brown fox jumps over the lazy dog near the river bank.",
                                           "Nobody was more surprised than the farmer.",
                                           "We had been watching all morning."};

// Short: the network takes a second for a few seconds of speech.
const std::vector<std::string> kShort = {"Nobody was surprised.", "We had been watching.", "He was right."};

std::unique_ptr<Synthesizer> Piper() {
  PiperOptions options;
  options.folder = TestModelFolder() + "/piper";
  options.threads = 2;
  return MakePiper(options);
}

INSTANTIATE_TEST_SUITE_P(Espeak, SynthesizerContract,
                         testing::Values(EngineUnderTest{.make = [] { return MakeEspeak(); },
                                                         .language = "en",
                                                         .texts = kEnglish,
                                                         .unsupported_language = "tlh"}),
                         [](const auto&) { return "English"; });

std::unique_ptr<Synthesizer> Kokoro() {
  KokoroOptions options;
  options.folder = TestModelFolder() + "/kokoro";
  options.threads = 2;
  return MakeKokoro(options);
}

// Kokoro's engine around a network of two nodes.
std::unique_ptr<Synthesizer> QuickKokoro() {
  static const ScratchDirectory folder = ScratchDirectory::Make().value();
  EXPECT_TRUE(WriteFileAtomic(folder.path() + "/model.onnx", TestKokoro(TestWave(1200, 0.002F))).ok());
  const std::string voice(KokoroStyle::kRows * KokoroStyle::kColumns * sizeof(float), '\0');
  EXPECT_TRUE(WriteFileAtomic(folder.path() + "/voices/af_heart.bin", voice).ok());
  KokoroOptions options;
  options.folder = folder.path();
  return MakeKokoro(options);
}

INSTANTIATE_TEST_SUITE_P(Kokoro, SynthesizerContract,
                         testing::Values(EngineUnderTest{.make = &Kokoro,
                                                         .language = "en",
                                                         .texts = kShort,
                                                         .unsupported_language = "tlh",
                                                         .model = "kokoro/kokoro-v1.0-int8.onnx",
                                                         .make_for_long_lines = &QuickKokoro}),
                         [](const auto&) { return "English"; });

INSTANTIATE_TEST_SUITE_P(Piper, SynthesizerContract,
                         testing::Values(EngineUnderTest{.make = &Piper,
                                                         .language = "en",
                                                         .texts = kEnglish,
                                                         .unsupported_language = "tlh",
                                                         .model = "piper/en_US-joe-medium.onnx"}),
                         [](const auto&) { return "English"; });

}  // namespace
}  // namespace waveshift::tts
