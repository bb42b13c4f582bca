// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/parity/parity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace waveshift::tts::indextts {
namespace {

constexpr std::array<ParityCheck, 13> kChecks = {
    &CheckText, &CheckResampling, &CheckGelu,    &CheckPrompt, &CheckConditioning, &CheckSpeaker, &CheckNoise,
    &CheckGpt,  &CheckActivation, &CheckVocoder, &CheckTrace,  &CheckSequences,    &CheckSpeech};

// The row without a verdict: error and scale, or a note.
ParityRow Measure(GoldenFolder* golden, const std::string& name, std::span<const float> found,
                  const std::vector<int64_t>& shape) {
  ParityRow row{.name = name};
  const StatusOr<NpyArray> array = golden->Array(name);
  if (!array.ok()) return FailedRow(name, array.status());
  const auto* wanted = std::get_if<std::vector<float>>(&array->values);
  if (wanted == nullptr || array->shape != shape || wanted->size() != found.size()) {
    row.note = "the folder's tensor has the shape " + ggml::ShapeText(array->shape) +
               ", the model's is float32 " + ggml::ShapeText(shape);
    return row;
  }
  for (size_t i = 0; i < found.size(); ++i) {
    const double error = std::abs(static_cast<double>(found[i]) - (*wanted)[i]);
    // A value that is no number is as wrong as can be.
    row.error = std::max(row.error, std::isnan(error) ? std::numeric_limits<double>::infinity() : error);
    row.scale = std::max(row.scale, std::abs(static_cast<double>((*wanted)[i])));
  }
  return row;
}

double ToleranceOfType(ggml::TensorType type) {
  switch (type) {
    case ggml::TensorType::kF32:
      return kTolerance32;
    case ggml::TensorType::kQ8_0:
      return kTolerance8;
    case ggml::TensorType::kQ4_K:
      return kTolerance4;
    default:
      return kTolerance16;
  }
}

}  // namespace

std::span<const ParityCheck> ParityChecks() { return kChecks; }

bool ParityReport::ok() const {
  return !rows.empty() && std::all_of(rows.begin(), rows.end(), [](const ParityRow& row) { return row.ok; });
}

ParityRow CompareTensor(GoldenFolder* golden, const std::string& name, std::span<const float> found,
                        const std::vector<int64_t>& shape, double tolerance) {
  ParityRow row = Measure(golden, name, found, shape);
  row.tolerance = tolerance;
  row.ok = row.note.empty() && row.error <= tolerance * row.scale;
  return row;
}

ParityRow CompareAbsolute(GoldenFolder* golden, const std::string& name, std::span<const float> found,
                          const std::vector<int64_t>& shape, double tolerance) {
  ParityRow row = Measure(golden, name, found, shape);
  row.scale = 1;
  row.tolerance = tolerance;
  row.ok = row.note.empty() && row.error <= tolerance;
  return row;
}

ParityRow FailedRow(const std::string& name, const Status& status) {
  return {.name = name, .note = Message(status)};
}

bool EndsParity(const Status& status) {
  return status.code() == StatusCode::kCancelled || status.code() == StatusCode::kResourceExhausted;
}

double ToleranceOf(const ParityInput& input, std::span<const std::string_view> prefixes) {
  double tolerance = kTolerance32;
  for (const ggml::StoredTensor& tensor : input.model.file().tensors()) {
    // Tables are stored as the release has them, which loses nothing.
    if (tensor.name.find("positions") != std::string::npos) continue;
    const bool counts = std::any_of(prefixes.begin(), prefixes.end(),
                                    [&](std::string_view prefix) { return tensor.name.starts_with(prefix); });
    if (counts) tolerance = std::max(tolerance, ToleranceOfType(tensor.type));
  }
  return tolerance;
}

StatusOr<std::shared_ptr<const VocoderModel>> ParityVocoder(const ParityInput& input) {
  // The model keeps the file open; the vocoder does not outlive this run.
  const std::shared_ptr<const ggml::GgufFile> file(std::shared_ptr<const void>(), &input.model.file());
  WS_ASSIGN_OR_RETURN(auto vocoder, LoadVocoder(file, input.device.kind(), 0));
  if (!vocoder->fallback_reason().empty()) return FailedPrecondition(vocoder->fallback_reason());
  return vocoder;
}

StatusOr<ParityReport> RunParity(const ParityInput& input, const std::function<void(double)>& progress) {
  ParityReport report;
  double done = 0;
  for (const ParityCheck check : ParityChecks()) {
    if (input.stop.stop_requested()) return Cancelled("stopped");
    WS_RETURN_IF_ERROR(check(input, &report.rows));
    done += 1;
    if (progress) progress(done / static_cast<double>(ParityChecks().size()));
  }
  report.not_compared = input.golden.Unused();
  return report;
}

}  // namespace waveshift::tts::indextts
