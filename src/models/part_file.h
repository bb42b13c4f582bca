// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// A file that is on its way: FILE.part, which survives the process, and what must be known to go on with it,
// in FILE.part.json.
#ifndef WAVESHIFT_MODELS_PART_FILE_H_
#define WAVESHIFT_MODELS_PART_FILE_H_

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/status.h"

namespace waveshift::models {

// What the bytes of a part are a part of.
struct PartOrigin {
  std::string source;        // the address that was asked, without secrets
  std::string etag;          // a strong one, "" when the server gave none
  std::string sha256;        // of the whole file as the server says it, "" when it does not
  int64_t total_bytes = -1;  // of the whole file, -1 when not known
};

// One thread, and one process (see FolderLock). Destroyed without Commit it leaves the part for the next
// time.
class PartFile {
 public:
  // Opens or makes `target`.part and reads what is there, for its hash. Makes missing folders. Cancelled.
  static StatusOr<PartFile> Open(const std::string& target, const std::stop_token& stop);
  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&& other) noexcept;
  ~PartFile();

  const std::string& target() const { return target_; }
  int64_t size_bytes() const { return size_bytes_; }
  const PartOrigin& origin() const { return origin_; }
  // OK, or why this machine could not write (a full disk): no other source will help.
  const Status& write_failure() const { return write_failure_; }

  Status SetOrigin(const PartOrigin& origin);
  Status Append(std::string_view bytes);
  // Throws away what is there.
  Status Restart();
  // SHA-256 of all bytes. Once, when the file is whole: only Restart, Commit and Discard may follow.
  std::string Sha256Hex();
  // Flushes and renames to the target's name; nothing is left of the part.
  Status Commit();
  // Removes part and record.
  void Discard();

 private:
  PartFile(std::string target, int fd) : target_(std::move(target)), fd_(fd) {}
  std::string part_path() const { return target_ + ".part"; }
  std::string record_path() const { return target_ + ".part.json"; }
  Status ReadWhatIsThere(const std::stop_token& stop);
  void ReadRecord();
  Status Failed(int error_number);

  std::string target_;
  int fd_ = -1;
  int64_t size_bytes_ = 0;
  Sha256 hash_;
  bool is_hashed_ = false;
  PartOrigin origin_;
  Status write_failure_;
};

}  // namespace waveshift::models

#endif  // WAVESHIFT_MODELS_PART_FILE_H_
