// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_BASE_MODEL_FOLDER_TEST_TOOLS_H_
#define WAVESHIFT_BASE_MODEL_FOLDER_TEST_TOOLS_H_

#include <cstdlib>
#include <string>

namespace waveshift {

// Where ./setup.sh puts models, by the rule of the program's settings.
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

}  // namespace waveshift

#endif  // WAVESHIFT_BASE_MODEL_FOLDER_TEST_TOOLS_H_
