// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Which of the processor's vector instructions the kernels of this room use. Every variant computes the same
// up to rounding; the widest that the machine has is taken unless a caller asks for another.
#ifndef WAVESHIFT_RUNTIME_CPU_ISA_H_
#define WAVESHIFT_RUNTIME_CPU_ISA_H_

#include <string_view>
#include <vector>

namespace waveshift::cpu {

enum class Isa {
  kBaseline,  // what every machine of this architecture has: SSE2 on x86-64, NEON on 64-bit ARM
  kAvx2,      // AVX2, FMA and F16C
  kAvx512,    // AVX-512 F, VL, DQ and BW
};

// Products of bytes have instructions of their own, which come with either width of vectors.
enum class IntegerIsa {
  kBaseline,
  kAvx2,
  kAvx2Vnni,    // eight lanes: AVX-VNNI, or the VNNI of AVX-512
  kAvx512Vnni,  // sixteen lanes
};

std::string_view IsaName(Isa isa);
std::string_view IsaName(IntegerIsa isa);
// What this build has and this machine runs, narrowest first; never empty.
std::vector<Isa> AvailableIsas();
Isa BestIsa();
std::vector<IntegerIsa> AvailableIntegerIsas();
IntegerIsa BestIntegerIsa();

// GFLOP/s (a multiplication and an addition count 2) of one thread that does nothing but multiply and add in
// registers for about `seconds` of processor time: what the kernels are measured against.
double MeasureFmaPeak(Isa isa, double seconds);

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_ISA_H_
