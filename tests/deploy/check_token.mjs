// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Node's own cryptography as the judge of deploy/make_token.sh. Standard input: {"token", "n"}. Standard output: the token's claims, or null when the
// key with this modulus has not signed it.
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';

const { token, n } = JSON.parse(readFileSync(0, 'utf8'));
const [head, body, signature] = token.split('.');
const key = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' });
const signed = verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
const named = JSON.parse(Buffer.from(head, 'base64url')).alg === 'RS256';
console.log(signed && named ? Buffer.from(body, 'base64url').toString() : 'null');
