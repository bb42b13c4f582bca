// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Last stage: measures the published tracks, writes MP4, subtitles and report.
#ifndef WAVESHIFT_PIPELINE_FINISH_H_
#define WAVESHIFT_PIPELINE_FINISH_H_

#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "media/rendition.h"
#include "pipeline/director.h"
#include "pipeline/job.h"
#include "pipeline/journal.h"
#include "pipeline/prepare.h"
#include "pipeline/progress.h"
#include "pipeline/publisher.h"
#include "pipeline/report.h"
#include "stores/object_store.h"

namespace waveshift::pipeline {

// A dubbed line's WAV among the outputs.
Status KeepLine(stores::ObjectStore& store, const OutputLayout& layout, Journal& journal,
                const LineState& line);

class Finisher {
 public:
  struct Context {
    const JobSpec* spec = nullptr;
    PreparedJob* job = nullptr;
    stores::ObjectStore* store = nullptr;
    Journal* journal = nullptr;
    Publisher* publisher = nullptr;
    const CueBook* cues = nullptr;
    ProgressTracker* tracker = nullptr;
    std::vector<std::pair<std::string, std::string>> engines;  // name and version, the usual one first
    const BackgroundReport* background = nullptr;
    std::string scratch;
  };
  explicit Finisher(Context context) : c_(std::move(context)) {}

  // ENDLIST, then MP4 and measurement side by side with the files for listening, then subtitles.
  // `mp4_is_there`: an earlier run with the same fingerprint wrote it.
  Status FinishOutputs(bool mp4_is_there, const std::stop_token& stop);

  // report.json and report.html; returns the JSON. `failure` "" when the job completed.
  StatusOr<std::string> WriteReport(const std::string& failure, const std::vector<std::string>& notices);

 private:
  StatusOr<media::RenditionFiles> Files(const std::string& rendition) const;
  Status WriteMp4File(const std::stop_token& stop);
  Status WriteSubtitleFiles();
  Status MeasureTracks(bool are_there, const std::stop_token& stop);
  StatusOr<audio::StereoBuffer> StemSound(const Stem& stem, bool is_there, const std::stop_token& stop);

  Context c_;
  bool measured_ = false;
  ReportData figures_;  // the measured part only
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_FINISH_H_
