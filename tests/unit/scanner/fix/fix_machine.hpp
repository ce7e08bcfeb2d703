// A Windows that a fix is made on, and the session to it: what may go wrong there goes wrong by
// chance.
#pragma once

#include "scanner/engine/collector.hpp"
#include "scanner/fix/vm_guard.hpp"
#include "tests/unit/scanner/fix/fix_scene.hpp"
#include "transports/transport.hpp"

#include <map>
#include <random>
#include <string>

namespace rdpsweep::test {

// A Windows with two values, or three, and what may go wrong with it.
struct Machine {
    std::map<std::string, std::string> values{
        {"Enabled", "dword:0"}, {"DisabledByDefault", "dword:1"}};
    std::string guid = "guid";
    std::mt19937 random;
    int loses = 0;   // connections, in a hundred scripts: half before, half after it ran
    int reboots = 0; // in a hundred scripts: it is gone for some time, and TermService starts anew
    int gone = 0;    // for so many scripts more
    std::string denies; // every write of the value of that name
    bool deaf = false;  // the handshake fails whatever is changed
    int sessions = 0;
    int applied = 0, undone = 0, restarts = 0;
    std::map<std::string, int> writes; // of each value, to change it

    bool chance(int percent) { return static_cast<int>(random() % 100) < percent; }

    [[nodiscard]] std::uint32_t number(const std::string& name) const {
        return static_cast<std::uint32_t>(std::stoul(values.at(name).substr(6)));
    }

    [[nodiscard]] std::string facts() const;
    std::string change(std::string_view arguments);
};

class FakeSession final : public Session {
public:
    explicit FakeSession(Machine& machine) : machine_(machine) {}

    Task<Result<CommandOutput>>
    run(const Script& script, const ScriptInput& input, HostDeadline& deadline) override;

    Task<Status> prove(HostDeadline&) override { co_return Status(); }

    Task<void> close() noexcept override { co_return; }

private:
    Machine& machine_;
};

// What Azure would say.
class FakeGuard final : public VmGuard {
public:
    std::string says;    // objects with these words
    bool silent = false; // nobody knows whether it may be touched
    bool copies = true;  // disks can be copied
    std::vector<std::string> names;

    Task<Result<std::string>> objection(const Target&, HostDeadline&) override {
        if (silent) co_return Error(Phase::inventory, Errc::access_denied, "Azure refused");
        co_return says;
    }

    Task<Result<std::string>>
    snapshot(const Target&, const std::string& name, HostDeadline&) override {
        names.push_back(name);
        if (!copies) co_return Error(Phase::config, Errc::unsupported, "no copy of the OS disk");
        co_return "/copies/" + name;
    }
};

// planned_host(), where TermService has to restart.
PlanHost planned();

// host_in_steps(), and the machine that needs it.
PlanHost planned_in_steps();
Machine machine_in_steps();

const Collector& collector();
const Script& changer();

} // namespace rdpsweep::test
