// The way in over SSH alone, without inventory, judgement and report: what bench/ssh.py compares
// with the floor.
// usage: ssh_probe PORT HOSTS SCRIPT KNOWN_HOSTS, with the password in RDPSWEEP_PASSWORD
#include "transports/ssh/ssh.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace rdpsweep;

namespace {

struct Bench {
    Transport& transport;
    const Credential& credential;
    const Script& script;
    std::uint16_t port;
    unsigned hosts;
    unsigned answered = 0;
};

Task<bool> visit(Bench& bench, const Target& target) {
    HostDeadline deadline(
        co_await asio::this_coro::executor, Clock::now() + std::chrono::seconds(30)
    );
    Attempt attempt;
    auto session = co_await bench.transport.open(target, bench.credential, deadline, attempt);
    if (!session) co_return false;
    const ScriptInput input("0123456789abcdef0123456789abcdef", "{}");
    const auto output = co_await (*session)->run(bench.script, input, deadline);
    co_await (*session)->close();
    co_return output && !output->out.empty();
}

Task<void> visit_all(Bench& bench) {
    constexpr unsigned last_octets = 254;
    for (unsigned host = 0; host < bench.hosts; ++host) {
        Target target;
        target.name = "h" + std::to_string(host);
        target.address = "127.0." + std::to_string(host / last_octets + 1) + "." +
                         std::to_string(host % last_octets + 1);
        target.ssh.edit().port = bench.port;
        const bool answered = co_await visit(bench, target);
        if (answered) ++bench.answered;
    }
}

} // namespace

int main(int count, char** words) {
    const char* password = std::getenv("RDPSWEEP_PASSWORD");
    if (count != 5 || password == nullptr) return 2;
    std::ifstream file(words[3]);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const Script script("collector", text, Script::Effect::read_only);
    const Credential credential{"fleet", "SIM\\sweeper", Password{Secret(std::string(password))}};
    asio::io_context lane{1};
    Resolver resolver;
    Pacer pacer(1e6, 1e6);
    Services services{resolver, pacer, TrustPolicy{}};
    services.known_hosts.emplace_back(words[4]);
    auto transport = make_ssh(services);
    if (!transport) return 1;
    Bench bench{
        **transport,
        credential,
        script,
        static_cast<std::uint16_t>(std::atoi(words[1])),
        static_cast<unsigned>(std::atoi(words[2]))};
    asio::co_spawn(lane, visit_all(bench), asio::detached);
    lane.run();
    std::printf("%u of %u hosts answered\n", bench.answered, bench.hosts);
    return bench.answered == bench.hosts ? 0 : 1;
}
