// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// How long a text will be when a voice speaks it, learned from the lines that it has spoken so far.
#ifndef WAVESHIFT_VOICES_RATE_PREDICTOR_H_
#define WAVESHIFT_VOICES_RATE_PREDICTOR_H_

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/media_time.h"

namespace waveshift::voices {

struct LengthPrediction {
  Samples length = 0;         // of the take at its natural rate; 0 for a text without anything to say
  double relative_error = 0;  // standard deviation of the logarithm: 0.1 is about 10 % either way
  size_t observations = 0;    // of this voice in this language
};

// A line's length is its syllables at the rate that is usual for its kind of writing (syllables.h) plus a
// pause for each comma and sentence inside it, times a factor. The factor is a median of what was observed:
// of the voice, drawn towards that of all voices of the language, which is drawn towards 1. Medians and
// median deviations: a runaway take or a wrong text moves them little.
//
// The state is the set of what was observed: the order does not matter, and a job that goes on observes the
// journal's takes again and predicts as before. Memory: 8 bytes a line, twice. Time:
// a prediction walks through half of what was observed. One thread at a time.
class RatePredictor {
 public:
  // A take of `text` was `length` long at its natural rate. Takes that are not speech of this text (five
  // times too long or too short) are passed over.
  void Observe(std::string_view voice_key, std::string_view language, std::string_view text, Samples length);
  LengthPrediction Predict(std::string_view voice_key, std::string_view language,
                           std::string_view text) const;

 private:
  // Logarithms of observed over expected, sorted.
  using Factors = std::vector<double>;
  std::map<std::string, Factors, std::less<>> by_language_;
  std::map<std::pair<std::string, std::string>, Factors> by_voice_;  // and language
};

}  // namespace waveshift::voices

#endif  // WAVESHIFT_VOICES_RATE_PREDICTOR_H_
