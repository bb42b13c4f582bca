// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/parity/npy.h"

#include <vector>

#include "fuzzing.h"

namespace {

using waveshift::fuzz::Require;
namespace indextts = waveshift::tts::indextts;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy of its own, so that a sanitizer sees the first byte behind it.
  const std::vector<char> copy(data, data + size);
  const auto array = indextts::ParseNpy({copy.data(), copy.size()}, "file");
  if (!array.ok()) {
    Require(array.status().code() == waveshift::StatusCode::kInvalidArgument, "bad input, nothing else");
    return 0;
  }
  int64_t product = 1;
  for (const int64_t extent : array->shape) product *= extent;
  Require(product == array->size(), "an array has as many values as its shape says");
  Require(array->size() * 2 <= static_cast<int64_t>(size), "values come from the file's bytes");
  Require(array->Doubles().size() == static_cast<size_t>(array->size()), "its values are numbers");
  return 0;
}
