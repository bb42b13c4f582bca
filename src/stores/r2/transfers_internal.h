// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Files to and from S3. Nothing is held in memory but a piece. Not for other rooms.
#ifndef WAVESHIFT_STORES_R2_TRANSFERS_INTERNAL_H_
#define WAVESHIFT_STORES_R2_TRANSFERS_INTERNAL_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "stores/object_store.h"
#include "stores/r2/s3_client_internal.h"

namespace waveshift::stores::internal {

// Whether `bytes_md5` and `bytes_sha256` (hex) fit what the answer's headers say of the object. DataLoss.
Status CheckHashes(const net::HttpResponse& head, const std::string& what, const std::string& bytes_md5,
                   const std::string& bytes_sha256);
// The object as the headers of an answer to GET or HEAD say.
ObjectInfo InfoFromHeaders(const std::string& key, const net::HttpResponse& response);

// Downloads into `path`, which appears when all bytes are there, fit their hash and are on the disk. A
// connection that breaks is taken up where it broke (If-Match keeps it the same object); it goes on as long
// as bytes come. NotFound.
Status DownloadObject(S3Client& client, const std::string& key, const std::string& path);

struct FileUpload {
  std::string key;
  std::string path;
  SignedHeaders headers;
  bool is_conditional = false;            // always in one request, because only that can have a condition
  std::function<Status()> before_commit;  // of PutOptions
  bool yields_to_next_holder = false;     // of PutOptions
};

// Uploads a file, in one request or in parts as the options say. OutOfRange for a conditional one above
// 4.995 GiB. A failed upload in parts is aborted. AlreadyExists when the condition does not hold.
//
// One that yields to the lease's next holder goes in one request with the ETag of what is there now; or in
// parts, which have no conditions, after all unfinished uploads of the key have been aborted: so one whose
// writer has lost the lease can never be completed behind this one.
StatusOr<ObjectInfo> UploadFile(S3Client& client, const FileUpload& upload);

}  // namespace waveshift::stores::internal

#endif  // WAVESHIFT_STORES_R2_TRANSFERS_INTERNAL_H_
