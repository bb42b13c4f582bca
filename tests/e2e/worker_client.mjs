// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Calls the worker routes as the product's tts-worker does: registers a task, sends its sentences three at a time, takes the registration away. It sends
// nothing but a Content-Type, and again after a network error, 429 or 5xx: three tries, a pause that doubles.
//   node worker_client.mjs BASE TASK-JSON   {"task_id", "init": {...}, "sentences": [...], "settings": {...}}
// Prints one JSON object a line: {"initialized"}, {"batch"} for each batch, {"deleted"}; {"failed": TEXT} and exit code 1 when it gives up.
// RETRY_MS: the first pause, 500 unless told otherwise. KEEP=1: the registration stays.
import fs from 'node:fs';

const BATCH = 3;
const TRIES = 3;
const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function fetchWithRetry(url, body) {
  let pause = Number(process.env.RETRY_MS ?? 500);
  for (let attempt = 1; ; attempt++) {
    let problem;
    try {
      const response = await fetch(url, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)});
      if (response.status !== 429 && response.status < 500) {
        const answer = await response.json();
        if (!response.ok) throw Object.assign(new Error(JSON.stringify(answer)), {final: true});
        return {answer, attempt};
      }
      problem = `HTTP ${response.status} ${await response.text()}`;
    } catch (error) {
      if (error.final) throw error;
      problem = String(error.cause ?? error);
    }
    say({problem});
    if (attempt === TRIES) throw new Error(problem);
    await sleep(pause);
    pause *= 2;
  }
}

const [base, file] = process.argv.slice(2);
const task = JSON.parse(fs.readFileSync(file, 'utf8'));
try {
  const began = performance.now();
  const {answer} = await fetchWithRetry(`${base}/tasks/${task.task_id}/initialize`, task.init);
  say({initialized: answer, ms: Math.round(performance.now() - began)});
  for (let at = 0; at < task.sentences.length; at += BATCH) {
    const sentences = task.sentences.slice(at, at + BATCH);
    const done = await fetchWithRetry(`${base}/tasks/${task.task_id}/synthesize`, {sentences, settings: task.settings, mode: 'simple'});
    say({batch: done.answer, attempt: done.attempt});
  }
  if (!process.env.KEEP) {
    const response = await fetch(`${base}/tasks/${task.task_id}`, {method: 'DELETE'});
    say({deleted: await response.json()});
  }
} catch (error) {
  say({failed: error.message});
  process.exitCode = 1;
}
