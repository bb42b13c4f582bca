// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// For tests: a separator whose speech is known. Like real ones it is late, and remembers what it heard.
#ifndef WAVESHIFT_PIPELINE_TEST_SEPARATOR_H_
#define WAVESHIFT_PIPELINE_TEST_SEPARATOR_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "separation/separator.h"

namespace waveshift::pipeline {

// Its speech is `share` of all sound, and `memory` times what its speech was kStep frames earlier.
class TestSeparator : public separation::Separator {
 public:
  static constexpr size_t kStep = 1000;   // frames
  static constexpr size_t kDelay = 5000;  // frames that it holds back

  explicit TestSeparator(float share, float memory = 0) : share_(share), memory_(memory) {}
  std::string_view name() const override { return "test"; }
  std::string version() const override { return version_word; }
  Status CheckReady() const override { return ready; }
  StatusOr<std::unique_ptr<separation::SeparationStream>> Start() const override {
    ++starts;
    WS_RETURN_IF_ERROR(ready);
    return std::unique_ptr<separation::SeparationStream>(std::make_unique<Stream>(*this));
  }

  std::string version_word = "1";
  Status ready;
  Status error;  // of every Add
  mutable std::atomic<int> starts{0};
  mutable std::atomic<int64_t> heard{0};  // frames, of all streams

 private:
  class Stream : public separation::SeparationStream {
   public:
    explicit Stream(const TestSeparator& separator) : separator_(separator) {}
    StatusOr<separation::Separated> Add(std::span<const float> sound, const std::stop_token& stop) override {
      if (stop.stop_requested()) return Cancelled("stopped");
      WS_RETURN_IF_ERROR(separator_.error);
      separator_.heard += static_cast<int64_t>(sound.size() / 2);
      mixture_.insert(mixture_.end(), sound.begin(), sound.end());
      const size_t held = 2 * kDelay;
      return Give(mixture_.size() > held ? mixture_.size() - held : 0);
    }
    StatusOr<separation::Separated> Finish(const std::stop_token&) override { return Give(mixture_.size()); }

   private:
    separation::Separated Give(size_t until) {
      separation::Separated parts;
      for (; given_ < until; ++given_) {
        float speech = separator_.share_ * mixture_[given_];
        if (given_ >= 2 * kStep) speech += separator_.memory_ * speech_[given_ - 2 * kStep];
        speech_.push_back(speech);
        parts.speech.interleaved.push_back(speech);
        parts.background.interleaved.push_back(mixture_[given_] - speech);
      }
      return parts;
    }
    const TestSeparator& separator_;
    std::vector<float> mixture_;
    std::vector<float> speech_;
    size_t given_ = 0;
  };

  const float share_;
  const float memory_;
};

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_TEST_SEPARATOR_H_
