// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_RUNTIME_CPU_ALWAYS_INLINE_INTERNAL_H_
#define WAVESHIFT_RUNTIME_CPU_ALWAYS_INLINE_INTERNAL_H_

// For what keeps its values in the caller's registers.
#define WAVESHIFT_ALWAYS_INLINE inline __attribute__((always_inline))

#endif  // WAVESHIFT_RUNTIME_CPU_ALWAYS_INLINE_INTERNAL_H_
