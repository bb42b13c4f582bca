// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Starts Cloudflare's runtime (miniflare: its D1 and R2 engines) behind a small server on 127.0.0.1 that can fail in
// every way: node peer.mjs. To every line on standard input it answers {"url": ...} and the line "end"; it ends when
// standard input ends.
//
// Control, all POST with JSON:
//   /_peer/reset {schema: [sql, ...]}   empties bucket and database, forgets plan, options and log
//   /_peer/sql {sql}                    what another program does to the database; gives the rows
//   /_peer/get {key}                    an object's bytes straight from the bucket; 404
//   /_peer/options {...}                write_limit, list_limit
//   /_peer/plan [rule, ...]             faults: {method, target (regular expression), skip, times, do, ...}
//   /_peer/log                          what was asked: [{method, target, status, fault, received, sent, at_ms}]
//   /_peer/uploads                      {open}: multipart uploads neither completed nor aborted
import http from "node:http";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";

const OPTIONS = {
  d1_account: "test-account", d1_database: "test-database", d1_token: "d1-token-of-the-test-peer",
  keys: {
    "test-access-key": { secret: "test-secret-access-key" },
    "temporary-access-key": { secret: "temporary-secret-access-key", token: "a-session+token/with=signs==" },
  },
};

const here = fileURLToPath(new URL(".", import.meta.url));
const miniflare = new Miniflare({
  rootPath: here, modulesRoot: here, modules: ["worker.mjs", "d1_api.mjs", "s3_api.mjs", "sigv4.mjs"].map((path) => ({ type: "ESModule", path })),
  cf: false, host: "127.0.0.1", port: 0, d1Databases: ["DB"], r2Buckets: ["BUCKET"], compatibilityDate: "2025-01-01",
});
const engine = await miniflare.ready;

let options = { ...OPTIONS };
let plan = [];
let log = [];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function faultFor(request) {
  for (const rule of plan) {
    if (rule.method && rule.method !== request.method) continue;
    if (rule.target && !new RegExp(rule.target).test(request.url)) continue;
    if ((rule.skip ?? 0) > 0) {
      rule.skip -= 1;
      continue;
    }
    if (rule.times === undefined) rule.times = 1;
    if (rule.times === 0) continue;
    rule.times -= 1;
    return rule;
  }
  return null;
}

async function readBody(request, most = Infinity) {
  const pieces = [];
  let size = 0;
  for await (const piece of request) {
    pieces.push(piece);
    size += piece.length;
    if (size >= most) return null;
  }
  return Buffer.concat(pieces);
}

// To the engine; gives its whole answer.
function forward(request, body, path = request.url) {
  return new Promise((resolve, reject) => {
    const headers = { ...request.headers, "x-peer-target": path, "x-peer-host": request.headers.host, "x-peer-options": JSON.stringify(options) };
    for (const name of ["transfer-encoding", "expect"]) delete headers[name];
    headers["content-length"] = String(body.length);
    const sent = http.request({ host: engine.hostname, port: engine.port, method: request.method, path: "/", headers }, async (answer) => {
      try {
        resolve({ status: answer.statusCode, headers: answer.headers, body: await readBody(answer) });
      } catch (error) {
        reject(error);
      }
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function send(response, { status, headers, body }, length = body.length) {
  const kept = { ...headers };
  for (const name of ["transfer-encoding", "connection", "keep-alive", "date", "content-encoding"]) delete kept[name];
  if (response.req.method !== "HEAD") kept["content-length"] = String(length);
  response.writeHead(status, kept);
}

// Each gives the status that the log shows.
const FAULTS = {
  async answer(fault, request, response, body) {
    if (body === null) return 0;
    response.writeHead(fault.status, fault.headers ?? {});
    response.end(fault.body ?? "");
    return fault.status;
  },
  async drop(fault, request, response) {
    response.socket.destroy();
    return 0;
  },
  async apply_then_drop(fault, request, response, body) {
    await forward(request, body);
    response.socket.destroy();
    return 0;
  },
  async apply_then_answer(fault, request, response, body) {
    await forward(request, body);
    return FAULTS.answer(fault, request, response, body);
  },
  // The length is right, the bytes end too early.
  async cut(fault, request, response, body) {
    const answer = await forward(request, body);
    send(response, answer);
    response.write(answer.body.subarray(0, fault.after), () => response.socket.destroy());
    return answer.status;
  },
  // A whole answer with fewer bytes than the object has.
  async truncate(fault, request, response, body) {
    const answer = await forward(request, body);
    send(response, answer, fault.after);
    response.end(answer.body.subarray(0, fault.after));
    return answer.status;
  },
  async corrupt(fault, request, response, body) {
    const answer = await forward(request, body);
    answer.body[fault.after] ^= 0x20;
    send(response, answer);
    response.end(answer.body);
    return answer.status;
  },
  async slow(fault, request, response, body) {
    const answer = await forward(request, body);
    send(response, answer);
    for (let at = 0; at < answer.body.length && !response.destroyed; at += fault.bytes) {
      response.write(answer.body.subarray(at, at + fault.bytes));
      await sleep(fault.pause_ms);
    }
    response.end();
    return answer.status;
  },
  async stall(fault, request, response) {
    await new Promise((resolve) => response.on("close", resolve));
    return 0;
  },
};

async function control(request, response) {
  const body = await readBody(request);
  const wanted = body.length > 0 ? JSON.parse(body) : {};
  let answer = {};
  if (request.url === "/_peer/log") answer = log;
  else if (request.url === "/_peer/plan") plan = wanted;
  else if (request.url === "/_peer/options") options = { ...OPTIONS, ...wanted };
  else {
    if (request.url === "/_peer/reset") [options, plan, log] = [{ ...OPTIONS }, [], []];
    const from = await forward(request, body);
    response.writeHead(from.status);
    response.end(from.body);
    return;
  }
  response.end(JSON.stringify(answer));
}

async function serve(request, response) {
  if (request.url.startsWith("/_peer/")) return control(request, response);
  const fault = faultFor(request);
  const entry = { method: request.method, target: request.url, status: 0, fault: fault?.do ?? "", received: 0, sent: 0, at_ms: Date.now() };
  log.push(entry);
  if (fault?.do === "cut_request") {
    const { socket } = request;
    request.on("error", () => {});
    await readBody(request, fault.after);
    socket.destroy();
    return;
  }
  const body = await readBody(request);
  entry.received = body.length;
  if (fault) {
    entry.status = await FAULTS[fault.do](fault, request, response, body);
    return;
  }
  const answer = await forward(request, body);
  entry.status = answer.status;
  entry.sent = answer.body.length;
  send(response, answer);
  response.end(answer.body);
}

const server = http.createServer((request, response) => {
  serve(request, response).catch((error) => {
    if (request.destroyed || response.socket?.destroyed) return;
    console.error(error);
    response.socket?.destroy();
  });
});
server.keepAliveTimeout = 600000;
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}`;
const input = readline.createInterface({ input: process.stdin });
input.on("line", () => process.stdout.write(JSON.stringify({ url }) + "\nend\n"));
input.on("close", async () => {
  server.closeAllConnections();
  server.close();
  await miniflare.dispose();
  process.exit(0);
});
