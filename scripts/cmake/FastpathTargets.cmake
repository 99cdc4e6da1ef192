# SPDX-License-Identifier: Apache-2.0
# The project's own target functions: one place for warnings, sanitizers and include paths.

find_package(PkgConfig REQUIRED)

add_library(fastpath_options INTERFACE)
target_include_directories(fastpath_options INTERFACE ${CMAKE_SOURCE_DIR}/userspace)
# System: the shared headers are C, and C++ warnings about their casts would be about nothing.
target_include_directories(fastpath_options SYSTEM INTERFACE ${CMAKE_SOURCE_DIR}/include)
target_compile_options(fastpath_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Werror=return-type)
if(FASTPATH_SANITIZE)
    target_compile_options(fastpath_options INTERFACE -fsanitize=${FASTPATH_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(fastpath_options INTERFACE -fsanitize=${FASTPATH_SANITIZE})
endif()

# fastpath_library(NAME SOURCES a.cpp ... [LINK lib ...])
function(fastpath_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC fastpath_options ${ARG_LINK})
endfunction()

# fastpath_program(NAME SOURCES a.cpp ... [LINK lib ...])
function(fastpath_program name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE fastpath_options ${ARG_LINK})
endfunction()

# fastpath_test(NAME LABEL unit|bpf|e2e|... SOURCES a.cpp ... [LINK lib ...] [TIMEOUT seconds])
# A GoogleTest program, one ctest per program: the suites of a layer share fixtures that are dear to set up.
function(fastpath_test name)
    cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;LINK" ${ARGN})
    fastpath_program(${name} SOURCES ${ARG_SOURCES} LINK ${ARG_LINK} GTest::gtest GTest::gtest_main)
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL})
    if(ARG_TIMEOUT)
        set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
    endif()
endfunction()
