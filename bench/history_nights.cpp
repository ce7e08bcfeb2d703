// Writes nights of a made-up fleet into a history and prints what each took: bench/history.py.
#include "core/outcome.hpp"
#include "scanner/history/history.hpp"
#include "scanner/history/write_night.hpp"
#include "scanner/store/run_id.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

using namespace rdpsweep;

namespace {

constexpr std::size_t rules = 31;
// Of 67,464 findings of 2,000 simulated VMs 7,850 texts are distinct: 12 in 100.
constexpr std::size_t own_in_100 = 12;

using Random = std::mt19937;

Finding finding(Random& random, std::size_t rule) {
    constexpr Verdict verdicts[] = {
        Verdict::ok, Verdict::ok, Verdict::ok, Verdict::broken, Verdict::at_risk};
    Finding made;
    made.rule = "GROUP.RULE" + std::to_string(rule);
    made.verdict = verdicts[random() % 5];
    made.severity = static_cast<Severity>(random() % 4);
    made.summary.key = made.rule + ".key" + std::to_string(random() % 3);
    const bool own = random() % 100 < own_in_100;
    const auto value =
        own ? std::to_string(random()) + "-of-its-own" : std::to_string(random() % 3);
    for (const auto* fact : {"/svc/0/state", "/cert/store/0", "/tls/proto/TLS 1.2"}) {
        made.evidence.push_back(
            {fact, "the value that was read there is " + value, "the value that is right"}
        );
    }
    return made;
}

std::vector<HostResult> fleet(Random& random, std::size_t size) {
    std::vector<HostResult> hosts(size);
    for (std::size_t index = 0; index < size; ++index) {
        auto& host = hosts[index];
        host.index = index;
        host.target.name = "vm-" + std::to_string(index);
        host.target.id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourcegroups/"
                         "fleet/providers/microsoft.compute/virtualmachines/" +
                         host.target.name;
        host.outcome = Outcome::assessed;
        host.verdict = Verdict::ok;
        host.fingerprint = std::string(60, 'f') + std::to_string(1000 + index % 300);
        host.attempts.emplace_back().transport = "winrm";
        for (std::size_t rule = 0; rule < rules; ++rule)
            host.findings.push_back(finding(random, rule));
    }
    return hosts;
}

// One finding in 100 is another one than the night before, and one host in 50 is not there.
void drift(Random& random, std::vector<HostResult>& hosts) {
    for (auto& host : hosts) {
        host.outcome = random() % 50 == 0 ? Outcome::unreachable : Outcome::assessed;
        for (std::size_t rule = 0; rule < rules; ++rule) {
            if (random() % 100 == 0) host.findings[rule] = finding(random, rule);
        }
    }
}

RunDocument document(std::size_t night, const std::vector<HostResult>& hosts) {
    RunDocument made;
    const std::chrono::system_clock::time_point began(std::chrono::hours(490'000 + 24 * night));
    made.run.id = new_run_id(began);
    made.run.started = std::chrono::system_clock::to_time_t(began);
    made.run.finished = made.run.started + 600;
    made.run.targets = hosts.size();
    Totals totals;
    totals.targets = hosts.size();
    for (const auto& host : hosts)
        totals.count(host);
    made.totals = totals;
    return made;
}

double seconds_since(std::chrono::steady_clock::time_point begun) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

} // namespace

// Arguments: the state directory, how many nights, how many hosts. A line a night: seconds of
// gathering all its hosts, seconds of writing it.
int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const auto nights = std::strtoul(argv[2], nullptr, 10);
    Random random(1);
    auto hosts = fleet(random, std::strtoul(argv[3], nullptr, 10));
    auto history = History::open_to_write(argv[1]);
    if (!history) return 1;
    for (std::size_t at = 0; at < nights; ++at) {
        if (at > 0) drift(random, hosts);
        Night night;
        const auto begun = std::chrono::steady_clock::now();
        for (const auto& host : hosts)
            night.add(host);
        const double gathered = seconds_since(begun);
        const auto then = std::chrono::steady_clock::now();
        night.settle();
        if (!write_night(history->database(), document(at, hosts), night)) return 1;
        if (!history->database().run("PRAGMA wal_checkpoint(TRUNCATE)")) return 1;
        std::printf("%.4f %.4f\n", gathered, seconds_since(then));
        (void)std::fflush(stdout);
    }
    return 0;
}
