// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/voice/voice_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "base/files.h"

namespace waveshift::tts::indextts {
namespace {

namespace fs = std::filesystem;

constexpr char kSuffix[] = ".voice";
constexpr int64_t kMostVoiceBytes = int64_t{1} << 30;

struct KeptFile {
  fs::path path;
  fs::file_time_type used;
  int64_t bytes = 0;
};

// Files that go away meanwhile are left out.
std::vector<KeptFile> KeptFiles(const std::string& folder) {
  std::vector<KeptFile> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code gone;
    if (it->path().extension() != kSuffix || it->is_symlink(gone) || !it->is_regular_file(gone)) continue;
    KeptFile file{it->path(), it->last_write_time(gone), 0};
    if (!gone) file.bytes = static_cast<int64_t>(it->file_size(gone));
    if (!gone) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

VoiceFolder::VoiceFolder(std::string path, int64_t most_bytes)
    : path_(std::move(path)), most_bytes_(most_bytes) {}

std::string VoiceFolder::PathOf(const std::string& key) const { return path_ + "/" + key + kSuffix; }

StatusOr<Voice> VoiceFolder::Read(const std::string& key, const Architecture& architecture) const {
  if (path_.empty()) return NotFound("no folder of voices");
  const std::string path = PathOf(key);
  WS_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path, kMostVoiceBytes));
  std::error_code ignored;  // a folder that may only be read
  fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
  return DecodeVoiceFile(bytes, key, architecture);
}

Status VoiceFolder::Keep(const Voice& voice) const {
  if (path_.empty()) return OkStatus();
  WS_RETURN_IF_ERROR(WriteFileAtomic(PathOf(voice.key), EncodeVoiceFile(voice)));
  MakeRoom(PathOf(voice.key));
  return OkStatus();
}

void VoiceFolder::MakeRoom(const std::string& kept) const {
  std::vector<KeptFile> files = KeptFiles(path_);
  int64_t bytes = 0;
  for (const KeptFile& file : files) bytes += file.bytes;
  std::sort(files.begin(), files.end(), [](const KeptFile& a, const KeptFile& b) { return a.used < b.used; });
  for (const KeptFile& file : files) {
    if (bytes <= most_bytes_) return;
    if (file.path == kept) continue;
    std::error_code error;
    fs::remove(file.path, error);
    if (!error) bytes -= file.bytes;
  }
}

}  // namespace waveshift::tts::indextts
