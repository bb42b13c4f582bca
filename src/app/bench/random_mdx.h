// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_BENCH_RANDOM_MDX_H_
#define WAVESHIFT_APP_BENCH_RANDOM_MDX_H_

#include <string>

namespace waveshift::app {

// Sizes of a network of the MDX-Net family: a U-Net whose blocks are convolutions along time and frequency,
// and a bottleneck along frequency (Kim et al., 2021). The defaults give one as large as Kim_Vocal_2: 16.7
// million weights, 67 MB.
struct MdxNetworkSizes {
  int bins = 3072;
  int spectra = 256;
  int channels = 48;  // of the first level; each further one has so many more
  int levels = 5;     // each halves time and frequency
  int convolutions = 3;
  int bottleneck = 8;  // by which frequencies are fewer in the middle of a block
};

// An ONNX file with random weights that keep the size of what flows through: how long a network takes does
// not depend on them.
std::string RandomMdxBytes(const MdxNetworkSizes& sizes);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_BENCH_RANDOM_MDX_H_
