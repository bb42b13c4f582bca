// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Voice activity: when somebody speaks, window by window.
#ifndef WAVESHIFT_VOICES_VAD_H_
#define WAVESHIFT_VOICES_VAD_H_

#include <cstddef>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/media_time.h"
#include "base/status.h"

namespace waveshift::voices {

inline constexpr int kVadRateHz = 16000;
inline constexpr size_t kVadWindow = 512;  // samples at kVadRateHz: 32 ms
// The same on the timeline.
inline constexpr Samples kSpeechWindow = Samples{kVadWindow} * (kTimelineRateHz / kVadRateHz);

// One signal on its way. Memory does not depend on its length, and the result does not depend on how it is
// cut. Samples that are no finite numbers count as 0, those beyond +-1 are held there. One thread at a time.
// After an error the stream is of no more use.
class VadStream {
 public:
  virtual ~VadStream() = default;
  // The next part of a mono signal at kVadRateHz. Appends the probability of speech, 0 to 1, of each window
  // that it finishes. Internal, ResourceExhausted; Cancelled once `stop` is requested.
  virtual Status Add(std::span<const float> mono, std::vector<float>& probabilities,
                     const std::stop_token& stop = {}) = 0;
  // A last window that is not full, with zeros behind it; nothing when there is none. Pre: called once, last.
  virtual Status Finish(std::vector<float>& probabilities, const std::stop_token& stop = {}) = 0;
};

// A method. Any thread; several streams at once.
class Vad {
 public:
  virtual ~Vad() = default;
  virtual std::string_view name() const = 0;  // "silero", for reports
  // Changes whenever the same signal could be judged otherwise.
  virtual std::string version() const = 0;
  // Loads the model unless it is loaded. FailedPrecondition (not here), DataLoss, InvalidArgument (another
  // model): the message names the file.
  virtual Status CheckReady() const = 0;
  // A new signal. The errors of CheckReady. The stream may outlive the Vad.
  virtual StatusOr<std::unique_ptr<VadStream>> Start() const = 0;
};

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_VAD_H_
