# gerbang_add_connector(NAME): everything that belongs to one connector, from connectors/NAME.
#
#   gerbang-NAME      the shared object for the gateway, from plugin.cpp; beside it, as
#                     gerbang-NAME.codes.tsv, connectors/NAME/codes.tsv if there is one
#   NAME_connector    static: connectors/NAME/*.cpp
#   NAME_sandbox      static: connectors/NAME/sandbox/*.cpp
#   NAME_conformance  the conformance kit's program, a ctest
#   NAME_test         *_test.cpp of both folders, a ctest; where GoogleTest is installed
function(gerbang_add_connector name)
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/connectors/${name})
  foreach(part connector sandbox)
    set(place ${folder})
    if(part STREQUAL sandbox)
      set(place ${folder}/sandbox)
    endif()
    file(GLOB sources CONFIGURE_DEPENDS ${place}/*.cpp)
    set(tests_${part} ${sources})
    list(FILTER tests_${part} INCLUDE REGEX "_test\\.cpp$")
    list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
    add_library(${name}_${part} STATIC ${sources})
    target_include_directories(${name}_${part} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
    set_target_properties(${name}_${part} PROPERTIES POSITION_INDEPENDENT_CODE ON
      CXX_STANDARD 20 CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  endforeach()
  target_link_libraries(${name}_connector PUBLIC gerbang::connector)
  target_link_libraries(${name}_sandbox PUBLIC gerbang::kit)

  add_library(gerbang-${name} MODULE plugin.cpp)
  target_link_libraries(gerbang-${name} PRIVATE ${name}_connector)
  # Nothing of it is seen but the two names that the loader asks for.
  target_link_options(gerbang-${name} PRIVATE -Wl,--exclude-libs,ALL)
  set_target_properties(gerbang-${name} PROPERTIES PREFIX "" CXX_STANDARD 20 CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)

  if(EXISTS ${folder}/codes.tsv)
    configure_file(${folder}/codes.tsv ${CMAKE_CURRENT_BINARY_DIR}/gerbang-${name}.codes.tsv COPYONLY)
  endif()

  add_executable(${name}_conformance ${gerbang_INCLUDE_DIR}/connectors/conformance/main.cpp)
  target_link_libraries(${name}_conformance PRIVATE ${name}_connector ${name}_sandbox)
  target_compile_definitions(${name}_conformance PRIVATE GERBANG_CHANNEL="${name}"
    GERBANG_MAKE_CONNECTOR=make_${name}_connector GERBANG_MAKE_SANDBOX=make_${name}_sandbox
    GERBANG_APP_FILE="${folder}/sandbox/app.json")
  set_target_properties(${name}_conformance PROPERTIES CXX_STANDARD 20 CXX_EXTENSIONS OFF)
  add_test(NAME ${name}.conformance COMMAND ${name}_conformance)

  find_package(GTest QUIET)
  if(GTest_FOUND AND (tests_connector OR tests_sandbox))
    add_executable(${name}_test ${tests_connector} ${tests_sandbox})
    target_link_libraries(${name}_test PRIVATE ${name}_connector ${name}_sandbox GTest::gmock
      GTest::gtest_main)
    set_target_properties(${name}_test PROPERTIES CXX_STANDARD 20 CXX_EXTENSIONS OFF)
    add_test(NAME ${name}.unit COMMAND ${name}_test)
  endif()
endfunction()
