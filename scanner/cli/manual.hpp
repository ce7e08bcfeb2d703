// Manual pages, made of the table of verbs.
#pragma once

#include "scanner/cli/names.hpp"
#include "scanner/cli/verb.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace rdpsweep::cli {

struct ManualPage {
    std::string name; // "rdpsweep-fix-plan", without its section, which is 1
    std::string text; // in the macros of man(7)
};

// What the foot of a page says.
struct Edition {
    std::string_view version;
    std::string_view day; // "2026-11-30"
};

// Returns the page of the program, then one of each verb and of each first word ("fix").
std::vector<ManualPage> manual_pages(Verbs verbs, const CliNames& names, const Edition& edition);

} // namespace rdpsweep::cli
