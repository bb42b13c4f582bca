// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// DeepFilterNet3 (Schroeter et al., "DeepFilterNet: Perceptually Motivated Real-Time Speech Enhancement",
// 2023) as a separator.
#ifndef WAVESHIFT_SEPARATION_DEEPFILTER_DEEPFILTER_H_
#define WAVESHIFT_SEPARATION_DEEPFILTER_DEEPFILTER_H_

#include <memory>
#include <string>

#include "runtime/onnx/session.h"
#include "separation/separator.h"

namespace waveshift::separation {

// What the network, which knows one channel, is given of two.
enum class StereoMode {
  kLeftRight,  // left and right, each by itself
  kMidSide,    // half their sum and half their difference
};

struct DeepFilterOptions {
  std::string folder;  // has enc.onnx, erb_dec.onnx, df_dec.onnx, config.ini
  int threads = 0;     // 1: both channels one after the other; else each on a thread of its own
  onnx::Device device = onnx::Device::kCpu;
  StereoMode stereo = StereoMode::kMidSide;
};

// Sound comes out at most 1.04 s after it went in. A channel of digital silence costs nothing, so with
// kMidSide a programme whose sides are the same costs as much as mono, and its sides stay the same. The model
// is loaded when it is first needed.
std::unique_ptr<Separator> MakeDeepFilter(const DeepFilterOptions& options);

}  // namespace waveshift::separation

#endif  // WAVESHIFT_SEPARATION_DEEPFILTER_DEEPFILTER_H_
