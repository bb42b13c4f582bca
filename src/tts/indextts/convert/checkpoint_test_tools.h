// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Writes checkpoints as torch.save does (a ZIP of stored files, a pickle of protocol 2), for tests and
// measurements: any tensors, tensor by tensor, also wrong ones.
#ifndef WAVESHIFT_TTS_INDEXTTS_CONVERT_CHECKPOINT_TEST_TOOLS_H_
#define WAVESHIFT_TTS_INDEXTTS_CONVERT_CHECKPOINT_TEST_TOOLS_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/large_file.h"
#include "base/status.h"
#include "tts/indextts/convert/pickle.h"

namespace waveshift::tts::indextts {

// Writes stored files one after the other, with the records for large archives as torch has them.
class ZipWriter {
 public:
  static StatusOr<ZipWriter> Create(const std::string& path);
  Status BeginFile(const std::string& name);
  Status Append(std::string_view bytes);
  Status EndFile();
  Status AddFile(const std::string& name, std::string_view bytes);
  Status Finish();

 private:
  explicit ZipWriter(AtomicFile file) : file_(std::move(file)) {}
  struct Entry {
    std::string name;
    int64_t header = 0;
    int64_t size = 0;
    uint32_t crc = 0;
  };
  AtomicFile file_;
  std::vector<Entry> entries_;
};

struct TestTensor {
  std::string name;
  ElementType element = ElementType::kFloat32;
  std::vector<int64_t> shape;
};

// The pickle of a state dict: {wrapper: OrderedDict(...)}, or the OrderedDict itself when `wrapper` is "".
// Tensor number i has the storage i.
std::string StateDictPickle(const std::vector<TestTensor>& tensors, const std::string& wrapper);

// Values number `first` and following of a tensor; integers are written rounded.
using Fill = std::function<void(const TestTensor& tensor, int64_t first, std::span<float> values)>;
// Numbers from -1 to 1 that depend on the tensor's name only.
void FillByName(const TestTensor& tensor, int64_t first, std::span<float> values);

Status WriteCheckpoint(const std::string& path, const std::vector<TestTensor>& tensors,
                       const std::string& wrapper, const Fill& fill);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_CONVERT_CHECKPOINT_TEST_TOOLS_H_
