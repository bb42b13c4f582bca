// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The REST API of D1 in front of D1's own engine.
const refuse = (status, code, message) => Response.json({ success: false, errors: [{ code, message }], messages: [], result: null }, { status });

const MAX_PARAMETERS = 100;

export async function answerD1({ target, method, headers, body }, env, options) {
  const parts = /^\/client\/v4\/accounts\/([^/]+)\/d1\/database\/([^/]+)\/(query|raw)$/.exec(target);
  if (!parts) return refuse(404, 7003, "Could not route to the requested path, perhaps your object identifier is invalid?");
  const [, account, database, form] = parts;
  if (method !== "POST") return refuse(405, 10405, "Method not allowed");
  if (headers.get("authorization") !== `Bearer ${options.d1_token}`) return refuse(401, 10000, "Authentication error");
  if (account !== options.d1_account) return refuse(403, 7403, "The given account is not valid or is not authorized to access this service");
  if (database !== options.d1_database) return refuse(404, 7404, `The database ${database} could not be found`);
  let wanted;
  try {
    wanted = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return refuse(400, 7400, "The request is malformed");
  }
  const statements = wanted.batch ?? [wanted];
  if (!Array.isArray(statements) || statements.some((s) => typeof s?.sql !== "string")) return refuse(400, 7400, "The request is malformed");
  if (statements.some((s) => (s.params ?? []).length > MAX_PARAMETERS)) return refuse(400, 7500, "too many SQL variables: SQLITE_ERROR");
  try {
    const result = await env.DB.batch(statements.map(({ sql, params = [] }) => env.DB.prepare(sql).bind(...params)));
    if (form === "raw") {
      for (const each of result) each.results = { columns: Object.keys(each.results[0] ?? {}), rows: each.results.map(Object.values) };
    }
    return Response.json({ success: true, errors: [], messages: [], result });
  } catch (error) {
    return refuse(400, 7500, String(error.message).replace(/^D1_ERROR: /, ""));
  }
}

// Drops every table and runs `statements`.
export async function resetDatabase(env, statements) {
  const { results } = await env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'").all();
  const names = results.map((row) => row.name).sort((a, b) => (a === "transcription_segments" ? -1 : b === "transcription_segments" ? 1 : a === "users" ? 1 : b === "users" ? -1 : a < b ? 1 : -1));
  const all = [...names.map((name) => `DROP TABLE ${name}`), ...statements];
  if (all.length > 0) await env.DB.batch(all.map((sql) => env.DB.prepare(sql)));
}

export const runSql = async (env, sql) => (await env.DB.prepare(sql).all()).results;
