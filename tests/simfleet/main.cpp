// rdpsweep-simfleet: thousands of simulated Windows VMs in one process.
#include "tests/simfleet/options.hpp"
#include "tests/simfleet/run_fleet.hpp"

#include <cstdio>
#include <string>
#include <utility>

int main(int argc, char** argv) {
    int exit_code = 0;
    auto options = simfleet::parse_options(argc, argv, exit_code);
    if (!options) return exit_code;
    const auto done = simfleet::run_fleet(std::move(*options));
    if (done) return 0;
    std::fprintf(stderr, "rdpsweep-simfleet: %s\n", std::string{done.error().detail()}.c_str());
    return 1;
}
