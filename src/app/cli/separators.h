// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#ifndef WAVESHIFT_APP_CLI_SEPARATORS_H_
#define WAVESHIFT_APP_CLI_SEPARATORS_H_

#include <memory>
#include <string>

#include "base/status.h"
#include "service/task_manager.h"

namespace waveshift::config {
struct Settings;
}

namespace waveshift::app {

// What somebody wants to become of the original sound, and what a separator is made with.
struct BackgroundChoice {
  std::string background = "auto";  // --background or WAVESHIFT_BACKGROUND: auto, separate, duck, none
  std::string separator = "auto";   // --separator or WAVESHIFT_SEPARATOR: auto, mdx, deepfilter
  bool may_separate = true;         // ENABLE_VOCAL_SEPARATION: what "auto" may be
  std::string model_dir;            // WAVESHIFT_MODEL_DIR
  std::string mdx_dir;              // AUDIO_SEPARATOR_MODEL_DIR; "" = model_dir/mdx
  std::string mdx_model;            // VOCAL_SEPARATION_MODEL
  std::string device = "auto";      // auto, cpu, cuda
  int threads = 0;                  // 0 = as many as the machine has processors
};

// As the configuration has it.
BackgroundChoice BackgroundChoiceFrom(const config::Settings& settings);

// "auto" is mdx when its file is there, else deepfilter, else ducking, with a notice that says why.
// "separate", and a separator that is named, must be ready: FailedPrecondition, DataLoss, InvalidArgument say
// what is missing. Separators are made once for each choice and stay, as loading takes time. Any thread.
StatusOr<service::Background> MakeBackground(const BackgroundChoice& choice);

// Whether the file of the MDX-Net model is there.
bool HasMdxModel(const BackgroundChoice& choice);
// The one that the choice names, loaded or not. Pre: it names one. Any thread.
std::shared_ptr<const separation::Separator> SeparatorFor(const BackgroundChoice& choice);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_SEPARATORS_H_
