// Stores nights of a made-up fleet as runs, for what reads them: bench/history.py.
#include "core/outcome.hpp"
#include "scanner/store/find_run.hpp"
#include "scanner/store/packed_records.hpp"
#include "scanner/store/run_id.hpp"
#include "scanner/store/run_store.hpp"

#include <chrono>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

using namespace rdpsweep;

namespace {

constexpr std::size_t rules = 31;
// A stored host is 19 KB: 59 % of it are findings, 40 % facts.
constexpr std::size_t facts_bytes = 7'600;

using Random = std::mt19937;

Finding finding(Random& random, std::size_t rule) {
    constexpr Verdict verdicts[] = {
        Verdict::ok, Verdict::ok, Verdict::ok, Verdict::broken, Verdict::at_risk};
    Finding made;
    made.rule = "GROUP.RULE" + std::to_string(rule);
    made.verdict = verdicts[random() % 5];
    made.severity = static_cast<Severity>(random() % 4);
    made.summary.key = made.rule + ".key" + std::to_string(random() % 3);
    const auto value = std::to_string(random() % 1000);
    for (const auto* fact : {"/svc/0/state", "/tls/proto/TLS 1.2"}) {
        made.evidence.push_back(
            {fact, "the value that was read there is " + value, "the value that is right"}
        );
    }
    return made;
}

HostResult host_of(Random& random, std::size_t index) {
    HostResult host;
    host.index = index;
    host.target.name = "vm-" + std::to_string(index);
    host.target.id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/"
                     "fleet/providers/microsoft.compute/virtualmachines/" +
                     host.target.name;
    host.target.tags = {
        {"location", index % 3 == 0 ? "westeurope" : "northeurope"},
        {"resource_group", "rg-" + std::to_string(index % 40)}};
    host.outcome = Outcome::assessed;
    host.source = Source::vm;
    host.verdict = Verdict::ok;
    host.fingerprint = std::string(60, 'f') + std::to_string(1000 + index % 300);
    host.attempts.emplace_back().transport = "winrm";
    for (std::size_t rule = 0; rule < rules; ++rule)
        host.findings.push_back(finding(random, rule));
    auto guid = std::to_string(index);
    guid.insert(0, 12 - guid.size(), '0');
    host.facts_json =
        R"({"schema":"facts/1","os":{"build":17763,"machine_guid":"00000000-0000-0000-0000-)" +
        guid + R"("},"services":[)";
    while (host.facts_json.size() < facts_bytes)
        host.facts_json += R"({"name":"Service","start":2,"state":"running","pid":1234},)";
    host.facts_json += "{}]}";
    return host;
}

// One finding in 100 is another one than the night before, and one host in 50 does not answer.
void drift(Random& random, std::vector<HostResult>& hosts) {
    for (auto& host : hosts) {
        host.outcome = random() % 50 == 0 ? Outcome::unreachable : Outcome::assessed;
        for (std::size_t rule = 0; rule < rules; ++rule) {
            if (random() % 100 == 0) host.findings[rule] = finding(random, rule);
        }
    }
}

bool store(const std::string& state, std::size_t night, const std::vector<HostResult>& hosts) {
    const std::chrono::system_clock::time_point began(std::chrono::hours(490'000 + 24 * night));
    RunInfo run;
    run.id = new_run_id(began);
    run.started = std::chrono::system_clock::to_time_t(began);
    run.finished = run.started + 600;
    run.targets = hosts.size();
    RunMarks marks{"nightly", std::string(64, 'a'), {}};
    for (std::size_t rule = 0; rule < rules; ++rule)
        marks.rules.push_back("GROUP.RULE" + std::to_string(rule));
    const auto say = [](const Message& message) { return message.key; };
    auto made = RunStore::create(state, run, say, {"", std::move(marks)});
    if (!made) return false;
    Totals totals;
    totals.targets = hosts.size();
    for (const auto& host : hosts) {
        if (!(*made)->finished(host)) return false;
        totals.count(host);
    }
    return static_cast<bool>((*made)->close(run, totals));
}

} // namespace

// Arguments: the state directory, how many nights, how many hosts. All nights but the last are
// compressed, as scans leave them.
int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const auto nights = std::strtoul(argv[2], nullptr, 10);
    const auto size = std::strtoul(argv[3], nullptr, 10);
    Random random(1);
    std::vector<HostResult> hosts;
    for (std::size_t index = 0; index < size; ++index)
        hosts.push_back(host_of(random, index));
    for (std::size_t night = 0; night < nights; ++night) {
        if (night > 0) drift(random, hosts);
        if (!store(argv[1], night, hosts)) return 1;
    }
    const auto runs = open_runs(argv[1]);
    if (!runs) return 1;
    auto ids = run_ids(*runs);
    ids.pop_back();
    for (const auto& id : ids) {
        const auto run = runs->folder(id, IfMissing::fail);
        if (!run || !pack_records(*run)) return 1;
    }
    return 0;
}
