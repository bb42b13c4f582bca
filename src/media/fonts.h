// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
//
// Whether burned subtitles can be read: libass draws empty boxes for characters that no installed font has.
#ifndef WAVESHIFT_MEDIA_FONTS_H_
#define WAVESHIFT_MEDIA_FONTS_H_

#include <string_view>

#include "base/status.h"

namespace waveshift::media {

// OK when the installed fonts (fontconfig, as libass asks it) have all letters, digits and marks of the UTF-8
// `text`; FailedPrecondition names the first character that none has and the package that usually helps.
// White space, invisible characters, symbols and emoji do not count. Any thread.
Status CheckFonts(std::string_view text);

}  // namespace waveshift::media

#endif  // WAVESHIFT_MEDIA_FONTS_H_
