// Copyright 2026 the WaveShift authors.
// SPDX-License-Identifier: Apache-2.0
#include "media/fonts.h"

#include <fontconfig/fontconfig.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

namespace waveshift::media {
namespace {

template <auto Destroy>
struct Destroyer {
  template <typename T>
  void operator()(T* object) const {
    Destroy(object);
  }
};
using ConfigPtr = std::unique_ptr<FcConfig, Destroyer<FcConfigDestroy>>;
using PatternPtr = std::unique_ptr<FcPattern, Destroyer<FcPatternDestroy>>;
using ObjectSetPtr = std::unique_ptr<FcObjectSet, Destroyer<FcObjectSetDestroy>>;
using FontSetPtr = std::unique_ptr<FcFontSet, Destroyer<FcFontSetDestroy>>;
using CharSetPtr = std::unique_ptr<FcCharSet, Destroyer<FcCharSetDestroy>>;

// First and last of ranges without anything that must be read: controls and spaces, invisible characters,
// symbols and pictures.
constexpr std::array<std::pair<FcChar32, FcChar32>, 11> kNotRead = {{{0, 0x20},
                                                                     {0x7F, 0xA0},
                                                                     {0xAD, 0xAD},
                                                                     {0x2000, 0x200F},
                                                                     {0x2028, 0x202F},
                                                                     {0x205F, 0x206F},
                                                                     {0x2190, 0x2BFF},
                                                                     {0xFE00, 0xFE0F},
                                                                     {0xFEFF, 0xFEFF},
                                                                     {0x1F000, 0x1FAFF},
                                                                     {0xE0000, 0xE0FFF}}};

bool IsRead(FcChar32 c) {
  return std::none_of(kNotRead.begin(), kNotRead.end(),
                      [&](const auto& range) { return c >= range.first && c <= range.second; });
}

// All characters of all installed fonts; null when fontconfig has none.
CharSetPtr InstalledCharacters() {
  const ConfigPtr config(FcInitLoadConfigAndFonts());
  const PatternPtr any(FcPatternCreate());
  const ObjectSetPtr wanted(FcObjectSetBuild(FC_CHARSET, nullptr));
  if (!config || !any || !wanted) return nullptr;
  const FontSetPtr fonts(FcFontList(config.get(), any.get(), wanted.get()));
  CharSetPtr all(FcCharSetCreate());
  if (!fonts || !all) return nullptr;
  for (int i = 0; i < fonts->nfont; ++i) {
    FcCharSet* one = nullptr;
    if (FcPatternGetCharSet(fonts->fonts[i], FC_CHARSET, 0, &one) == FcResultMatch) {
      FcCharSetMerge(all.get(), one, nullptr);
    }
  }
  return all;
}

const char* PackageFor(FcChar32 c) {
  const bool cjk = (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF) ||
                   (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFF00 && c <= 0xFFEF) ||
                   (c >= 0x20000 && c <= 0x3FFFF);
  return cjk ? "fonts-noto-cjk" : "fonts-noto-core";
}

Status NoFontFor(FcChar32 c, std::string_view character) {
  std::array<char, 16> code{};
  std::snprintf(code.data(), code.size(), "U+%04X", c);
  return FailedPrecondition("subtitles cannot be burned in: no installed font has '" +
                            std::string(character) + "' (" + code.data() +
                            "); install one, for instance the package " + PackageFor(c));
}

}  // namespace

Status CheckFonts(std::string_view text) {
  const CharSetPtr installed = InstalledCharacters();
  if (!installed) return Internal("fontconfig cannot be asked for fonts");
  while (!text.empty()) {
    FcChar32 c = 0;
    const int length = FcUtf8ToUcs4(reinterpret_cast<const FcChar8*>(text.data()), &c,
                                    static_cast<int>(std::min<size_t>(text.size(), 8)));
    const size_t step = length > 0 ? static_cast<size_t>(length) : 1;  // ill-formed bytes are not drawn
    if (length > 0 && IsRead(c) && !FcCharSetHasChar(installed.get(), c)) {
      return NoFontFor(c, text.substr(0, step));
    }
    text.remove_prefix(step);
  }
  return OkStatus();
}

}  // namespace waveshift::media
