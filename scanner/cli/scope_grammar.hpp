// The options that say which targets are meant and who logs on.
#pragma once

#include "scanner/cli/names.hpp"
#include "scanner/cli/option.hpp"
#include "scanner/options/scope_options.hpp"

namespace rdpsweep::cli {

Options scope_options(ScopeOptions& scope, const CliNames& names);

// Returns the complaint about a scope without any source of targets; empty when there is one.
std::string empty_scope(const ScopeOptions& scope);

// Returns what is wrong with how to log on; empty when nothing is.
std::string wrong_logon(const ScopeOptions& scope);

// Returns the first complaint of the two above.
std::string wrong_scope(const ScopeOptions& scope);

} // namespace rdpsweep::cli
