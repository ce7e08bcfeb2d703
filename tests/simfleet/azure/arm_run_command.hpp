// Azure Run Command on the simulated VMs: begun, asked about, and what is left of the output.
#pragma once

#include "tests/simfleet/azure/agent_script.hpp"
#include "tests/simfleet/azure/arm_resources.hpp"
#include "tests/simfleet/stats.hpp"
#include "tests/simfleet/winrm/http_message.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>

namespace simfleet {

class ArmRunCommand {
public:
    using Now = std::function<std::chrono::steady_clock::time_point()>;

    ArmRunCommand(const Fleet& fleet, Stats& stats, Now now, std::chrono::milliseconds takes)
        : fleet_(fleet), stats_(stats), now_(std::move(now)), takes_(takes) {}

    // POST .../runCommand for VM number index; base: of the links to ask at.
    HttpResponse begin(std::size_t index, const HttpRequest& request, const std::string& base);

    // The same for a VM with Linux.
    HttpResponse begin_linux(const HttpRequest& request, const std::string& base);

    // GET of either link: .../operations/ID, and with monitor=true the bare result.
    HttpResponse ask(const std::string& id, bool monitor);

    // The commands that Azure has by name, for a list and for one of them; null for another.
    static nlohmann::json documents();
    static nlohmann::json document(std::string_view id);

private:
    struct Operation {
        std::chrono::steady_clock::time_point ends;
        std::string result; // JSON
        bool failed = false;
    };

    HttpResponse accept(const std::string& id, Operation operation, const std::string& base);

    const Fleet& fleet_;
    Stats& stats_;
    Now now_;
    std::chrono::milliseconds takes_;
    std::map<std::string, Operation> operations_;
    std::map<std::size_t, std::string> running_; // by VM
};

} // namespace simfleet
