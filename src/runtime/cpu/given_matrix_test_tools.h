// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Matrices of random bytes in every storage, and the numbers that they stand for.
#ifndef WAVESHIFT_RUNTIME_CPU_GIVEN_MATRIX_TEST_TOOLS_H_
#define WAVESHIFT_RUNTIME_CPU_GIVEN_MATRIX_TEST_TOOLS_H_

#include <cmath>
#include <cstdint>
#include <vector>

#include "runtime/cpu/kernel_test_tools.h"
#include "runtime/cpu/language.h"

namespace waveshift::cpu {

// The number that 16 bits stand for, by the definition.
inline double HalfValue(uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const double sign = (half & 0x8000) != 0 ? -1 : 1;
  if (exponent == 0) return sign * std::ldexp(half & 1023, -24);
  return sign * std::ldexp(1024 + (half & 1023), exponent - 25);
}

inline uint16_t RandomHalf(Random* random) {
  // Sizes from 2^-7 to 1, both signs.
  const auto rest = static_cast<int>((random->Next() + 1) * 512) & 1023;
  const int exponent = 8 + (static_cast<int>((random->Next() + 1) * 4) & 7);
  return static_cast<uint16_t>((random->Next() < 0 ? 0x8000 : 0) | (exponent << 10) | rest);
}

// A matrix of random bytes and the numbers that it stands for.
struct Given {
  Matrix matrix;
  std::vector<char> bytes;
  std::vector<double> values;  // [rows, depth]
  std::vector<float> bias;

  void Put(const void* from, size_t count) {
    const char* p = static_cast<const char*>(from);
    bytes.insert(bytes.end(), p, p + count);
  }
  void PutHalf(uint16_t half) { Put(&half, 2); }
  uint8_t PutByte(Random* random) {
    const auto byte = static_cast<uint8_t>(static_cast<int>((random->Next() + 1) * 128));
    Put(&byte, 1);
    return byte;
  }

  void AddQ8(Random* random) {
    const uint16_t d = RandomHalf(random);
    PutHalf(d);
    for (int i = 0; i < 32; ++i) values.push_back(HalfValue(d) * static_cast<int8_t>(PutByte(random)));
  }
  // ggml's description of the format: ggml-common.h, block_q4_K.
  void AddQ4(Random* random) {
    const uint16_t d = RandomHalf(random);
    const uint16_t least = RandomHalf(random);
    PutHalf(d);
    PutHalf(least);
    std::vector<int> packed;
    for (int i = 0; i < 12; ++i) packed.push_back(PutByte(random));
    std::vector<int> q;
    for (int i = 0; i < 128; ++i) q.push_back(PutByte(random));
    for (int i = 0; i < 256; ++i) {
      const auto part = static_cast<size_t>(i / 32);
      int scale = packed[part % 4 + (part < 4 ? 0 : 8)];
      int offset = part < 4 ? packed[part + 4] & 63 : scale >> 4;
      scale = part < 4 ? scale & 63 : scale & 15;
      if (part >= 4) {
        scale += (packed[part - 4] >> 6) * 16;
        offset += (packed[part] >> 6) * 16;
      }
      const int both = q[static_cast<size_t>(i / 64) * 32 + static_cast<size_t>(i % 32)];
      const int value = i % 64 < 32 ? both % 16 : both / 16;
      values.push_back(HalfValue(d) * scale * value - HalfValue(least) * offset);
    }
  }

  Given(Storage storage, int64_t rows, int64_t depth, uint64_t seed) {
    Random random(seed);
    while (static_cast<int64_t>(values.size()) < rows * depth) {
      if (storage == Storage::kQ8_0) {
        AddQ8(&random);
      } else if (storage == Storage::kQ4_K) {
        AddQ4(&random);
      } else if (storage == Storage::kF16) {
        const uint16_t half = RandomHalf(&random);
        PutHalf(half);
        values.push_back(HalfValue(half));
      } else {
        const float value = random.Next();
        Put(&value, 4);
        values.push_back(value);
      }
    }
    bias = random.Values(rows);
    matrix = {storage, bytes.data(), bias.data(), rows, depth};
  }
};

// Whole numbers up to 127 that include 127 are the same in 8 bits, so that quantised products are exact, too.
inline std::vector<float> WholeNumbers(int64_t count, uint64_t seed) {
  Random random(seed);
  std::vector<float> x;
  for (int64_t i = 0; i < count; ++i) {
    x.push_back(i % 32 == 5 ? 127.0F : std::round(127 * random.Next()));
  }
  return x;
}

// matrix x + bias in double precision.
inline std::vector<double> Plain(const Given& given, const std::vector<float>& x, int64_t rows) {
  const int64_t depth = given.matrix.depth;
  std::vector<double> result;
  for (int64_t n = 0; n < rows; ++n) {
    for (int64_t i = 0; i < given.matrix.rows; ++i) {
      double sum = given.bias[static_cast<size_t>(i)];
      for (int64_t k = 0; k < depth; ++k) {
        sum += given.values[static_cast<size_t>(i * depth + k)] * x[static_cast<size_t>(n * depth + k)];
      }
      result.push_back(sum);
    }
  }
  return result;
}

}  // namespace waveshift::cpu

#endif  // WAVESHIFT_RUNTIME_CPU_GIVEN_MATRIX_TEST_TOOLS_H_
