// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/reference_clips.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "audio/mix.h"
#include "audio/resample.h"
#include "audio/wav.h"
#include "base/files.h"
#include "base/hash.h"
#include "pipeline/clip_borrowing.h"
#include "pipeline/report.h"
#include "voices/clip_measure.h"
#include "voices/clip_selection.h"
#include "voices/reference_clip.h"
#include "voices/solo_ranges.h"

namespace waveshift::pipeline {
namespace {

using voices::MeasuredRange;
using voices::SoloRange;

constexpr Samples kFirstHearing = Samples{30} * kTimelineRateHz;
constexpr Samples kSecondHearing = Samples{90} * kTimelineRateHz;
constexpr Samples kLongestListen = 468 * voices::kSpeechWindow;  // at one stretch: 15 s
constexpr Samples kWantedSpeech = Samples{3} * kTimelineRateHz;
constexpr Samples kLeastSpeech = kTimelineRateHz / 2;
constexpr size_t kMostWorkerClips = 3;  // of one speaker
constexpr double kLongestWorkerClipSeconds = 60;
constexpr int64_t kMaxClipBytes = 32 << 20;

// AUDIO_CLIP_*: the wanted length bounds the clip, the shortest one its speech.
voices::ClipRules RulesFor(const ClipOptions& options) {
  voices::ClipRules rules;
  rules.most = options.goal;
  rules.padding = options.padding;
  rules.least =
      std::max(std::min(kWantedSpeech, rules.most * 2 / 5), std::min(options.min, rules.most * 4 / 5));
  return rules;
}

// Whatever is there, as long as nobody else is in it and it is not clipped.
voices::ClipRules LeastRulesFor(const ClipOptions& options) {
  voices::ClipRules rules = RulesFor(options);
  rules.least = std::min(rules.least, std::max(kLeastSpeech, options.min));
  rules.least_over_background_db = 0;
  rules.quietest_db = -60;
  return rules;
}

class ClipCutter {
 public:
  ClipCutter(const ClipRequest& request, PreparedJob& job, const std::stop_token& stop)
      : request_(request),
        job_(job),
        report_(job.clip_report),
        stop_(stop),
        rules_(RulesFor(request.options)) {}

  Status Run();

 private:
  void Begin();
  void FindRanges();
  void FindKeys();
  StatusOr<ReferenceClip> ClipOf(const std::string& speaker);
  StatusOr<bool> TakeWorkers(const std::string& speaker, ReferenceClip& clip);
  Status TakeWorkersClip(const std::string& key, ReferenceClip& best);
  StatusOr<bool> TakeOwn(const std::string& speaker, ReferenceClip& clip);
  StatusOr<bool> Take(ClipSource source, const std::vector<MeasuredRange>& ranges,
                      const voices::ClipRules& rules, ReferenceClip& clip);
  Status CutLines();
  Status CutLine(const LineState& line);

  std::vector<float> Heard(const voices::ClipPiece& piece) const;
  Status Hear(const std::vector<SoloRange>& ranges, const std::vector<size_t>& which,
              std::vector<MeasuredRange>& measured);
  StatusOr<std::vector<voices::ClipWindow>> Measure(const voices::ClipSound& sound);
  Status Write(const audio::MonoBuffer& sound, ReferenceClip& clip);

  const ClipRequest& request_;
  PreparedJob& job_;
  ClipReport& report_;
  const std::stop_token& stop_;
  const voices::ClipRules rules_;
  const voices::Vad* vad_ = nullptr;
  std::map<std::string, std::vector<SoloRange>> ranges_;  // by speaker, by start
  // What was listened to for the clip in hand: mono, by its start. Separation is too dear to do it twice.
  std::map<Samples, std::vector<float>> heard_;
  std::map<std::string, std::vector<std::string>> keys_;  // by speaker, the first few different ones
};

void ClipCutter::Begin() {
  report_ = {};
  Status ready = FailedPrecondition("no voice activity model is configured");
  if (request_.voice_activity != nullptr) ready = request_.voice_activity->CheckReady();
  if (ready.ok()) {
    vad_ = request_.voice_activity;
  } else {
    report_.notices.push_back("recordings of voices: speech is found by its level alone (" + Message(ready) +
                              ")");
  }
  report_.voice_activity = vad_ != nullptr ? std::string(vad_->name()) : "level";
}

void ClipCutter::FindRanges() {
  if (request_.track == nullptr) return;
  std::map<std::string, int> numbers;
  std::vector<std::string> names;
  std::vector<voices::Turn> turns;
  for (const LineState& state : job_.lines) {
    voices::Turn turn{state.slot_start, state.slot_end, voices::Turn::kNotSpeech};
    if (state.line.IsSpeech()) {
      const auto [it, is_new] = numbers.try_emplace(state.line.speaker, static_cast<int>(names.size()));
      if (is_new) names.push_back(state.line.speaker);
      turn.speaker = it->second;
    }
    turns.push_back(turn);
  }
  const voices::SoloRules rules{.padding = request_.options.padding,
                                .may_cross_non_speech = request_.options.may_cross_non_speech};
  for (const SoloRange& range : voices::SoloRanges(turns, job_.plan.length, rules)) {
    const std::string& name = names[static_cast<size_t>(range.speaker)];
    if (!request_.speakers.contains(name)) continue;
    for (Samples at = range.start; at < range.end; at += kLongestListen) {
      ranges_[name].push_back({range.speaker, at, std::min(at + kLongestListen, range.end)});
    }
  }
}

void ClipCutter::FindKeys() {
  if (request_.read_clip == nullptr) return;
  for (const LineState& state : job_.lines) {
    const std::string& key = state.line.audio_key;
    if (key.empty() || !request_.speakers.contains(state.line.speaker)) continue;
    std::vector<std::string>& keys = keys_[state.line.speaker];
    if (keys.size() == kMostWorkerClips || std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    keys.push_back(key);
  }
}

Status ClipCutter::Run() {
  Begin();
  FindRanges();
  FindKeys();
  if (job_.clips == nullptr) {
    WS_ASSIGN_OR_RETURN(ScratchDirectory folder, ScratchDirectory::Make(request_.scratch_parent));
    job_.clips = std::make_unique<ScratchDirectory>(std::move(folder));
  }
  for (const std::string& speaker : request_.speakers) {
    WS_ASSIGN_OR_RETURN(ReferenceClip clip, ClipOf(speaker));
    const std::string name = SafeFileName(speaker);
    if (!clip.path.empty()) {
      clip.kept_as = "reference_" + std::to_string(report_.speakers.size() + 1) + "_" +
                     (name.empty() ? "speaker" : name) + ".wav";
    }
    report_.speakers.push_back(std::move(clip));
  }
  BorrowWhereNone(*request_.profiles, report_);
  if (request_.options.per_line) WS_RETURN_IF_ERROR(CutLines());
  report_.track = request_.track != nullptr ? std::string(request_.track->name()) : "none";
  return OkStatus();
}

StatusOr<ReferenceClip> ClipCutter::ClipOf(const std::string& speaker) {
  ReferenceClip clip;
  clip.speaker = speaker;
  WS_ASSIGN_OR_RETURN(bool found, TakeWorkers(speaker, clip));
  if (!found) {
    WS_ASSIGN_OR_RETURN(found, TakeOwn(speaker, clip));
  }
  if (found) clip.of = speaker;
  return clip;
}

// The best of the clips that lines of the speaker bring, when one is good.
StatusOr<bool> ClipCutter::TakeWorkers(const std::string& speaker, ReferenceClip& clip) {
  for (const std::string& key : keys_[speaker]) {
    WS_RETURN_IF_ERROR(TakeWorkersClip(key, clip));
  }
  return !clip.path.empty();
}

Status ClipCutter::TakeWorkersClip(const std::string& key, ReferenceClip& best) {
  const std::string shown = key.substr(0, key.find('?'));  // what follows may be a signature
  const auto reject = [&](const std::string& why) {
    best.tried.push_back({ClipSource::kWorker, shown + ": " + why});
    return OkStatus();
  };
  const auto bytes = request_.read_clip(key, kMaxClipBytes);
  if (bytes.status().code() == StatusCode::kCancelled) return bytes.status();
  if (!bytes.ok()) return reject("cannot be read (" + std::string(CodeWord(bytes.status())) + ")");
  auto mono = audio::DecodeWav(*bytes, "clip", {.max_frames = kMaxClipBytes / 2});
  if (mono.ok() && mono->seconds() > kLongestWorkerClipSeconds) return reject("is longer than a minute");
  if (mono.ok()) mono = audio::Resample(*mono, kTimelineRateHz);
  if (!mono.ok()) return reject(Message(mono.status()));
  voices::ClipSound sound;
  for (const float sample : mono->samples) sound.speech.insert(sound.speech.end(), {sample, sample});
  WS_ASSIGN_OR_RETURN(std::vector<voices::ClipWindow> windows, Measure(sound));
  const std::vector<MeasuredRange> ranges = {{0, std::move(windows)}};
  const voices::ClipChoice choice = voices::SelectClip(ranges, rules_);
  if (choice.pieces.empty()) return reject(choice.reason);
  if (!best.path.empty() && best.score.total >= choice.score.total) return OkStatus();
  audio::MonoBuffer cut;
  for (const voices::ClipPiece& piece : choice.pieces) {
    const auto at = static_cast<size_t>(piece.start);
    voices::AppendToClip(std::span(mono->samples).subspan(at, static_cast<size_t>(piece.length)), cut);
  }
  best.source = ClipSource::kWorker;
  best.audio_key = shown;
  best.pieces = choice.pieces;
  best.score = choice.score;
  return Write(cut, best);
}

StatusOr<bool> ClipCutter::TakeOwn(const std::string& speaker, ReferenceClip& clip) {
  const std::vector<SoloRange>& ranges = ranges_[speaker];
  heard_.clear();
  std::vector<MeasuredRange> measured;
  const std::vector<size_t> first = voices::RangesToHear(ranges, kFirstHearing, kLongestListen);
  WS_RETURN_IF_ERROR(Hear(ranges, first, measured));
  WS_ASSIGN_OR_RETURN(bool found, Take(ClipSource::kOwnLines, measured, rules_, clip));
  if (found) return true;
  std::vector<SoloRange> others;
  for (size_t i = 0; i < ranges.size(); ++i) {
    if (!std::binary_search(first.begin(), first.end(), i)) others.push_back(ranges[i]);
  }
  if (others.empty()) {
    clip.tried.push_back({ClipSource::kOtherLines, "there are no other lines"});
  } else {
    WS_RETURN_IF_ERROR(Hear(others, voices::RangesToHear(others, kSecondHearing, kLongestListen), measured));
    std::sort(measured.begin(), measured.end(),
              [](const MeasuredRange& a, const MeasuredRange& b) { return a.start < b.start; });
    WS_ASSIGN_OR_RETURN(found, Take(ClipSource::kOtherLines, measured, rules_, clip));
    if (found) return true;
  }
  return Take(ClipSource::kPadded, measured, LeastRulesFor(request_.options), clip);
}

// Chooses and cuts. False, with the attempt noted, when there is nothing to choose.
StatusOr<bool> ClipCutter::Take(ClipSource source, const std::vector<MeasuredRange>& ranges,
                                const voices::ClipRules& rules, ReferenceClip& clip) {
  const voices::ClipChoice choice = voices::SelectClip(ranges, rules);
  if (choice.pieces.empty()) {
    clip.tried.push_back({source, request_.track == nullptr ? "the video has no sound" : choice.reason});
    return false;
  }
  audio::MonoBuffer cut;
  for (const voices::ClipPiece& piece : choice.pieces) {
    voices::AppendToClip(Heard(piece), cut);
  }
  if (source == ClipSource::kPadded) {
    voices::RepeatUntil(std::min(kWantedSpeech, rules.most), rules.padding, cut);
  }
  clip.source = source;
  clip.pieces = choice.pieces;
  clip.score = choice.score;
  WS_RETURN_IF_ERROR(Write(cut, clip));
  return true;
}

// A piece may run over the border of two stretches of one turn.
std::vector<float> ClipCutter::Heard(const voices::ClipPiece& piece) const {
  std::vector<float> sound;
  Samples at = piece.start;
  const Samples end = piece.start + piece.length;
  for (auto it = std::prev(heard_.upper_bound(at)); it != heard_.end() && at < end; ++it) {
    const auto& [start, mono] = *it;
    const Samples until = std::min(end, start + static_cast<Samples>(mono.size()));
    sound.insert(sound.end(), mono.begin() + (at - start), mono.begin() + (until - start));
    at = until;
  }
  return sound;
}

Status ClipCutter::Hear(const std::vector<SoloRange>& ranges, const std::vector<size_t>& which,
                        std::vector<MeasuredRange>& measured) {
  for (const size_t i : which) {
    const Samples length = std::min(kLongestListen, ranges[i].end - ranges[i].start);
    WS_ASSIGN_OR_RETURN(const voices::ClipSound sound, request_.track->Read(ranges[i].start, length, stop_));
    WS_ASSIGN_OR_RETURN(std::vector<voices::ClipWindow> windows, Measure(sound));
    measured.push_back({ranges[i].start, std::move(windows)});
    audio::AppendMono(sound.speech, heard_[ranges[i].start]);
  }
  return OkStatus();
}

// A model that fails must not end the job: levels take over.
StatusOr<std::vector<voices::ClipWindow>> ClipCutter::Measure(const voices::ClipSound& sound) {
  auto windows = voices::MeasureWindows(sound, vad_, stop_);
  if (windows.ok() || vad_ == nullptr || windows.status().code() == StatusCode::kCancelled) return windows;
  report_.notices.push_back("recordings of voices: speech is found by its level alone (" +
                            Message(windows.status()) + ")");
  report_.voice_activity = "level";
  vad_ = nullptr;
  return voices::MeasureWindows(sound, vad_, stop_);
}

Status ClipCutter::Write(const audio::MonoBuffer& sound, ReferenceClip& clip) {
  WS_ASSIGN_OR_RETURN(const std::string wav, audio::EncodeWav(sound, audio::WavFormat::kPcm16));
  clip.length = static_cast<Samples>(sound.samples.size());
  clip.id = Sha256Hex(wav);
  clip.path = job_.clips->path() + "/" + clip.id + ".wav";
  return WriteFileAtomic(clip.path, wav);
}

Status ClipCutter::CutLines() {
  if (request_.track == nullptr) return OkStatus();
  for (const LineState& state : job_.lines) {
    if (state.status != LineStatus::kToSpeak || !request_.speakers.contains(state.line.speaker)) continue;
    WS_RETURN_IF_ERROR(CutLine(state));
  }
  return OkStatus();
}

// A recording of the line itself, when it is long and clean: its mood is in it.
Status ClipCutter::CutLine(const LineState& state) {
  const Samples padding = request_.options.padding;
  const Samples start = std::max<Samples>(0, state.slot_start - padding);
  const Samples end = state.slot_end + padding;
  const std::vector<SoloRange>& all = ranges_[state.line.speaker];
  auto at = std::upper_bound(all.begin(), all.end(), start,
                             [](Samples value, const SoloRange& range) { return value < range.end; });
  std::vector<SoloRange> inside;
  Samples alone = 0;
  for (; at != all.end() && at->start < end; ++at) {
    inside.push_back({at->speaker, std::max(start, at->start), std::min(end, at->end)});
    alone += inside.back().end - inside.back().start;
  }
  if (alone < rules_.least) return OkStatus();
  heard_.clear();
  std::vector<MeasuredRange> measured;
  WS_RETURN_IF_ERROR(Hear(inside, voices::RangesToHear(inside, kFirstHearing, kLongestListen), measured));
  ReferenceClip clip;
  clip.speaker = clip.of = state.line.speaker;
  WS_ASSIGN_OR_RETURN(const bool found, Take(ClipSource::kOwnLines, measured, rules_, clip));
  if (!found) return OkStatus();
  const std::string file = LineFileName(state.line);
  clip.kept_as = file.substr(0, file.size() - 4) + ".reference.wav";
  report_.lines.emplace(state.line.sequence, std::move(clip));
  return OkStatus();
}

Status Keep(const ReferenceClip& clip, const OutputLayout& layout, stores::ObjectStore& store) {
  if (clip.path.empty()) return OkStatus();
  WS_ASSIGN_OR_RETURN(const std::string wav, ReadFile(clip.path, kMaxClipBytes));
  return store.Put(layout.lines_prefix + clip.kept_as, wav, {}).status();
}

}  // namespace

Status CutReferenceClips(const ClipRequest& request, PreparedJob& job, const std::stop_token& stop) {
  if (request.speakers.empty()) return OkStatus();
  return ClipCutter(request, job, stop).Run();
}

Status KeepReferenceClips(const ClipReport& report, const OutputLayout& layout, stores::ObjectStore& store) {
  for (const ReferenceClip& clip : report.speakers) WS_RETURN_IF_ERROR(Keep(clip, layout, store));
  for (const auto& [sequence, clip] : report.lines) WS_RETURN_IF_ERROR(Keep(clip, layout, store));
  return OkStatus();
}

}  // namespace waveshift::pipeline
