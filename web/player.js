// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Plays the playlist of ?src=. window.waveshift tells a test what happened: {ready, ended, errors: [{type, details, fatal}], levels, ...}.
'use strict';

const query = new URLSearchParams(location.search);
const video = document.getElementById('video');
const state = window.waveshift = {ready: false, ended: false, errors: [], audioTracks: [], subtitleTracks: [], fragments: 0, hls: null};

function say(text) { document.getElementById('message').textContent = text; }

// Beside the page (as the server has it), else where npm puts it.
function loadHls(places) {
  return new Promise((resolve, reject) => {
    if (places.length === 0) return reject(new Error('hls.js was not found'));
    const script = document.createElement('script');
    script.src = places[0];
    script.onload = () => resolve();
    script.onerror = () => loadHls(places.slice(1)).then(resolve, reject);
    document.head.append(script);
  });
}

function fill(id, names, current, off) {
  const options = names.map((name, i) => new Option(name, String(i), false, i === current));
  if (off) options.unshift(new Option('off', '-1', false, current === -1));
  document.getElementById(id).replaceChildren(...options);
}

function showTracks(hls) {
  state.audioTracks = hls.audioTracks.map((t) => ({name: t.name, lang: t.lang, default: t.default}));
  state.subtitleTracks = hls.subtitleTracks.map((t) => ({name: t.name, lang: t.lang}));
  fill('audio', hls.audioTracks.map((t) => t.name), hls.audioTrack, false);
  fill('subtitles', hls.subtitleTracks.map((t) => t.name), hls.subtitleTrack, true);
}

function start(source) {
  video.muted = query.get('muted') === '1';
  if (query.has('rate')) video.playbackRate = video.defaultPlaybackRate = Number(query.get('rate')) || 1;
  video.addEventListener('ended', () => { state.ended = true; });
  if (!Hls.isSupported()) {
    video.src = source;
    return;
  }
  const hls = state.hls = new Hls({startPosition: 0});
  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    state.ready = true;
    say('');
    if (query.get('autoplay') === '1') video.play().catch((error) => say(error.message));
  });
  hls.on(Hls.Events.AUDIO_TRACKS_UPDATED, () => showTracks(hls));
  hls.on(Hls.Events.AUDIO_TRACK_SWITCHED, () => showTracks(hls));
  hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => showTracks(hls));
  hls.on(Hls.Events.FRAG_BUFFERED, () => { state.fragments += 1; });
  hls.on(Hls.Events.ERROR, (_, data) => {
    state.errors.push({type: data.type, details: data.details, fatal: data.fatal});
    if (data.fatal) say(`The stream cannot be played: ${data.details}`);
  });
  document.getElementById('audio').addEventListener('change', (e) => { hls.audioTrack = Number(e.target.value); });
  document.getElementById('subtitles').addEventListener('change', (e) => { hls.subtitleTrack = Number(e.target.value); });
  hls.loadSource(source);
  hls.attachMedia(video);
}

const source = query.get('src');
if (!source) {
  say('Give the playlist as ?src=, for instance player.html?src=playlist.m3u8');
} else {
  say('Loading…');
  loadHls(['hls.min.js', 'node_modules/hls.js/dist/hls.min.js']).then(() => start(source), (error) => say(error.message));
}
