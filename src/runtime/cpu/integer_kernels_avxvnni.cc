// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// AVX2 and AVX-VNNI. Compiled with the flags of these instructions.
#if defined(__x86_64__)

#include "runtime/cpu/integer_vnni8_internal.h"

namespace waveshift::cpu {

const IntegerKernels& AvxVnniIntegerKernels() {
  static constexpr IntegerKernels kKernels = KernelsFor<V8Vnni>();
  return kKernels;
}

}  // namespace waveshift::cpu

#endif
