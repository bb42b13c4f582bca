// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// The dubbing job: one video and its transcript in; HLS, MP4, subtitles and report out. The same job serves
// the command line (a folder) and the server (object keys). Memory is flat in the video's length; time is
// linear in it.
#ifndef WAVESHIFT_PIPELINE_JOB_H_
#define WAVESHIFT_PIPELINE_JOB_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/media_time.h"
#include "base/status.h"
#include "simplify/shortener.h"
#include "stores/object_store.h"
#include "text/transcript.h"
#include "tts/synthesizer.h"
#include "voices/speaker_profile.h"
#include "voices/vad.h"

namespace waveshift::separation {
class Separator;
}

namespace waveshift::pipeline {

// Under which keys a job's files lie.
struct OutputLayout {
  std::string hls_prefix;        // "" or "hls/ID/": playlist.m3u8, video/, audio/, subtitles/
  std::string mp4_key;           // "dubbed.mp4" or "videos/ID/final_video.mp4"
  std::string subtitles_prefix;  // "" or "subtitles/ID/": subtitles.srt, .vtt, .ass
  std::string report_prefix;     // "" or "reports/ID/": report.json, report.html
  std::string lines_prefix;      // "lines/" or "reports/ID/lines/": with keep_lines
  std::string journal_prefix;    // ".waveshift/" or "journal/ID/": what a later run goes on from
};
OutputLayout LayoutForDirectory();
OutputLayout LayoutForTask(const std::string& task_id);

// What becomes of the original sound under dubbed lines. Elsewhere it stays as it is; with kNone it is silent
// outside kept slots.
enum class BackgroundMode {
  kDuck,      // lowered
  kNone,      // silent
  kSeparate,  // without its speech; wants JobDeps::separator
};
enum class SubtitleMode { kNone, kSoft, kBurn };

// How the dubbed speech sits in the sound around it.
struct BalanceOptions {
  double voice_gain = 1;       // of dubbed lines; 1: as loud as the original speech
  double background_gain = 1;  // of what lies under dubbed lines
  // Decibels by which that is lowered besides; none: 18 for the original sound with its speech, 0 without it.
  std::optional<double> duck_db;
  bool match_tone = true;             // dubbed lines get the treble of their speaker's original speech
  std::optional<double> target_lufs;  // of the whole dubbed track; none: as loud as the original
};

// What happens to lines whose speech cannot fit their time.
struct ShorteningOptions {
  bool enabled = true;    // false: every line is spoken in the transcript's words
  bool lengthen = false;  // lines far too short are said more fully; wants a language model
  simplify::ShortenerOptions shortener;
};

// The recordings that voices are cloned from (AUDIO_CLIP_*).
struct ClipOptions {
  Samples goal = Samples{12} * kTimelineRateHz;   // never longer
  Samples min = kTimelineRateHz;                  // less is no voice
  Samples padding = SamplesFromMs(int64_t{200});  // of pause kept around each piece
  bool may_cross_non_speech = false;              // pieces may lie in lines that are no speech
  bool per_line = false;  // a line that is long and clean is cloned from its own recording
};

// What decides the result. All of it goes into the journal's fingerprint.
struct JobOptions {
  BackgroundMode background = BackgroundMode::kDuck;
  BalanceOptions balance;
  // kSeparate: once a job has spent so many seconds on separation for each ten minutes of its programme (the
  // first ten count whole), the rest is ducked; 0: no limit.
  double separation_limit_s = 300;
  SubtitleMode subtitles = SubtitleMode::kSoft;
  double max_speed = 1.2;
  double failed_share_limit = 0.2;  // above it the job ends as failed
  double segment_seconds = 6.0;
  bool keep_lines = false;
  bool fresh = false;  // ignore and remove what an earlier run left
  bool speak = true;   // false: engine "none", every line keeps its original sound
  int threads = 0;     // 0: all
  ShorteningOptions shortening;
  ClipOptions clips;
};

// A file of the job's input.
struct MediaFile {
  std::string path;  // local
  // What tells its content from that of another file, on every machine (an object's key and ETag); "" = size,
  // time of change, first and last MiB of the file.
  std::string identity = {};
};

struct JobSpec {
  MediaFile video;
  MediaFile audio;              // separate sound; path "" = the video's own
  text::Transcript transcript;  // checked against the media by the job
  std::string target_language;  // BCP-47
  // What somebody wants for a speaker; what it leaves open, and other speakers, is assigned automatically.
  std::map<std::string, tts::VoiceSpec> voices;
  OutputLayout layout;
  JobOptions options;
};

// Same names as the status route. percent never goes back and ends at 100 on success.
struct Progress {
  std::string stage;  // "probe", "voices", "synthesize", "finish", "done"
  double percent = 0;
  int64_t lines_done = 0;
  int64_t lines_total = 0;  // lines to speak
  double speed = 0;         // seconds of video finished per second of wall time
  double eta_s = -1;        // -1: not known
  // Lines spoken and segments published by this run that no later one has to make again; 0 only while there
  // are none.
  int64_t new_work = 0;
};

// Gives the WAV file of a line's audio_key; OutOfRange when it is larger than max_bytes.
using ClipReader = std::function<StatusOr<std::string>(const std::string& audio_key, int64_t max_bytes)>;

struct JobDeps {
  stores::ObjectStore* output = nullptr;
  tts::Synthesizer* synthesizer = nullptr;  // may be null when options.speak is false
  voices::VoiceNamer voice_namer;           // of the engine
  // Of other engines of an Ensemble, by name.
  std::map<std::string, voices::VoiceNamer, std::less<>> other_namers;
  // Called from the job's threads, one call at a time, at most a few times a second.
  std::function<void(const Progress&)> on_progress;
  // Notices for people, e.g. "2 packets of the original sound are damaged and became silence". One line, no
  // secrets.
  std::function<void(const std::string&)> on_notice;
  std::string scratch_parent;  // "" = the system's temporary folder
  // Requested when the job should end soon: no line is begun any more, those being spoken are finished and
  // kept, then it ends with Cancelled.
  std::stop_token wind_down;
  // Who shortens lines that are too long; null = rules alone. Outlives the job.
  simplify::ChatModel* chat_model = nullptr;
  // Finds speech for recordings of voices; null or not ready = levels do. Outlives the job.
  const voices::Vad* voice_activity = nullptr;
  ClipReader read_clip;  // null: audio_key of lines is not read
  // Splits speech from the rest; null: nothing is separated.
  std::shared_ptr<const separation::Separator> separator;
  // What is to be said about how all this was chosen, one line each: for on_notice and the report.
  std::vector<std::string> notices;
};

struct JobResult {
  bool completed =
      false;  // false: too many lines failed; everything finished is published and the report says so
  std::string failure;  // one line when not completed
  int64_t lines = 0, dubbed = 0, kept = 0, failed = 0, shortened = 0, reused = 0, warnings = 0;
  double media_seconds = 0;
  double wall_seconds = 0;
  std::string report_json;
};

// Runs the whole job on the calling thread and a few of its own, which have ended when it returns. An error
// status means that it could not be finished (bad input, something missing, cancelled, disk full); what is
// finished stays in the store and a later run goes on from it.
StatusOr<JobResult> RunJob(const JobSpec& spec, const JobDeps& deps, const std::stop_token& stop);

}  // namespace waveshift::pipeline

#endif  // WAVESHIFT_PIPELINE_JOB_H_
