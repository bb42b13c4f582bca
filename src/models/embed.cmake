# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# cmake -DINPUT=models.json -DOUTPUT=built_in.cc -P embed.cmake: writes BuiltInCatalogueJson() (catalogue.h) with the file's bytes.
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${OUTPUT}.new "// Made by src/models/embed.cmake.
#include \"models/catalogue.h\"

namespace waveshift::models {
namespace {
const unsigned char kJson[] = {${bytes}0};
}  // namespace

std::string_view BuiltInCatalogueJson() { return {reinterpret_cast<const char*>(kJson), sizeof(kJson) - 1}; }

}  // namespace waveshift::models
")
file(RENAME ${OUTPUT}.new ${OUTPUT})
