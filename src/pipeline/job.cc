// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/job.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "alignment/phrase_cutter.h"
#include "audio/loudness.h"
#include "base/files.h"
#include "pipeline/background.h"
#include "pipeline/director.h"
#include "pipeline/finish.h"
#include "pipeline/journal.h"
#include "pipeline/line_fitter.h"
#include "pipeline/mixer.h"
#include "pipeline/prepare.h"
#include "pipeline/progress.h"
#include "pipeline/publisher.h"
#include "pipeline/reference_clips.h"
#include "pipeline/speech_meter.h"
#include "pipeline/speech_stage.h"
#include "pipeline/stage_group.h"
#include "pipeline/stems.h"
#include "pipeline/streams.h"
#include "pipeline/wind_down.h"
#include "separation/separator.h"
#include "voices/rate_predictor.h"

namespace waveshift::pipeline {
namespace {

std::string Decibels(double db) {
  char text[32];
  std::snprintf(text, sizeof text, "%+.1f dB", db);
  return text;
}
constexpr char kFallbackNote[] = "separation";  // of the journal
constexpr double kTenMinutesS = 600;

class JobRun {
 public:
  JobRun(const JobSpec& spec, const JobDeps& deps, const std::stop_token& stop)
      : spec_(spec),
        deps_(deps),
        wind_down_(stop, deps.wind_down),
        stop_(wind_down_.token()),
        store_(*deps.output),
        journal_(*deps.output, spec.layout.journal_prefix),
        tracker_(deps.on_progress, 0),
        cues_(spec.target_language) {}

  StatusOr<JobResult> Run();

 private:
  Status Prepare();
  Status RemoveOldOutput(const std::optional<JournalState>& state);
  size_t SegmentsThatMayStay() const;
  Status OpenStreams();
  void OpenRemoval(const std::optional<JournalState>& state);
  Status OpenMixer();
  Status OpenVideo();
  Status SpeakAndPlace();
  Status SpeakPlaceAndStream();
  void CloseStreams();
  void DescribeBackground();
  LengthModel Lengths();
  PublisherOptions PublisherSettings() const;
  bool Burns() const { return spec_.options.subtitles == SubtitleMode::kBurn; }
  void Notice(const std::string& text);
  std::string Failure() const;
  JobResult Result(std::string report_json) const;

  const JobSpec& spec_;
  const JobDeps& deps_;
  WindDown wind_down_;
  const std::stop_token stop_;
  stores::ObjectStore& store_;
  Journal journal_;
  ProgressTracker tracker_;
  PreparedJob job_;
  CueBook cues_;
  std::vector<std::string> notices_;
  BackgroundReport background_;
  std::string scratch_;
  bool takes_were_whole_ = false;  // an earlier run spoke every line
  bool already_complete_ = false;

  // Of the streams; null when an earlier run published everything.
  std::optional<Publisher> publisher_;
  size_t first_segment_ = 0;
  std::unique_ptr<SoundStream> dubbed_;
  std::unique_ptr<SoundStream> original_;
  std::optional<SpeechRemoval> removal_;
  std::unique_ptr<Mixer> mixer_;
  std::unique_ptr<media::VideoSegmenter> video_;
  voices::RatePredictor rates_;       // of each speaker's voice
  std::optional<LineFitter> fitter_;  // none: every line keeps its words
  std::optional<SpeechStage> speech_;
  std::optional<Director> director_;
};

void JobRun::Notice(const std::string& text) {
  notices_.push_back(text);
  if (deps_.on_notice) deps_.on_notice(text);
}

Status JobRun::Prepare() {
  for (const std::string& notice : deps_.notices) Notice(notice);
  tracker_.Begin("probe");
  WS_ASSIGN_OR_RETURN(job_, PrepareJob(spec_, deps_, stop_));
  if (spec_.options.background == BackgroundMode::kSeparate && job_.sound) {
    job_.stems = StemsOf([this](Samples start) { return job_.sound->Open(start); }, deps_.separator);
  }
  tracker_.SetLinesTotal(job_.lines_to_speak);
  tracker_.End("probe");
  tracker_.SetPercent(2);
  if (!job_.plan.copy) {
    Notice("the video is encoded anew: " + (Burns() ? std::string("subtitles are drawn into it")
                                                    : "HLS cannot carry " + job_.info.video->codec));
  }
  if (!job_.sound) Notice("the video has no sound: lines are spoken over silence");
  tracker_.Begin("voices");
  WS_RETURN_IF_ERROR(ChooseVoices(spec_, deps_, job_, stop_));
  for (const std::string& notice : job_.clip_report.notices) Notice(notice);
  tracker_.End("voices");
  if (job_.programme_gain.bounded) {
    Notice("the original's peaks and level allow a gain of " + Decibels(job_.programme_gain.gain_db) +
           " only: the loudness that is wanted is not reached");
  }
  tracker_.SetPercent(4);
  return OkStatus();
}

// What an earlier run left and this one does not go on from goes away first, so that old and new are never
// mixed.
Status JobRun::RemoveOldOutput(const std::optional<JournalState>& state) {
  WS_RETURN_IF_ERROR(stores::DeletePrefix(store_, spec_.layout.lines_prefix));
  takes_were_whole_ = std::all_of(job_.lines.begin(), job_.lines.end(), [this](const LineState& line) {
    return line.status != LineStatus::kToSpeak || journal_.HasTake(line.take_key);
  });
  already_complete_ = state && state->fingerprint == job_.fingerprint && state->complete &&
                      takes_were_whole_ && store_.Head(spec_.layout.mp4_key).ok();
  if (already_complete_) return OkStatus();
  for (const std::string& key : FinalKeys(spec_.layout)) WS_RETURN_IF_ERROR(store_.Delete(key));
  return OkStatus();
}

// Segments that a line without a take could still change are made anew: it could move every line of its
// phrase.
size_t JobRun::SegmentsThatMayStay() const {
  const alignment::PlannerOptions planner;
  std::vector<alignment::Slot> slots;
  std::vector<bool> missing;
  for (const LineState& line : job_.lines) {
    if (line.status != LineStatus::kToSpeak) continue;
    slots.push_back({line.slot_start, line.slot_end});
    missing.push_back(!journal_.HasTake(line.take_key));
  }
  Samples certain = job_.plan.length;
  const auto first = std::find(missing.begin(), missing.end(), true);
  if (first != missing.end()) {
    const size_t phrase = PhraseStarts(slots, planner)[static_cast<size_t>(first - missing.begin())];
    certain = slots[phrase].start - planner.max_early - Mixer::LookBack();
  }
  const auto& segments = job_.plan.segments;
  const auto stays = [certain](const media::PlannedSegment& segment) { return segment.end <= certain; };
  return static_cast<size_t>(std::find_if_not(segments.begin(), segments.end(), stays) - segments.begin());
}

PublisherOptions JobRun::PublisherSettings() const {
  return {.hls_prefix = spec_.layout.hls_prefix,
          .container = job_.info.video->container,
          .dubbed_language = spec_.target_language,
          .original_language = job_.sound ? job_.sound->language() : "",
          .has_original = job_.sound.has_value(),
          .has_subtitles = spec_.options.subtitles == SubtitleMode::kSoft,
          .fingerprint = job_.fingerprint};
}

// A line counts as too long before it is spoken only when even a quick reading of it would be.
LengthModel JobRun::Lengths() {
  constexpr size_t kEnoughTakes = 4;
  return {
      .predict = [this](const LineState& line, std::string_view text) -> Samples {
        const auto known = rates_.Predict(line.line.speaker, line.request.language, text);
        if (known.observations < kEnoughTakes) return 0;
        return static_cast<Samples>(static_cast<double>(known.length) * std::exp(-2 * known.relative_error));
      },
      .observe =
          [this](const LineState& line, Samples natural_length) {
            rates_.Observe(line.line.speaker, line.request.language, line.request.text, natural_length);
          }};
}

// A job that fell back to ducking and goes on falls back at the same place.
void JobRun::OpenRemoval(const std::optional<JournalState>& state) {
  if (spec_.options.background != BackgroundMode::kSeparate || !job_.sound) return;
  SpeechRemoval::Options options;
  options.open = [this](Samples start) { return job_.sound->Open(start); };
  options.separator = deps_.separator;
  const BalanceOptions& balance = spec_.options.balance;
  options.gain =
      static_cast<float>(balance.background_gain * audio::GainFromDb(-balance.duck_db.value_or(0)));
  if (spec_.options.separation_limit_s > 0) {
    options.limit_s =
        spec_.options.separation_limit_s * std::max(1.0, SecondsFromSamples(job_.plan.length) / kTenMinutesS);
  }
  const auto note = journal_.LoadNote(kFallbackNote);
  if (note && state && state->fingerprint == job_.fingerprint)
    options.fallback = ParseFallback(*note, job_.fingerprint);
  options.on_fallback = [this](const Fallback& fallback) {
    // Without the note a later run separates what this one ducked.
    journal_.SaveNote(kFallbackNote, FormatFallback(fallback, job_.fingerprint)).IgnoreError();
  };
  removal_.emplace(std::move(options));
}

Status JobRun::OpenMixer() {
  using Track = SoundStream::Track;
  WS_ASSIGN_OR_RETURN(
      dubbed_, SoundStream::Open(Track::kDubbed, job_, first_segment_, spec_.target_language, scratch_));
  const MixerOptions options{.background = spec_.options.background,
                             .balance = spec_.options.balance,
                             .programme_gain = audio::GainFromDb(job_.programme_gain.gain_db),
                             .start = dubbed_->first_input(),
                             .length = job_.plan.length,
                             .limit_original = job_.sound && job_.sound->channels() > 2,
                             .removal = removal_ ? &*removal_ : nullptr};
  std::unique_ptr<media::AudioReader> reader;
  if (job_.sound) {
    WS_ASSIGN_OR_RETURN(original_, SoundStream::Open(Track::kOriginal, job_, first_segment_,
                                                     job_.sound->language(), scratch_));
    WS_ASSIGN_OR_RETURN(reader, job_.sound->Open(Mixer::FirstSampleToRead(options)));
  }
  mixer_ = std::make_unique<Mixer>(options, journal_, std::move(reader));
  return OkStatus();
}

Status JobRun::OpenStreams() {
  if (spec_.options.fresh) WS_RETURN_IF_ERROR(journal_.Clear());
  WS_ASSIGN_OR_RETURN(const auto state, journal_.LoadState());
  WS_RETURN_IF_ERROR(journal_.IndexTakes());
  if (spec_.options.shortening.enabled && job_.lines_to_speak > 0) {
    fitter_.emplace(spec_, deps_, job_, journal_, Lengths());
    fitter_->ApplyEarlierDecisions();
  }
  WS_RETURN_IF_ERROR(RemoveOldOutput(state));
  if (spec_.options.keep_lines) {
    WS_RETURN_IF_ERROR(KeepReferenceClips(job_.clip_report, spec_.layout, store_));
  }
  publisher_.emplace(store_, journal_, job_.plan, PublisherSettings());
  WS_ASSIGN_OR_RETURN(first_segment_, publisher_->Resume(state, SegmentsThatMayStay()));
  speech_.emplace(job_, journal_, deps_.synthesizer, tracker_, fitter_ ? &*fitter_ : nullptr, wind_down_);
  OpenRemoval(state);
  if (first_segment_ < job_.plan.segments.size()) WS_RETURN_IF_ERROR(OpenMixer());
  Director::Options options;
  options.planner.max_speed = spec_.options.max_speed;
  options.planner.hard_max_speed = std::max(options.planner.hard_max_speed, spec_.options.max_speed);
  options.match = {.speech_lufs = job_.speech_lufs,
                   .voice_gain = spec_.options.balance.voice_gain,
                   .match_tone = spec_.options.balance.match_tone};
  if (removal_) {
    options.speech = [meter = std::make_shared<SpeechMeter>(journal_, job_.fingerprint, *removal_)](
                         Samples start, Samples frames, const std::stop_token& stop) {
      return meter->Measure(start, frames, stop);
    };
  }
  if (spec_.options.keep_lines) {
    options.on_placed = [this](const LineState& line) {
      return KeepLine(store_, spec_.layout, journal_, line);
    };
  }
  director_.emplace(job_, mixer_.get(), cues_, std::move(options));
  return OkStatus();
}

Status JobRun::OpenVideo() {
  media::VideoSegmenter::Options options{.first_segment = first_segment_, .threads = spec_.options.threads};
  if (Burns()) {
    options.burn_ass_path = scratch_ + "/burn.ass";
    const media::VideoStream& video = *job_.info.video;
    const std::string ass = text::FormatAss(cues_.Cues(), video.width, video.height, "burned subtitles");
    WS_RETURN_IF_ERROR(WriteFileAtomic(options.burn_ass_path, ass));
  }
  WS_ASSIGN_OR_RETURN(video_, media::VideoSegmenter::Open(job_.info, job_.plan, options));
  // A copied picture keeps its display matrix; an encoded one has been turned already.
  const bool turned = job_.plan.copy && job_.info.video->rotation_degrees % 180 != 0;
  publisher_->SetVideo(video_->hls_codec(), turned ? video_->height() : video_->width(),
                       turned ? video_->width() : video_->height());
  return publisher_->PublishInit(video_->init_segment(), dubbed_->init_segment(),
                                 original_ ? original_->init_segment() : "");
}

// Lines alone: nothing is left to stream, or all times must be known before the first picture is encoded.
Status JobRun::SpeakAndPlace() {
  BoundedQueue<ReadyLine> ready(8);
  StageGroup stages(stop_);
  stages.Start([&](const std::stop_token& stop) { return speech_->Run(ready, stop); });
  stages.Start([&](const std::stop_token& stop) { return director_->PlaceAll(ready, stop); });
  return stages.Join();
}

Status JobRun::SpeakPlaceAndStream() {
  const bool placed = Burns();
  if (placed) WS_RETURN_IF_ERROR(SpeakAndPlace());
  WS_RETURN_IF_ERROR(OpenVideo());
  BoundedQueue<ReadyLine> ready(8);
  SegmentQueue video_segments(4);
  std::vector<ChunkQueue*> chunks = {&dubbed_->chunks()};
  if (original_) chunks.push_back(&original_->chunks());
  const PublishStage publish{.job = &job_,
                             .publisher = &*publisher_,
                             .cues = &cues_,
                             .tracker = &tracker_,
                             .has_subtitles = spec_.options.subtitles == SubtitleMode::kSoft,
                             .first_segment = first_segment_,
                             .stays = takes_were_whole_,
                             .video = &video_segments,
                             .dubbed = &dubbed_->segments(),
                             .original = original_ ? &original_->segments() : nullptr};
  StageGroup stages(stop_);
  if (placed) {
    stages.Start([&](const std::stop_token& stop) { return director_->MixAll(chunks, stop); });
  } else {
    stages.Start([&](const std::stop_token& stop) { return speech_->Run(ready, stop); });
    stages.Start([&](const std::stop_token& stop) { return director_->PlaceAndMix(ready, chunks, stop); });
  }
  stages.Start([&](const std::stop_token& stop) { return dubbed_->Run(stop); });
  if (original_) stages.Start([&](const std::stop_token& stop) { return original_->Run(stop); });
  stages.Start([&](const std::stop_token& stop) {
    return RunVideo(*video_, first_segment_, job_.plan.segments.size(), scratch_,
                    media::SegmentExtension(job_.info.video->container), video_segments, stop);
  });
  stages.Start([&](const std::stop_token& stop) { return publish.Run(stop); });
  return stages.Join();
}

// What only streaming needs must not lie in memory beside what finishing needs.
void JobRun::CloseStreams() {
  director_.reset();
  speech_.reset();
  video_.reset();
  mixer_.reset();
  removal_.reset();
  dubbed_.reset();
  original_.reset();
}

// For the report, and for people.
void JobRun::DescribeBackground() {
  const BackgroundMode mode = spec_.options.background;
  background_.mode = mode == BackgroundMode::kSeparate ? "separate"
                     : mode == BackgroundMode::kNone   ? "none"
                                                       : "duck";
  if (!removal_) return;
  background_.separator = deps_.separator->name();
  background_.version = deps_.separator->version();
  tracker_.AddStage("separate", removal_->seconds());
  if (!removal_->fallback()) return;
  background_.ducked_from_ms = MsFromSamples(removal_->fallback()->from);
  background_.reason = removal_->fallback()->reason;
  char text[64];
  std::snprintf(text, sizeof text,
                "from %.1f s on the original sound is ducked: ", background_.ducked_from_ms / 1000);
  Notice(text + background_.reason);
}

std::string JobRun::Failure() const {
  const ReportTotals totals = CountLines(job_.lines);
  if (job_.lines_to_speak == 0) return "";
  const double share = static_cast<double>(totals.failed) / static_cast<double>(job_.lines_to_speak);
  if (totals.failed == 0 || share <= spec_.options.failed_share_limit) return "";
  const auto first = std::find_if(job_.lines.begin(), job_.lines.end(),
                                  [](const LineState& line) { return line.status == LineStatus::kFailed; });
  return std::to_string(totals.failed) + " of " + std::to_string(job_.lines_to_speak) +
         " lines could not be spoken; line " + std::to_string(first->line.sequence) + ": " + first->error;
}

JobResult JobRun::Result(std::string report_json) const {
  const ReportTotals totals = CountLines(job_.lines);
  JobResult result;
  result.failure = Failure();
  result.completed = result.failure.empty();
  result.lines = totals.lines;
  result.dubbed = totals.dubbed;
  result.kept = totals.kept;
  result.failed = totals.failed;
  result.shortened = totals.shortened;
  result.reused = totals.reused;
  result.warnings = totals.warnings;
  result.media_seconds = SecondsFromSamples(job_.plan.length);
  result.wall_seconds = tracker_.WallSeconds();
  result.report_json = std::move(report_json);
  return result;
}

StatusOr<JobResult> JobRun::Run() {
  WS_ASSIGN_OR_RETURN(const ScratchDirectory scratch, ScratchDirectory::Make(deps_.scratch_parent));
  scratch_ = scratch.path();
  WS_RETURN_IF_ERROR(Prepare());
  WS_RETURN_IF_ERROR(OpenStreams());
  Finisher finisher({.spec = &spec_,
                     .job = &job_,
                     .store = &store_,
                     .journal = &journal_,
                     .publisher = &*publisher_,
                     .cues = &cues_,
                     .tracker = &tracker_,
                     .engines = deps_.synthesizer != nullptr
                                    ? deps_.synthesizer->Versions()
                                    : std::vector<std::pair<std::string, std::string>>(),
                     .background = &background_,
                     .scratch = scratch_});
  tracker_.Begin("synthesize");
  const Status streamed = mixer_ ? SpeakPlaceAndStream() : SpeakAndPlace();
  tracker_.End("synthesize");
  DescribeBackground();
  if (fitter_) {
    for (const std::string& problem : fitter_->problems()) Notice(problem);
  }
  if (!streamed.ok()) {
    // What was made is worth a report; that it cannot be written must not hide why the job ended.
    const auto ignored = finisher.WriteReport(Message(streamed), notices_);
    return streamed;
  }
  CloseStreams();
  tracker_.Begin("finish");
  const std::string failure = Failure();
  WS_RETURN_IF_ERROR(finisher.FinishOutputs(already_complete_, stop_));
  tracker_.End("finish");
  WS_ASSIGN_OR_RETURN(std::string report_json, finisher.WriteReport(failure, notices_));
  WS_RETURN_IF_ERROR(journal_.SaveState(publisher_->State(failure.empty())));
  tracker_.Finish();
  return Result(std::move(report_json));
}

}  // namespace

StatusOr<JobResult> RunJob(const JobSpec& spec, const JobDeps& deps, const std::stop_token& stop) {
  if (deps.output == nullptr) return Internal("RunJob: no output store");
  if (stop.stop_requested()) return Cancelled("stopped");
  return JobRun(spec, deps, stop).Run();
}

}  // namespace waveshift::pipeline
