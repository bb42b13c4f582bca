// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_INDEXTTS_PARITY_GOLDEN_FOLDER_H_
#define WAVESHIFT_TTS_INDEXTTS_PARITY_GOLDEN_FOLDER_H_

#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "tts/indextts/parity/npy.h"

namespace waveshift::tts::indextts {

// What a reference implementation computed with a model: prompt.wav, tensors/NAME.npy, cases.json. One
// thread.
class GoldenFolder {
 public:
  // NotFound and InvalidArgument name the folder or file that is missing or not to be read.
  static StatusOr<GoldenFolder> Open(const std::string& path);

  const std::string& path() const { return path_; }
  std::string PromptPath() const { return path_ + "/prompt.wav"; }
  // The text of cases.json; a check parses the part that it knows.
  const std::string& cases() const { return cases_; }
  std::string CasesPath() const { return path_ + "/cases.json"; }

  // Names of all tensors, sorted.
  const std::set<std::string>& names() const { return names_; }
  bool Has(const std::string& name) const { return names_.contains(name); }
  // Each is remembered as used. Errors of ReadNpy; InvalidArgument when the values are not of the type.
  StatusOr<NpyArray> Array(const std::string& name);
  StatusOr<std::vector<float>> Floats(const std::string& name);
  StatusOr<std::vector<int32_t>> Ints(const std::string& name);

  // Names that nobody has asked for.
  std::vector<std::string> Unused() const;

 private:
  std::string path_;
  std::string cases_;
  std::set<std::string> names_;
  std::set<std::string> used_;
};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_PARITY_GOLDEN_FOLDER_H_
