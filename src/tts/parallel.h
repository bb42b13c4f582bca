// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_TTS_PARALLEL_H_
#define WAVESHIFT_TTS_PARALLEL_H_

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>

#include "base/status.h"
#include "tts/synthesizer.h"

namespace waveshift::tts {

// Speaks one request on a thread of the pool; returns soon, with Cancelled, once `stop` is requested.
using LineSpeaker = std::function<StatusOr<SpokenLine>(const SpeakRequest& request)>;

// Synthesizer::Synthesize on `workers` threads (0: as many as the machine has processors), which end before
// it returns. Lines are begun in their order; `speak` is called by several threads at once, `sink` by the
// caller's alone. Cancelled when `stop` ended it.
Status SpeakInParallel(std::span<const SpeakRequest> requests, size_t workers, const LineSpeaker& speak,
                       const SpokenSink& sink, const std::stop_token& stop);

}  // namespace waveshift::tts

#endif  // WAVESHIFT_TTS_PARALLEL_H_
