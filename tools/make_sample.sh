#!/usr/bin/env bash
# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# Makes examples/austen-on-hold.{mp4,srt,vtt} from examples/austen-on-hold.json and recordings that Debian packages:
#   apt-get install asterisk-core-sounds-en-wav pocketsphinx-testdata ffmpeg fonts-dejavu-core python3
# usage: tools/make_sample.sh [OUTPUT_FOLDER]      (default: examples/)
# The same packages give the same bytes again: nothing random, one encoder thread, no time stamps in the file.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
output="${1:-$root/examples}"
name=austen-on-hold
transcript="$root/examples/$name.json"
seconds=46
allison=/usr/share/asterisk/sounds/en_US_f_Allison
reader=/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb
font=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf

# The recording of each line of the transcript, by its sequence number.
declare -A recording=(
  [2]=$allison/followme/pls-hold-while-try.wav [3]=$reader-0870.wav [4]=$allison/invalid.wav [5]=$reader-0880.wav
  [6]=$reader-0890.wav [7]=$allison/tt-weasels.wav [8]=$reader-0920.wav [9]=$reader-0930.wav [10]=$allison/vm-goodbye.wav)

for file in "${recording[@]}" "$font"; do
  [[ -r $file ]] || { echo "make_sample: $file is missing: see the packages in this script's head" >&2; exit 1; }
done
mkdir -p "$output"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# SEQUENCE START_MS END_MS SPEAKER for each line; its text, wrapped for the picture, in $work/SEQUENCE.txt; and the SRT and VTT files.
python3 - "$transcript" "$work" "$output/$name" >"$work/lines" <<'PYTHON'
import json, pathlib, sys, textwrap
transcript, work, stem = sys.argv[1:]
def clock(ms, comma):
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}{comma}{ms % 1000:03}"
srt, vtt, cue = [], ["WEBVTT\n"], 0
for s in json.load(open(transcript, encoding="utf-8"))["segments"]:
    if s["content_type"] != "speech":
        continue
    print(s["sequence"], s["start_ms"], s["end_ms"], s["speaker"])
    pathlib.Path(work, f"{s['sequence']}.txt").write_text("\n".join(textwrap.wrap(s["original"], 46)), encoding="utf-8")
    if not s["translation"]:
        continue
    cue += 1
    begin, end = s["start_ms"], s["end_ms"]
    srt.append(f"{cue}\n{clock(begin, ',')} --> {clock(end, ',')}\n[{s['speaker']}] {s['translation']}\n")
    vtt.append(f"{clock(begin, '.')} --> {clock(end, '.')}\n<v {s['speaker']}>{s['translation']}\n")
pathlib.Path(stem + ".srt").write_text("\n".join(srt), encoding="utf-8")
pathlib.Path(stem + ".vtt").write_text("\n".join(vtt), encoding="utf-8")
PYTHON

# Sound: each recording at its time, Allison slightly to the left and the reader to the right, over a soft stereo pad of four chords.
inputs=()
sound=""
labels=""
count=0
captions=""
while read -r sequence start end speaker; do
  inputs+=(-i "${recording[$sequence]}")
  if [[ $speaker == Allison ]]; then
    side=130 gain=0.95 pan="pan=stereo|c0=0.9*c0|c1=0.65*c0" color=0x7fd1ff
  else
    side=510 gain=2.2 pan="pan=stereo|c0=0.65*c0|c1=0.9*c0" color=0xffd479
  fi
  sound+="[$count:a]aresample=48000:resampler=swr:dither_method=none,volume=$gain,$pan,adelay=delays=$start:all=1[v$count];"
  labels+="[v$count]"
  when="between(t,$(printf '%d.%03d' $((start / 1000)) $((start % 1000))),$(printf '%d.%03d' $((end / 1000)) $((end % 1000))))"
  captions+=",drawtext=fontfile=$font:text='●':fontsize=84:fontcolor=$color:x=$side-tw/2:y=72-th/2+30:enable='$when'"
  captions+=",drawtext=fontfile=$font:textfile=$work/$sequence.txt:fontsize=21:line_spacing=7:fontcolor=white:x=(w-tw)/2:y=232:enable='$when'"
  count=$((count + 1))
done <"$work/lines"

# Envelope of a chord of 4 s: it swells and dies away, so that the change of notes makes no click.
swell="sqrt(abs(sin(PI*mod(t\,4)/4)))"
note() { printf 'sin(2*PI*t*if(lt(mod(t\,16)\,4)\,%s\,if(lt(mod(t\,16)\,8)\,%s\,if(lt(mod(t\,16)\,12)\,%s\,%s))))' "$@"; }
left="0.05*$swell*($(note 220.00 174.61 261.63 196.00)+$(note 261.63 220.00 329.63 246.94)+0.6*$(note 440.0 349.23 523.25 392.0))"
right="0.05*$swell*($(note 220.30 174.90 261.93 196.30)+$(note 329.63 261.63 392.00 293.66)+0.6*$(note 659.26 523.25 783.99 587.33))"
sound+="aevalsrc=exprs='$left|$right':s=48000:c=stereo:d=$seconds,volume=0.55[music];"
sound+="${labels}[music]amix=inputs=$((count + 1)):normalize=0:duration=longest,atrim=end=$seconds,alimiter=limit=0.85:level=0[sound]"

# Picture: two speakers on a slowly moving background; who speaks lights up; what is said stands below; a bar shows the time.
picture="gradients=s=640x360:r=25:d=$seconds:c0=0x16233f:c1=0x3b2a4f:c2=0x14414a:n=3:x0=0:y0=0:x1=640:y1=360:seed=7:speed=0.006"
picture+=",drawtext=fontfile=$font:text='○':fontsize=84:fontcolor=0x7fd1ff:x=130-tw/2:y=72-th/2+30"
picture+=",drawtext=fontfile=$font:text='○':fontsize=84:fontcolor=0xffd479:x=510-tw/2:y=72-th/2+30"
picture+=",drawtext=fontfile=$font:text='Allison':fontsize=20:fontcolor=0x7fd1ff:x=130-tw/2:y=160"
picture+=",drawtext=fontfile=$font:text='The reader':fontsize=20:fontcolor=0xffd479:x=510-tw/2:y=160"
picture+=",drawtext=fontfile=$font:text='Jane Austen, on hold':fontsize=34:fontcolor=white:x=(w-tw)/2:y=240:enable='lt(t,3)'"
credits="$work/credits.txt"
printf 'Voices: Allison Smith (CC BY-SA 3.0), LibriVox\nThis video: CC BY-SA 3.0' >"$credits"
picture+=",drawtext=fontfile=$font:textfile=$credits:fontsize=17:line_spacing=8:fontcolor=white:x=(w-tw)/2:y=240:enable='gt(t,43.3)'"
picture+="$captions,format=yuv420p[scene];color=c=white@0.8:s=640x4:r=25:d=${seconds}[bar];"
picture+="[scene][bar]overlay=x='-w+w*t/$seconds':y=356:shortest=1:format=yuv420[picture]"

ffmpeg -v error -nostdin -y "${inputs[@]}" -filter_complex "$sound;$picture" -map '[picture]' -map '[sound]' -t "$seconds" \
  -c:v libx264 -preset veryslow -crf 27 -g 50 -keyint_min 50 -sc_threshold 0 -threads 1 -profile:v high -bf 2 \
  -c:a aac -b:a 88k -ar 48000 -ac 2 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1 \
  -metadata title="Jane Austen, on hold" -metadata copyright="CC BY-SA 3.0; see examples/README.md" \
  -metadata:s:a:0 language=eng -movflags +faststart "$output/$name.mp4"

bytes=$(stat -c %s "$output/$name.mp4")
((bytes <= 1000000)) || { echo "make_sample: $name.mp4 has $bytes bytes, more than 1 MB" >&2; exit 1; }
echo "made $output/$name.mp4 ($bytes bytes), $name.srt, $name.vtt"
