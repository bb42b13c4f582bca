# Copyright 2026 the WaveShift authors.
# SPDX-License-Identifier: Apache-2.0
#
# One folder a room, one static library a room. Third-party libraries are PRIVATE, so their headers reach nobody else.
add_library(waveshift_flags INTERFACE)
target_compile_options(waveshift_flags INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX,C>:-Wall;-Wextra;-Werror;-Wshadow;-Wnon-virtual-dtor;-Wno-psabi>"
  # GCC 12 sees overlaps in std::string where there are none (GCC bug 105651).
  "$<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-Wno-restrict>"
  # Designated initialisers leave the other members at their defaults on purpose.
  "$<$<COMPILE_LANGUAGE:CXX,C>:-Wno-missing-field-initializers>"
  "$<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings;-Xcompiler=-Wall,-Wextra,-Wno-unused-parameter>")
if(WAVESHIFT_SANITIZE)
  # GCC 12 sees members without values in std::regex when sanitizers instrument it.
  target_compile_options(waveshift_flags INTERFACE -fsanitize=${WAVESHIFT_SANITIZE} -fno-omit-frame-pointer
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  target_link_options(waveshift_flags INTERFACE -fsanitize=${WAVESHIFT_SANITIZE})
endif()

# What tests are run with. Without halt_on_error UndefinedBehaviorSanitizer only prints what it finds, and the test passes.
set(WAVESHIFT_TEST_ENVIRONMENT "")
if(WAVESHIFT_SANITIZE STREQUAL "thread")
  set(WAVESHIFT_TEST_ENVIRONMENT "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/tsan.supp")
elseif(WAVESHIFT_SANITIZE)
  set(WAVESHIFT_TEST_ENVIRONMENT "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1")
endif()

# waveshift_room(NAME SOURCES ... [ROOMS ...] [PRIVATE_LIBS ...] [TESTS ...] [TEST_LIBS ...])
# Defines library waveshift_NAME (alias waveshift::NAME) and, with TESTS, the program NAME_test and its ctest cases.
function(waveshift_room name)
  cmake_parse_arguments(R "" "" "SOURCES;ROOMS;PRIVATE_LIBS;TESTS;TEST_LIBS" ${ARGN})
  add_library(waveshift_${name} STATIC ${R_SOURCES})
  add_library(waveshift::${name} ALIAS waveshift_${name})
  target_include_directories(waveshift_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM R_ROOMS PREPEND waveshift::)
  target_link_libraries(waveshift_${name} PUBLIC ${R_ROOMS} PRIVATE waveshift_flags ${R_PRIVATE_LIBS})
  if(R_TESTS AND WAVESHIFT_BUILD_TESTS)
    waveshift_test(${name}_test SOURCES ${R_TESTS} LIBS waveshift::${name} ${R_TEST_LIBS})
  endif()
endfunction()

# waveshift_test(NAME SOURCES ... [LIBS ...]): a GoogleTest program; each case becomes a ctest case.
function(waveshift_test name)
  cmake_parse_arguments(T "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE waveshift_flags ${T_LIBS} GTest::gmock GTest::gtest_main)
  # What is tested is built as it ships; the tests themselves need no optimisation, and a third less time to compile.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-O0>)
  target_compile_definitions(${name} PRIVATE WAVESHIFT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set(environment "")
  if(WAVESHIFT_TEST_ENVIRONMENT)
    set(environment ENVIRONMENT "${WAVESHIFT_TEST_ENVIRONMENT}")
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300 ${environment})
endfunction()
