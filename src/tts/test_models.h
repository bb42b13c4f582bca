// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where tests find real models: as the program does, without its configuration file.
#ifndef WAVESHIFT_TTS_TEST_MODELS_H_
#define WAVESHIFT_TTS_TEST_MODELS_H_

#include <cstdlib>
#include <filesystem>
#include <string>

namespace waveshift::tts {

inline std::string TestModelFolder() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  if (!variable("WAVESHIFT_MODEL_DIR").empty()) return variable("WAVESHIFT_MODEL_DIR");
  if (!variable("WAVESHIFT_HOME").empty()) return variable("WAVESHIFT_HOME") + "/models";
  const std::string data = variable("XDG_DATA_HOME");
  return (data.empty() ? variable("HOME") + "/.local/share" : data) + "/waveshift/models";
}

inline bool HasTestModel(const std::string& relative) {
  return std::filesystem::exists(TestModelFolder() + "/" + relative);
}

}  // namespace waveshift::tts

// The test is skipped, by name, where the model was not fetched.
#define WS_SKIP_WITHOUT_MODEL(relative)          \
  if (!::waveshift::tts::HasTestModel(relative)) \
  GTEST_SKIP() << "model " << (relative) << " is not in " << ::waveshift::tts::TestModelFolder()

#endif  // WAVESHIFT_TTS_TEST_MODELS_H_
