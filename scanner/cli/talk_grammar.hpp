// The options of every verb: how rdpsweep talks to its user.
#pragma once

#include "scanner/cli/names.hpp"
#include "scanner/cli/option.hpp"
#include "scanner/options/talk_options.hpp"

namespace rdpsweep::cli {

// Which configuration file is read; of every verb that reads one.
Option config_option(std::string& file);

Options talk_options(TalkOptions& talk, const CliNames& names);

} // namespace rdpsweep::cli
