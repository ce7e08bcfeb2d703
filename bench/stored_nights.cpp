// Stores nights of a made-up fleet as runs, for what reads them: bench/history.py.
#include "scanner/store/find_run.hpp"
#include "scanner/store/packed_records.hpp"
#include "scanner/store/run_id.hpp"
#include "scanner/store/run_store.hpp"

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/made_up_fleet.hpp"

using namespace rdpsweep;

namespace {

// A stored host is 19 KB: 59 % of it are findings, 40 % facts.
constexpr std::size_t facts_bytes = 7'600;

Finding find(bench::Random& random, std::size_t rule) {
    const auto value = std::to_string(random() % 1000);
    return bench::finding(random, rule, value, {"/svc/0/state", "/tls/proto/TLS 1.2"});
}

HostResult host_of(bench::Random& random, std::size_t index) {
    auto host = bench::host(random, index, find);
    host.target.tags = {
        {"location", index % 3 == 0 ? "westeurope" : "northeurope"},
        {"resource_group", "rg-" + std::to_string(index % 40)}};
    host.source = Source::vm;
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

bool store(const std::string& state, std::size_t night, const std::vector<HostResult>& hosts) {
    const std::chrono::system_clock::time_point began(std::chrono::hours(490'000 + 24 * night));
    RunInfo run;
    run.id = new_run_id(began);
    run.started = std::chrono::system_clock::to_time_t(began);
    run.finished = run.started + 600;
    run.targets = hosts.size();
    RunMarks marks{"nightly", std::string(64, 'a'), {}};
    for (std::size_t rule = 0; rule < bench::rules; ++rule)
        marks.rules.push_back(bench::rule_name(rule));
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
    bench::Random random(1);
    std::vector<HostResult> hosts;
    for (std::size_t index = 0; index < size; ++index)
        hosts.push_back(host_of(random, index));
    for (std::size_t night = 0; night < nights; ++night) {
        if (night > 0) bench::drift(random, hosts, find);
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
