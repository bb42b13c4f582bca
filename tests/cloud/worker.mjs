// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Both services in one Worker; peer.mjs stands before it. The headers x-peer-* are from there: what the client really
// sent, and how this peer is set up.
import { answerD1, resetDatabase, runSql } from "./d1_api.mjs";
import { answerS3, countOpenUploads, emptyBucket } from "./s3_api.mjs";

async function control(path, env, body) {
  const wanted = body.byteLength > 0 ? JSON.parse(new TextDecoder().decode(body)) : {};
  if (path === "/_peer/reset") {
    await emptyBucket(env);
    await resetDatabase(env, wanted.schema ?? []);
    return Response.json({});
  }
  if (path === "/_peer/sql") return Response.json(await runSql(env, wanted.sql));
  if (path === "/_peer/get") {
    const object = await env.BUCKET.get(wanted.key);
    return object ? new Response(object.body) : new Response("", { status: 404 });
  }
  if (path === "/_peer/uploads") return Response.json({ open: countOpenUploads() });
  return new Response("unknown", { status: 404 });
}

export default {
  async fetch(request, env) {
    const target = request.headers.get("x-peer-target");
    const options = JSON.parse(request.headers.get("x-peer-options"));
    const host = request.headers.get("x-peer-host");
    const headers = new Headers(request.headers);
    for (const name of ["x-peer-target", "x-peer-options", "x-peer-host"]) headers.delete(name);
    const body = await request.arrayBuffer();
    if (target.startsWith("/_peer/")) return control(target, env, body);
    const asked = { method: request.method, target, host, headers, body };
    return target.startsWith("/client/v4/") ? answerD1(asked, env, options) : answerS3(asked, env, options);
  },
};
