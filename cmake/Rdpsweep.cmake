# The few functions every folder's CMakeLists uses.
include_guard(GLOBAL)

option(RDPSWEEP_UNITY "Compile a folder's sources together: half the time from nothing" ON)
set(RDPSWEEP_APART "" CACHE STRING "Folders (probes/fix;...) whose sources are compiled apart all the same")
option(RDPSWEEP_WERROR "Warnings are errors" ON)
option(RDPSWEEP_HIDE_PATHS "Keep the names of this machine's folders out of what is compiled" OFF)
set(RDPSWEEP_SANITIZE "" CACHE STRING "Value of -fsanitize=, empty for none")

find_program(RDPSWEEP_CCACHE ccache)
if(RDPSWEEP_CCACHE)
    # Another clone, in another folder, finds what this one compiled: paths below it count as
    # relative. What uses a precompiled header is kept only without minding its time stamps.
    set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}"
        CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        "${CMAKE_CURRENT_LIST_DIR}/through_ccache.sh" "${RDPSWEEP_CCACHE}")
    set(CMAKE_PCH_INSTANTIATE_TEMPLATES OFF)
endif()

add_library(rdpsweep_options INTERFACE)
target_include_directories(rdpsweep_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_features(rdpsweep_options INTERFACE cxx_std_20)
target_compile_options(rdpsweep_options INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -fvisibility=hidden -fvisibility-inlines-hidden
    $<$<BOOL:${RDPSWEEP_WERROR}>:-Werror>
    # Sources compiled together stand in headers, as the compiler sees it: a type with a local member
    # is then warned of as if other files could include it, a local name as if it hid a neighbour's.
    $<IF:$<BOOL:${RDPSWEEP_UNITY}>,-Wno-shadow,-Wshadow>
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${RDPSWEEP_UNITY}>>:-Wno-subobject-linkage>
    # False positive on every awaitable frame at -O2 (GCC 12.2).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>
    # False positives of the optimiser inside std::string (GCC 12.2, PR 105329 and its kin).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds$<SEMICOLON>-Wno-restrict$<SEMICOLON>-Wno-stringop-overflow$<SEMICOLON>-Wno-stringop-overread$<SEMICOLON>-Wno-maybe-uninitialized>)
target_compile_definitions(rdpsweep_options INTERFACE
    # One set for every translation unit: differing sets are an ODR violation. Hidden visibility
    # keeps libcpprest from binding to our copy of Asio.
    BOOST_ASIO_DISABLE_VISIBILITY BOOST_ASIO_NO_DEPRECATED BOOST_ERROR_CODE_HEADER_ONLY
    RDPSWEEP_VERSION="${PROJECT_VERSION}"
    # clang 14 has coroutines, but Boost 1.74 does not know how to ask it.
    $<$<CXX_COMPILER_ID:Clang>:BOOST_ASIO_HAS_CO_AWAIT=1>
    $<$<CXX_COMPILER_ID:Clang>:BOOST_ASIO_HAS_STD_COROUTINE=1>)
if(RDPSWEEP_HIDE_PATHS)
    # The longer name last: of two that fit, the compiler takes the last one.
    target_compile_options(rdpsweep_options INTERFACE
        "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=." "-ffile-prefix-map=${CMAKE_BINARY_DIR}=build")
endif()
target_link_libraries(rdpsweep_options INTERFACE Boost::headers Threads::Threads)
if(RDPSWEEP_SANITIZE)
    target_compile_options(rdpsweep_options INTERFACE
        -fsanitize=${RDPSWEEP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
        # To look at a class, UBSan opens a pipe, which the sandbox of rdpsweep-disk forbids.
        $<$<BOOL:$<TARGET_PROPERTY:RDPSWEEP_IN_SANDBOX>>:-fno-sanitize=vptr>)
    target_link_options(rdpsweep_options INTERFACE -fsanitize=${RDPSWEEP_SANITIZE})
    # Asio's frame cache would hide a stale coroutine frame from AddressSanitizer.
    target_compile_definitions(rdpsweep_options INTERFACE
        BOOST_ASIO_DISABLE_AWAITABLE_FRAME_RECYCLING)
    if(RDPSWEEP_SANITIZE MATCHES "address")
        target_sources(rdpsweep_options INTERFACE
            "$<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:${CMAKE_CURRENT_LIST_DIR}/sanitizers.cpp>")
    endif()
    if(RDPSWEEP_SANITIZE STREQUAL "thread")
        # GCC warns that ThreadSanitizer does not see Asio's fences.
        target_compile_options(rdpsweep_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
    endif()
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
    target_link_options(rdpsweep_options INTERFACE -pie -Wl,-z,relro,-z,now)
endif()

# Sources of one folder that are compiled together. More saves little and costs memory.
set(RDPSWEEP_UNITY_BATCH 16)

# rdpsweep_unity(TARGET SOURCES a.cpp ...): compiles the sources of each folder together, batch by
# batch: headers are read, and templates instantiated, once a batch. A batch holds neighbours only:
# two files of one batch must not have a local name in common. CMake's own unity builds name the
# sources by their full paths, which makes each clone's batches new to ccache.
function(rdpsweep_unity target)
    cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
    if(NOT RDPSWEEP_UNITY)
        return()
    endif()
    file(RELATIVE_PATH here "${CMAKE_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}")
    set(batches "")
    foreach(source IN LISTS ARG_SOURCES)
        get_filename_component(folder "${source}" DIRECTORY)
        if("${here}/${folder}" IN_LIST RDPSWEEP_APART)
            continue()
        endif()
        string(MAKE_C_IDENTIFIER "top/${folder}" key)
        if(NOT DEFINED count_${key})
            set(count_${key} 0)
        endif()
        math(EXPR number "${count_${key}} / ${RDPSWEEP_UNITY_BATCH}")
        math(EXPR count_${key} "${count_${key}} + 1")
        set(batch "${CMAKE_CURRENT_BINARY_DIR}/unity/${key}_${number}.cpp")
        list(APPEND batches "${batch}")
        string(APPEND text_${key}_${number} "#include \"${here}/${source}\"\n")
        set_source_files_properties("${source}" PROPERTIES HEADER_FILE_ONLY ON)
    endforeach()
    list(REMOVE_DUPLICATES batches)
    foreach(batch IN LISTS batches)
        get_filename_component(name "${batch}" NAME_WE)
        file(CONFIGURE OUTPUT "${batch}" CONTENT "${text_${name}}" @ONLY)
    endforeach()
    target_sources(${target} PRIVATE ${batches})
endfunction()

# rdpsweep_library(NAME [APART] SOURCES a.cpp ... [HEAVY b.cpp ...] [OTHERS c.cpp ...] [PCH <h> ...] LINK lib ...)
# OTHERS: sources of the folder that another target compiles.
# APART: each source is compiled by itself, whatever RDPSWEEP_UNITY says. PCH: precompiled headers;
# they hold headers of others only (core/asio_headers.hpp says why).
# Sources are listed by hand; a .cpp in the folder that is in no list fails the configure step.
function(rdpsweep_library name)
    cmake_parse_arguments(ARG "APART" "" "SOURCES;HEAVY;OTHERS;PCH;LINK" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES} ${ARG_HEAVY})
    target_link_libraries(${name} PUBLIC rdpsweep_options ${ARG_LINK})
    if(ARG_PCH)
        target_precompile_headers(${name} PRIVATE ${ARG_PCH})
    endif()
    rdpsweep_heavy(${name} ${ARG_HEAVY})
    if(NOT ARG_APART)
        rdpsweep_unity(${name} SOURCES ${ARG_SOURCES})
    endif()
    rdpsweep_check_listed("${CMAKE_CURRENT_SOURCE_DIR}" ${ARG_SOURCES} ${ARG_HEAVY} ${ARG_OTHERS})
endfunction()

# Compiles the given sources of a target by themselves and without its precompiled header: they
# instantiate Beast over TLS or cpprest, and take over 1 GB each.
function(rdpsweep_heavy target)
    if(NOT ARGN)
        return()
    endif()
    set_source_files_properties(${ARGN} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()

# Fails when the folder holds a .cpp that its CMakeLists does not name.
function(rdpsweep_check_listed folder)
    file(GLOB_RECURSE present RELATIVE "${folder}" CONFIGURE_DEPENDS "${folder}/*.cpp")
    foreach(file IN LISTS present)
        if(NOT file IN_LIST ARGN)
            message(FATAL_ERROR "${folder}/${file} is in no source list: name it in CMakeLists.txt")
        endif()
    endforeach()
endfunction()

# embed_text(TARGET FILE SYMBOL): compiles FILE's bytes, unchanged, into
#   namespace rdpsweep::embedded { extern const std::string_view SYMBOL; }
# declared in the generated header "embedded/SYMBOL.hpp".
function(embed_text target file symbol)
    get_filename_component(path "${file}" ABSOLUTE)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
    file(READ "${path}" hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
    set(out "${CMAKE_CURRENT_BINARY_DIR}/embedded")
    file(CONFIGURE OUTPUT "${out}/${symbol}.hpp" @ONLY CONTENT
"#pragma once
#include <string_view>
namespace rdpsweep::embedded { extern const std::string_view ${symbol}; }
")
    file(CONFIGURE OUTPUT "${out}/${symbol}.cpp" @ONLY CONTENT
"#include \"embedded/${symbol}.hpp\"
namespace rdpsweep::embedded {
namespace { const char bytes[] = {${bytes}'\\0'}; }
const std::string_view ${symbol}{bytes, sizeof bytes - 1};
}
")
    target_sources(${target} PRIVATE "${out}/${symbol}.cpp")
    set_source_files_properties("${out}/${symbol}.cpp" PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    target_include_directories(${target} PUBLIC "${CMAKE_CURRENT_BINARY_DIR}")
endfunction()

# rdpsweep_unit_tests(NAME SOURCES ... LINK ...): one Catch2 binary, one ctest entry a test case.
function(rdpsweep_unit_tests name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_executable(${name} ${ARG_SOURCES} $<TARGET_OBJECTS:rdpsweep_test_main>)
    target_link_libraries(${name} PRIVATE rdpsweep_options ${ARG_LINK})
    target_compile_definitions(${name} PRIVATE CATCH_CONFIG_FAST_COMPILE)
    rdpsweep_tell_source_dir(${ARG_SOURCES})
    target_precompile_headers(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/support/catch_headers.hpp")
    if(TARGET Catch2::Catch2WithMain)
        target_link_libraries(${name} PRIVATE Catch2::Catch2WithMain)
    endif()
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "quick;unit" PROCESSORS 2 TIMEOUT 600)
    add_dependencies(unit ${name})
    rdpsweep_check_listed("${CMAKE_CURRENT_SOURCE_DIR}" ${ARG_SOURCES})
endfunction()

# Defines RDPSWEEP_SOURCE_DIR for those of the sources that use it, and for no other: a path in the
# command line makes a file of each clone of its own for ccache.
function(rdpsweep_tell_source_dir)
    foreach(source IN LISTS ARGN)
        get_filename_component(path "${source}" ABSOLUTE)
        file(STRINGS "${path}" uses REGEX "RDPSWEEP_SOURCE_DIR" LIMIT_COUNT 1)
        if(uses)
            set_property(SOURCE "${source}" APPEND PROPERTY
                COMPILE_DEFINITIONS RDPSWEEP_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
        endif()
    endforeach()
endfunction()
