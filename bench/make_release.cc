// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Writes a release folder of IndexTTS with deterministic random weights in the published sizes, so that
// converting and computing can be measured without the real ones: waveshift_make_release 1.0|1.5|tiny DIR.
// It takes 1.2 (1.0) or 1.7 GB (1.5).
#include <cstdio>
#include <string>

#include "tts/indextts/convert/release_test_tools.h"

int main(int argc, char** argv) {
  namespace indextts = waveshift::tts::indextts;
  const std::string version = argc == 3 ? argv[1] : "";
  if (version != "1.0" && version != "1.5" && version != "tiny") {
    std::fprintf(stderr, "usage: %s 1.0|1.5|tiny DIR\n", argv[0]);
    return 2;
  }
  const auto architecture = version == "1.0"   ? indextts::ArchitectureOf10()
                            : version == "1.5" ? indextts::ArchitectureOf15()
                                               : indextts::TinyArchitecture();
  const waveshift::Status status = indextts::WriteRelease(argv[2], architecture, "");
  if (!status.ok()) std::fprintf(stderr, "%s\n", waveshift::Message(status).c_str());
  return waveshift::ExitCodeFor(status);
}
