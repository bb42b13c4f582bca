// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The model folder: what of the catalogue lies there, whether it is right, and taking it away again.
//
// Beside a file FILE may lie FILE.sha256 (as sha256sum writes it): of networks, because their engine compares
// it, and of files whose hash the catalogue does not know, as a record of the first download. FILE.part and
// FILE.part.json are a download that has not ended.
#ifndef WAVESHIFT_MODELS_FOLDER_H_
#define WAVESHIFT_MODELS_FOLDER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "models/catalogue.h"

namespace waveshift::models {

enum class FileState { kAbsent, kPartial, kPresent, kDamaged };
// "absent", "partial", "present", "damaged".
std::string_view Word(FileState state);

struct FileReport {
  const ModelFile* file = nullptr;
  FileState state = FileState::kAbsent;
  int64_t bytes_there = 0;  // of the file, or of its unfinished download
  std::string sha256;       // as it was read; Verify only
  std::string detail;       // why it is damaged
};

struct ModelReport {
  const Model* model = nullptr;
  // Present: all files but optional ones are; absent: none is; damaged: one is; partial: the rest.
  FileState state = FileState::kAbsent;
  std::vector<FileReport> files;  // as in the model
};

// Where a file of the catalogue lies.
std::string PathIn(const std::string& folder, const ModelFile& file);

// The hash in FILE.sha256, if there is one.
std::optional<std::string> RecordedSha256(const std::string& path);
// True when FILE.sha256 belongs beside the file.
bool WantsRecord(const ModelFile& file);
Status RecordSha256(const std::string& path, const std::string& sha256);

// By names and sizes, which takes no time. The catalogue's model outlives the report.
ModelReport LookAt(const Model& model, const std::string& folder);

using BytesRead = std::function<void(int64_t more)>;

// Reads every file and compares its SHA-256 with the catalogue's, else with the recorded one. `on_bytes` may
// be empty. Cancelled.
StatusOr<ModelReport> Verify(const Model& model, const std::string& folder, const BytesRead& on_bytes,
                             const std::stop_token& stop);

// SHA-256 of a file, in pieces, so that it can be stopped.
StatusOr<std::string> HashFile(const std::string& path, const BytesRead& on_bytes,
                               const std::stop_token& stop);

struct Removed {
  std::vector<std::string> paths;  // below the folder
  int64_t bytes = 0;
};
// Removes the model's files and what lies beside them (see above), and folders that are empty then; nothing
// else. Symbolic links to folders are not followed: FailedPrecondition names one.
StatusOr<Removed> Remove(const Model& model, const std::string& folder);

}  // namespace waveshift::models

#endif  // WAVESHIFT_MODELS_FOLDER_H_
