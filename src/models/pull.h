// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Brings models into the model folder: whatever of them is missing or damaged, from the first source that has
// it. A file appears under its name when it is whole and right, or not at all; what was begun is gone on
// with.
#ifndef WAVESHIFT_MODELS_PULL_H_
#define WAVESHIFT_MODELS_PULL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "models/catalogue.h"
#include "models/download.h"

namespace waveshift::models {

struct PullProgress {
  std::string model;
  int64_t bytes_done = 0;  // never goes back
  int64_t bytes_total = 0;
};

struct PullOptions {
  std::string folder;      // made when missing
  bool offline = false;    // nobody is asked; FailedPrecondition when something is missing
  std::string mirror_url;  // "": none. Asked first, for URL/PATH with the path below the folder
  std::map<std::string, std::string> site_urls;  // by name, in place of the catalogue's base_url
  DownloadRules rules;
  std::function<void(const PullProgress&)> on_progress;
  std::function<void(const std::string& line)> on_notice;
};

struct PulledFile {
  const ModelFile* file = nullptr;
  bool was_there = false;
  bool is_there = true;  // false: an optional one that nobody had
  std::string source;    // "" when it was there
  std::string sha256;
  std::string sha256_from;  // who says that this is right: "catalogue", "server", "first download"
};

struct PulledModel {
  const Model* model = nullptr;
  std::vector<PulledFile> files;
};

// One at a time for a folder: a second one waits. The models are of the catalogue, which outlives the call.
//   FailedPrecondition  offline, no room on the disk, or no program that could fetch a package
//   Unavailable         no source gave a file, after retries
//   DataLoss            what came is not the file that is known
//   Internal            this machine could not write
//   Cancelled           what has come stays for the next time
StatusOr<std::vector<PulledModel>> Pull(const Catalogue& catalogue, const std::vector<const Model*>& models,
                                        const PullOptions& options, const std::stop_token& stop);

}  // namespace waveshift::models

#endif  // WAVESHIFT_MODELS_PULL_H_
