// The tables of the history, and how those of an earlier version become ours.
#pragma once

#include "scanner/history/database.hpp"

namespace rdpsweep {

// What PRAGMA user_version says of tables of this version.
inline constexpr std::int64_t history_version = 1;

// Makes the tables, or brings those of an earlier version to this one. Error{config, unsupported}
// where a later version wrote them; else as of Database::run().
Status migrate(Database& database);

// Refuses tables that are not of this version: whoever only reads makes none.
Status check_version(const Database& database);

} // namespace rdpsweep
