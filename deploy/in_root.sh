#!/usr/bin/env bash
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# deploy/in_root.sh ROOT [--input DIR] [--output DIR] COMMAND...: runs a command inside an image's root as a container would: as its user, the root
# read-only, /tmp empty and writable. DIR appears as /tmp/in (read-only) or /tmp/out (WAVESHIFT_HOME may lie there). The command takes this process's place, so signals reach it. For
# trying an image where no container can be started; wants to be root.
set -euo pipefail

fail() {
  echo "in_root: $2" >&2
  exit "$1"
}

if [[ ${1:-} != --inside ]]; then
  root=${1:?usage: deploy/in_root.sh ROOT [--input DIR] [--output DIR] COMMAND...}
  ((EUID == 0)) || fail 4 "wants to be root: it mounts file systems"
  [[ -d $root/opt/waveshift ]] || fail 3 "$root is no root of this image"
  shift
  # A mount namespace of its own: what is mounted in it ends with it.
  exec unshare --mount --propagation private -- "${BASH_SOURCE[0]}" --inside "$root" "$@"
fi

root=$2
shift 2
mount --bind "$root" "$root"
mount -t tmpfs -o size=2g,mode=1777 tmpfs "$root/tmp"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t tmpfs -o size=64k,mode=755 tmpfs "$root/dev"
for device in null zero urandom; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
while [[ ${1:-} == --input || ${1:-} == --output ]]; do
  place=$root/tmp/in
  [[ $1 == --input ]] || place=$root/tmp/out
  mkdir "$place"
  mount --bind "$2" "$place"
  [[ $1 == --output ]] || mount -o remount,bind,ro "$place"
  shift 2
done
mount -o remount,bind,ro "$root"
(($# > 0)) || fail 2 "no command was given"

cd "$root"
exec env -u LD_LIBRARY_PATH -u LD_PRELOAD -u XDG_DATA_HOME -u TMPDIR \
  HOME=/tmp PATH=/usr/local/bin:/usr/bin XDG_CACHE_HOME=/tmp/.cache WAVESHIFT_HOME="${WAVESHIFT_HOME:-/tmp/waveshift}" WAVESHIFT_MODEL_DIR=/opt/waveshift/models \
  /usr/sbin/chroot --userspec=10001:10001 --groups= "$root" "$@"
