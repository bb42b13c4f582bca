// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The task of `waveshift verify --sample`: a clip of eight seconds in which espeak-ng speaks Spanish, to be
// dubbed into English, which every engine speaks. tools/make_verify_sample.sh makes it.
#ifndef WAVESHIFT_APP_VERIFY_SAMPLE_H_
#define WAVESHIFT_APP_VERIFY_SAMPLE_H_

#include <string>
#include <string_view>

namespace waveshift::app {

// Bytes of the MP4 and of its transcript (contract.md, section 2); they are part of the program.
std::string_view SampleVideo();
std::string_view SampleTranscript();

// The body of POST /api/task for the clip at an object key.
std::string SampleTaskJson(const std::string& task_id, const std::string& video_key);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_VERIFY_SAMPLE_H_
