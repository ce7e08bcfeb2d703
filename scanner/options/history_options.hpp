// What the verbs of runs and of history are asked to do.
#pragma once

#include "scanner/options/talk_options.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace rdpsweep {

// Of runs list, show, name and prune.
struct RunsOptions {
    TalkOptions talk;
    std::string state_dir;
    std::string run;           // id, unique prefix of one, "last" or "last:NAME"
    std::string name;          // of runs name
    std::chrono::days keep{0}; // of runs prune
    std::size_t newest = 10;   // runs that stay whatever their age
    bool dry = false;
    bool json = false;
};

// Of history runs, host, rule, import, rebuild and prune.
struct HistoryOptions {
    TalkOptions talk;
    std::string state_dir;
    std::string subject; // a host, or a rule
    std::chrono::days keep{0};
    std::optional<std::chrono::days> keep_runs; // empty: runs stay
    std::size_t newest = 10;
    bool json = false;
};

} // namespace rdpsweep
