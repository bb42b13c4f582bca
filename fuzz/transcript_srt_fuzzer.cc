// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "transcript_fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  waveshift::fuzz::CheckTranscript(waveshift::fuzz::BytesOf(data, size),
                                   waveshift::text::TranscriptFormat::kSrt);
  return 0;
}
