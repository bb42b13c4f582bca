// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_SEPARATION_MDX_PARAMETERS_H_
#define WAVESHIFT_SEPARATION_MDX_PARAMETERS_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "base/status.h"

namespace waveshift::separation::mdx {

inline constexpr int kSampleRateHz = 44100;

// How a network of the family wants its sound. The defaults are those of Kim_Vocal_2.
struct Parameters {
  size_t n_fft = 7680;          // samples that one spectrum sees
  size_t hop = 1024;            // from one spectrum to the next
  size_t dim_f = 3072;          // the lowest bins, which the network sees
  size_t dim_t = 256;           // spectra of one stretch
  double compensation = 1.009;  // what the network's stem is multiplied with
  bool instrumental = false;    // the stem is the background, not the speech
  // The network also hears the stretch upside down; the difference halved has less of the noise that it adds
  // to quiet sound, for twice the time.
  bool denoise = false;
  double overlap = 0.25;  // share of a stretch's valid part that fades into the next one's

  size_t bins() const { return n_fft / 2 + 1; }
  size_t chunk() const { return hop * (dim_t - 1); }  // samples of a stretch
  size_t trim() const { return n_fft / 2; }           // at both of its ends, which are not valid
  size_t valid() const { return chunk() - 2 * trim(); }
  size_t fade() const;                              // samples of two valid parts that overlap
  size_t step() const { return valid() - fade(); }  // from one valid part to the next
};

// Reads what UVR's model_data.json says of one model: an object with mdx_n_fft_scale_set, mdx_dim_f_set,
// mdx_dim_t_set (a power of two), compensate and primary_stem ("Vocals" or "Instrumental"); further
// hop_length, denoise and overlap. What is missing has the default. `name` is what errors call it.
// InvalidArgument names the key. Pure.
StatusOr<Parameters> ParseParameters(std::string_view json, const std::string& name);

// Of the model at `model_path`: from the file beside it that ends in .json instead of .onnx, else those of
// Kim_Vocal_2.onnx when it has that name. FailedPrecondition when nobody says them.
StatusOr<Parameters> LoadParameters(const std::string& model_path);

}  // namespace waveshift::separation::mdx

#endif  // WAVESHIFT_SEPARATION_MDX_PARAMETERS_H_
