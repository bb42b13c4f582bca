// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Where tests find the real model: as the program does, without its configuration file.
#ifndef WAVESHIFT_SEPARATION_DEEPFILTER_TEST_MODEL_H_
#define WAVESHIFT_SEPARATION_DEEPFILTER_TEST_MODEL_H_

#include <filesystem>
#include <string>

#include "base/model_folder_test_tools.h"

namespace waveshift::separation {

inline std::string TestDeepFilterFolder() { return TestModelFolder() + "/deepfilter"; }

}  // namespace waveshift::separation

// The test is skipped, by name, where the model was not fetched.
#define WS_SKIP_WITHOUT_DEEPFILTER()                                                           \
  if (!std::filesystem::exists(::waveshift::separation::TestDeepFilterFolder() + "/enc.onnx")) \
  GTEST_SKIP() << "model deepfilternet3 is not in " << ::waveshift::separation::TestDeepFilterFolder()

#endif  // WAVESHIFT_SEPARATION_DEEPFILTER_TEST_MODEL_H_
