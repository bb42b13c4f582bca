// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/parity/golden_folder.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>
#include <variant>

#include "base/files.h"

namespace waveshift::tts::indextts {
namespace {

constexpr int64_t kMostCasesBytes = int64_t{64} << 20;
constexpr size_t kMostTensors = 100000;

}  // namespace

StatusOr<GoldenFolder> GoldenFolder::Open(const std::string& path) {
  namespace fs = std::filesystem;
  GoldenFolder folder;
  folder.path_ = path;
  WS_ASSIGN_OR_RETURN(folder.cases_, ReadFile(folder.CasesPath(), kMostCasesBytes));
  std::error_code error;
  fs::directory_iterator it(path + "/tensors", error);
  for (; !error && it != fs::directory_iterator(); it.increment(error)) {
    if (it->path().extension() != ".npy") continue;
    folder.names_.insert(it->path().stem().string());
    if (folder.names_.size() > kMostTensors) return OutOfRange(path + "/tensors: has too many files");
  }
  if (error) return NotFound(path + "/tensors: " + error.message());
  return folder;
}

StatusOr<NpyArray> GoldenFolder::Array(const std::string& name) {
  used_.insert(name);
  return ReadNpy(path_ + "/tensors/" + name + ".npy");
}

StatusOr<std::vector<float>> GoldenFolder::Floats(const std::string& name) {
  WS_ASSIGN_OR_RETURN(NpyArray array, Array(name));
  if (auto* values = std::get_if<std::vector<float>>(&array.values)) return std::move(*values);
  return InvalidArgument(path_ + "/tensors/" + name + ".npy: holds no 32-bit floating-point numbers");
}

StatusOr<std::vector<int32_t>> GoldenFolder::Ints(const std::string& name) {
  WS_ASSIGN_OR_RETURN(NpyArray array, Array(name));
  if (auto* values = std::get_if<std::vector<int32_t>>(&array.values)) return std::move(*values);
  return InvalidArgument(path_ + "/tensors/" + name + ".npy: holds no 32-bit integers");
}

std::vector<std::string> GoldenFolder::Unused() const {
  std::vector<std::string> unused;
  std::set_difference(names_.begin(), names_.end(), used_.begin(), used_.end(), std::back_inserter(unused));
  return unused;
}

}  // namespace waveshift::tts::indextts
