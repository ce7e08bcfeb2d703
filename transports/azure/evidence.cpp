// Asks for power, agent and boot log in turn, and puts what came into notes of an attempt.
#include "transports/azure/evidence.hpp"

#include "core/foreign_text.hpp"
#include "transports/azure/boot_log.hpp"
#include "transports/azure/rows.hpp"

#include <nlohmann/json.hpp>

namespace rdpsweep::azure {

namespace {

std::string said(const std::string& word) {
    return word.empty() ? "not known" : foreign_text(word, 60);
}

const char* note_of(BootSign sign) {
    switch (sign) {
    case BootSign::firmware:
        return "note.boot_firmware";
    case BootSign::console:
        return "note.boot_console";
    case BootSign::crash:
        return "note.boot_crash";
    case BootSign::none:
        break;
    }
    return "note.boot_nothing";
}

} // namespace

Task<void>
gather_evidence(Arm& arm, const Target& target, HostDeadline& deadline, Attempt& attempt) {
    attempt.transport = "azure";
    attempt.identity = arm.describe();
    attempt.enter(Phase::open);
    auto path = target.vm + "/instanceView?api-version=2024-07-01";
    auto view = co_await arm.get_json(std::move(path), deadline);
    if (!view) {
        attempt.error = std::move(view).error().in_phase(Phase::open);
        co_return;
    }
    const auto vm = state_of_view(*view);
    attempt.notes.push_back(Message{
        "note.azure_state", {{"power", said(vm.power)}, {"agent", said(vm.agent)}}});
    auto log = co_await fetch_boot_log(arm, target.vm, deadline);
    if (log) {
        attempt.notes.push_back(Message{note_of(read_boot_log(*log)), {}});
    } else {
        attempt.error = std::move(log).error().in_phase(Phase::open);
    }
}

} // namespace rdpsweep::azure
