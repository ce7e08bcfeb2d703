// The look from outside alone, without inventory, judgement and report: what bench/rdp.py compares
// with the floor. usage: rdp_probe PORT HOSTS [matrix]
#include "transports/rdp/rdp_source.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace rdpsweep;

namespace {

struct Bench {
    FactSource& source;
    std::uint16_t port;
    unsigned hosts;
    unsigned completed = 0;
};

Task<void> look_at_all(Bench& bench) {
    const auto executor = co_await asio::this_coro::executor;
    for (unsigned host = 1; host <= bench.hosts; ++host) {
        Target target;
        target.name = "h" + std::to_string(host);
        target.address = "127.0.1." + std::to_string(host);
        target.rdp_port = bench.port;
        HostDeadline deadline(executor, Clock::now() + std::chrono::seconds(30));
        Attempt attempt;
        const auto seen = co_await bench.source.collect(target, deadline, attempt);
        if (seen && seen->completed()) ++bench.completed;
    }
}

} // namespace

int main(int count, char** words) {
    if (count < 3) return 2;
    asio::io_context lane{1};
    Resolver resolver;
    Pacer pacer(1e6, 1e6);
    Services services{resolver, pacer, TrustPolicy{}};
    services.rdp_matrix = count > 3 && std::strcmp(words[3], "matrix") == 0;
    auto source = rdp::make_rdp(services);
    if (!source) return 1;
    Bench bench{
        **source,
        static_cast<std::uint16_t>(std::atoi(words[1])),
        static_cast<unsigned>(std::atoi(words[2]))};
    asio::co_spawn(lane, look_at_all(bench), asio::detached);
    lane.run();
    std::printf("%u handshakes completed\n", bench.completed);
    return bench.completed == 0 ? 1 : 0;
}
