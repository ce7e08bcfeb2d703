// Run Command as a resource of a VM (virtualMachines/runCommands): made by PUT, listed, removed.
#pragma once

#include "tests/simfleet/azure/agent_script.hpp"
#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/winrm/http_message.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace simfleet {

class ArmManagedCommands {
public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;

    ArmManagedCommands(Stats& stats, Now now, std::chrono::milliseconds takes)
        : stats_(stats), now_(std::move(now)), takes_(takes) {}

    // .../runCommands/NAME of a VM; path as written; with_view: with what came of it.
    HttpResponse
    answer(const Vm& vm, const HttpRequest& request, const std::string& path, bool with_view);

    // Those of the VM.
    [[nodiscard]] std::vector<nlohmann::json> list(std::size_t index) const;

private:
    struct Command {
        std::string path; // as written
        nlohmann::json body;
        Execution done;
        std::chrono::steady_clock::time_point ends;
    };

    using Key = std::pair<std::size_t, std::string>; // VM, and the name in small letters

    HttpResponse make(const Vm& vm, const HttpRequest& request, const std::string& path);
    [[nodiscard]] nlohmann::json describe(const Command& command, bool with_view) const;

    Stats& stats_;
    Now now_;
    std::chrono::milliseconds takes_;
    std::map<Key, Command> commands_;
};

} // namespace simfleet
