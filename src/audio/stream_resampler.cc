// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "audio/stream_resampler.h"

#include <soxr.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>

#include "audio/resample.h"

namespace waveshift::audio {
namespace {

constexpr unsigned kChannels = 2;
// soxr is asked for so much at a time.
constexpr size_t kPieceFrames = 8192;

struct Deleter {
  void operator()(soxr_t resampler) const { soxr_delete(resampler); }
};
using SoxrPtr = std::unique_ptr<std::remove_pointer_t<soxr_t>, Deleter>;

class SoxrStream : public StreamResampler {
 public:
  SoxrStream(SoxrPtr soxr, int from_hz, int to_hz)
      : soxr_(std::move(soxr)), from_hz_(from_hz), to_hz_(to_hz) {}

  Status Add(std::span<const float> interleaved, std::vector<float>& out) override {
    added_ += static_cast<int64_t>(interleaved.size() / kChannels);
    while (!interleaved.empty()) {
      size_t used = 0;
      WS_RETURN_IF_ERROR(
          Process(interleaved.data(), interleaved.size() / kChannels, used, kPieceFrames, out).status());
      interleaved = interleaved.subspan(used * kChannels);
    }
    return OkStatus();
  }

  Status Finish(std::vector<float>& out) override {
    const int64_t length = ResampledLength(added_, from_hz_, to_hz_);
    while (made_ < length) {
      size_t used = 0;
      const auto most = static_cast<size_t>(std::min<int64_t>(length - made_, kPieceFrames));
      WS_ASSIGN_OR_RETURN(const size_t made, Process(nullptr, 0, used, most, out));
      if (made == 0) break;
    }
    // What soxr leaves open at the end (a sample at most) stays zero; what was a sample too much goes away.
    const auto missing = static_cast<ptrdiff_t>(length - made_) * kChannels;
    out.resize(static_cast<size_t>(static_cast<ptrdiff_t>(out.size()) + missing));
    return OkStatus();
  }

 private:
  StatusOr<size_t> Process(const float* in, size_t frames, size_t& used, size_t most,
                           std::vector<float>& out) {
    const size_t before = out.size();
    out.resize(before + most * kChannels);
    size_t made = 0;
    const soxr_error_t error = soxr_process(soxr_.get(), in, frames, &used, out.data() + before, most, &made);
    out.resize(before + made * kChannels);
    made_ += static_cast<int64_t>(made);
    if (error != nullptr) return Internal(std::string("resampling failed: ") + error);
    return made;
  }

  SoxrPtr soxr_;
  const int from_hz_;
  const int to_hz_;
  int64_t added_ = 0;  // frames
  int64_t made_ = 0;
};

}  // namespace

StatusOr<std::unique_ptr<StreamResampler>> StreamResampler::Make(int from_hz, int to_hz) {
  for (const int hz : {from_hz, to_hz}) {
    if (hz < 1000 || hz > 768000)
      return InvalidArgument("a sample rate of " + std::to_string(hz) + " Hz is not usable");
  }
  const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
  const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
  soxr_error_t error = nullptr;
  SoxrPtr soxr(soxr_create(from_hz, to_hz, kChannels, &error, &io, &quality, &runtime));
  if (error != nullptr || soxr == nullptr)
    return Internal(std::string("resampling failed: ") + (error != nullptr ? error : "no memory"));
  return std::unique_ptr<StreamResampler>(std::make_unique<SoxrStream>(std::move(soxr), from_hz, to_hz));
}

}  // namespace waveshift::audio
