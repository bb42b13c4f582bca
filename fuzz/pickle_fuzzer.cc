// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/convert/pickle.h"

#include <string>

#include "fuzzing.h"

namespace {

using waveshift::fuzz::Require;
namespace indextts = waveshift::tts::indextts;

void CheckDocument(const indextts::PickleDocument& document) {
  Require(document.root < document.values.size(), "the root is a value");
  for (const indextts::PickleValue& value : document.values) {
    for (const uint32_t item : value.items) Require(item < document.values.size(), "items are values");
    if (value.kind == indextts::PickleKind::kDict) Require(value.items.size() % 2 == 0, "keys have values");
    if (value.kind != indextts::PickleKind::kTensor) continue;
    Require(document.at(value.storage).kind == indextts::PickleKind::kStorage, "a tensor has a storage");
    Require(value.shape.size() == value.strides.size() && value.offset >= 0, "a tensor has a layout");
    for (const int64_t extent : value.shape) Require(extent >= 0, "extents are not negative");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto document = indextts::ReadPickle(waveshift::fuzz::BytesOf(data, size), "pickle");
  if (document.ok()) {
    CheckDocument(*document);
  } else {
    Require(document.status().code() == waveshift::StatusCode::kInvalidArgument, "bad input, nothing else");
  }
  return 0;
}
