# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# Every third-party library, with the lowest version that is known to work. ./setup.sh installs them; each may also come from elsewhere.
# docs/adr/0003-dependencies.md says in one line why each is here.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

find_package(absl 20220623 REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
pkg_check_modules(SNDFILE REQUIRED IMPORTED_TARGET sndfile>=1.2)
pkg_check_modules(SOXR REQUIRED IMPORTED_TARGET soxr>=0.1.3)
pkg_check_modules(EBUR128 REQUIRED IMPORTED_TARGET libebur128>=1.2.6)
pkg_check_modules(ICU REQUIRED IMPORTED_TARGET icu-uc>=72 icu-i18n>=72)
# libsonic ships no pkg-config file in Debian 12.
find_path(SONIC_INCLUDE_DIR sonic.h REQUIRED)
find_library(SONIC_LIBRARY sonic REQUIRED)
add_library(waveshift_sonic INTERFACE)
target_include_directories(waveshift_sonic SYSTEM INTERFACE ${SONIC_INCLUDE_DIR})
target_link_libraries(waveshift_sonic INTERFACE ${SONIC_LIBRARY})

if(NOT WAVESHIFT_ONLY_TTS)
  pkg_check_modules(LIBAV REQUIRED IMPORTED_TARGET
    libavformat>=59 libavcodec>=59 libavutil>=57 libavfilter>=8 libswresample>=4 libswscale>=6)
  pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.88)
  pkg_check_modules(FONTCONFIG REQUIRED IMPORTED_TARGET fontconfig>=2.14)
  pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.40)
  pkg_check_modules(YAMLCPP REQUIRED IMPORTED_TARGET yaml-cpp>=0.7)
  find_package(spdlog 1.10 REQUIRED)
  find_package(prometheus-cpp REQUIRED)  # Debian 12 has 1.0.1; its package file does not say so
  pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib>=0.11)
  find_package(CLI11 2.1 REQUIRED)
endif()

if(WAVESHIFT_BUILD_TESTS)
  find_package(GTest 1.12 REQUIRED)
  include(GoogleTest)
endif()
if(WAVESHIFT_BUILD_BENCH)
  find_package(benchmark 1.7 REQUIRED)
endif()
