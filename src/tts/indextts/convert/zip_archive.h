// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_CONVERT_ZIP_ARCHIVE_H_
#define WAVESHIFT_TTS_INDEXTTS_CONVERT_ZIP_ARCHIVE_H_

#include <cstdint>
#include <map>
#include <string>

#include "base/large_file.h"
#include "base/status.h"

namespace waveshift::tts::indextts {

// Where a file of an archive lies: `size` bytes from `offset`, inside the archive and apart from all others.
struct ZipEntry {
  int64_t offset = 0;
  int64_t size = 0;
};

// The files of a ZIP archive that stores them as they are (no compression, no encryption), as torch.save
// writes it; also with the records for large archives (APPNOTE 6.3: zip64). Checksums are not compared: torch
// leaves them out on request. InvalidArgument names the archive, the offset and what is wrong.
StatusOr<std::map<std::string, ZipEntry>> ReadZipEntries(const InputFile& file);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_CONVERT_ZIP_ARCHIVE_H_
