// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The names of Python that a state dict may speak of. Whatever is not here ends the reading.
#ifndef WAVESHIFT_TTS_INDEXTTS_CONVERT_PICKLE_GLOBALS_INTERNAL_H_
#define WAVESHIFT_TTS_INDEXTTS_CONVERT_PICKLE_GLOBALS_INTERNAL_H_

#include <array>
#include <cstdint>
#include <string_view>

#include "tts/indextts/convert/pickle.h"

namespace waveshift::tts::indextts {

enum class PickleGlobal : int64_t { kOrderedDict, kRebuildTensor, kRebuildParameter, kStorage };

struct KnownGlobal {
  std::string_view name;  // module and name as the pickle has them, a blank between
  PickleGlobal global;
  ElementType element;
};

inline constexpr std::array<KnownGlobal, 13> kKnownGlobals = {{
    {"collections OrderedDict", PickleGlobal::kOrderedDict, {}},
    {"torch._utils _rebuild_tensor_v2", PickleGlobal::kRebuildTensor, {}},
    {"torch._utils _rebuild_parameter", PickleGlobal::kRebuildParameter, {}},
    {"torch DoubleStorage", PickleGlobal::kStorage, ElementType::kFloat64},
    {"torch FloatStorage", PickleGlobal::kStorage, ElementType::kFloat32},
    {"torch HalfStorage", PickleGlobal::kStorage, ElementType::kFloat16},
    {"torch BFloat16Storage", PickleGlobal::kStorage, ElementType::kBfloat16},
    {"torch LongStorage", PickleGlobal::kStorage, ElementType::kInt64},
    {"torch IntStorage", PickleGlobal::kStorage, ElementType::kInt32},
    {"torch ShortStorage", PickleGlobal::kStorage, ElementType::kInt16},
    {"torch CharStorage", PickleGlobal::kStorage, ElementType::kInt8},
    {"torch ByteStorage", PickleGlobal::kStorage, ElementType::kUint8},
    {"torch BoolStorage", PickleGlobal::kStorage, ElementType::kBool},
}};

}  // namespace waveshift::tts::indextts

#endif  // WAVESHIFT_TTS_INDEXTTS_CONVERT_PICKLE_GLOBALS_INTERNAL_H_
