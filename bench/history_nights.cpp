// Writes nights of a made-up fleet into a history and prints what each took: bench/history.py.
#include "scanner/history/history.hpp"
#include "scanner/history/write_night.hpp"
#include "scanner/store/run_id.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/made_up_fleet.hpp"

using namespace rdpsweep;

namespace {

// Of 67,464 findings of 2,000 simulated VMs 7,850 texts are distinct: 12 in 100.
constexpr std::size_t own_in_100 = 12;

Finding find(bench::Random& random, std::size_t rule) {
    const bool own = random() % 100 < own_in_100;
    const auto value =
        own ? std::to_string(random()) + "-of-its-own" : std::to_string(random() % 3);
    return bench::finding(
        random, rule, value, {"/svc/0/state", "/cert/store/0", "/tls/proto/TLS 1.2"}
    );
}

std::vector<HostResult> fleet(bench::Random& random, std::size_t size) {
    std::vector<HostResult> hosts;
    for (std::size_t index = 0; index < size; ++index)
        hosts.push_back(bench::host(random, index, find));
    return hosts;
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
    bench::Random random(1);
    auto hosts = fleet(random, std::strtoul(argv[3], nullptr, 10));
    auto history = History::open_to_write(argv[1]);
    if (!history) return 1;
    for (std::size_t at = 0; at < nights; ++at) {
        if (at > 0) bench::drift(random, hosts, find);
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
