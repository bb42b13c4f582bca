# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# cmake -DOUTPUT=x.cc -DFILE=x.txt -DHEADER=room/x.h -DNAMESPACE=a::b -DFUNCTION=F -P embed_file.cmake
# writes a C++ file with the function `std::string_view F()` that HEADER declares: the bytes of FILE.
file(READ ${FILE} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${OUTPUT}.new "// Made by cmake/embed_file.cmake.
#include \"${HEADER}\"

namespace ${NAMESPACE} {
namespace {
const unsigned char kBytes[] = {${bytes}0};
}  // namespace

std::string_view ${FUNCTION}() { return {reinterpret_cast<const char*>(kBytes), sizeof(kBytes) - 1}; }

}  // namespace ${NAMESPACE}
")
file(RENAME ${OUTPUT}.new ${OUTPUT})
