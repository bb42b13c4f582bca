// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// data/mandarin.txt as bytes of the program; cmake/embed_file.cmake writes the function. Room-internal.
#ifndef WAVESHIFT_PHONEMES_MANDARIN_FILE_INTERNAL_H_
#define WAVESHIFT_PHONEMES_MANDARIN_FILE_INTERNAL_H_

#include <string_view>

namespace waveshift::phonemes::internal {

std::string_view MandarinFile();

}  // namespace waveshift::phonemes::internal

#endif  // WAVESHIFT_PHONEMES_MANDARIN_FILE_INTERNAL_H_
