// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// May `waveshift dub` write there? A dub must not destroy what it is made of, nor somebody else's files.
#ifndef WAVESHIFT_APP_CLI_OUTPUT_FOLDER_H_
#define WAVESHIFT_APP_CLI_OUTPUT_FOLDER_H_

#include <string>
#include <vector>

#include "base/status.h"

namespace waveshift::app {

// `inputs`: paths of files that the job reads; "" is skipped. InvalidArgument when `directory` is no folder,
// when an input lies in it under a name that the dub writes, or when it holds such a file without ever having
// been a dub's folder.
Status CheckOutputFolder(const std::string& directory, const std::vector<std::string>& inputs);

// The language of the finished dub that lies in `directory`; "" when there is none.
std::string LanguageOfDub(const std::string& directory);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_OUTPUT_FOLDER_H_
