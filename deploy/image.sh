#!/usr/bin/env bash
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# Builds the container image of deploy/Dockerfile: with Docker, or with Debian's buildah on a base that mmdebstrap makes of the machine's own package
# mirror, so that neither a daemon nor a registry of images is needed (docs/adr/0016-image.md).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=build/image

usage() {
  cat <<TEXT
usage: deploy/image.sh [--builder auto|docker|buildah] [--variant cpu|cuda] [--models LIST] [--japanese] [--program source|prebuilt]
                       [--tag NAME:TAG] [--output FILE] [--check] [--dry-run] [--help]
  --builder   docker needs a daemon; buildah needs root, buildah and mmdebstrap (./setup.sh --image-tools) (default: docker when there, else buildah)
  --variant   cuda: with kernels for NVIDIA cards (default: cpu)
  --models    default, none, or names with commas, as waveshift models list has them (default: default)
  --japanese  with MeCab and its dictionary, 86 MB
  --program   prebuilt: what build/release has, instead of compiling once more (only on Debian 12; cpu only) (default: source)
  --tag       name of the image (default: waveshift:VERSION)
  --output    also as a file that docker load reads
  --check     runs it from its own root: doctor, a dub of the sample, the server (needs root and buildah)
  --dry-run   prints the commands
npm's and pip's own settings (~/.npmrc or NPM_CONFIG_USERCONFIG; PIP_CONFIG_FILE, ~/.config/pip/pip.conf or /etc/pip.conf) and the certificates of
NODE_EXTRA_CA_CERTS or SSL_CERT_FILE go into the build as secrets: they are in no layer.
TEXT
}

say() { printf 'image: %s\n' "$*" >&2; }
fail() {
  local code=$1
  shift
  printf 'image: %s\n' "$*" >&2
  exit "$code"
}

# Every external command that changes something.
exec 3>&1
run() {
  if ((dry_run)); then
    printf '%q ' "$@" >&3
    printf '\n' >&3
  else
    "$@"
  fi
}

builder=auto variant=cpu models=default japanese=no program=source tag='' output='' check=0 dry_run=0
while (($# > 0)); do
  case $1 in
    --builder | --variant | --models | --program | --tag | --output)
      (($# > 1)) || fail 2 "$1 wants a value"
      printf -v "${1#--}" '%s' "$2"
      shift
      ;;
    --japanese) japanese=yes ;;
    --check) check=1 ;;
    --dry-run) dry_run=1 ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) fail 2 "unknown argument $1 (see --help)" ;;
  esac
  shift
done
[[ $builder =~ ^(auto|docker|buildah)$ ]] || fail 2 "--builder must be auto, docker or buildah, not $builder"
[[ $variant =~ ^(cpu|cuda)$ ]] || fail 2 "--variant must be cpu or cuda, not $variant"
[[ $program =~ ^(source|prebuilt)$ ]] || fail 2 "--program must be source or prebuilt, not $program"
[[ $models =~ ^[a-z0-9.,-]+$ ]] || fail 2 "--models must be default, none or names with commas, not $models"
[[ $variant$program != cudaprebuilt ]] || fail 2 "--program prebuilt has no CUDA: build it from source"

if [[ $builder == auto ]]; then
  builder=buildah
  if ((!check)) && docker info >/dev/null 2>&1; then builder=docker; fi
fi
((check)) && [[ $builder == docker ]] && fail 2 "--check wants --builder buildah"
if [[ $builder == docker ]]; then needed=(docker); else needed=(buildah mmdebstrap); fi
for tool in "${needed[@]}"; do
  command -v "$tool" >/dev/null || fail 4 "$tool is missing (./setup.sh --image-tools installs what needs no Docker)"
done
[[ $builder == docker ]] || ((EUID == 0 || dry_run)) || fail 4 "buildah here wants to be root"

version=$(sed -nE 's/^project\(waveshift VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
revision=$(git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
# The commit's time, so that the same commit gives the same labels.
created=$(TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd 2>/dev/null || echo 1970-01-01T00:00:00Z)
: "${tag:=waveshift:$version}"
arguments=(--build-arg "VARIANT=$variant" --build-arg "MODELS=$models" --build-arg "JAPANESE=$japanese" --build-arg "PROGRAM=$program"
  --build-arg "VERSION=$version" --build-arg "REVISION=$revision" --build-arg "CREATED=$created")

# What the machine needs to reach its packages, for deploy/build_settings.sh.
add_secret() {
  local name=$1 file
  shift
  for file in "$@"; do
    if [[ -n $file && -f $file && -r $file ]]; then
      arguments+=(--secret "id=$name,src=$file")
      return
    fi
  done
}
add_secret ca_certificates "${NODE_EXTRA_CA_CERTS:-}" "${SSL_CERT_FILE:-}"
add_secret npmrc "${NPM_CONFIG_USERCONFIG:-${HOME:-}/.npmrc}"
add_secret pip_conf "${PIP_CONFIG_FILE:-}" "${HOME:-}/.config/pip/pip.conf" /etc/pip.conf

prepare() {
  mkdir -p "$work"
  rm -rf "$work/install"
  if [[ $program == prebuilt ]]; then
    [[ -x build/release/src/app/waveshift ]] || fail 4 "build/release has no program: make test, or --program source"
    run env DESTDIR="$PWD/$work/install" cmake --install build/release --prefix /usr/local --component program --strip >&2
  fi
  # Fetched once and kept, since this builder keeps no layers; the Dockerfile fetches what is not there.
  if [[ $models != none && $builder == buildah ]]; then
    local names=()
    [[ $models == default ]] || IFS=, read -ra names <<<"$models"
    run python3 tools/fetch_models.py --folder "$work/models" "${names[@]}"
  fi
}

# The same Debian as the machine when it is Debian 12: by its own mirror; else by mmdebstrap's own choice.
make_base() {
  local sources=()
  if grep -q '^VERSION_CODENAME=bookworm' /etc/os-release; then
    shopt -s nullglob
    sources=(/etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources)
    shopt -u nullglob
  fi
  local there=()
  for file in "${sources[@]}"; do [[ ! -s $file ]] || there+=("$file"); done
  run mmdebstrap --quiet --variant=minbase --dpkgopt=force-unsafe-io --dpkgopt="path-exclude=/usr/share/man/*" bookworm build/base.tar "${there[@]}"
}

# Its own store, below build/, so that nothing of the machine is touched; not in what is sent to the build.
buildah_here() { run buildah --storage-driver vfs --root "$PWD/build/image-store" --runroot "$PWD/build/image-run" "$@"; }

build_with_buildah() {
  if ((dry_run)) || ! buildah_here inspect --type image waveshift-base:bookworm >/dev/null 2>&1; then
    [[ -s build/base.tar ]] || make_base
    local base
    base=$(buildah_here from scratch)
    : "${base:=CONTAINER}"
    buildah_here add --quiet "$base" build/base.tar / >/dev/null
    buildah_here commit --quiet --rm "$base" waveshift-base:bookworm >/dev/null
  fi
  buildah_here bud --isolation chroot --format docker --layers=false --build-arg BASE=localhost/waveshift-base:bookworm "${arguments[@]}" \
    --file deploy/Dockerfile --tag "$tag" .
}

megabytes() { awk -v bytes="$1" 'BEGIN { printf "%.0f MB", bytes / 1e6 }'; }

report() {
  local container root archive=$work/image.oci.tar
  rm -f "$archive"
  # Its layers are compressed, as a registry keeps them.
  buildah_here push --quiet "$tag" "oci-archive:$archive"
  container=$(buildah_here from "$tag")
  root=$(buildah_here mount "$container")
  printf 'image: %s: %s unpacked, %s compressed\n' "$tag" "$(megabytes "$(du -sb --apparent-size "$root" | cut -f 1)")" \
    "$(megabytes "$(stat -c %s "$archive")")"
  local code=0
  if ((check)); then /usr/bin/python3 tests/deploy/image_check.py "$root" || code=$?; fi
  buildah_here rm "$container" >/dev/null
  # Images that have lost their name to this one.
  buildah_here rmi --prune >/dev/null 2>&1 || true
  rm -f "$archive"
  if [[ -n $output ]]; then
    rm -f "$output"
    buildah_here push --quiet "$tag" "docker-archive:$output:$tag"
  fi
  return "$code"
}

prepare
if [[ $builder == docker ]]; then
  run env DOCKER_BUILDKIT=1 docker build --platform linux/amd64 "${arguments[@]}" --file deploy/Dockerfile --tag "$tag" .
  [[ -z $output ]] || run docker save --output "$output" "$tag"
  ((dry_run)) || docker image inspect --format '{{.Size}}' "$tag" | while read -r size; do say "$tag: $(megabytes "$size") unpacked"; done
else
  build_with_buildah
  if ((!dry_run)); then report; fi
fi
