#!/usr/bin/env bash
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# A stage of deploy/Dockerfile: puts the program and the libraries that no Debian package brings below /install, as `cmake --install` lays them
# out, and what it needs of Debian into the stage itself.
#   PROGRAM   source: built here, from the packages that ./setup.sh installs; prebuilt: what deploy/image.sh put into build/image/install
#   VARIANT   cpu, or cuda: with kernels for the cards in CUDA_ARCHITECTURES. CUDA's run-time library is linked in, the driver comes from outside.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. deploy/build_settings.sh
: "${PROGRAM:=source}" "${VARIANT:=cpu}" "${CUDA_ARCHITECTURES:=75;86;89;90}"

options=(-DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=/usr/local -DWAVESHIFT_BUILD_TESTS=OFF -DWAVESHIFT_BUILD_BENCH=OFF)
case $VARIANT in
  cpu) ;;
  cuda) options+=(-DWAVESHIFT_CUDA=ON "-DCMAKE_CUDA_ARCHITECTURES=$CUDA_ARCHITECTURES") ;;
  *)
    echo "build_program: VARIANT must be cpu or cuda, not $VARIANT" >&2
    exit 2
    ;;
esac

case $PROGRAM in
  source)
    ./setup.sh --without-tests --without-models
    if [[ $VARIANT == cuda ]]; then
      apt-get install -y -qq --no-install-recommends python3-venv
      CUDACXX=$(tools/cuda_compiler.sh /tmp/cuda deploy/cuda-requirements.txt)
      export CUDACXX
    fi
    cmake -G Ninja -S . -B /tmp/build "${options[@]}"
    cmake --build /tmp/build --target waveshift
    DESTDIR=/install cmake --install /tmp/build --component program --strip
    ;;
  prebuilt)
    [[ -x build/image/install/usr/local/bin/waveshift ]] || { echo "build_program: build/image/install has no program" >&2; exit 4; }
    mkdir -p /install
    cp -a build/image/install/. /install
    ;;
  *)
    echo "build_program: PROGRAM must be source or prebuilt, not $PROGRAM" >&2
    exit 2
    ;;
esac
./setup.sh --runtime-only --without-models
# What the next stage is written in.
command -v python3 >/dev/null || apt-get install -y -qq --no-install-recommends python3
