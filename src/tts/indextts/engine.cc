// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "tts/indextts/engine.h"

#include <filesystem>
#include <mutex>
#include <utility>

#include "runtime/ggml/gguf_file.h"
#include "runtime/ggml/gguf_writer.h"
#include "text/language.h"
#include "tts/indextts/line_batch.h"
#include "tts/indextts/model_file.h"
#include "tts/indextts/speaking_model.h"

namespace waveshift::tts {
namespace {

// Raised when the same request would sound different.
constexpr int kAlgorithm = 3;

// The largest model file of the folder.
StatusOr<std::string> FindModel(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator files(folder, error);
  std::string best;
  uintmax_t best_size = 0;
  for (; !error && files != std::filesystem::directory_iterator(); files.increment(error)) {
    const std::filesystem::path& path = files->path();
    std::error_code ignored;
    const uintmax_t size = std::filesystem::file_size(path, ignored);
    if (path.extension() != ".gguf" || ignored) continue;
    if (size > best_size || (size == best_size && path.string() < best)) {
      best = path.string();
      best_size = size;
    }
  }
  if (best.empty()) {
    return FailedPrecondition(
        "indextts: no model (*.gguf) in " + folder +
        "; these two commands get one: waveshift models pull indextts-1.5, then waveshift "
        "models convert " +
        folder + "/IndexTTS-1.5 -o " + folder + "/indextts-1.5.gguf --type q8_0");
  }
  return best;
}

class IndexTts : public Synthesizer {
 public:
  explicit IndexTts(IndexTtsOptions options) : options_(std::move(options)) {}

  std::string_view name() const override { return "indextts"; }
  std::string version() const override;
  Status CheckReady() const override { return Look().status(); }
  bool Speaks(std::string_view language) const override;
  bool Clones(const VoiceSpec&) const override { return true; }
  Status CheckVoice(const VoiceSpec& voice, std::string_view language) const override;
  Status Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                    const std::stop_token& stop) override;

 private:
  // What can be known without loading the weights.
  struct Found {
    std::string path;
    std::string fingerprint;
  };
  StatusOr<Found> Look() const;
  StatusOr<indextts::SpeakingModel*> Load();

  const IndexTtsOptions options_;
  mutable std::mutex mutex_;
  mutable std::optional<Found> found_;              // guarded by mutex_; set once
  std::unique_ptr<indextts::SpeakingModel> model_;  // guarded by mutex_; set once
};

bool IsIndexTtsLanguage(std::string_view language) {
  const std::string primary = text::PrimarySubtag(language);
  return primary == "zh" || primary == "cmn" || primary == "en";
}

StatusOr<IndexTts::Found> IndexTts::Look() const {
  const std::lock_guard lock(mutex_);
  if (found_.has_value()) return *found_;
  Found found;
  WS_ASSIGN_OR_RETURN(found.path, FindModel(options_.folder));
  const auto file = ggml::GgufFile::Open(found.path);
  const Status checked = file.ok() ? indextts::CheckModelFile(**file).status() : file.status();
  if (!checked.ok()) return FailedPrecondition("indextts: " + Message(checked));
  const auto hash = (*file)->HeaderSha256(ggml::kHeaderHashKey);
  found.fingerprint = hash.ok() ? *hash : "none";
  found_ = found;
  return found;
}

std::string IndexTts::version() const {
  const auto found = Look();
  return "algorithm " + std::to_string(kAlgorithm) + ", model " +
         (found.ok() ? found->fingerprint.substr(0, 12) : "missing");
}

bool IndexTts::Speaks(std::string_view language) const { return IsIndexTtsLanguage(language); }

Status IndexTts::CheckVoice(const VoiceSpec& voice, std::string_view language) const {
  WS_RETURN_IF_ERROR(CheckLanguage(language));
  if (!voice.name.empty()) {
    return InvalidArgument("voice: indextts has no voices of its own (\"" + voice.name +
                           "\"); give a recording as the reference");
  }
  return OkStatus();
}

StatusOr<indextts::SpeakingModel*> IndexTts::Load() {
  WS_ASSIGN_OR_RETURN(const Found found, Look());
  const std::lock_guard lock(mutex_);
  if (model_ == nullptr) {
    auto model = indextts::SpeakingModel::Load(found.path, {.device = options_.device,
                                                            .threads = options_.threads,
                                                            .most_lines = options_.most_lines,
                                                            .voice_folder = options_.folder + "/voices"});
    if (!model.ok()) return FailedPrecondition("indextts: " + Message(model.status()));
    model_ = *std::move(model);
  }
  return model_.get();
}

Status IndexTts::Synthesize(std::span<const SpeakRequest> requests, const SpokenSink& sink,
                            const std::stop_token& stop) {
  if (requests.empty()) return OkStatus();
  WS_ASSIGN_OR_RETURN(indextts::SpeakingModel* const model, Load());
  std::vector<SpeakRequest> speakable;
  std::vector<size_t> places;
  for (size_t i = 0; i < requests.size(); ++i) {
    if (!IsIndexTtsLanguage(requests[i].language)) {
      sink(i, InvalidArgument("language: indextts speaks Chinese and English, not \"" + requests[i].language +
                              "\"; kokoro, piper and espeak speak others"));
      continue;
    }
    speakable.push_back(requests[i]);
    places.push_back(i);
  }
  const SpokenSink place = [&](size_t n, StatusOr<SpokenLine> line) { sink(places[n], std::move(line)); };
  indextts::LineBatch batch(model, speakable, place,
                            {.threads = options_.threads, .accept_faults = options_.accept_faults});
  return Annotate(batch.Run(stop), "indextts");
}

}  // namespace

std::unique_ptr<Synthesizer> MakeIndexTts(const IndexTtsOptions& options) {
  return std::make_unique<IndexTts>(options);
}

}  // namespace waveshift::tts
