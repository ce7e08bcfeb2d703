// Between the rules and the PowerShell engine: what fixes come to on simulated machines.
// usage: fix_states prepare STATES >CHANGES     STATES as rdpsweep-simfleet --dump-states writes them
//        fix_states verify STATES FACTS         lines {"name", "fix", "facts"}: each finding is cured
//
// A line of CHANGES: {"name", "profile", "fix", "changes": lines of core/change.hpp}.
#include "core/json.hpp"
#include "core/text.hpp"
#include "probes/collect/decode.hpp"
#include "probes/fix/fix.hpp"
#include "probes/rule.hpp"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace {

using namespace rdpsweep;
using nlohmann::json;

struct Host {
    Facts facts;
    Judgement judgement;
};

std::optional<Host> read_host(const json& facts, std::int64_t now) {
    auto decoded = decode_facts(facts.dump(), "winrm", now);
    if (!decoded) return {};
    Host host{*std::move(decoded), {}};
    host.judgement = judge(host.facts, Policy(), now);
    return host;
}

// As if every service on the port had been named, and RDP might move from the others.
FixChoices consent_to_all(const Facts& facts) {
    FixChoices choices;
    choices.move_rdp = 33'890;
    if (!facts.rdp_port) return choices;
    for (const auto& socket : facts.rdp_port->sockets) {
        for (const auto& service : socket.services)
            choices.stop_services.push_back(service);
    }
    return choices;
}

int prepare_all(const char* path) {
    std::ifstream states(path);
    std::set<std::string_view> prepared_once;
    for (std::string line; std::getline(states, line);) {
        const auto document = json::parse(line);
        // Names that attack a terminal do not come through unchanged; there are others of their kind.
        const auto name = document.at("name").get<std::string>();
        if (printable(name, name.size()) != name) continue;
        const auto host = read_host(document.at("facts"), document.at("now").get<std::int64_t>());
        if (!host) continue; // a collector that may say nothing
        for (const auto& fix : all_fixes()) {
            const auto choices = consent_to_all(host->facts);
            const auto prepared = prepare(fix, host->facts, host->judgement.findings, choices);
            const auto* changes = std::get_if<std::vector<Change>>(&prepared);
            if (changes == nullptr) continue;
            prepared_once.insert(fix.id);
            const json out{
                {"name", document.at("name")},
                {"profile", document.at("profile")},
                {"fix", fix.id},
                {"changes", to_lines(*changes)}};
            std::puts(dump_json(out).c_str());
        }
    }
    for (const auto& fix : all_fixes()) {
        if (prepared_once.count(fix.id) != 0) continue;
        std::fprintf(
            stderr, "fix_states: no machine needs the fix %s\n", std::string(fix.id).c_str()
        );
        return 1;
    }
    return 0;
}

using Complaints = std::set<std::string>; // keys of messages

// Returns what the rules had against each machine before.
std::map<std::string, Complaints> complaints_before(const char* path) {
    std::map<std::string, Complaints> all;
    std::ifstream states(path);
    for (std::string line; std::getline(states, line);) {
        const auto document = json::parse(line);
        const auto host = read_host(document.at("facts"), document.at("now").get<std::int64_t>());
        if (!host) continue;
        auto& complaints = all[document.at("name").get<std::string>()];
        for (const auto& finding : host->judgement.findings) {
            if (finding.verdict >= Verdict::at_risk) complaints.insert(finding.summary.key);
        }
    }
    return all;
}

// Tells whether the fix would have nothing to do any more about what was complained of, and its
// rule nothing that it could cure. What comes to light behind it is another matter: a service that
// hardening disabled, say, once the one at fault runs.
bool is_cured(const Fix& fix, const Host& host, const Complaints& before) {
    for (const auto& finding : host.judgement.findings) {
        if (!fix.cures(finding.rule) || finding.verdict < Verdict::at_risk) continue;
        const bool known = before.count(finding.summary.key) != 0;
        if (!known && finding.verdict == Verdict::at_risk) continue;
        const auto left =
            prepare(fix, host.facts, host.judgement.findings, consent_to_all(host.facts));
        if (std::holds_alternative<std::vector<Change>>(left)) return false;
        // An event in the log or a handshake of the past may still be told; a broken state may not.
        // Nothing was restarted yet: where that is needed, what is written says all.
        return finding.verdict != Verdict::broken || fix.restart == Restart::needed;
    }
    return true;
}

int verify_all(const char* states, const char* path) {
    auto before = complaints_before(states);
    std::ifstream lines(path);
    int wrong = 0, cured = 0;
    for (std::string line; std::getline(lines, line);) {
        const auto document = json::parse(line);
        const auto* fix = find_fix(document.at("fix").get<std::string>());
        const auto host = read_host(document.at("facts"), document.at("now").get<std::int64_t>());
        const auto& complaints = before[document.at("name").get<std::string>()];
        if (fix != nullptr && host && is_cured(*fix, *host, complaints)) {
            ++cured;
            continue;
        }
        ++wrong;
        std::printf(
            "not cured: %s by %s\n",
            document.at("name").get<std::string>().c_str(),
            document.at("fix").get<std::string>().c_str()
        );
    }
    std::printf("%d findings cured, %d not\n", cured, wrong);
    return wrong == 0 && cured > 0 ? 0 : 1;
}

} // namespace

int main(int count, char** words) {
    const std::string_view what = count >= 3 ? words[1] : "";
    try {
        if (what == "prepare" && count == 3) return prepare_all(words[2]);
        if (what == "verify" && count == 4) return verify_all(words[2], words[3]);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fix_states: %s\n", error.what());
        return 1;
    }
    std::fputs("usage: fix_states prepare STATES | verify STATES FACTS\n", stderr);
    return 2;
}
