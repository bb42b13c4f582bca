// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "app/cli/number_flag.h"

#include <charconv>
#include <string>

namespace waveshift::app {

CLI::Validator NumberFrom(double low, double high) {
  const std::string range = CLI::detail::to_string(low) + " to " + CLI::detail::to_string(high);
  return {[low, high, range](const std::string& text) {
            double value = 0;
            const char* end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, value);
            // NaN is in no range.
            const bool fits = error == std::errc() && stop == end && value >= low && value <= high;
            return fits ? std::string() : "must be a number from " + range;
          },
          "NUMBER", "number"};
}

}  // namespace waveshift::app
