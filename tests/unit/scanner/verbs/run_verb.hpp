// Runs a verb and keeps what it says.
#pragma once

#include <functional>
#include <string>

namespace rdpsweep::test {

struct Said {
    int status = 0;
    std::string out;
    std::string err;
};

// Runs a verb with stdout and stderr going to files.
Said run_verb(const std::function<int()>& verb);

} // namespace rdpsweep::test
