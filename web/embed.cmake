# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# cmake -DOUTPUT=assets.cc "-DFILES=a|b" -P embed.cmake: writes a C++ file with the bytes of the files and the function
# waveshift::app::WebAssets() (src/app/http/web_assets.h) that lists them by their names without folders.
string(REPLACE "|" ";" FILES "${FILES}")
set(arrays "")
set(rows "")
set(index 0)
foreach(file IN LISTS FILES)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  get_filename_component(name ${file} NAME)
  string(APPEND arrays "const unsigned char kFile${index}[] = {${bytes}0};\n")
  string(APPEND rows "      {\"${name}\", {reinterpret_cast<const char*>(kFile${index}), sizeof(kFile${index}) - 1}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUTPUT}.new "// Made by web/embed.cmake.
#include \"app/http/web_assets.h\"

namespace waveshift::app {
namespace {
${arrays}}  // namespace

std::vector<service::WebAsset> WebAssets() {
  return {
${rows}  };
}

}  // namespace waveshift::app
")
file(RENAME ${OUTPUT}.new ${OUTPUT})
