// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cpu/isa.h"

#include <ctime>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "runtime/cpu/integer_kernel_internal.h"
#include "runtime/cpu/kernel_table_internal.h"

namespace waveshift::cpu {
namespace {

// Processor time of this thread: other programs do not count.
double ThreadSeconds() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

#if defined(__x86_64__)
bool HasF16c() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}

bool HasAvx512Vnni() { return BestIsa() == Isa::kAvx512 && __builtin_cpu_supports("avx512vnni") != 0; }

// Leaf 7, part 1: bit 4 of a.
bool HasAvxVnni() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  constexpr unsigned kBit = 1U << 4;
  return BestIsa() != Isa::kBaseline && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & kBit) != 0;
}
#endif

}  // namespace

std::string_view IsaName(Isa isa) {
  switch (isa) {
    case Isa::kAvx2:
      return "avx2";
    case Isa::kAvx512:
      return "avx512";
    case Isa::kBaseline:
      break;
  }
  return "baseline";
}

std::string_view IsaName(IntegerIsa isa) {
  switch (isa) {
    case IntegerIsa::kAvx2:
      return "avx2";
    case IntegerIsa::kAvx2Vnni:
      return "avx2_vnni";
    case IntegerIsa::kAvx512Vnni:
      return "avx512_vnni";
    case IntegerIsa::kBaseline:
      break;
  }
  return "baseline";
}

std::vector<Isa> AvailableIsas() {
  std::vector<Isa> found = {Isa::kBaseline};
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 && HasF16c();
  if (avx2) found.push_back(Isa::kAvx2);
  if (avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
      __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512bw") != 0) {
    found.push_back(Isa::kAvx512);
  }
#endif
  return found;
}

Isa BestIsa() {
  static const Isa best = AvailableIsas().back();
  return best;
}

std::vector<IntegerIsa> AvailableIntegerIsas() {
  std::vector<IntegerIsa> found = {IntegerIsa::kBaseline};
#if defined(__x86_64__)
  if (BestIsa() != Isa::kBaseline) found.push_back(IntegerIsa::kAvx2);
  if (HasAvxVnni() || HasAvx512Vnni()) found.push_back(IntegerIsa::kAvx2Vnni);
  if (HasAvx512Vnni()) found.push_back(IntegerIsa::kAvx512Vnni);
#endif
  return found;
}

IntegerIsa BestIntegerIsa() {
  static const IntegerIsa best = AvailableIntegerIsas().back();
  return best;
}

const IntegerKernels& KernelsOf(IntegerIsa isa) {
#if defined(__x86_64__)
  if (isa == IntegerIsa::kAvx512Vnni) return Avx512IntegerKernels();
  if (isa == IntegerIsa::kAvx2Vnni)
    return HasAvxVnni() ? AvxVnniIntegerKernels() : Avx512Vnni8IntegerKernels();
  if (isa == IntegerIsa::kAvx2) return Avx2IntegerKernels();
#endif
  (void)isa;
  return BaselineIntegerKernels();
}

const KernelTable& Kernels(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return Avx512Kernels();
  if (isa == Isa::kAvx2) return Avx2Kernels();
#endif
  (void)isa;
  return BaselineKernels();
}

double MeasureFmaPeak(Isa isa, double seconds) {
  const KernelTable& kernels = Kernels(isa);
  double flops = 0;
  const double begin = ThreadSeconds();
  double passed = 0;
  while (passed < seconds) {
    flops += static_cast<double>(kernels.fma_loop(100000));
    passed = ThreadSeconds() - begin;
  }
  return flops / passed * 1e-9;
}

}  // namespace waveshift::cpu
