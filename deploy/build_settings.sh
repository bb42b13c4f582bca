# shellcheck shell=bash
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the stages of deploy/Dockerfile: the build machine's own settings of the network, where deploy/image.sh has handed them in as secrets of
# the build. npm, pip and what uses OpenSSL are pointed to them where they lie; nothing is copied.
build_secrets=${BUILD_SECRETS:-/run/secrets}

if [[ -s $build_secrets/ca_certificates ]]; then
  export NODE_EXTRA_CA_CERTS="$build_secrets/ca_certificates" PIP_CERT="$build_secrets/ca_certificates" SSL_CERT_FILE="$build_secrets/ca_certificates"
fi
if [[ -s $build_secrets/npmrc ]]; then export NPM_CONFIG_USERCONFIG="$build_secrets/npmrc"; fi
if [[ -s $build_secrets/pip_conf ]]; then export PIP_CONFIG_FILE="$build_secrets/pip_conf"; fi
