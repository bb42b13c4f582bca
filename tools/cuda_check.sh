#!/usr/bin/env bash
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# tools/cuda_check.sh FOLDER JOBS: builds the synthesis rooms with CUDA in FOLDER and runs the tests of what computes there. The compiler is the
# one on PATH or in CUDACXX, else that of the packages in tools/cuda_check/requirements.txt, which go into FOLDER. Needs no device: tests that want
# one are skipped by name.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
jobs=$2
architectures=${WAVESHIFT_CUDA_ARCHITECTURES:-75;86;89;90}

CUDACXX=$("$root/tools/cuda_compiler.sh" "$folder")
export CUDACXX

cmake --preset only-tts -S "$root" -B "$folder/build" -DWAVESHIFT_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=$architectures" >"$folder/configure.log" 2>&1 ||
  { cat "$folder/configure.log" >&2; exit 1; }
cmake --build "$folder/build" -j "$jobs" --target cuda_test indextts_gpt_test indextts_vocoder_test indextts_test waveshift_indextts_bench
"$folder/build/src/runtime/cuda/cuda_test" --gtest_brief=1
for test in indextts_gpt_test indextts_vocoder_test indextts_test; do
  "$folder/build/src/tts/$test" --gtest_brief=1 --gtest_filter='*uda*'
done
