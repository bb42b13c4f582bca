// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Splits a programme into what is spoken and all the rest.
#ifndef WAVESHIFT_SEPARATION_SEPARATOR_H_
#define WAVESHIFT_SEPARATION_SEPARATOR_H_

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "audio/buffer.h"
#include "base/status.h"

namespace waveshift::separation {

// Two programmes of the same length: speech + background is what came in, to the rounding of a float.
struct Separated {
  audio::StereoBuffer speech;
  audio::StereoBuffer background;
};

// One programme on its way through a separator. Every sample comes out at its own place: the delay of the
// method shows only in when it comes. Memory does not depend on the length, and the result does not depend on
// how the input is cut. Values that are not numbers count as 0; those beyond +-100 are held there. One thread
// at a time. After an error the stream is of no more use.
class SeparationStream {
 public:
  virtual ~SeparationStream() = default;
  // The next part of a 48 kHz stereo programme, left and right interleaved, and what is finished by it, which
  // may be nothing. Pre: an even number of values. Internal, ResourceExhausted; Cancelled once `stop` is
  // requested.
  virtual StatusOr<Separated> Add(std::span<const float> interleaved, const std::stop_token& stop = {}) = 0;
  // The rest: all that came in has come out. Pre: called once, last.
  virtual StatusOr<Separated> Finish(const std::stop_token& stop = {}) = 0;
};

// A method. Any thread; several streams at once.
class Separator {
 public:
  virtual ~Separator() = default;
  virtual std::string_view name() const = 0;  // "deepfilter", for reports
  // Changes whenever the same programme would be split otherwise: part of a journal's key.
  virtual std::string version() const = 0;
  // Loads the model unless it is loaded. FailedPrecondition (not here), DataLoss, InvalidArgument (another
  // model): the message names the file.
  virtual Status CheckReady() const = 0;
  // A new programme. The errors of CheckReady. The stream may outlive the separator.
  virtual StatusOr<std::unique_ptr<SeparationStream>> Start() const = 0;
};

}  // namespace waveshift::separation

#endif  // WAVESHIFT_SEPARATION_SEPARATOR_H_
