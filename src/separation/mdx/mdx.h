// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// MDX-Net models in ONNX form (Kim et al., "KUIELab-MDX-Net: A Two-Stream Neural Network for Music
// Demixing", 2021, and what the Ultimate Vocal Remover community trained after it) as a separator.
#ifndef WAVESHIFT_SEPARATION_MDX_MDX_H_
#define WAVESHIFT_SEPARATION_MDX_MDX_H_

#include <memory>
#include <string>

#include "runtime/onnx/session.h"
#include "separation/separator.h"

namespace waveshift::separation {

struct MdxOptions {
  // The network, which maps a stereo spectrogram to that of one stem. Its sizes are those of Kim_Vocal_2.onnx
  // when it has that name; for every other one (and for that, too, when it is there) a file of the same name
  // that ends in .json says them (mdx/parameters.h).
  std::string model_path;
  int threads = 0;  // 0 = as many as the machine has processors
  onnx::Device device = onnx::Device::kCpu;
};

// Works at 44.1 kHz, on stretches of about 6 s that overlap; sound comes out at most two stretches after it
// went in. What lies above 22 kHz is background. The model is loaded when it is first needed.
std::unique_ptr<Separator> MakeMdx(const MdxOptions& options);

}  // namespace waveshift::separation

#endif  // WAVESHIFT_SEPARATION_MDX_MDX_H_
