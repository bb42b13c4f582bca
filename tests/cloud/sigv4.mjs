// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Checks AWS Signature Version 4 as strictly as a store may: the canonical request is made anew of what was meant
// (keys and query decoded and encoded again), never of the bytes that came.
const encoder = new TextEncoder();
const hex = (bytes) => [...new Uint8Array(bytes)].map((b) => b.toString(16).padStart(2, "0")).join("");
export const sha256 = async (bytes) => hex(await crypto.subtle.digest("SHA-256", bytes));

async function hmac(key, text) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(text)));
}

const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());

export function parseTarget(target) {
  const [path, query = ""] = target.split(/\?(.*)/s);
  const parameters = query === "" ? [] : query.split("&").map((pair) => {
    const [name, value = ""] = pair.split(/=(.*)/s);
    return [decodeURIComponent(name), decodeURIComponent(value)];
  });
  return { segments: path.split("/").slice(1).map(decodeURIComponent), parameters };
}

export class Refusal extends Error {
  constructor(status, code, message = code) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

// Throws a Refusal unless `request` is signed by one of `keys`: {id: {secret, token}}.
export async function checkSignature({ method, target, host, headers, body }, keys, now = Date.now()) {
  const authorization = headers.get("authorization") ?? "";
  const parts = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]*)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(authorization);
  if (!parts) throw new Refusal(403, "AccessDenied", "no signature");
  const [, id, day, region, signedNames, signature] = parts;
  const key = Object.hasOwn(keys, id) ? keys[id] : null;
  if (!key) throw new Refusal(401, "Unauthorized");
  if (!["auto", "us-east-1", ""].includes(region)) throw new Refusal(403, "SignatureDoesNotMatch", "region");
  const date = headers.get("x-amz-date") ?? "";
  const at = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!at || !date.startsWith(day)) throw new Refusal(403, "AccessDenied", "x-amz-date");
  const time = Date.UTC(at[1], at[2] - 1, at[3], at[4], at[5], at[6]);
  if (Math.abs(now - time) > 15 * 60 * 1000) throw new Refusal(403, "RequestTimeTooSkewed");
  if ((key.token ?? "") !== (headers.get("x-amz-security-token") ?? "")) throw new Refusal(403, "AccessDenied", "token");
  const names = signedNames.split(";");
  if ([...names].sort().join(";") !== signedNames) throw new Refusal(403, "SignatureDoesNotMatch", "order of headers");
  const must = ["host", ...[...headers.keys()].filter((name) => name.startsWith("x-amz-") || name === "content-type")];
  for (const name of must) if (!names.includes(name)) throw new Refusal(403, "AccessDenied", `${name} is not signed`);
  const payload = headers.get("x-amz-content-sha256") ?? "";
  if (payload.startsWith("STREAMING-")) throw new Refusal(501, "NotImplemented");
  const { segments, parameters } = parseTarget(target);
  const query = parameters.map(([n, v]) => [encode(n), encode(v)]).sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0));
  const value = (name) => (name === "host" ? host : (headers.get(name) ?? "")).trim().replace(/ +/g, " ");
  const canonical = [method, "/" + segments.map(encode).join("/"), query.map(([n, v]) => `${n}=${v}`).join("&"),
    ...names.map((name) => `${name}:${value(name)}`), "", signedNames, payload].join("\n");
  let secret = encoder.encode("AWS4" + key.secret);
  for (const step of [day, region, "s3", "aws4_request"]) secret = await hmac(secret, step);
  const toSign = ["AWS4-HMAC-SHA256", date, `${day}/${region}/s3/aws4_request`, await sha256(encoder.encode(canonical))].join("\n");
  if (hex(await hmac(secret, toSign)) !== signature) throw new Refusal(403, "SignatureDoesNotMatch");
  if (payload !== "UNSIGNED-PAYLOAD" && payload !== (await sha256(body))) throw new Refusal(400, "XAmzContentSHA256Mismatch");
}
