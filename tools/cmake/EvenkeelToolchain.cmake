# Compiler flags that every target of ours gets. Generated code links evenkeel::options only.

option(EVENKEEL_SANITIZE "Sanitizers to build with, as for -fsanitize=" "")

add_library(evenkeel_options INTERFACE)
add_library(evenkeel::options ALIAS evenkeel_options)
# Same input, same bytes, on every machine: no fused multiply-add, no relaxed floating point.
target_compile_options(evenkeel_options INTERFACE -ffp-contract=off -fno-fast-math)
target_compile_options(evenkeel_options INTERFACE -fstack-protector-strong -fcf-protection)
if(NOT EVENKEEL_SANITIZE)
  target_compile_options(evenkeel_options INTERFACE
    $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
endif()
target_compile_definitions(evenkeel_options INTERFACE _GLIBCXX_ASSERTIONS)
target_link_options(evenkeel_options INTERFACE -Wl,-z,relro,-z,now)

add_library(evenkeel_warnings INTERFACE)
add_library(evenkeel::warnings ALIAS evenkeel_warnings)
target_compile_options(evenkeel_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wno-missing-field-initializers -Werror
  # For clang -Wconversion holds more, and it finds what libstdc++ 12 deprecates in itself.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion;-Wno-error=deprecated-declarations>)
target_link_libraries(evenkeel_warnings INTERFACE evenkeel::options)

if(EVENKEEL_SANITIZE)
  add_compile_options(-fsanitize=${EVENKEEL_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${EVENKEEL_SANITIZE})
  if(EVENKEEL_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
  # Made at once and given to every program, so that none is started without its options.
  set(sanitizer_options ${CMAKE_BINARY_DIR}/sanitizer_options.o)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -c ${CMAKE_SOURCE_DIR}/tools/sanitizers/options.cc
    -DEVENKEEL_TSAN_SUPPRESSIONS="${CMAKE_SOURCE_DIR}/tools/sanitizers/tsan.supp"
    -o ${sanitizer_options} COMMAND_ERROR_IS_FATAL ANY)
  add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:${sanitizer_options}>)
  if(EVENKEEL_SANITIZE MATCHES "thread")
    # It does not see fences. Those of Boost.Asio only repeat what its locks say already.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
    include_directories(BEFORE SYSTEM ${CMAKE_SOURCE_DIR}/tools/sanitizers/include)
    set(sanitizer_threads ${CMAKE_BINARY_DIR}/sanitizer_threads.o)
    execute_process(COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fPIE -O1 -c
      ${CMAKE_SOURCE_DIR}/tools/sanitizers/c11_threads.cc -o ${sanitizer_threads}
      COMMAND_ERROR_IS_FATAL ANY)
    add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:${sanitizer_threads}>)
  endif()
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  # Checkouts in different places share the cache: paths below the checkout are made relative, and
  # the folder of the build does not count.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE_PROGRAM})
  add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()
