// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Holds a converted model against a folder of golden data (GoldenFolder): what `waveshift models parity`
// prints. Sizes and counts come from the model and the folder, so any folder of that layout will do.
#ifndef WAVESHIFT_TTS_INDEXTTS_PARITY_PARITY_H_
#define WAVESHIFT_TTS_INDEXTTS_PARITY_PARITY_H_

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tts/indextts/compute_device.h"
#include "tts/indextts/loaded_model.h"
#include "tts/indextts/parity/golden_folder.h"
#include "tts/indextts/vocoder/vocoder_model.h"

namespace waveshift::tts::indextts {

// Bounds of a tensor's largest error, relative to its largest absolute value: what one can ask of 32-bit
// arithmetic, of 16-bit weights or products, and of weights in 8 and 4 bits (of matrices as small as those of
// the golden model, in which few errors cancel out).
inline constexpr double kTolerance32 = 1e-4;
inline constexpr double kTolerance16 = 2e-2;
inline constexpr double kTolerance8 = 5e-2;
inline constexpr double kTolerance4 = 1e-1;

// One line of the table: a tensor, or a group of cases that must be identical.
struct ParityRow {
  std::string name;
  // Of a tensor: largest absolute error, largest absolute value of the reference (1: the bound is absolute),
  // bound of error / scale.
  double error = 0;
  double scale = 0;
  double tolerance = 0;
  // Of a group of cases; 0 for a tensor.
  int64_t cases = 0;
  std::vector<std::string> different;  // what identifies each case that is not identical
  bool ok = false;
  std::string note;  // why there is nothing to compare

  bool is_tensor() const { return cases == 0; }
};

struct ParityReport {
  std::vector<ParityRow> rows;
  std::vector<std::string> not_compared;  // tensors of the folder that no check looked at

  // There are rows, and all are OK.
  bool ok() const;
};

struct ParityInput {
  const LoadedModel& model;
  const ComputeDevice& device;
  GoldenFolder& golden;
  std::stop_token stop;
};

// Adds its rows. What the folder lacks or the model cannot compute becomes a row that is not OK; an error
// ends everything (Cancelled, ResourceExhausted, a folder that cannot be read).
using ParityCheck = Status (*)(const ParityInput& input, std::vector<ParityRow>* rows);

// In the order of computing; a new stage adds its check here.
std::span<const ParityCheck> ParityChecks();

// `progress` gets the share from 0 to 1.
StatusOr<ParityReport> RunParity(const ParityInput& input, const std::function<void(double)>& progress);

// As a table for people, and as the document of --json (one JSON object).
std::string ParityText(const ParityReport& report);
std::string ParityJson(const ParityReport& report);

// For checks.

// `found` against the folder's tensor NAME. A missing tensor or another shape is a row that is not OK.
ParityRow CompareTensor(GoldenFolder* golden, const std::string& name, std::span<const float> found,
                        const std::vector<int64_t>& shape, double tolerance);
// The same with an absolute bound.
ParityRow CompareAbsolute(GoldenFolder* golden, const std::string& name, std::span<const float> found,
                          const std::vector<int64_t>& shape, double tolerance);
// A row that is not OK because of `status`.
ParityRow FailedRow(const std::string& name, const Status& status);
// True for errors that end everything.
bool EndsParity(const Status& status);

// What can be asked of the parts of the model whose tensors' names begin with one of `prefixes`: the bound of
// the coarsest type in which one of their matrices is stored.
double ToleranceOf(const ParityInput& input, std::span<const std::string_view> prefixes);

// The vocoder where the device computes it; an error when it cannot there.
StatusOr<std::shared_ptr<const VocoderModel>> ParityVocoder(const ParityInput& input);

// The checks.
Status CheckResampling(const ParityInput& input, std::vector<ParityRow>* rows);
Status CheckGelu(const ParityInput& input, std::vector<ParityRow>* rows);
Status CheckPrompt(const ParityInput& input, std::vector<ParityRow>* rows);
Status CheckConditioning(const ParityInput& input, std::vector<ParityRow>* rows);
Status CheckSpeaker(const ParityInput& input, std::vector<ParityRow>* rows);
Status CheckText(const ParityInput& input, std::vector<ParityRow>* rows);
Status CheckNoise(const ParityInput& input, std::vector<ParityRow>* rows);
Status CheckGpt(const ParityInput& input, std::vector<ParityRow>* rows);
Status CheckActivation(const ParityInput& input, std::vector<ParityRow>* rows);
Status CheckVocoder(const ParityInput& input, std::vector<ParityRow>* rows);
Status CheckTrace(const ParityInput& input, std::vector<ParityRow>* rows);
Status CheckSequences(const ParityInput& input, std::vector<ParityRow>* rows);
Status CheckSpeech(const ParityInput& input, std::vector<ParityRow>* rows);

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_PARITY_PARITY_H_
