// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// What `waveshift doctor` looks at beside configuration, engines and stores: the machine and where it stands.
#ifndef WAVESHIFT_APP_CLI_DOCTOR_MACHINE_CHECKS_H_
#define WAVESHIFT_APP_CLI_DOCTOR_MACHINE_CHECKS_H_

#include <stop_token>

#include "app/cli/doctor_checks.h"

namespace waveshift::config {
struct Settings;
}

namespace waveshift::app {

// Processors, memory and the graphics card that IndexTTS computes on.
DoctorCheck CheckComputeDevice(const config::Settings& settings);
// Whether burned subtitles can be read in the scripts of the languages that are dubbed most.
DoctorCheck CheckSubtitleFonts();
// A function platform or an ordinary machine, and how jobs run there.
DoctorCheck CheckPlatform(const config::Settings& settings);
// Who may use the server that this configuration makes.
DoctorCheck CheckServer(const config::Settings& settings);
// This machine's clock against the object store's, which refuses signatures that are a quarter of an hour
// off. Pre: the cloud is configured.
DoctorCheck CheckClock(const config::Settings& settings, const std::stop_token& stop);

}  // namespace waveshift::app

#endif  // WAVESHIFT_APP_CLI_DOCTOR_MACHINE_CHECKS_H_
