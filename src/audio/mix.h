// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Mixing arithmetic: plain loops that compilers turn into vector code. Any thread; spans must not overlap
// unless they are the same.
#ifndef WAVESHIFT_AUDIO_MIX_H_
#define WAVESHIFT_AUDIO_MIX_H_

#include <span>
#include <vector>

namespace waveshift::audio {

// stereo[left and right of frame i] += gain * mono[i]. Pre: stereo holds 2 * mono.size() values; what is
// longer stays untouched.
void MixMonoInto(std::span<float> stereo, std::span<const float> mono, float gain);

// target[i] += gain * source[i] over the shorter of the two.
void MixInto(std::span<float> target, std::span<const float> source, float gain);

// Both channels of frame i times curve[i], over the shorter of the two.
void ApplyGainCurve(std::span<float> stereo, std::span<const float> curve);

void ApplyGain(std::span<float> samples, float gain);

// Mean of left and right, appended to `mono`.
void AppendMono(std::span<const float> stereo, std::vector<float>& mono);

}  // namespace waveshift::audio

#endif  // WAVESHIFT_AUDIO_MIX_H_
