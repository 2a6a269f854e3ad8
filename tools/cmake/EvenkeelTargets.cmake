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

# evenkeel_test(NAME <name> SOURCES ... [DEPS ...] [LABELS ...] [TIMEOUT <seconds>] [WHOLE] [KAFKA]
#               [PROPERTIES ...])
#
# One test program on GoogleTest. Each case is a test of its own, or with WHOLE the program is one
# test (for suites that share something costly). With KAFKA a real broker runs for it, shared with
# the other tests of the run: EVENKEEL_KAFKA_BOOTSTRAP_FILE names the file that holds its address,
# and names of topics and groups must be the test's own.
function(evenkeel_test)
  cmake_parse_arguments(ARG "WHOLE;KAFKA" "NAME;TIMEOUT" "SOURCES;DEPS;LABELS;PROPERTIES" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "evenkeel_test(${ARG_NAME}): unknown ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  set(properties TIMEOUT ${ARG_TIMEOUT} ${ARG_PROPERTIES})
  if(ARG_KAFKA)
    list(APPEND ARG_LABELS kafka)
    list(APPEND properties FIXTURES_REQUIRED kafka
      ENVIRONMENT EVENKEEL_KAFKA_BOOTSTRAP_FILE=${CMAKE_BINARY_DIR}/kafka/bootstrap)
  endif()
  add_executable(${ARG_NAME} ${ARG_SOURCES})
  target_include_directories(${ARG_NAME} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${ARG_NAME} PRIVATE evenkeel::warnings ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  set(seed --gtest_random_seed=${EVENKEEL_TEST_SEED})
  if(ARG_WHOLE)
    add_test(NAME ${ARG_NAME} COMMAND ${ARG_NAME} ${seed})
    set_tests_properties(${ARG_NAME} PROPERTIES LABELS "${ARG_LABELS}" ${properties})
  else()
    # The program's name before the case's: the same case may be in several programs of a folder, and
    # properties go by name.
    gtest_discover_tests(${ARG_NAME} DISCOVERY_MODE PRE_TEST TEST_PREFIX ${ARG_NAME}. EXTRA_ARGS ${seed})
    # Read by ctest once it has discovered the cases; gtest_discover_tests() would lose all but the
    # first label.
    set(script ${CMAKE_CURRENT_BINARY_DIR}/${ARG_NAME}_properties.cmake)
    list(JOIN properties " " properties)
    file(CONFIGURE OUTPUT ${script} @ONLY CONTENT
      [[set_tests_properties(${@ARG_NAME@_TESTS} PROPERTIES LABELS "@ARG_LABELS@" @properties@)]])
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
  endif()
endfunction()

# evenkeel_check(NAME <name> LABEL <label> COMMAND ... [TIMEOUT <seconds>])
#
# A script of ours as a test: run in the source folder, fails by its exit code.
function(evenkeel_check)
  cmake_parse_arguments(ARG "" "NAME;LABEL;TIMEOUT" "COMMAND" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_test(NAME ${ARG_NAME} COMMAND ${ARG_COMMAND} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${ARG_NAME} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
endfunction()
