// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where tests find the real model: as the program does, without its configuration file.
#ifndef WAVESHIFT_SEPARATION_DEEPFILTER_TEST_MODEL_H_
#define WAVESHIFT_SEPARATION_DEEPFILTER_TEST_MODEL_H_

#include <cstdlib>
#include <filesystem>
#include <string>

namespace waveshift::separation {

inline std::string TestDeepFilterFolder() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  std::string models = variable("WAVESHIFT_MODEL_DIR");
  if (models.empty() && !variable("WAVESHIFT_HOME").empty()) models = variable("WAVESHIFT_HOME") + "/models";
  if (models.empty()) {
    const std::string data = variable("XDG_DATA_HOME");
    models = (data.empty() ? variable("HOME") + "/.local/share" : data) + "/waveshift/models";
  }
  return models + "/deepfilter";
}

}  // namespace waveshift::separation

// The test is skipped, by name, where the model was not fetched.
#define WS_SKIP_WITHOUT_DEEPFILTER()                                                           \
  if (!std::filesystem::exists(::waveshift::separation::TestDeepFilterFolder() + "/enc.onnx")) \
  GTEST_SKIP() << "model deepfilternet3 is not in " << ::waveshift::separation::TestDeepFilterFolder()

#endif  // WAVESHIFT_SEPARATION_DEEPFILTER_TEST_MODEL_H_
