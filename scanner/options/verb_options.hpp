// What the other verbs are asked to do.
#pragma once

#include "scanner/options/scope_options.hpp"
#include "scanner/options/talk_options.hpp"

#include <cstdint>
#include <string>

namespace rdpsweep {

enum class ListFormat : std::uint8_t { table, json, lines };

struct TargetsOptions {
    ScopeOptions scope;
    TalkOptions talk;
    ListFormat format = ListFormat::table;
};

struct DoctorOptions {
    ScopeOptions scope;
    TalkOptions talk;
    std::string state_dir;
    std::string ca_file;
};

struct ConsoleOptions {
    ScopeOptions scope;
    TalkOptions talk;
    std::string target; // a name in the scope, or an ARM id
    bool takeover = false;
    bool admin = false; // the menu has NMI and reset
    std::string audit_file;
};

struct RulesOptions {
    TalkOptions talk;
    bool json = false;
};

struct ExplainOptions {
    TalkOptions talk;
    std::string subject; // a rule's id or a cause
};

struct VersionOptions {
    TalkOptions talk;
    bool json = false;
};

struct AuditOptions {
    TalkOptions talk;
    std::string file;
};

} // namespace rdpsweep
