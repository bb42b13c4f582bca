// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/finish.h"

#include <filesystem>
#include <utility>

#include "audio/wav.h"
#include "base/version.h"
#include "pipeline/render.h"
#include "pipeline/stage_group.h"
#include "pipeline/verify.h"
#include "text/subtitles.h"

namespace waveshift::pipeline {

Status KeepLine(stores::ObjectStore& store, const OutputLayout& layout, Journal& journal,
                const LineState& line) {
  WS_ASSIGN_OR_RETURN(std::vector<float> sound, RenderLine(journal, line));
  const audio::MonoBuffer buffer{kTimelineRateHz, std::move(sound)};
  WS_ASSIGN_OR_RETURN(const std::string wav, audio::EncodeWav(buffer, audio::WavFormat::kPcm16));
  return store.Put(layout.lines_prefix + LineFileName(line.line), wav, {}).status();
}

StatusOr<media::RenditionFiles> Finisher::Files(const std::string& rendition) const {
  media::RenditionFiles files;
  for (const std::string& key : c_.publisher->RenditionKeys(rendition)) {
    WS_ASSIGN_OR_RETURN(std::string path, c_.store->Materialize(key, c_.scratch));
    files.paths.push_back(std::move(path));
  }
  return files;
}

Status Finisher::WriteMp4File(const std::stop_token& stop) {
  media::Mp4Request request;
  request.source = &c_.job->info;
  request.plan = &c_.job->plan;
  if (!c_.job->plan.copy) {
    WS_ASSIGN_OR_RETURN(request.encoded_video, Files("video"));
  }
  WS_ASSIGN_OR_RETURN(request.dubbed, Files("audio/dubbed"));
  request.dubbed_language = c_.spec->target_language;
  if (c_.job->sound) {
    WS_ASSIGN_OR_RETURN(request.original, Files("audio/original"));
    request.original_language = c_.job->sound->language();
  }
  if (c_.spec->options.subtitles == SubtitleMode::kSoft) request.subtitles = c_.cues->Cues();
  request.output_path = c_.scratch + "/final.mp4";
  WS_RETURN_IF_ERROR(media::WriteMp4(request, stop));
  return c_.store->PutFile(c_.spec->layout.mp4_key, request.output_path, {}).status();
}

Status Finisher::WriteSubtitleFiles() {
  if (c_.spec->options.subtitles == SubtitleMode::kNone) return OkStatus();
  const auto cues = c_.cues->Cues();
  const media::VideoStream& video = *c_.job->info.video;
  const std::string prefix = c_.spec->layout.subtitles_prefix + "subtitles.";
  const std::string title = std::filesystem::path(c_.spec->video.path).filename().string();
  WS_RETURN_IF_ERROR(c_.store->Put(prefix + "srt", text::FormatSrt(cues), {}).status());
  WS_RETURN_IF_ERROR(c_.store->Put(prefix + "vtt", text::FormatVtt(cues), {}).status());
  return c_.store->Put(prefix + "ass", text::FormatAss(cues, video.width, video.height, title), {}).status();
}

// What an earlier run left beside the report is not separated again.
StatusOr<audio::StereoBuffer> Finisher::StemSound(const Stem& stem, bool is_there,
                                                  const std::stop_token& stop) {
  const Stretch stretch = figures_.listening.stretch;
  const std::string key = c_.spec->layout.report_prefix + ListeningPath(stem.name);
  if (!is_there || !c_.store->Head(key).ok()) return stem.read(stretch, stop);
  WS_ASSIGN_OR_RETURN(const std::string path, c_.store->Materialize(key, c_.scratch));
  WS_ASSIGN_OR_RETURN(const auto reader, media::AudioReader::Open(path, -1, 0));
  audio::StereoBuffer sound;
  WS_RETURN_IF_ERROR(reader->Read(stretch.end - stretch.start, sound.interleaved, stop));
  return sound;
}

Status Finisher::MeasureTracks(bool are_there, const std::stop_token& stop) {
  const Samples length = c_.job->plan.length;
  Listening& listening = figures_.listening;
  listening.stretch = ChooseStretch(c_.job->lines, length);
  StretchRecorder mix(listening.stretch);
  WS_ASSIGN_OR_RETURN(const auto files, Files("audio/dubbed"));
  WS_ASSIGN_OR_RETURN(TrackFigures dubbed,
                      MeasureTrack(files, length, *c_.journal, &c_.job->lines, mix, stop));
  figures_.dubbed_loudness = dubbed.loudness;
  figures_.dubbed_peaks = std::move(dubbed.peaks);
  c_.tracker->SetPercent(96);
  const auto add = [&](const std::string& name, const audio::StereoBuffer& sound) {
    return AddListeningRow(*c_.store, c_.spec->layout.report_prefix, name, sound, listening);
  };
  if (c_.job->sound) {
    StretchRecorder original(listening.stretch);
    WS_ASSIGN_OR_RETURN(const auto of_original, Files("audio/original"));
    WS_ASSIGN_OR_RETURN(TrackFigures figures,
                        MeasureTrack(of_original, length, *c_.journal, nullptr, original, stop));
    figures_.original_loudness = figures.loudness;
    figures_.original_peaks = std::move(figures.peaks);
    WS_RETURN_IF_ERROR(add("original", original.sound()));
  }
  for (const Stem& stem : c_.job->stems) {
    if (listening.stretch.end <= listening.stretch.start) break;
    const auto sound = StemSound(stem, are_there, stop);
    if (sound.status().code() == StatusCode::kCancelled) return sound.status();
    if (sound.ok()) WS_RETURN_IF_ERROR(add(stem.name, *sound));  // a row less is no reason to fail
  }
  return add("mix", mix.sound());
}

Status Finisher::FinishOutputs(bool mp4_is_there, const std::stop_token& stop) {
  WS_RETURN_IF_ERROR(c_.publisher->Finish());
  StageGroup stages(stop);
  if (!mp4_is_there) {
    stages.Start([&](const std::stop_token& s) { return WriteMp4File(s); });
  }
  stages.Start([&](const std::stop_token& s) { return MeasureTracks(mp4_is_there, s); });
  WS_RETURN_IF_ERROR(stages.Join());
  measured_ = true;
  c_.tracker->SetPercent(98);
  return WriteSubtitleFiles();
}

StatusOr<std::string> Finisher::WriteReport(const std::string& failure,
                                            const std::vector<std::string>& notices) {
  ReportData data = figures_;
  data.completed = failure.empty();
  data.failure = failure;
  data.title = std::filesystem::path(c_.spec->video.path).filename().string();
  data.target_language = c_.spec->target_language;
  data.media_duration_ms = MsFromSamples(c_.job->plan.length);
  data.lines = c_.job->lines;
  data.keep_lines = c_.spec->options.keep_lines;
  data.stages = c_.tracker->Stages();
  data.versions = {{"waveshift", std::string(Version())}, {"ffmpeg", media::FfmpegVersion()}};
  if (!c_.engines.empty()) data.engine = c_.engines.front().first;
  for (const auto& engine : c_.engines) data.versions.push_back(engine);
  data.background = *c_.background;
  if (!data.background.separator.empty())
    data.versions.emplace_back(data.background.separator, data.background.version);
  data.measured = measured_;
  data.target_lufs = c_.spec->options.balance.target_lufs;
  data.programme_gain_db = c_.job->programme_gain.gain_db;
  data.notices = notices;
  data.clips = c_.job->clip_report;
  for (LineState& line : data.lines) {
    // A job that ended early: what was not reached counts as not spoken, what was not measured stands as
    // planned.
    if (line.status == LineStatus::kToSpeak) {
      line.status = LineStatus::kFailed;
      line.error = "the job ended before this line was spoken";
    } else if (line.status == LineStatus::kDubbed && !measured_) {
      line.measured_start_ms = MsFromSamples(line.start);
      line.measured_duration_ms = MsFromSamples(line.length);
    }
  }
  std::string json = FormatReportJson(data);
  const std::string& prefix = c_.spec->layout.report_prefix;
  WS_RETURN_IF_ERROR(c_.store->Put(prefix + "report.json", json, {}).status());
  WS_RETURN_IF_ERROR(c_.store->Put(prefix + "report.html", FormatReportHtml(data, json), {}).status());
  return json;
}

}  // namespace waveshift::pipeline
