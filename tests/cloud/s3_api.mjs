// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// S3 in front of R2's own engine, as R2 does it: conditions, ranges, lists, multipart uploads, error XML.
import { checkSignature, parseTarget, Refusal } from "./sigv4.mjs";

const BUCKETS = ["media"];
const lastWrites = new Map();
const openUploads = new Map();  // key by upload id

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const xml = (body, status = 200) => new Response('<?xml version="1.0" encoding="UTF-8"?>\n' + body, { status, headers: { "content-type": "application/xml" } });
const errorAnswer = ({ status, code, message }) => xml(`<Error><Code>${code}</Code><Message>${escape(message)}</Message></Error>`, status);

// What the engine throws has R2's own number in its message.
const ENGINE_ERRORS = { 10011: [400, "EntityTooSmall"], 10024: [404, "NoSuchUpload"], 10025: [400, "InvalidPart"], 10048: [400, "InvalidPart"],
  10007: [404, "NoSuchKey"], 10012: [400, "MetadataTooLarge"], 10020: [400, "InvalidObjectName"] };
function refusalOf(error) {
  if (error instanceof Refusal) return error;
  const number = /\((\d{5})\)/.exec(error.message ?? "")?.[1];
  const [status, code] = ENGINE_ERRORS[number] ?? [500, "InternalError"];
  return new Refusal(status, code, `${error.message}`);
}

const bare = (etag) => etag.replace(/^"|"$/g, "");

function metadataOf(headers) {
  const customMetadata = {};
  for (const [name, value] of headers) if (name.startsWith("x-amz-meta-")) customMetadata[name.slice(11)] = value;
  return { customMetadata, httpMetadata: { contentType: headers.get("content-type") ?? undefined, cacheControl: headers.get("cache-control") ?? undefined } };
}

function headersOf(object, length) {
  const headers = new Headers({ etag: object.httpEtag, "last-modified": object.uploaded.toUTCString(), "content-length": String(length), "accept-ranges": "bytes" });
  object.writeHttpMetadata(headers);
  for (const [name, value] of Object.entries(object.customMetadata ?? {})) headers.set("x-amz-meta-" + name, value);
  return headers;
}

function paceWrites(key, options) {
  if (!options.write_limit) return;
  const now = Date.now();
  if (now - (lastWrites.get(key) ?? 0) < 1000) throw new Refusal(429, "TooManyRequests");
  lastWrites.set(key, now);
}

async function put(env, key, headers, body, options) {
  paceWrites(key, options);
  const settings = metadataOf(headers);
  const conditions = new Headers();
  for (const name of ["if-match", "if-none-match"]) if (headers.has(name)) conditions.set(name, headers.get(name));
  if ([...conditions].length > 0) settings.onlyIf = conditions;
  const object = await env.BUCKET.put(key, body, settings);
  if (object === null) throw new Refusal(412, "PreconditionFailed");
  return new Response(null, { headers: { etag: object.httpEtag } });
}

function rangeOf(text, size) {
  const parts = /^bytes=(\d+)-(\d*)$/.exec(text ?? "");
  if (!parts) return null;
  const first = Number(parts[1]);
  if (first >= size) throw new Refusal(416, "InvalidRange");
  return [first, parts[2] === "" ? size - 1 : Math.min(Number(parts[2]), size - 1)];
}

async function get(env, key, headers, withBody) {
  const head = await env.BUCKET.head(key);
  if (head === null) throw new Refusal(404, "NoSuchKey");
  if (headers.has("if-match") && bare(headers.get("if-match")) !== head.etag) throw new Refusal(412, "PreconditionFailed");
  const range = withBody ? rangeOf(headers.get("range"), head.size) : null;
  if (!withBody) return new Response(null, { headers: headersOf(head, head.size) });
  const [first, last] = range ?? [0, head.size - 1];
  const length = last - first + 1;
  const object = await env.BUCKET.get(key, length > 0 && range ? { range: { offset: first, length } } : {});
  if (object === null || object.etag !== head.etag) throw new Refusal(500, "InternalError", "it changed");
  const answer = headersOf(object, length);
  if (range) answer.set("content-range", `bytes ${first}-${last}/${head.size}`);
  return new Response(object.body, { status: range ? 206 : 200, headers: answer });
}

async function list(env, query, options) {
  if (query.get("list-type") !== "2") throw new Refusal(501, "NotImplemented");
  const limit = Math.min(Number(query.get("max-keys") ?? 1000), options.list_limit ?? 1000);
  const page = await env.BUCKET.list({ prefix: query.get("prefix") ?? undefined, limit, cursor: query.get("continuation-token") ?? undefined });
  const encoding = query.get("encoding-type");
  const shown = (key) => (encoding === "url" ? encodeURIComponent(key) : escape(key));
  const contents = page.objects.map((o) => `<Contents><Key>${shown(o.key)}</Key><LastModified>${o.uploaded.toISOString()}</LastModified><ETag>${escape(o.httpEtag)}</ETag><Size>${o.size}</Size></Contents>`);
  return xml(`<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>media</Name>${encoding ? `<EncodingType>${encoding}</EncodingType>` : ""}<IsTruncated>${page.truncated}</IsTruncated>` +
    `${page.truncated ? `<NextContinuationToken>${escape(page.cursor)}</NextContinuationToken>` : ""}${contents.join("")}</ListBucketResult>`);
}

// In order of key and id; the markers name the last one of the page before.
function listUploads(query, options) {
  const limit = Math.min(Number(query.get("max-uploads") ?? 1000), options.list_limit ?? 1000);
  const prefix = query.get("prefix") ?? "";
  const after = [query.get("key-marker") ?? "", query.get("upload-id-marker") ?? ""];
  const order = (a, b) => (a[0] === b[0] ? (a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0) : a[0] < b[0] ? -1 : 1);
  const all = [...openUploads].map(([id, key]) => [key, id]).filter((each) => each[0].startsWith(prefix) && order(each, after) > 0).sort(order);
  const page = all.slice(0, limit);
  const shown = (key) => (query.get("encoding-type") === "url" ? encodeURIComponent(key) : escape(key));
  const uploads = page.map(([key, id]) => `<Upload><Key>${shown(key)}</Key><UploadId>${escape(id)}</UploadId></Upload>`);
  const [lastKey, lastId] = page.at(-1) ?? ["", ""];
  const next = all.length > page.length ? `<NextKeyMarker>${shown(lastKey)}</NextKeyMarker><NextUploadIdMarker>${escape(lastId)}</NextUploadIdMarker>` : "";
  return xml(`<ListMultipartUploadsResult><Bucket>media</Bucket>${query.has("encoding-type") ? "<EncodingType>url</EncodingType>" : ""}<IsTruncated>${all.length > page.length}</IsTruncated>${next}${uploads.join("")}</ListMultipartUploadsResult>`);
}

async function post(env, key, query, headers, body) {
  if (query.has("uploads")) {
    const upload = await env.BUCKET.createMultipartUpload(key, metadataOf(headers));
    openUploads.set(upload.uploadId, key);
    return xml(`<InitiateMultipartUploadResult><UploadId>${escape(upload.uploadId)}</UploadId></InitiateMultipartUploadResult>`);
  }
  const id = query.get("uploadId");
  if (!id) throw new Refusal(501, "NotImplemented");
  if (!openUploads.has(id)) throw new Refusal(404, "NoSuchUpload");
  const text = new TextDecoder().decode(body);
  const parts = [...text.matchAll(/<Part><PartNumber>(\d+)<\/PartNumber><ETag>(?:&quot;|")?([^<&"]+)(?:&quot;|")?<\/ETag><\/Part>/g)]
    .map(([, partNumber, etag]) => ({ partNumber: Number(partNumber), etag }));
  const object = await env.BUCKET.resumeMultipartUpload(key, id).complete(parts);
  openUploads.delete(id);
  return xml(`<CompleteMultipartUploadResult><ETag>${escape(object.httpEtag)}</ETag></CompleteMultipartUploadResult>`);
}

async function route({ method, target, headers, body }, env, options) {
  const { segments, parameters } = parseTarget(target);
  const [bucket, ...rest] = segments;
  const key = rest.join("/");
  const query = new Map(parameters);
  if (!BUCKETS.includes(bucket)) throw new Refusal(404, "NoSuchBucket");
  if (key === "") {
    if (method === "GET" && query.has("uploads")) return listUploads(query, options);
    if (method === "GET") return list(env, query, options);
    if (method === "HEAD") return new Response(null);
    throw new Refusal(501, "NotImplemented");
  }
  if (new TextEncoder().encode(key).length > 1024) throw new Refusal(400, "KeyTooLongError");
  switch (method) {
    case "GET": return get(env, key, headers, true);
    case "HEAD": return get(env, key, headers, false);
    case "POST": return post(env, key, query, headers, body);
    case "PUT": {
      if (!query.has("uploadId")) return put(env, key, headers, body, options);
      if (!openUploads.has(query.get("uploadId"))) throw new Refusal(404, "NoSuchUpload");
      const part = await env.BUCKET.resumeMultipartUpload(key, query.get("uploadId")).uploadPart(Number(query.get("partNumber")), body);
      return new Response(null, { headers: { etag: `"${part.etag}"` } });
    }
    case "DELETE":
      if (query.has("uploadId")) {
        if (!openUploads.delete(query.get("uploadId"))) throw new Refusal(404, "NoSuchUpload");
        await env.BUCKET.resumeMultipartUpload(key, query.get("uploadId")).abort();
      } else {
        await env.BUCKET.delete(key);
      }
      return new Response(null, { status: 204 });
    default: throw new Refusal(405, "MethodNotAllowed");
  }
}

export async function answerS3(request, env, options) {
  try {
    await checkSignature(request, options.keys);
    return await route(request, env, options);
  } catch (error) {
    const refusal = refusalOf(error);
    return request.method === "HEAD" ? new Response(null, { status: refusal.status }) : errorAnswer(refusal);
  }
}

export async function emptyBucket(env) {
  lastWrites.clear();
  openUploads.clear();
  for (;;) {
    const page = await env.BUCKET.list();
    if (page.objects.length > 0) await env.BUCKET.delete(page.objects.map((o) => o.key));
    if (!page.truncated) return;
  }
}
export const countOpenUploads = () => openUploads.size;
