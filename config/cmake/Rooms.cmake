# One library target per room; the sources of a room are the files in its folder.
#
#   gerbang_room(NAME [WHOLE] [DIR d...] DEPS targets... [PRIVATE targets...])
#     builds the static library gerbang_NAME from *.cpp here (and in the DIRs), leaving out *_test.cpp
#     and main.cpp, and, when there are *_test.cpp files, the test program NAME_test from them.
#     WHOLE: ctest runs that program once, as one test: what its tests share is dear to start.
#   gerbang_program(NAME SOURCES files... DEPS targets...)
#     builds an executable.

add_library(gerbang_flags INTERFACE)
target_compile_options(gerbang_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -Werror -fno-strict-aliasing)
# g++ 12 reports false positives inside libstdc++ when it inlines std::string and std::variant.
target_compile_options(gerbang_flags INTERFACE
  -Wno-restrict -Wno-maybe-uninitialized -Wno-mismatched-new-delete
  # A designated initializer that names some members is how options are written.
  -Wno-missing-field-initializers)
# clang builds the fuzz targets only; its opinion is clang-tidy's to give.
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(gerbang_flags INTERFACE -Wno-error -Wno-unknown-warning-option)
endif()
target_include_directories(gerbang_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(gerbang_flags INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  GERBANG_VERSION="${PROJECT_VERSION}")
target_link_libraries(gerbang_flags INTERFACE Threads::Threads)

function(gerbang_room name)
  cmake_parse_arguments(ARG "WHOLE" "" "DIR;DEPS;PRIVATE;TEST_DEPS" ${ARGN})
  set(patterns *.cpp)
  foreach(dir ${ARG_DIR})
    list(APPEND patterns ${dir}/*.cpp)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  if(sources)
    add_library(gerbang_${name} STATIC ${sources})
    target_link_libraries(gerbang_${name} PUBLIC gerbang_flags ${ARG_DEPS} PRIVATE ${ARG_PRIVATE})
  else()
    add_library(gerbang_${name} INTERFACE)
    target_link_libraries(gerbang_${name} INTERFACE gerbang_flags ${ARG_DEPS})
  endif()
  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE gerbang_${name} ${ARG_TEST_DEPS} GTest::gmock GTest::gtest_main)
    if(ARG_WHOLE)
      add_test(NAME ${name}.all COMMAND ${name}_test)
      set_tests_properties(${name}.all PROPERTIES TIMEOUT 600 LABELS unit)
    else()
      gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES
        PROPERTIES TIMEOUT 300 LABELS unit)
    endif()
  endif()
endfunction()

# gerbang_crash_points(NAME): the room's crash points (core/base/crash_point.hpp) are compiled in when
# the option is on.
option(GERBANG_CRASH_POINTS "Compile in the named crash points; for tests alone" OFF)
function(gerbang_crash_points name)
  if(GERBANG_CRASH_POINTS)
    target_compile_definitions(gerbang_${name} PRIVATE GERBANG_CRASH_POINTS)
  endif()
endfunction()

function(gerbang_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE gerbang_flags ${ARG_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()
