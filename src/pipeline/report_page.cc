// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/report_page.h"

namespace waveshift::pipeline {

const char kReportPage[] = R"page(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>WaveShift report</title>
<style>
:root { --bg:#f6f7f9; --card:#fff; --ink:#1b2330; --soft:#667085; --line:#e3e7ee; --accent:#3563e9; --warn:#b45309; --bad:#c02626; --good:#15803d; --wave:#9fb0cc; }
@media (prefers-color-scheme: dark) {
  :root { --bg:#12161d; --card:#1a202b; --ink:#e8ecf3; --soft:#94a0b4; --line:#2b3444; --accent:#7c9bff; --warn:#f0b35a; --bad:#ff7a7a; --good:#5fd38a; --wave:#465673; }
}
* { box-sizing: border-box; }
body { margin:0; background:var(--bg); color:var(--ink); font:15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif; }
main { max-width:1180px; margin:0 auto; padding:28px 20px 60px; }
h1 { font-size:24px; margin:0; overflow-wrap:anywhere; }
h2 { font-size:16px; margin:32px 0 10px; }
.sub { color:var(--soft); margin:2px 0 20px; }
.badge { display:inline-block; border-radius:999px; padding:1px 10px; font-size:13px; font-weight:600; color:#fff; background:var(--good); vertical-align:3px; margin-left:8px; }
.badge.failed { background:var(--bad); }
.cards { display:grid; grid-template-columns:repeat(auto-fit, minmax(104px, 1fr)); gap:10px; }
.card { background:var(--card); border:1px solid var(--line); border-radius:10px; padding:10px 12px; }
.card b { display:block; font-size:19px; line-height:1.3; white-space:nowrap; font-variant-numeric:tabular-nums; }
.card span { color:var(--soft); font-size:13px; }
.panel { background:var(--card); border:1px solid var(--line); border-radius:10px; padding:14px; }
.tools { display:flex; gap:12px; align-items:center; color:var(--soft); font-size:13px; margin-bottom:8px; flex-wrap:wrap; }
.tools input { accent-color:var(--accent); }
.legend { display:inline-flex; align-items:center; gap:5px; }
.legend i { width:12px; height:12px; border-radius:3px; display:inline-block; }
#scroll { overflow-x:auto; position:relative; }
#inner { position:relative; height:252px; }
canvas { position:sticky; left:0; display:block; cursor:pointer; }
#tip { position:fixed; pointer-events:none; background:var(--ink); color:var(--bg); border-radius:6px; padding:5px 9px; font-size:13px; max-width:360px; display:none; z-index:5; }
table { width:100%; border-collapse:collapse; font-variant-numeric:tabular-nums; }
th { text-align:left; color:var(--soft); font-size:12px; font-weight:600; padding:6px 8px; border-bottom:1px solid var(--line); position:sticky; top:0; background:var(--card); }
td { padding:8px; border-bottom:1px solid var(--line); vertical-align:top; }
tr:target, tr.lit { background:color-mix(in srgb, var(--accent) 12%, transparent); }
td.text { overflow-wrap:anywhere; min-width:220px; }
td.text small { display:block; color:var(--soft); }
.who { display:inline-flex; gap:6px; align-items:center; }
.who i { width:10px; height:10px; border-radius:3px; flex:none; }
.speed { display:inline-block; min-width:52px; }
.bar { height:4px; border-radius:2px; background:var(--line); width:64px; position:relative; margin-top:4px; }
.bar i { position:absolute; top:0; bottom:0; border-radius:2px; background:var(--accent); }
.bar i.fast { background:var(--warn); }
.warn { color:var(--warn); } .bad { color:var(--bad); } .dim { color:var(--soft); }
.filters { display:flex; gap:8px; margin-bottom:8px; }
.filters button { font:inherit; font-size:13px; border:1px solid var(--line); background:var(--card); color:var(--ink); border-radius:999px; padding:3px 12px; cursor:pointer; }
.filters button[aria-pressed=true] { border-color:var(--accent); color:var(--accent); }
footer { color:var(--soft); font-size:13px; margin-top:28px; overflow-wrap:anywhere; }
.tablebox { overflow-x:auto; }
.two { display:grid; grid-template-columns:repeat(auto-fit, minmax(280px, 1fr)); gap:28px; padding:14px 18px; }
h3 { font-size:13px; color:var(--soft); margin:0 0 10px; font-weight:600; }
#histogram { display:flex; align-items:flex-end; gap:6px; height:150px; }
#histogram div { flex:1; display:flex; flex-direction:column; justify-content:flex-end; text-align:center; font-size:11px; color:var(--soft); height:100%; }
#histogram i { display:block; background:var(--accent); border-radius:3px 3px 0 0; min-height:1px; }
#histogram i.fast { background:var(--warn); }
#figures td:last-child { text-align:right; font-weight:600; }
.track { display:grid; grid-template-columns:36px 150px 1fr; gap:12px; align-items:center; padding:6px 0; }
.track button { font:inherit; width:36px; height:36px; border-radius:50%; border:1px solid var(--line); background:var(--card); color:var(--ink); cursor:pointer; }
.track.on button { background:var(--accent); border-color:var(--accent); color:#fff; }
.track canvas { position:static; width:100%; height:44px; }
.track small { display:block; color:var(--soft); font-variant-numeric:tabular-nums; }
</style>
</head>
<body>
<main>
<h1><span id="title"></span><span id="badge" class="badge"></span></h1>
<p class="sub" id="sub"></p>
<div class="cards" id="cards"></div>
<h2>Timeline</h2>
<div class="panel">
  <div class="tools"><span id="legend"></span><label>zoom <input id="zoom" type="range" min="0" max="100" value="0" aria-label="zoom"></label><span id="cursor"></span></div>
  <div id="scroll"><div id="inner"><canvas id="canvas"></canvas></div></div>
</div>
<div id="listen" hidden><h2>Listen</h2>
<div class="panel"><div class="tools"><span id="stretch"></span><span id="at"></span></div><div id="tracks"></div></div></div>
<div id="notices"></div>
<div id="timing"><h2>Timing</h2>
<div class="panel two"><div><h3>Lines by speed</h3><div id="histogram"></div></div><div><h3>Against the original</h3><table><tbody id="figures"></tbody></table></div></div></div>
<h2>Lines</h2>
<div class="filters" id="filters"></div>
<div class="panel tablebox"><table><thead><tr><th>#</th><th>speaker</th><th>in the original</th><th>in the dub</th><th>speed</th><th>text</th><th>notes</th></tr></thead><tbody id="rows"></tbody></table></div>
<footer id="footer"></footer>
</main>
<div id="tip"></div>
<script type="application/json" id="data">@REPORT_DATA@</script>
<script>
'use strict';
const page = JSON.parse(document.getElementById('data').textContent);
const report = page.report, lines = report.lines, total = Math.max(1, report.media_duration_ms);
const el = (tag, cls, text) => { const e = document.createElement(tag); if (cls) e.className = cls; if (text !== undefined) e.textContent = text; return e; };
const $ = id => document.getElementById(id);
const clock = ms => { const s = ms / 1000, m = Math.floor(s / 60); return m + ':' + (s - 60 * m).toFixed(2).padStart(5, '0'); };
const palette = ['#3563e9', '#d9480f', '#2b8a3e', '#9c36b5', '#0b7285', '#c2255c', '#5f3dc4', '#846358'];
const speakers = [...new Set(lines.map(l => l.speaker))];
const color = who => palette[speakers.indexOf(who) % palette.length];
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

$('title').textContent = page.title || 'Dubbed video';
document.title = (page.title || 'Dubbed video') + ' - WaveShift report';
$('badge').textContent = report.status;
$('badge').classList.toggle('failed', report.status !== 'completed');
$('sub').textContent = 'dubbed into ' + report.target_language + ' \u00b7 ' + clock(total) + (report.failure ? ' \u00b7 ' + report.failure : '');

const dubbed = lines.filter(l => l.status === 'dubbed');
const speeds = dubbed.map(l => l.speed).sort((a, b) => a - b);
const late = dubbed.map(l => Math.abs(l.planned_start_ms - l.slot_start_ms)).sort((a, b) => a - b);
const middle = list => list.length ? list[Math.floor(list.length / 2)] : null;
const cards = [['lines dubbed', report.totals.dubbed + ' / ' + report.totals.lines], ['kept as they were', report.totals.kept], ['failed', report.totals.failed], ['with a warning', lines.filter(l => l.warnings.length).length],
  ['median speed', speeds.length ? middle(speeds).toFixed(2) + '\u00d7' : '\u2013'], ['median shift of start', late.length ? Math.round(middle(late)) + ' ms' : '\u2013'], ['shortened', report.totals.shortened], ['reused', report.totals.reused]];
const level = v => v === null || v === undefined ? '\u2013' : v.toFixed(1);  // silence has none
if (report.loudness) {
  const l = report.loudness;
  cards.push(['LUFS' + (l.target_lufs === null ? '' : ', wanted ' + level(l.target_lufs)) + (l.original ? ', original ' + level(l.original.integrated_lufs) : ''), level(l.integrated_lufs)],
    ['dBTP true peak, ' + (l.clipped_samples || 'none') + ' clipped', level(l.true_peak_dbtp)]);
}
const sound = report.background;
if (sound) cards.push(sound.separator ? ['speech and background, by ' + sound.separator, 'apart'] : ['original sound under the dub', sound.mode === 'none' ? 'silent' : 'lowered']);
for (const [name, value] of cards) { const c = el('div', 'card'); c.append(el('b', '', value), el('span', '', name)); $('cards').append(c); }
for (const who of speakers.filter(w => lines.some(l => l.speaker === w && l.status !== 'kept'))) { const s = el('span', 'legend'), i = el('i'); i.style.background = color(who); s.append(i, el('span', '', who || '(no name)')); $('legend').append(s, ' '); }

const scroll = $('scroll'), inner = $('inner'), canvas = $('canvas'), ctx = canvas.getContext('2d');
const lanes = { ruler: 0, original: 22, slots: 92, dub: 122, wave: 156, end: 232 };
let width = 0, span = 0;
const x = ms => ms / total * span - scroll.scrollLeft;
function wave(peaks, top, height, tint) {
  const n = peaks.length / 2; if (!n) return;
  ctx.fillStyle = tint;
  for (let px = 0; px < width; px++) {
    const a = Math.floor((px + scroll.scrollLeft) / span * n), b = Math.max(a + 1, Math.floor((px + 1 + scroll.scrollLeft) / span * n));
    let lo = 0, hi = 0;
    for (let i = a; i < b && i < n; i++) { lo = Math.min(lo, peaks[2 * i]); hi = Math.max(hi, peaks[2 * i + 1]); }
    const mid = top + height / 2, y = mid - hi / 100 * height / 2, h = Math.max(1, (hi - lo) / 100 * height / 2);
    ctx.fillRect(px, y, 1, h);
  }
}
function block(ms0, ms1, top, height, tint, hollow, label) {
  const a = x(ms0), b = Math.max(x(ms1), a + 2);
  if (b < 0 || a > width) return;
  ctx.globalAlpha = hollow ? 0.28 : 0.9; ctx.fillStyle = tint;
  ctx.beginPath(); ctx.roundRect(a, top, b - a, height, 4); ctx.fill(); ctx.globalAlpha = 1;
  if (!hollow && label && b - a > 26) { ctx.save(); ctx.beginPath(); ctx.rect(a + 4, top, b - a - 8, height); ctx.clip(); ctx.fillStyle = '#fff'; ctx.font = '12px system-ui, sans-serif'; ctx.fillText(label, a + 5, top + height / 2 + 4); ctx.restore(); }
}
function draw() {
  const ratio = window.devicePixelRatio || 1;
  width = scroll.clientWidth;
  span = width * Math.pow(Math.max(1, total / 6000), $('zoom').value / 100);
  inner.style.width = span + 'px';
  canvas.width = width * ratio; canvas.height = 252 * ratio; canvas.style.width = width + 'px'; canvas.style.height = '252px';
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0); ctx.clearRect(0, 0, width, 252);
  const steps = [100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 3e5, 6e5, 18e5];
  const step = steps.find(s => s / total * span > 70) || 36e5;
  ctx.font = '11px system-ui, sans-serif';
  for (let t = 0; t <= total; t += step) { const px = x(t); if (px < -60 || px > width) continue; ctx.fillStyle = css('--line'); ctx.fillRect(px, 0, 1, lanes.end); ctx.fillStyle = css('--soft'); ctx.fillText(clock(t), px + 4, 12); }
  wave(page.original_peaks, lanes.original, 62, css('--wave'));
  wave(page.dubbed_peaks, lanes.wave, 76, css('--accent'));
  for (const l of lines) {
    block(l.slot_start_ms, l.slot_end_ms, lanes.slots, 24, l.status === 'kept' ? css('--soft') : color(l.speaker), true);
    if (l.status === 'dubbed') block(l.planned_start_ms, l.planned_end_ms, lanes.dub, 28, color(l.speaker), false, l.text);
    if (l.status === 'failed') block(l.slot_start_ms, l.slot_end_ms, lanes.dub, 28, css('--bad'), true);
    if (l.warnings.length && l.status === 'dubbed') { ctx.fillStyle = css('--warn'); ctx.beginPath(); ctx.arc(x(l.planned_end_ms), lanes.dub + 2, 4, 0, 7); ctx.fill(); }
  }
  ctx.fillStyle = css('--soft');
  for (const [name, y] of [['original sound', 34], ['dubbed sound', 168]]) ctx.fillText(name, 4, y);
}
const at = event => { const ms = (event.clientX - canvas.getBoundingClientRect().left + scroll.scrollLeft) / span * total; return [ms, lines.find(l => l.status === 'dubbed' ? ms >= Math.min(l.slot_start_ms, l.planned_start_ms) && ms < Math.max(l.slot_end_ms, l.planned_end_ms) : ms >= l.slot_start_ms && ms < l.slot_end_ms)]; };
canvas.addEventListener('mousemove', event => {
  const [ms, line] = at(event), tip = $('tip');
  $('cursor').textContent = clock(ms);
  tip.style.display = line ? 'block' : 'none';
  if (line) { tip.textContent = line.sequence + ' \u00b7 ' + (line.speaker || '\u2013') + ': ' + (line.text || '(nothing to say)'); tip.style.left = Math.min(event.clientX + 14, innerWidth - 370) + 'px'; tip.style.top = event.clientY + 14 + 'px'; }
});
canvas.addEventListener('mouseleave', () => { $('tip').style.display = 'none'; $('cursor').textContent = ''; });
canvas.addEventListener('click', event => { const line = at(event)[1]; if (!line) return; document.querySelectorAll('tr.lit').forEach(r => r.classList.remove('lit')); const row = $('line' + line.sequence); row.classList.add('lit'); row.scrollIntoView({ behavior: 'smooth', block: 'center' }); });
$('zoom').addEventListener('input', () => { const mid = (scroll.scrollLeft + width / 2) / span; draw(); scroll.scrollLeft = mid * span - width / 2; });
scroll.addEventListener('scroll', draw); addEventListener('resize', draw);

// The tracks of one stretch: one plays at a time, and another one goes on where it was.
function listen(listening) {
  const tracks = listening.files.map((file, i) => {
    const row = el('div', 'track'), button = el('button', '', '\u25b6'), name = el('div', '', file.name), picture = el('canvas'), audio = el('audio');
    button.setAttribute('aria-label', 'play ' + file.name);
    name.append(el('small', '', level(file.integrated_lufs) + ' LUFS \u00b7 ' + level(file.true_peak_dbtp) + ' dBTP'));
    audio.preload = 'auto'; audio.src = file.path; audio.dataset.name = file.name;
    row.append(button, name, picture, audio); $('tracks').append(row);
    return { row, button, picture, audio, peaks: page.listening_peaks[i] };
  });
  let at = 0, playing = null;
  const length = (listening.end_ms - listening.start_ms) / 1000;
  function paint() {
    if (playing && !playing.audio.paused) at = playing.audio.currentTime;
    $('at').textContent = clock(listening.start_ms + 1000 * at);
    for (const t of tracks) {
      const ratio = window.devicePixelRatio || 1, w = t.picture.clientWidth, h = 44, c = t.picture.getContext('2d'), n = t.peaks.length / 2;
      t.picture.width = w * ratio; t.picture.height = h * ratio; c.setTransform(ratio, 0, 0, ratio, 0, 0);
      c.fillStyle = css(t === playing ? '--accent' : '--wave');
      for (let x = 0; x < w; x++) { const k = Math.min(n - 1, Math.floor(x / w * n)), hi = t.peaks[2 * k + 1], lo = t.peaks[2 * k]; c.fillRect(x, h / 2 - hi / 100 * h / 2, 1, Math.max(1, (hi - lo) / 100 * h / 2)); }
      c.fillStyle = css('--ink'); c.fillRect(at / length * w, 0, 1, h);
    }
    if (playing) requestAnimationFrame(paint);
  }
  function play(track) {
    for (const t of tracks) { t.audio.pause(); t.row.classList.remove('on'); t.button.textContent = '\u25b6'; }
    playing = track === playing ? null : track;
    if (!playing) return paint();
    if (at >= length - 0.05) at = 0;
    playing.audio.currentTime = at; playing.row.classList.add('on'); playing.button.textContent = '\u23f8';
    playing.audio.play().then(paint, () => {});
  }
  for (const t of tracks) {
    t.button.addEventListener('click', () => play(t));
    t.audio.addEventListener('ended', () => { if (t === playing) { at = length; play(t); at = 0; } });
    t.audio.addEventListener('error', () => { t.button.disabled = true; t.row.title = 'the file beside this report is missing'; });
    t.picture.addEventListener('click', e => { at = e.offsetX / t.picture.clientWidth * length; if (playing) playing.audio.currentTime = at; paint(); });
  }
  $('stretch').textContent = clock(listening.start_ms) + ' \u2013 ' + clock(listening.end_ms);
  $('listen').hidden = false; paint(); addEventListener('resize', paint);
}
if (report.listening) listen(report.listening);

for (const l of lines) {
  const row = el('tr'); row.id = 'line' + l.sequence; row.dataset.kind = l.status + (l.warnings.length ? ' flagged' : '');
  const who = el('span', 'who'), dot = el('i'); dot.style.background = l.status === 'kept' ? css('--soft') : color(l.speaker); who.append(dot, el('span', '', l.speaker || '\u2013'));
  const speaker = el('td'); speaker.append(who); if (l.voice) speaker.append(el('div', 'dim', l.voice));
  const speed = el('td');
  if (l.speed !== null) {
    const bar = el('div', 'bar'), fill = el('i', l.speed > 1.15 ? 'fast' : ''), p = v => Math.max(0, Math.min(1, (v - 0.7) / 0.7)) * 100;
    fill.style.left = p(Math.min(1, l.speed)) + '%'; fill.style.width = Math.max(3, Math.abs(p(l.speed) - p(1))) + '%'; bar.append(fill);
    speed.append(el('span', 'speed', l.speed.toFixed(2) + '\u00d7'), bar);
  }
  const text = el('td', 'text', l.text || '\u2013'); if (l.original) text.append(el('small', '', l.original)); if (l.text_before) text.append(el('small', '', (l.shortening === 'rules' ? 'trimmed from: ' : 'reworded from: ') + l.text_before));
  const notes = el('td');
  if (l.status !== 'dubbed') notes.append(el('div', l.status === 'failed' ? 'bad' : 'dim', l.status === 'kept' ? 'kept as it was' : l.error));
  for (const w of l.warnings) notes.append(el('div', 'warn', w));
  if (l.reused) notes.append(el('div', 'dim', 'reused'));
  const dub = el('td', '', l.planned_start_ms === null ? '\u2013' : clock(l.planned_start_ms) + ' \u2013 ' + clock(l.planned_end_ms));
  if (l.speech_lufs !== null) dub.append(el('div', 'dim', level(l.speech_lufs) + ' LUFS' + (l.original_lufs === null ? '' : ', was ' + level(l.original_lufs)) + (l.tone_db ? ', treble ' + (l.tone_db > 0 ? '+' : '\u2212') + Math.abs(l.tone_db).toFixed(1) + ' dB' : '')));
  row.append(el('td', 'dim', l.sequence), speaker, el('td', '', clock(l.slot_start_ms) + ' \u2013 ' + clock(l.slot_end_ms)), dub, speed, text, notes);
  $('rows').append(row);
}
const filters = [['all', () => true], ['flagged', k => k.includes('flagged')], ['failed', k => k.startsWith('failed')], ['kept', k => k.startsWith('kept')]];
for (const [name, test] of filters) {
  const n = [...$('rows').children].filter(r => test(r.dataset.kind)).length; if (!n) continue;
  const b = el('button', '', name + ' (' + n + ')'); b.setAttribute('aria-pressed', name === 'all');
  b.onclick = () => { for (const o of $('filters').children) o.setAttribute('aria-pressed', o === b); for (const r of $('rows').children) r.hidden = !test(r.dataset.kind); };
  $('filters').append(b);
}
const timing = report.timing;
if (!timing || !dubbed.length) $('timing').remove();
else {
  const most = Math.max(1, ...timing.speed_histogram.map(b => b.lines));
  for (const b of timing.speed_histogram) {
    const column = el('div'), bar = el('i', b.from !== null && b.from >= 1.2 ? 'fast' : '');
    bar.style.height = b.lines / most * 105 + 'px';
    column.title = b.lines + ' lines, speed ' + (b.from === null ? 'below ' + b.to : b.to === null ? b.from + ' and above' : b.from + ' to ' + b.to);
    column.append(el('span', '', b.lines || ''), bar, el('span', '', b.from === null ? '<' + b.to.toFixed(2) : b.from.toFixed(2)));
    $('histogram').append(column);
  }
  const percent = v => (100 * v).toFixed(0) + ' %', seconds = v => (v / 1000).toFixed(1) + ' s';
  const figures = [['original speech that the dub speaks over', percent(timing.covered_share)], ['lines within 20 % of their original length', percent(timing['slc_0.2'])],
    ['lines within 40 %', percent(timing['slc_0.4'])], ['speech in the original / in the dub', seconds(timing.original_speech_ms) + ' / ' + seconds(timing.dubbed_speech_ms)],
    ['two at once in the original / in the dub', seconds(timing.original_overlap_ms) + ' / ' + seconds(timing.dubbed_overlap_ms)], ['mean / largest shift of a start', Math.round(timing.mean_start_shift_ms) + ' / ' + Math.round(timing.max_start_shift_ms) + ' ms'],
    ['mean change of speed from line to line', timing.mean_speed_change.toFixed(2)]];
  for (const [name, value] of figures) { const row = el('tr'); row.append(el('td', '', name), el('td', '', value)); $('figures').append(row); }
}
for (const n of report.notices || []) $('notices').append(el('p', 'sub', n));
$('footer').textContent = report.stages.map(s => s.name + ' ' + s.seconds.toFixed(1) + ' s').join(' \u00b7 ') + ' \u2014 ' + Object.entries(report.versions).map(([k, v]) => k + ' ' + v).join(', ');
draw();
</script>
</body>
</html>
)page";

}  // namespace waveshift::pipeline
