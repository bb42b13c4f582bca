#!/usr/bin/env bash
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# Makes share/verify_sample.mp4, the clip of `waveshift verify --sample`: eight seconds, three lines that espeak-ng speaks in Spanish, a
# drawn picture. share/verify_sample.json is its transcript. Packages: espeak-ng ffmpeg.
# usage: tools/make_verify_sample.sh [OUTPUT]      (default: share/verify_sample.mp4)
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
output="${1:-$root/share/verify_sample.mp4}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

espeak-ng -v es -s 150 -w "$work/1.wav" "Buenos días. La línea está abierta."
espeak-ng -v es+f3 -s 150 -w "$work/2.wav" "Esto es una prueba del servidor nuevo."
espeak-ng -v es -s 150 -w "$work/3.wav" "Gracias. Adiós."

# No time stamps and one thread: the same packages give the same bytes.
ffmpeg -v error -nostdin -y -fflags +bitexact \
  -f lavfi -i "gradients=s=160x90:r=10:d=8:n=3:c0=0x103050:c1=0x206080:c2=0x60a0c0:speed=0.02:seed=7" \
  -i "$work/1.wav" -i "$work/2.wav" -i "$work/3.wav" \
  -filter_complex "[1:a]adelay=300[a];[2:a]adelay=3000[b];[3:a]adelay=6000[c];[a][b][c]amix=inputs=3:normalize=0,aresample=48000,apad=whole_dur=8,atrim=0:8[s]" \
  -map 0:v -map "[s]" -map_metadata -1 -c:v libx264 -preset veryslow -crf 34 -g 20 -threads 1 -pix_fmt yuv420p -c:a aac -b:a 32k -ac 1 \
  -flags +bitexact -movflags +faststart "$output"
