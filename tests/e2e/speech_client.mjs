// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// OpenAI's own client, told nothing but OPENAI_BASE_URL and OPENAI_API_KEY, as its users run it. Prints one JSON object a line.
//   node speech_client.mjs speech REQUEST-JSON FILE   {"chunk": BYTES} as each arrives, {"headers"}, {"done": BYTES}
//   node speech_client.mjs whole REQUEST-JSON FILE    the same sound in one piece, as the documentation's examples fetch it
//   node speech_client.mjs models                     {"models": [...]}
//   node speech_client.mjs model ID                   {"model": {...}}
// An error of the API is {"error": {"name", "status", "code", "param", "type", "message", "request_id", "retry_after"}}.
import fs from 'node:fs';
import OpenAI from 'openai';

const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');

async function speech(client, request, file) {
  const response = await client.audio.speech.create(request);
  say({headers: Object.fromEntries(response.headers)});
  const out = fs.createWriteStream(file);
  let bytes = 0;
  for await (const chunk of response.body) {
    out.write(chunk);
    bytes += chunk.length;
    say({chunk: chunk.length});
  }
  await new Promise((resolve) => out.end(resolve));
  say({done: bytes});
}

async function whole(client, request, file) {
  const response = await client.audio.speech.create(request);
  const buffer = Buffer.from(await response.arrayBuffer());
  await fs.promises.writeFile(file, buffer);
  say({done: buffer.length});
}

async function models(client) {
  const found = [];
  for await (const model of client.models.list()) found.push(model);
  say({models: found});
}

const [command, argument, file] = process.argv.slice(2);
const client = new OpenAI({maxRetries: Number(process.env.RETRIES ?? 0)});
try {
  if (command === 'speech') await speech(client, JSON.parse(argument), file);
  else if (command === 'whole') await whole(client, JSON.parse(argument), file);
  else if (command === 'models') await models(client);
  else if (command === 'model') say({model: await client.models.retrieve(argument)});
  else throw new Error(`no command ${command}`);
} catch (error) {
  if (!(error instanceof OpenAI.APIError)) throw error;
  say({error: {name: error.constructor.name, status: error.status, code: error.code, param: error.param, type: error.type,
    message: error.message, request_id: error.requestID, retry_after: error.headers?.get('retry-after')}});
}
