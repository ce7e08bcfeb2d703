// What the scripts would do and say on that Windows.
#include "tests/unit/scanner/fix/fix_machine.hpp"

#include "core/text.hpp"
#include "probes/collect/collector.hpp"
#include "probes/fix/change_script.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace rdpsweep::test {

namespace {

using nlohmann::json;

json row_of(const std::string& found, const std::string& did, const std::string& now) {
    return {
        {"found", base64_encode(found)},
        {"did", did},
        {"now", base64_encode(now)},
        {"why", base64_encode(did == "failed" ? "Access is denied." : "")}};
}

} // namespace

std::string Machine::facts() const {
    Seen seen;
    seen.enabled = number("Enabled");
    seen.disabled_by_default = number("DisabledByDefault");
    if (values.contains("SecurityLayer")) seen.layer = number("SecurityLayer");
    const bool works =
        !deaf && seen.enabled != 0 && seen.disabled_by_default == 0 && seen.layer != 0;
    seen.handshake = works ? "done" : "tls";
    seen.guid = guid;
    seen.people = sessions;
    return facts_text(seen);
}

std::string Machine::change(std::string_view arguments) {
    const auto asked = json::parse(arguments);
    const auto mode = asked.at("mode").get<std::string>();
    const auto changes =
        *changes_from_lines(*base64_decode(asked.at("changes").get<std::string>()));
    std::vector<std::string> found, did(changes.size(), "kept");
    std::vector<std::size_t> work;
    bool drift = false;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const auto& one = changes[i];
        found.push_back(values.at(one.name));
        if (mode == "read") continue;
        const auto& from = mode == "apply" ? one.before : one.after;
        const auto& to = mode == "apply" ? one.after : one.before;
        if (found[i] == to) continue;
        if (found[i] == from)
            work.push_back(i);
        else {
            did[i] = "drift";
            drift = true;
        }
    }
    bool wrote = false;
    if (mode == "undo") std::reverse(work.begin(), work.end());
    for (const auto i : drift ? std::vector<std::size_t>() : work) {
        if (changes[i].name == denies && mode == "apply") {
            did[i] = "failed";
            break;
        }
        values[changes[i].name] = mode == "apply" ? changes[i].after : changes[i].before;
        did[i] = "written";
        if (mode == "apply") ++writes[changes[i].name];
        wrote = true;
    }
    if (wrote) ++(mode == "apply" ? applied : undone);
    if (asked.value("restart", false) && !drift) ++restarts;
    auto rows = json::array();
    for (std::size_t i = 0; i < changes.size(); ++i)
        rows.push_back(row_of(found[i], did[i], values.at(changes[i].name)));
    return json{{"schema", "changes/1"}, {"mode", mode}, {"changes", rows}}.dump();
}

Task<Result<CommandOutput>>
FakeSession::run(const Script& script, const ScriptInput& input, HostDeadline&) {
    if (machine_.gone > 0) {
        --machine_.gone;
        co_return lost();
    }
    const bool before = machine_.chance(machine_.loses / 2);
    if (before) co_return lost();
    const bool reboots = machine_.chance(machine_.reboots);
    const auto document =
        script.name() == "change.ps1" ? machine_.change(input.arguments()) : machine_.facts();
    if (machine_.chance(machine_.loses / 2)) co_return lost();
    if (reboots) {
        machine_.gone = 1 + static_cast<int>(machine_.random() % 3);
        co_return lost();
    }
    char check[16];
    std::snprintf(check, sizeof check, "%08x", static_cast<unsigned>(crc32(document)));
    CommandOutput output;
    output.out = "RDPSWEEP1 " + input.nonce() + " " + std::to_string(document.size()) + " " +
                 check + " " + document + "\n";
    co_return output;
}

PlanHost planned() {
    auto host = planned_host();
    host.restart = Restart::needed;
    return host;
}

PlanHost planned_in_steps() {
    auto host = host_in_steps();
    host.restart = Restart::needed;
    return host;
}

Machine machine_in_steps() {
    Machine machine;
    machine.values["SecurityLayer"] = "dword:0";
    return machine;
}

const Collector& collector() {
    static const auto built_in = built_in_collector(true);
    return built_in;
}

const Script& changer() {
    static const Script script("change.ps1", change_script(), Script::Effect::changes_host);
    return script;
}

} // namespace rdpsweep::test
