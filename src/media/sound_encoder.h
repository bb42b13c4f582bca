// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Speech as a sound file: made piece by piece while it is being sent, or whole.
#ifndef WAVESHIFT_MEDIA_SOUND_ENCODER_H_
#define WAVESHIFT_MEDIA_SOUND_ENCODER_H_

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace waveshift::media {

enum class SoundFormat { kMp3, kOpus, kAac, kFlac, kWav, kPcm };

inline constexpr std::array<SoundFormat, 6> kSoundFormats = {SoundFormat::kMp3, SoundFormat::kOpus,
                                                             SoundFormat::kAac, SoundFormat::kFlac,
                                                             SoundFormat::kWav, SoundFormat::kPcm};

// What every format is given and holds (a decoder gives Opus back at 48 kHz, as it always does).
inline constexpr int kSoundRateHz = 24000;

// "mp3", "opus" (in Ogg), "aac" (ADTS), "flac", "wav" (16 bits), "pcm" (16 bits, little-endian, no header):
// the words of OpenAI's API.
std::optional<SoundFormat> SoundFormatNamed(std::string_view word);
std::string_view SoundFormatName(SoundFormat format);
// "audio/mpeg".
std::string_view SoundContentType(SoundFormat format);

// Unimplemented, with the name of what is missing, when this FFmpeg cannot make the format. Any thread.
Status CheckSoundFormat(SoundFormat format);

// One thread at a time. After an error every call gives it again.
class SoundEncoder {
 public:
  enum class Purpose {
    // Each call gives the bytes of what was pushed, up to less than a frame (42 ms). Headers say that the
    // length is not known.
    kStream,
    // All bytes come from Finish(), with the true length in the headers.
    kFile,
  };

  // Unimplemented as CheckSoundFormat; Internal.
  static StatusOr<std::unique_ptr<SoundEncoder>> Open(SoundFormat format, Purpose purpose);
  virtual ~SoundEncoder() = default;

  // The next mono samples at kSoundRateHz; those beyond full scale are clipped. InvalidArgument for one that
  // is not a number. Gives the bytes that are ready, perhaps none.
  virtual StatusOr<std::string> Push(std::span<const float> samples) = 0;
  // The rest. InvalidArgument when nothing was pushed. Once.
  virtual StatusOr<std::string> Finish() = 0;
};

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_SOUND_ENCODER_H_
