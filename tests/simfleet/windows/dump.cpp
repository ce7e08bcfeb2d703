// Writes machines line by line.
#include "tests/simfleet/windows/dump.hpp"

#include "tests/simfleet/fleet.hpp"
#include "tests/simfleet/rdp/loopback.hpp"
#include "tests/simfleet/windows/access.hpp"
#include "tests/simfleet/windows/facts_json.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>

namespace simfleet {
namespace {

using nlohmann::json;

// Whether a descriptor lets someone in is decided here, once, not again in the harness.
json access_map(const State& state) {
    auto map = json::object();
    for (const auto& file : state.files) {
        map[file.path] = {
            {"descriptor", allows(file.sddl, administrator_token(), read_control)},
            {"list", allows(file.sddl, administrator_token(), list_directory)}};
    }
    return map;
}

} // namespace

std::string machine_line(const Vm& vm, std::int64_t now) {
    const State& state = *vm.state;
    const json document{
        {"name", vm.name},
        {"profile", vm.profile},
        {"build", state.build()},
        {"now", now},
        {"state", json::parse(state_json(state))},
        {"loopback", json::parse(handshakes_json(loopback_handshakes(state)))},
        {"access", access_map(state)},
        {"facts", json::parse(facts_json(state, now))}};
    return document.dump(-1, ' ', true, json::error_handler_t::replace);
}

rdpsweep::Status dump_states(const Options& options) {
    using rdpsweep::Errc;
    using rdpsweep::Error;
    using rdpsweep::Phase;
    if (!known_mix(options.mix)) {
        return Error{Phase::config, Errc::unsupported, "unknown mix " + options.mix};
    }
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    const Fleet fleet(options.vms, options.seed, options.mix, now);
    std::ofstream file(options.dump_states, std::ios::trunc);
    for (std::size_t index = 0; index < fleet.size(); ++index) {
        file << machine_line(fleet.at(index), now) << '\n';
    }
    file.close();
    if (file) return {};
    return Error{
        Phase::config, Errc::local_limit, options.dump_states + ": " + std::strerror(errno)};
}

} // namespace simfleet
