#!/usr/bin/env bash
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# tools/cuda_compiler.sh FOLDER [REQUIREMENTS]: prints the path of CUDA's compiler: the one in CUDACXX or on PATH, else that of the packages in
# REQUIREMENTS (tools/cuda_check/requirements.txt unless told otherwise), which go into FOLDER/venv.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$1
requirements=${2:-$root/tools/cuda_check/requirements.txt}

if [ -n "${CUDACXX:-}" ]; then
  echo "$CUDACXX"
elif command -v nvcc; then
  :
else
  [ -x "$folder/venv/bin/pip" ] || python3 -m venv "$folder/venv" >&2
  "$folder/venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2
  toolkit=$(dirname "$(dirname "$(find "$folder/venv" -path '*/bin/nvcc' -print -quit)")")
  # The linker asks for the names without a version.
  for library in "$toolkit"/lib/lib*.so.13; do
    ln -sf "$(basename "$library")" "${library%.13}"
  done
  # Until 13.1 the compiler looks for them in lib64.
  [ -e "$toolkit/lib64" ] || ln -s lib "$toolkit/lib64"
  echo "$toolkit/bin/nvcc"
fi
