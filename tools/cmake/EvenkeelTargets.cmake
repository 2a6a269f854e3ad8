include(GoogleTest)

# evenkeel_library(NAME <name> SOURCES ... [PUBLIC_DEPS ...] [PRIVATE_DEPS ...])
#
# Declares libs/<name>: target evenkeel_<name>, alias evenkeel::<name>. Public headers live in
# include/evenkeel/<name>/; everything under src/ is private.
function(evenkeel_library)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;PUBLIC_DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "evenkeel_library(${ARG_NAME}): unknown ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  set(target evenkeel_${ARG_NAME})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE evenkeel::warnings ${ARG_PRIVATE_DEPS})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(${target} ${scope} ${CMAKE_CURRENT_SOURCE_DIR}/include)
  target_link_libraries(${target} ${scope} ${ARG_PUBLIC_DEPS})
  add_library(evenkeel::${ARG_NAME} ALIAS ${target})
endfunction()

# 1 to 99999 for a run that repeats (every change), 0 for a fresh seed each time (nightly).
set(EVENKEEL_TEST_SEED 1 CACHE STRING "Seed of the property and simulation tests")

# evenkeel_test(NAME <name> SOURCES ... [DEPS ...] [LABELS ...] [TIMEOUT <seconds>] [WHOLE]
#               [PROPERTIES ...])
#
# One test program on GoogleTest. Each case is a test of its own, or with WHOLE the program is one
# test (for suites that share something costly, such as a broker).
function(evenkeel_test)
  cmake_parse_arguments(ARG "WHOLE" "NAME;TIMEOUT" "SOURCES;DEPS;LABELS;PROPERTIES" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "evenkeel_test(${ARG_NAME}): unknown ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_include_directories(${ARG_NAME} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${ARG_NAME} PRIVATE evenkeel::warnings ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  set(seed --gtest_random_seed=${EVENKEEL_TEST_SEED})
  if(ARG_WHOLE)
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} ${seed})
    set_tests_properties(${ARG_NAME} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} ${ARG_PROPERTIES})
  else()
    gtest_discover_tests(${ARG_NAME} DISCOVERY_MODE PRE_TEST EXTRA_ARGS ${seed}
      PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT} ${ARG_PROPERTIES})
  endif()
endfunction()
