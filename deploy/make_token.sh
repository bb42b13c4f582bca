#!/usr/bin/env bash
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# deploy/make_token.sh KEY.pem [DAYS]: a token for callers of a deployment, and the public half of the key that it is signed with, as two lines for
# .env. The platform checks the signature (JWT, RS256) before it starts anything; the server compares the whole token. KEY.pem is made when it is
# not there (keep it: another key shuts out all tokens of this one). DAYS until the token ends, 365 unless told otherwise.
set -euo pipefail

if (($# < 1 || $# > 2)) || [[ ! ${2:-365} =~ ^[1-9][0-9]{0,4}$ ]]; then
  echo "usage: deploy/make_token.sh KEY.pem [DAYS]   (append its two lines to .env)" >&2
  exit 2
fi
command -v openssl >/dev/null || { echo "make_token: openssl is missing" >&2; exit 4; }
key=$1
now=$(date +%s)
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

if [[ ! -e $key ]]; then
  (umask 077 && openssl genrsa -out "$key" 2048 2>/dev/null)
fi
modulus=$(openssl rsa -in "$key" -noout -modulus 2>/dev/null) || { echo "make_token: $key is no RSA key" >&2; exit 3; }
public=$(printf '%b' "$(sed 's/^Modulus=//; s/../\\x&/g' <<<"$modulus")" | base64url)
head=$(printf '{"alg":"RS256","typ":"JWT"}' | base64url)
body=$(printf '{"sub":"waveshift","iat":%d,"exp":%d,"jti":"%s"}' "$now" $((now + ${2:-365} * 86400)) "$(openssl rand -hex 8)" | base64url)
signature=$(printf '%s.%s' "$head" "$body" | openssl dgst -sha256 -sign "$key" | base64url)
printf 'DEPLOY_TOKEN_KEY=%s\nWAVESHIFT_API_TOKEN=%s.%s.%s\n' "$public" "$head" "$body" "$signature"
