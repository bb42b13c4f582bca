// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Lists the tasks of the server, follows one of them, and plays its stream while it grows. Speaks only the public HTTP API.
'use strict';

const byId = (id) => document.getElementById(id);
const ENDED = new Set(['completed', 'cancelled', 'error', 'failed']);
const LIST_EVERY_MS = 3000;

let chosen = null;  // task id
let events = null;  // EventSource of the chosen task
let player = null;  // Hls
let playing = null; // URL in the player

async function call(method, path, body) {
  const options = {method, headers: {}};
  if (body !== undefined) {
    options.headers['Content-Type'] = 'application/json';
    options.body = JSON.stringify(body);
  }
  const response = await fetch(path, options);
  const json = await response.json();
  if (!response.ok) throw new Error(json.detail || response.statusText);
  return json;
}

function describe(task) {
  const p = task.progress;
  const parts = [];
  if (p.stage) parts.push(p.stage);
  if (p.lines_total > 0) parts.push(`${p.lines_done} of ${p.lines_total} lines`);
  if (p.eta_s !== null && task.status === 'processing') parts.push(`${Math.ceil(p.eta_s)} s left`);
  return parts.join(' · ');
}

function showList(tasks) {
  byId('empty').hidden = tasks.length > 0;
  const items = tasks.map((task) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.setAttribute('aria-current', String(task.task_id === chosen));
    button.append(task.task_id);
    const line = document.createElement('small');
    const state = document.createElement('span');
    state.textContent = task.status;
    const percent = document.createElement('span');
    percent.textContent = `${Math.floor(task.progress.percent)} %`;
    line.append(state, percent);
    button.append(line);
    if (task.status === 'processing') {
      const bar = document.createElement('progress');
      bar.max = 100;
      bar.value = task.progress.percent;
      button.append(bar);
    }
    button.addEventListener('click', () => { location.hash = encodeURIComponent(task.task_id); });
    const item = document.createElement('li');
    item.append(button);
    return item;
  });
  const focused = document.activeElement && document.activeElement.closest('#tasks li');
  const at = focused ? [...byId('tasks').children].indexOf(focused) : -1;
  byId('tasks').replaceChildren(...items);
  if (at >= 0 && items[at]) items[at].firstChild.focus();
}

async function refreshList() {
  try {
    showList((await call('GET', '/api/tasks?limit=200')).tasks);
    byId('server').textContent = '';
  } catch (error) {
    byId('server').textContent = `The server does not answer: ${error.message}`;
  }
}

function option(value, text, selected) {
  const element = document.createElement('option');
  element.value = value;
  element.textContent = text;
  element.selected = selected;
  return element;
}

function showTracks() {
  const audio = player.audioTracks.map((t, i) => option(i, t.name, i === player.audioTrack));
  const subtitles = player.subtitleTracks.map((t, i) => option(i, t.name, i === player.subtitleTrack));
  byId('audio').replaceChildren(...audio);
  byId('subtitles').replaceChildren(option(-1, 'off', player.subtitleTrack === -1), ...subtitles);
  byId('tracks').hidden = audio.length < 2 && subtitles.length === 0;
}

function stopPlayer() {
  if (player) player.destroy();
  player = null;
  playing = null;
  byId('video').removeAttribute('src');
  byId('video').hidden = true;
  byId('tracks').hidden = true;
}

function play(url) {
  if (url === playing) return;
  stopPlayer();
  if (!url) return;
  playing = url;
  const video = byId('video');
  video.hidden = false;
  if (!window.Hls || !Hls.isSupported()) {
    video.src = url;  // Safari plays HLS itself
    return;
  }
  // A stream that still grows would else begin at its end.
  player = new Hls({startPosition: 0});
  player.on(Hls.Events.AUDIO_TRACKS_UPDATED, showTracks);
  player.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, showTracks);
  player.on(Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR) player.recoverMediaError();
    else showError(`The stream cannot be played: ${data.details}`);
  });
  player.loadSource(url);
  player.attachMedia(video);
}

function showError(text) {
  byId('error').textContent = text || '';
  byId('error').hidden = !text;
}

function showTask(task) {
  byId('detail').hidden = false;
  byId('title').textContent = task.task_id;
  byId('state').textContent = task.status + (task.target_language ? ` · ${task.target_language}` : '');
  byId('bar').value = task.progress.percent;
  byId('numbers').textContent = describe(task);
  showError(task.error_message);
  const id = encodeURIComponent(task.task_id);
  byId('start').hidden = task.status === 'processing';
  byId('start').textContent = task.status === 'created' ? 'Start' : 'Start again';
  byId('start').disabled = task.status === 'completed' && task.hls_playlist_url !== null;
  byId('cancel').hidden = ENDED.has(task.status);
  byId('report').hidden = task.status !== 'completed';
  byId('report').href = `/media/reports/${id}/report.html`;
  byId('mp4').hidden = task.status !== 'completed';
  byId('mp4').href = `/media/videos/${id}/final_video.mp4`;
  play(task.hls_playlist_url);
}

function follow(id) {
  if (events) events.close();
  events = null;
  stopPlayer();
  chosen = id;
  byId('detail').hidden = true;
  if (!id) return;
  events = new EventSource(`/api/task/${encodeURIComponent(id)}/events`);
  let last = null;
  events.addEventListener('status', (event) => {
    last = JSON.parse(event.data);
    showTask(last);
    if (ENDED.has(last.status)) events.close();
  });
  // The browser connects again by itself; where it gives up (a task that does not exist), the status route says why.
  events.onerror = async () => {
    if (!events || events.readyState !== EventSource.CLOSED) return;
    try {
      showTask(await call('GET', `/api/task/${encodeURIComponent(id)}/status`));
    } catch (error) {
      byId('detail').hidden = false;
      byId('title').textContent = id;
      showError(error.message);
    }
  };
}

async function act(method, path, body) {
  try {
    await call(method, path, body);
    follow(chosen);
  } catch (error) {
    showError(error.message);
  }
  refreshList();
}

byId('start').addEventListener('click', () => act('POST', '/api/start_tts', {task_id: chosen}));
byId('cancel').addEventListener('click', () => act('DELETE', `/api/task/${encodeURIComponent(chosen)}`));
byId('audio').addEventListener('change', (event) => { player.audioTrack = Number(event.target.value); });
byId('subtitles').addEventListener('change', (event) => { player.subtitleTrack = Number(event.target.value); });

function followHash() {
  let id = '';
  try { id = decodeURIComponent(location.hash.slice(1)); } catch { /* a broken address chooses nothing */ }
  follow(id);
  refreshList();
}
window.addEventListener('hashchange', followHash);
followHash();
setInterval(() => { if (!document.hidden) refreshList(); }, LIST_EVERY_MS);
