// Where this program comes from, as CMake found it (cmake/Provenance.cmake).
#pragma once

#include <span>
#include <string_view>

namespace rdpsweep {

struct BuiltWith {
    std::string_view library;
    std::string_view version; // of its headers, when this program was built
};

struct Provenance {
    std::string_view commit; // 40 hex digits; empty: the tree was no clone
    bool changed;            // whether tracked files differed from the commit at configure time
    std::string_view day;    // of the commit, else of the build: "2026-11-30"
    std::string_view build;  // "Release"
    std::string_view compiler;
    std::string_view system; // "Linux x86_64"
    std::span<const BuiltWith> libraries;
};

extern const Provenance provenance;

} // namespace rdpsweep
