// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Which keys are a job's own. An output folder may hold other people's files, in folders of the same names
// too; those are never removed.
#ifndef WAVESHIFT_PIPELINE_OUTPUT_KEYS_H_
#define WAVESHIFT_PIPELINE_OUTPUT_KEYS_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "pipeline/job.h"
#include "stores/object_store.h"

namespace waveshift::pipeline {

// The keys that only a finished job leaves.
std::vector<std::string> FinalKeys(const OutputLayout& layout);

// A playlist, an initialisation segment or a segment of the stream below `hls_prefix`.
bool IsStreamKey(std::string_view hls_prefix, std::string_view key);

// A WAV that keep_lines leaves below `lines_prefix`.
bool IsLineKey(std::string_view lines_prefix, std::string_view key);

// True of every key that a job writes, and that it may remove when an earlier job left it.
bool IsOutputKey(const OutputLayout& layout, std::string_view key);

// Removes the WAVs that an earlier job kept. Errors are the store's.
Status DeleteKeptLines(const OutputLayout& layout, stores::ObjectStore& store);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_OUTPUT_KEYS_H_
