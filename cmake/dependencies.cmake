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

# Where ./setup.sh keeps what no Debian package brings.
set(WAVESHIFT_CACHE_DIR "$ENV{XDG_CACHE_HOME}")
if(NOT WAVESHIFT_CACHE_DIR)
  set(WAVESHIFT_CACHE_DIR "$ENV{HOME}/.cache")
endif()
# ONNX Runtime: an installed one first (libonnxruntime-dev of Debian 13), else the one in the cache. tools/onnxruntime.json has its version and
# hashes.
file(READ ${PROJECT_SOURCE_DIR}/tools/onnxruntime.json waveshift_onnxruntime_pins)
string(JSON WAVESHIFT_ONNXRUNTIME_VERSION GET "${waveshift_onnxruntime_pins}" version)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/onnxruntime.json)
set(WAVESHIFT_ONNXRUNTIME_ROOT "${WAVESHIFT_CACHE_DIR}/waveshift/onnxruntime-${WAVESHIFT_ONNXRUNTIME_VERSION}" CACHE PATH
  "Folder with include/ and lib/ of ONNX Runtime, when none is installed")
find_path(ONNXRUNTIME_INCLUDE_DIR onnxruntime_cxx_api.h HINTS ENV ONNXRUNTIME_ROOT PATHS ${WAVESHIFT_ONNXRUNTIME_ROOT}/include
  PATH_SUFFIXES include onnxruntime onnxruntime/core/session)
find_library(ONNXRUNTIME_LIBRARY onnxruntime HINTS ENV ONNXRUNTIME_ROOT PATHS ${WAVESHIFT_ONNXRUNTIME_ROOT}/lib PATH_SUFFIXES lib)
if(NOT ONNXRUNTIME_INCLUDE_DIR OR NOT ONNXRUNTIME_LIBRARY)
  message(FATAL_ERROR "ONNX Runtime is missing: run ./setup.sh, or set ONNXRUNTIME_INCLUDE_DIR and ONNXRUNTIME_LIBRARY")
endif()
file(STRINGS ${ONNXRUNTIME_INCLUDE_DIR}/onnxruntime_c_api.h waveshift_ort_api REGEX "^#define ORT_API_VERSION [0-9]+")
if(NOT waveshift_ort_api MATCHES "([0-9]+)$" OR CMAKE_MATCH_1 LESS 20)
  message(FATAL_ERROR "${ONNXRUNTIME_INCLUDE_DIR}: ONNX Runtime 1.20 or newer is needed")
endif()
add_library(waveshift_onnxruntime INTERFACE)
target_include_directories(waveshift_onnxruntime SYSTEM INTERFACE ${ONNXRUNTIME_INCLUDE_DIR})
target_link_libraries(waveshift_onnxruntime INTERFACE ${ONNXRUNTIME_LIBRARY})

# ggml: an installed one first, else the one that ./setup.sh builds into the cache (with CUDA: tools/fetch_ggml.py --cuda). tools/ggml.json has its
# version and hash; docs/adr/0009-ggml.md says why it is built as it is.
file(READ ${PROJECT_SOURCE_DIR}/tools/ggml.json waveshift_ggml_pins)
string(JSON WAVESHIFT_GGML_VERSION GET "${waveshift_ggml_pins}" version)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/ggml.json)
set(WAVESHIFT_GGML_ROOT "${WAVESHIFT_CACHE_DIR}/waveshift/ggml-${WAVESHIFT_GGML_VERSION}")
# Our own kernels for CUDA need no ggml with CUDA; with one, voices are heard there too.
if(WAVESHIFT_CUDA AND EXISTS "${WAVESHIFT_GGML_ROOT}-cuda/lib/cmake/ggml/ggml-config.cmake")
  string(APPEND WAVESHIFT_GGML_ROOT "-cuda")
endif()
# Its package file says its version in GGML_VERSION only.
find_package(ggml QUIET)
if(NOT ggml_FOUND)
  find_package(ggml QUIET PATHS ${WAVESHIFT_GGML_ROOT} NO_DEFAULT_PATH)
endif()
if(NOT ggml_FOUND)
  message(FATAL_ERROR "ggml is missing: run ./setup.sh, or set ggml_DIR")
elseif(GGML_VERSION VERSION_LESS 0.15)
  message(FATAL_ERROR "${ggml_DIR}: ggml ${GGML_VERSION}, 0.15 or newer is needed")
endif()
add_library(waveshift_libggml INTERFACE)
target_include_directories(waveshift_libggml SYSTEM INTERFACE ${GGML_INCLUDE_DIR})
target_link_libraries(waveshift_libggml INTERFACE ggml::ggml)
# Where a ggml that loads its libraries for processors and devices at run time keeps them.
set(WAVESHIFT_GGML_BACKENDS "${GGML_BACKEND_DIR}")
if(NOT WAVESHIFT_GGML_BACKENDS)
  cmake_path(GET GGML_LIB_DIR PARENT_PATH WAVESHIFT_GGML_BACKENDS)
  string(APPEND WAVESHIFT_GGML_BACKENDS "/bin")
endif()

# Kernels of our own. CUDA's run-time library is linked in; the driver is found when the program runs.
if(WAVESHIFT_CUDA)
  if(NOT CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 75 86 89 90)
  endif()
  enable_language(CUDA)
  # CMake 3.25 does not know that CUDA 13 has C++20.
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
  endif()
endif()

pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece>=0.1.97)
pkg_check_modules(YAMLCPP REQUIRED IMPORTED_TARGET yaml-cpp>=0.7)

if(NOT WAVESHIFT_ONLY_TTS)
  pkg_check_modules(LIBAV REQUIRED IMPORTED_TARGET
    libavformat>=59 libavcodec>=59 libavutil>=57 libavfilter>=8 libswresample>=4 libswscale>=6)
  pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.88)
  pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive>=3.6)
  pkg_check_modules(FONTCONFIG REQUIRED IMPORTED_TARGET fontconfig>=2.14)
  pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.40)
  pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat>=2.5)
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
