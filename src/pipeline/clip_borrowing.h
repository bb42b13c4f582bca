// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Speakers of whom no recording could be cut.
#ifndef WAVESHIFT_PIPELINE_CLIP_BORROWING_H_
#define WAVESHIFT_PIPELINE_CLIP_BORROWING_H_

#include <map>
#include <string>

#include "pipeline/clip_report.h"
#include "voices/speaker_profile.h"

namespace waveshift::pipeline {

// Who has no recording gets that of the speaker whose pitch is nearest (in octaves; profiles by speaker),
// with a notice. Where nobody has one, the attempt is noted and a notice says so. O(n log n) in the speakers.
void BorrowWhereNone(const std::map<std::string, voices::SpeakerProfile>& profiles, ClipReport& report);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_CLIP_BORROWING_H_
