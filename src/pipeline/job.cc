// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/job.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <utility>

#include "audio/loudness.h"
#include "base/files.h"
#include "pipeline/background.h"
#include "pipeline/director.h"
#include "pipeline/earlier_run.h"
#include "pipeline/finish.h"
#include "pipeline/job_outcome.h"
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
  Status OpenStreams();
  void OpenRemoval(const std::optional<JournalState>& state);
  Status OpenMixer();
  Status OpenVideo();
  Status SpeakAndPlace();
  Status SpeakPlaceAndStream();
  void CloseStreams();
  void DescribeSound();
  void DescribeBackground();
  Status Finish(Finisher& finisher, std::string& report_json);
  LengthModel Lengths();
  PublisherOptions PublisherSettings() const;
  bool Burns() const { return spec_.options.subtitles == SubtitleMode::kBurn; }
  void Notice(const std::string& text);

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
  EarlierRun earlier_;

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
  if (spec_.options.speak && job_.lines_to_speak == 0)
    Notice("no line of the transcript has words to speak (translation): all sound stays as it is");
  tracker_.Begin("voices");
  WS_RETURN_IF_ERROR(ChooseVoices(spec_, deps_, job_, stop_));
  for (const std::string& notice : job_.clip_report.notices) Notice(notice);
  tracker_.End("voices");
  if (job_.programme_gain.bounded) Notice(BoundedGainNotice(job_.programme_gain));
  tracker_.SetPercent(4);
  return OkStatus();
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
  WS_ASSIGN_OR_RETURN(earlier_, KeepOfEarlierRun(spec_.layout, job_, state, journal_, store_));
  if (spec_.options.keep_lines) {
    WS_RETURN_IF_ERROR(KeepReferenceClips(job_.clip_report, spec_.layout, store_));
  }
  publisher_.emplace(store_, journal_, job_.plan, PublisherSettings());
  WS_ASSIGN_OR_RETURN(first_segment_, publisher_->Resume(state, SegmentsThatMayStay(job_, journal_)));
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
                             .stays = earlier_.spoke_every_line,
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

// Silence where there was sound: people should know that the file is to blame.
void JobRun::DescribeSound() {
  const int64_t damaged = mixer_ ? mixer_->damaged_packets() : 0;
  if (damaged == 1) Notice("1 packet of the original sound is damaged and became silence");
  if (damaged > 1)
    Notice(std::to_string(damaged) + " packets of the original sound are damaged and became silence");
}

// For the report, and for people.
void JobRun::DescribeBackground() {
  background_ =
      BackgroundReportOf(spec_.options.background, removal_ ? &*removal_ : nullptr, deps_.separator.get());
  if (!removal_) return;
  tracker_.AddStage("separate", removal_->seconds());
  if (removal_->fallback()) Notice(FallbackNotice(background_));
}

Status JobRun::Finish(Finisher& finisher, std::string& report_json) {
  CloseStreams();
  tracker_.Begin("finish");
  const std::string failure = FailureOf(job_, spec_.options.failed_share_limit);
  WS_RETURN_IF_ERROR(finisher.FinishOutputs(earlier_.is_complete, stop_));
  tracker_.End("finish");
  WS_ASSIGN_OR_RETURN(report_json, finisher.WriteReport(failure, notices_));
  return journal_.SaveState(publisher_->State(failure.empty()));
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
  Status status = mixer_ ? SpeakPlaceAndStream() : SpeakAndPlace();
  tracker_.End("synthesize");
  DescribeSound();
  DescribeBackground();
  if (fitter_) {
    for (const std::string& problem : fitter_->problems()) Notice(problem);
  }
  std::string report_json;
  if (status.ok()) status = Finish(finisher, report_json);
  if (!status.ok()) {
    // What was made is worth a report; that it cannot be written must not hide why the job ended.
    const auto ignored = finisher.WriteReport(Message(status), notices_);
    return status;
  }
  tracker_.Finish();
  JobResult result = ResultOf(job_, FailureOf(job_, spec_.options.failed_share_limit));
  result.wall_seconds = tracker_.WallSeconds();
  result.report_json = std::move(report_json);
  return result;
}

}  // namespace

StatusOr<JobResult> RunJob(const JobSpec& spec, const JobDeps& deps, const std::stop_token& stop) {
  if (deps.output == nullptr) return Internal("RunJob: no output store");
  if (stop.stop_requested()) return Cancelled("stopped");
  return JobRun(spec, deps, stop).Run();
}

}  // namespace waveshift::pipeline
