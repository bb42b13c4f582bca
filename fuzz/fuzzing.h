// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What every fuzzer shares.
#ifndef WAVESHIFT_FUZZ_FUZZING_H_
#define WAVESHIFT_FUZZ_FUZZING_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace waveshift::fuzz {

// Ends the process as a sanitizer would, so that the input at fault is kept.
inline void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

inline std::string_view BytesOf(const uint8_t* data, size_t size) {
  return size == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char*>(data), size);
}

}  // namespace waveshift::fuzz

// The entry point of libFuzzer and of standalone_main.cc; always 0.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

#endif  // WAVESHIFT_FUZZ_FUZZING_H_
