# What a build knows of where it comes from, for `rdpsweep --version`.
include_guard(GLOBAL)

# The commit, its day, and whether the tree differs from it, as CMake found them; all empty in a tree
# that is no clone, such as an unpacked tarball. A clone around such a tree is not ours.
function(rdpsweep_find_commit)
    set(commit "")
    set(day "")
    set(changed "")
    find_package(Git QUIET)
    if(Git_FOUND)
        execute_process(COMMAND "${GIT_EXECUTABLE}" rev-parse --show-toplevel HEAD
            WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE said ERROR_QUIET
            OUTPUT_STRIP_TRAILING_WHITESPACE)
        string(REPLACE "\n" ";" said "${said}")
        list(LENGTH said lines)
        file(REAL_PATH "${CMAKE_SOURCE_DIR}" here)
        if(lines EQUAL 2)
            list(GET said 0 top)
            if(top STREQUAL here)
                list(GET said 1 commit)
            endif()
        endif()
    endif()
    if(commit)
        execute_process(COMMAND "${GIT_EXECUTABLE}" show -s --format=%cs HEAD
            WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE day
            OUTPUT_STRIP_TRAILING_WHITESPACE)
        execute_process(COMMAND "${GIT_EXECUTABLE}" status --porcelain --untracked-files=no
            WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE changed)
        # Its last line changes with every commit and checkout.
        execute_process(COMMAND "${GIT_EXECUTABLE}" rev-parse --git-path logs/HEAD
            WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" OUTPUT_VARIABLE log
            OUTPUT_STRIP_TRAILING_WHITESPACE)
        get_filename_component(log "${log}" ABSOLUTE BASE_DIR "${CMAKE_SOURCE_DIR}")
        if(EXISTS "${log}")
            set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${log}")
        endif()
    endif()
    set(RDPSWEEP_COMMIT "${commit}" PARENT_SCOPE)
    set(RDPSWEEP_COMMIT_DAY "${day}" PARENT_SCOPE)
    if(changed)
        set(RDPSWEEP_COMMIT_CHANGED true PARENT_SCOPE)
    else()
        set(RDPSWEEP_COMMIT_CHANGED false PARENT_SCOPE)
    endif()
endfunction()

# rdpsweep_provenance(TARGET): compiles what CMake knows of this build into TARGET: one small source,
# the only one that a commit makes new to ccache (scanner/verbs/provenance.hpp).
function(rdpsweep_provenance target)
    rdpsweep_find_commit()
    set(day "${RDPSWEEP_COMMIT_DAY}")
    if(NOT day)
        # SOURCE_DATE_EPOCH, where it is set, instead of today.
        string(TIMESTAMP day "%Y-%m-%d" UTC)
    endif()
    find_package(CLI11 QUIET)
    set(rows "")
    foreach(library
            "Boost=${Boost_VERSION_STRING}" "C++ REST SDK=${cpprestsdk_VERSION}"
            "CLI11=${CLI11_VERSION}" "JSON for Modern C++=${nlohmann_json_VERSION}"
            "libssh2=${LIBSSH2_VERSION}" "libvterm=${VTERM_VERSION}" "libyaml=${YAML_VERSION}"
            "MIT Kerberos=${GSSAPI_VERSION}" "OpenSSL=${OPENSSL_VERSION}"
            "pugixml=${pugixml_VERSION}" "simdjson=${SIMDJSON_VERSION}" "zlib=${ZLIB_VERSION_STRING}")
        string(REPLACE "=" ";" pair "${library}")
        list(LENGTH pair parts)
        if(parts EQUAL 2)
            list(GET pair 0 name)
            list(GET pair 1 version)
            if(version)
                string(APPEND rows "    {\"${name}\", \"${version}\"},\n")
            endif()
        endif()
    endforeach()
    file(CONFIGURE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/provenance.cpp" @ONLY CONTENT
"#include \"scanner/verbs/provenance.hpp\"

namespace rdpsweep {

namespace {

constexpr BuiltWith libraries[] = {
${rows}};

} // namespace

const Provenance provenance{
    \"${RDPSWEEP_COMMIT}\",
    ${RDPSWEEP_COMMIT_CHANGED},
    \"${day}\",
    \"${CMAKE_BUILD_TYPE}\",
    \"${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\",
    \"${CMAKE_SYSTEM_NAME} ${CMAKE_SYSTEM_PROCESSOR}\",
    libraries,
};

} // namespace rdpsweep
")
    target_sources(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/provenance.cpp")
endfunction()
