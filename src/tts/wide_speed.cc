// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/wide_speed.h"

#include <algorithm>
#include <utility>

#include "audio/stretch.h"

namespace waveshift::tts {
namespace {

constexpr double kSlowestOfEngines = 0.5;
constexpr double kFastestOfEngines = 2;
static_assert(kSlowestOfEngines * audio::kMinTempo <= kSlowestSpeed);
static_assert(kFastestOfEngines * audio::kMaxTempo >= kFastestSpeed);

}  // namespace

StatusOr<SpokenLine> SpeakAtSpeed(Synthesizer& synthesizer, SpeakRequest request,
                                  const std::stop_token& stop) {
  const double wanted = request.speed;
  if (!(wanted >= kSlowestSpeed && wanted <= kFastestSpeed)) {
    return InvalidArgument("speed: must be from 0.25 to 4");
  }
  request.speed = std::clamp(wanted, kSlowestOfEngines, kFastestOfEngines);
  WS_ASSIGN_OR_RETURN(SpokenLine line, SpeakOne(synthesizer, request, stop));
  WS_ASSIGN_OR_RETURN(line.audio, audio::Stretch(line.audio, wanted / request.speed));
  return line;
}

}  // namespace waveshift::tts
