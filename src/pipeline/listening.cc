// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/listening.h"

#include <algorithm>

#include "audio/flac.h"
#include "audio/loudness.h"
#include "audio/peaks.h"

namespace waveshift::pipeline {
namespace {

constexpr Samples kLength = Samples{15} * kTimelineRateHz;
constexpr Samples kBefore = kTimelineRateHz;  // of what comes before the first line
constexpr int64_t kPicturePoints = 600;

Samples DubbedWithin(const std::vector<const LineState*>& dubbed, size_t first, Stretch stretch) {
  Samples sum = 0;
  for (size_t i = first; i < dubbed.size() && dubbed[i]->slot_start < stretch.end; ++i) {
    sum += std::max<Samples>(
        0, std::min(dubbed[i]->end(), stretch.end) - std::max(dubbed[i]->start, stretch.start));
  }
  return sum;
}

}  // namespace

Stretch ChooseStretch(const std::vector<LineState>& lines, Samples length) {
  std::vector<const LineState*> dubbed;
  for (const LineState& line : lines) {
    if (line.status == LineStatus::kDubbed) dubbed.push_back(&line);
  }
  Stretch best;
  Samples most = 0;
  for (size_t i = 0; i < dubbed.size(); ++i) {
    const Samples start =
        std::clamp<Samples>(dubbed[i]->start - kBefore, 0, std::max<Samples>(0, length - kLength));
    const Stretch stretch{start, std::min(start + kLength, length)};
    const Samples sum = DubbedWithin(dubbed, i, stretch);
    if (sum <= most) continue;
    best = stretch;
    most = sum;
  }
  return best;
}

void StretchRecorder::Add(Samples at, const std::vector<float>& interleaved) {
  const Samples from = std::max(at, stretch_.start);
  const Samples to = std::min(at + static_cast<Samples>(interleaved.size() / 2), stretch_.end);
  if (to <= from) return;
  sound_.interleaved.insert(sound_.interleaved.end(),
                            interleaved.begin() + static_cast<ptrdiff_t>(2 * (from - at)),
                            interleaved.begin() + static_cast<ptrdiff_t>(2 * (to - at)));
}

std::string ListeningPath(const std::string& name) { return "listen/" + name + ".flac"; }

std::vector<std::string> ListeningPaths() {
  std::vector<std::string> paths;
  for (const char* name : {"original", "speech", "background", "mix"}) paths.push_back(ListeningPath(name));
  return paths;
}

Status AddListeningRow(stores::ObjectStore& store, const std::string& report_prefix, const std::string& name,
                       const audio::StereoBuffer& sound, Listening& listening) {
  if (sound.frames() == 0) return OkStatus();
  WS_ASSIGN_OR_RETURN(const std::string flac, audio::EncodeFlac(sound));
  ListeningRow row{.name = name, .path = ListeningPath(name)};
  const auto meter = audio::LoudnessMeter::Make();
  meter->Add(sound.interleaved);
  const auto summary = meter->Summary();
  row.integrated_lufs = summary.integrated_lufs;
  row.true_peak_dbtp = summary.true_peak_dbtp;
  audio::PeakReducer peaks(audio::PeakReducer::BinFor(sound.frames(), kPicturePoints));
  peaks.AddStereo(sound.interleaved);
  row.peaks = peaks.Peaks();
  WS_RETURN_IF_ERROR(store.Put(report_prefix + row.path, flac, {}).status());
  listening.rows.push_back(std::move(row));
  return OkStatus();
}

}  // namespace waveshift::pipeline
